/* Any bytes as a patch: a position for each error, or the same patch from its own print. [fuzzer] */
#include "../../core/patch/patch.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *
environment(void *user, const char *name)
{
    (void)user;
    return strcmp(name, "HOME") == 0 ? "/users/fuzz" : NULL;
}

/* What must never be. */
static void
demand(int truth)
{
    if (!truth)
        abort();
}

static void
check_messages(const gph_diagnostics *diagnostics)
{
    demand(gph_diagnostics_count(diagnostics) > 0);
    for (size_t i = 0; i < gph_diagnostics_count(diagnostics); i++) {
        gph_message message;
        gph_diagnostics_get(diagnostics, i, &message);
        demand(message.text[0] != '\0');
        demand(message.file != NULL && message.line > 0 && message.column > 0);
    }
    FILE *nowhere = fopen("/dev/null", "w");
    demand(nowhere != NULL);
    gph_diagnostics_print(diagnostics, nowhere, true);
    fclose(nowhere);
}

/* Every byte of every value has a place in a text. */
static void
check_entry(const gph_patch_entry *entry)
{
    demand(strlen(entry->value) == entry->n_value);
    for (uint32_t i = 0; i <= entry->n_value; i++) {
        const gph_position at = gph_patch_entry_position(entry, i);
        demand(at.text != NULL && at.offset <= at.text->n_bytes);
    }
}

static void
check_node(const gph_patch *patch, const gph_patch_node *node)
{
    demand(gph_patch_find_node(patch, node->name) == node && node->type != NULL);
    for (uint32_t e = 0; e < node->n_entries; e++)
        check_entry(&node->entries[e]);
    for (uint32_t w = 0; w < node->n_wires; w++)
        check_entry(node->wires[w].entry);
}

static int
same_entries(const gph_patch_entry *a, const gph_patch_entry *b)
{
    return strcmp(a->key, b->key) == 0 && strcmp(a->value, b->value) == 0;
}

static void
check_same(const gph_patch *a, const gph_patch *b)
{
    demand(a->n_nodes == b->n_nodes && a->n_groups == b->n_groups);
    demand(a->n_controls == b->n_controls && a->n_pins == b->n_pins && a->n_vars == b->n_vars);
    demand(a->settings.rate == b->settings.rate && a->settings.block == b->settings.block);
    demand(strcmp(a->settings.host, b->settings.host) == 0);
    for (uint32_t n = 0; n < a->n_nodes; n++) {
        const gph_patch_node *x = &a->nodes[n];
        const gph_patch_node *y = &b->nodes[n];
        demand(strcmp(x->name, y->name) == 0 && strcmp(x->type, y->type) == 0);
        demand(x->n_entries == y->n_entries && x->n_wires == y->n_wires);
        for (uint32_t e = 0; e < x->n_entries; e++)
            demand(same_entries(&x->entries[e], &y->entries[e]));
        for (uint32_t w = 0; w < x->n_wires; w++)
            demand(same_entries(x->wires[w].entry, y->wires[w].entry));
    }
}

static void
check_print(const gph_patch *patch, const gph_patch_options *options)
{
    gph_patch *again = NULL;
    gph_diagnostics *diagnostics = gph_diagnostics_new(NULL);
    char *once = gph_patch_print(patch);
    demand(diagnostics != NULL && once != NULL);
    gph_patch_load_text("again.ini", once, strlen(once), options, diagnostics, &again);
    demand(again != NULL);
    check_same(patch, again);
    char *twice = gph_patch_print(again);
    demand(twice != NULL && strcmp(once, twice) == 0);
    free(twice);
    free(once);
    gph_patch_free(again);
    gph_diagnostics_free(diagnostics);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const gph_patch_options options = {.environment = environment};
    gph_patch *patch = NULL;
    gph_diagnostics *diagnostics = gph_diagnostics_new(NULL);
    demand(diagnostics != NULL);
    if (size > GPH_TEXT_MAX_BYTES)
        size = GPH_TEXT_MAX_BYTES;
    const gph_status status = gph_patch_load_text("fuzz.ini", size > 0 ? (const char *)data : "",
                                                  size, &options, diagnostics, &patch);
    if (status != GPH_OK) {
        demand(patch == NULL);
        check_messages(diagnostics);
    } else {
        for (uint32_t n = 0; n < patch->n_nodes && n < 256; n++)
            check_node(patch, &patch->nodes[n]);
        /* The print has no includes, and a dialect of its own. */
        check_print(patch, &options);
    }
    gph_patch_free(patch);
    gph_diagnostics_free(diagnostics);
    return 0;
}

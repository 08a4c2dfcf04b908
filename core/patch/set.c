/* Applies --set and its short forms as if they were lines of the patch. [control] */
#include "document.h"

#include "letters.h"
#include "near.h"

#include <stdio.h>
#include <string.h>

static const gph_text *
make_text(gph_document *document, const gph_patch_set *set)
{
    const size_t n_option = strlen(set->option);
    const size_t n = strlen(set->argument);
    char *name = gph_arena_allocate(document->arena, n_option + n + 2, 1);
    if (name == NULL)
        return NULL;
    snprintf(name, n_option + n + 2, "%s %s", set->option, set->argument);
    if (n <= GPH_TEXT_MAX_LINE)
        return gph_diagnostics_text(document->diagnostics, name, set->argument, n);
    gph_diagnostics_error(document->diagnostics, (gph_position){NULL, 0},
                          "%s takes at most %d bytes", set->option, (int)GPH_TEXT_MAX_LINE);
    return NULL;
}

/* SECTION.KEY=VALUE, or VALUE for a target that is known. Fills section, at most 63 bytes. */
static gph_status
read_set(gph_document *document, const gph_patch_set *set, const gph_text *text, char *section,
         gph_raw_entry *entry)
{
    const char *where = set->target != NULL ? set->target : text->bytes;
    const size_t n_where = set->target != NULL ? strlen(where) : text->n_bytes;
    const size_t dot = gph_name_length(where, 0, n_where);
    gph_status status = gph_scan_bytes(text, 0, text->n_bytes, document->diagnostics);
    if (status != GPH_OK)
        return status;
    if (dot == 0 || dot > GPH_NAME_MAX_BYTES || dot == n_where || where[dot] != '.') {
        gph_diagnostics_error(document->diagnostics, (gph_position){text, 0},
                              "%s takes SECTION.KEY=VALUE, such as mic.channels=3-4", set->option);
        return GPH_ARGUMENT;
    }
    for (size_t i = 0; i < dot; i++)
        section[i] = gph_lower(where[i]);
    section[dot] = '\0';
    if (set->target == NULL)
        return gph_scan_entry(text, dot + 1, text->n_bytes, document->arena, document->diagnostics,
                              entry);
    const size_t n_key = n_where - dot - 1;
    entry->key = entry->name = gph_arena_copy(document->arena, where + dot + 1, n_key);
    entry->n_key = (uint32_t)n_key;
    entry->at = (gph_position){text, 0};
    if (entry->key == NULL)
        return GPH_MEMORY;
    return gph_scan_value(text, 0, text->n_bytes, document->diagnostics, entry);
}

static bool
is_reserved(const char *section)
{
    return strcmp(section, "patch") == 0 || strcmp(section, "vars") == 0 ||
           strcmp(section, "control") == 0 || strcmp(section, "modules") == 0;
}

static gph_status
no_such_section(gph_document *document, const char *name, gph_position at)
{
    gph_near near;
    gph_near_init(&near, name, strlen(name));
    for (size_t i = 0; i < document->n; i++)
        gph_near_offer(&near, document->sections[i].name, NULL);
    if (near.best != NULL)
        gph_diagnostics_error(document->diagnostics, at, "no section [%s]; did you mean [%s]?",
                              name, near.best);
    else
        gph_diagnostics_error(document->diagnostics, at,
                              "no section [%s]; a patch gets its nodes from its file", name);
    return GPH_ARGUMENT;
}

static void
drop(gph_document *document, gph_raw_section *section, const char *key)
{
    gph_raw_entry *was = gph_section_find(section, key);
    if (was == NULL)
        return;
    const size_t at = (size_t)(was - section->entries);
    memmove(was, was + 1, (section->n - at - 1) * sizeof *was);
    section->n--;
    document->n_keys--;
}

static gph_status
apply(gph_document *document, const char *name, const gph_raw_entry *entry)
{
    const gph_position at = {entry->at.text, 0};
    gph_raw_section *section = gph_document_find(document, name);
    const bool fixed = strcmp(entry->key, "override") == 0 ||
                       (strcmp(name, "patch") == 0 &&
                        (strcmp(entry->key, "dialect") == 0 || strcmp(entry->key, "include") == 0));
    if (fixed) {
        gph_diagnostics_error(document->diagnostics, entry->at,
                              "'%s' has its effect while files are read; it cannot be set here",
                              entry->key);
        return GPH_ARGUMENT;
    }
    if (section == NULL && !is_reserved(name))
        return no_such_section(document, name, at);
    if (section == NULL) {
        const char *copy = gph_arena_copy(document->arena, name, strlen(name));
        if (copy == NULL || !gph_arena_grow(document->arena, &document->sections, document->n,
                                            &document->capacity, sizeof(*section)))
            return GPH_MEMORY;
        section = &document->sections[document->n++];
        *section = (gph_raw_section){.name = copy, .at = at};
    }
    /* It means both directions, whatever the file says of one. */
    if (strcmp(name, "patch") == 0 && strcmp(entry->key, "device") == 0) {
        drop(document, section, "device.in");
        drop(document, section, "device.out");
    }
    gph_raw_entry *was = gph_section_find(section, entry->key);
    if (was != NULL) {
        *was = *entry;
        return GPH_OK;
    }
    if (!gph_arena_grow(document->arena, &section->entries, section->n, &section->capacity,
                        sizeof(*entry)))
        return GPH_MEMORY;
    section->entries[section->n++] = *entry;
    document->n_keys++;
    return GPH_OK;
}

gph_status
gph_document_set(gph_document *document)
{
    const gph_patch_options *options = document->options;
    gph_status result = GPH_OK;
    for (uint32_t i = 0; i < options->n_sets; i++) {
        char section[GPH_NAME_MAX_BYTES + 1];
        gph_raw_entry entry = {0};
        const size_t before = gph_diagnostics_n_errors(document->diagnostics);
        const gph_text *text = make_text(document, &options->sets[i]);
        if (text == NULL && gph_diagnostics_n_errors(document->diagnostics) == before)
            return GPH_MEMORY;
        gph_status status = GPH_ARGUMENT;
        if (text != NULL)
            status = read_set(document, &options->sets[i], text, section, &entry);
        if (status == GPH_OK)
            status = apply(document, section, &entry);
        if (status == GPH_MEMORY)
            return status;
        if (status != GPH_OK)
            result = status;
    }
    return result;
}

/* Joins the sections of several files: each stands in one, unless a later says `override = on`.
 * [control] */
#include "document.h"

#include "letters.h"

#include <string.h>

gph_raw_section *
gph_document_find(const gph_document *document, const char *name)
{
    for (size_t i = 0; i < document->n; i++)
        if (strcmp(document->sections[i].name, name) == 0)
            return &document->sections[i];
    return NULL;
}

gph_raw_entry *
gph_section_find(const gph_raw_section *section, const char *key)
{
    for (size_t i = 0; section != NULL && i < section->n; i++)
        if (strcmp(section->entries[i].key, key) == 0)
            return &section->entries[i];
    return NULL;
}

static void
remove_entry(gph_raw_section *section, const char *key)
{
    gph_raw_entry *entry = gph_section_find(section, key);
    if (entry == NULL)
        return;
    const size_t behind = section->n - 1 - (size_t)(entry - section->entries);
    memmove(entry, entry + 1, behind * sizeof(*entry));
    section->n--;
}

/* Reads and removes `override`. */
static bool
take_override(gph_document *document, gph_raw_section *section, gph_position *at)
{
    const gph_spec spec = {.name = "override"};
    const gph_raw_entry *entry = gph_section_find(section, "override");
    gph_fault fault;
    bool on = false;
    if (entry == NULL)
        return false;
    *at = entry->at;
    if (gph_value_parse_switch(entry->value, entry->n_value, &spec, &on, &fault) != GPH_OK)
        gph_diagnostics_error(
            document->diagnostics,
            (gph_position){entry->value_at.text, entry->value_at.offset + fault.span.offset}, "%s",
            fault.text);
    remove_entry(section, "override");
    return on;
}

static gph_status
note_override(gph_document *document, const gph_raw_section *section, const gph_raw_entry *was,
              const gph_raw_entry *is)
{
    if (!gph_arena_grow(document->arena, &document->overrides, document->n_overrides,
                        &document->overrides_capacity, sizeof(*document->overrides)))
        return GPH_MEMORY;
    document->overrides[document->n_overrides++] =
        (gph_patch_override){section->name, was->key, was->at, is->at};
    return GPH_OK;
}

/* The keys of `later` replace those of `earlier`, or are added. */
static gph_status
override_section(gph_document *document, gph_raw_section *earlier, const gph_raw_section *later)
{
    const size_t n = earlier->n;
    gph_name *names = gph_arena_allocate(document->arena, n, sizeof(*names));
    if (names == NULL)
        return GPH_MEMORY;
    for (size_t i = 0; i < n; i++)
        names[i] = (gph_name){earlier->entries[i].key, (uint32_t)i};
    gph_names_sort(names, n);
    for (size_t i = 0; i < later->n; i++) {
        const gph_raw_entry *entry = &later->entries[i];
        const gph_name *found = gph_names_find(names, n, entry->key, strlen(entry->key));
        if (found != NULL) {
            gph_raw_entry *was = &earlier->entries[found->value];
            if (note_override(document, earlier, was, entry) != GPH_OK)
                return GPH_MEMORY;
            *was = *entry;
            document->n_keys--;
            continue;
        }
        if (!gph_arena_grow(document->arena, &earlier->entries, earlier->n, &earlier->capacity,
                            sizeof(*entry)))
            return GPH_MEMORY;
        earlier->entries[earlier->n++] = *entry;
    }
    return GPH_OK;
}

static gph_status
merge_section(gph_document *document, const gph_name *names, size_t n_names,
              gph_raw_section *section)
{
    gph_position at = section->at;
    const bool patch = strcmp(section->name, "patch") == 0;
    if (patch) {
        remove_entry(section, "dialect");
        remove_entry(section, "include");
    }
    const bool override = take_override(document, section, &at);
    if (patch && section->n == 0)
        return GPH_OK;
    const gph_name *found = gph_names_find(names, n_names, section->name, strlen(section->name));
    if (found == NULL) {
        if (override)
            gph_diagnostics_error(document->diagnostics, at,
                                  "there is no earlier [%s] to override; an earlier file is one "
                                  "that this file includes",
                                  section->name);
        if (!gph_arena_grow(document->arena, &document->sections, document->n, &document->capacity,
                            sizeof(*section)))
            return GPH_MEMORY;
        document->sections[document->n++] = *section;
        return GPH_OK;
    }
    gph_raw_section *earlier = &document->sections[found->value];
    if (override)
        return override_section(document, earlier, section);
    gph_diagnostics_error(document->diagnostics, section->at,
                          "[%s] is already defined; 'override = on' here would replace its keys",
                          section->name);
    gph_diagnostics_note(document->diagnostics, earlier->at, "first defined here");
    return GPH_OK;
}

gph_status
gph_document_merge(gph_document *document, const gph_scan *scan)
{
    const size_t n_names = document->n;
    gph_name *names = gph_arena_allocate(document->arena, n_names, sizeof(*names));
    if (names == NULL)
        return GPH_MEMORY;
    for (size_t i = 0; i < n_names; i++)
        names[i] = (gph_name){document->sections[i].name, (uint32_t)i};
    gph_names_sort(names, n_names);
    document->n_keys += scan->n_keys;
    for (size_t i = 0; i < scan->n; i++)
        if (merge_section(document, names, n_names, &scan->sections[i]) != GPH_OK)
            return GPH_MEMORY;
    if (document->n_keys > GPH_PATCH_MAX_KEYS)
        gph_diagnostics_error(document->diagnostics, (gph_position){scan->text, 0},
                              "with this file the patch has %zu keys; %d are the most",
                              document->n_keys, (int)GPH_PATCH_MAX_KEYS);
    return GPH_OK;
}

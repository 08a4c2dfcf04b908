/* Runs the passes from text to patch, and finds things in the result. [control] */
#include "patch.h"

#include "build.h"
#include "letters.h"

#include <string.h>

static gph_status
index_nodes(gph_build *build)
{
    gph_patch *patch = build->patch;
    gph_name *nodes = gph_arena_allocate(build->arena, patch->n_nodes, sizeof(*nodes));
    gph_name *groups = gph_arena_allocate(build->arena, patch->n_groups, sizeof(*groups));
    if (nodes == NULL || groups == NULL)
        return GPH_MEMORY;
    for (uint32_t i = 0; i < patch->n_nodes; i++)
        nodes[i] = (gph_name){patch->nodes[i].name, i};
    for (uint32_t i = 0; i < patch->n_groups; i++)
        groups[i] = (gph_name){patch->groups[i].name, i};
    gph_names_sort(nodes, patch->n_nodes);
    gph_names_sort(groups, patch->n_groups);
    patch->inside->node_names = nodes;
    patch->inside->group_names = groups;
    return GPH_OK;
}

gph_status
gph_build_index(gph_build *build)
{
    const gph_patch *patch = build->patch;
    if (index_nodes(build) != GPH_OK)
        return GPH_MEMORY;
    const gph_name *names = patch->inside->node_names;
    for (uint32_t i = 1, first = 0; i < patch->n_nodes; i++) {
        if (strcmp(names[i].name, names[first].name) != 0) {
            first = i;
            continue;
        }
        const gph_patch_node *node = &patch->nodes[names[i].value];
        const gph_patch_node *earlier = &patch->nodes[names[first].value];
        const bool copy = node->group != NULL;
        gph_diagnostics_error(build->diagnostics, node->at, "[%s] is already defined%s", node->name,
                              copy ? ", and 'repeat' makes it again" : " by a 'repeat'");
        gph_diagnostics_note(build->diagnostics, earlier->at, "first defined here");
    }
    return GPH_OK;
}

static gph_status
build_nodes(gph_build *build)
{
    static const char *const reserved[] = {"patch", "vars", "control", "modules"};
    gph_document *document = build->document;
    for (size_t i = 0; i < document->n; i++) {
        bool node = true;
        for (size_t r = 0; r < sizeof(reserved) / sizeof(reserved[0]); r++)
            node = node && strcmp(document->sections[i].name, reserved[r]) != 0;
        if (node && gph_build_node(build, &document->sections[i]) != GPH_OK)
            return GPH_MEMORY;
        if (build->n_nodes <= GPH_PATCH_MAX_NODES)
            continue;
        gph_diagnostics_error(build->diagnostics, document->sections[i].at,
                              "this makes %zu nodes; a patch has at most %d", build->n_nodes,
                              (int)GPH_PATCH_MAX_NODES);
        break;
    }
    build->patch->nodes = build->nodes;
    build->patch->n_nodes = (uint32_t)build->n_nodes;
    build->patch->groups = build->groups;
    build->patch->n_groups = (uint32_t)build->n_groups;
    return gph_build_index(build);
}

static gph_status
build_vars(gph_build *build)
{
    gph_substitution *s = &build->substitution;
    *s = (gph_substitution){.arena = build->arena,
                            .diagnostics = build->diagnostics,
                            .options = build->document->options};
    const gph_raw_section *section = gph_document_find(build->document, "vars");
    if (gph_substitution_init(s, section) != GPH_OK)
        return GPH_MEMORY;
    gph_patch_entry *vars = gph_arena_allocate(build->arena, s->n_vars, sizeof(*vars));
    if (vars == NULL)
        return GPH_MEMORY;
    for (size_t i = 0; i < s->n_vars; i++)
        vars[i] = s->vars[i].entry;
    build->patch->vars = vars;
    build->patch->n_vars = (uint32_t)s->n_vars;
    return GPH_OK;
}

static gph_status
build_patch(gph_build *build)
{
    gph_document *document = build->document;
    gph_status status = build_vars(build);
    if (status == GPH_OK)
        status = gph_build_settings(build, gph_document_find(document, "patch"));
    if (status == GPH_OK)
        status = build_nodes(build);
    if (status == GPH_OK)
        status = gph_build_control(build, gph_document_find(document, "control"));
    if (status == GPH_OK)
        status = gph_build_pins(build, gph_document_find(document, "modules"));
    build->patch->overrides = document->overrides;
    build->patch->n_overrides = (uint32_t)document->n_overrides;
    return status;
}

/* Ends a pass whose own result is `status`: what stands in the diagnostics decides too. */
static gph_status
end_pass(gph_diagnostics *diagnostics, gph_status status)
{
    if (status == GPH_MEMORY)
        gph_diagnostics_out_of_memory(diagnostics);
    const gph_status told = gph_diagnostics_end_pass(diagnostics);
    if (told == GPH_MEMORY)
        return told;
    return status != GPH_OK ? status : told;
}

/* All passes; `bytes` NULL: from the file. */
static gph_status
run_passes(gph_patch *patch, const char *bytes, size_t n)
{
    gph_document *document = &patch->inside->document;
    gph_status status = bytes == NULL ? gph_document_load(document, patch->path)
                                      : gph_document_load_text(document, patch->path, bytes, n);
    if (status == GPH_OK)
        status = gph_document_set(document);
    status = end_pass(document->diagnostics, status);
    if (status != GPH_OK)
        return status;
    gph_build build = {.arena = document->arena,
                       .diagnostics = document->diagnostics,
                       .document = document,
                       .patch = patch};
    return end_pass(document->diagnostics, build_patch(&build));
}

/* An empty patch in an arena of its own. */
static gph_patch *
new_patch(const char *path, const gph_patch_options *options, gph_diagnostics *diagnostics)
{
    gph_arena *arena = gph_arena_new(options->allocator);
    if (arena == NULL)
        return NULL;
    gph_patch *patch = gph_arena_allocate(arena, 1, sizeof(*patch));
    struct gph_patch_inside *inside = gph_arena_allocate(arena, 1, sizeof(*inside));
    const char *own_path = gph_arena_copy(arena, path, strlen(path));
    gph_patch_options *own = gph_arena_allocate(arena, 1, sizeof(*own));
    if (patch == NULL || inside == NULL || own_path == NULL || own == NULL) {
        gph_arena_free(arena);
        return NULL;
    }
    *own = *options;
    inside->arena = arena;
    inside->document.arena = arena;
    inside->document.diagnostics = diagnostics;
    inside->document.options = own;
    patch->path = own_path;
    patch->inside = inside;
    return patch;
}

gph_status
gph_patch_load_text(const char *name, const char *bytes, size_t n, const gph_patch_options *options,
                    gph_diagnostics *diagnostics, gph_patch **patch)
{
    static const gph_patch_options defaults = {0};
    *patch = NULL;
    gph_patch *loaded = new_patch(name, options != NULL ? options : &defaults, diagnostics);
    if (loaded == NULL)
        return end_pass(diagnostics, GPH_MEMORY);
    const gph_status status = run_passes(loaded, bytes, n);
    if (status != GPH_OK) {
        gph_patch_free(loaded);
        return status;
    }
    *patch = loaded;
    return GPH_OK;
}

gph_status
gph_patch_load(const char *path, const gph_patch_options *options, gph_diagnostics *diagnostics,
               gph_patch **patch)
{
    return gph_patch_load_text(path, NULL, 0, options, diagnostics, patch);
}

void
gph_patch_free(gph_patch *patch)
{
    if (patch != NULL)
        gph_arena_free(patch->inside->arena);
}

gph_arena *
gph_patch_arena(const gph_patch *patch)
{
    return patch->inside->arena;
}

const gph_patch_node *
gph_patch_find_node(const gph_patch *patch, const char *name)
{
    const gph_name *found =
        gph_names_find(patch->inside->node_names, patch->n_nodes, name, strlen(name));
    return found != NULL ? &patch->nodes[found->value] : NULL;
}

const gph_patch_group *
gph_patch_find_group(const gph_patch *patch, const char *name)
{
    const gph_name *found =
        gph_names_find(patch->inside->group_names, patch->n_groups, name, strlen(name));
    return found != NULL ? &patch->groups[found->value] : NULL;
}

const gph_patch_entry *
gph_patch_node_entry(const gph_patch_node *node, const char *name)
{
    for (uint32_t i = 0; i < node->n_entries; i++)
        if (gph_compare_names(name, strlen(name), node->entries[i].name) == 0)
            return &node->entries[i];
    return NULL;
}

const char *
gph_patch_resolve(const gph_patch *patch, const gph_patch_entry *entry, const char *file)
{
    const gph_document *document = &patch->inside->document;
    const char *from = patch->path;
    for (uint32_t i = 0; i < document->n_files; i++)
        if (document->files[i].text == entry->at.text)
            from = document->files[i].path;
    return gph_path_join(patch->inside->arena, from, file, strlen(file));
}

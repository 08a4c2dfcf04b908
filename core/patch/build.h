/* What the last passes share: sections -> nodes, settings, controls. [control] */
#ifndef GPH_PATCH_BUILD_H
#define GPH_PATCH_BUILD_H

#include "document.h"
#include "substitute.h"

typedef struct gph_build {
    gph_arena *arena;
    gph_diagnostics *diagnostics;
    gph_document *document;
    gph_substitution substitution;
    gph_patch *patch;
    gph_patch_node *nodes;
    size_t n_nodes;
    size_t nodes_capacity;
    gph_patch_group *groups;
    size_t n_groups;
    size_t groups_capacity;
    size_t n_keys;            /* of all copies */
    gph_host_option *options; /* room for as many as [patch] has keys */
} gph_build;

/* What a patch needs for look-ups and printing. */
struct gph_patch_inside {
    gph_arena *arena;
    gph_document document;
    const gph_name *node_names; /* sorted */
    const gph_name *group_names;
};

/* Each takes a section (NULL: there is none), tells what is wrong with it, and fails only when
 * memory is out. */
gph_status gph_build_settings(gph_build *build, const gph_raw_section *section);
gph_status gph_build_control(gph_build *build, const gph_raw_section *section);
gph_status gph_build_pins(gph_build *build, const gph_raw_section *section);
gph_status gph_build_node(gph_build *build, const gph_raw_section *section);

/* Sorts nodes and groups by name and tells which are there twice. */
gph_status gph_build_index(gph_build *build);

/* wants one of some words, for keys that the patch itself knows. */
bool gph_build_choice(gph_build *build, const gph_patch_entry *entry, const char *const *choices,
                      const char *owner, uint32_t *index);

#endif

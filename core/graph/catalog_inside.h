/* What the files of the catalog share. [control] */
#ifndef GPH_GRAPH_CATALOG_INSIDE_H
#define GPH_GRAPH_CATALOG_INSIDE_H

#include "builtin.h"
#include "catalog.h"

#include "../platform/library.h"

/* A folder of the search. */
typedef struct search_folder {
    const char *path; /* as told to people; absolute unless refused */
    const char *refused;
} search_folder;

/* A module file that was looked at. */
typedef struct found_module {
    gph_module_info info;
    bool loaded;
    bool pinned; /* its digest was compared */
    uint8_t sha256[32];
} found_module;

struct gph_catalog {
    gph_arena *arena;
    search_folder *folders;
    size_t n_folders;
    size_t folders_capacity;
    found_module **modules; /* each allocated once, so that they do not move */
    size_t n_modules;
    size_t modules_capacity;
    const gph_type_info *builtins[GPH_N_BUILTINS];
    const char **stems; /* of all files in all folders, for the nearest name */
    size_t n_stems;
    bool has_stems;
};

extern const gph_library_wanted gph_module_wanted;

/* Reads a loaded module into `found`. GPH_UNSUPPORTED: found->info.refused says why. */
gph_status gph_module_read(gph_catalog *catalog, found_module *found, const gph_module *module);

/* The module of a stem in a folder, loaded when `load` and it may be; remembered. GPH_ARGUMENT:
 * there is no such file. GPH_MEMORY. What cannot be used is GPH_OK and has info.refused. */
gph_status gph_catalog_look(gph_catalog *catalog, const char *folder, const char *stem,
                            const uint8_t *sha256, bool load, found_module **found);

/* Fills in catalog->stems, once. */
gph_status gph_catalog_stems(gph_catalog *catalog);

#endif

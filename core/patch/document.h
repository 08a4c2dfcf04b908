/* A patch file with all that it includes, as one list of sections. [control] */
#ifndef GPH_PATCH_DOCUMENT_H
#define GPH_PATCH_DOCUMENT_H

#include "names.h"
#include "patch.h"
#include "scan.h"

/* A file that was read. */
typedef struct gph_document_file {
    const gph_text *text;
    const char *path; /* as opened */
} gph_document_file;

/* The keys dialect, include and override are gone: they have been obeyed. */
typedef struct gph_document {
    gph_arena *arena;
    gph_diagnostics *diagnostics;
    const gph_patch_options *options;
    gph_raw_section *sections;
    size_t n;
    size_t capacity;
    size_t n_keys;
    size_t n_bytes; /* of all files */
    gph_document_file files[GPH_PATCH_MAX_FILES];
    uint32_t n_files;
    gph_patch_override *overrides;
    size_t n_overrides;
    size_t overrides_capacity;
} gph_document;

/* Reads `path` and its includes. Ends no pass. GPH_IO or GPH_LIMIT when `path` cannot be read (told
 * too); GPH_MEMORY; GPH_ARGUMENT when a problem was told. */
gph_status gph_document_load(gph_document *document, const char *path);

/* The same with the bytes of the first file given. */
gph_status gph_document_load_text(gph_document *document, const char *name, const char *bytes,
                                  size_t n);

/* Applies options->sets. */
gph_status gph_document_set(gph_document *document);

/* Adds a scanned file's sections; `first` is the text of the patch itself. */
gph_status gph_document_merge(gph_document *document, const gph_scan *scan);

gph_raw_section *gph_document_find(const gph_document *document, const char *name);
gph_raw_entry *gph_section_find(const gph_raw_section *section, const char *key);

/* FILE as seen from the folder of `from`; absolute ones stay. NULL when memory is out. */
const char *gph_path_join(gph_arena *arena, const char *from, const char *file, size_t n);

#endif

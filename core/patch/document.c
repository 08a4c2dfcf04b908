/* Reads a patch file and all that it includes. [control] */
#include "document.h"

#include "dictionary.h"
#include "letters.h"
#include "substitute.h"

#include "../platform/path.h"
#include "../platform/wholefile.h"

#include <string.h>

enum { MOST_BYTES = 4 * GPH_TEXT_MAX_BYTES /* of all files of a patch */ };

/* The files between the patch and the one being read. */
typedef struct chain {
    const struct chain *outer; /* NULL: the patch itself */
    const char *path;
    gph_position at; /* of the name in the outer file's `include` */
    uint32_t depth;
} chain;

static gph_status load_file(gph_document *document, const chain *file);

const char *
gph_path_join(gph_arena *arena, const char *from, const char *file, size_t n)
{
    size_t folder = strlen(from);
    while (folder > 0 && !gph_path_is_separator(from[folder - 1]))
        folder--;
    char *path = gph_arena_allocate(arena, folder + n + 1, 1);
    if (path == NULL)
        return NULL;
    memcpy(path + folder, file, n);
    if (gph_path_is_absolute(path + folder))
        return path + folder;
    memcpy(path, from, folder);
    return path;
}

static gph_position
value_place(const gph_raw_entry *entry, size_t offset)
{
    return (gph_position){entry->value_at.text, entry->value_at.offset + (uint32_t)offset};
}

/* The patch itself must say its dialect; an included file may. */
static void
check_dialect(gph_document *document, const gph_scan *scan, const gph_raw_section *patch,
              bool required)
{
    const gph_raw_entry *dialect = gph_section_find(patch, "dialect");
    if (dialect == NULL && required && patch != NULL)
        gph_diagnostics_error(document->diagnostics, patch->at,
                              "[patch] needs 'dialect = 1', which says how to read this file");
    else if (dialect == NULL && required)
        gph_diagnostics_error(document->diagnostics, (gph_position){scan->text, 0},
                              "no [patch] section with 'dialect = 1'; every patch has one");
    if (dialect == NULL || (dialect->n_value == 1 && dialect->value[0] == '1'))
        return;
    bool number = dialect->n_value > 0 && dialect->n_value < 6 && dialect->value[0] != '0';
    for (uint32_t i = 0; i < dialect->n_value; i++)
        number = number && gph_is_digit(dialect->value[i]);
    gph_diagnostics_error(document->diagnostics, dialect->value_at,
                          number ? "this is dialect %.*s; this program reads dialect 1"
                                 : "'%.*s' is not a dialect; this program reads dialect 1",
                          (int)(dialect->n_value > 60 ? 60 : dialect->n_value), dialect->value);
}

static gph_status
include_item(gph_document *document, const chain *includer, const gph_raw_entry *entry,
             gph_span item)
{
    const gph_position at = value_place(entry, item.offset);
    gph_raw_entry part = *entry;
    gph_patch_entry file;
    if (item.length == 0) {
        gph_diagnostics_error(document->diagnostics, at, "the name of a file is missing");
        return GPH_OK;
    }
    part.value = entry->value + item.offset;
    part.n_value = item.length;
    part.value_at = at;
    gph_substitution environment = {.arena = document->arena,
                                    .diagnostics = document->diagnostics,
                                    .options = document->options,
                                    .before_vars = true};
    gph_status status = gph_substitute(&environment, &part, NULL, &file);
    if (status != GPH_OK)
        return status == GPH_MEMORY ? status : GPH_OK;
    chain inner = {includer,
                   gph_path_join(document->arena, includer->path, file.value, file.n_value), at,
                   includer->depth + 1};
    if (inner.path == NULL)
        return GPH_MEMORY;
    status = load_file(document, &inner);
    return status == GPH_MEMORY ? status : GPH_OK;
}

static gph_status
include_all(gph_document *document, const chain *includer, const gph_raw_entry *entry)
{
    size_t cursor = 0;
    gph_span item;
    while (gph_value_next_item(entry->value, entry->n_value, &cursor, &item)) {
        const gph_status status = include_item(document, includer, entry, item);
        if (status != GPH_OK)
            return status;
    }
    return GPH_OK;
}

/* A file's bytes are here: scan, compare, include, merge. */
static gph_status
take_text(gph_document *document, const chain *file, const char *bytes, size_t n)
{
    gph_scan scan;
    const size_t before = gph_diagnostics_n_errors(document->diagnostics);
    const gph_text *text = gph_diagnostics_text(document->diagnostics, file->path, bytes, n);
    if (text == NULL)
        return GPH_MEMORY;
    document->files[document->n_files++] = (gph_document_file){text, file->path};
    gph_status status = gph_scan_text(text, document->arena, document->diagnostics, &scan);
    if (status != GPH_OK)
        return status;
    const gph_raw_section *patch = NULL;
    for (size_t i = 0; i < scan.n && patch == NULL; i++)
        if (strcmp(scan.sections[i].name, "patch") == 0)
            patch = &scan.sections[i];
    if (gph_diagnostics_n_errors(document->diagnostics) > before)
        return GPH_ARGUMENT;
    check_dialect(document, &scan, patch, file->outer == NULL);
    if (gph_diagnostics_n_errors(document->diagnostics) > before)
        return GPH_ARGUMENT;
    status = gph_dictionary_check(&scan, document->diagnostics);
    if (status != GPH_OK)
        return status;
    const gph_raw_entry *include = gph_section_find(patch, "include");
    if (include != NULL)
        status = include_all(document, file, include);
    if (status == GPH_OK)
        status = gph_document_merge(document, &scan);
    if (status != GPH_OK)
        return status;
    return gph_diagnostics_n_errors(document->diagnostics) > before ? GPH_ARGUMENT : GPH_OK;
}

static gph_status
check_chain(gph_document *document, const chain *file)
{
    for (const chain *outer = file->outer; outer != NULL; outer = outer->outer) {
        if (strcmp(outer->path, file->path) != 0)
            continue;
        gph_diagnostics_error(document->diagnostics, file->at, "'%s' would include itself",
                              file->path);
        return GPH_ARGUMENT;
    }
    if (file->depth <= GPH_PATCH_MAX_DEPTH && document->n_files < GPH_PATCH_MAX_FILES)
        return GPH_OK;
    if (document->n_files == GPH_PATCH_MAX_FILES)
        gph_diagnostics_error(document->diagnostics, file->at, "a patch has at most %d files",
                              (int)GPH_PATCH_MAX_FILES);
    else
        gph_diagnostics_error(document->diagnostics, file->at,
                              "files include each other at most %d deep", (int)GPH_PATCH_MAX_DEPTH);
    return GPH_ARGUMENT;
}

static gph_status
cannot_read(gph_document *document, const chain *file, const char *why, gph_status status)
{
    gph_diagnostics_error(document->diagnostics, file->at, "cannot read '%s': %s", file->path, why);
    return status;
}

static gph_status
load_file(gph_document *document, const chain *file)
{
    gph_wholefile open;
    size_t n = 0;
    gph_status status = check_chain(document, file);
    if (status != GPH_OK)
        return status;
    status = gph_wholefile_open(&open, file->path, GPH_TEXT_MAX_BYTES);
    if (status != GPH_OK)
        return cannot_read(document, file, open.why, status);
    document->n_bytes += open.size;
    if (document->n_bytes > MOST_BYTES) {
        gph_wholefile_close(&open);
        return cannot_read(document, file, "the files of a patch have at most 4 MiB together",
                           GPH_LIMIT);
    }
    char *bytes = gph_arena_allocate(document->arena, open.size + 1, 1);
    status = bytes == NULL ? GPH_MEMORY : gph_wholefile_read(&open, bytes, &n);
    gph_wholefile_close(&open);
    if (status == GPH_IO)
        return cannot_read(document, file, open.why, status);
    if (status != GPH_OK)
        return status;
    return take_text(document, file, bytes, n);
}

gph_status
gph_document_load(gph_document *document, const char *path)
{
    const chain file = {NULL, path, {NULL, 0}, 0};
    return load_file(document, &file);
}

gph_status
gph_document_load_text(gph_document *document, const char *name, const char *bytes, size_t n)
{
    const chain file = {NULL, name, {NULL, 0}, 0};
    if (n > GPH_TEXT_MAX_BYTES) {
        gph_diagnostics_error(document->diagnostics, file.at,
                              "cannot read '%s': it has %zu bytes; %d are the most", name, n,
                              (int)GPH_TEXT_MAX_BYTES);
        return GPH_LIMIT;
    }
    return take_text(document, &file, bytes, n);
}

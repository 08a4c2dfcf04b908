/* Lines of a text -> sections and keys with their places: the strict grammar. [control] */
#ifndef GPH_PATCH_SCAN_H
#define GPH_PATCH_SCAN_H

#include "diagnostics.h"
#include "list.h"

/* key = value, as written. */
typedef struct gph_raw_entry {
    const char *key;  /* lower case, no blanks */
    const char *name; /* key without index */
    gph_list index;   /* spans count from the key's start */
    gph_list index_to;
    gph_position at;       /* of the key */
    uint32_t n_key;        /* bytes of the key as written */
    gph_position value_at; /* of the value's first byte, inside the quotes */
    const char *value;     /* in the text: not NUL-ended */
    uint32_t n_value;
    char quote; /* '"', '\'' or 0 */
} gph_raw_entry;

typedef struct gph_raw_section {
    const char *name; /* lower case; "" when the line was in error */
    gph_position at;  /* of the name */
    gph_raw_entry *entries;
    size_t n;
    size_t capacity;
} gph_raw_section;

typedef struct gph_scan {
    const gph_text *text;
    gph_raw_section *sections;
    size_t n;
    size_t capacity;
    size_t n_keys; /* of all sections */
} gph_scan;

/* Scans a text. Problems go to `diagnostics`, whose pass the caller ends; GPH_MEMORY or GPH_OK. */
gph_status gph_scan_text(const gph_text *text, gph_arena *arena, gph_diagnostics *diagnostics,
                         gph_scan *scan);

/* Scans `KEY = VALUE` between two bytes of a text that holds nothing else of interest: a line, or
 * the argument of --set. GPH_ARGUMENT when it is in error (which was then told). */
gph_status gph_scan_entry(const gph_text *text, size_t from, size_t to, gph_arena *arena,
                          gph_diagnostics *diagnostics, gph_raw_entry *entry);

/* The value only, from byte `from` of a line that ends at `to`. */
gph_status gph_scan_value(const gph_text *text, size_t from, size_t to,
                          gph_diagnostics *diagnostics, gph_raw_entry *entry);

/* Whether text[from, to) is free of NUL, control characters and bad UTF-8; tells what is not. */
gph_status gph_scan_bytes(const gph_text *text, size_t from, size_t to,
                          gph_diagnostics *diagnostics);

#endif

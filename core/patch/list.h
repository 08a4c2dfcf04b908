/* Index lists: `1-8, 17-24`, `odd`, `3-`. [control] */
#ifndef GPH_PATCH_LIST_H
#define GPH_PATCH_LIST_H

#include "arena.h"
#include "text.h"
#include "value.h"

#include <stdbool.h>

typedef enum gph_range_kind {
    GPH_RANGE_FROM_TO, /* first to last, downwards if first > last; n is n-n */
    GPH_RANGE_OPEN,    /* first to the last there is */
    GPH_RANGE_ODD,
    GPH_RANGE_EVEN
} gph_range_kind;

typedef struct gph_range {
    gph_range_kind kind;
    uint32_t first; /* from 1; FROM_TO and OPEN */
    uint32_t last;  /* FROM_TO */
    gph_span span;  /* in the text that was parsed */
} gph_range;

/* n_ranges 0: no list was written. */
typedef struct gph_list {
    const gph_range *ranges;
    uint32_t n_ranges;
    gph_span span;
} gph_list;

/* Parses all of text[from, to) as a list. On GPH_ARGUMENT `fault` says where; offsets count from
 * `text`. Numbers are 1 to 1,000,000. */
gph_status gph_list_parse(const char *text, size_t from, size_t to, gph_arena *arena,
                          gph_list *list, gph_fault *fault);

/* Writes the indexes, from 1 and at most `width` each, in order and with repetitions. An index
 * beyond `width` is GPH_ARGUMENT (the fault is its range's span; `text` of the fault is "%u is
 * beyond the last of them, WIDTH"); more than `capacity` is GPH_LIMIT. */
gph_status gph_list_resolve(const gph_list *list, uint32_t width, uint32_t *indexes,
                            uint32_t capacity, uint32_t *n_indexes, gph_fault *fault);

/* Whether it has no open end, no `odd`, no `even`; then its count is *n_indexes and *highest its
 * greatest index. */
bool gph_list_is_closed(const gph_list *list, uint64_t *n_indexes, uint32_t *highest);

#endif

/* Parses wiring expressions: `from = vox, gtr[1-2] @ -6dB + fx:wet`. [control]
 *
 *     wiring = bundle { "," bundle }      side by side, widths add up
 *     bundle = term { "+" term }          mixed; equal widths, or 1 to all
 *     term   = node [ "*" ] [ ":" port ] [ "[" list "]" ] [ "@" level ]
 *
 * Blanks may stand between any two of these. What the names mean is the graph's business. */
#ifndef GPH_PATCH_WIRING_H
#define GPH_PATCH_WIRING_H

#include "arena.h"
#include "list.h"
#include "value.h"

typedef struct gph_term {
    const char *node;  /* lower case */
    bool all_copies;   /* `zone*` */
    const char *port;  /* lower case; NULL: the first output */
    gph_list channels; /* n_ranges 0: all */
    bool has_level;
    double gain;        /* linear, negative turns the polarity; 1 without a level */
    gph_quantity level; /* as written */
    gph_span node_span; /* all spans count from the start of the value */
    gph_span port_span;
    gph_span level_span;
    gph_span span; /* of the whole term, without blanks around it */
} gph_term;

typedef struct gph_bundle {
    const gph_term *terms;
    uint32_t n_terms;
    gph_span span;
} gph_bundle;

typedef struct gph_wiring {
    const gph_bundle *bundles;
    uint32_t n_bundles;
} gph_wiring;

/* Parses a whole value. On GPH_ARGUMENT `fault` is filled; GPH_MEMORY when memory is out. */
gph_status gph_wiring_parse(const char *text, size_t n, gph_arena *arena, gph_wiring *wiring,
                            gph_fault *fault);

/* Prints `wiring` in canonical form (levels as written in `text`, which was parsed). NULL when
 * memory is out. */
char *gph_wiring_print(const gph_wiring *wiring, const char *text, gph_arena *arena);

#endif

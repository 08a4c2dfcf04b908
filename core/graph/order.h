/* What sorting shares with finding circles. [control] */
#ifndef GPH_GRAPH_ORDER_H
#define GPH_GRAPH_ORDER_H

#include "heap.h"
#include "inside.h"

/* A sorting on its way. Arrays have one element for each point. */
typedef struct gph_sorting {
    uint32_t n;
    uint32_t *first; /* edges of point p are to[first[p]] .. to[first[p + 1]] */
    uint32_t *to;
    uint32_t *waits; /* edges that still hold it back */
    gph_heap next;   /* what may come next, by rank and place in the file */
    uint8_t *rank;
    bool *done;
    uint32_t *order;
    uint32_t n_order;
} gph_sorting;

/* Puts a point into the order and lets go what it held back. */
void gph_graph_release(gph_sorting *sorting, uint32_t point);

/* Tells one circle among the points that are not done, and releases its points, so that the
 * sorting may find the next one. */
gph_status gph_graph_tell_circle(gph_graph_inside *inside, gph_sorting *sorting);

#endif

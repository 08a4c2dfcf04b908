/* Whose turn it is while nodes are made: one after all that it takes from. [control]
 *
 * A feedback's output waits for its input, which comes later in the circle: when nobody else is
 * ready, a node that has some of what it takes from gets its turn, to guess the rest. */
#ifndef GPH_GRAPH_TURNS_H
#define GPH_GRAPH_TURNS_H

#include "heap.h"
#include "inside.h"

typedef struct gph_turns {
    uint32_t *first; /* who takes from node u: to[first[u]] .. to[first[u + 1]] */
    uint32_t *to;
    uint32_t *missing; /* for each node: how many it waits for */
    uint32_t *place;   /* of each node in the order */
    const uint32_t *order;
    bool *made;
    gph_heap ready;  /* places of nodes that wait for nobody */
    gph_heap partly; /* places of nodes that have something; each once for each thing it has */
} gph_turns;

gph_status gph_turns_init(gph_turns *turns, const gph_graph_inside *inside);

/* The next node, the first in the order of those that may be; false: nobody is left but such as
 * wait for each other. *guess: it does not have all yet. */
bool gph_turns_next(gph_turns *turns, uint32_t *node, bool *guess);

/* The node has been made or has failed; its turn does not come again. */
void gph_turns_done(gph_turns *turns, uint32_t node);

#endif

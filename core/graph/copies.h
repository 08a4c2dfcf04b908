/* How often a type must be copied to take the channels that are wired to it. [control] */
#ifndef GPH_GRAPH_COPIES_H
#define GPH_GRAPH_COPIES_H

#include "inside.h"

/* Fills in what one copy of a node sees of each input. *n_copies is 1 where no copies are needed.
 * A width that cannot be has its message, and the node is failed. */
gph_status gph_graph_divide(gph_graph_inside *inside, uint32_t node, uint32_t *n_copies);

#endif

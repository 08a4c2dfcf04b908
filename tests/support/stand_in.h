/* Stands in for core/run while a graph is built without it: runtimes whose tables have widths but no
 * memory, and whose streams take anything. [control] */
#ifndef GPH_TEST_STAND_IN_H
#define GPH_TEST_STAND_IN_H

#include "../../core/graph/graph.h"

typedef struct stand_in {
    uint32_t n_runtimes; /* alive */
    uint32_t n_tables;   /* alive */
} stand_in;

/* Services whose user is `self`; both must outlive the graph. */
gph_graph_services stand_in_services(stand_in *self);

#endif

/* A graph of a patch given as text, with everything that it needs. [control] */
#ifndef GPH_TEST_BUILT_H
#define GPH_TEST_BUILT_H

#include "stand_in.h"

typedef struct built {
    gph_diagnostics *diagnostics;
    gph_patch *patch;
    gph_catalog *catalog;
    stand_in run;
    gph_graph_services services;
    gph_graph *graph;
    gph_status status; /* of the first step that failed */
    char *said;        /* all messages */
} built;

/* Loads `text` as x.ini, builds its graph and, with `max_frames`, activates it. Modules come from the
 * usual folders and `folder` (NULL: none). `allocator` is for the graph and the catalog. */
void built_init(built *self, const char *text, uint32_t max_frames, const char *folder,
                const gph_allocator *allocator);

/* Gives everything back; the run must have got back what it gave. */
void built_finish(built *self);

#endif

/* What all module instances of a rig share: where their lines go, their tables, their disk.
 * [control, but for the worker's queue] */
#ifndef GPH_RUN_CONTEXT_H
#define GPH_RUN_CONTEXT_H

#include "../disk/stream.h"
#include "../graph/graph.h"
#include "runtime.h"
#include "table.h"
#include "worker.h"

/* A line about a node (GPH_NONE: about the rig). [control, worker] */
typedef void gph_context_log(void *user, uint32_t level, uint32_t node, const char *text);

typedef struct gph_context {
    const gph_patch *patch;
    const char *folder; /* absolute: where takes go */
    const char *below;  /* folder below theirs that they go to in a rehearsal, else NULL */
    const struct gph_faulty *faulty; /* the disk of a rehearsal without `link`, else NULL */
    gph_table_set *tables;
    gph_take_counter *takes;
    gph_writer_link *link; /* to the process that writes takes; NULL: threads do */
    gph_workers *workers;
    gph_context_log *log;
    void *log_user;
    gph_node_runtime *first; /* all runtimes */
    /* A table's problem, while table_make listens. */
    gph_graph_fault *table_fault;
} gph_context;

/* The table for gph_graph_build; `context` must outlive the graph. */
gph_graph_services gph_context_services(gph_context *context);

/* Where gph_table_set tells its problems. */
void gph_context_table_report(void *context, uint32_t level, const char *node, const char *setting,
                              const char *text);

/* After gph_graph_activate: rings and threads of all streams. *node and *problem say what failed. */
gph_status gph_context_activate_streams(const gph_graph *graph, uint32_t max_frames, uint32_t *node,
                                        gph_stream_problem *problem);

/* After gph_graph_activate: those whose extension offers work get a worker. */
gph_status gph_context_attach_workers(gph_context *context, const gph_graph *graph);

/* The `index`th stream that writes, in the order of nodes; NULL: there are not so many. */
gph_runtime_stream *gph_context_writer(const gph_graph *graph, uint32_t index);

/* Calls `each` with the ring of each stream. */
void gph_context_each_ring(const gph_graph *graph,
                           void (*each)(void *user, const void *base, size_t bytes), void *user);

/* The next instance that has asked for a restart; *holds: it has a stream or a table open. False: none has. */
bool gph_context_wants_restart(gph_context *context, uint32_t *node, bool *holds);

/* ---- the services' functions, for gph_runtime.get */
extern const gph_tables gph_runtime_tables;
extern const gph_disk gph_runtime_disk;
extern const gph_worker gph_runtime_worker;

/* Closes what an instance left open. */
void gph_runtime_close_tables(gph_node_runtime *runtime);
void gph_runtime_close_streams(gph_node_runtime *runtime);

#endif

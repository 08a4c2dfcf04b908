/* What a module instance gets from us: its gph_runtime, with tables, disk and worker behind it.
 * [making: control; the rest as module.h says]
 *
 * One for each copy of each node, made while the graph is built, so before there is a plan. */
#ifndef GPH_RUN_RUNTIME_H
#define GPH_RUN_RUNTIME_H

#include "../graph/graph.h"
#include "limits.h"
#include "queue.h"

typedef struct gph_node_runtime gph_node_runtime;
struct gph_run;
struct gph_run_step;

/* A stream that an instance has opened. */
typedef struct gph_runtime_stream {
    gph_stream *stream;
    gph_node_runtime *owner;
    char *file; /* the template of what is written; else NULL */
    uint32_t channels;
    bool writes;
    bool takes_new_rate; /* another rate of the host may begin a new take */
    bool keeps_not_finite;
    _Atomic uint32_t *peaks; /* bits of the greatest magnitude, one a channel, since last read */
    float *windows;    /* [control] peaks of the window before and of this one, for each channel */
    int64_t window_ns; /* [control] when this one began */
    _Atomic double *squares; /* sum of the squares of all samples so far, one a channel */
    _Atomic uint64_t heard;  /* frames that they are of */
    double *squares_begun;   /* [control] as they were when those windows began */
    uint64_t heard_begun[2]; /* [control] likewise */
} gph_runtime_stream;

struct gph_node_runtime {
    gph_runtime public_; /* first: what the module has a pointer to */
    struct gph_context *context;
    gph_graph *graph;
    uint32_t node;
    uint32_t copy;
    gph_node *instance; /* set when it is activated */

    gph_runtime_stream streams[GPH_RUN_MAX_STREAMS];
    uint32_t n_streams;
    gph_status refused; /* of the stream that was last asked for and not opened; GPH_OK: none */
    gph_table *tables[GPH_RUN_MAX_TABLES];
    uint32_t n_tables;
    bool writes_table;
    uint32_t followed[GPH_RUN_MAX_TABLES]; /* table nodes opened with FOLLOW */
    uint32_t n_followed;

    /* Worker. */
    const gph_worker_node *worker; /* what the module's extension gave; NULL: it has none */
    gph_queue answers;             /* worker -> audio */
    void *answer_slots;

    /* Audio, while a plan runs. */
    struct gph_run *run;
    struct gph_run_step *step;
    int64_t faults_since; /* frame at which the second of `n_faults` began */
    uint32_t n_faults;    /* told in this second */
    uint32_t faults_unsaid;
    _Atomic bool restart; /* asked for */
    struct gph_node_runtime *next;
};

/* The one behind what a module has. */
gph_node_runtime *gph_runtime_of(const gph_runtime *runtime) GPH_AUDIO;
/* Nothing of it is to be looked after between blocks: no stream, no worker. */
bool gph_runtime_is_bare(const gph_node_runtime *runtime);

/* Members of gph_runtime and gph_worker. */
const void *GPH_CALL gph_runtime_get(const gph_runtime *runtime, const char *id) GPH_AUDIO;
void GPH_CALL gph_runtime_emit(const gph_runtime *runtime, const gph_event *event) GPH_AUDIO;
void GPH_CALL gph_runtime_fault(const gph_runtime *runtime, uint32_t code, int64_t a,
                                int64_t b) GPH_AUDIO;
void GPH_CALL gph_runtime_restart(const gph_runtime *runtime) GPH_AUDIO;
int32_t GPH_CALL gph_runtime_schedule(const gph_runtime *runtime, const void *data,
                                      uint32_t size) GPH_AUDIO;

/* ---- [audio, between calls of the instance] */
/* The next piece of news of its streams; false: there is none. */
bool gph_runtime_news(gph_node_runtime *runtime, gph_event *event) GPH_AUDIO;
/* Gives answers of the worker to the instance. */
void gph_runtime_answers(gph_node_runtime *runtime) GPH_AUDIO;
/* Ends what its streams write with the frame before `when`. */
void gph_runtime_stop_streams(gph_node_runtime *runtime, int64_t when) GPH_AUDIO;
/* In or out of freewheel. */
void gph_runtime_freewheel(gph_node_runtime *runtime, bool on) GPH_AUDIO;

#endif

/* A graph compiled for running: where each channel's samples are, and what is done in which order.
 * Made on the control thread, immutable, read by audio threads. [control; reading: any]
 *
 * Everything is an index into flat arrays, so that the audio side can build its pointers once (a
 * gph_io for each step) and walk them in order. */
#ifndef GPH_GRAPH_PLAN_H
#define GPH_GRAPH_PLAN_H

#include "graph.h"

/* Where the samples of a slot are. */
typedef enum gph_slot_kind {
    GPH_SLOT_ZERO,   /* the buffer of zeros: never written */
    GPH_SLOT_BUFFER, /* buffer `index` of the plan */
    GPH_SLOT_HOST_IN /* cycle->in[index]: never written */
} gph_slot_kind;

/* A channel of an output port, or of a mix. */
typedef struct gph_plan_slot {
    gph_slot_kind kind;
    uint32_t index; /* buffer, or device channel from 0 */
} gph_plan_slot;

/* One term of a mix. */
typedef struct gph_plan_term {
    uint32_t slot;
    float gain;
} gph_plan_term;

/* slot = term 0 * gain 0 + term 1 * gain 1 + ..., in this order, each product and sum rounded to
 * float32. One term whose gain is not 1 is a mix too; one of gain 1 is none: the slot itself. */
typedef struct gph_plan_mix {
    uint32_t slot;
    uint32_t first; /* in plan->terms */
    uint32_t n;     /* 1 or more */
} gph_plan_mix;

/* A port of a step: channel c is in slot plan->channels[first + c]. */
typedef struct gph_plan_port {
    uint32_t first;
    uint32_t channels; /* 0: not wired */
} gph_plan_port;

typedef enum gph_step_kind {
    GPH_STEP_PROCESS,        /* process of one copy of a MODULE node */
    GPH_STEP_FEEDBACK_READ,  /* one out port: what the delay line has */
    GPH_STEP_FEEDBACK_WRITE, /* one in port: goes into the delay line */
    GPH_STEP_OUTPUT, /* one in port: channel c is added to cycle->out[node->device_channels[c]] */
    GPH_STEP_TABLE   /* no port: takes the triggers of a table; before all others */
} gph_step_kind;

/* Step flags. */
#define GPH_STEP_SINK                                                                              \
    (1u << 0) /* what comes in leaves the graph here: output, or module without outputs */
#define GPH_STEP_EARLY (1u << 1) /* a recorder fed by inputs alone: stands before everything else */

typedef struct gph_plan_step {
    uint16_t kind;  /* GPH_STEP_* */
    uint16_t flags; /* GPH_STEP_SINK, ... */
    uint32_t node;
    uint32_t copy;
    uint32_t first_mix; /* plan->mixes[first_mix, + n_mixes): to be made just before */
    uint32_t n_mixes;
    uint32_t first_in; /* plan->ports[first_in, + n_in): the input ports */
    uint32_t n_in;
    uint32_t first_out;
    uint32_t n_out;
    uint32_t first_edge; /* plan->edges[first_edge, + n_edges): triggers that it gives */
    uint32_t n_edges;
} gph_plan_step;

/* A trigger from one step to another one. A node that is replicated gives each of its copies'
 * triggers, and takes one in each copy. */
typedef struct gph_plan_edge {
    uint32_t gives; /* index in the giver's type.triggers */
    uint32_t step;  /* the taker */
    uint32_t takes; /* index in the taker's type.triggers */
    uint32_t late;  /* 1: next cycle; 0: this one, and the taker stands behind the giver */
} gph_plan_edge;

typedef struct gph_plan {
    const gph_graph *graph;
    uint32_t max_frames;

    const gph_plan_step *steps;
    uint32_t n_steps;
    const gph_plan_mix *mixes;
    uint32_t n_mixes;
    const gph_plan_term *terms;
    uint32_t n_terms;
    const gph_plan_port *ports;
    uint32_t n_ports;
    const uint32_t *channels; /* slots */
    uint32_t n_channels;
    const gph_plan_slot *slots;
    uint32_t n_slots;
    const gph_plan_edge *edges;
    uint32_t n_edges;

    uint32_t n_buffers;    /* each of max_frames floats, 64-byte aligned */
    uint64_t buffer_bytes; /* of all of them and the zeros, with padding to 64 bytes */
    uint32_t n_device_in;  /* channels wanted: highest that is named, plus 1 */
    uint32_t n_device_out;
    uint32_t latency;     /* frames, greatest from any input to any output node */
    int64_t tail;         /* frames; -1: for ever */
    uint32_t block_limit; /* no block may be longer: the shortest feedback time; 0: no limit */
    const uint32_t *first_step; /* of each node of the graph, in steps; GPH_NONE: it has none. Its
                                   copies follow; FEEDBACK: the read step */
    struct gph_plan_inside *inside;
} gph_plan;

/* `graph` must be active and outlive the plan; `max_frames` at most what it was activated for. */
gph_status gph_plan_build(const gph_graph *graph, uint32_t max_frames, gph_plan **plan);
void gph_plan_free(gph_plan *plan);

#endif

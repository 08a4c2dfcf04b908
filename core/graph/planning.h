/* What the files that make a plan share. [control] */
#ifndef GPH_GRAPH_PLANNING_H
#define GPH_GRAPH_PLANNING_H

#include "inside.h"
#include "plan.h"

struct gph_plan_inside {
    gph_plan plan; /* what is handed out */
    gph_arena *arena;
    gph_arena *scratch; /* lives while planning */
    const gph_graph_inside *graph;

    gph_plan_step *steps;
    size_t n_steps, steps_capacity;
    gph_plan_mix *mixes;
    size_t n_mixes, mixes_capacity;
    gph_plan_term *terms;
    size_t n_terms, terms_capacity;
    gph_plan_port *ports;
    size_t n_ports, ports_capacity;
    uint32_t *channels;
    size_t n_channels, channels_capacity;
    gph_plan_slot *slots;
    size_t n_slots, slots_capacity;
    gph_plan_edge *edges;
    size_t n_edges, edges_capacity;

    uint32_t zero;         /* the slot of silence */
    uint32_t *slot_of_sum; /* of the graph's sums: GPH_NONE until one has been made */
    uint32_t *first_step;  /* of each node */
};

typedef struct gph_plan_inside gph_plan_inside;

/* Gives each slot that is no alias a buffer, each buffer to as many slots as it can serve one after
 * the other. The steps must be complete. */
gph_status gph_plan_place(gph_plan_inside *inside);

#endif

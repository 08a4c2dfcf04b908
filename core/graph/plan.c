/* Compiles a graph into steps. [control]
 *
 * The slot of output channel k of the graph is slot k; behind them come silence and the mixes. A sum
 * of one term of gain 1 is the slot of that term, so selections, fan-out and side by side are
 * nothing but numbers here. */
#include "planning.h"

/* ---------------------------------------------------------------- slots */

static gph_status
make_slots(gph_plan_inside *inside)
{
    const gph_graph_inside *graph = inside->graph;
    const size_t n = (size_t)graph->n_out_channels + 1;
    inside->slots = gph_arena_allocate(inside->arena, n, sizeof *inside->slots);
    inside->slot_of_sum =
        gph_arena_allocate(inside->scratch, graph->n_sums, sizeof *inside->slot_of_sum);
    if (inside->slots == NULL || inside->slot_of_sum == NULL)
        return GPH_MEMORY;
    inside->n_slots = inside->slots_capacity = n;
    inside->zero = graph->n_out_channels;
    for (size_t i = 0; i < graph->n_sums; i++)
        inside->slot_of_sum[i] = GPH_NONE;
    for (size_t i = 0; i < n; i++)
        inside->slots[i] = (gph_plan_slot){GPH_SLOT_BUFFER, GPH_NONE};
    inside->slots[inside->zero].kind = GPH_SLOT_ZERO;
    inside->slots[inside->zero].index = 0;
    for (uint32_t i = 0; i < graph->graph.n_nodes; i++) {
        const gph_graph_node *node = &graph->nodes[i];
        for (uint32_t c = 0; node->kind == GPH_NODE_INPUT && c < node->out[0].channels; c++)
            inside->slots[node->out[0].first + c] =
                (gph_plan_slot){GPH_SLOT_HOST_IN, node->device_channels[c]};
    }
    return GPH_OK;
}

static uint32_t
slot_of_source(const gph_plan_inside *inside, const gph_graph_source *source)
{
    return inside->graph->nodes[source->node].out[source->port].first + source->channel;
}

/* A mix of the terms of a sum, and the slot that it goes to. */
static gph_status
add_mix(gph_plan_inside *inside, const gph_graph_sum *sum, uint32_t *slot)
{
    gph_arena *arena = inside->arena;
    const uint32_t first = (uint32_t)inside->n_terms;
    for (uint32_t i = 0; i < sum->n; i++) {
        const gph_graph_source *source = &inside->graph->sources[sum->first + i];
        if (!gph_arena_grow(arena, &inside->terms, inside->n_terms, &inside->terms_capacity,
                            sizeof *inside->terms))
            return GPH_MEMORY;
        inside->terms[inside->n_terms++] =
            (gph_plan_term){slot_of_source(inside, source), source->gain};
    }
    if (!gph_arena_grow(arena, &inside->slots, inside->n_slots, &inside->slots_capacity,
                        sizeof *inside->slots) ||
        !gph_arena_grow(arena, &inside->mixes, inside->n_mixes, &inside->mixes_capacity,
                        sizeof *inside->mixes))
        return GPH_MEMORY;
    *slot = (uint32_t)inside->n_slots;
    inside->slots[inside->n_slots++] = (gph_plan_slot){GPH_SLOT_BUFFER, GPH_NONE};
    inside->mixes[inside->n_mixes++] = (gph_plan_mix){*slot, first, sum->n};
    return GPH_OK;
}

/* The slot that an input channel reads; mixes it first where it must be, once for all copies. */
static gph_status
slot_of_sum(gph_plan_inside *inside, uint32_t index, uint32_t *slot)
{
    const gph_graph_sum *sum = &inside->graph->sums[index];
    const gph_graph_source *first = &inside->graph->sources[sum->first];
    gph_status status = GPH_OK;
    *slot = inside->slot_of_sum[index];
    if (*slot != GPH_NONE)
        return GPH_OK;
    if (sum->n == 0)
        *slot = inside->zero;
    else if (sum->n == 1 && first->gain == 1.0f)
        *slot = slot_of_source(inside, first);
    else
        status = add_mix(inside, sum, slot);
    inside->slot_of_sum[index] = *slot;
    return status;
}

/* ---------------------------------------------------------------- ports of steps */

static gph_status
add_channel(gph_plan_inside *inside, uint32_t slot)
{
    if (!gph_arena_grow(inside->arena, &inside->channels, inside->n_channels,
                        &inside->channels_capacity, sizeof *inside->channels))
        return GPH_MEMORY;
    inside->channels[inside->n_channels++] = slot;
    return GPH_OK;
}

static gph_status
add_port(gph_plan_inside *inside, uint32_t channels)
{
    if (!gph_arena_grow(inside->arena, &inside->ports, inside->n_ports, &inside->ports_capacity,
                        sizeof *inside->ports))
        return GPH_MEMORY;
    inside->ports[inside->n_ports++] = (gph_plan_port){(uint32_t)inside->n_channels, channels};
    return GPH_OK;
}

/* What one copy sees of an input port. */
static gph_status
add_in(gph_plan_inside *inside, const gph_graph_port *port, uint32_t copy)
{
    const uint32_t first = port->first + copy * port->copy_stride;
    gph_status status = add_port(inside, port->copy_channels);
    for (uint32_t c = 0; c < port->copy_channels && status == GPH_OK; c++) {
        uint32_t slot;
        status = slot_of_sum(inside, first + c, &slot);
        if (status == GPH_OK)
            status = add_channel(inside, slot);
    }
    return status;
}

static gph_status
add_out(gph_plan_inside *inside, const gph_graph_port *port, uint32_t copy)
{
    const uint32_t first = port->first + copy * port->copy_stride;
    gph_status status = add_port(inside, port->copy_channels);
    for (uint32_t c = 0; c < port->copy_channels && status == GPH_OK; c++)
        status = add_channel(inside, first + c);
    return status;
}

/* ---------------------------------------------------------------- steps */

static uint16_t
flags_of(const gph_graph_inside *graph, uint32_t point)
{
    const gph_graph_node *node = &graph->nodes[gph_graph_node_of(graph, point)];
    const bool sink =
        node->kind == GPH_NODE_OUTPUT || (node->kind == GPH_NODE_MODULE && node->type->n_out == 0);
    const bool early = graph->ranks[point] == GPH_RANK_EARLY;
    return (uint16_t)((sink ? GPH_STEP_SINK : 0) | (early ? GPH_STEP_EARLY : 0));
}

static gph_status
add_step(gph_plan_inside *inside, uint32_t point, gph_step_kind kind, uint32_t copy)
{
    const gph_graph_inside *graph = inside->graph;
    const uint32_t index = gph_graph_node_of(graph, point);
    const gph_graph_node *node = &graph->nodes[index];
    gph_plan_step step = {.kind = (uint16_t)kind,
                          .flags = flags_of(graph, point),
                          .node = index,
                          .copy = copy,
                          .first_mix = (uint32_t)inside->n_mixes,
                          .first_in = (uint32_t)inside->n_ports};
    gph_status status = GPH_OK;
    for (uint32_t i = 0; i < node->type->n_in && status == GPH_OK; i++)
        if (kind != GPH_STEP_FEEDBACK_READ)
            status = add_in(inside, &node->in[i], copy);
    step.n_in = (uint32_t)inside->n_ports - step.first_in;
    step.first_out = (uint32_t)inside->n_ports;
    for (uint32_t i = 0; i < node->type->n_out && status == GPH_OK; i++)
        if (kind != GPH_STEP_FEEDBACK_WRITE)
            status = add_out(inside, &node->out[i], copy);
    step.n_out = (uint32_t)inside->n_ports - step.first_out;
    step.n_mixes = (uint32_t)inside->n_mixes - step.first_mix;
    if (status != GPH_OK || !gph_arena_grow(inside->arena, &inside->steps, inside->n_steps,
                                            &inside->steps_capacity, sizeof *inside->steps))
        return GPH_MEMORY;
    if (inside->first_step[index] == GPH_NONE)
        inside->first_step[index] = (uint32_t)inside->n_steps;
    inside->steps[inside->n_steps++] = step;
    return GPH_OK;
}

static gph_status
add_steps_of(gph_plan_inside *inside, uint32_t point)
{
    const gph_graph_inside *graph = inside->graph;
    const gph_graph_node *node = &graph->nodes[gph_graph_node_of(graph, point)];
    gph_status status = GPH_OK;
    switch (node->kind) {
    case GPH_NODE_OUTPUT:
        return add_step(inside, point, GPH_STEP_OUTPUT, 0);
    case GPH_NODE_FEEDBACK:
        return add_step(
            inside, point,
            point < graph->graph.n_nodes ? GPH_STEP_FEEDBACK_READ : GPH_STEP_FEEDBACK_WRITE, 0);
    case GPH_NODE_MODULE:
        for (uint32_t k = 0; k < node->n_copies && status == GPH_OK; k++)
            status = add_step(inside, point, GPH_STEP_PROCESS, k);
        return status;
    case GPH_NODE_TABLE:
        return add_step(inside, point, GPH_STEP_TABLE, 0);
    case GPH_NODE_INPUT:
        break;
    }
    return GPH_OK;
}

static gph_status
make_steps(gph_plan_inside *inside)
{
    const gph_graph_inside *graph = inside->graph;
    const size_t n = graph->graph.n_nodes;
    gph_status status = GPH_OK;
    inside->first_step = gph_arena_allocate(inside->arena, n, sizeof *inside->first_step);
    if (inside->first_step == NULL)
        return GPH_MEMORY;
    for (size_t i = 0; i < n; i++)
        inside->first_step[i] = GPH_NONE;
    for (uint32_t i = 0; i < graph->n_points && status == GPH_OK; i++)
        status = add_steps_of(inside, graph->points[i]);
    return status;
}

/* ---------------------------------------------------------------- triggers */

/* Every copy that takes the trigger of one step. */
static gph_status
add_takers(gph_plan_inside *inside, const gph_graph_edge *edge)
{
    for (uint32_t k = 0; k < gph_graph_n_takers(&inside->graph->nodes[edge->to]); k++) {
        if (inside->n_edges >= GPH_GRAPH_MAX_EDGES)
            return GPH_LIMIT;
        if (!gph_arena_grow(inside->arena, &inside->edges, inside->n_edges, &inside->edges_capacity,
                            sizeof *inside->edges))
            return GPH_MEMORY;
        inside->edges[inside->n_edges++] = (gph_plan_edge){.gives = edge->gives,
                                                           .step = inside->first_step[edge->to] + k,
                                                           .takes = edge->takes,
                                                           .late = edge->late};
    }
    return GPH_OK;
}

/* Edges of the graph by the node that they leave, in the order of the patch. */
static gph_status
sort_edges(gph_plan_inside *inside, uint32_t **first, uint32_t **edges)
{
    const gph_graph_inside *graph = inside->graph;
    const size_t n = graph->graph.n_nodes;
    *first = gph_arena_allocate(inside->scratch, n + 2, sizeof **first);
    *edges = gph_arena_allocate(inside->scratch, graph->n_edges, sizeof **edges);
    if (*first == NULL || *edges == NULL)
        return GPH_MEMORY;
    for (size_t i = 0; i < graph->n_edges; i++)
        (*first)[graph->edges[i].from + 2]++;
    for (size_t i = 2; i < n + 2; i++)
        (*first)[i] += (*first)[i - 1];
    for (size_t i = 0; i < graph->n_edges; i++)
        (*edges)[(*first)[graph->edges[i].from + 1]++] = (uint32_t)i;
    return GPH_OK;
}

static gph_status
make_edges(gph_plan_inside *inside)
{
    uint32_t *first, *edges;
    gph_status status = sort_edges(inside, &first, &edges);
    for (size_t s = 0; s < inside->n_steps && status == GPH_OK; s++) {
        gph_plan_step *step = &inside->steps[s];
        step->first_edge = (uint32_t)inside->n_edges;
        for (uint32_t e = first[step->node]; e < first[step->node + 1] && status == GPH_OK; e++)
            status = add_takers(inside, &inside->graph->edges[edges[e]]);
        step->n_edges = (uint32_t)inside->n_edges - step->first_edge;
    }
    return status;
}

/* ---------------------------------------------------------------- the plan */

/* The shortest time that a feedback takes: no block may be longer. */
static uint32_t
find_block_limit(const gph_graph_inside *graph)
{
    double shortest = 0;
    for (uint32_t i = 0; i < graph->n_feedbacks; i++) {
        const double frames = graph->nodes[graph->feedbacks[i]].feedback_frames;
        if (frames > 0 && (shortest == 0 || frames < shortest))
            shortest = frames;
    }
    return shortest == 0 ? 0 : shortest < 1 ? 1 : (uint32_t)shortest;
}

static void
hand_out(gph_plan_inside *inside)
{
    gph_plan *plan = &inside->plan;
    const gph_graph_inside *graph = inside->graph;
    plan->steps = inside->steps;
    plan->n_steps = (uint32_t)inside->n_steps;
    plan->mixes = inside->mixes;
    plan->n_mixes = (uint32_t)inside->n_mixes;
    plan->terms = inside->terms;
    plan->n_terms = (uint32_t)inside->n_terms;
    plan->ports = inside->ports;
    plan->n_ports = (uint32_t)inside->n_ports;
    plan->channels = inside->channels;
    plan->n_channels = (uint32_t)inside->n_channels;
    plan->slots = inside->slots;
    plan->n_slots = (uint32_t)inside->n_slots;
    plan->edges = inside->edges;
    plan->n_edges = (uint32_t)inside->n_edges;
    plan->n_device_in = graph->graph.n_device_in;
    plan->n_device_out = graph->graph.n_device_out;
    plan->latency = graph->graph.latency;
    plan->tail = graph->graph.tail;
    plan->block_limit = find_block_limit(graph);
    plan->first_step = inside->first_step;
    const uint64_t bytes = ((uint64_t)plan->max_frames * sizeof(float) + 63) / 64 * 64;
    plan->buffer_bytes = ((uint64_t)plan->n_buffers + 1) * bytes;
}

gph_status
gph_plan_build(const gph_graph *graph, uint32_t max_frames, gph_plan **plan)
{
    *plan = NULL;
    const gph_allocator *allocator =
        graph->inside->allocator.allocate != NULL ? &graph->inside->allocator : NULL;
    gph_arena *arena = gph_arena_new(allocator);
    gph_plan_inside *inside = arena != NULL ? gph_arena_allocate(arena, 1, sizeof *inside) : NULL;
    if (inside == NULL) {
        gph_arena_free(arena);
        return GPH_MEMORY;
    }
    inside->arena = arena;
    inside->graph = graph->inside;
    inside->plan.graph = graph;
    inside->plan.max_frames = max_frames;
    inside->plan.inside = inside;
    inside->scratch = gph_arena_new(allocator);
    gph_status status = inside->scratch != NULL ? make_slots(inside) : GPH_MEMORY;
    if (status == GPH_OK)
        status = make_steps(inside);
    if (status == GPH_OK)
        status = make_edges(inside);
    if (status == GPH_OK)
        status = gph_plan_place(inside);
    gph_arena_free(inside->scratch);
    inside->scratch = NULL;
    if (status != GPH_OK) {
        gph_arena_free(arena);
        return status;
    }
    hand_out(inside);
    *plan = &inside->plan;
    return GPH_OK;
}

void
gph_plan_free(gph_plan *plan)
{
    if (plan != NULL)
        gph_arena_free(plan->inside->arena);
}

/* Readies the instances of a graph to run, and adds up their latencies. [control] */
#include "inside.h"

/* ---------------------------------------------------------------- latency and tail */

static uint32_t
later(uint32_t a, uint32_t b)
{
    return a > b ? a : b;
}

/* Frames by which what a sum brings is late, and *tail: for how long it goes on. */
static uint32_t
latency_of_sum(const gph_graph_inside *inside, const uint32_t *out_latencies, const int64_t *tails,
               const gph_graph_sum *sum, int64_t *tail)
{
    uint32_t latest = 0;
    for (uint32_t s = 0; s < sum->n; s++) {
        const gph_graph_source *source = &inside->sources[sum->first + s];
        const gph_graph_node *from = &inside->nodes[source->node];
        const int64_t other = tails[source->node];
        latest = later(latest, out_latencies[from->out[source->port].first + source->channel]);
        *tail = *tail < 0 || other < 0 ? -1 : *tail > other ? *tail : other;
    }
    return latest;
}

/* Of a replicated type: by how much the latest channel of each copy is late. */
static void
set_latencies_of_copies(const gph_graph_node *node, const uint32_t *latencies,
                        uint32_t *out_latencies)
{
    const gph_graph_port *in = &node->in[0];
    for (uint32_t k = 0; k < node->n_copies; k++) {
        uint32_t latest = 0;
        for (uint32_t c = 0; c < in->copy_channels; c++)
            latest = later(latest, latencies[in->first + k * in->copy_stride + c]);
        for (uint32_t i = 0; i < node->type->n_out; i++)
            for (uint32_t c = 0; c < node->out[i].copy_channels; c++)
                out_latencies[node->out[i].first + k * node->out[i].copy_stride + c] =
                    latest + node->latency;
    }
}

/* Latencies of the outputs: channel by channel where they do not depend on each other. */
static void
set_out_latencies(const gph_graph_node *node, const uint32_t *latencies, uint32_t *out_latencies)
{
    const bool apart = (node->type->type.flags & GPH_TYPE_INDEPENDENT) != 0;
    if (!apart && node->n_copies > 1) {
        set_latencies_of_copies(node, latencies, out_latencies);
        return;
    }
    uint32_t latest = 0;
    for (uint32_t i = 0; i < node->type->n_in; i++)
        for (uint32_t c = 0; c < node->in[i].channels; c++)
            if (!(node->in[i].info->flags & GPH_PORT_SIDECHAIN))
                latest = later(latest, latencies[node->in[i].first + c]);
    for (uint32_t i = 0; i < node->type->n_out; i++) {
        const gph_graph_port *out = &node->out[i];
        for (uint32_t c = 0; c < out->channels; c++) {
            const bool follows =
                apart && node->type->n_in > 0 && node->in[0].channels == out->channels;
            out_latencies[out->first + c] =
                (follows ? latencies[node->in[0].first + c] : latest) + node->latency;
        }
    }
}

gph_status
gph_graph_add_up(gph_graph_inside *inside)
{
    gph_graph *graph = &inside->graph;
    uint32_t *latencies = gph_arena_allocate(inside->arena, graph->n_sums, sizeof *latencies);
    uint32_t *out_latencies =
        gph_arena_allocate(inside->arena, inside->n_out_channels, sizeof *out_latencies);
    int64_t *tails = gph_arena_allocate(inside->arena, graph->n_nodes, sizeof *tails);
    if (latencies == NULL || out_latencies == NULL || tails == NULL)
        return GPH_MEMORY;
    graph->latency = 0;
    /* How long a circle rings nobody knows. */
    graph->tail = inside->n_feedbacks > 0 ? -1 : 0;
    for (uint32_t i = 0; i < graph->n_nodes; i++) {
        const gph_graph_node *node = &inside->nodes[graph->order[i]];
        int64_t tail = 0;
        for (uint32_t p = 0; p < node->type->n_in; p++)
            for (uint32_t c = 0; c < node->in[p].channels; c++)
                latencies[node->in[p].first + c] = latency_of_sum(
                    inside, out_latencies, tails, &inside->sums[node->in[p].first + c], &tail);
        /* What a feedback gives back begins a new way; it was late before it came here. */
        if (node->kind != GPH_NODE_FEEDBACK)
            set_out_latencies(node, latencies, out_latencies);
        tails[graph->order[i]] =
            tail < 0 || node->tail < 0 ? -1 : tail + node->tail + (int64_t)node->latency;
        if (tails[graph->order[i]] < 0 || graph->tail < 0)
            graph->tail = -1;
        else if (tails[graph->order[i]] > graph->tail)
            graph->tail = tails[graph->order[i]];
        for (uint32_t c = 0; node->kind == GPH_NODE_OUTPUT && c < node->in[0].channels; c++)
            graph->latency = later(graph->latency, latencies[node->in[0].first + c]);
    }
    graph->latencies = latencies;
    graph->out_latencies = out_latencies;
    return GPH_OK;
}

/* ---------------------------------------------------------------- instances */

static gph_status
tell_failure(gph_graph_inside *inside, uint32_t node, gph_status status)
{
    const gph_graph_node *at = &inside->nodes[node];
    gph_diagnostics_error(inside->diagnostics, at->at, "'%s': %s cannot be made ready: %s",
                          at->name, at->type->type.id, gph_graph_word_of(status));
    return status;
}

static gph_status
activate_copy(gph_graph_inside *inside, uint32_t node, uint32_t index, gph_setup *setup)
{
    gph_graph_node *at = &inside->nodes[node];
    gph_graph_copy *copy = &inside->states[node].copies[index];
    setup->latency = 0;
    setup->tail = 0;
    if (at->type->type.activate != NULL) {
        const gph_status status = at->type->type.activate(copy->instance, setup);
        if (status < 0)
            return tell_failure(inside, node, status);
    }
    copy->active = true;
    at->latency = later(at->latency, setup->latency);
    at->tail = at->tail < 0 || setup->tail < 0 ? -1
               : setup->tail > at->tail        ? setup->tail
                                               : at->tail;
    return GPH_OK;
}

gph_status
gph_graph_activate_node(gph_graph_inside *inside, uint32_t node, uint32_t max_frames,
                        uint32_t *widths)
{
    gph_graph_node *at = &inside->nodes[node];
    gph_status status = GPH_OK;
    at->latency = 0;
    at->tail = 0;
    for (uint32_t i = 0; i < at->type->n_in; i++)
        widths[i] = at->in[i].copy_channels;
    for (uint32_t i = 0; i < at->type->n_out; i++)
        widths[at->type->n_in + i] = at->out[i].copy_channels;
    gph_setup setup = {
        .size = sizeof setup,
        .max_frames = max_frames,
        .rate = inside->graph.rate,
        .in_channels = widths,
        .out_channels = widths + at->type->n_in,
        .flags = inside->graph.flags,
    };
    for (uint32_t k = 0; k < at->n_copies && status == GPH_OK; k++)
        status = activate_copy(inside, node, k, &setup);
    if (at->n_copies > 0)
        gph_graph_put_back(inside, node, "made ready");
    return status;
}

gph_status
gph_graph_activate(gph_graph *graph, uint32_t max_frames, gph_diagnostics *diagnostics)
{
    gph_graph_inside *inside = graph->inside;
    uint32_t widths[GPH_TYPE_MAX_PORTS];
    gph_status status = GPH_OK;
    inside->diagnostics = diagnostics;
    gph_graph_keep_surroundings(inside);
    for (uint32_t i = 0; i < graph->n_nodes && status == GPH_OK; i++)
        status = gph_graph_activate_node(inside, graph->order[i], max_frames, widths);
    gph_graph_forget_surroundings(inside);
    if (status == GPH_OK)
        status = gph_graph_add_up(inside);
    if (status == GPH_OK)
        status = gph_diagnostics_end_pass(diagnostics);
    else
        (void)gph_diagnostics_end_pass(diagnostics);
    inside->diagnostics = NULL;
    if (status == GPH_OK)
        return GPH_OK;
    gph_graph_deactivate(graph);
    return status == GPH_MEMORY || status == GPH_IO ? status : GPH_UNSUPPORTED;
}

void
gph_graph_abandon(gph_graph *graph, uint32_t node, uint32_t copy)
{
    graph->inside->states[node].copies[copy].active = false;
    graph->inside->states[node].copies[copy].created = false;
}

void
gph_graph_deactivate(gph_graph *graph)
{
    gph_graph_inside *inside = graph != NULL ? graph->inside : NULL;
    if (inside == NULL || graph->order == NULL)
        return;
    for (uint32_t i = graph->n_nodes; i-- > 0;) {
        const uint32_t node = graph->order[i];
        for (uint32_t k = inside->nodes[node].n_copies; k-- > 0;) {
            gph_graph_copy *copy = &inside->states[node].copies[k];
            if (copy->active && inside->nodes[node].type->type.deactivate != NULL)
                inside->nodes[node].type->type.deactivate(copy->instance);
            copy->active = false;
        }
    }
}

/* Gives each port its width and each node its instances, in the order of the wires. [control]
 *
 * A node's inputs are as wide as what is wired to them; its outputs are known when it has been
 * configured. A feedback node's output is as wide as its input, which comes later in the circle: so
 * a node that waits for it only may be given the width of what else is mixed into the same wire. */
#include "turns.h"

/* ---------------------------------------------------------------- inputs */

static bool
uses_failed_table(const gph_graph_inside *inside, uint32_t node)
{
    const node_state *state = &inside->states[node];
    for (uint32_t i = 0; i < state->n_settings; i++) {
        const setting_value *value = &state->settings[i];
        for (uint32_t k = 0; value->info->kind == GPH_SETTING_TABLE && k < value->n_items; k++) {
            const uint32_t table = gph_graph_find(&inside->graph, value->items[k].text);
            if (table != GPH_NONE && inside->states[table].failed)
                return true;
        }
    }
    return false;
}

/* Whether a problem of a node before this one was told already. */
static bool
hangs_on_failed(const gph_graph_inside *inside, uint32_t node)
{
    if (uses_failed_table(inside, node))
        return true;
    const gph_patch_node *from = inside->nodes[node].patch;
    for (uint32_t w = 0; w < from->n_wires; w++) {
        const gph_wiring *wiring = &from->wires[w].wiring;
        for (uint32_t b = 0; b < wiring->n_bundles; b++) {
            for (uint32_t t = 0; t < wiring->bundles[b].n_terms; t++) {
                const gph_term *term = &wiring->bundles[b].terms[t];
                uint32_t first;
                const uint32_t n = gph_graph_named(inside, term->node, term->all_copies, &first);
                for (uint32_t i = 0; i < n; i++)
                    if (inside->states[first + i].failed)
                        return true;
            }
        }
    }
    return false;
}

/* Fills in the widths of all wired inputs. False: one is not known yet. */
static bool
find_inputs(gph_graph_inside *inside, uint32_t node, bool guess)
{
    const gph_graph_node *at = &inside->nodes[node];
    node_state *state = &inside->states[node];
    for (uint32_t i = 0; i < at->type->n_in; i++) {
        state->in[i].channels = 0;
        if (state->wired_by[i] == GPH_NONE)
            continue;
        state->in[i].channels =
            gph_graph_wire_width(inside, &at->patch->wires[state->wired_by[i]], guess);
        if (state->in[i].channels == 0)
            return false;
    }
    return true;
}

static gph_status
too_many_channels(gph_graph_inside *inside, uint32_t node)
{
    gph_diagnostics_error(
        inside->diagnostics, inside->nodes[node].at,
        "with this the ports of all nodes have more than %d channels; that is the limit",
        GPH_GRAPH_MAX_CHANNELS);
    return GPH_LIMIT;
}

/* Sums for the channels of the inputs, and places for those of the outputs. */
static gph_status
place_channels(gph_graph_inside *inside, uint32_t node)
{
    const gph_graph_node *at = &inside->nodes[node];
    node_state *state = &inside->states[node];
    for (uint32_t i = 0; i < at->type->n_out; i++) {
        state->out[i].first = inside->n_out_channels;
        inside->n_out_channels += state->out[i].channels;
    }
    for (uint32_t i = 0; i < at->type->n_in; i++) {
        state->in[i].first = (uint32_t)inside->n_sums;
        for (uint32_t c = 0; c < state->in[i].channels; c++) {
            if (!gph_arena_grow(inside->arena, &inside->sums, inside->n_sums,
                                &inside->sums_capacity, sizeof *inside->sums))
                return GPH_MEMORY;
            inside->sums[inside->n_sums++] = (gph_graph_sum){0, 0};
        }
    }
    if (inside->n_sums + inside->n_out_channels > GPH_GRAPH_MAX_CHANNELS)
        return too_many_channels(inside, node);
    state->has_widths = true;
    return GPH_OK;
}

/* ---------------------------------------------------------------- the runtime's own */

static gph_status
check_output_width(gph_graph_inside *inside, uint32_t node)
{
    const gph_graph_node *at = &inside->nodes[node];
    const uint32_t width = inside->states[node].in[0].channels;
    if (width == at->n_device_channels)
        return GPH_OK;
    gph_graph_fail(inside, node);
    gph_patch_error(inside->diagnostics, at->patch, at->patch->wires[0].entry, 0,
                    "%u channel%s for '%s', which has %u", width, width == 1 ? "" : "s", at->name,
                    at->n_device_channels);
    return GPH_OK;
}

/* INPUT, OUTPUT, FEEDBACK: widths follow from what is written. */
static gph_status
settle_builtin(gph_graph_inside *inside, uint32_t node)
{
    const gph_graph_node *at = &inside->nodes[node];
    node_state *state = &inside->states[node];
    for (uint32_t i = 0; i < at->type->n_in; i++) {
        if (state->in[i].channels > GPH_MAX_CHANNELS) {
            gph_graph_fail(inside, node);
            gph_patch_error(inside->diagnostics, at->patch, at->patch->wires[0].entry, 0,
                            "more than %u channels, the most that a port has", GPH_MAX_CHANNELS);
            return GPH_OK;
        }
        state->in[i].copy_channels = state->in[i].channels;
    }
    if (at->kind == GPH_NODE_INPUT)
        state->out[0].channels = at->n_device_channels;
    if (at->kind == GPH_NODE_FEEDBACK)
        state->out[0].channels = state->in[0].channels;
    for (uint32_t i = 0; i < at->type->n_out; i++)
        state->out[i].copy_channels = state->out[i].channels;
    if (at->kind == GPH_NODE_OUTPUT)
        check_output_width(inside, node);
    return inside->states[node].failed ? GPH_OK : place_channels(inside, node);
}

static gph_status
make_table(gph_graph_inside *inside, uint32_t node)
{
    const gph_graph_services *services = inside->services;
    gph_graph_node *at = &inside->nodes[node];
    gph_graph_fault fault = {0};
    const gph_status status =
        services->table_make(services->user, &inside->graph, node, &at->table, &fault);
    if (status == GPH_OK) {
        inside->states[node].has_table = true;
        inside->graph.table_bytes += at->table.bytes;
        const gph_status placed = place_channels(inside, node);
        return placed == GPH_OK ? gph_graph_set_params(inside, node) : placed;
    }
    if (status == GPH_MEMORY && fault.sentence[0] == '\0')
        return status;
    inside->n_file_errors += status == GPH_IO;
    gph_graph_complain(inside, node, fault.key,
                       fault.sentence[0] != '\0' ? fault.sentence : "this table cannot be made");
    return GPH_OK;
}

/* ---------------------------------------------------------------- one node */

static gph_status
make_ports(gph_graph_inside *inside, uint32_t node)
{
    gph_graph_node *at = &inside->nodes[node];
    node_state *state = &inside->states[node];
    state->in = gph_arena_allocate(inside->arena, at->type->n_in, sizeof *state->in);
    state->out = gph_arena_allocate(inside->arena, at->type->n_out, sizeof *state->out);
    if (state->in == NULL || state->out == NULL)
        return GPH_MEMORY;
    for (uint32_t i = 0; i < at->type->n_in; i++)
        state->in[i].info = &at->type->type.ports[at->type->in_ports[i]];
    for (uint32_t i = 0; i < at->type->n_out; i++)
        state->out[i].info = &at->type->type.ports[at->type->out_ports[i]];
    at->in = state->in;
    at->out = state->out;
    return GPH_OK;
}

/* Makes a node whose inputs are known. *made: it was its turn. */
static gph_status
make_node(gph_graph_inside *inside, uint32_t node, bool guess, bool *made)
{
    *made = true;
    if (inside->states[node].failed)
        return GPH_OK;
    if (hangs_on_failed(inside, node)) {
        gph_graph_fail(inside, node);
        return GPH_OK;
    }
    if (!find_inputs(inside, node, guess)) {
        *made = false;
        return GPH_OK;
    }
    switch (inside->nodes[node].kind) {
    case GPH_NODE_TABLE:
        return make_table(inside, node);
    case GPH_NODE_INPUT:
    case GPH_NODE_OUTPUT:
    case GPH_NODE_FEEDBACK:
        return settle_builtin(inside, node);
    case GPH_NODE_MODULE:
        break;
    }
    const gph_status status = gph_graph_configure(inside, node);
    return status == GPH_OK && !inside->states[node].failed ? place_channels(inside, node) : status;
}

/* ---------------------------------------------------------------- all of them */

static gph_status
make_all_ports(gph_graph_inside *inside)
{
    gph_status status = GPH_OK;
    for (uint32_t i = 0; i < inside->graph.n_nodes && status == GPH_OK; i++)
        status = make_ports(inside, i);
    return status;
}

/* The first of those that wait for each other. */
static void
say_unknown_width(gph_graph_inside *inside, const gph_turns *turns)
{
    for (uint32_t i = 0; i < inside->graph.n_nodes; i++) {
        const gph_graph_node *at = &inside->nodes[inside->graph.order[i]];
        if (turns->made[inside->graph.order[i]])
            continue;
        gph_graph_fail(inside, inside->graph.order[i]);
        gph_patch_error(inside->diagnostics, at->patch, at->patch->wires[0].entry, 0,
                        "the width of '%s' depends on itself; mix something of a known width into "
                        "the circle",
                        at->name);
        return;
    }
}

gph_status
gph_graph_make_nodes(gph_graph_inside *inside)
{
    gph_turns turns;
    uint32_t node;
    bool guess;
    gph_status status = make_all_ports(inside);
    if (status == GPH_OK)
        status = gph_turns_init(&turns, inside);
    while (status == GPH_OK && gph_turns_next(&turns, &node, &guess)) {
        bool made = false;
        status = make_node(inside, node, guess, &made);
        if (made)
            gph_turns_done(&turns, node);
    }
    if (status == GPH_OK)
        say_unknown_width(inside, &turns);
    return status;
}

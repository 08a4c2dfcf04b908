/* Sets up one node of a running graph anew. [control] */
#include "config.h"

#include <string.h>

static void
deactivate(gph_graph_inside *inside, uint32_t node)
{
    const gph_graph_node *at = &inside->nodes[node];
    for (uint32_t k = at->n_copies; k-- > 0;) {
        gph_graph_copy *copy = &inside->states[node].copies[k];
        if (copy->active && at->type->type.deactivate != NULL)
            at->type->type.deactivate(copy->instance);
        copy->active = false;
    }
}

static gph_status
tell(gph_graph_inside *inside, uint32_t node, const char *why)
{
    const gph_graph_node *at = &inside->nodes[node];
    gph_diagnostics_error(inside->diagnostics, at->at, "'%s' cannot be set up anew: %s", at->name,
                          why[0] != '\0' ? why : "it does not say why");
    return GPH_STATE;
}

static gph_status
configure(gph_graph_inside *inside, uint32_t node, uint32_t index, const uint32_t *in_channels)
{
    const gph_graph_node *at = &inside->nodes[node];
    uint32_t out_channels[GPH_TYPE_MAX_PORTS];
    node_config config;
    if (at->type->type.configure == NULL)
        return GPH_OK;
    gph_graph_widths_by_rule(inside, node, out_channels, false);
    gph_node_config_init(&config, inside, node, in_channels, out_channels);
    gph_status status =
        at->type->type.configure(inside->states[node].copies[index].instance, &config.config);
    config.error[sizeof config.error - 1] = '\0';
    if (status < 0)
        return tell(inside, node, config.error);
    gph_graph_widths_by_rule(inside, node, out_channels, true);
    for (uint32_t i = 0; i < at->type->n_out; i++)
        if (out_channels[i] != at->out[i].copy_channels)
            return tell(inside, node, "it wants outputs of other widths, which are fixed");
    return GPH_OK;
}

static gph_status
restart(gph_graph_inside *inside, uint32_t node, uint32_t max_frames)
{
    gph_graph_node *at = &inside->nodes[node];
    uint32_t widths[GPH_TYPE_MAX_PORTS];
    const uint32_t latency = at->latency;
    const int64_t tail = at->tail;
    gph_status status = GPH_OK;
    deactivate(inside, node);
    for (uint32_t i = 0; i < at->type->n_in; i++)
        widths[i] = at->in[i].copy_channels;
    for (uint32_t k = 0; k < at->n_copies && status == GPH_OK; k++)
        status = configure(inside, node, k, widths);
    gph_graph_put_back(inside, node, "set up");
    if (status == GPH_OK)
        status = gph_graph_activate_node(inside, node, max_frames, widths);
    if (status == GPH_OK && (at->latency != latency || at->tail != tail))
        status = gph_graph_add_up(inside);
    if (status != GPH_OK)
        deactivate(inside, node);
    return status;
}

gph_status
gph_graph_restart(gph_graph *graph, uint32_t node, uint32_t max_frames,
                  gph_diagnostics *diagnostics)
{
    gph_graph_inside *inside = graph->inside;
    inside->diagnostics = diagnostics;
    gph_graph_keep_surroundings(inside);
    const gph_status status = restart(inside, node, max_frames);
    gph_graph_forget_surroundings(inside);
    (void)gph_diagnostics_end_pass(diagnostics);
    inside->diagnostics = NULL;
    return status;
}

/* Ports of a server: whether there are enough of them, and what ours are connected to. [control] */
#include "rig_inside.h"

#include <stdio.h>

static const gph_host_ports *
ports_of(const gph_rig *rig)
{
    const gph_host *host = rig->host->host;
    return host->extension ? host->extension(rig->self, rig->stream, GPH_PORTS_ID) : NULL;
}

static bool
takes_physical_ports(const gph_graph_node *node)
{
    return node->connect == GPH_CONNECT_AUTO ||
           (node->connect == GPH_CONNECT_PORTS && node->n_connect_ports == 0);
}

static const char *
rule_of(const gph_graph_node *node, uint32_t channel)
{
    if (node->connect == GPH_CONNECT_NONE)
        return "none";
    if (takes_physical_ports(node))
        return "auto";
    if (node->n_connect_ports == 1)
        return node->connect_ports[0];
    return channel < node->n_connect_ports ? node->connect_ports[channel] : "none";
}

void
gph_rig_connect_ports(gph_rig *rig)
{
    const gph_host_ports *ports = ports_of(rig);
    if (!ports || !ports->connect)
        return;
    for (uint32_t n = 0; n < rig->graph->n_nodes; n++) {
        const gph_graph_node *node = &rig->graph->nodes[n];
        bool in = node->kind == GPH_NODE_INPUT;
        if (!in && node->kind != GPH_NODE_OUTPUT)
            continue;
        for (uint32_t c = 0; c < node->n_device_channels; c++)
            ports->connect(rig->stream, in ? GPH_DIRECTION_IN : GPH_DIRECTION_OUT,
                           node->device_channels[c], rule_of(node, c));
    }
}

/* ---------------------------------------------------------------- enough of them */

/* The physical ports of one direction. */
typedef struct physical_ports {
    uint32_t n;
    char first[128], last[128];
} physical_ports;

static void GPH_CALL
count_physical(void *user, const char *port, uint32_t physical)
{
    physical_ports *found = user;
    if (!physical)
        return;
    if (found->n++ == 0)
        snprintf(found->first, sizeof found->first, "%s", port);
    snprintf(found->last, sizeof found->last, "%s", port);
}

static void
tell_too_few(gph_rig *rig, uint32_t node, const physical_ports *found, uint32_t channel)
{
    const bool in = rig->graph->nodes[node].kind == GPH_NODE_INPUT;
    const char *free_way = in ? "'connect' names others or none, 'absent = silence' goes on without"
                              : "'connect' names others or none";
    const char *kind = in ? "input" : "output";
    if (found->n > 0)
        gph_rig_tell(rig, GPH_LOG_ERROR, node, -1,
                     "%s has %u %s channel%s (%s%s%s), this names channel %u; %s", rig->host->id,
                     found->n, kind, found->n == 1 ? "" : "s", found->first,
                     found->n > 1 ? " to " : "", found->n > 1 ? found->last : "", channel + 1,
                     free_way);
    else
        gph_rig_tell(rig, GPH_LOG_ERROR, node, -1,
                     "%s has no %s channels, this names channel %u; %s", rig->host->id, kind,
                     channel + 1, free_way);
}

int
gph_rig_check_ports(gph_rig *rig)
{
    const gph_host_ports *ports = ports_of(rig);
    int exit = 0;
    if (!ports || !ports->list)
        return 0;
    physical_ports found[2] = {{.n = 0}, {.n = 0}};
    ports->list(rig->self, GPH_DIRECTION_IN, count_physical, &found[0]);
    ports->list(rig->self, GPH_DIRECTION_OUT, count_physical, &found[1]);
    for (uint32_t n = 0; n < rig->graph->n_nodes; n++) {
        const gph_graph_node *node = &rig->graph->nodes[n];
        const physical_ports *there = &found[node->kind == GPH_NODE_OUTPUT];
        if ((node->kind != GPH_NODE_INPUT && node->kind != GPH_NODE_OUTPUT) ||
            !takes_physical_ports(node) || node->absent_silence)
            continue;
        for (uint32_t c = 0; c < node->n_device_channels && !exit; c++)
            if (node->device_channels[c] >= there->n) {
                tell_too_few(rig, n, there, node->device_channels[c]);
                exit = GPH_EXIT_HOST;
            }
    }
    return exit;
}

/* Nodes that ask to be set up anew while the rig runs. [control]
 *
 * The audio thread is asked to let the node rest, which it does at the start of a block and never waits for; from then
 * until it is told to go on, the instance is ours. */
#include "rig_inside.h"

#include <stdlib.h>

/* Of one node: not more often than once a second, and not for ever, for each adds up the graph's latencies anew. */
enum { MOST_RESTARTS = 100 };
enum { PAUSE_SECONDS = 1 };

typedef struct gph_rig_restart {
    bool wanted;
    bool resting; /* the audio thread was asked */
    bool refused; /* told why it does not happen */
    uint32_t n;
    int64_t next; /* not before this frame */
} gph_rig_restart;

static void
refuse(gph_rig *rig, gph_rig_restart *restart, uint32_t node, const char *why)
{
    if (!restart->refused)
        gph_rig_tell(rig, GPH_LOG_WARNING, node, -1, "asks to be set up anew, %s", why);
    restart->refused = true;
}

static void
hear(gph_rig *rig)
{
    uint32_t node = GPH_NONE;
    bool holds = false;
    while (gph_context_wants_restart(&rig->context, &node, &holds)) {
        if (!rig->restarts)
            rig->restarts = calloc((size_t)rig->graph->n_nodes, sizeof *rig->restarts);
        if (!rig->restarts)
            return;
        gph_rig_restart *restart = &rig->restarts[node];
        if (holds)
            refuse(rig, restart, node, "but has a file or table open; it goes on as it is");
        else if (restart->n >= MOST_RESTARTS)
            refuse(rig, restart, node, "and has been 100 times; it goes on as it is");
        else
            restart->wanted = true;
    }
}

static void
set_up(gph_rig *rig, gph_rig_restart *restart, uint32_t node)
{
    const gph_graph_node *at = &rig->graph->nodes[node];
    uint32_t before = at->latency;
    gph_workers_drain(rig->context.workers);
    gph_status status = gph_graph_restart(rig->graph, node, rig->got.max_frames, rig->diagnostics);
    gph_rig_tell_diagnostics(rig);
    restart->resting = false;
    restart->n++;
    restart->next = rig->figures.frame + (int64_t)(PAUSE_SECONDS * rig->got.rate);
    if (status != GPH_OK) {
        rig->failed_module = true;
        gph_rig_tell(rig, GPH_LOG_ERROR, node, -1,
                     "could not be set up anew; it is silent from here on");
        return;
    }
    const gph_command resume = {.kind = GPH_COMMAND_RESUME, .node = node, .frame = GPH_RUN_NOW};
    restart->resting = gph_run_send(rig->run, &resume) != GPH_OK;
    if (at->latency != before)
        gph_rig_tell(rig, GPH_LOG_INFO, node, -1, "was set up anew and adds %u frames now, not %u",
                     at->latency, before);
    else
        gph_rig_tell(rig, GPH_LOG_INFO, node, -1, "was set up anew");
}

static void
go_on(gph_rig *rig, gph_rig_restart *restart, uint32_t node)
{
    uint32_t n = 0;
    if (restart->resting) {
        if (!gph_run_node_rests(rig->run, node, &n))
            return;
        restart->wanted = false;
        if (n)
            set_up(rig, restart, node);
        else
            restart->resting = false; /* it failed meanwhile */
    } else if (restart->wanted && rig->figures.frame >= restart->next) {
        /* It may not have heard yet that it is to go on from the last time. */
        gph_run_node_rests(rig->run, node, &n);
        if (n)
            return;
        const gph_command rest = {.kind = GPH_COMMAND_REST, .node = node, .frame = GPH_RUN_NOW};
        restart->resting = gph_run_send(rig->run, &rest) == GPH_OK;
    }
}

void
gph_rig_restart_nodes(gph_rig *rig)
{
    hear(rig);
    gph_run_get_figures(rig->run, &rig->figures);
    for (uint32_t n = 0; rig->restarts && n < rig->graph->n_nodes; n++)
        if (rig->restarts[n].wanted || rig->restarts[n].resting)
            go_on(rig, &rig->restarts[n], n);
}

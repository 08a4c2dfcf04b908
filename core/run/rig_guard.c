/* The rig's watchdog: begun and ended with the run, and what it has done. [control] */
#include "../platform/now.h"
#include "rig_inside.h"
#include "run_watch.h"

static int64_t
patience(const gph_rig *rig)
{
    return gph_run_patience_ns(rig->run, rig->got.block ? rig->got.block : rig->got.max_frames);
}

void
gph_rig_guard(gph_rig *rig)
{
    if (!(rig->flags & GPH_RIG_OWNS_PROCESS) || rig->watch)
        return;
    if (gph_run_watch(rig->run, &rig->watch) != GPH_OK)
        return;
    rig->watchdog = gph_watch_begin(rig->watch, !gph_rig_is_offline(rig), patience(rig));
}

void
gph_rig_look(gph_rig *rig)
{
    if (!rig->watchdog)
        return;
    gph_watch_lock_stack(rig->watch);
    const gph_run_sight sight = {.now_ns = gph_now_ns(),
                                 .cpu_ns = gph_watch_cpu_ns(rig->watch),
                                 .sleeps =
                                     gph_run_is_inside(rig->run) && gph_watch_sleeps(rig->watch)};
    gph_run_look(rig->run, &sight);
    /* The system has raised its limit with each signal. */
    uint32_t spared = gph_watch_spared(rig->watch);
    if (spared != rig->watch_spared)
        gph_watch_limit(rig->watch, patience(rig));
    rig->watch_spared = spared;
    if (!gph_watch_failed(rig->watch))
        return;
    rig->watchdog = false;
    gph_rig_tell(rig, GPH_LOG_WARNING, GPH_NONE, -1,
                 "the watchdog is off: the audio thread has a signal stack of its own");
}

void
gph_rig_hear_cut(gph_rig *rig, const gph_notice *notice)
{
    const gph_graph_node *node = &rig->graph->nodes[notice->node];
    const char *then = notice->b                               ? "the run ends"
                       : node->on_error == GPH_ON_ERROR_BYPASS ? "it is bypassed from here on"
                                                               : "it is silent from here on";
    rig->failed_module = true;
    gph_watch_limit(rig->watch, patience(rig));
    gph_rig_tell(rig, GPH_LOG_ERROR, notice->node, notice->frame,
                 "did not return at frame %lld and was cut (type %s of %s); %s",
                 (long long)notice->frame, node->patch->type,
                 node->type->module ? node->type->module->path : "graphophone", then);
}

void
gph_rig_unguard(gph_rig *rig)
{
    uint32_t at = 0;
    uint32_t node;
    uint32_t copy;
    while (rig->run && gph_run_next_cut(rig->run, &at, &node, &copy))
        gph_graph_abandon(rig->graph, node, copy);
    if (rig->run)
        gph_run_unwatch(rig->run);
    gph_watch_free(rig->watch);
    rig->watch = NULL;
    rig->watchdog = false;
}

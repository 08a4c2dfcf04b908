/* A rig while it runs, and its end. [control; gph_rig_cycle: audio] */
#include "../platform/now.h"
#include "rig_inside.h"

#include <stdio.h>

/* While OSC is open it is looked at so often: what comes in is at most so late. Likewise nodes that hang. */
enum { OSC_MS = 5, LOOK_MS = 20 };

static void
dispatch_live(gph_rig *rig, int32_t timeout_ms)
{
    int32_t left = timeout_ms < 0 ? 0 : timeout_ms;
    int32_t round = rig->osc ? OSC_MS : rig->watchdog ? LOOK_MS : INT32_MAX;
    while (left > round && !rig->ended) {
        rig->host->host->dispatch(rig->self, round);
        gph_rig_poll_osc(rig);
        gph_rig_look(rig);
        left -= round;
    }
    rig->host->host->dispatch(rig->self, left);
}

/* Frames of a call of step: a fiftieth of a second of time, so that a time-out is kept. */
enum { STEP_FRAMES = 16384, STOP_SECONDS = 10 };

static void
dispatch_offline(gph_rig *rig, int32_t timeout_ms)
{
    int64_t until = gph_now_ns() + (int64_t)timeout_ms * 1000000;
    do {
        int64_t frames = rig->host->host->step(rig->stream, STEP_FRAMES, INT64_MAX);
        if (frames < 0) {
            gph_rig_tell(rig, GPH_LOG_ERROR, GPH_NONE, -1, "%s failed: %s", rig->host->id,
                         gph_status_text((gph_status)frames));
            rig->failed_host = true;
        }
        if (frames <= 0)
            rig->ended = true;
        gph_rig_restart_nodes(rig);
    } while (!rig->ended && gph_now_ns() < until);
    rig->host->host->dispatch(rig->self, 0);
}

static bool
has_ended(gph_rig *rig)
{
    gph_run_get_figures(rig->run, &rig->figures);
    return rig->ended || rig->figures.ended;
}

int
gph_rig_dispatch(gph_rig *rig, int32_t timeout_ms)
{
    if (rig->stage != GPH_RIG_RUNNING)
        return 0;
    gph_rig_poll_osc(rig);
    gph_rig_rehearse(rig);
    if (!has_ended(rig)) {
        if (gph_rig_is_offline(rig))
            dispatch_offline(rig, timeout_ms);
        else
            dispatch_live(rig, timeout_ms);
    }
    gph_rig_poll_osc(rig);
    gph_rig_look(rig);
    gph_rig_hear_notices(rig);
    gph_rig_restart_nodes(rig);
    gph_rig_watch_writer(rig);
    gph_rig_watch_recorders(rig);
    gph_rig_measure_ticks(rig);
    rig->failed_disk |= gph_table_set_failed(rig->context.tables);
    return !has_ended(rig);
}

/* ---------------------------------------------------------------- the end */

static void
finish_stream(gph_rig *rig, uint32_t index, int64_t until_ns)
{
    gph_runtime_stream *stream = gph_context_writer(rig->graph, index);
    gph_stream_problem problem = {.text = ""};
    int64_t left = until_ns - gph_now_ns();
    gph_status status = gph_stream_finish(stream->stream, left > 0 ? left : 0, &problem);
    rig->watches[index].finished = status == GPH_OK;
    rig->watches[index].hangs = status == GPH_STATE;
    if (status == GPH_OK)
        return;
    gph_rig_tell(rig, GPH_LOG_ERROR, stream->owner->node, -1, "%s",
                 problem.text[0]       ? problem.text
                 : status == GPH_STATE ? "the disk has not taken all frames within 10 s"
                                       : "the disk failed");
    rig->failed_disk = true;
}

static void
finish_streams(gph_rig *rig)
{
    int64_t until = gph_now_ns() + STOP_SECONDS * INT64_C(1000000000);
    for (uint32_t w = 0; w < rig->n_writers; w++)
        finish_stream(rig, w, until);
}

static void
finish_tables(gph_rig *rig)
{
    gph_workers_drain(rig->context.workers);
    rig->failed_disk |= gph_table_set_end_service(rig->context.tables) != GPH_OK;
    gph_run_get_figures(rig->run, &rig->figures);
    int64_t end = rig->figures.frame;
    rig->failed_disk |= gph_table_set_save(rig->context.tables, rig->context.takes, end) != GPH_OK;
}

void
gph_rig_finish(gph_rig *rig)
{
    gph_run_finish(rig->run);
    gph_rig_hear_notices(rig);
    finish_streams(rig);
    finish_tables(rig);
    gph_rig_watch_recorders(rig);
}

int
gph_rig_stop(gph_rig *rig)
{
    if (rig->stage == GPH_RIG_STOPPED || rig->stage == GPH_RIG_LOADED)
        return gph_rig_exit_status(rig);
    bool ran = rig->stage == GPH_RIG_RUNNING;
    gph_host_stats stats = {.size = sizeof stats};
    if (ran)
        rig->host->host->stop(rig->stream, rig->figures.ended);
    rig->host->host->stats(rig->stream, &stats);
    rig->stats = stats;
    if (ran && rig->host_state == GPH_STREAM_STATE_LOST)
        rig->failed_host = true;
    gph_rig_close_osc(rig);
    gph_rig_measure_ticks(rig);
    rig->stage = GPH_RIG_STOPPED;
    gph_rig_heal(rig);
    /* While there is a writer, even if no frame has come. */
    if (ran)
        gph_rig_finish(rig);
    else
        finish_streams(rig);
    gph_rig_end_writer(rig);
    gph_run_get_figures(rig->run, &rig->figures);
    gph_rig_judge_rehearsal(rig);
    gph_rig_close_host(rig);
    gph_rig_unguard(rig);
    return gph_rig_exit_status(rig);
}

int
gph_rig_exit_status(const gph_rig *rig)
{
    if (rig->failed_disk)
        return GPH_EXIT_DISK;
    if (rig->failed_host)
        return GPH_EXIT_HOST;
    if (rig->failed_module)
        return GPH_EXIT_MODULE;
    return rig->failed_frames ? GPH_EXIT_FRAMES : GPH_EXIT_OK;
}

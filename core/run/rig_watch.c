/* What happens while a rig runs, told as it happens and kept for the end. [control] */
#include "../platform/now.h"
#include "../platform/ticks.h"
#include "rig_inside.h"
#include "table_desk.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/* Seconds of disk left at which a person is told. */
enum { DISK_LOW_SECONDS = 600, DISK_LOWEST_SECONDS = 60 };

/* So long a tick is measured at least: 0.01 % of error by the clock's own grain. */
enum { MEASURED_NS = 2000000 };

void
gph_rig_measure_ticks(gph_rig *rig)
{
    /* Without a second time there is nothing to compare. */
    if (!rig->ticks_at) {
        rig->ticks_at = gph_ticks();
        rig->ns_at = gph_now_ns();
    }
    if (!(rig->ns_per_tick > 0))
        gph_now_sleep_until_ns(rig->ns_at + MEASURED_NS);
    uint64_t ticks = gph_ticks() - rig->ticks_at;
    int64_t ns = gph_now_ns() - rig->ns_at;
    if (ticks > 0 && ns >= MEASURED_NS)
        rig->ns_per_tick = (double)ns / (double)ticks;
}

/* ---------------------------------------------------------------- notices */

/* A module's text with %a and %b replaced. */
static void
fault_text(const gph_type *type, const gph_notice *notice, char *text, size_t size)
{
    const char *from = notice->code < type->n_faults ? type->faults[notice->code] : NULL;
    size_t n = 0;
    if (!from) {
        snprintf(text, size, "fault %u (%" PRId64 ", %" PRId64 ")", notice->code, notice->a,
                 notice->b);
        return;
    }
    for (; *from && n + 24 < size; from++) {
        if (from[0] == '%' && (from[1] == 'a' || from[1] == 'b')) {
            n += (size_t)snprintf(text + n, size - n, "%" PRId64,
                                  *++from == 'a' ? notice->a : notice->b);
        } else {
            text[n++] = *from;
        }
    }
    text[n] = 0;
}

static void
hear_fault(gph_rig *rig, const gph_notice *notice)
{
    char text[512];
    char more[64] = "";
    fault_text(&rig->graph->nodes[notice->node].type->type, notice, text, sizeof text);
    if (notice->unsaid)
        snprintf(more, sizeof more, " (and %u more like this before)", notice->unsaid);
    gph_rig_tell(rig, GPH_LOG_WARNING, notice->node, notice->frame, "%s%s", text, more);
}

static void
hear_failed(gph_rig *rig, const gph_notice *notice)
{
    const gph_graph_node *node = &rig->graph->nodes[notice->node];
    const char *then = notice->b                               ? "the run ends"
                       : node->on_error == GPH_ON_ERROR_BYPASS ? "it is bypassed from here on"
                                                               : "it is silent from here on";
    rig->failed_module = true;
    gph_rig_tell(rig, GPH_LOG_ERROR, notice->node, notice->frame,
                 "failed at frame %" PRId64 " (%s); %s", notice->frame,
                 gph_status_text((gph_status)notice->code), then);
}

static void
hear_table(gph_rig *rig, const gph_notice *notice)
{
    static const char *const why[] = {
        [GPH_TABLE_DONE] = "it was done",
        [GPH_TABLE_NO_SPARE] = "the table needs 'spare = on'",
        [GPH_TABLE_NO_UNDO] = "nothing was done to the table since it was recorded",
        [GPH_TABLE_EMPTY] = "the table is empty",
        [GPH_TABLE_RECORDED] = "the table is being recorded",
        [GPH_TABLE_OVERTAKEN] = "the table was recorded meanwhile",
        [GPH_TABLE_TOO_MANY] = "too many triggers wait",
    };
    const gph_type *type = &rig->graph->nodes[notice->node].type->type;
    gph_rig_tell(rig, GPH_LOG_WARNING, notice->node, notice->frame, "'%s' was not done: %s",
                 type->triggers[notice->code].name, why[notice->a]);
}

static void
hear_not_finite(gph_rig *rig, const gph_notice *notice)
{
    rig->failed_module |= notice->b == 2;
    gph_rig_tell(rig, notice->b == 2 ? GPH_LOG_ERROR : GPH_LOG_WARNING, notice->node, notice->frame,
                 "puts out NaN or Inf on channel %" PRId64 " at frame %" PRId64 "; %s",
                 notice->a + 1, notice->frame,
                 notice->b == 2 ? "it did so before and is silent from here on" : "it is reset");
}

static void
hear_late(gph_rig *rig, const gph_notice *notice)
{
    double ms = rig->ns_per_tick * 1e-6;
    char more[64] = "";
    if (notice->unsaid)
        snprintf(more, sizeof more, " (and %u more late cycles before)", notice->unsaid);
    gph_rig_tell(rig, GPH_LOG_WARNING, notice->node, notice->frame,
                 "took %.1f ms of a cycle that took %.1f ms instead of %.1f ms, at frame %" PRId64
                 "%s",
                 (double)notice->b * ms, (double)notice->a * ms,
                 notice->code * 1000.0 / rig->got.rate, notice->frame, more);
}

static void
hear_float_mode(gph_rig *rig, const gph_notice *notice)
{
    if (notice->node == GPH_NONE)
        gph_rig_tell(rig, GPH_LOG_WARNING, GPH_NONE, notice->frame,
                     "a module changed the floating-point control word; looking for it");
    else
        gph_rig_tell(rig, GPH_LOG_WARNING, notice->node, notice->frame,
                     "changes the floating-point control word; it was put back");
}

void
gph_rig_hear_notices(gph_rig *rig)
{
    gph_notice notice;
    while (rig->run && gph_run_receive(rig->run, &notice)) {
        switch (notice.kind) {
        case GPH_NOTICE_FAULT:
            hear_fault(rig, &notice);
            break;
        case GPH_NOTICE_FAILED:
            hear_failed(rig, &notice);
            break;
        case GPH_NOTICE_CUT:
            gph_rig_hear_cut(rig, &notice);
            break;
        case GPH_NOTICE_LATE:
            hear_late(rig, &notice);
            break;
        case GPH_NOTICE_NOT_FINITE:
            hear_not_finite(rig, &notice);
            break;
        case GPH_NOTICE_TABLE:
            hear_table(rig, &notice);
            break;
        case GPH_NOTICE_FLOAT_MODE:
            hear_float_mode(rig, &notice);
            break;
        default:
            break;
        }
    }
}

/* ---------------------------------------------------------------- recorders */

static void
keep_take(gph_rig *rig, const gph_runtime_stream *stream, const gph_take_file *file)
{
    if (rig->n_takes == rig->takes_capacity) {
        uint32_t capacity = rig->takes_capacity ? 2 * rig->takes_capacity : 16;
        gph_rig_kept_take *more = realloc(rig->takes, capacity * sizeof *more);
        if (!more)
            return;
        rig->takes = more;
        rig->takes_capacity = capacity;
    }
    gph_rig_kept_take *take = &rig->takes[rig->n_takes++];
    *take = (gph_rig_kept_take){.file = file,
                                .node = rig->graph->nodes[stream->owner->node].name,
                                .gaps = calloc((size_t)file->n_gaps + 1, sizeof *take->gaps)};
    for (uint32_t g = 0; take->gaps && g < file->n_gaps; g++)
        take->gaps[g] = (gph_rig_gap){.at = file->gaps[g].position, .frames = file->gaps[g].frames};
    if (file->n_gaps || file->error)
        rig->failed_frames = true;
    if (file->error)
        gph_rig_tell(rig, GPH_LOG_ERROR, stream->owner->node, -1, "%s: %s", file->path,
                     file->error);
}

static void
watch_disk(gph_rig *rig, gph_rig_watch *watch, uint32_t node, const gph_stream_status *now)
{
    double left = now->seconds_left;
    bool recording = now->state == GPH_STREAM_RECORDING || now->state == GPH_STREAM_DEGRADED;
    if (!recording || left < 0)
        return;
    if (left < DISK_LOWEST_SECONDS && !watch->disk_lowest) {
        watch->disk_low = watch->disk_lowest = true;
        gph_rig_tell(rig, GPH_LOG_WARNING, node, -1, "the disk lasts for %.0f s", left);
    } else if (left < DISK_LOW_SECONDS && !watch->disk_low) {
        watch->disk_low = true;
        gph_rig_tell(rig, GPH_LOG_WARNING, node, -1, "the disk lasts for %.0f min", left / 60);
    }
}

static void
watch_state(gph_rig *rig, gph_rig_watch *watch, uint32_t node, const gph_stream_status *now)
{
    /* A take is told of when its file has a name. */
    if (now->state == watch->state || (now->state == GPH_STREAM_RECORDING && !now->file[0]))
        return;
    watch->state = now->state;
    const char *reason = now->reason[0] ? now->reason : "no reason was given";
    switch (now->state) {
    case GPH_STREAM_RECORDING:
        gph_rig_tell(rig, GPH_LOG_INFO, node, -1, "records %s", now->file);
        break;
    case GPH_STREAM_DEGRADED:
        rig->failed_disk = true;
        gph_rig_tell(rig, GPH_LOG_WARNING, node, -1, "the disk refuses, the ring holds on: %s",
                     reason);
        break;
    case GPH_STREAM_BROKEN:
        rig->failed_disk = true;
        gph_rig_tell(rig, GPH_LOG_ERROR, node, -1, "failed: %s", reason);
        break;
    default:
        break;
    }
}

/* What the recorder has found a way out of, so that its state tells nothing. */
static void
watch_failures(gph_rig *rig, gph_rig_watch *watch, uint32_t node, const gph_stream_status *now)
{
    if (now->failures > watch->failures && now->state != GPH_STREAM_DEGRADED &&
        now->state != GPH_STREAM_BROKEN)
        gph_rig_tell(rig, GPH_LOG_WARNING, node, -1, "%s", now->trouble);
    watch->failures = now->failures;
}

static void
watch_recorder(gph_rig *rig, gph_rig_watch *watch, gph_runtime_stream *stream)
{
    uint32_t node = stream->owner->node;
    gph_stream_status *now = &rig->scratch->status;
    gph_stream_status_get(stream->stream, now);
    watch_state(rig, watch, node, now);
    watch_failures(rig, watch, node, now);
    watch_disk(rig, watch, node, now);
    gph_rig_watch_silence(rig, watch, stream, now);
    double fill = now->capacity > 0 ? (double)now->peak_fill / (double)now->capacity : 0;
    if (fill > 0.5 && !watch->half_full && !gph_rig_is_offline(rig)) {
        watch->half_full = true;
        gph_rig_tell(rig, GPH_LOG_WARNING, node, -1,
                     "the disk is slow: the ring was filled to %.0f %%", fill * 100);
    }
    /* A gap that has only begun has no length yet. */
    bool more = now->gaps > watch->gaps;
    if (more && now->lost > 0) {
        gph_rig_tell(rig, GPH_LOG_WARNING, node, -1, "%" PRId64 " frames are missing in this take",
                     now->lost);
        rig->failed_frames = true;
    }
    if (!more || now->lost > 0)
        watch->gaps = now->gaps;
    uint32_t n = gph_stream_n_files(stream->stream);
    for (; watch->n_files < n; watch->n_files++) {
        const gph_take_file *file = gph_stream_file(stream->stream, watch->n_files);
        keep_take(rig, stream, file);
        gph_rig_end_silence(rig, watch, node, file);
    }
}

void
gph_rig_watch_recorders(gph_rig *rig)
{
    for (uint32_t w = 0; w < rig->n_writers; w++)
        watch_recorder(rig, &rig->watches[w], gph_context_writer(rig->graph, w));
}

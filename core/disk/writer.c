/* What empties a ring into files: marks, indices, status. [writer] */
#include "writer.h"

#include "writer_state.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SECOND INT64_C(1000000000)

/* How long the end of a recording waits for a disk that refuses. */
#define PATIENCE (5 * SECOND)

int64_t
gph_writer_now(const gph_writer *writer)
{
    return writer->plan.clock->monotonic_ns(writer->plan.clock->user);
}

gph_status
gph_writer_new(const gph_writer_plan *plan, gph_writer **result)
{
    uint32_t channels = plan->ring.channels;
    uint32_t batch = plan->part.batch_frames;
    gph_writer *writer = calloc(1, sizeof *writer);
    if (!writer)
        return GPH_MEMORY;
    writer->plan = *plan;
    writer->dither = calloc(channels, sizeof *writer->dither);
    writer->samples = calloc((size_t)channels * batch, sizeof *writer->samples);
    writer->ch = calloc(channels, sizeof *writer->ch);
    if (!writer->dither || !writer->samples || !writer->ch) {
        gph_writer_free(writer);
        return GPH_MEMORY;
    }
    gph_ring_view(plan->memory, &plan->ring, &writer->ring);
    writer->least_latency = UINT32_MAX;
    for (uint32_t c = 0; c < channels; c++) {
        uint32_t latency = plan->latency[c];
        writer->ch[c] = writer->samples + (size_t)c * batch;
        writer->least_latency = latency < writer->least_latency ? latency : writer->least_latency;
        writer->greatest_latency =
            latency > writer->greatest_latency ? latency : writer->greatest_latency;
    }
    writer->status.free_bytes = -1;
    writer->status.state = GPH_STREAM_ARMED;
    writer->status.bytes_per_second =
        (int64_t)(plan->rate * (double)channels * gph_sample_bytes(plan->part.converter.sample));
    writer->warned_seconds = UINT32_MAX;
    gph_ring_put_status(&writer->ring, &writer->status);
    *result = writer;
    return GPH_OK;
}

void
gph_writer_free(gph_writer *writer)
{
    if (!writer)
        return;
    if (writer->part)
        gph_part_close(writer->part, "not closed", true);
    free(writer->dither);
    free(writer->samples);
    free(writer->ch);
    free(writer);
}

void
gph_writer_trouble(gph_writer *writer, int error, const char *what)
{
    char reason[100];
    int64_t now = gph_writer_now(writer);
    snprintf(writer->status.reason, sizeof writer->status.reason, "%s: %s", what,
             gph_file_error(error, reason, sizeof reason));
    if (!writer->retry_ns) {
        writer->trouble_ns = now;
        gph_ring_put_news(&writer->ring, GPH_STREAM_FAILED, -(int64_t)error);
    }
    writer->retry_ns = now + SECOND;
}

void
gph_writer_drop_command(gph_writer *writer, uint32_t index)
{
    writer->n_commands--;
    memmove(writer->commands + index, writer->commands + index + 1,
            (writer->n_commands - index) * sizeof *writer->commands);
}

/* Samples first, marks after: so each mark that stands before a sample is seen with it. */
static void
look_into_ring(gph_writer *writer)
{
    gph_ring_mark mark;
    uint64_t in = atomic_load_explicit(&writer->ring.shared->in, memory_order_acquire);
    while (gph_timeline_has_room(&writer->timeline, 1) && writer->n_commands < GPH_RING_MARKS &&
           !writer->ended && gph_ring_take_mark(&writer->ring, &mark)) {
        switch (mark.kind) {
        case GPH_MARK_ORIGIN:
        case GPH_MARK_LOST:
        case GPH_MARK_DROP:
            gph_timeline_add(&writer->timeline, &mark);
            break;
        case GPH_MARK_START:
        case GPH_MARK_STOP:
        case GPH_MARK_CUE:
        case GPH_MARK_SPLIT:
            writer->commands[writer->n_commands++] = mark;
            break;
        case GPH_MARK_END:
            writer->ended = true;
            writer->end_clock = mark.clock;
            writer->trouble_ns = gph_writer_now(writer);
            /* It was put in after all samples, some of which may have come since we looked. */
            in = atomic_load_explicit(&writer->ring.shared->in, memory_order_acquire);
            break;
        default:
            break;
        }
    }
    /* A module that scribbles over the ring must not lead us out of it; and while a mark waits that
     * we had no room for, samples behind it wait too. */
    uint64_t waiting = atomic_load_explicit(&writer->ring.shared->marks_in, memory_order_acquire) -
                       atomic_load_explicit(&writer->ring.shared->marks_out, memory_order_relaxed);
    bool all_seen =
        gph_timeline_has_room(&writer->timeline, 1) && writer->n_commands < GPH_RING_MARKS;
    if (in >= writer->in && in - writer->out <= writer->ring.geometry.frames &&
        (all_seen || !waiting) && writer->timeline.n_breaks)
        writer->in = in;
    if (writer->orphaned && !writer->ended && !waiting) {
        writer->ended = true;
        writer->trouble_ns = gph_writer_now(writer);
        if (writer->timeline.n_breaks)
            writer->end_clock = gph_timeline_clock_at(&writer->timeline, writer->in);
    }
}

/* Carries out the commands before a start; true: a take has begun. */
static bool
begin_take(gph_writer *writer)
{
    while (writer->n_commands) {
        gph_ring_mark *first = &writer->commands[0];
        int64_t when = first->clock;
        if (first->kind == GPH_MARK_START && writer->timeline.n_breaks) {
            int64_t head = gph_timeline_clock_at(&writer->timeline, writer->in);
            if (!writer->ended && head <= when)
                return false;
            gph_ring_mark start = *first;
            gph_writer_drop_command(writer, 0);
            if (when < (writer->ended ? writer->end_clock : INT64_MAX)) {
                gph_take_begin(writer, &start);
                return true;
            }
        } else if (first->kind == GPH_MARK_START && !writer->ended) {
            return false;
        } else {
            gph_writer_drop_command(writer, 0);
        }
    }
    return false;
}

/* The first position that a take, or one that is ordered already, has yet to write. */
static uint64_t
needed(const gph_writer *writer)
{
    const gph_timeline *timeline = &writer->timeline;
    uint64_t at = writer->in;
    if (writer->take.active)
        at = gph_timeline_position_of(timeline, writer->take.graph, writer->in);
    for (uint32_t n = 0; n < writer->n_commands; n++) {
        if (writer->commands[n].kind != GPH_MARK_START)
            continue;
        int64_t graph = gph_timeline_graph_of(timeline, writer->commands[n].clock);
        uint64_t start = gph_timeline_position_of(timeline, graph, writer->in);
        return start < at ? start : at;
    }
    return at;
}

/* Gives room back to the audio side, but not what a later take may begin with. */
static void
release(gph_writer *writer)
{
    if (!writer->timeline.n_breaks)
        return;
    uint64_t at = needed(writer);
    uint64_t out = at > writer->plan.keep ? at - writer->plan.keep : 0;
    if (out > writer->out)
        writer->out = out;
    uint32_t most = writer->take.active && writer->take.next_break ? writer->take.next_break - 1
                                                                   : GPH_TIMELINE_BREAKS;
    if (writer->take.active && !writer->take.next_break)
        most = 0;
    uint32_t gone = gph_timeline_forget(&writer->timeline, writer->out, most);
    if (writer->take.active)
        writer->take.next_break -= gone;
    atomic_store_explicit(&writer->ring.shared->done, at, memory_order_relaxed);
    atomic_store_explicit(&writer->ring.shared->out, writer->out, memory_order_release);
}

static void
watch_ring(gph_writer *writer)
{
    uint64_t done = atomic_load_explicit(&writer->ring.shared->done, memory_order_relaxed);
    uint64_t room = writer->ring.geometry.frames - writer->plan.keep;
    uint64_t fill = writer->in > done ? writer->in - done : 0;
    if (!writer->half_full && fill > room / 2)
        gph_ring_put_news(&writer->ring, GPH_STREAM_HALF_FULL, (int64_t)fill);
    writer->half_full = writer->half_full ? fill > room / 4 : fill > room / 2;
}

/* Once a second: how much disk is left, told at 10 minutes and at 1. */
static void
watch_disk(gph_writer *writer)
{
    int64_t now = gph_writer_now(writer);
    if (writer->looked_ns && now - writer->looked_ns < SECOND)
        return;
    writer->looked_ns = now;
    const gph_file_system *files = writer->plan.part.files;
    if (writer->part) {
        writer->status.free_bytes = files->free_bytes(files->user, gph_part_handle(writer->part));
    } else {
        gph_file root = files->open_folder(files->user, writer->plan.part.name->root);
        writer->status.free_bytes = root < 0 ? -1 : files->free_bytes(files->user, root);
        if (root >= 0)
            files->close(files->user, root);
    }
    if (writer->status.free_bytes < 0)
        writer->status.free_bytes = -1;
    if (!writer->status.bytes_per_second || writer->status.free_bytes < 0)
        return;
    int64_t seconds = writer->status.free_bytes / writer->status.bytes_per_second;
    uint32_t level = seconds < 60 ? 60 : seconds < 600 ? 600 : UINT32_MAX;
    if (level < writer->warned_seconds)
        gph_ring_put_news(&writer->ring, GPH_STREAM_DISK_LOW, seconds);
    writer->warned_seconds = level;
}

static void
say_status(gph_writer *writer)
{
    gph_ring_status *status = &writer->status;
    const gph_take *take = &writer->take;
    if (writer->done)
        status->state = *status->reason ? GPH_STREAM_BROKEN : GPH_STREAM_FINISHED;
    else if (writer->retry_ns)
        status->state = GPH_STREAM_DEGRADED;
    else if (take->active)
        status->state = writer->ended || take->closing ? GPH_STREAM_CLOSING : GPH_STREAM_RECORDING;
    else
        status->state = GPH_STREAM_ARMED;
    if (!writer->retry_ns && !writer->done)
        status->reason[0] = '\0';
    status->take = take->number;
    status->frames = take->frames;
    status->clipped = take->clipped;
    status->not_finite = take->not_finite;
    status->file[0] = '\0';
    if (writer->part) {
        int64_t clipped;
        int64_t not_finite;
        gph_part_sums(writer->part, &clipped, &not_finite);
        status->frames += gph_part_frames(writer->part);
        status->clipped += clipped;
        status->not_finite += not_finite;
        snprintf(status->file, sizeof status->file, "%s", gph_part_name(writer->part));
    }
    status->lost = take->lost;
    status->gaps = writer->gaps;
    gph_ring_put_status(&writer->ring, status);
}

/* What to do when nothing more will come and the disk goes on refusing. */
static void
perhaps_give_up(gph_writer *writer)
{
    bool patience_over = writer->ended && writer->retry_ns &&
                         gph_writer_now(writer) - writer->trouble_ns >= PATIENCE;
    if (!writer->give_up && !patience_over)
        return;
    if (writer->part) {
        char text[sizeof writer->status.reason + 32];
        snprintf(text, sizeof text, "ends early: %s", writer->status.reason);
        gph_part_close(writer->part, text, true);
        writer->part = NULL;
    }
    if (!*writer->status.reason)
        snprintf(writer->status.reason, sizeof writer->status.reason, "given up");
    writer->take.active = false;
    writer->n_commands = 0;
    writer->ended = true;
    writer->done = true;
}

bool
gph_writer_step(gph_writer *writer)
{
    if (writer->done)
        return false;
    look_into_ring(writer);
    bool more = false;
    if (!writer->take.active)
        begin_take(writer);
    if (writer->take.active)
        more = gph_take_step(writer);
    else if (writer->ended && !writer->n_commands)
        writer->done = true;
    perhaps_give_up(writer);
    release(writer);
    watch_ring(writer);
    watch_disk(writer);
    say_status(writer);
    return !writer->done && (more || (!writer->take.active && writer->ended));
}

bool
gph_writer_is_done(const gph_writer *writer)
{
    return writer->done;
}

void
gph_writer_orphan(gph_writer *writer)
{
    writer->orphaned = true;
}

void
gph_writer_give_up(gph_writer *writer)
{
    writer->give_up = true;
}

/* What empties a ring into files: its steps, what it says, its end. [writer] */
#include "writer.h"

#include "writer_inherit.h"
#include "writer_memo.h"
#include "writer_state.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* How long the end of a recording waits for a disk that refuses. */
#define PATIENCE (5 * GPH_WRITER_SECOND)

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
    if (!writer->dither || !writer->samples || !writer->ch ||
        gph_barrier_new(plan->barrier_thread, plan->wake, plan->wake_user, &writer->barrier)) {
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

/* What the barrier has done is told; what it has not is left as it is on the disk. */
static void
leave_parts(gph_writer *writer)
{
    gph_barrier_job job;
    gph_barrier_wait(writer->barrier, GPH_WRITER_SECOND);
    while (gph_barrier_answer(writer->barrier, &job)) {
        if (job.kind == GPH_BARRIER_OPEN && !job.error) {
            gph_part_drop(job.part);
            gph_part_complete(job.part);
            gph_part_finish(job.part);
        }
        for (uint32_t n = 0; n < writer->n_closing && job.kind == GPH_BARRIER_CLOSE; n++)
            if (writer->closing[n].part == job.part)
                writer->closing[n].asked = false;
    }
    bool hangs = gph_barrier_waiting(writer->barrier) > 0;
    for (uint32_t n = 0; n < writer->n_closing; n++)
        if (!writer->closing[n].asked)
            gph_part_finish(writer->closing[n].part);
    gph_part *parts[] = {writer->part, writer->away_part, writer->ahead};
    for (uint32_t n = 0; n < sizeof parts / sizeof *parts && !hangs; n++)
        if (parts[n]) {
            gph_part_blame(parts[n], "not closed");
            gph_part_finish(parts[n]);
        }
}

bool
gph_writer_free(gph_writer *writer)
{
    bool whole = true;
    if (!writer)
        return true;
    if (writer->barrier) {
        leave_parts(writer);
        whole = gph_barrier_free(writer->barrier, GPH_WRITER_SECOND);
    }
    gph_packet_finish(&writer->memo);
    gph_memo_parts_free(writer->left);
    free(writer->dither);
    free(writer->samples);
    free(writer->ch);
    free(writer);
    return whole;
}

void
gph_writer_tell(gph_writer *writer, int error, const char *text)
{
    gph_ring_status *status = &writer->status;
    snprintf(status->trouble, sizeof status->trouble, "%s", text);
    memcpy(status->reason, status->trouble, sizeof status->reason);
    status->failures++;
    /* The others are no fault of the disk. */
    if (error != -EFBIG && error != -ENOENT && error != -ENODATA && error != -ENOMEM)
        status->failed_disk = 1;
    gph_ring_put_news(&writer->ring, GPH_STREAM_FAILED, -(int64_t)error);
    if (!writer->trouble_ns)
        writer->trouble_ns = gph_writer_now(writer);
}

void
gph_writer_say(gph_writer *writer, int error, const char *what)
{
    char reason[100];
    char text[sizeof writer->status.trouble];
    snprintf(text, sizeof text, "%s: %s", what, gph_file_error(error, reason, sizeof reason));
    gph_writer_tell(writer, error, text);
}

void
gph_writer_trouble(gph_writer *writer, int error, const char *what)
{
    if (!writer->retry_ns)
        gph_writer_say(writer, error, what);
    writer->retry_ns = gph_writer_now(writer) + GPH_WRITER_SECOND;
}

void
gph_writer_drop_command(gph_writer *writer, uint32_t index)
{
    writer->n_commands--;
    memmove(writer->commands + index, writer->commands + index + 1,
            (writer->n_commands - index) * sizeof *writer->commands);
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

/* Once a second, or each time where a floor is to be kept: how much disk is left, told at 10 minutes
 * and at 1. What was taken ahead counts as left. */
static void
watch_disk(gph_writer *writer)
{
    int64_t now = gph_writer_now(writer);
    gph_ring_status *status = &writer->status;
    bool floor = writer->plan.part.min_free && writer->part;
    if (writer->looked_ns && now - writer->looked_ns < GPH_WRITER_SECOND && !floor)
        return;
    writer->looked_ns = now;
    int64_t left = gph_writer_free_bytes(writer);
    if (writer->plan.part.min_free && left >= 0 && writer->part)
        writer->starved = left < writer->plan.part.min_free;
    if (left >= 0) {
        left = left > writer->plan.part.min_free ? left - writer->plan.part.min_free : 0;
        left += writer->part ? gph_part_reserved(writer->part) : 0;
    }
    status->free_bytes = left < 0 ? -1 : left;
    if (!status->bytes_per_second || left < 0)
        return;
    int64_t seconds = left / status->bytes_per_second;
    uint32_t level = seconds < 60 ? 60 : seconds < 600 ? 600 : UINT32_MAX;
    if (level < writer->warned_seconds)
        gph_ring_put_news(&writer->ring, GPH_STREAM_DISK_LOW, seconds);
    writer->warned_seconds = level;
}

void
gph_writer_note_longest(const gph_writer *writer, int64_t *longest_ns, int64_t begun_ns)
{
    int64_t took = gph_writer_now(writer) - begun_ns;
    *longest_ns = took > *longest_ns ? took : *longest_ns;
}

/* Frames of the take that are on the disk whatever comes. */
static int64_t
synced(const gph_writer *writer)
{
    int64_t frames = writer->take.frames;
    for (uint32_t n = 0; n < writer->n_closing; n++)
        frames -= gph_part_frames(writer->closing[n].part);
    if (writer->part)
        frames += gph_part_point(writer->part, GPH_OUTPUT_SAFE);
    return frames > 0 ? frames : 0;
}

static void
say_status(gph_writer *writer)
{
    gph_ring_status *status = &writer->status;
    const gph_take *take = &writer->take;
    if (writer->done)
        status->state = writer->lost_sound ? GPH_STREAM_BROKEN : GPH_STREAM_FINISHED;
    else if (writer->retry_ns)
        status->state = GPH_STREAM_DEGRADED;
    else if (take->active)
        status->state = writer->ended || take->closing ? GPH_STREAM_CLOSING : GPH_STREAM_RECORDING;
    else if (writer->n_closing)
        status->state = GPH_STREAM_CLOSING;
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
    status->synced = synced(writer);
    status->lost = take->lost;
    status->gaps = writer->gaps;
    gph_ring_put_status(&writer->ring, status);
}

/* What to do when nothing more will come and the disk goes on refusing. */
static void
perhaps_give_up(gph_writer *writer)
{
    int64_t now = gph_writer_now(writer);
    int64_t since = writer->trouble_ns > writer->ended_ns ? writer->trouble_ns : writer->ended_ns;
    bool refuses = writer->retry_ns || writer->fruitless > 1;
    for (uint32_t n = 0; n < writer->n_closing; n++)
        refuses |= writer->closing[n].retry_ns != 0;
    if (writer->ended && refuses && writer->trouble_ns && now - since >= PATIENCE)
        writer->leaving = true;
    if (!writer->give_up && !writer->leaving)
        return;
    if (!*writer->status.trouble)
        snprintf(writer->status.trouble, sizeof writer->status.trouble, "given up");
    memcpy(writer->status.reason, writer->status.trouble, sizeof writer->status.reason);
    writer->leaving = true;
    if (!writer->ended && writer->timeline.n_breaks)
        writer->end_clock = gph_timeline_clock_at(&writer->timeline, writer->in);
    writer->ended = true;
    writer->lost_sound |= writer->take.active || writer->away || writer->n_rescues;
    writer->n_rescues = 0;
    gph_guard_give_up(writer);
    if (!writer->part && writer->away) {
        gph_guard_turn(writer);
        gph_guard_give_up(writer);
    }
    if (!writer->away)
        writer->n_commands = 0;
    if (writer->part && writer->n_closing < GPH_WRITER_CLOSING) {
        char text[sizeof writer->status.trouble + 16];
        snprintf(text, sizeof text, "ends early: %s", writer->status.trouble);
        gph_part_blame(writer->part, text);
        gph_writer_hand_over(writer)->left = true;
    }
    gph_writer_drop_ahead(writer);
    gph_writer_close_on(writer);
    if (writer->give_up) {
        writer->lost_sound |= writer->n_closing > 0 || writer->part;
        writer->done = true;
    }
}

static void
hear_answers(gph_writer *writer)
{
    gph_barrier_job job;
    while (gph_barrier_answer(writer->barrier, &job)) {
        if (job.kind == GPH_BARRIER_SYNC)
            gph_guard_answer(writer, &job);
        else
            gph_writer_part_answer(writer, &job);
    }
}

static bool
has_all(const gph_writer *writer)
{
    return writer->ended && !writer->n_commands && !writer->take.active && !writer->away &&
           !writer->n_rescues && !writer->part && !writer->n_closing && !writer->ahead &&
           !writer->ahead_asked;
}

bool
gph_writer_step(gph_writer *writer)
{
    if (writer->done)
        return false;
    gph_writer_look_into_ring(writer);
    if (writer->left)
        gph_writer_inherit(writer);
    hear_answers(writer);
    bool more = false;
    if (!writer->leaving)
        gph_guard_turn(writer);
    if (!writer->take.active && !writer->leaving)
        begin_take(writer);
    if (writer->take.active)
        more = gph_take_step(writer);
    gph_guard_step(writer);
    gph_writer_close_on(writer);
    hear_answers(writer);
    perhaps_give_up(writer);
    writer->done = writer->done || has_all(writer);
    gph_writer_release(writer);
    watch_ring(writer);
    watch_disk(writer);
    say_status(writer);
    more |= writer->ended && !writer->take.active && (writer->n_commands || writer->away);
    return !writer->done && more;
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

void
gph_writer_plan_safety(gph_writer_plan *plan, const gph_spec *spec)
{
    const gph_stream_write *what = &spec->what;
    bool sync = what->sync_seconds > 0;
    plan->sync_ns = sync ? (int64_t)(what->sync_seconds * 1e9) : GPH_WRITER_SECOND;
    plan->barrier_thread = true;
    plan->part.sync = sync;
    plan->part.min_free = what->min_free_bytes;
    plan->part.reserve_frames =
        what->reserve_seconds > 0 ? (uint64_t)(what->reserve_seconds * plan->rate) : 0;
    plan->spare = plan->part;
    plan->spare.name = spec->failover ? spec->failover : NULL;
}

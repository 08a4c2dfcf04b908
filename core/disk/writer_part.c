/* The parts of a take: opened when they are needed or shortly before, closed by the barrier's thread
 * while the next takes frames. [writer] */
#include "writer_memo.h"
#include "writer_state.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* Frames to the first one that is not before the next whole time of the clock: its file has that time's name. */
static int64_t
frames_to_whole(const gph_writer *writer, int64_t wall_ns)
{
    const int64_t second = 1000000000;
    int64_t rate = (int64_t)llrint(writer->plan.rate);
    int64_t period = (int64_t)llrint(writer->plan.rotate_seconds * 1e9);
    gph_calendar now;
    gph_clock_calendar(wall_ns, writer->plan.part.name->utc, &now);
    int64_t of_day = (now.hour * 3600 + now.minute * 60 + now.second) * second + wall_ns % second;
    int64_t left = period - of_day % period;
    /* A part of one frame is none. */
    if (left < second && left * rate < 2 * second)
        left += period;
    return left / second * rate + (left % second * rate + second - 1) / second;
}

/* Clock at which a part that begins at a clock is to end. */
static int64_t
part_end(const gph_writer *writer, int64_t clock, int64_t wall_ns)
{
    double seconds = writer->plan.rotate_seconds;
    if (!(seconds > 0))
        return INT64_MAX;
    if (writer->plan.rotate_clock)
        return clock + frames_to_whole(writer, wall_ns);
    return clock + (int64_t)llrint(seconds * writer->plan.rate);
}

int64_t
gph_writer_part_room(const gph_writer *writer)
{
    /* What stands behind the sound at most: a thousand cues. */
    enum { TAIL = 81920 };
    gph_format format = writer->plan.part.output.format;
    int64_t bytes = gph_sample_bytes(format.sample);
    int64_t limit = gph_format_limit(format);
    int64_t wanted = writer->plan.rotate_bytes;
    int64_t left = writer->part ? writer->take.part_end - writer->take.clock : INT64_MAX;
    int64_t used = writer->part ? gph_part_bytes(writer->part) : 0;
    if (wanted && wanted - TAIL < limit)
        limit = wanted - TAIL;
    if (limit == INT64_MAX)
        return left;
    if (!bytes)
        return writer->part && used >= limit - limit / 8 ? 0 : left;
    int64_t width = writer->plan.part.name->per_channel ? 1 : writer->ring.geometry.channels;
    int64_t room = (limit - used) / (bytes * width);
    /* However long the texts of a header are, something goes into each file. */
    bool begun = writer->part && gph_part_frames(writer->part);
    if (!begun && room <= 0)
        room = writer->plan.part.batch_frames;
    return gph_least(left, room);
}

static const gph_part_plan *
plan_of(const gph_writer *writer, bool spare)
{
    return spare ? &writer->plan.spare : &writer->plan.part;
}

static gph_part_place
place_at(const gph_writer *writer, int64_t clock)
{
    const gph_take *take = &writer->take;
    return (gph_part_place){
        .take = take->number,
        .part = take->part_number + 1,
        .wall_ns = take->wall_ns + gph_take_frames_ns(writer, clock - take->start),
        .first_frame = clock,
        .start_clock = take->start,
        .take_wall_ns = take->wall_ns,
        .capture_latency = take->capture_latency,
        .dither = writer->dither,
    };
}

int64_t
gph_writer_free_bytes(gph_writer *writer)
{
    const gph_part_plan *plan = plan_of(writer, writer->take.spare);
    const gph_file_system *files = plan->files;
    if (writer->part)
        return files->free_bytes(files->user, gph_part_handle(writer->part));
    gph_file root = files->open_folder(files->user, plan->name->root);
    int64_t bytes = root < 0 ? -1 : files->free_bytes(files->user, root);
    if (root >= 0)
        files->close(files->user, root);
    return bytes;
}

/* One try, in the folder that the take is in. */
static int
try_open(gph_writer *writer, const gph_part_place *place, char *text, size_t size)
{
    if (writer->plan.part.min_free) {
        int64_t left = gph_writer_free_bytes(writer);
        if (left >= 0 && left < writer->plan.part.min_free) {
            snprintf(text, size, "the disk has less than 'min-free' left");
            return -ENOSPC;
        }
    }
    return gph_part_new(plan_of(writer, writer->take.spare), place, &writer->part, text, size);
}

/* Takes what was opened ahead; true: there is nothing that could still come. */
static bool
take_ahead(gph_writer *writer)
{
    const gph_take *take = &writer->take;
    bool fits = writer->ahead_clock == take->clock && writer->ahead_spare == take->spare;
    if (writer->ahead_asked && fits && !writer->away)
        return false;
    if (writer->ahead && fits && !writer->away) {
        writer->part = writer->ahead;
        writer->ahead = NULL;
    }
    return true;
}

bool
gph_writer_open_part(gph_writer *writer)
{
    gph_take *take = &writer->take;
    gph_part_place place = place_at(writer, take->clock);
    char text[160];
    int error = 0;
    if (!take_ahead(writer))
        return false;
    if (!writer->part) {
        error = try_open(writer, &place, text, sizeof text);
        if (error && writer->plan.spare.name) {
            gph_writer_tell(writer, error, text);
            take->spare = !take->spare;
            writer->status.failovers++;
            error = try_open(writer, &place, text, sizeof text);
        }
    }
    if (error) {
        writer->part = NULL;
        if (!writer->retry_ns)
            gph_writer_tell(writer, error, text);
        writer->retry_ns = gph_writer_now(writer) + GPH_WRITER_SECOND;
        return false;
    }
    writer->retry_ns = 0;
    take->part_number++;
    writer->status.parts++;
    take->part_end = part_end(writer, take->clock, place.wall_ns);
    gph_guard_begin(writer);
    /* Behind the guard: who comes back to before this part has it to note once more. */
    if (take->listed < take->clock)
        gph_part_begins_late(writer->part, take->clock - take->listed, take->by_ring);
    take->listed = take->clock;
    /* Before the first frame is in it. */
    if (writer->plan.notes)
        gph_memo_note(writer);
    gph_ring_put_news(&writer->ring, GPH_STREAM_OPENED, take->clock);
    return true;
}

void
gph_writer_look_ahead(gph_writer *writer)
{
    const gph_take *take = &writer->take;
    int64_t room = writer->part ? gph_writer_part_room(writer) : INT64_MAX;
    if (room == INT64_MAX || room <= 0 || writer->away)
        return;
    int64_t tenth = (gph_part_frames(writer->part) + room) / 10;
    int64_t near = gph_least((int64_t)(2 * writer->plan.rate), tenth);
    int64_t clock = take->clock + room;
    if (room > near || take->stop <= clock || writer->ahead || writer->ahead_asked ||
        writer->retry_ns || !gph_sample_bytes(writer->plan.part.output.format.sample))
        return;
    gph_barrier_job job = {
        .kind = GPH_BARRIER_OPEN,
        .plan = plan_of(writer, take->spare),
        .place = place_at(writer, clock),
    };
    job.place.part = take->part_number + 1;
    writer->ahead_asked = gph_barrier_ask(writer->barrier, &job);
    writer->ahead_clock = clock;
    writer->ahead_spare = take->spare;
}

gph_closing *
gph_writer_hand_over(gph_writer *writer)
{
    gph_closing *closing = &writer->closing[writer->n_closing++];
    *closing = (gph_closing){
        .part = writer->part,
        .safe = writer->guard.points[GPH_OUTPUT_SAFE],
        .end = writer->take,
    };
    writer->part = NULL;
    writer->guard = (gph_guard){.phase = GPH_GUARD_REST};
    return closing;
}

bool
gph_writer_close_part(gph_writer *writer)
{
    gph_take *take = &writer->take;
    take->closing = true;
    if (writer->part) {
        if (writer->n_closing == GPH_WRITER_CLOSING)
            return false;
        int64_t clipped;
        int64_t not_finite;
        if (take->listed < take->clock)
            gph_part_ends_early(writer->part, take->clock - take->listed, take->by_ring);
        take->listed = take->clock;
        take->parted = false;
        gph_part_sums(writer->part, &clipped, &not_finite);
        take->frames += gph_part_frames(writer->part);
        take->clipped += clipped;
        take->not_finite += not_finite;
        take->flushed = take->graph;
        writer->retry_ns = 0;
        gph_writer_hand_over(writer);
        gph_writer_close_on(writer);
    }
    take->closing = false;
    if (take->last) {
        take->active = false;
        gph_writer_drop_ahead(writer);
    }
    return true;
}

void
gph_writer_drop_ahead(gph_writer *writer)
{
    if (!writer->ahead || writer->n_closing == GPH_WRITER_CLOSING)
        return;
    gph_part_drop(writer->ahead);
    writer->closing[writer->n_closing++] = (gph_closing){.part = writer->ahead, .left = true};
    writer->ahead = NULL;
    gph_writer_close_on(writer);
}

void
gph_writer_close_on(gph_writer *writer)
{
    int64_t now = gph_writer_now(writer);
    for (uint32_t n = 0; n < writer->n_closing; n++) {
        gph_closing *closing = &writer->closing[n];
        gph_barrier_job job = {.kind = GPH_BARRIER_CLOSE, .part = closing->part};
        if (!closing->asked && (now >= closing->retry_ns || writer->leaving))
            closing->asked = gph_barrier_ask(writer->barrier, &job);
    }
    /* What was opened for a frame that will not come, or not there. */
    const gph_take *take = &writer->take;
    if (writer->ahead && !writer->away &&
        (!take->active || take->clock > writer->ahead_clock || take->spare != writer->ahead_spare))
        gph_writer_drop_ahead(writer);
}

/* A part has its last names, or never will. */
static void
finish(gph_writer *writer, uint32_t index)
{
    gph_closing *closing = &writer->closing[index];
    int64_t frames = gph_part_frames(closing->part);
    gph_part_finish(closing->part);
    if (frames)
        gph_ring_put_news(&writer->ring, GPH_STREAM_CLOSED, frames);
    writer->n_closing--;
    memmove(closing, closing + 1, (writer->n_closing - index) * sizeof *closing);
}

static void
closed(gph_writer *writer, uint32_t index, int error)
{
    gph_closing *closing = &writer->closing[index];
    int64_t left;
    int lost = gph_part_is_lost(closing->part, &left);
    int final = gph_part_sync_error(closing->part);
    closing->asked = false;
    bool elsewhere = (error == -EIO || error == -EFBIG || writer->plan.spare.name) && error &&
                     !gph_part_is_synced(closing->part);
    if (!closing->left && (final || lost || elsewhere)) {
        gph_guard_rescue(writer, closing, error);
        closing->left = true;
        if (!lost)
            return;
    } else if (error && !lost && !writer->leaving) {
        if (!closing->left || !closing->retry_ns)
            gph_writer_say(writer, error, "cannot close a file");
        if (!writer->trouble_ns)
            writer->trouble_ns = gph_writer_now(writer);
        closing->retry_ns = gph_writer_now(writer) + GPH_WRITER_SECOND;
        return;
    }
    if (!error && !closing->left && !writer->retry_ns)
        writer->trouble_ns = 0;
    finish(writer, index);
}

void
gph_writer_part_answer(gph_writer *writer, const gph_barrier_job *job)
{
    if (job->kind == GPH_BARRIER_OPEN) {
        /* If it failed, the same is tried, and told, when it is needed. */
        writer->ahead_asked = false;
        writer->ahead = job->error ? NULL : job->part;
        return;
    }
    for (uint32_t n = 0; n < writer->n_closing; n++)
        if (writer->closing[n].part == job->part) {
            closed(writer, n, job->error);
            return;
        }
}

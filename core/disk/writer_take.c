/* One take: from a start to a stop, through gaps and parts, batch by batch. [writer] */
#include "writer_state.h"

#include <errno.h>
#include <math.h>
#include <string.h>

int64_t
gph_take_frames_ns(const gph_writer *writer, int64_t frames)
{
    return (int64_t)llrint((double)frames / writer->plan.rate * 1e9);
}

void
gph_take_begin(gph_writer *writer, const gph_ring_mark *start)
{
    enum { MOST_SECONDS = 10 }; /* of latency; whoever says more has written over the ring */
    int64_t when = start->clock;
    const gph_timeline *timeline = &writer->timeline;
    gph_take *take = &writer->take;
    int64_t earliest = gph_timeline_clock_at(timeline, writer->out);
    int64_t head = gph_timeline_clock_at(timeline, writer->in);
    int64_t first = when - (int64_t)writer->plan.preroll;
    if (first < earliest)
        first = earliest;
    *take = (gph_take){
        .active = true,
        .start = when > first ? when : first,
        .stop = INT64_MAX,
        .clock = first,
        .graph = gph_timeline_graph_of(timeline, first),
        .next_break = 1,
        .capture_latency =
            start->frames > 0 && (double)start->frames <= MOST_SECONDS * writer->plan.rate
                ? (uint32_t)start->frames
                : 0,
    };
    take->flushed = take->graph;
    int64_t wall = writer->plan.clock->wall_ns(writer->plan.clock->user);
    gph_take_counter_get(writer->plan.takes, when, wall - gph_take_frames_ns(writer, head - when),
                         &take->number, &take->wall_ns);
    for (uint32_t c = 0; c < writer->ring.geometry.channels; c++)
        writer->dither[c] = gph_dither_seed(take->number, c + 1);
}

/* Frames of a break that the file has yet to go through; below 0: none, 0: it is passed. */
static int64_t
gap_ahead(const gph_writer *writer, const gph_break *at, int64_t *boundary)
{
    const gph_take *take = &writer->take;
    if (!at->dropped) {
        *boundary = at->graph;
        return at->clock - take->clock;
    }
    /* A channel that is late by L misses these frames L earlier in the file. */
    int64_t after = at->graph - writer->least_latency;
    *boundary = after - at->frames;
    return after - take->graph;
}

int64_t
gph_take_gap_left(const gph_writer *writer, bool *dropped)
{
    const gph_take *take = &writer->take;
    uint32_t noted = take->next_break + (take->noted ? 1 : 0);
    for (uint32_t n = 1; n < noted && n < writer->timeline.n_breaks; n++) {
        const gph_break *at = &writer->timeline.breaks[n];
        int64_t boundary;
        int64_t missing = gap_ahead(writer, at, &boundary);
        *dropped = at->dropped;
        if (missing > 0 && take->graph >= boundary)
            return gph_least(missing, take->stop - take->clock);
    }
    return 0;
}

void
gph_take_find_break(gph_writer *writer)
{
    gph_take *take = &writer->take;
    const gph_timeline *timeline = &writer->timeline;
    int64_t boundary = INT64_MAX;
    take->next_break = 1;
    while (take->next_break < timeline->n_breaks &&
           gap_ahead(writer, &timeline->breaks[take->next_break], &boundary) <= 0)
        take->next_break++;
    /* What is noted is the gap that the take is in, and no later one. */
    if (take->next_break >= timeline->n_breaks || take->graph < boundary)
        take->noted = false;
}

/* Goes to where the ring reaches; returns frames that it does not have any more. */
static int64_t
reach_back(gph_writer *writer)
{
    gph_take *take = &writer->take;
    int64_t missed = 0;
    uint64_t position = gph_writer_position(writer, take->graph);
    uint64_t from = gph_writer_reach_back(writer, position);
    if (from > position) {
        missed = gph_timeline_clock_at(&writer->timeline, from) - take->clock;
        take->clock += missed;
        take->graph = gph_timeline_graph_at(&writer->timeline, from);
        take->noted = false;
    }
    take->flushed = take->graph;
    gph_take_find_break(writer);
    return missed;
}

int64_t
gph_take_go_back(gph_writer *writer, const gph_take *to)
{
    gph_take *take = &writer->take;
    gph_take now = *take;
    *take = *to;
    take->active = true;
    take->closing = take->last = false;
    take->stop = now.stop;
    take->part_number = now.part_number;
    take->spare = now.spare;
    return reach_back(writer);
}

void
gph_take_resume(gph_writer *writer, int64_t clock)
{
    gph_take *take = &writer->take;
    take->closing = take->last = take->noted = false;
    take->clock = clock;
    take->graph = gph_timeline_graph_of(&writer->timeline, clock);
    reach_back(writer);
}

/* The disk has not taken what it was given: on in the next part (true), or this one later. */
static bool
refuse(gph_writer *writer, int error, const char *what)
{
    bool spoilt = gph_part_is_spoilt(writer->part);
    if ((spoilt || gph_guard_must_leave(writer, error)) && gph_guard_leave(writer, error, what))
        return true;
    gph_writer_trouble(writer, error, what);
    return false;
}

/* Writes `frames` of sound, or of silence, at the file's present place. */
static bool
put_frames(gph_writer *writer, int64_t frames, bool silence)
{
    gph_take *take = &writer->take;
    if (!writer->part && !gph_writer_open_part(writer))
        return false;
    frames = gph_least(frames, gph_writer_part_room(writer));
    for (uint32_t c = 0; c < writer->ring.geometry.channels; c++) {
        float *samples = writer->samples + (size_t)c * writer->plan.part.batch_frames;
        if (silence)
            memset(samples, 0, (size_t)frames * sizeof *samples);
        else
            gph_timeline_copy(&writer->timeline, &writer->ring, writer->out, writer->in, c,
                              take->graph + writer->plan.latency[c], samples, (uint32_t)frames);
    }
    /* Whatever the disk says, these frames are the part's now. */
    int64_t begun_ns = gph_writer_now(writer);
    bool empty = silence || gph_timeline_is_silent(&writer->timeline, writer->out, writer->in,
                                                   take->graph + writer->least_latency,
                                                   take->graph + writer->greatest_latency + frames);
    int error = gph_part_put(writer->part, writer->ch, (uint32_t)frames, empty);
    gph_writer_note_longest(writer, &writer->status.longest_write_ns, begun_ns);
    take->clock += frames;
    take->graph += silence ? 0 : frames;
    if (gph_part_is_spoilt(writer->part))
        return refuse(writer, -ENOMEM, "cannot make the bytes of a file");
    if (error)
        return refuse(writer, error, "cannot write");
    take->flushed = take->graph;
    gph_guard_wrote(writer);
    gph_writer_look_ahead(writer);
    return true;
}

static void
note_gap(gph_writer *writer, int64_t frames, bool dropped)
{
    gph_take *take = &writer->take;
    if (take->noted)
        return;
    take->noted = true;
    take->lost += frames;
    writer->gaps++;
    gph_ring_put_news(&writer->ring, GPH_STREAM_GAP, frames);
    if (writer->part)
        gph_part_gap(writer->part, frames, dropped);
}

/* One step into or through the gap that the file has reached. */
static bool
pass_gap(gph_writer *writer, const gph_break *at, int64_t missing, int64_t most)
{
    gph_take *take = &writer->take;
    int64_t frames = gph_least(missing, take->stop - take->clock);
    if (writer->plan.gap == GPH_GAP_STOP) {
        note_gap(writer, frames, at->dropped);
        take->stop = take->clock;
        return true;
    }
    bool first = !take->noted;
    /* A file begins with silence only if it begins within a gap. */
    bool split = writer->plan.gap == GPH_GAP_SPLIT || missing > writer->plan.gap_limit;
    if (split && first) {
        note_gap(writer, frames, at->dropped);
        if (writer->part)
            gph_part_ends_in_gap(writer->part);
        take->noted = false;
        take->clock += frames;
        take->graph += at->dropped ? frames : 0;
        take->next_break++;
        return gph_writer_close_part(writer);
    }
    if (!writer->part && !gph_writer_open_part(writer))
        return false;
    note_gap(writer, frames, at->dropped);
    if (at->dropped) {
        /* The zeros come with the samples around them. */
        take->next_break++;
        take->noted = false;
        return true;
    }
    return put_frames(writer, gph_least(frames, most), true);
}

/* A stop counts as soon as it is known, whatever stands before it in the queue. */
static void
find_stop(gph_writer *writer)
{
    gph_take *take = &writer->take;
    for (uint32_t n = 0; n < writer->n_commands && take->stop == INT64_MAX; n++) {
        const gph_ring_mark *command = &writer->commands[n];
        if (command->kind == GPH_MARK_START)
            break;
        if (command->kind == GPH_MARK_STOP) {
            take->stop = command->clock > take->clock ? command->clock : take->clock;
            gph_writer_drop_command(writer, n);
        }
    }
    if (writer->ended && take->stop > writer->end_clock)
        take->stop = writer->end_clock > take->clock ? writer->end_clock : take->clock;
}

/* Cues and splits whose frame is reached; returns the frames to the next one. */
static int64_t
carry_out(gph_writer *writer)
{
    gph_take *take = &writer->take;
    while (writer->n_commands && writer->commands[0].kind != GPH_MARK_START) {
        const gph_ring_mark *first = &writer->commands[0];
        if (first->clock > take->clock)
            return first->clock - take->clock;
        uint32_t kind = first->kind;
        if (kind == GPH_MARK_CUE && writer->part)
            gph_part_cue(writer->part, gph_part_frames(writer->part));
        gph_writer_drop_command(writer, 0);
        if (kind == GPH_MARK_SPLIT && writer->part && !gph_writer_close_part(writer))
            return 0;
    }
    return INT64_MAX;
}

/* A disk with less than it is to keep counts as full. */
static bool
has_room_again(gph_writer *writer)
{
    int64_t left = gph_writer_free_bytes(writer);
    if (left < 0 || left >= writer->plan.part.min_free) {
        writer->starved = false;
        return true;
    }
    if (writer->part && gph_guard_must_leave(writer, -ENOSPC)) {
        writer->starved = !gph_guard_leave(writer, -ENOSPC, "less than 'min-free' is left");
        return !writer->starved;
    }
    gph_writer_trouble(writer, -ENOSPC, "less than 'min-free' is left");
    return false;
}

/* Work that must come before new frames. False: the disk goes on refusing. */
static bool
settle(gph_writer *writer)
{
    if (writer->retry_ns && gph_writer_now(writer) < writer->retry_ns)
        return false;
    if (writer->starved && !writer->take.closing && !has_room_again(writer))
        return false;
    if (writer->take.closing)
        return gph_writer_close_part(writer);
    if (!writer->part || !writer->retry_ns)
        return true;
    int error = gph_part_flush(writer->part);
    if (error)
        return refuse(writer, error, "cannot write") && !writer->retry_ns;
    writer->take.flushed = writer->take.graph;
    writer->retry_ns = 0;
    return true;
}

bool
gph_take_step(gph_writer *writer)
{
    gph_take *take = &writer->take;
    const gph_timeline *timeline = &writer->timeline;
    find_stop(writer);
    if (!settle(writer) || !take->active)
        return !take->active;
    int64_t to_command = carry_out(writer);
    if (take->closing || !take->active)
        return false;
    if (take->clock >= take->stop) {
        take->last = true;
        return gph_writer_close_part(writer);
    }
    if (gph_writer_part_room(writer) <= 0)
        return gph_writer_close_part(writer);
    int64_t most =
        gph_least(gph_least(to_command, take->stop - take->clock),
                  gph_least(gph_writer_part_room(writer), writer->plan.part.batch_frames));
    int64_t ready = INT64_MAX;
    if (!writer->ended)
        ready = gph_timeline_graph_at(timeline, writer->in) - writer->greatest_latency -
                (take->stop == INT64_MAX ? (int64_t)writer->plan.hold_back : 0) - take->graph;
    if (ready <= 0)
        return false;
    while (take->next_break < timeline->n_breaks) {
        const gph_break *at = &timeline->breaks[take->next_break];
        int64_t boundary;
        int64_t missing = gap_ahead(writer, at, &boundary);
        if (take->graph < boundary) {
            most = gph_least(most, boundary - take->graph);
            break;
        }
        if (missing > 0)
            return pass_gap(writer, at, missing, most);
        take->noted = false;
        take->next_break++;
    }
    bool fine = put_frames(writer, gph_least(most, ready), false);
    if (fine)
        writer->retry_ns = 0;
    return fine;
}

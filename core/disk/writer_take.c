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
        .listed = first,
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
        missed = gph_least(missed, take->stop - take->clock);
        take->clock += missed;
        take->graph = gph_timeline_graph_at(&writer->timeline, from);
        take->noted = false;
        take->by_ring = true;
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
    take->closing = take->last = take->parted = false;
    take->stop = now.stop;
    take->part_number = now.part_number;
    take->spare = now.spare;
    return reach_back(writer);
}

void
gph_take_resume(gph_writer *writer, int64_t clock)
{
    gph_take *take = &writer->take;
    take->closing = take->last = take->noted = take->parted = false;
    take->clock = take->listed = clock;
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

/* Whether the part that is open, if one is, ends before the next frame. */
static bool
is_over(const gph_writer *writer)
{
    return writer->take.parted || gph_writer_part_room(writer) <= 0 ||
           !gph_part_has_room(writer->part);
}

/* Cues and splits whose frame is reached; a cue waits for the part that has its frame. Returns the frames
 * to the next command. */
static int64_t
carry_out(gph_writer *writer)
{
    gph_take *take = &writer->take;
    uint32_t n = 0;
    while (n < writer->n_commands && writer->commands[n].kind != GPH_MARK_START) {
        const gph_ring_mark *command = &writer->commands[n];
        if (command->clock > take->clock)
            return command->clock - take->clock;
        bool cue = command->kind == GPH_MARK_CUE;
        if (command->kind == GPH_MARK_SPLIT)
            take->parted = writer->part != NULL;
        if (cue && (!writer->part || is_over(writer))) {
            n++;
            continue;
        }
        if (cue)
            gph_part_cue(writer->part, gph_part_frames(writer->part));
        gph_writer_drop_command(writer, n);
    }
    return INT64_MAX;
}

/* Only with a frame at hand the last part ends and the next is made: what is missing between is noted in
 * one of them. */
static bool
have_part(gph_writer *writer)
{
    if (writer->part && is_over(writer) && !gph_writer_close_part(writer))
        return false;
    if (!writer->part && !gph_writer_open_part(writer))
        return false;
    carry_out(writer);
    return true;
}

/* Writes `frames` of sound, or what stands for a gap that has as many left, at the file's present place. */
static bool
put_frames(gph_writer *writer, int64_t frames, const gph_break *gap, int64_t left)
{
    gph_take *take = &writer->take;
    bool silence = gap && !gap->dropped;
    if (!have_part(writer))
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
    if (gap)
        gph_part_gap(writer->part, frames, left, gap->dropped);
    /* Whatever the disk says, these frames are the part's now. */
    int64_t begun_ns = gph_writer_now(writer);
    bool empty = silence || gph_timeline_is_silent(&writer->timeline, writer->out, writer->in,
                                                   take->graph + writer->least_latency,
                                                   take->graph + writer->greatest_latency + frames);
    int error = gph_part_put(writer->part, writer->ch, (uint32_t)frames, empty);
    gph_writer_note_longest(writer, &writer->status.longest_write_ns, begun_ns);
    take->clock += frames;
    take->listed = take->clock;
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
note_gap(gph_writer *writer, int64_t frames)
{
    gph_take *take = &writer->take;
    if (take->noted)
        return;
    take->noted = true;
    take->lost += frames;
    writer->gaps++;
    gph_ring_put_news(&writer->ring, GPH_STREAM_GAP, frames);
}

/* Over a gap for which no silence is put. */
static void
skip_gap(gph_writer *writer, const gph_break *at, int64_t frames)
{
    gph_take *take = &writer->take;
    take->noted = false;
    take->clock += frames;
    take->graph += at->dropped ? frames : 0;
    take->flushed = take->graph;
    take->by_ring = at->dropped;
    take->parted = writer->part != NULL;
    take->next_break++;
}

/* One step into or through the gap that the file has reached, of at most so many frames. */
static bool
pass_gap(gph_writer *writer, const gph_break *at, int64_t missing, int64_t most)
{
    gph_take *take = &writer->take;
    int64_t frames = gph_least(missing, take->stop - take->clock);
    bool stops = writer->plan.gap == GPH_GAP_STOP;
    /* A file begins with silence only if it begins within a gap. */
    bool split = writer->plan.gap == GPH_GAP_SPLIT || missing > writer->plan.gap_limit;
    if (stops || (split && !take->noted)) {
        note_gap(writer, frames);
        skip_gap(writer, at, frames);
        take->stop = stops ? take->clock : take->stop;
        /* What ends before its first frame is no take. */
        if (stops && !writer->part)
            take->listed = take->clock;
        return true;
    }
    if (!have_part(writer))
        return false;
    note_gap(writer, frames);
    return put_frames(writer, gph_least(frames, most), at, frames);
}

void
gph_take_find_stop(gph_writer *writer)
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
    gph_take_find_stop(writer);
    if (!settle(writer) || !take->active)
        return !take->active;
    int64_t to_command = carry_out(writer);
    if (take->clock >= take->stop) {
        /* A take of which all is missing has a file that says so. */
        if (!writer->part && take->listed < take->clock && !gph_writer_open_part(writer))
            return false;
        take->last = true;
        return gph_writer_close_part(writer);
    }
    int64_t most =
        gph_least(gph_least(to_command, take->stop - take->clock), writer->plan.part.batch_frames);
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
            return pass_gap(writer, at, missing, at->dropped ? gph_least(most, ready) : most);
        take->noted = false;
        take->next_break++;
    }
    bool fine = put_frames(writer, gph_least(most, ready), NULL, 0);
    if (fine)
        writer->retry_ns = 0;
    return fine;
}

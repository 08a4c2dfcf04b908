/* One take: from a start to a stop, through gaps and parts, batch by batch. [writer] */
#include "writer_state.h"

#include <math.h>
#include <string.h>

static int64_t
least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static int64_t
frames_ns(const gph_writer *writer, int64_t frames)
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
        .part_number = 1,
        .next_break = 1,
        .capture_latency =
            start->frames > 0 && (double)start->frames <= MOST_SECONDS * writer->plan.rate
                ? (uint32_t)start->frames
                : 0,
    };
    int64_t wall = writer->plan.clock->wall_ns(writer->plan.clock->user);
    gph_take_counter_get(writer->plan.takes, when, wall - frames_ns(writer, head - when),
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

/* Clock at which the part that begins now is to end. */
static int64_t
part_end(const gph_writer *writer, int64_t wall_ns)
{
    double seconds = writer->plan.rotate_seconds;
    if (!(seconds > 0))
        return INT64_MAX;
    if (writer->plan.rotate_clock) {
        gph_calendar now;
        gph_clock_calendar(wall_ns, writer->plan.part.name->utc, &now);
        double of_day =
            now.hour * 3600 + now.minute * 60 + now.second + (double)(wall_ns % 1000000000) / 1e9;
        /* A frame too early would make a part of one frame. */
        double left = seconds - fmod(of_day, seconds);
        seconds = left * writer->plan.rate < 1.5 ? left + seconds : left;
    }
    return writer->take.clock + (int64_t)llrint(seconds * writer->plan.rate);
}

static bool
open_part(gph_writer *writer)
{
    gph_take *take = &writer->take;
    gph_part_place place = {
        .take = take->number,
        .part = take->part_number,
        .wall_ns = take->wall_ns + frames_ns(writer, take->clock - take->start),
        .first_frame = take->clock,
        .start_clock = take->start,
        .take_wall_ns = take->wall_ns,
        .capture_latency = take->capture_latency,
        .dither = writer->dither,
    };
    char text[160];
    int error = gph_part_new(&writer->plan.part, &place, &writer->part, text, sizeof text);
    if (error) {
        writer->part = NULL;
        gph_writer_trouble(writer, error, "cannot open a file");
        memcpy(writer->status.reason, text, sizeof text);
        return false;
    }
    take->part_end = part_end(writer, place.wall_ns);
    gph_ring_put_news(&writer->ring, GPH_STREAM_OPENED, take->clock);
    return true;
}

/* Closes the part; false: the disk refuses, it will be tried again. */
static bool
close_part(gph_writer *writer)
{
    gph_take *take = &writer->take;
    take->closing = true;
    if (writer->part) {
        int64_t frames = gph_part_frames(writer->part);
        int64_t clipped;
        int64_t not_finite;
        gph_part_sums(writer->part, &clipped, &not_finite);
        int error = gph_part_close(writer->part, NULL, false);
        if (error) {
            gph_writer_trouble(writer, error, "cannot close a file");
            return false;
        }
        writer->part = NULL;
        writer->retry_ns = 0;
        take->frames += frames;
        take->clipped += clipped;
        take->not_finite += not_finite;
        take->part_number++;
        gph_ring_put_news(&writer->ring, GPH_STREAM_CLOSED, frames);
    }
    take->closing = false;
    if (take->last)
        take->active = false;
    return true;
}

/* Frames that may be added to the part before it is full. */
static int64_t
part_room(const gph_writer *writer)
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
    return least(left, room);
}

/* Writes `frames` of sound, or of silence, at the file's present place. */
static bool
put_frames(gph_writer *writer, int64_t frames, bool silence)
{
    gph_take *take = &writer->take;
    if (!writer->part && !open_part(writer))
        return false;
    frames = least(frames, part_room(writer));
    for (uint32_t c = 0; c < writer->ring.geometry.channels; c++) {
        float *samples = writer->samples + (size_t)c * writer->plan.part.batch_frames;
        if (silence)
            memset(samples, 0, (size_t)frames * sizeof *samples);
        else
            gph_timeline_copy(&writer->timeline, &writer->ring, writer->out, writer->in, c,
                              take->graph + writer->plan.latency[c], samples, (uint32_t)frames);
    }
    /* Whatever the disk says, these frames are the part's now. */
    int error = gph_part_put(writer->part, writer->ch, (uint32_t)frames);
    take->clock += frames;
    take->graph += silence ? 0 : frames;
    if (gph_part_is_spoilt(writer->part))
        return close_part(writer);
    if (error)
        gph_writer_trouble(writer, error, "cannot write");
    return !error;
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
    int64_t frames = least(missing, take->stop - take->clock);
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
        take->noted = false;
        take->clock += frames;
        take->graph += at->dropped ? frames : 0;
        take->next_break++;
        return close_part(writer);
    }
    if (!writer->part && !open_part(writer))
        return false;
    note_gap(writer, frames, at->dropped);
    if (at->dropped) {
        /* The zeros come with the samples around them. */
        take->next_break++;
        take->noted = false;
        return true;
    }
    return put_frames(writer, least(frames, most), true);
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
        if (kind == GPH_MARK_SPLIT && writer->part && !close_part(writer))
            return 0;
    }
    return INT64_MAX;
}

/* Work that must come before new frames. False: the disk goes on refusing. */
static bool
settle(gph_writer *writer)
{
    if (writer->retry_ns && gph_writer_now(writer) < writer->retry_ns)
        return false;
    if (writer->take.closing)
        return close_part(writer);
    if (!writer->part || !writer->retry_ns)
        return true;
    int error = gph_part_flush(writer->part);
    if (error) {
        gph_writer_trouble(writer, error, "cannot write");
        return false;
    }
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
        return close_part(writer);
    }
    if (part_room(writer) <= 0)
        return close_part(writer);
    int64_t most = least(least(to_command, take->stop - take->clock),
                         least(part_room(writer), writer->plan.part.batch_frames));
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
            most = least(most, boundary - take->graph);
            break;
        }
        if (missing > 0)
            return pass_gap(writer, at, missing, most);
        take->noted = false;
        take->next_break++;
    }
    bool fine = put_frames(writer, least(most, ready), false);
    if (fine)
        writer->retry_ns = 0;
    return fine;
}

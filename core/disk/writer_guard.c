/* What makes the frames of a part last: barriers while it is written, and the way on when the disk or
 * somebody has spoilt a file: it ends where it is safe, the next part begins there out of the ring,
 * which holds what was written until it is written over. [writer] */
#include "writer_state.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

void
gph_guard_begin(gph_writer *writer)
{
    writer->guard = (gph_guard){.phase = GPH_GUARD_REST};
    for (uint32_t n = 0; n < GPH_OUTPUT_POINTS; n++)
        writer->guard.points[n] = writer->take;
}

/* ---------------------------------------------------------------- barriers */

static bool
ask_sync(gph_writer *writer, gph_guard_phase phase)
{
    gph_barrier_job job = {
        .kind = GPH_BARRIER_SYNC, .part = writer->part, .header = phase == GPH_GUARD_HEADER};
    bool asked = gph_barrier_ask(writer->barrier, &job);
    if (asked)
        writer->guard.phase = phase;
    return asked;
}

/* Frames and header are on the disk, or as good as the kernel keeps them. */
static void
barrier_done(gph_writer *writer)
{
    gph_guard *guard = &writer->guard;
    int64_t now = gph_writer_now(writer);
    int64_t took = now - guard->begun_ns;
    gph_writer_note_longest(writer, &writer->status.longest_barrier_ns, guard->begun_ns);
    /* A disk that is slow is not made slower: a barrier takes a quarter of the period at most. */
    int64_t period = took * 4 > writer->plan.sync_ns ? took * 4 : writer->plan.sync_ns;
    guard->due_ns = guard->begun_ns + period;
    guard->phase = GPH_GUARD_REST;
    guard->points[GPH_OUTPUT_SAFE] = guard->points[GPH_OUTPUT_MADE];
    gph_part_keep(writer->part);
    writer->fruitless = 0;
    if (!writer->retry_ns)
        writer->trouble_ns = 0;
}

static void
write_header(gph_writer *writer)
{
    int error = gph_part_write_header(writer->part);
    if (error && gph_guard_must_leave(writer, error)) {
        gph_guard_leave(writer, error, "cannot write");
    } else if (error) {
        gph_writer_trouble(writer, error, "cannot write");
    } else if (!writer->plan.part.sync) {
        barrier_done(writer);
    } else {
        ask_sync(writer, GPH_GUARD_HEADER);
    }
}

void
gph_guard_step(gph_writer *writer)
{
    gph_guard *guard = &writer->guard;
    gph_part *part = writer->part;
    int64_t left;
    if (!part || writer->leaving)
        return;
    int lost = gph_part_is_lost(part, &left);
    int final = gph_part_sync_error(part);
    if (lost || final) {
        gph_guard_leave(writer, final ? final : lost, "cannot bring a file to the disk");
        return;
    }
    if (guard->phase == GPH_GUARD_WRITING && !writer->retry_ns) {
        write_header(writer);
        return;
    }
    if (guard->phase != GPH_GUARD_REST || writer->retry_ns ||
        gph_part_frames(part) == gph_part_point(part, GPH_OUTPUT_SAFE) ||
        gph_writer_now(writer) < guard->due_ns || gph_part_make_header(part))
        return;
    guard->points[GPH_OUTPUT_MADE] = writer->take;
    guard->begun_ns = gph_writer_now(writer);
    guard->phase = GPH_GUARD_WRITING;
    if (writer->plan.part.sync && !ask_sync(writer, GPH_GUARD_DATA))
        guard->phase = GPH_GUARD_REST;
    else if (!writer->plan.part.sync)
        write_header(writer);
}

void
gph_guard_answer(gph_writer *writer, const gph_barrier_job *job)
{
    gph_guard *guard = &writer->guard;
    bool parked = writer->away && job->part == writer->away_part;
    if (parked)
        guard = &writer->away_guard;
    else if (job->part != writer->part)
        return; /* it is being closed, and what failed will be seen then */
    /* An error stands in the part, where the next step finds it. */
    if (job->error)
        return;
    if (guard->phase == GPH_GUARD_DATA)
        guard->phase = GPH_GUARD_WRITING;
    else if (guard->phase == GPH_GUARD_HEADER && parked)
        guard->phase = GPH_GUARD_REST; /* the next barrier says the same */
    else if (guard->phase == GPH_GUARD_HEADER)
        barrier_done(writer);
}

static gph_output_point
newest_point(const gph_part *part)
{
    bool mark = gph_part_point(part, GPH_OUTPUT_MARK) > gph_part_point(part, GPH_OUTPUT_SAFE);
    return mark ? GPH_OUTPUT_MARK : GPH_OUTPUT_SAFE;
}

void
gph_guard_wrote(gph_writer *writer)
{
    const gph_take *take = &writer->take;
    const gph_take *point = &writer->guard.points[newest_point(writer->part)];
    uint64_t position = gph_writer_position(writer, take->flushed);
    uint64_t oldest = gph_writer_oldest(writer);
    int64_t behind = position > oldest ? (int64_t)(position - oldest) : 0;
    int64_t since = take->graph - point->graph + writer->plan.part.batch_frames;
    /* And often enough that a file which may not grow any more is left about there. */
    if ((since > behind / 2 || (double)since > writer->plan.rate) && !gph_part_mark(writer->part))
        writer->guard.points[GPH_OUTPUT_MARK] = *take;
    /* Who leaves it to the kernel has said that a write that went well is enough. */
    if (!writer->plan.part.sync)
        writer->trouble_ns = 0;
}

/* ---------------------------------------------------------------- leaving a part */

bool
gph_guard_must_leave(const gph_writer *writer, int error)
{
    int64_t left;
    if (gph_part_is_lost(writer->part, &left) || gph_part_sync_error(writer->part))
        return true;
    return error == -EIO || error == -EFBIG || writer->plan.spare.name;
}

/* A sentence with the frame from which on it is true. */
static void
blame(gph_part *part, const char *text, long long frame)
{
    char whole[160];
    snprintf(whole, sizeof whole, "%s %lld", text, frame);
    gph_part_blame(part, whole);
}

/* Cues that lie behind the point are noted once more where the sound is. */
static void
give_back_cues(gph_writer *writer, gph_part *part, int64_t frames)
{
    int64_t cues[GPH_RING_MARKS];
    uint32_t n = gph_part_take_cues(part, frames, cues, GPH_RING_MARKS - writer->n_commands);
    memmove(writer->commands + n, writer->commands, writer->n_commands * sizeof *writer->commands);
    writer->n_commands += n;
    for (uint32_t c = 0; c < n; c++)
        writer->commands[c] =
            (gph_ring_mark){.kind = GPH_MARK_CUE, .clock = gph_part_first(part) + cues[c]};
}

/* Cuts a part that is to be closed, if its container lets us; false: it stays as it is. */
static bool
cut(gph_writer *writer, gph_part *part, gph_output_point point)
{
    int64_t left;
    int64_t frames = gph_part_point(part, point);
    if (!gph_part_can_cut(part) || gph_part_is_lost(part, &left))
        return false;
    give_back_cues(writer, part, frames);
    if (frames)
        gph_part_cut(part, point);
    else
        gph_part_drop(part);
    return true;
}

/* Where the next part goes after this error. */
static bool
other_folder(const gph_writer *writer, bool spare, int error)
{
    bool disk = error != -EFBIG && error != -ENOENT && error != -ENODATA && error != -ENOMEM;
    return disk && writer->plan.spare.name ? !spare : spare;
}

static void
note_missed(gph_writer *writer, int64_t missed)
{
    if (missed <= 0)
        return;
    writer->take.lost += missed;
    writer->gaps++;
    gph_ring_put_news(&writer->ring, GPH_STREAM_GAP, missed);
}

void
gph_guard_give_up(gph_writer *writer)
{
    gph_take *take = &writer->take;
    if (take->active)
        gph_take_find_stop(writer);
    int64_t end = gph_least(take->stop, writer->end_clock);
    if (take->active && end > take->clock) {
        note_missed(writer, end - take->clock);
        take->clock = end;
        take->by_ring = true;
    }
    if (take->active && writer->part && take->listed < take->clock) {
        gph_part_ends_early(writer->part, take->clock - take->listed, take->by_ring);
        take->listed = take->clock;
    }
    take->active = false;
}

/* Who or what has spoilt a file. */
static void
say(gph_writer *writer, int lost, int error, const char *what)
{
    if (lost)
        gph_writer_tell(writer, lost,
                        lost == -ENOENT ? "somebody deleted or renamed a file that is being written"
                                        : "somebody cut a file that is being written");
    else
        gph_writer_say(writer, error, what);
}

/* A disk on which nothing lasts is tried once a second, not as fast as can be. */
static void
count_fruitless(gph_writer *writer, int64_t kept, int error, const char *what)
{
    writer->fruitless = kept ? 0 : writer->fruitless + 1;
    if (writer->fruitless > (writer->plan.spare.name ? 2 : 1))
        gph_writer_trouble(writer, error, what);
}

bool
gph_guard_leave(gph_writer *writer, int error, const char *what)
{
    gph_take *take = &writer->take;
    gph_part *part = writer->part;
    int64_t left;
    if (writer->n_closing == GPH_WRITER_CLOSING)
        return false;
    gph_part_look(part);
    int lost = gph_part_is_lost(part, &left);
    bool doubtful = error == -EIO || lost || gph_part_sync_error(part);
    gph_output_point point = newest_point(part);
    uint64_t safe = gph_writer_position(writer, writer->guard.points[GPH_OUTPUT_SAFE].graph);
    bool in_ring = safe >= gph_writer_oldest(writer);
    /* A file that is as large as may be is sound up to there; of the others only this is certain. */
    if ((in_ring && error != -EFBIG) || !gph_part_can_cut(part))
        point = GPH_OUTPUT_SAFE;
    gph_take back = writer->guard.points[point];
    int64_t safe_frames = gph_part_point(part, GPH_OUTPUT_SAFE);
    int64_t kept = gph_part_point(part, point);
    say(writer, lost, error, what);
    gph_closing *closing = gph_writer_hand_over(writer);
    closing->left = true;
    bool is_cut = cut(writer, part, point);
    if (!is_cut)
        gph_part_accept(part);
    if (!is_cut && !lost)
        blame(part, "the next part begins within it, as it may be damaged from frame",
              (long long)safe_frames);
    else if (doubtful && !lost && kept > safe_frames)
        blame(part, "what is not on the disk for certain begins at frame", (long long)safe_frames);
    /* What is missing before a part that stays is noted there. */
    if (!gph_part_is_dropped(part) && back.listed < gph_part_first(part))
        back.listed = gph_part_first(part);
    if (lost == -ENODATA) {
        kept = left;
        gph_part_shorten(part);
        gph_take_resume(writer, gph_part_first(part) + left);
        note_missed(writer, take->clock - gph_part_first(part) - left);
    } else {
        if (!is_cut)
            gph_part_goes_on_elsewhere(part, kept);
        note_missed(writer, gph_take_go_back(writer, &back));
    }
    take->frames = back.frames + kept;
    bool spare = take->spare;
    take->spare = other_folder(writer, spare, error);
    writer->status.failovers += take->spare != spare;
    writer->retry_ns = 0;
    count_fruitless(writer, kept, error, what);
    gph_writer_close_on(writer);
    return true;
}

/* ---------------------------------------------------------------- what a closed part has lost */

void
gph_guard_rescue(gph_writer *writer, gph_closing *closing, int error)
{
    gph_part *part = closing->part;
    int64_t left;
    int lost = gph_part_is_lost(part, &left);
    int final = gph_part_sync_error(part);
    error = lost ? lost : final ? final : error;
    gph_take back = closing->safe;
    if (lost == -ENODATA) {
        back.clock = back.listed = gph_part_first(part) + left;
        back.graph = gph_timeline_graph_of(&writer->timeline, back.clock);
        back.noted = false;
    }
    uint64_t position = gph_writer_position(writer, back.graph);
    bool in_ring = position >= gph_writer_oldest(writer);
    say(writer, lost, error, "cannot bring a file to the disk");
    if (!in_ring || writer->n_rescues == GPH_WRITER_RESCUES || writer->leaving ||
        gph_writer_reach_back(writer, position) > position) {
        gph_part_accept(part);
        blame(part, "what is not on the disk for certain begins at frame",
              (long long)gph_part_point(part, GPH_OUTPUT_SAFE));
        return;
    }
    int64_t before = gph_part_frames(part);
    int64_t safe_frames = gph_part_point(part, GPH_OUTPUT_SAFE);
    gph_part_shorten(part);
    bool is_cut = cut(writer, part, GPH_OUTPUT_SAFE);
    if (!is_cut)
        gph_part_accept(part);
    if (!is_cut && !lost)
        blame(part, "the next part begins within it, as it may be damaged from frame",
              (long long)safe_frames);
    if (!is_cut && lost != -ENODATA)
        gph_part_goes_on_elsewhere(part, safe_frames);
    if (!gph_part_is_dropped(part) && back.listed < gph_part_first(part))
        back.listed = gph_part_first(part);
    count_fruitless(writer, safe_frames, error, "cannot bring a file to the disk");
    /* With all frames in it, it has noted what is missing behind them. */
    if (is_cut && !gph_part_is_dropped(part) && safe_frames == before)
        return;
    back.active = true;
    back.stop = closing->end.clock;
    back.part_number = closing->end.part_number;
    if (writer->take.number == back.number) {
        writer->take.frames -= before - (lost == -ENODATA ? left : safe_frames);
        writer->take.lost -= closing->end.lost - back.lost;
    }
    back.frames = back.clipped = back.not_finite = back.lost = 0;
    back.flushed = back.graph;
    back.closing = back.last = back.parted = false;
    back.spare = other_folder(writer, closing->end.spare, error);
    writer->rescues[writer->n_rescues++] = back;
}

static void
come_back(gph_writer *writer)
{
    gph_take done = writer->take;
    writer->away = false;
    writer->take = writer->away_take;
    writer->part = writer->away_part;
    writer->guard = writer->away_guard;
    writer->away_part = NULL;
    gph_take *take = &writer->take;
    if (take->number == done.number) {
        take->part_number = done.part_number;
        take->frames += done.frames;
        take->clipped += done.clipped;
        take->not_finite += done.not_finite;
        take->lost += done.lost;
    }
    if (take->active)
        gph_take_find_break(writer);
}

void
gph_guard_turn(gph_writer *writer)
{
    if (writer->away && !writer->take.active)
        come_back(writer);
    if (writer->away || !writer->n_rescues)
        return;
    writer->away = true;
    writer->away_take = writer->take;
    writer->away_part = writer->part;
    writer->away_guard = writer->guard;
    writer->part = NULL;
    writer->take = writer->rescues[0];
    if (writer->away_take.number == writer->take.number)
        writer->take.part_number = writer->away_take.part_number;
    writer->n_rescues--;
    memmove(writer->rescues, writer->rescues + 1, writer->n_rescues * sizeof *writer->rescues);
    gph_take_find_break(writer);
}

/* What a writer takes out of the ring, gives back, and goes back to. [writer] */
#include "writer_memo.h"
#include "writer_state.h"

/* Samples first, marks after: so each mark that stands before a sample is seen with it. */
void
gph_writer_look_into_ring(gph_writer *writer)
{
    gph_ring_mark mark;
    uint64_t in = atomic_load_explicit(&writer->ring.shared->in, memory_order_acquire);
    while (gph_timeline_has_room(&writer->timeline, 1) && writer->n_commands < GPH_RING_MARKS &&
           !writer->ended && gph_ring_look_at_mark(&writer->ring, writer->marks, &mark)) {
        writer->marks++;
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
            writer->ended_ns = gph_writer_now(writer);
            /* It was put in after all samples, some of which may have come since we looked. */
            in = atomic_load_explicit(&writer->ring.shared->in, memory_order_acquire);
            break;
        default:
            break;
        }
    }
    /* A module that scribbles over the ring must not lead us out of it; and while a mark waits that
     * we had no room for, samples behind it wait too. */
    uint64_t waiting =
        atomic_load_explicit(&writer->ring.shared->marks_in, memory_order_acquire) - writer->marks;
    waiting = waiting > GPH_RING_MARKS ? 0 : waiting;
    bool all_seen =
        gph_timeline_has_room(&writer->timeline, 1) && writer->n_commands < GPH_RING_MARKS;
    if (in >= writer->in && in - writer->out <= writer->ring.geometry.frames &&
        (all_seen || !waiting) && writer->timeline.n_breaks)
        writer->in = in;
    if (writer->orphaned && !writer->ended && !waiting) {
        writer->ended = true;
        writer->ended_ns = gph_writer_now(writer);
        if (writer->timeline.n_breaks)
            writer->end_clock = gph_timeline_clock_at(&writer->timeline, writer->in);
    }
}

uint64_t
gph_writer_position(const gph_writer *writer, int64_t graph)
{
    return gph_timeline_position_of(&writer->timeline, graph, writer->in);
}

uint64_t
gph_writer_oldest(const gph_writer *writer)
{
    /* What is behind `out` is there until the audio side comes round; it may be in the middle of a
     * block, and in the next before it sees that `out` went back. */
    uint64_t in = atomic_load(&writer->ring.shared->in) + writer->plan.hold_back;
    uint64_t frames = writer->ring.geometry.frames;
    uint64_t oldest = in > frames ? in - frames : 0;
    const gph_timeline *timeline = &writer->timeline;
    /* Of what is missing before the first break nothing is known. */
    uint64_t known = timeline->n_breaks ? timeline->breaks[0].position : 0;
    known += timeline->n_breaks && timeline->breaks[0].frames;
    oldest = known > oldest ? known : oldest;
    return oldest < writer->out ? oldest : writer->out;
}

uint64_t
gph_writer_reach_back(gph_writer *writer, uint64_t position)
{
    if (position >= writer->out)
        return position;
    uint64_t before = writer->out;
    atomic_store(&writer->ring.shared->out, position);
    /* Only what is read of `in` after that tells what was written over. */
    uint64_t oldest = gph_writer_oldest(writer);
    writer->out = oldest > position ? oldest : position;
    writer->out = writer->out < before ? writer->out : before;
    atomic_store(&writer->ring.shared->out, writer->out);
    return writer->out;
}

/* The first position that a take, or one that is ordered already, has yet to write. */
static uint64_t
needed(const gph_writer *writer)
{
    const gph_timeline *timeline = &writer->timeline;
    uint64_t at = writer->in;
    if (writer->take.active)
        at = gph_writer_position(writer, writer->take.flushed);
    if (writer->away && writer->away_take.active) {
        uint64_t away = gph_writer_position(writer, writer->away_take.flushed);
        at = away < at ? away : at;
    }
    for (uint32_t n = 0; n < writer->n_rescues; n++) {
        uint64_t rescue = gph_writer_position(writer, writer->rescues[n].graph);
        at = rescue < at ? rescue : at;
    }
    for (uint32_t n = 0; n < writer->n_commands; n++) {
        if (writer->commands[n].kind != GPH_MARK_START)
            continue;
        int64_t graph = gph_timeline_graph_of(timeline, writer->commands[n].clock);
        uint64_t start = gph_writer_position(writer, graph);
        return start < at ? start : at;
    }
    return at;
}

/* Breaks that nobody goes back to are forgotten. */
static void
forget(gph_writer *writer)
{
    gph_take *take = &writer->take;
    uint32_t most = GPH_TIMELINE_BREAKS;
    if (take->active)
        most = take->next_break ? take->next_break - 1 : 0;
    uint64_t until = gph_writer_oldest(writer);
    if (!gph_timeline_has_room(&writer->timeline, GPH_RING_MARKS))
        until = writer->out;
    uint32_t gone = gph_timeline_forget(&writer->timeline, until, most);
    if (take->active)
        take->next_break -= gone;
}

void
gph_writer_release(gph_writer *writer)
{
    gph_ring_shared *shared = writer->ring.shared;
    uint64_t at = writer->timeline.n_breaks ? needed(writer) : 0;
    uint64_t out = at > writer->plan.keep ? at - writer->plan.keep : 0;
    if (out > writer->out)
        writer->out = out;
    if (writer->timeline.n_breaks)
        forget(writer);
    /* Before the audio side gets room, or a mark's place: another must know why. */
    if (writer->plan.notes)
        gph_memo_note(writer);
    atomic_store_explicit(&shared->done, at, memory_order_relaxed);
    atomic_store_explicit(&shared->marks_out, writer->marks, memory_order_release);
    atomic_store_explicit(&shared->out, writer->out, memory_order_release);
}

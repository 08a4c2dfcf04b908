/* A cycle of the host: cut into blocks, timed, ended where the run ends. [audio] */
#include "../platform/float_mode.h"
#include "../platform/ticks.h"
#include "run.h"
#include "run_state.h"

/* Cycles between two in which each step is timed, where nobody waits for the time. */
enum { TIMED_CYCLE = 16 };

void
gph_run_notify(gph_run *run, const gph_notice *notice)
{
    if (!gph_queue_put(&run->notices, notice))
        atomic_fetch_add_explicit(&run->shared.dropped, 1, memory_order_relaxed);
}

static void
begin(gph_run *run, const gph_cycle *cycle)
{
    const gph_clock *clock = &cycle->clock;
    bool jumped = run->expected != INT64_MIN && clock->frame != run->expected;
    run->io_flags = (clock->flags & GPH_CLOCK_FREEWHEEL ? GPH_IO_FREEWHEEL : 0) |
                    (jumped || (clock->flags & GPH_CLOCK_DISCONT) ? GPH_IO_DISCONT : 0);
    if (jumped && clock->frame > run->expected) {
        int64_t lost = clock->frame - run->expected;
        atomic_fetch_add_explicit(&run->shared.lost, (uint64_t)lost, memory_order_relaxed);
        gph_run_notify(
            run, &(gph_notice){
                     .kind = GPH_NOTICE_LOST, .node = GPH_NONE, .frame = clock->frame, .a = lost});
    }
    if ((clock->flags & GPH_CLOCK_DRAINING) && run->drain_from == INT64_MAX)
        run->drain_from = clock->frame;
    if (run->drain_from != INT64_MAX || run->players_done)
        run->io_flags |= GPH_IO_DRAINING;
    bool freewheel = (run->io_flags & GPH_IO_FREEWHEEL) != 0;
    if (freewheel != run->freewheels)
        for (uint32_t n = 0; n < run->n_streaming; n++)
            gph_runtime_freewheel(run->steps[run->streaming[n]].runtime, freewheel);
    run->freewheels = freewheel;
    run->expected = clock->frame + cycle->frames;
}

/* Whether all players have ended, and with which frame the last one did. */
static bool
players_ended(const gph_run *run, int64_t *frame)
{
    if (run->n_players == 0)
        return false;
    for (uint32_t n = 0; n < run->n_players; n++) {
        const gph_run_step *step = &run->steps[run->players[n]];
        if (!step->done && (step->health == GPH_RUN_WELL || step->health == GPH_RUN_RESTING))
            return false;
        if (step->done_at > *frame)
            *frame = step->done_at;
    }
    return true;
}

/* After a block: where the run is to end, as far as that is known by now. */
static void
look_for_end(gph_run *run)
{
    int64_t last = 0;
    bool drains = run->drain_from != INT64_MAX;
    run->players_done = run->ends_with_players && players_ended(run, &last);
    bool over = run->n_players == 0 ? drains : run->players_done;
    if (!run->ends_with_players || !over)
        return;
    if (drains && run->drain_from > last)
        last = run->drain_from;
    if (last + run->tail < run->end_frame)
        run->end_frame = last + run->tail;
}

static void
deliver(void *user)
{
    gph_run *run = user;
    for (; run->at_step < run->n_steps; run->at_step++) {
        gph_run_step *step = &run->steps[run->at_step];
        if (step->kind == GPH_STEP_TABLE)
            gph_run_table(run, step);
        else if (step->n_late && (step->type_flags & GPH_TYPE_LATE))
            gph_run_call(run, step);
    }
}

/* Triggers for the block that will not come: who takes them by their time still gets them, with a
 * frame that is cut off again. */
static void
deliver_late(gph_run *run, int64_t clock)
{
    run->clock = clock;
    run->block = 1;
    gph_run_steps(run, deliver);
}

static void
end(gph_run *run, int64_t clock)
{
    run->ended = true;
    if (run->end_frame > clock)
        run->end_frame = clock;
    deliver_late(run, clock);
    for (uint32_t n = 0; n < run->n_streaming; n++)
        gph_runtime_stop_streams(run->steps[run->streaming[n]].runtime, run->end_frame);
    atomic_store_explicit(&run->shared.end_frame, run->end_frame, memory_order_relaxed);
    gph_run_notify(
        run, &(gph_notice){
                 .kind = GPH_NOTICE_ENDED, .node = GPH_NONE, .frame = run->end_frame, .a = clock});
    atomic_store_explicit(&run->shared.ended, true, memory_order_release);
}

static void
run_blocks(gph_run *run, const gph_cycle *cycle)
{
    uint32_t done = 0;
    while (done < cycle->frames && !run->ended) {
        int64_t clock = cycle->clock.frame + done;
        int64_t left = run->end_frame - clock;
        uint32_t n = cycle->frames - done < run->limit ? cycle->frames - done : run->limit;
        if (left < (int64_t)n)
            n = left > 0 ? (uint32_t)left : 0;
        if (run->cuts)
            n = gph_run_cut(run, clock, n);
        if (n > 0) {
            gph_run_block(run, cycle, done, n);
            run->io_flags &= ~(uint32_t)GPH_IO_DISCONT;
            look_for_end(run);
        }
        done += n;
        if (cycle->clock.frame + done >= run->end_frame)
            end(run, cycle->clock.frame + done);
    }
    for (uint32_t c = 0; done < cycle->frames && c < cycle->n_out; c++)
        memset(cycle->out[c] + done, 0, (cycle->frames - done) * sizeof(float));
    if (!run->ended || done > 0)
        atomic_store_explicit(&run->shared.frame, cycle->clock.frame + done, memory_order_release);
}

static void
publish_meters(gph_run *run)
{
    for (uint32_t m = 0; m < run->n_meters; m++)
        atomic_store_explicit(&run->meters_seen[m], run->meters[m], memory_order_relaxed);
}

/* Sixteen buckets to an octave. */
static uint32_t
bucket(uint64_t ticks)
{
    if (ticks < 16)
        return (uint32_t)ticks;
    uint32_t octave = 63u - (uint32_t)__builtin_clzll(ticks);
    return (octave - 3) * 16 + (uint32_t)((ticks >> (octave - 4)) & 15);
}

/* A cycle of a live host took longer than its frames last: who took longest is told, once a second. */
static void
note_late(gph_run *run, uint64_t ticks)
{
    double allowed = atomic_load_explicit(&run->shared.cycle_frames, memory_order_relaxed) /
                     run->rate * run->ticks_per_second;
    if (!run->times_all || run->freewheels || run->ticks_per_second <= 0 ||
        (double)ticks <= allowed)
        return;
    atomic_store_explicit(&run->shared.late,
                          atomic_load_explicit(&run->shared.late, memory_order_relaxed) + 1,
                          memory_order_relaxed);
    if (run->slowest_step == GPH_NONE)
        return;
    gph_run_step *step = &run->steps[run->slowest_step];
    atomic_store_explicit(&step->slowest,
                          atomic_load_explicit(&step->slowest, memory_order_relaxed) + 1,
                          memory_order_relaxed);
    if (run->late_told != INT64_MIN && run->clock - run->late_told < (int64_t)run->rate) {
        run->late_unsaid++;
        return;
    }
    run->late_told = run->clock;
    gph_run_notify(run, &(gph_notice){.kind = GPH_NOTICE_LATE,
                                      .node = step->node,
                                      .copy = step->copy,
                                      .code = atomic_load_explicit(&run->shared.cycle_frames,
                                                                   memory_order_relaxed),
                                      .frame = run->clock,
                                      .a = (int64_t)ticks,
                                      .b = (int64_t)run->slowest_ticks,
                                      .unsaid = run->late_unsaid});
    run->late_unsaid = 0;
}

static void
note_time(gph_run *run, uint64_t ticks)
{
    _Atomic uint32_t *times = &run->shared.times[bucket(ticks) % GPH_RUN_TIME_BUCKETS];
    atomic_store_explicit(times, atomic_load_explicit(times, memory_order_relaxed) + 1,
                          memory_order_relaxed);
    if (ticks > atomic_load_explicit(&run->shared.cycle_ticks_max, memory_order_relaxed))
        atomic_store_explicit(&run->shared.cycle_ticks_max, ticks, memory_order_relaxed);
}

void
gph_run_finish(gph_run *run)
{
    if (!run->ended && run->expected != INT64_MIN)
        end(run, run->expected);
}

static void
run_cycle(gph_run *run, const gph_cycle *cycle)
{
    uint64_t mode = gph_float_mode_get();
    gph_float_mode_set(GPH_FLOAT_AUDIO);
    uint64_t start = gph_ticks();
    uint64_t n = atomic_load_explicit(&run->shared.cycles, memory_order_relaxed);
    run->times_now = run->times_all || n % TIMED_CYCLE == 0;
    run->slowest_ticks = 0;
    run->slowest_step = GPH_NONE;
    atomic_store_explicit(&run->shared.cycle_frames, cycle->frames, memory_order_relaxed);
    if (run->watch)
        gph_watch_enter(run->watch);
    begin(run, cycle);
    gph_run_collect(run, cycle);
    run_blocks(run, cycle);
    publish_meters(run);
    if (!gph_float_mode_is_audio() && run->search_until <= run->clock) {
        gph_run_notify(
            run,
            &(gph_notice){.kind = GPH_NOTICE_FLOAT_MODE, .node = GPH_NONE, .frame = run->clock});
        run->search_until = run->clock + (int64_t)run->rate;
    }
    uint64_t ticks = gph_ticks() - start;
    note_time(run, ticks);
    note_late(run, ticks);
    atomic_store_explicit(&run->shared.cycles, n + 1, memory_order_relaxed);
    gph_float_mode_set(mode);
}

int32_t
gph_run_cycle(gph_run *run, const gph_cycle *cycle)
{
    /* A host that has given its thread up for dead goes on with another one; the first may still be in a module. */
    if (atomic_exchange_explicit(&run->occupied, true, memory_order_acquire)) {
        for (uint32_t c = 0; c < cycle->n_out; c++)
            memset(cycle->out[c], 0, cycle->frames * sizeof(float));
        return GPH_CYCLE_GO_ON;
    }
    run_cycle(run, cycle);
    bool ended = run->ended;
    atomic_store_explicit(&run->occupied, false, memory_order_release);
    return ended ? GPH_CYCLE_DRAIN : GPH_CYCLE_GO_ON;
}

/* One turn of a stream: what was lost is counted, the block is stamped and cut, the engine called. [audio] */
#include "inner.h"

#include <math.h>
#include <string.h>

static void
add(_Atomic uint64_t *counter, uint64_t n)
{
    atomic_fetch_add_explicit(counter, n, memory_order_relaxed);
}

static void
silence(const gph_pump *pump, const gph_pump_block *block)
{
    for (uint32_t c = 0; c < pump->n_out; c++)
        memset(block->out[c], 0, block->frames * sizeof(float));
}

/* Frames that passed by the clock between the last turn and this one, both taken at the time at which they were due: a turn
 * that began late has lost nothing. */
static uint64_t
frames_of_gap(const gph_pump *pump, const gph_pump_block *block, int64_t due_boot_ns)
{
    double passed = (double)(due_boot_ns - pump->last_due_boot_ns) * 1e-9 * pump->rate;
    double missing = passed - (double)block->frames;
    return missing > 0.5 ? (uint64_t)(missing + 0.5) : 0;
}

/* Settles what was lost before this block, and the flags that say so. */
static void
account(gph_pump *pump, const gph_pump_block *block, gph_clock *clock)
{
    int64_t boot_ns = pump->plan.backend->boot_ns(pump->plan.self);
    int64_t age_ns = pump->plan.backend->now_ns(pump->plan.self) - block->now_ns + block->woke_ns;
    clock->flags = block->flags;
    clock->lost_in = block->lost_in;
    clock->lost_out = block->lost_out;
    bool freewheel = (block->flags & GPH_CLOCK_FREEWHEEL) != 0;
    if (atomic_exchange_explicit(&pump->rebase, false, memory_order_relaxed) || freewheel)
        pump->witness.armed = false;
    if (pump->first) {
        clock->flags |= GPH_CLOCK_FIRST;
        clock->lost_in = clock->lost_out = 0;
    } else if (pump->gap) {
        uint64_t missing =
            pump->withheld > 0 ? pump->withheld : frames_of_gap(pump, block, boot_ns - age_ns);
        clock->lost_in += missing;
        clock->lost_out += missing;
        clock->flags |= clock->lost_in > 0 && pump->withheld == 0 ? GPH_CLOCK_ESTIMATED : 0;
        pump->withheld = 0;
        pump->witness.armed = false;
    }
    if (pump->plan.witness && !freewheel) {
        uint64_t unsaid = gph_pump_witness_turn(&pump->witness, boot_ns, block->frames,
                                                clock->lost_in, block->waiting);
        clock->lost_in += unsaid;
        clock->lost_out += unsaid;
        clock->flags |= unsaid > 0 ? GPH_CLOCK_ESTIMATED : 0;
    }
    if (pump->resumed)
        clock->flags |= GPH_CLOCK_RESUMED;
    if (clock->lost_in > 0 || clock->lost_out > 0)
        clock->flags |= GPH_CLOCK_DISCONT;
    pump->first = pump->gap = pump->resumed = false;
    pump->last_due_boot_ns = boot_ns - age_ns;
    pump->last_due_ns = block->now_ns - block->woke_ns;
    atomic_store_explicit(&pump->freewheel, freewheel, memory_order_relaxed);
    atomic_store_explicit(&pump->entered_ns, block->now_ns, memory_order_relaxed);
}

static void
tell_losses(gph_pump *pump, const gph_pump_block *block, const gph_clock *clock)
{
    uint32_t estimated = (clock->flags & GPH_CLOCK_ESTIMATED) != 0 ? GPH_HOST_EVENT_ESTIMATED : 0;
    if (clock->lost_in > 0) {
        add(&pump->lost_in, clock->lost_in);
        gph_pump_post(pump, GPH_HOST_LOST, estimated, pump->frame, (int64_t)clock->lost_in, NULL);
    }
    if (clock->lost_out > 0) {
        add(&pump->lost_out, clock->lost_out);
        if (clock->lost_out != clock->lost_in)
            gph_pump_post(pump, GPH_HOST_LOST, estimated | GPH_HOST_EVENT_OUT, pump->frame,
                          (int64_t)clock->lost_out, NULL);
    }
    if (block->late) {
        add(&pump->late, 1);
        gph_pump_post(pump, GPH_HOST_LATE, 0, pump->frame + (int64_t)clock->lost_in,
                      block->late_ns / 1000, NULL);
    }
}

/* Time of the block's first frame, and the measured rate. */
static void
stamp(gph_pump *pump, const gph_pump_block *block, gph_clock *clock)
{
    clock->rate = pump->rate;
    if (pump->plan.exact_time) {
        clock->mono_ns = (int64_t)((double)pump->frame / pump->rate * 1e9);
        return;
    }
    double passed = (double)block->frames + (double)clock->lost_in;
    int64_t entered = (block->flags & GPH_CLOCK_FREEWHEEL) != 0
                          ? block->now_ns
                          : gph_pump_filter_turn(&pump->filter, block->now_ns, passed);
    clock->rate = gph_pump_filter_rate(&pump->filter);
    uint32_t latency = atomic_load_explicit(&pump->latency_in, memory_order_relaxed);
    double age = ((double)block->frames + latency) * 1e9 / clock->rate;
    clock->mono_ns = entered - (int64_t)age;
    if ((block->flags & GPH_CLOCK_FREEWHEEL) == 0)
        clock->next_ns = entered + (int64_t)((double)block->frames * 1e9 / clock->rate);
    atomic_store_explicit(&pump->drift_ppm, (clock->rate / pump->rate - 1) * 1e6,
                          memory_order_relaxed);
}

/* Calls the engine for each piece of the block; what it does not take is silence. */
static int32_t
call(gph_pump *pump, const gph_pump_block *block, gph_clock *clock)
{
    const gph_engine *engine = pump->plan.engine;
    double ns_per_frame = 1e9 / clock->rate;
    int64_t mono_ns = clock->mono_ns;
    for (uint32_t done = 0; done < block->frames;) {
        uint32_t frames = block->frames - done;
        if (frames > pump->max_frames)
            frames = pump->max_frames;
        for (uint32_t c = 0; c < pump->n_in; c++)
            pump->buffers.in_cut[c] = block->in[c] + done;
        for (uint32_t c = 0; c < pump->n_out; c++)
            pump->buffers.out_cut[c] = block->out[c] + done;
        pump->piece_from = done;
        pump->piece_frames = frames;
        clock->frame = pump->frame;
        clock->mono_ns = mono_ns + (int64_t)((double)done * ns_per_frame);
        /* Freewheeling, and after a jump of the filter, time must still go on. */
        if (clock->mono_ns <= pump->last_mono_ns)
            clock->mono_ns = pump->last_mono_ns + 1;
        pump->last_mono_ns = clock->mono_ns;
        gph_cycle cycle = {.frames = frames,
                           .n_in = pump->n_in,
                           .n_out = pump->n_out,
                           .in = pump->buffers.in_cut,
                           .out = pump->buffers.out_cut,
                           .clock = *clock};
        int32_t result = engine->cycle(engine->user, &cycle);
        add(&pump->cycles, 1);
        add(&pump->frames, frames);
        pump->frame += frames;
        done += frames;
        if (result != GPH_CYCLE_GO_ON) {
            for (uint32_t c = 0; c < pump->n_out; c++)
                memset(block->out[c] + done, 0, (block->frames - done) * sizeof(float));
            return result;
        }
        clock->lost_in = clock->lost_out = 0;
        clock->flags &= GPH_CLOCK_FREEWHEEL | GPH_CLOCK_DRAINING | GPH_CLOCK_SILENT_IN;
    }
    return GPH_CYCLE_GO_ON;
}

int32_t
gph_pump_turn(gph_pump *pump, const gph_pump_block *block)
{
    gph_clock clock = {0};
    account(pump, block, &clock);
    tell_losses(pump, block, &clock);
    pump->frame += (int64_t)clock.lost_in;
    stamp(pump, block, &clock);
    int32_t result = call(pump, block, &clock);
    if (result == GPH_CYCLE_DRAIN) {
        atomic_store(&pump->ended, true);
        gph_pump_post(pump, GPH_HOST_STATE, 0, pump->frame, GPH_STREAM_STATE_READY, "ended");
    } else if (result != GPH_CYCLE_GO_ON) {
        atomic_store(&pump->ended, true);
        gph_pump_enter(pump, GPH_STREAM_STATE_FAILED, "the engine gave up");
    }
    if (block->woke_ns > atomic_load_explicit(&pump->wake_ns_max, memory_order_relaxed))
        atomic_store_explicit(&pump->wake_ns_max, block->woke_ns, memory_order_relaxed);
    double busy = (double)(pump->plan.backend->now_ns(pump->plan.self) - block->now_ns);
    double load = busy * 1e-9 * pump->rate / block->frames;
    double before = atomic_load_explicit(&pump->load, memory_order_relaxed);
    atomic_store_explicit(&pump->load, before + 0.02 * (load - before), memory_order_relaxed);
    return result;
}

int32_t
gph_pump_cycle(gph_pump *pump, const gph_pump_block *block)
{
    unsigned gate = GPH_GATE_FREE;
    unsigned loss = atomic_load(&pump->loss);
    bool ours = loss != GPH_LOST_GONE && !atomic_load(&pump->ended) && block->frames > 0 &&
                atomic_compare_exchange_strong(&pump->gate, &gate, GPH_GATE_BUSY);
    if (!ours) {
        if (gate == GPH_GATE_FILLING)
            atomic_store(&pump->handback, true);
        else if (gate == GPH_GATE_WITHHELD)
            gph_pump_withhold(pump, block);
        silence(pump, block);
        return GPH_CYCLE_GO_ON;
    }
    if (loss == GPH_LOST_STALLED) {
        atomic_compare_exchange_strong(&pump->loss, &loss, GPH_LOST_NOT);
        pump->resumed = true;
        gph_pump_enter(pump, GPH_STREAM_STATE_RUNNING, "cycles come again");
    }
    pump->fills = false;
    int32_t result = gph_pump_turn(pump, block);
    atomic_store(&pump->gate, GPH_GATE_FREE);
    return result;
}

void
gph_pump_piece(const gph_pump *pump, uint32_t *from, uint32_t *frames)
{
    bool device = atomic_load(&pump->gate) == GPH_GATE_BUSY;
    *from = pump->piece_from;
    *frames = device ? pump->piece_frames : 0;
}

static uint32_t
fill_frames(const gph_pump *pump)
{
    uint32_t frames = atomic_load_explicit(&pump->block, memory_order_relaxed);
    return frames > pump->max_frames ? pump->max_frames : frames;
}

/* When the block of silence that comes next is due. The first is on whole frames of the device that is gone, and so are all
 * others: rounding costs no frame. What is longer ago than one block is a gap. */
int64_t
gph_pump_fill_due(gph_pump *pump, int64_t now_ns)
{
    double frames_per_ns = pump->rate * 1e-9;
    uint32_t frames = fill_frames(pump);
    if (!pump->fills) {
        double passed = (double)(now_ns - pump->last_due_ns) * frames_per_ns - frames;
        pump->fills = pump->gap = true;
        pump->fill_origin_ns = pump->last_due_ns;
        pump->filled = passed > 0 ? (uint64_t)passed : 0;
    }
    return pump->fill_origin_ns + llround((double)(pump->filled + frames) / frames_per_ns);
}

int32_t
gph_pump_fill_turn(gph_pump *pump, int64_t now_ns)
{
    uint32_t frames = fill_frames(pump);
    int64_t late_ns = now_ns - gph_pump_fill_due(pump, now_ns);
    gph_pump_block block = {.frames = frames,
                            .flags = GPH_CLOCK_SILENT_IN,
                            .in = pump->buffers.zeros,
                            .out = pump->buffers.junks,
                            .now_ns = now_ns,
                            .woke_ns = late_ns};
    /* What is late comes soon after, and is not lost. */
    if (late_ns > 0)
        block.waiting = (uint64_t)((double)late_ns * pump->rate * 1e-9);
    pump->filled += frames;
    return gph_pump_turn(pump, &block);
}

/* Drives a stream: the gate, the device's thread, the caller's steps, the timer that fills in while the device is gone.
 * [control; run_device and run_filler: threads of their own] */
#include "inner.h"

static const int64_t slice_ns =
    100000000; /* longest wait before a thread looks whether it is to end */

static const int64_t catch_up_ns =
    1000000000; /* the filling timer makes good for being late up to this */

static int64_t
now_of(const gph_pump *pump)
{
    return pump->plan.backend->now_ns(pump->plan.self);
}

bool
gph_pump_take_gate(gph_pump *pump, unsigned to)
{
    const gph_host_services *services = pump->plan.services;
    int64_t end = services->now_ns(services) + GPH_PUMP_PATIENCE * INT64_C(1000000);
    for (;;) {
        unsigned gate = GPH_GATE_FREE;
        if (atomic_compare_exchange_strong(&pump->gate, &gate, to) || gate == to)
            return true;
        /* Nobody is in it, and who is about to count its block will find it shut. */
        if (gate == GPH_GATE_WITHHELD && atomic_compare_exchange_strong(&pump->gate, &gate, to))
            return true;
        int64_t now = services->now_ns(services);
        if (now > end)
            return false;
        services->sleep_until_ns(services, now + 200000);
    }
}

bool
gph_pump_shut(gph_pump *pump)
{
    return gph_pump_take_gate(pump, GPH_GATE_SHUT);
}

void
gph_pump_open(gph_pump *pump)
{
    atomic_store(&pump->gate, GPH_GATE_FREE);
}

/* Waits for a block and runs it. GPH_DONE: none came. */
static gph_status
device_turn(gph_pump *pump, int64_t until_ns, gph_pump_block *block)
{
    const gph_pump_backend *backend = pump->plan.backend;
    const char *reason = NULL;
    gph_status status = backend->wait(pump->plan.self, until_ns, block, &reason);
    if (status == GPH_OK) {
        gph_pump_cycle(pump, block);
        backend->commit(pump->plan.self, block);
    } else if (status < 0) {
        gph_pump_lost(pump, reason);
    }
    return status;
}

static void GPH_CALL
run_device(void *arg)
{
    gph_pump *pump = arg;
    gph_pump_block block = {0};
    /* After the engine's end too, with silence: a ring that nobody writes to would play its last lap once more. */
    while (!atomic_load(&pump->quit)) {
        gph_status status = device_turn(pump, now_of(pump) + slice_ns, &block);
        if (status < 0)
            break;
        if (block.late || block.lost_in > 0)
            pump->plan.services->wake(pump->plan.services);
    }
    pump->plan.services->wake(pump->plan.services);
}

gph_status
gph_pump_thread_start(gph_pump *pump)
{
    if (pump->plan.backend->wait == NULL || pump->plan.stepped)
        return GPH_OK;
    atomic_store(&pump->quit, false);
    return pump->plan.services->thread_start(pump->plan.services, pump->plan.name,
                                             GPH_THREAD_REALTIME, run_device, pump, &pump->thread,
                                             &pump->scheduling);
}

gph_status
gph_pump_thread_end(gph_pump *pump)
{
    atomic_store(&pump->quit, true);
    gph_thread *thread = pump->thread;
    pump->thread = NULL;
    return thread == NULL
               ? GPH_OK
               : pump->plan.services->thread_join(pump->plan.services, thread, GPH_PUMP_PATIENCE);
}

/* ---------------------------------------------------------------- the filling timer */

static bool
filling(gph_pump *pump)
{
    return !atomic_load(&pump->quit_fill) && !atomic_load(&pump->handback) &&
           !atomic_load(&pump->ended);
}

static void GPH_CALL
run_filler(void *arg)
{
    gph_pump *pump = arg;
    const gph_host_services *services = pump->plan.services;
    unsigned gate = GPH_GATE_FREE;
    if (!atomic_compare_exchange_strong(&pump->gate, &gate, GPH_GATE_FILLING))
        return;
    while (filling(pump)) {
        int64_t now_ns = now_of(pump);
        int64_t due_ns = gph_pump_fill_due(pump, now_ns);
        /* After so long, as of a program that was stopped, nobody waits for the silence. */
        pump->fills = now_ns - due_ns < catch_up_ns;
        if (pump->fills)
            services->sleep_until_ns(services, due_ns);
        if (filling(pump))
            gph_pump_fill_turn(pump, now_of(pump));
    }
    pump->gap = true;
    atomic_store(&pump->gate, GPH_GATE_FREE);
}

void
gph_pump_filler_start(gph_pump *pump)
{
    if (pump->plan.timeline != GPH_TIMELINE_CLOCK || pump->filler != NULL || pump->plan.stepped ||
        atomic_load(&pump->gate) != GPH_GATE_FREE)
        return;
    atomic_store(&pump->quit_fill, false);
    atomic_store(&pump->handback, false);
    pump->plan.services->thread_start(pump->plan.services, "filler", GPH_THREAD_REALTIME,
                                      run_filler, pump, &pump->filler, NULL);
}

void
gph_pump_filler_end(gph_pump *pump)
{
    atomic_store(&pump->quit_fill, true);
    gph_thread *filler = pump->filler;
    pump->filler = NULL;
    if (filler != NULL)
        pump->plan.services->thread_join(pump->plan.services, filler, GPH_PUMP_PATIENCE);
}

/* ---------------------------------------------------------------- steps */

/* Drives the plan with a block of silence when it is due. */
static void
step_fill(gph_pump *pump)
{
    unsigned gate = GPH_GATE_FREE;
    if (!atomic_compare_exchange_strong(&pump->gate, &gate, GPH_GATE_FILLING))
        return;
    pump->plan.backend->idle(pump->plan.self, gph_pump_fill_due(pump, now_of(pump)));
    gph_pump_fill_turn(pump, now_of(pump));
    pump->gap = true;
    atomic_store(&pump->gate, GPH_GATE_FREE);
}

/* One turn of a step, at most until `until_ns`. Returns whether frames came. */
static bool
step_turn(gph_pump *pump, int64_t until_ns)
{
    gph_pump_block block = {0};
    if (gph_pump_state(pump) != GPH_STREAM_STATE_LOST)
        return device_turn(pump, until_ns, &block) == GPH_OK;
    if (pump->plan.timeline == GPH_TIMELINE_CLOCK) {
        step_fill(pump);
        return true;
    }
    pump->plan.backend->idle(pump->plan.self, until_ns);
    return false;
}

int64_t
gph_pump_step(gph_pump *pump, int64_t frames, int64_t timeout_ns)
{
    uint32_t state = gph_pump_state(pump);
    if (atomic_load(&pump->ended))
        return 0;
    if (!pump->plan.stepped ||
        (state != GPH_STREAM_STATE_RUNNING && state != GPH_STREAM_STATE_LOST))
        return GPH_STATE;
    uint64_t before = atomic_load(&pump->frames);
    int64_t end_ns = INT64_MAX;
    if (timeout_ns > 0 && timeout_ns < INT64_MAX - now_of(pump))
        end_ns = now_of(pump) + timeout_ns;
    double idle = 0; /* frames' worth of time in which none came */
    int64_t passed = 0;
    while (!atomic_load(&pump->ended)) {
        int64_t begin_ns = now_of(pump);
        double want = frames > 0 ? (double)(frames - passed) : 0;
        if (want < 2.0 * atomic_load(&pump->block))
            want = 2.0 * atomic_load(&pump->block);
        int64_t until_ns = begin_ns + (int64_t)(want * 1e9 / pump->rate);
        if (!step_turn(pump, until_ns < end_ns ? until_ns : end_ns))
            idle += (double)(now_of(pump) - begin_ns) * pump->rate * 1e-9;
        passed = (int64_t)(atomic_load(&pump->frames) - before) + (int64_t)idle;
        if (now_of(pump) >= end_ns || (frames > 0 && passed >= frames))
            break;
    }
    return passed;
}

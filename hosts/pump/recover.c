/* Sees a stream stall, and brings a lost one back. [control, in dispatch] */
#include "inner.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const int64_t ms = 1000000;
/* When to try again, after the loss; then every 2 s. */
static const int64_t retries_ms[] = {0, 50, 200, 500, 1000};
static const int64_t later_ms = 2000;
static const int64_t least_quiet_ms = 500; /* a stall is max(8 blocks, this) */
static const int64_t confirm_ms =
    50; /* and still so that much later: we may have been stopped ourselves */

static int64_t
boot_of(const gph_pump *pump)
{
    return pump->plan.backend->boot_ns(pump->plan.self);
}

/* Device events may stop without an error: no cycle for long enough is a loss as well. */
void
gph_pump_watch(gph_pump *pump)
{
    uint64_t cycles = atomic_load(&pump->cycles);
    if (gph_pump_state(pump) != GPH_STREAM_STATE_RUNNING || cycles == 0 ||
        atomic_load(&pump->ended) || atomic_load(&pump->freewheel)) {
        pump->suspect_ns = 0;
        return;
    }
    double blocks_ns = 8e9 * atomic_load(&pump->block) / pump->rate;
    int64_t limit = least_quiet_ms * ms;
    if (blocks_ns > (double)limit)
        limit = (int64_t)blocks_ns;
    if (gph_pump_quiet_ns(pump) < limit) {
        pump->suspect_ns = 0;
        return;
    }
    int64_t now = boot_of(pump);
    if (pump->suspect_ns == 0 || pump->suspect_cycles != cycles) {
        pump->suspect_ns = now;
        pump->suspect_cycles = cycles;
        return;
    }
    if (now - pump->suspect_ns < confirm_ms * ms)
        return;
    pump->suspect_ns = 0;
    atomic_store(&pump->loss, pump->plan.keeps ? GPH_LOST_STALLED : GPH_LOST_GONE);
    gph_pump_enter(pump, GPH_STREAM_STATE_LOST, "stalled: no cycle came");
}

static void
let_go(gph_pump *pump)
{
    if (pump->plan.backend->release != NULL)
        pump->plan.backend->release(pump->plan.self);
}

/* The device is gone for good: its thread, then what is left of it. */
static void
release(gph_pump *pump)
{
    pump->released = true;
    pump->n_retries = 0;
    pump->told[0] = 0;
    pump->lost_since_ns = pump->retry_ns = boot_of(pump);
    gph_pump_thread_end(pump);
    let_go(pump);
}

static bool
has_other_rate(const gph_pump *pump, const gph_got *got)
{
    return got->rate < pump->rate || got->rate > pump->rate;
}

static bool
accepts(const gph_engine *engine, const gph_got *got)
{
    return GPH_HAS(engine, gph_engine, accepts) && engine->accepts != NULL &&
           engine->accepts(engine->user, got) >= 0;
}

/* A device that came back must be what the engine was told of, or what it accepts. */
static bool
suits(const gph_pump *pump, const gph_got *got, char *why, uint32_t n)
{
    if (has_other_rate(pump, got) && !accepts(pump->plan.engine, got))
        snprintf(why, n, "it is back with %.0f Hz instead of %.0f Hz", got->rate, pump->rate);
    else if (got->channels_in < pump->n_in || got->channels_out < pump->n_out)
        snprintf(why, n, "it is back with %u inputs and %u outputs instead of %u and %u",
                 got->channels_in, got->channels_out, pump->n_in, pump->n_out);
    else
        return true;
    return false;
}

/* The engine is told what the device is now. */
static gph_status
configure_again(gph_pump *pump, const gph_got *got, char *why, uint32_t n)
{
    double rate = pump->rate;
    bool other_rate = has_other_rate(pump, got);
    gph_status status = gph_pump_configure(pump, got);
    if (status < 0 && other_rate)
        snprintf(why, n, "it is back with %.0f Hz instead of %.0f Hz", got->rate, rate);
    else if (status < 0)
        snprintf(why, n, "the engine refuses what it is now");
    else if (other_rate)
        pump->frame = llround((double)pump->frame / rate * got->rate);
    return status;
}

static gph_status
come_back(gph_pump *pump, char *why, uint32_t n)
{
    const gph_pump_backend *backend = pump->plan.backend;
    gph_got got = {.size = sizeof got};
    if (pump->plan.on_loss == GPH_LOSS_WAIT && boot_of(pump) < pump->unplugged_until_ns) {
        snprintf(why, n, "it is unplugged for a rehearsal");
        return GPH_IO;
    }
    gph_status status =
        backend->reopen(pump->plan.self, pump->plan.on_loss == GPH_LOSS_FOLLOW, &got, why, n);
    if (status < 0)
        return status;
    if (!suits(pump, &got, why, n)) {
        let_go(pump);
        return GPH_UNSUPPORTED;
    }
    gph_pump_filler_end(pump);
    status = configure_again(pump, &got, why, n);
    if (status < 0) {
        let_go(pump);
        gph_pump_open(pump); /* the filling timer may go on */
        return status;
    }
    pump->gap = pump->resumed = true;
    pump->withheld = 0;
    atomic_store(&pump->reopens, atomic_load(&pump->reopens) + 1);
    atomic_store(&pump->loss, GPH_LOST_NOT);
    pump->released = false;
    gph_pump_open(pump);
    /* Its first cycle may take a block, and is not missed yet. */
    atomic_store_explicit(&pump->entered_ns, backend->now_ns(pump->plan.self),
                          memory_order_relaxed);
    gph_pump_enter(pump, GPH_STREAM_STATE_RUNNING, "back");
    status = backend->resume(pump->plan.self);
    if (status == GPH_OK)
        status = gph_pump_thread_start(pump);
    if (status < 0)
        gph_pump_lost(pump, "it came back and did not start");
    return GPH_OK;
}

void
gph_pump_recover(gph_pump *pump)
{
    if (gph_pump_state(pump) != GPH_STREAM_STATE_LOST)
        return;
    if (atomic_load(&pump->loss) == GPH_LOST_STALLED) {
        gph_pump_filler_start(pump);
        return;
    }
    if (!pump->released) {
        release(pump);
        if (pump->plan.on_loss == GPH_LOSS_STOP) {
            gph_pump_enter(pump, GPH_STREAM_STATE_FAILED, "the device is gone (on_loss = stop)");
            return;
        }
    }
    gph_pump_filler_start(pump);
    int64_t now = boot_of(pump);
    if (now < pump->retry_ns)
        return;
    char why[GPH_PUMP_KEPT] = "";
    gph_status status = come_back(pump, why, sizeof why);
    if (status == GPH_OK)
        return;
    if (strcmp(why, pump->told) != 0) {
        snprintf(pump->told, sizeof pump->told, "%s", why);
        gph_pump_post(pump, GPH_HOST_STATE, 0, -1, GPH_STREAM_STATE_LOST, gph_pump_keep(pump, why));
    }
    pump->n_retries++;
    size_t n = sizeof retries_ms / sizeof *retries_ms;
    int64_t since = pump->n_retries < n
                        ? retries_ms[pump->n_retries]
                        : retries_ms[n - 1] + later_ms * (int64_t)(pump->n_retries - n + 1);
    pump->retry_ns = pump->lost_since_ns + since * ms;
    if (pump->retry_ns < now)
        pump->retry_ns = now;
}

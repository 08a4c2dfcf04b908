/* Rehearses faults while a rig runs: each when its turn has come, with a line before and after it. [control] */
#include "../disk/writer_link.h"
#include "../platform/now.h"
#include "rig_inside.h"

#include <math.h>
#include <stdlib.h>

#define WELL_NS     INT64_C(2000000000)  /* all is well for so long before a fault, and after it */
#define PATIENCE_NS INT64_C(60000000000) /* what the rig has not got over by then it never will */

/* ---------------------------------------------------------------- before */

static int
refuse(gph_rig *rig, const char *sentence)
{
    gph_rig_tell(rig, GPH_LOG_ERROR, GPH_NONE, -1, "--rehearse: %s", sentence);
    return GPH_EXIT_PATCH;
}

int
gph_rig_begin_rehearsal(gph_rig *rig, const gph_rig_options *options)
{
    char why[512];
    if (!options->n_faults)
        return 0;
    rig->rehearsal = calloc(1, sizeof *rig->rehearsal);
    if (!rig->rehearsal ||
        gph_faulty_new(&gph_file_system_real, &gph_clock_system, &rig->rehearsal->faulty) != GPH_OK)
        return GPH_EXIT_MACHINE;
    for (uint32_t n = 0; n < options->n_faults; n++)
        if (!gph_rehearsal_add(rig->rehearsal, options->faults[n], why, sizeof why))
            return refuse(rig, why);
    rig->context.below = GPH_REHEARSAL_FOLDER;
    rig->context.faulty = rig->rehearsal->faulty;
    return 0;
}

int
gph_rig_check_rehearsal(gph_rig *rig)
{
    const uint32_t of_host = 1u << GPH_REHEARSE_XRUN | 1u << GPH_REHEARSE_UNPLUG;
    if (!rig->rehearsal)
        return 0;
    uint32_t asked = gph_rehearsal_kinds(rig->rehearsal) & of_host;
    if (asked && rig->host && rig->host->host && !(rig->host->host->caps & GPH_HOST_CAN_REHEARSE)) {
        char why[256];
        snprintf(why, sizeof why, "host %s cannot rehearse %s%s%s; stall and full are possible",
                 rig->host->id, asked & 1u << GPH_REHEARSE_XRUN ? "xrun" : "",
                 asked == of_host ? " and " : "",
                 asked & 1u << GPH_REHEARSE_UNPLUG ? "unplug" : "");
        return refuse(rig, why);
    }
    return rig->n_writers ? 0
                          : refuse(rig, "the patch has no file-recorder whose takes could suffer");
}

/* ---------------------------------------------------------------- what goes on */

static const gph_stream_status *
recorder(const gph_rig *rig, uint32_t writer)
{
    gph_stream_status *now = &rig->scratch->status;
    gph_stream_status_get(gph_context_writer(rig->graph, writer)->stream, now);
    return now;
}

/* A take is long enough that a fault in it can be told from its beginning. Offline time is none. */
static bool
records(const gph_rig *rig)
{
    for (uint32_t w = 0; w < rig->n_writers; w++)
        if (recorder(rig, w)->state == GPH_STREAM_RECORDING || gph_rig_is_offline(rig))
            return true;
    return false;
}

/* Nothing is left of a fault, or of anything else. */
static bool
is_well(gph_rig *rig)
{
    gph_host_stats stats = {.size = sizeof stats};
    rig->host->host->stats(rig->stream, &stats);
    if (stats.state != GPH_STREAM_STATE_RUNNING)
        return false;
    for (uint32_t w = 0; w < rig->n_writers; w++) {
        const gph_stream_status *now = recorder(rig, w);
        if (now->state == GPH_STREAM_DEGRADED || now->state == GPH_STREAM_BROKEN ||
            (now->fill > now->capacity / 4 && !gph_rig_is_offline(rig)))
            return false;
    }
    return true;
}

static bool
has_been_well(gph_rig *rig, int64_t now_ns)
{
    gph_rehearsal *rehearsal = rig->rehearsal;
    if (!is_well(rig))
        rehearsal->well_ns = 0;
    else if (!rehearsal->well_ns)
        rehearsal->well_ns = now_ns;
    return rehearsal->well_ns &&
           (now_ns - rehearsal->well_ns >= WELL_NS || gph_rig_is_offline(rig));
}

/* What is seen of the recorders: rings, and what the disk did to them. */
static void
look_at_recorders(gph_rig *rig, gph_rehearsal_fault *fault)
{
    for (uint32_t w = 0; w < rig->n_writers; w++) {
        const gph_stream_status *now = recorder(rig, w);
        if (now->capacity <= 0)
            continue;
        double seconds = (double)now->capacity / rig->got.rate;
        double fill = (double)now->fill / (double)now->capacity;
        if (fault->ring_seconds <= 0 || seconds < fault->ring_seconds)
            fault->ring_seconds = seconds;
        fault->ring_peak = fmin(fmax(fault->ring_peak, fill), 1);
    }
}

/* To a folder that was of use. */
static uint64_t
failovers(const gph_rig *rig)
{
    uint64_t n = 0;
    for (uint32_t w = 0; w < rig->n_writers; w++)
        if (!recorder(rig, w)->failover_shares)
            n += (uint64_t)recorder(rig, w)->failovers;
    return n;
}

/* ---------------------------------------------------------------- a fault */

static const char *
device_of(const gph_rig *rig)
{
    return *rig->device ? rig->device : rig->host->id;
}

static void
order_disk(gph_rig *rig, gph_disk_fault fault, int64_t ns, int64_t bytes)
{
    const gph_disk_order order = {.fault = fault, .ns = ns, .bytes = bytes};
    if (rig->context.link)
        gph_writer_link_fault(rig->context.link, &order);
    else
        gph_faulty_obey(rig->rehearsal->faulty, &order);
}

static void
announce(gph_rig *rig, const gph_rehearsal_fault *fault, double seconds)
{
    char text[64];
    int64_t frame = rig->figures.frame;
    switch (fault->kind) {
    case GPH_REHEARSE_STALL:
        gph_rig_tell(rig, GPH_LOG_INFO, GPH_NONE, frame,
                     "rehearsal: the disk of the takes stands still from now on, for %g s",
                     seconds);
        break;
    case GPH_REHEARSE_FULL:
        gph_value_print((double)gph_rehearsal_bytes(fault), GPH_UNIT_BYTES, text, sizeof text);
        gph_rig_tell(rig, GPH_LOG_INFO, GPH_NONE, frame,
                     "rehearsal: the disk of the takes has room for %s from now on, for %g s", text,
                     seconds);
        break;
    case GPH_REHEARSE_XRUN:
        gph_rig_tell(rig, GPH_LOG_INFO, GPH_NONE, frame, "rehearsal: %s loses %g ms of sound now",
                     rig->host->id, seconds * 1000);
        break;
    default:
        gph_rig_tell(rig, GPH_LOG_INFO, GPH_NONE, frame, "rehearsal: %s is unplugged now, for %g s",
                     device_of(rig), seconds);
    }
}

static const gph_host_rehearsal *
host_rehearsal(const gph_rig *rig)
{
    const gph_host *host = rig->host->host;
    return host->extension ? host->extension(rig->self, rig->stream, GPH_REHEARSAL_ID) : NULL;
}

static gph_status
inject(gph_rig *rig, const gph_rehearsal_fault *fault, double seconds)
{
    const gph_host_rehearsal *host = host_rehearsal(rig);
    int64_t ns = llround(seconds * 1e9);
    switch (fault->kind) {
    case GPH_REHEARSE_STALL:
        order_disk(rig, GPH_DISK_STALLS, ns, 0);
        return GPH_OK;
    case GPH_REHEARSE_FULL:
        order_disk(rig, GPH_DISK_FULL, ns, gph_rehearsal_bytes(fault));
        return GPH_OK;
    case GPH_REHEARSE_XRUN:
        return host ? host->lose(rig->stream, (uint64_t)ceil(seconds * rig->got.rate - 1e-6))
                    : GPH_UNSUPPORTED;
    default:
        return host ? host->unplug(rig->stream, ns) : GPH_UNSUPPORTED;
    }
}

static void
begin(gph_rig *rig, gph_rehearsal_fault *fault, int64_t now_ns)
{
    gph_host_stats stats = {.size = sizeof stats};
    double seconds = gph_rehearsal_seconds(fault, rig->got.rate);
    gph_run_get_figures(rig->run, &rig->figures);
    rig->host->host->stats(rig->stream, &stats);
    fault->begun = rig->figures.frame;
    fault->begun_ns = now_ns;
    fault->over_ns = now_ns + llround(seconds * 1e9);
    fault->lost_in = stats.lost_in;
    fault->reopens = stats.reopens;
    fault->failovers = failovers(rig);
    announce(rig, fault, seconds);
    if (inject(rig, fault, seconds) == GPH_OK)
        fault->state = GPH_REHEARSAL_UNDER_WAY;
    else
        fault->begun = -1;
}

static bool
is_over(const gph_rig *rig, const gph_rehearsal_fault *fault, int64_t now_ns)
{
    gph_host_stats stats = {.size = sizeof stats};
    rig->host->host->stats(rig->stream, &stats);
    if (fault->kind == GPH_REHEARSE_XRUN)
        return stats.lost_in > fault->lost_in;
    if (fault->kind == GPH_REHEARSE_UNPLUG)
        return stats.reopens > fault->reopens && stats.state == GPH_STREAM_STATE_RUNNING;
    return now_ns >= fault->over_ns;
}

static void
tell_over(gph_rig *rig, const gph_rehearsal_fault *fault)
{
    static const char *const disk[] = {[GPH_REHEARSE_STALL] = "the disk of the takes writes",
                                       [GPH_REHEARSE_FULL] = "the disk of the takes has room"};
    int64_t frame = rig->figures.frame;
    if (fault->kind == GPH_REHEARSE_XRUN)
        gph_rig_tell(rig, GPH_LOG_INFO, GPH_NONE, frame, "rehearsal: the xrun is over");
    else if (fault->kind == GPH_REHEARSE_UNPLUG)
        gph_rig_tell(rig, GPH_LOG_INFO, GPH_NONE, frame, "rehearsal: %s is plugged in again",
                     device_of(rig));
    else
        gph_rig_tell(rig, GPH_LOG_INFO, GPH_NONE, frame,
                     "rehearsal: %s again; the ring was filled to %.0f %%", disk[fault->kind],
                     fault->ring_peak * 100);
}

/* ---------------------------------------------------------------- one after the other */

/* The next one's turn. */
static void
turn_over(gph_rig *rig, int64_t now_ns)
{
    gph_rehearsal *rehearsal = rig->rehearsal;
    rehearsal->now++;
    rehearsal->since_ns = now_ns;
    rehearsal->asked_for = false;
    if (rehearsal->now < rehearsal->n_faults)
        return;
    bool goes_on = gph_rig_is_offline(rig) && rig->length != -2;
    gph_rig_tell(rig, GPH_LOG_INFO, GPH_NONE, rig->figures.frame, "rehearsal: no more faults%s",
                 goes_on ? "" : "; the takes are finished");
    rig->ended |= !goes_on;
}

static void
await(gph_rig *rig, gph_rehearsal_fault *fault, int64_t now_ns)
{
    gph_rehearsal *rehearsal = rig->rehearsal;
    bool recording = records(rig);
    if (!recording)
        rehearsal->well_ns = 0;
    if (recording && has_been_well(rig, now_ns))
        begin(rig, fault, now_ns);
    if (fault->state == GPH_REHEARSAL_WAITS && !rehearsal->asked_for &&
        now_ns - rehearsal->since_ns > 2 * WELL_NS) {
        rehearsal->asked_for = true;
        gph_rig_tell(rig, GPH_LOG_INFO, GPH_NONE, rig->figures.frame, "rehearsal: waits %s",
                     recording ? "for rings that are almost empty and a host that runs"
                               : "for a take; begin one as on the night");
    }
    /* The first waits for people; later ones for a rig that should have got over it. */
    if (fault->state == GPH_REHEARSAL_WAITS && rehearsal->now > 0 &&
        now_ns - rehearsal->since_ns > PATIENCE_NS)
        turn_over(rig, now_ns);
}

static void
look_after(gph_rig *rig, gph_rehearsal_fault *fault, int64_t now_ns)
{
    look_at_recorders(rig, fault);
    fault->took_over |= failovers(rig) > fault->failovers;
    if (fault->state == GPH_REHEARSAL_UNDER_WAY && is_over(rig, fault, now_ns)) {
        fault->state = GPH_REHEARSAL_OVER;
        fault->over_ns = now_ns;
        rig->rehearsal->well_ns = 0;
        tell_over(rig, fault);
    }
    if (fault->state == GPH_REHEARSAL_OVER && has_been_well(rig, now_ns)) {
        fault->state = GPH_REHEARSAL_DONE;
        fault->ended = rig->figures.frame;
    }
    if (fault->state == GPH_REHEARSAL_DONE || now_ns - fault->over_ns > PATIENCE_NS)
        turn_over(rig, now_ns);
}

static void
introduce(gph_rig *rig, int64_t now_ns)
{
    rig->rehearsal->since_ns = now_ns;
    gph_rig_tell(rig, GPH_LOG_INFO, GPH_NONE, -1,
                 "rehearsal: faults will be injected; takes go into folders '%s' below those of "
                 "real ones",
                 GPH_REHEARSAL_FOLDER);
    for (uint32_t w = 0; w < rig->n_writers; w++) {
        if (recorder(rig, w)->failover_shares)
            gph_rig_tell(rig, GPH_LOG_WARNING, gph_context_writer(rig->graph, w)->owner->node, -1,
                         "'failover' is on the disk of the takes: both are full at once");
    }
}

void
gph_rig_rehearse(gph_rig *rig)
{
    gph_rehearsal *rehearsal = rig->rehearsal;
    if (!rehearsal || rehearsal->now == rehearsal->n_faults)
        return;
    int64_t now_ns = gph_now_ns();
    if (!rehearsal->since_ns)
        introduce(rig, now_ns);
    gph_rehearsal_fault *fault = &rehearsal->faults[rehearsal->now];
    if (fault->state == GPH_REHEARSAL_WAITS)
        await(rig, fault, now_ns);
    else
        look_after(rig, fault, now_ns);
}

void
gph_rig_heal(gph_rig *rig)
{
    if (rig->rehearsal)
        order_disk(rig, GPH_DISK_WELL, 0, 0);
}

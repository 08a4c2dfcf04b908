/* The bridge: a ring, a windowed sinc read at fractions of frames, and the loop that steers its step. [audio] */
#include "bridge.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double pi = 3.141592653589793;
static const double most_deviation = 0.005;
static const double smooth_seconds = 1.0;
static const double correct_seconds = 2.0; /* an error is worked off in about this time */
static const double cutoff = 0.97;         /* of half the rate, at fractions of a frame */

uint32_t
wa_bridge_delay(void)
{
    return WA_TAPS / 2 + 1;
}

/* A row for each phase: at phase 0 exactly one tap, so that one clock's sound is not touched. */
static void
fill_kernel(float *kernel)
{
    for (int p = 0; p <= WA_PHASES; p++) {
        double sum = 0, row[WA_TAPS];
        for (int t = 0; t < WA_TAPS; t++) {
            double x = t - (WA_TAPS / 2 - 1) - (double)p / WA_PHASES;
            double width = WA_TAPS / 2.0, w = fabs(x) < width ? x / width : 1;
            double window = 0.42 + 0.5 * cos(pi * w) + 0.08 * cos(2 * pi * w);
            double sinc = fabs(x) < 1e-9 ? cutoff : sin(pi * cutoff * x) / (pi * x);
            row[t] = sinc * window;
            sum += row[t];
        }
        for (int t = 0; t < WA_TAPS; t++)
            kernel[p * WA_TAPS + t] = (float)(row[t] / sum);
    }
}

gph_status
wa_bridge_init(wa_bridge *bridge, uint32_t channels, double rate, uint32_t most, uint32_t target,
               bool one_clock)
{
    uint32_t capacity = 1024;
    *bridge = (wa_bridge){.channels = channels, .rate = rate, .one_clock = one_clock};
    while (capacity < 4 * (most + target + WA_TAPS))
        capacity *= 2;
    bridge->capacity = capacity;
    bridge->target = target;
    bridge->ring = calloc((size_t)channels * capacity, sizeof *bridge->ring);
    bridge->kernel = calloc((WA_PHASES + 1) * WA_TAPS, sizeof *bridge->kernel);
    if (bridge->ring == NULL || bridge->kernel == NULL) {
        wa_bridge_finish(bridge);
        return GPH_MEMORY;
    }
    fill_kernel(bridge->kernel);
    wa_bridge_reset(bridge);
    return GPH_OK;
}

void
wa_bridge_finish(wa_bridge *bridge)
{
    free(bridge->ring);
    free(bridge->kernel);
    *bridge = (wa_bridge){0};
}

void
wa_bridge_reset(wa_bridge *bridge)
{
    memset(bridge->ring, 0, (size_t)bridge->channels * bridge->capacity * sizeof *bridge->ring);
    bridge->written = bridge->read = bridge->lost = bridge->resyncs = 0;
    bridge->phase = bridge->error = bridge->integral = 0;
    bridge->step = 1;
    bridge->begun = bridge->dry = false;
}

double
wa_bridge_drift_ppm(const wa_bridge *bridge)
{
    return bridge->integral * 1e6;
}

/* Frames in the ring that were not played yet. */
static double
waiting(const wa_bridge *bridge)
{
    return (double)(bridge->written - bridge->read) - WA_TAPS - bridge->phase;
}

static void
silence(wa_bridge *bridge, uint32_t frames)
{
    for (uint32_t n = 0; n < frames; n++, bridge->written++)
        for (uint32_t c = 0; c < bridge->channels; c++)
            bridge
                ->ring[(size_t)c * bridge->capacity + (bridge->written & (bridge->capacity - 1))] =
                0;
}

/* The way holds what it should: after a start, and where it ran empty or full. */
static void
resync(wa_bridge *bridge, double queued)
{
    double want = bridge->target - queued;
    uint32_t frames = want > 0 ? (uint32_t)(want + 0.5) : 0;
    bridge->read = bridge->written;
    bridge->phase = bridge->error = 0;
    silence(bridge, frames + WA_TAPS);
    bridge->resyncs += bridge->begun;
    bridge->begun = true;
    bridge->dry = false;
}

/* Frames since the last push give the time. */
static void
steer(wa_bridge *bridge, double error, uint32_t frames)
{
    double seconds = frames / bridge->rate;
    bridge->error += (error - bridge->error) * fmin(seconds / smooth_seconds, 1);
    if (bridge->one_clock) {
        /* One clock stays where it is; what wanders by more than can be jitter are two. */
        if (fabs(bridge->error) < bridge->target / 4)
            return;
        bridge->one_clock = false;
    }
    double part = bridge->error / (bridge->rate * correct_seconds);
    bridge->integral += part * seconds / (4 * correct_seconds);
    bridge->integral = fmin(fmax(bridge->integral, -most_deviation), most_deviation);
    double deviation = fmin(fmax(part + bridge->integral, -most_deviation), most_deviation);
    bridge->step = 1 + deviation;
}

void
wa_bridge_push(wa_bridge *bridge, const float *const *planes, uint32_t frames, double queued)
{
    double error = waiting(bridge) + queued - bridge->target;
    double most = bridge->capacity / 2.0;
    if (!bridge->begun || bridge->dry || error < -bridge->target || waiting(bridge) + frames > most)
        resync(bridge, queued);
    else
        steer(bridge, error, frames);
    for (uint32_t c = 0; c < bridge->channels; c++) {
        float *ring = bridge->ring + (size_t)c * bridge->capacity;
        for (uint32_t n = 0; n < frames; n++)
            ring[(bridge->written + n) & (bridge->capacity - 1)] = planes[c][n];
    }
    bridge->written += frames;
}

void
wa_bridge_starved(wa_bridge *bridge, uint32_t frames)
{
    if (!bridge->begun)
        return;
    bridge->lost += frames;
    bridge->dry = true;
}

/* One output of a channel: the two rows beside the phase, blended. */
static float
interpolate(const wa_bridge *bridge, const float *ring)
{
    double at = bridge->phase * WA_PHASES;
    uint32_t row = (uint32_t)at;
    float blend = (float)(at - row), sum = 0;
    const float *low = bridge->kernel + (size_t)row * WA_TAPS, *high = low + WA_TAPS;
    for (uint32_t t = 0; t < WA_TAPS; t++)
        sum += ring[(bridge->read + t) & (bridge->capacity - 1)] *
               (low[t] + blend * (high[t] - low[t]));
    return sum;
}

void
wa_bridge_pull(wa_bridge *bridge, float *const *planes, uint32_t frames)
{
    for (uint32_t n = 0; n < frames; n++) {
        bool empty = !bridge->begun || bridge->written - bridge->read < WA_TAPS;
        bool whole = bridge->phase <= 0;
        for (uint32_t c = 0; c < bridge->channels; c++) {
            const float *ring = bridge->ring + (size_t)c * bridge->capacity;
            uint64_t middle = bridge->read + WA_TAPS / 2 - 1;
            planes[c][n] = empty   ? 0
                           : whole ? ring[middle & (bridge->capacity - 1)]
                                   : interpolate(bridge, ring);
        }
        if (empty) {
            bridge->lost += bridge->begun;
            continue;
        }
        bridge->phase += bridge->step;
        uint32_t whole_frames = (uint32_t)bridge->phase;
        bridge->read += whole_frames;
        bridge->phase -= whole_frames;
    }
}

/* What goes in: nothing may stay, nothing may come out that is no number, nothing may take much longer. [control] */
#include "trial.h"

#include "seed.h"

#include <math.h>
#include <string.h>

enum { RATE = 48000, SICK_FROM = 1000, SICK_UNTIL = 1100, HEALTHY_S = 10 };

static float
silence(const stage_ask *ask, uint32_t port, uint32_t channel, uint32_t frame)
{
    (void)ask;
    (void)port;
    (void)channel;
    (void)frame;
    return 0;
}

static float
impulse(const stage_ask *ask, uint32_t port, uint32_t channel, uint32_t frame)
{
    (void)ask;
    (void)port;
    (void)channel;
    return frame == 10 ? 1.0f : 0.0f;
}

static float
steady(const stage_ask *ask, uint32_t port, uint32_t channel, uint32_t frame)
{
    (void)ask;
    (void)port;
    (void)channel;
    (void)frame;
    return 1;
}

/* Smaller than any normal number. */
static float
denormal(const stage_ask *ask, uint32_t port, uint32_t channel, uint32_t frame)
{
    (void)ask;
    (void)port;
    (void)channel;
    return frame % 2 ? 1e-40f : -1e-40f;
}

static float
sick(const stage_ask *ask, uint32_t frame, float value)
{
    (void)ask;
    return frame >= SICK_FROM && frame < SICK_UNTIL ? value : (float)(frame % 100) * 0.01f - 0.5f;
}

static float
with_nan(const stage_ask *ask, uint32_t port, uint32_t channel, uint32_t frame)
{
    (void)port;
    (void)channel;
    return sick(ask, frame, NAN);
}

static float
with_infinity(const stage_ask *ask, uint32_t port, uint32_t channel, uint32_t frame)
{
    (void)port;
    (void)channel;
    return sick(ask, frame, frame % 2 ? INFINITY : -INFINITY);
}

static float
with_greatest(const stage_ask *ask, uint32_t port, uint32_t channel, uint32_t frame)
{
    (void)port;
    (void)channel;
    return sick(ask, frame, frame % 2 ? 1e30f : 3e38f);
}

static bool
play_signal(const trial_case *c, stage_signal *signal, const char *what, uint32_t frames,
            uint32_t from)
{
    stage_ask ask = trial_ask(c, frames);
    stage_take take;
    ask.signal = signal;
    const bool good = trial_play(&ask, &take) && trial_finite(&take, from, what);
    stage_take_finish(&take);
    return good;
}

/* ---------------------------------------------------------------- time */

enum {
    WARM = 2, /* calls that are not counted: the first touch of code and memory */
    TIMED = 30,
    REPEATS = 2, /* that acquit; so many convict, each of them must */
    MOST_REPEATS = 15,
    TOO_SLOW = 2,
    CLOCK_NS = 1000 /* what a clock may get wrong */
};

static float
loud(const stage_ask *ask, uint32_t port, uint32_t channel, uint32_t frame)
{
    uint32_t x = (frame + 1) * 2654435761u ^ (channel + 1) * 40503u ^ (port + 1) * 2246822519u;
    (void)ask;
    return seed_fraction(&x) - 0.5f;
}

/* Through every size that a number can have, and what lies below it: half as loud every 1,200 frames. */
static float
fading(const stage_ask *ask, uint32_t port, uint32_t channel, uint32_t frame)
{
    return ldexpf(loud(ask, port, channel, frame), -(int)(frame / 1200));
}

/* The slowest of the calls, each of which has its fastest time so far. */
static int64_t
slowest(const int64_t *shortest, uint32_t calls)
{
    int64_t most = 0;
    for (uint32_t n = WARM; n < calls; n++)
        most = shortest[n] > most ? shortest[n] : most;
    return most;
}

/* A busy machine makes calls slower, never faster: what counts is the fastest of each call in several runs, and a call is
 * too slow when it is so in all of them. */
static void
try_denormals(const trial_case *c)
{
    static const struct {
        stage_signal *signal;
        uint32_t calls;
        bool tiny;
    } runs[] = {{loud, 8, false}, {silence, 8, false}, {denormal, 8, true}, {fading, TIMED, true}};
    enum { RUNS = sizeof runs / sizeof *runs };
    int64_t shortest[RUNS][TIMED];
    for (uint32_t r = 0; r < RUNS; r++)
        for (uint32_t n = 0; n < TIMED; n++)
            shortest[r][n] = INT64_MAX;
    for (uint32_t repeat = 1;; repeat++) {
        int64_t usual = 0, tiny = 0;
        for (uint32_t r = 0; r < RUNS; r++) {
            stage_ask ask = trial_ask(c, runs[r].calls * GPH_MAX_FRAMES);
            stage_take take;
            ask.signal = runs[r].signal;
            ask.shortest = shortest[r];
            ask.n_shortest = runs[r].calls;
            const bool good = trial_play(&ask, &take);
            stage_take_finish(&take);
            if (!good)
                return;
            const int64_t took = slowest(shortest[r], runs[r].calls);
            int64_t *most = runs[r].tiny ? &tiny : &usual;
            *most = took > *most ? took : *most;
        }
        const bool slow = tiny > TOO_SLOW * usual + CLOCK_NS;
        if (!slow && repeat >= REPEATS)
            return;
        if (slow && repeat >= MOST_REPEATS) {
            verdict_fail("takes %.1f times as long where numbers are denormal (below 1e-38)",
                         (double)tiny / (double)(usual > 0 ? usual : 1));
            return;
        }
    }
}

void
trial_signals(const trial_case *c)
{
    static const struct {
        stage_signal *signal;
        const char *what;
        bool is_sick;
    } signals[] = {
        {silence, "silence", false},
        {impulse, "an impulse", false},
        {steady, "a steady 1", false},
        {denormal, "denormal numbers", false},
        {with_nan, "10 s after NaN went in", true},
        {with_infinity, "10 s after Inf went in", true},
        {with_greatest, "10 s after 3e38 went in", true},
    };
    if (!stage_has_input(c->type)) {
        play_signal(c, NULL, "alone", 2 * RATE, 0);
        return;
    }
    for (size_t s = 0; s < sizeof signals / sizeof *signals; s++) {
        const uint32_t frames = signals[s].is_sick ? HEALTHY_S * RATE + 4800 : RATE;
        if (!play_signal(c, signals[s].signal, signals[s].what, frames,
                         signals[s].is_sick ? HEALTHY_S * RATE : 0))
            return;
    }
    try_denormals(c);
}

/* What goes in and what the parameters do: nothing may stay, nothing may come out that is no number. [control] */
#include "trial.h"

#include <math.h>

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
}

void
trial_parameters(const trial_case *c)
{
    static const struct {
        curves_mode mode;
        const char *what;
    } modes[] = {{CURVES_LEAST, "every parameter at its least"},
                 {CURVES_GREATEST, "every parameter at its greatest"},
                 {CURVES_EXTREME, "parameters jumping between their ends"},
                 {CURVES_MOVING, "parameters moving"}};
    static const uint32_t blocks[] = {64, 1, 441, 17};
    for (size_t m = 0; m < sizeof modes / sizeof *modes; m++)
        for (uint32_t round = 0; round < 6; round++) {
            stage_ask ask = trial_ask(c, 12000);
            stage_take take;
            ask.mode = modes[m].mode;
            ask.seed = c->seed + round;
            ask.flags = STAGE_GUARD | (round % 2 ? STAGE_EVENTS : 0);
            ask.blocks = blocks;
            ask.n_blocks = 4;
            const bool good = trial_play(&ask, &take) && trial_finite(&take, 0, modes[m].what);
            stage_take_finish(&take);
            if (!good)
                return;
        }
}

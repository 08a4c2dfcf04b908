/* Whether what it says of itself is so: latency, tail, two equal runs. [control] */
#include "trial.h"

#include <math.h>
#include <stdio.h>

enum { AT = 1000, SECOND = 48000, LONGEST_TAIL = 20 * SECOND };
/* -90 dB under what went in: nobody hears it. A filter's ringing, which hangs on its parameters, is let pass for so long. */
static const float nothing = 0.5f * 3.2e-5f;
enum { RINGING = SECOND / 2 };

static float
impulse(const stage_ask *ask, uint32_t port, uint32_t channel, uint32_t frame)
{
    (void)ask;
    (void)channel;
    return port == 0 && frame == AT ? 0.5f : 0.0f;
}

static float
one_second(const stage_ask *ask, uint32_t port, uint32_t channel, uint32_t frame)
{
    (void)ask;
    (void)port;
    (void)channel;
    return frame < SECOND ? (float)(frame * 7919u % 1009u) * (1.0f / 1009) - 0.5f : 0.0f;
}

/* The first frame that is not as before it; -1: none. */
static int64_t
first_answer(const stage_take *take)
{
    for (uint32_t f = 0; f < take->frames; f++)
        for (uint32_t p = 0; p < take->n_out; p++)
            for (uint32_t c = 0; c < take->out[p]; c++)
                if (fabsf(take->samples[p][c][f]) > 1e-9f)
                    return f;
    return -1;
}

static void
try_latency(const trial_case *c)
{
    stage_ask ask = trial_ask(c, AT + SECOND);
    stage_take take;
    ask.signal = impulse;
    if (trial_play(&ask, &take)) {
        const int64_t first = first_answer(&take);
        const int64_t delay = first - AT;
        if (first >= AT && delay < (int64_t)take.latency)
            verdict_fail("says its latency is %u frames, and answers an impulse after %lld",
                         take.latency, (long long)delay);
        if (first >= AT && take.latency > 0 && delay > (int64_t)take.latency)
            verdict_fail("says its latency is %u frames, and an impulse comes out after %lld",
                         take.latency, (long long)delay);
    }
    stage_take_finish(&take);
}

static void
try_tail(const trial_case *c)
{
    stage_ask ask = trial_ask(c, 0);
    stage_take take;
    stage *s = stage_open(&ask, &take);
    const int64_t tail = take.tail;
    const int64_t latency = take.latency;
    stage_close(s);
    if (take.status < 0 || tail < 0 || tail + latency > LONGEST_TAIL)
        return;
    const uint32_t end = SECOND + (uint32_t)(tail + latency) + RINGING;
    ask.frames = end + SECOND;
    ask.signal = one_second;
    if (trial_play(&ask, &take))
        for (uint32_t p = 0; p < take.n_out; p++)
            for (uint32_t ch = 0; ch < take.out[p]; ch++)
                for (uint32_t f = end; f < take.frames; f++)
                    if (fabsf(take.samples[p][ch][f]) > nothing) {
                        verdict_fail("says its tail is %lld frames, and still sounds %u frames "
                                     "after its end",
                                     (long long)tail, f - end + 1 + RINGING);
                        stage_take_finish(&take);
                        return;
                    }
    stage_take_finish(&take);
}

static void
try_twice(const trial_case *c)
{
    stage_ask ask = trial_ask(c, 20000);
    stage_take one, two;
    ask.mode = CURVES_MOVING;
    ask.flags = STAGE_EVENTS;
    if (trial_play(&ask, &one) && trial_play(&ask, &two))
        trial_same(&one, &two, "a second run with the same input");
    stage_take_finish(&one);
    stage_take_finish(&two);
}

void
trial_claims(const trial_case *c)
{
    if (!(c->type->type.flags & GPH_TYPE_VARIES))
        try_twice(c);
    if (!stage_has_input(c->type) || c->type->n_out == 0)
        return;
    try_latency(c);
    try_tail(c);
}

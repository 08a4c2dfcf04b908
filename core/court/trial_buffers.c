/* Memory, blocks, widths. [control] */
#include "trial.h"

#include "seed.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* ---------------------------------------------------------------- memory */

/* It may want an input that the port calls optional, as its settings are. */
static bool
play_unwired(const stage_ask *ask, stage_take *take)
{
    stage *s = stage_open(ask, take);
    const bool refused = take->status < 0 && take->why[0];
    stage_close(s);
    return refused || trial_play(ask, take);
}

void
trial_memory(const trial_case *c)
{
    static const uint32_t widths[] = {1, 2, 3, 5};
    static const uint32_t blocks[] = {1, 64, 17, 3, 128, 1, 441, 1000, 2};
    static const uint32_t flags[] = {0, STAGE_IN_PLACE, STAGE_UNWIRED, STAGE_EVENTS};
    for (size_t w = 0; w < sizeof widths / sizeof *widths; w++)
        for (size_t f = 0; f < sizeof flags / sizeof *flags; f++) {
            stage_take take;
            stage_ask ask = trial_ask(c, 4000);
            ask.width = widths[w];
            ask.flags = STAGE_GUARD | flags[f];
            ask.mode = f == 3 ? CURVES_MOVING : CURVES_STILL;
            ask.blocks = blocks;
            ask.n_blocks = sizeof blocks / sizeof *blocks;
            const bool good =
                (flags[f] & STAGE_UNWIRED) ? play_unwired(&ask, &take) : trial_play(&ask, &take);
            stage_take_finish(&take);
            if (!good)
                return;
        }
    /* As large as may be. */
    stage_take take;
    stage_ask ask = trial_ask(c, GPH_MAX_FRAMES + 100);
    ask.flags = STAGE_GUARD;
    trial_play(&ask, &take);
    stage_take_finish(&take);
}

/* ---------------------------------------------------------------- blocks */

static bool
again(const stage_ask *ask, const stage_take *whole, uint32_t flags, const char *what,
      const uint32_t *blocks, uint32_t n_blocks)
{
    stage_take take;
    stage_ask other = *ask;
    char text[120];
    other.flags |= flags;
    other.blocks = blocks;
    other.n_blocks = n_blocks;
    if (blocks && n_blocks == 1)
        snprintf(text, sizeof text, "%s %u", what, blocks[0]);
    else
        snprintf(text, sizeof text, "%s", what);
    const bool good = trial_play(&other, &take) && trial_same(whole, &take, text);
    stage_take_finish(&take);
    return good;
}

void
trial_blocks(const trial_case *c)
{
    static const uint32_t sizes[] = {1,   2,   3,   7,    16,   31,   64,   127,
                                     441, 480, 512, 1000, 1024, 4096, 8191, 8192};
    stage_ask ask = trial_ask(c, 9000);
    stage_take whole;
    if (c->type->type.flags & GPH_TYPE_VARIES) {
        verdict_skip("it says that two equal runs may differ");
        return;
    }
    ask.mode = CURVES_MOVING;
    ask.flags = STAGE_EVENTS;
    bool good = trial_play(&ask, &whole);
    for (size_t n = 0; good && n < sizeof sizes / sizeof *sizes; n++)
        good = again(&ask, &whole, 0, "in blocks of", &sizes[n], 1);
    uint32_t seed = c->seed + 1, blocks[61];
    for (uint32_t round = 0; good && round < 4; round++) {
        for (uint32_t n = 0; n < 61; n++)
            blocks[n] = 1 + seed_below(&seed, round < 2 ? 40 : 700);
        good = again(&ask, &whole, 0, "in random blocks", blocks, 61);
    }
    good = good &&
           again(&ask, &whole, STAGE_IN_PLACE, "with outputs in their inputs' memory", NULL, 0);
    good = good && again(&ask, &whole, STAGE_IN_PLACE,
                         "with outputs in their inputs' memory, in random blocks", blocks, 61);
    good = good && again(&ask, &whole, STAGE_NO_HINT, "without the hint CONSTANT", NULL, 0);
    good = good && again(&ask, &whole, STAGE_SPLIT, "split at events", NULL, 0);
    stage_take_finish(&whole);
    /* What reset forgets does not include triggers that were given: a source goes on. */
    ask.flags = 0;
    ask.trouble = 0;
    if (good && stage_has_input(c->type) && c->type->type.reset && c->type->type.n_settings == 0) {
        good = trial_play(&ask, &whole) &&
               again(&ask, &whole, STAGE_AGAIN, "after a reset", blocks, 61);
        stage_take_finish(&whole);
    }
}

/* ---------------------------------------------------------------- widths */

/* An impulse in one channel, silence in the others. */
static float
impulse_in_one(const stage_ask *ask, uint32_t port, uint32_t channel, uint32_t frame)
{
    return port == 0 && channel == ask->channel && frame == 100 ? 0.5f : 0.0f;
}

static float
silence(const stage_ask *ask, uint32_t port, uint32_t channel, uint32_t frame)
{
    (void)ask;
    (void)port;
    (void)channel;
    (void)frame;
    return 0;
}

static bool
stays_in_channel(const trial_case *c, uint32_t width, uint32_t channel)
{
    stage_ask ask = trial_ask(c, 1000);
    stage_take still, take;
    ask.width = width;
    ask.channel = channel;
    ask.signal = silence;
    bool good = trial_play(&ask, &still);
    ask.signal = impulse_in_one;
    good = trial_play(&ask, &take) && good;
    for (uint32_t ch = 0; good && take.n_out && ch < take.out[0]; ch++)
        if (ch != ask.channel &&
            memcmp(take.samples[0][ch], still.samples[0][ch], take.frames * sizeof(float)) != 0) {
            verdict_fail(
                "is INDEPENDENT, yet what goes into channel %u is heard in channel %u of %u",
                ask.channel + 1, ch + 1, width);
            good = false;
        }
    stage_take_finish(&still);
    stage_take_finish(&take);
    return good;
}

void
trial_widths(const trial_case *c)
{
    static const uint32_t widths[] = {1, 2, 3, 5, 8, 16, 32, 64};
    const gph_type *t = &c->type->type;
    uint32_t bounds[4] = {0};
    for (uint32_t p = 0; p < t->n_ports; p++)
        if (t->ports[p].direction == GPH_PORT_IN && t->ports[p].rule == GPH_WIDTH_RANGE &&
            !bounds[0]) {
            bounds[0] = t->ports[p].min;
            bounds[1] = t->ports[p].min + 1;
            bounds[2] = t->ports[p].max > 1 ? t->ports[p].max - 1 : 1;
            bounds[3] = t->ports[p].max;
        }
    for (size_t w = 0; w < sizeof widths / sizeof *widths + 4; w++) {
        const uint32_t n = sizeof widths / sizeof *widths;
        const uint32_t width = w < n ? widths[w] : bounds[w - n];
        stage_ask ask = trial_ask(c, width > 64 ? 70 : 500);
        stage_take take;
        /* A matrix of 1,024 has a million gains: at most so many are tried. */
        if (width == 0 || (width > 64 && t->n_params && t->params[0].rule == GPH_INDEX_CROSSPOINT))
            continue;
        ask.width = width;
        ask.flags = STAGE_GUARD;
        bool good = trial_play(&ask, &take);
        good = good && trial_finite(&take, 0, "noise");
        /* A width that the ports do not have was brought within their bounds. */
        const bool has_width = take.n_in && take.in[0] == width;
        stage_take_finish(&take);
        if (good && has_width && width > 1 && width <= 64 && (t->flags & GPH_TYPE_INDEPENDENT))
            good = stays_in_channel(c, width, 0) && stays_in_channel(c, width, width / 2);
        if (!good)
            return;
    }
}

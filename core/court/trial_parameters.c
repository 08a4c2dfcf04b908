/* What the parameters do: their ends, jumps, moves, and whether a smooth one is followed. [control] */
#include "trial.h"

#include <string.h>

static void
try_moves(const trial_case *c)
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

/* What was there before the ramp lets a delay sound, however its time moves. */
enum { BEFORE = 4 * GPH_MAX_FRAMES, RAMP = GPH_MAX_FRAMES, AFTER = GPH_MAX_FRAMES, EARLY = 80 };

/* Whether two differ between two frames. */
static bool
differ(const stage_take *a, const stage_take *b, uint32_t from, uint32_t until)
{
    for (uint32_t p = 0; p < a->n_out; p++)
        for (uint32_t c = 0; c < a->out[p]; c++)
            if (memcmp(a->samples[p][c] + from, b->samples[p][c] + from,
                       (until - from) * sizeof(float)) != 0)
                return true;
    return false;
}

/* Whether one that is ramped is taken to be at the ramp's end when it has hardly begun: all sounds as if it jumped, and
 * otherwise than if it stayed. Of the ways not to follow a ramp it is one that nobody can want. */
static bool
jumps(const trial_case *c, const stage_take *still, curves_way way)
{
    stage_ask ask = trial_ask(c, BEFORE + RAMP + AFTER);
    stage_take ramped = {0}, jumped = {0};
    ask.way = &way;
    bool found = trial_play(&ask, &ramped);
    way.length = 1;
    found = found && trial_play(&ask, &jumped) && !differ(&ramped, &jumped, 0, ask.frames) &&
            differ(&ramped, still, BEFORE, BEFORE + EARLY);
    stage_take_finish(&ramped);
    stage_take_finish(&jumped);
    return found;
}

static void
try_ramps(const trial_case *c)
{
    const stage_ask ask = trial_ask(c, BEFORE + RAMP + AFTER);
    stage_take still;
    stage *s = stage_open(&ask, &still);
    if (still.status >= 0)
        stage_play(s, &still);
    const gph_type *type = stage_type(s);
    for (uint32_t n = 0; still.n_out > 0 && n < type->n_params && !verdict_has_failed(); n++)
        for (curves_mode to = CURVES_LEAST; to <= CURVES_GREATEST; to++)
            if (curves_is_smooth(&type->params[n]) && !verdict_has_failed() &&
                jumps(c, &still, (curves_way){n, to, BEFORE, RAMP}))
                verdict_fail("jumps to the end of a ramp of parameter '%s' at once; `ramp` has a "
                             "value for each frame",
                             type->params[n].name);
    stage_close(s);
    stage_take_finish(&still);
}

void
trial_parameters(const trial_case *c)
{
    try_moves(c);
    if (!verdict_has_failed())
        try_ramps(c);
}

/* What the tests share. [control] */
#include "trial.h"

#include <math.h>
#include <string.h>

stage_ask
trial_ask(const trial_case *c, uint32_t frames)
{
    return (stage_ask){.type = c->type,
                       .sets = c->sets,
                       .rate = 48000,
                       .width = 2,
                       .frames = frames,
                       .seed = c->seed};
}

bool
trial_play(const stage_ask *ask, stage_take *take)
{
    stage_run(ask, take);
    if (take->status >= 0 && take->status <= GPH_DONE)
        return !verdict_has_failed();
    if (take->status > 0)
        verdict_fail("%s gives %d, which is no status", take->where, take->status);
    else
        verdict_fail("%s fails with %d though nothing is in its way%s%s; --set KEY=VALUE gives it "
                     "other settings",
                     take->where, take->status, take->why[0] ? ": " : "", take->why);
    return false;
}

bool
trial_same(const stage_take *a, const stage_take *b, const char *what)
{
    for (uint32_t p = 0; p < a->n_out; p++)
        for (uint32_t c = 0; c < a->out[p]; c++)
            for (uint32_t f = 0; f < a->frames; f++)
                if (memcmp(&a->samples[p][c][f], &b->samples[p][c][f], sizeof(float)) != 0) {
                    verdict_fail("%s: output '%s', channel %u, frame %u is %.9g, was %.9g", what,
                                 a->names[p], c + 1, f, (double)b->samples[p][c][f],
                                 (double)a->samples[p][c][f]);
                    return false;
                }
    if (a->n_events != b->n_events || a->events != b->events) {
        verdict_fail("%s: it gives other triggers, or at other frames (%u, were %u)", what,
                     b->n_events, a->n_events);
        return false;
    }
    return true;
}

bool
trial_finite(const stage_take *take, uint32_t from, const char *what)
{
    for (uint32_t p = 0; p < take->n_out; p++)
        for (uint32_t c = 0; c < take->out[p]; c++)
            for (uint32_t f = from; f < take->frames; f++)
                if (!isfinite(take->samples[p][c][f])) {
                    verdict_fail("%s: output '%s', channel %u, frame %u is %g", what,
                                 take->names[p], c + 1, f, (double)take->samples[p][c][f]);
                    return false;
                }
    return true;
}

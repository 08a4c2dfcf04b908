/* Services that do not do as one would wish: tables that move, queues that are full, a disk that fails. [control] */
#include "trial.h"

void
trial_services(const trial_case *c)
{
    static const struct {
        uint32_t trouble;
        const char *what;
    } troubles[] = {{FAKES_SWAP, "tables that move between blocks"},
                    {FAKES_FULL, "full queues"},
                    {FAKES_DISK, "a disk that fails"},
                    {FAKES_SLOW, "a disk that is slow"},
                    {FAKES_CLOSE, "a disk that fails at the end of a take"}};
    static const uint32_t blocks[] = {64, 256, 17, 1000};
    for (size_t t = 0; t < sizeof troubles / sizeof *troubles; t++)
        for (uint32_t round = 0; round < 4; round++) {
            stage_ask ask = trial_ask(c, 24000);
            stage_take take;
            ask.trouble = troubles[t].trouble;
            ask.seed = c->seed + round;
            ask.flags = STAGE_GUARD | STAGE_EVENTS;
            ask.mode = round % 2 ? CURVES_MOVING : CURVES_STILL;
            ask.blocks = blocks;
            ask.n_blocks = 4;
            const bool good = trial_play(&ask, &take) && trial_finite(&take, 0, troubles[t].what);
            stage_take_finish(&take);
            if (!good)
                return;
        }
    /* What cannot be opened is an error of configure, or of activate, and destroy comes after it. */
    stage_ask ask = trial_ask(c, 100);
    stage_take take;
    ask.trouble = FAKES_NO_STREAM;
    stage *s = stage_open(&ask, &take);
    if (take.status >= 0 && stage_uses_services(s))
        verdict_fail("configure() goes on though its stream or table could not be opened");
    stage_close(s);
}

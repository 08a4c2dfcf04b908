/* Real time: what an audio thread must not do, as the guard sees it. [control] */
#include "trial.h"

#include "guarded.h"
#include "memory_lock.h"
#include "sanitized.h"

#include <string.h>

enum { CALLS = 4, KERNEL = 5, USAGE = 6 };

static void
tell_call(void *user, const char *name, uint64_t count, const char *place)
{
    (void)user;
    verdict_fail("process() calls %s(), %llu times%s%s", name, (unsigned long long)count,
                 *place ? ", first from " : "", place);
}

static void
tell_usage(void *user, const char *name, uint64_t count, const char *place)
{
    (void)user;
    (void)place;
    const bool is_fault = strcmp(name, "page-fault") == 0;
    if (is_fault && !*(const bool *)user)
        return; /* the memory could not be locked: what the runtime would have done is missing */
    if (is_fault)
        verdict_fail(
            "process() makes %llu page faults: it touches memory that was not there when it began, "
            "such as a deep stack",
            (unsigned long long)count);
    else
        verdict_fail("process() waits, %llu times", (unsigned long long)count);
}

static void
tell_kernel(void *user, const char *name, uint64_t count, const char *place)
{
    (void)user;
    const char *call = strchr(name, ':');
    verdict_fail("process() enters the kernel (%s), %llu times%s%s", call ? call + 1 : name,
                 (unsigned long long)count, *place ? ", first from " : "", place);
}

/* Everything moves, in blocks of several sizes. Whether it could be judged. */
static bool
judge(const trial_case *c)
{
    static const uint32_t blocks[] = {64, 1, 17, 256, 64, 1000};
    if (sanitized_by()) {
        verdict_skip("%s, which the module is built with, stands where the guard would",
                     sanitized_by());
        return false;
    }
    if (!c->guarded) {
        verdict_skip("the guard is not installed, or cannot be loaded before the program");
        return false;
    }
    /* The first time code and libraries are touched is not the module's. */
    for (uint32_t round = 0; round < 2; round++) {
        stage_ask ask = trial_ask(c, round == 0 ? 4000 : 48000);
        stage_take take;
        ask.mode = CURVES_MOVING;
        ask.flags = STAGE_EVENTS | STAGE_JUDGE;
        ask.blocks = blocks;
        ask.n_blocks = 6;
        const bool good = trial_play(&ask, &take);
        stage_take_finish(&take);
        if (!good)
            return false;
    }
    return true;
}

void
trial_realtime(const trial_case *c)
{
    if (!judge(c))
        return;
    guarded_each(CALLS, tell_call, NULL);
    bool locked = memory_is_locked();
    if (!guarded_each(USAGE, tell_usage, &locked))
        verdict_leave_out("page faults, and waits that no import shows");
}

void
trial_kernel(const trial_case *c)
{
    if (judge(c) && !guarded_each(KERNEL, tell_kernel, NULL))
        verdict_skip("this machine cannot trap entries to the kernel (Linux 5.11 on x86-64 can)");
}

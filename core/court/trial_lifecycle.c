/* Made and unmade, again and again, and with memory that runs out. [control] */
#include "trial.h"

#include "census.h"
#include "guarded.h"
#include "sanitized.h"

enum { ROUNDS = 1000, ACTIVE_ROUNDS = 50, RESTARTS = 2, MOST_FAILURES = 300 };

static void
create_and_destroy(const trial_case *c)
{
    stage_ask ask = trial_ask(c, 64);
    long pieces = 0;
    for (uint32_t n = 0; n < ROUNDS; n++) {
        stage_take take;
        stage *s = stage_open(&ask, &take);
        stage_close(s);
        stage_take_finish(&take);
        if (n == 10)
            pieces = guarded_pieces();
    }
    const long more = guarded_pieces() - pieces;
    if (more >= ROUNDS / 2)
        verdict_fail(
            "loses memory: %ld pieces in %d rounds of create, activate, deactivate, destroy", more,
            ROUNDS - 11);
}

static void
play_again(const trial_case *c)
{
    const stage_ask ask = trial_ask(c, 300);
    stage_take first, take;
    if (!trial_play(&ask, &first))
        return;
    for (uint32_t n = 0; n < ACTIVE_ROUNDS; n++) {
        if (!trial_play(&ask, &take))
            return;
        if (!(c->type->type.flags & GPH_TYPE_VARIES) &&
            !trial_same(&first, &take, "a new instance is not as the one before"))
            n = ACTIVE_ROUNDS;
        stage_take_finish(&take);
    }
    stage_take_finish(&first);
}

/* One that is activated again is as it was the first time. */
static void
play_restarted(const trial_case *c)
{
    const stage_ask ask = trial_ask(c, 300);
    stage_take first, take = {0};
    stage *s = stage_open(&ask, &first);
    if (first.status >= 0)
        stage_play(s, &first);
    for (uint32_t n = 0; first.status >= 0 && n < RESTARTS && !verdict_has_failed(); n++) {
        stage_restart(s, &take);
        if (take.status >= 0)
            stage_play(s, &take);
        if (take.status < 0)
            verdict_fail("deactivated and activated again, %s fails with %d", take.where,
                         take.status);
        else if (!(c->type->type.flags & GPH_TYPE_VARIES))
            trial_same(&first, &take, "deactivated and activated again it is another");
        stage_take_finish(&take);
    }
    stage_close(s);
    stage_take_finish(&first);
}

/* Two at once, in turns, are what each is alone. */
static void
play_two(const trial_case *c)
{
    stage_ask ask = trial_ask(c, 300);
    stage_take alone, one, two;
    if ((c->type->type.flags & GPH_TYPE_VARIES) || !trial_play(&ask, &alone))
        return;
    stage *a = stage_open(&ask, &one);
    stage_ask other = ask;
    other.seed += 5;
    other.mode = CURVES_MOVING;
    stage *b = stage_open(&other, &two);
    if (a && b && one.status >= 0 && two.status >= 0) {
        stage_play(b, &two);
        stage_play(a, &one);
        trial_same(&alone, &one, "beside a second instance it is another");
    }
    stage_close(a);
    stage_close(b);
    stage_take_finish(&one);
    stage_take_finish(&two);
    stage_take_finish(&alone);
}

/* The n-th allocation of create, configure and activate fails, for each n: an error, no crash, nothing lost. */
static void
fail_each_allocation(const trial_case *c)
{
    const stage_ask ask = trial_ask(c, 64);
    for (long n = 1; n < MOST_FAILURES; n++) {
        stage_take take;
        const long before = guarded_pieces();
        guarded_fail_allocation(0);
        stage *s = stage_open_failing(&ask, &take, n);
        const bool came_to_it = stage_failing_came(s);
        const gph_status status = take.status;
        const char *where = take.where;
        stage_close(s);
        if (came_to_it && status >= 0)
            verdict_fail("goes on as if allocation %ld had not failed", n);
        if (guarded_pieces() > before)
            verdict_fail("loses memory when allocation %ld fails (in %s)", n, where);
        if (!came_to_it || verdict_has_failed())
            return;
    }
}

void
trial_lifecycle(const trial_case *c)
{
    const uint32_t threads = census_threads();
    const uint32_t files = census_files();
    play_again(c);
    if (verdict_has_failed())
        return;
    create_and_destroy(c);
    play_restarted(c);
    play_two(c);
    if (c->guarded)
        fail_each_allocation(c);
    else if (sanitized_by())
        verdict_leave_out(
            "memory that is lost or runs out, as a sanitizer stands where the guard would");
    if (census_threads() > threads)
        verdict_fail("leaves %u threads running after destroy()", census_threads() - threads);
    if (census_files() > files)
        verdict_fail("leaves %u files open after destroy()", census_files() - files);
}

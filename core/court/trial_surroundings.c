/* What a module must leave as it was, and what others do beside it. [control] */
#include "trial.h"

#include "census.h"
#include "crowd.h"
#include "sanitized.h"

#include <stdlib.h>

static void
tell(const char *what)
{
    verdict_fail("changes %s", what);
}

enum { CROWD = 4, TURNS = 10 };

/* An instance that was made on this thread, as the control thread makes all. */
typedef struct guest {
    const trial_case *c;
    stage *s;
    stage_take take;
} guest;

static void
play_guest(void *user)
{
    guest *g = user;
    stage_play(g->s, &g->take);
}

/* CROWD instances of the same question, made here; whether all could be. Close them, whatever is returned. */
static bool
open_crowd(const stage_ask *ask, guest *guests)
{
    bool good = true;
    for (uint32_t g = 0; g < CROWD; g++) {
        guests[g] = (guest){0};
        guests[g].s = stage_open(ask, &guests[g].take);
        good = good && guests[g].take.status >= 0;
    }
    return good;
}

static void
close_crowd(guest *guests)
{
    for (uint32_t g = 0; g < CROWD; g++) {
        stage_close(guests[g].s);
        stage_take_finish(&guests[g].take);
    }
}

static void
compare_crowd(const stage_take *alone, const guest *guests)
{
    for (uint32_t g = 0; g < CROWD; g++)
        if (guests[g].take.status < 0 || guests[g].take.events != alone->events)
            verdict_fail("beside others on other threads it fails or gives other triggers");
        else
            trial_same(alone, &guests[g].take, "beside others on other threads it is another");
}

/* As in a rig: made and activated by one thread, played by another. Finish the take, whatever is returned. */
static bool
play_elsewhere(const stage_ask *ask, stage_take *take)
{
    guest g = {0};
    g.s = stage_open(ask, &g.take);
    const bool played = g.take.status >= 0 && crowd_run(1, play_guest, &g, sizeof g);
    stage_close(g.s);
    *take = g.take;
    return played && take->status >= 0;
}

/* N at once, each played by its own thread, are what one is. */
static void
play_crowd(const trial_case *c)
{
    const stage_ask ask = trial_ask(c, 2000);
    stage_take alone;
    const bool played = play_elsewhere(&ask, &alone);
    for (uint32_t turn = 0; turn < TURNS && played && !verdict_has_failed(); turn++) {
        guest guests[CROWD];
        if (!open_crowd(&ask, guests))
            verdict_fail("beside others of its type it fails");
        else if (crowd_run(CROWD, play_guest, guests, sizeof guests[0]))
            compare_crowd(&alone, guests);
        else
            verdict_skip("threads cannot be made here");
        close_crowd(guests);
    }
    stage_take_finish(&alone);
}

static void
compare_threads(const trial_case *c)
{
    const stage_ask ask = trial_ask(c, 2000);
    stage_take here = {0}, elsewhere = {0};
    if (trial_play(&ask, &here) && play_elsewhere(&ask, &elsewhere))
        trial_same(&here, &elsewhere, "played by another thread than activated it, it is another");
    stage_take_finish(&here);
    stage_take_finish(&elsewhere);
}

/* One of a rig: played on a thread of its own, or, without a stage yet, made and taken down meanwhile, as the control
 * thread does. */
static void
play_or_make(void *user)
{
    guest *g = user;
    if (g->s) {
        play_guest(g);
        return;
    }
    const stage_ask ask = trial_ask(g->c, 64);
    stage_close(stage_open(&ask, &g->take));
}

/* As in a rig whose patch changes: instances that one thread has made play on threads of their own, while one more comes
 * and goes. Nothing but their beginning and their end brings them into an order, so that a sanitizer sees what they
 * share even if they never met in time. */
static void
play_rig(const trial_case *c)
{
    stage_ask ask = trial_ask(c, 2000);
    guest guests[CROWD + 1];
    ask.mode = CURVES_MOVING;
    ask.flags = STAGE_EVENTS;
    guests[CROWD] = (guest){.c = c};
    if (!open_crowd(&ask, guests))
        verdict_fail("beside others of its type it fails");
    else if (!crowd_run(CROWD + 1, play_or_make, guests, sizeof guests[0]))
        verdict_skip("threads cannot be made here");
    close_crowd(guests);
    stage_take_finish(&guests[CROWD].take);
}

void
trial_surroundings(const trial_case *c)
{
    stage_ask ask = trial_ask(c, 3000);
    stage_take take;
    ask.mode = CURVES_MOVING;
    ask.flags = STAGE_EVENTS;
    census *before = census_take();
    if (trial_play(&ask, &take))
        census_compare(before, tell);
    stage_take_finish(&take);
    census_free(before);
    const bool varies = (c->type->type.flags & GPH_TYPE_VARIES) != 0;
    if (!verdict_has_failed() && sanitized_sees_threads())
        play_rig(c);
    else if (!verdict_has_failed() && !varies)
        play_crowd(c);
    if (!verdict_has_failed() && !varies)
        compare_threads(c);
}

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

/* One of a crowd: each plays its own instances, all of the same question. */
typedef struct member {
    const trial_case *c;
    const stage_take *alone;
    stage_take take;
    bool same;
} member;

static void
play_in_crowd(void *user)
{
    member *m = user;
    const stage_ask ask = trial_ask(m->c, 2000);
    stage_run(&ask, &m->take);
    m->same = m->take.status >= 0 && m->take.events == m->alone->events;
}

/* N at once, each on its own thread, are what one is. */
static void
play_crowd(const trial_case *c)
{
    const stage_ask ask = trial_ask(c, 2000);
    stage_take alone;
    if ((c->type->type.flags & GPH_TYPE_VARIES) || !trial_play(&ask, &alone))
        return;
    for (uint32_t turn = 0; turn < TURNS && !verdict_has_failed(); turn++) {
        member members[CROWD];
        for (uint32_t m = 0; m < CROWD; m++)
            members[m] = (member){.c = c, .alone = &alone};
        if (!crowd_run(CROWD, play_in_crowd, members, sizeof members[0])) {
            verdict_skip("threads cannot be made here");
            break;
        }
        for (uint32_t m = 0; m < CROWD; m++) {
            if (!members[m].same)
                verdict_fail("beside others on other threads it fails or gives other triggers");
            else
                trial_same(&alone, &members[m].take,
                           "beside others on other threads it is another");
            stage_take_finish(&members[m].take);
        }
    }
    stage_take_finish(&alone);
}

/* One that was made on this thread. */
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

/* As in a rig: made and activated by one thread, played by another. */
static void
play_elsewhere(const trial_case *c)
{
    const stage_ask ask = trial_ask(c, 2000);
    stage_take alone;
    guest g;
    if ((c->type->type.flags & GPH_TYPE_VARIES) || !trial_play(&ask, &alone))
        return;
    g.s = stage_open(&ask, &g.take);
    if (g.take.status >= 0 && crowd_run(1, play_guest, &g, sizeof g))
        trial_same(&alone, &g.take, "played by another thread than activated it, it is another");
    stage_close(g.s);
    stage_take_finish(&g.take);
    stage_take_finish(&alone);
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
    bool good = true;
    ask.mode = CURVES_MOVING;
    ask.flags = STAGE_EVENTS;
    for (uint32_t g = 0; g <= CROWD; g++) {
        guests[g] = (guest){.c = c};
        if (g < CROWD)
            guests[g].s = stage_open(&ask, &guests[g].take);
        good = good && guests[g].take.status >= 0;
    }
    if (!good)
        verdict_fail("beside others of its type it fails");
    else if (!crowd_run(CROWD + 1, play_or_make, guests, sizeof guests[0]))
        verdict_skip("threads cannot be made here");
    for (uint32_t g = 0; g <= CROWD; g++) {
        stage_close(guests[g].s);
        stage_take_finish(&guests[g].take);
    }
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
    if (!verdict_has_failed() && sanitized_sees_threads())
        play_rig(c);
    else if (!verdict_has_failed())
        play_crowd(c);
    if (!verdict_has_failed())
        play_elsewhere(c);
}

/* What a module must leave as it was, and what others do beside it. [control] */
#include "trial.h"

#include "census.h"
#include "crowd.h"

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
    if (!verdict_has_failed())
        play_crowd(c);
    if (!verdict_has_failed())
        play_elsewhere(c);
}

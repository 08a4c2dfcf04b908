/* Looks whether the audio thread hangs in a node. [control] */
#include "run_state.h"
#include "run_watch.h"

/* More than this between two looks is not counted: nobody knows what was in between. */
enum { LOOK_NS = 100000000 };

gph_status
gph_run_watch(gph_run *run, gph_watch **watch)
{
    gph_watch_owner owner = gph_run_watch_owner;
    owner.user = run;
    gph_status status = gph_watch_new(&owner, watch);
    run->watch = *watch;
    return status;
}

void
gph_run_unwatch(gph_run *run)
{
    run->watch = NULL;
}

int64_t
gph_run_patience_ns(const gph_run *run, uint32_t frames)
{
    double cycles = GPH_RUN_HANG_CYCLES * 1e9 * frames / run->rate;
    return cycles > GPH_RUN_HANG_NS ? (int64_t)cycles : GPH_RUN_HANG_NS;
}

bool
gph_run_is_inside(const gph_run *run)
{
    return atomic_load_explicit(&run->entered, memory_order_acquire) & 1;
}

static int64_t
passed(int64_t from, int64_t to)
{
    int64_t ns = from < 0 || to < from ? 0 : to - from;
    return ns < LOOK_NS ? ns : LOOK_NS;
}

bool
gph_run_look(gph_run *run, const gph_run_sight *sight)
{
    struct gph_run_look *look = &run->look;
    uint32_t entered = atomic_load_explicit(&run->entered, memory_order_acquire);
    bool same = (entered & 1) && entered == look->entered;
    look->busy_ns = same ? look->busy_ns + passed(look->cpu_ns, sight->cpu_ns) : 0;
    look->asleep_ns =
        same && sight->sleeps ? look->asleep_ns + passed(look->at_ns, sight->now_ns) : 0;
    look->entered = entered;
    look->cpu_ns = sight->cpu_ns;
    look->at_ns = sight->now_ns;
    uint32_t frames = atomic_load_explicit(&run->shared.cycle_frames, memory_order_relaxed);
    int64_t patience = gph_run_patience_ns(run, frames);
    int64_t asleep = patience > GPH_RUN_ASLEEP_NS ? patience : GPH_RUN_ASLEEP_NS;
    if (!run->watch || (look->busy_ns < patience && look->asleep_ns < asleep))
        return false;
    gph_watch_cut(run->watch, entered);
    return true;
}

bool
gph_run_next_cut(const gph_run *run, uint32_t *at, uint32_t *node, uint32_t *copy)
{
    while (*at < run->n_steps) {
        const gph_run_step *step = &run->steps[(*at)++];
        if (atomic_load_explicit(&step->muted_why, memory_order_acquire) != GPH_NOTICE_CUT)
            continue;
        *node = step->node;
        *copy = step->copy;
        return true;
    }
    return false;
}

/* A run that is watched: nodes that do not return are cut, crashes are named. [control]
 *
 * Two ways lead to a cut. The system signals a real-time thread that has run for too long without a pause; this needs
 * nobody. And the control thread looks: a thread that has spent GPH_RUN_HANG_NS of its own time and GPH_RUN_HANG_CYCLES
 * cycles in one call of a module hangs; one that sleeps in one for GPH_RUN_ASLEEP_NS
 * waits for what will not come. Time of the thread and sleep, because a machine that is busy with something else, or a
 * process that was stopped, is no fault of a module. */
#ifndef GPH_RUN_RUN_WATCH_H
#define GPH_RUN_RUN_WATCH_H

#include "../platform/watch.h"
#include "run.h"

/* A watch for `run`, which knows it from then on. No cycle is running. */
gph_status gph_run_watch(gph_run *run, gph_watch **watch);
/* The run is not watched any more. No cycle is running. */
void gph_run_unwatch(gph_run *run);

/* What the control thread has seen of the audio thread. */
typedef struct gph_run_sight {
    int64_t now_ns; /* of a clock that never jumps */
    int64_t cpu_ns; /* time of the thread; below 0: not known */
    bool sleeps;    /* it waits for something, and not for a processor */
} gph_run_sight;

/* Cuts what hangs; whether there was something to cut. */
bool gph_run_look(gph_run *run, const gph_run_sight *sight);
/* Whether the audio thread is in a module. */
bool gph_run_is_inside(const gph_run *run);
/* How long a call may take, in nanoseconds, with cycles of so many frames. */
int64_t gph_run_patience_ns(const gph_run *run, uint32_t frames);

/* The next instance that was cut, *at from 0; false: there are no more. It must never be touched again. */
bool gph_run_next_cut(const gph_run *run, uint32_t *at, uint32_t *node, uint32_t *copy);

/* What gph_watch_new gets, but for its user. */
extern const gph_watch_owner gph_run_watch_owner;

#endif

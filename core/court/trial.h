/* The tests of the court: each is one function, and runs in a process of its own. [control] */
#ifndef GPH_COURT_TRIAL_H
#define GPH_COURT_TRIAL_H

#include "stage.h"
#include "verdict.h"

/* What is tried. */
typedef struct trial_case {
    const gph_module_info *module;
    const gph_type_info *type;
    const char *const *sets;
    uint32_t seed;
    bool guarded; /* the guard is there */
} trial_case;

typedef void trial(const trial_case *c);

trial trial_file, trial_descriptor;             /* trial_file_SYSTEM.c, trial_descriptor.c */
trial trial_lifecycle;                          /* trial_lifecycle.c */
trial trial_memory, trial_blocks, trial_widths; /* trial_buffers.c */
trial trial_signals, trial_parameters;          /* trial_signals.c, trial_parameters.c */
trial trial_realtime, trial_kernel;             /* trial_realtime.c */
trial trial_surroundings;                       /* trial_surroundings.c */
trial trial_services, trial_claims;             /* trial_services.c, trial_claims.c */

/* A question that most begin with: 48 kHz, two channels, nothing special. */
stage_ask trial_ask(const trial_case *c, uint32_t frames);
/* Plays it; a call that fails is told, as nothing was in its way. Whether all went well. */
bool trial_play(const stage_ask *ask, stage_take *take);
/* Whether the two are the same to the bit; else where they differ is told, with `what` before it. */
bool trial_same(const stage_take *a, const stage_take *b, const char *what);
/* Whether all samples from a frame on are finite; else the first that is not is told. */
bool trial_finite(const stage_take *take, uint32_t from, const char *what);

#endif

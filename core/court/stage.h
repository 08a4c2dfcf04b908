/* One instance on its own: set up, played in blocks, taken down, as the runtime would. [control] */
#ifndef GPH_COURT_STAGE_H
#define GPH_COURT_STAGE_H

#include "../graph/catalog.h"
#include "curves.h"
#include "fakes.h"

enum { STAGE_PORTS = 8, STAGE_MAX_WIDTH = 64 };

#define STAGE_GUARD                                                                                \
    (1u << 0) /* inputs are read-only, outputs must be written, nothing before them may be */
#define STAGE_IN_PLACE                                                                             \
    (1u << 1) /* outputs are their inputs' memory, where type and widths allow it */
#define STAGE_NO_HINT (1u << 2) /* GPH_VALUE_CONSTANT is never set */
#define STAGE_SPLIT   (1u << 3) /* split at events for every type */
#define STAGE_EVENTS                                                                               \
    (1u << 4) /* triggers are sent, by `seed`; at the first and the last frame too */
#define STAGE_AGAIN   (1u << 5) /* played, reset, and played again: the take is of the second time */
#define STAGE_JUDGE   (1u << 6) /* process is an audio thread to the guard */
#define STAGE_UNWIRED (1u << 7) /* optional inputs are not wired */

typedef struct stage_ask stage_ask;
/* What comes in: input port, channel, frame. */
typedef float stage_signal(const stage_ask *ask, uint32_t port, uint32_t channel, uint32_t frame);

struct stage_ask {
    const gph_type_info *type;
    const char *const *sets; /* KEY=VALUE of settings, ended by NULL; or NULL */
    double rate;
    uint32_t width; /* of every input and every output that may choose, as far as its bounds go */
    uint32_t frames;
    uint32_t flags; /* STAGE_* */
    uint32_t seed;
    curves_mode mode;
    const uint32_t *blocks; /* again and again; NULL: as large as may be */
    uint32_t n_blocks;
    stage_signal *signal;  /* NULL: noise */
    uint32_t channel;      /* for signals that are of one channel */
    uint32_t trouble;      /* FAKES_* */
    const curves_way *way; /* of one parameter, in mode STILL; or NULL */
    int64_t *
        shortest; /* where each call of process() has its nanoseconds, if it took fewer than are there; or NULL */
    uint32_t n_shortest;
};

/* What came out. */
typedef struct stage_take {
    gph_status status; /* of the first call that failed; else of the last process */
    const char *where; /* that call */
    char why[512];     /* as the module wrote it */
    uint32_t latency;
    int64_t tail;
    uint32_t frames, n_in, n_out;
    uint32_t in[STAGE_PORTS], out[STAGE_PORTS]; /* widths */
    const char *names[STAGE_PORTS];             /* of output ports */
    float **samples[STAGE_PORTS];               /* [output port][channel][frame] */
    uint32_t n_events;                          /* given triggers */
    uint64_t events;                            /* a digest of them */
} stage_take;

typedef struct stage stage;

/* Created, configured and active; or, with take->status below 0, as far as it came. */
stage *stage_open(const stage_ask *ask, stage_take *take);
/* The same, while the n-th allocation that the module makes meanwhile fails; whether it came to that. */
stage *stage_open_failing(const stage_ask *ask, stage_take *take, long fails_at);
bool stage_failing_came(const stage *s);
/* Plays ask->frames into the take. */
void stage_play(stage *s, stage_take *take);
/* As a module that asked for it, or a rig that was changed: deactivated, configured and activated once more. */
void stage_restart(stage *s, stage_take *take);
/* Deactivated if it is active, and destroyed. NULL is fine. */
void stage_close(stage *s);

/* All of it. The caller frees what it finishes. */
void stage_run(const stage_ask *ask, stage_take *take);
void stage_take_finish(stage_take *take);

/* Whether an instance has asked for a table, a stream or the worker. */
bool stage_uses_services(const stage *s);
/* Its ports, parameters and meters, as describe gave them. */
const gph_type *stage_type(const stage *s);
/* Whether a type has an input. */
bool stage_has_input(const gph_type_info *type);

#endif

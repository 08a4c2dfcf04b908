/* All that the audio thread owns while a plan runs. Made by run_setup.c on the control thread, then
 * touched by the audio thread alone, but for what is marked atomic. [audio]
 *
 * Times in frames are absolute: frames since the start of the run, lost ones included. */
#ifndef GPH_RUN_RUN_STATE_H
#define GPH_RUN_RUN_STATE_H

#include "../graph/plan.h"
#include "../platform/watch.h"
#include "limits.h"
#include "messages.h"
#include "queue.h"
#include "runtime.h"

#include <graphophone/host.h>

#include <stdatomic.h>

typedef struct gph_run gph_run;
typedef struct gph_run_step gph_run_step;

/* One item of a parameter on its way. Values are those that process sees: GAIN is linear. */
typedef struct gph_run_item {
    float from, to;
    int64_t start;        /* first frame of the ramp */
    float *curve;         /* one value a frame; flat at `to` while the item rests */
    bool moving;          /* the ramp has not come to its end, or the curve is not yet flat again */
    _Atomic float target; /* base unit, for people */
} gph_run_item;

typedef struct gph_run_param {
    const gph_graph_param *info;
    gph_run_item *items;  /* info->n_items */
    const float **curves; /* likewise: what the gph_value of all copies point into */
    uint32_t node;
    uint32_t index;    /* among the parameters of the node */
    uint32_t n_moving; /* items on their way */
    uint32_t filled;   /* frames of this block that the moving curves have */
    bool listed;       /* in run->moving */
} gph_run_param;

/* A channel pointer that changes with each block: cycle->in[channel]. */
typedef struct gph_run_patch {
    const float **where;
    uint32_t channel;
} gph_run_patch;

typedef struct gph_run_term {
    const float *const *from; /* the slot's pointer */
    float gain;
} gph_run_term;

typedef struct gph_run_mix {
    float *to;
    const gph_run_term *terms;
    uint32_t n_terms;
} gph_run_mix;

/* A delay line of a FEEDBACK node. */
typedef struct gph_run_line {
    float *frames; /* n_channels x length */
    uint32_t n_channels;
    uint32_t length; /* frames of delay */
    uint32_t at;     /* frame of the present block */
} gph_run_line;

enum gph_run_health {
    GPH_RUN_WELL,
    GPH_RUN_SILENCED, /* never called again: outputs are zero */
    GPH_RUN_BYPASSED, /* never called again: outputs are the first input */
    GPH_RUN_RESTING   /* not called until it resumes: outputs are zero */
};

struct gph_run_step {
    gph_status(GPH_CALL *process)(gph_node *node, const gph_io *io) GPH_AUDIO;
    void(GPH_CALL *reset)(gph_node *node) GPH_AUDIO; /* or NULL */
    gph_node *instance;
    gph_io io;           /* pointers are those of frame 0 of a block, between calls */
    uint32_t kind;       /* GPH_STEP_* of the plan */
    uint32_t type_flags; /* GPH_TYPE_* */
    uint32_t health;     /* enum gph_run_health */
    uint32_t n_mixes;
    const gph_run_mix *mixes;

    /* All channel pointers of the step, inputs then outputs: io.in[..].ch and io.out[..].ch point
     * into these. */
    const float **in_ch;
    float **out_ch;
    const float **in_home; /* `scans`: in_ch as it is without scrubbing */
    uint32_t n_in_ch;
    uint32_t n_out_ch;
    gph_out *outs; /* io.out */
    uint32_t n_outs;
    uint32_t n_first_in; /* channels of the first input port */

    gph_value *values;            /* io.params */
    const uint32_t *values_first; /* item of each parameter that is the copy's first */
    uint32_t n_params;

    /* Events of this block, sorted by frame; and those for the next one. */
    gph_event *events;
    gph_event *late;
    uint32_t n_events;
    uint32_t n_late;
    uint32_t events_capacity; /* 0: the step takes none */

    /* The call that is running. */
    uint32_t offset; /* of the call in the block */
    uint32_t frames; /* of the call */
    uint32_t n_emitted;
    bool running;
    bool scans;     /* inputs are scrubbed before the call: it writes a table */
    bool bare;      /* no stream, worker or table wants anything between blocks */
    bool reset_due; /* before the next call */

    /* A player: a source that gives `done`. */
    bool is_player;
    bool done;           /* its last call returned GPH_DONE */
    uint32_t done_index; /* of the trigger */
    int64_t done_at;     /* frame behind the last one that it played */

    /* OUTPUT: host channel of each channel, and whether nobody has written it before in a block. */
    const uint32_t *host_channels;
    const bool *first_writer;
    gph_run_line *line;          /* FEEDBACK */
    struct gph_table_desk *desk; /* TABLE; NULL: it has none */
    float *scrub; /* n_in_ch x limit, for inputs that are not finite: `scans`, OUTPUT */
    gph_node_runtime *runtime;
    const gph_plan_edge *edges;
    uint32_t n_edges;
    uint32_t node; /* of the graph */
    uint32_t copy;
    int64_t not_finite_at;      /* frame at which it was reset for NaN; INT64_MIN: never */
    _Atomic uint64_t ticks;     /* time in it since the start, where it was measured */
    _Atomic uint64_t calls;     /* blocks in `ticks` */
    _Atomic uint64_t ticks_max; /* longest of them */
    _Atomic uint32_t slowest;   /* late cycles in which it took longest of all */
    _Atomic bool rests;         /* it is RESTING: the control thread has its instance */
    _Atomic uint32_t muted_why; /* GPH_NOTICE_*, once its health is gone; it is set last */
    _Atomic int64_t muted_at;   /* frame */
    _Atomic uint32_t resets;    /* for NaN or Inf */
};

/* Something at a frame of this cycle. */
typedef struct gph_run_action {
    int64_t frame;
    uint32_t kind; /* GPH_COMMAND_* */
    uint32_t node;
    uint32_t index;
    uint32_t n_items;      /* of `items`; 0: `item` alone */
    const uint32_t *items; /* of a binding */
    uint32_t item;         /* or GPH_RUN_ALL_ITEMS */
    float value;
} gph_run_action;

/* A binding that the audio thread looks after: MIDI and times. */
typedef struct gph_run_binding {
    const gph_graph_binding *info;
    int64_t next; /* AT, EVERY: frame at which it happens; INT64_MAX: never again */
    bool held;    /* MIDI_CC of a trigger: it was at 64 or above */
} gph_run_binding;

/* What the control thread reads while the run goes on. */
typedef struct gph_run_shared {
    _Atomic int64_t frame;     /* first frame that has not been processed */
    _Atomic int64_t end_frame; /* first frame not wanted; INT64_MAX: not known */
    _Atomic bool ended;
    _Atomic bool failed; /* a node ended the run */
    _Atomic uint64_t cycles;
    _Atomic uint64_t cycle_ticks_max;
    _Atomic uint64_t dropped;    /* triggers and messages that found no room */
    _Atomic uint64_t moved;      /* triggers that came early, beyond the eighth split */
    _Atomic uint64_t not_finite; /* samples zeroed */
    _Atomic uint64_t muted;
    _Atomic uint64_t lost;                        /* frames lost by the host */
    _Atomic uint64_t late;                        /* cycles that took longer than their frames */
    _Atomic uint32_t cycle_frames;                /* of the last cycle */
    _Atomic uint32_t times[GPH_RUN_TIME_BUCKETS]; /* histogram of cycle times in ticks */
} gph_run_shared;

struct gph_run {
    const gph_plan *plan;
    gph_run_step *steps; /* as in the plan */
    uint32_t n_steps;

    /* Samples. */
    const float **slots;  /* pointer of each slot of the plan, at frame 0 of the block */
    float **slot_buffers; /* likewise, of those that are buffers; else NULL */
    const float *zeros;   /* `limit` zeros, never written */
    gph_run_patch *patches;
    uint32_t n_patches;
    uint32_t limit; /* longest block: plan, feedback, ramps */
    uint32_t n_host_in;
    uint32_t n_host_out;
    const bool *host_out_used; /* n_host_out: an output node writes it */
    float **host_out;          /* n_host_out: cycle->out at the present block */

    /* Parameters. */
    gph_run_param *params;
    uint32_t n_params;
    const uint32_t *first_param; /* of each node of the graph */
    gph_run_param **moving;
    uint32_t n_moving;

    /* Meters: as modules write them, and published. */
    float *meters;
    _Atomic float *meters_seen;
    uint32_t n_meters;
    const uint32_t *const *first_meter; /* [node][meter]: place of item 0 */

    /* Of each node of the graph: a trigger for it is alone in a block of one frame, as a reader that
     * runs before it (FOLLOW) must see what it does from the next frame on, and a table changes
     * between blocks. NULL: none is. */
    const bool *cuts;

    /* What happens when. */
    gph_run_action *actions; /* of this cycle, sorted */
    uint32_t n_actions;
    uint32_t next_action; /* first one that has not happened */
    gph_command *ahead;
    uint32_t n_ahead;
    gph_run_binding *bindings;
    uint32_t n_bindings;
    gph_midi *midi;
    const gph_host_midi *midi_service; /* NULL: no MIDI */
    gph_host_stream *midi_stream;

    /* Time. */
    int64_t clock;     /* first frame of the present block */
    int64_t expected;  /* first frame of the next cycle, if nothing is lost; INT64_MIN: first */
    uint32_t block;    /* frames of the present block */
    uint32_t io_flags; /* GPH_IO_* of the present block */
    double rate;
    bool times_all;          /* each step of each cycle; else of one cycle in 16 */
    bool times_now;          /* each step of this cycle */
    double ticks_per_second; /* 0: not known */
    uint64_t slowest_ticks;  /* of this cycle: longest step of a block, */
    uint32_t slowest_step;   /* and which one that was */
    int64_t late_told;       /* frame of the last late cycle that was told; INT64_MIN: none */
    uint32_t late_unsaid;    /* later ones that were not */
    bool freewheels;         /* as the streams were told last */
    bool offline;            /* nobody waits: jobs of tables are done at once */
    uint64_t last_tick;

    /* The end. */
    bool ends_with_players;
    uint32_t n_players;
    int64_t tail;       /* frames to go on after the last source */
    int64_t drain_from; /* frame at which the host's input ended; INT64_MAX: it has not */
    int64_t end_frame;
    bool players_done;
    bool ended;

    /* The search for who puts out what is not finite, or changes the control word. */
    int64_t search_until; /* frame; INT64_MIN: no search */
    bool culprit_found;

    const uint32_t *players;   /* places in steps */
    const uint32_t *streaming; /* places in steps of those that have streams */
    uint32_t n_streaming;

    gph_queue commands; /* control -> audio */
    gph_queue notices;  /* audio -> control */
    gph_run_shared shared;
    /* What may hang (run_watch.c). */
    gph_watch *watch;          /* NULL: nobody watches */
    _Atomic bool occupied;     /* a cycle is running: a second one, on another thread, is refused */
    _Atomic uint32_t entered;  /* counts calls into modules and out of them: odd inside of one */
    uint32_t at_step;          /* the step that runs */
    bool searching;            /* this block: every output is looked at */
    bool careful;              /* in a part of ours that must not be left halfway */
    bool leaves;               /* as soon as that is over */
    struct gph_run_look {      /* [control] */
        uint32_t entered;      /* as seen last */
        int64_t cpu_ns, at_ns; /* of the last look */
        int64_t busy_ns;       /* time of the thread in that call, as far as it was seen */
        int64_t asleep_ns;     /* of the clock that it slept in there */
    } look;
    gph_arena *arena;
    uint64_t bytes; /* taken of it */
};

/* ---- run_block.c */
void gph_run_block(gph_run *run, const gph_cycle *cycle, uint32_t offset,
                   uint32_t frames) GPH_AUDIO;
/* ---- run_call.c */
void gph_run_call(gph_run *run, gph_run_step *step) GPH_AUDIO;
void gph_run_rest_step(gph_run_step *step, bool rests) GPH_AUDIO;
void gph_run_mute(gph_run *run, gph_run_step *step, const gph_notice *why) GPH_AUDIO;
void gph_run_curves_home(gph_run *run, gph_run_step *step) GPH_AUDIO;
/* ---- run_events.c */
void gph_run_give(gph_run *run, uint32_t node, uint32_t trigger, int64_t when,
                  float value) GPH_AUDIO;
void gph_run_put_event(gph_run *run, gph_run_step *step, const gph_event *event) GPH_AUDIO;
void gph_run_take_late(gph_run *run, gph_run_step *step) GPH_AUDIO;
void gph_run_emit(gph_run *run, gph_run_step *step, const gph_event *event) GPH_AUDIO;
/* ---- run_actions.c */
void gph_run_collect(gph_run *run, const gph_cycle *cycle) GPH_AUDIO;
void gph_run_act(gph_run *run) GPH_AUDIO;
uint32_t gph_run_cut(const gph_run *run, int64_t clock, uint32_t frames) GPH_AUDIO;
/* ---- run_params.c */
void gph_run_params_set(gph_run *run, const gph_run_action *action) GPH_AUDIO;
void gph_run_params_settle(gph_run *run) GPH_AUDIO;
void gph_run_params_fill(gph_run *run) GPH_AUDIO;
float gph_run_param_linear(const gph_param *info, float value) GPH_AUDIO;
/* The nearest value that the parameter can have, in the base unit. */
float gph_run_param_clamp(const gph_graph_param *info, float value) GPH_AUDIO;
/* ---- run_finite.c */
uint32_t gph_run_peak_bits(const float *samples, uint32_t frames) GPH_AUDIO;
double gph_run_squares(const float *samples, uint32_t frames) GPH_AUDIO;
uint32_t gph_run_scrub(float *to, const float *from, uint32_t frames) GPH_AUDIO;
void gph_run_scrub_inputs(gph_run *run, gph_run_step *step) GPH_AUDIO;
void gph_run_not_finite(gph_run *run, uint64_t samples) GPH_AUDIO;
void gph_run_search(gph_run *run, gph_run_step *step) GPH_AUDIO;
/* ---- run_desk.c */
void gph_run_table(gph_run *run, gph_run_step *step) GPH_AUDIO;
/* ---- run_watch.c */
void gph_run_careful(gph_run *run) GPH_AUDIO;
void gph_run_careless(gph_run *run) GPH_AUDIO;
void gph_run_steps(gph_run *run, void (*steps)(void *run)) GPH_AUDIO;
/* ---- run_cycle.c */
void gph_run_notify(gph_run *run, const gph_notice *notice) GPH_AUDIO;

/* Into a module's functions, or out of them. */
static inline void
gph_run_pass(gph_run *run)
{
    uint32_t entered = atomic_load_explicit(&run->entered, memory_order_relaxed);
    atomic_store_explicit(&run->entered, entered + 1, memory_order_release);
}

/* Bits of a float's magnitude from which on it is Inf or NaN. */
#define GPH_RUN_NOT_FINITE 0x7f800000u

#endif

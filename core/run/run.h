/* Executes a plan, cycle by cycle. [control, if not said otherwise]
 *
 * Output does not depend on how time is cut into cycles and blocks, to the bit. */
#ifndef GPH_RUN_RUN_H
#define GPH_RUN_RUN_H

#include "../graph/plan.h"
#include "messages.h"

#include <graphophone/host.h>

typedef struct gph_run gph_run;

typedef struct gph_run_options {
    double rate;      /* frames a second */
    uint32_t block;   /* usual frames of a cycle: what `feedback` without a time delays */
    uint32_t host_in; /* channels of the host's cycles */
    uint32_t host_out;
    int64_t length;          /* frame at which it ends; below 0: it does not by itself */
    bool ends_with_players;  /* or sooner: when all players have ended and tails are out */
    bool realtime;           /* each call is timed, late cycles are told */
    double ticks_per_second; /* of gph_ticks; 0: not known, and no cycle is late */
    bool offline;            /* jobs of tables are done at once */
    const struct gph_table_set *tables; /* what the triggers of tables are for; NULL: nothing */
} gph_run_options;

/* The graph of `plan` is active; its runtimes must be those of runtime.h. Everything is allocated
 * and touched here. */
gph_status gph_run_new(const gph_plan *plan, const gph_run_options *options, gph_run **run);
void gph_run_free(gph_run *run);

/* [control, no cycle is running] Where MIDI comes from. */
void gph_run_set_midi(gph_run *run, const gph_host_midi *service, gph_host_stream *stream);

/* [control, no cycle is running] Parameters are what they are going to in another run of the same patch. */
void gph_run_adopt_params(gph_run *run, const gph_run *from);

/* [audio] A cycle, as gph_engine.cycle says. */
int32_t gph_run_cycle(gph_run *run, const gph_cycle *cycle) GPH_AUDIO;

/* [control, no cycle will come] Ends the run at the last frame that was processed, if it has not
 * ended by itself. */
void gph_run_finish(gph_run *run);

/* Sends a command; GPH_LIMIT: the queue is full, which is counted. */
gph_status gph_run_send(gph_run *run, const gph_command *command);
/* The next notice; false: there is none. */
bool gph_run_receive(gph_run *run, gph_notice *notice);

/* Whether a source of the graph is a player: it has no inputs and gives `done`. */
bool gph_node_is_player(const gph_graph_node *node);
/* What 0 to 1 of a source mean for a parameter. [any] */
float gph_binding_value(const gph_graph_binding *binding, float position) GPH_AUDIO;

/* ---- how it goes */

typedef struct gph_run_figures {
    int64_t frame;     /* first one that has not been processed */
    int64_t end_frame; /* first one not wanted, once it has ended; else INT64_MAX */
    bool ended;        /* its last frame has been processed */
    bool failed;       /* a node failed */
    uint64_t cycles;
    uint64_t dropped;                       /* triggers and messages without room */
    uint64_t moved;                         /* triggers that came early */
    uint64_t not_finite;                    /* samples zeroed */
    uint64_t muted;                         /* instances */
    uint64_t lost;                          /* frames */
    uint64_t late;                          /* cycles that took longer than their frames */
    double ticks_p50, ticks_p99, ticks_max; /* of a cycle */
} gph_run_figures;

void gph_run_get_figures(const gph_run *run, gph_run_figures *figures);
/* One node, all copies together. */
typedef struct gph_run_node_figures {
    double ticks;       /* of a call, of all copies, on average; 0: not measured */
    double ticks_max;   /* of the longest call of a copy */
    uint64_t late;      /* late cycles in which it took longest of all nodes */
    uint32_t resets;    /* for NaN or Inf */
    uint32_t muted;     /* copies that failed */
    uint32_t muted_why; /* GPH_NOTICE_FAILED, NOT_FINITE or CUT: of the first of them; 0: none */
    int64_t muted_at;   /* frame of that; -1: none */
} gph_run_node_figures;

void gph_run_get_node(const gph_run *run, uint32_t node, gph_run_node_figures *figures);
/* Present value of a meter; what a parameter is going to, in its base unit. */
float gph_run_meter_value(const gph_run *run, uint32_t node, uint32_t meter, uint32_t item);
float gph_run_param_value(const gph_run *run, uint32_t node, uint32_t param, uint32_t item);
/* Whether all copies of a node rest, after GPH_COMMAND_REST: until GPH_COMMAND_RESUME they are the control thread's.
 * Copies that have failed stay as they are; *n says how many rest. */
bool gph_run_node_rests(const gph_run *run, uint32_t node, uint32_t *n);
/* Calls `each` with all the memory that the audio thread uses of it. */
void gph_run_each_memory(const gph_run *run,
                         void (*each)(void *user, const void *base, size_t bytes), void *user);
/* Bytes that it has taken. */
uint64_t gph_run_bytes(const gph_run *run);

#endif

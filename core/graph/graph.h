/* A patch whose every name, value, wire and width is checked, with an instance of each node.
 * [control]
 *
 *     patch + types -> values -> wiring -> widths, create and configure -> edges -> order
 *
 * gph_graph_build tells all problems at once, in file order, and creates instances only when
 * values and wiring are right. Whatever a graph hands out lives until gph_graph_free; patch,
 * catalog and diagnostics must outlive it. Nodes are named by their place in graph->nodes (file
 * order, as in patch->nodes); the order in which they run is graph->order. */
#ifndef GPH_GRAPH_GRAPH_H
#define GPH_GRAPH_GRAPH_H

#include "../patch/patch.h"
#include "catalog.h"
#include "limits.h"

#define GPH_NONE UINT32_MAX /* no node, port, ... */

typedef struct gph_graph gph_graph;

/* ------------------------------------------------------------------ wires */

/* One term of a sum: a channel of another node's output port, and what it is multiplied by. */
typedef struct gph_graph_source {
    uint32_t node;
    uint16_t port;    /* output port */
    uint16_t channel; /* from 0 */
    float gain;       /* never 0: a wire that is `off` has no term */
    uint32_t line;    /* reserved for people: line of the wire in its file */
} gph_graph_source;

/* What one input channel gets: graph->sources[first, first + n), in patch order, which is the order
 * of addition. n 0: silence (all its wires are off). */
typedef struct gph_graph_sum {
    uint32_t first;
    uint32_t n;
} gph_graph_sum;

typedef struct gph_graph_port {
    const gph_port *info;
    uint32_t channels;      /* of all copies together; 0: an optional input that is not wired */
    uint32_t copy_channels; /* of one copy: what its activate and process see */
    uint32_t copy_stride;   /* copy k has channels k * copy_stride, + copy_channels; 0: all have the
                               same */
    uint32_t first;         /* inputs: channel c is graph->sums[first + c] and, once active, late by
                               graph->latencies[first + c] frames; outputs: likewise in
                               graph->out_latencies */
} gph_graph_port;

/* ------------------------------------------------------------------ nodes */

/* A parameter of a node. Copies of a replicated type share it: copy k sees the items from
 * k * copy_stride on, copy_items of them. */
typedef struct gph_graph_param {
    const gph_param *info;
    const float *initial;   /* n_items values in the base unit (dB for GAIN; -INFINITY is off) */
    uint32_t n_items;       /* of all copies */
    uint32_t copy_items;    /* that one copy sees */
    uint32_t copy_stride;   /* 0: all copies see the same items */
    uint32_t smooth_frames; /* length of the ramp at this rate; 0: steps */
    float min, max;         /* base unit, OF_RATE multiplied out */
} gph_graph_param;

/* A meter. Copy k writes the items from k * copy_items on. */
typedef struct gph_graph_meter {
    const gph_meter *info;
    uint32_t n_items;
    uint32_t copy_items;
} gph_graph_meter;

/* An instance of a module type. */
typedef struct gph_graph_copy {
    gph_node *instance;         /* NULL for a type without create */
    const gph_runtime *runtime; /* from services->runtime_new */
    bool created;               /* destroy is owed */
    bool active;                /* deactivate is owed */
} gph_graph_copy;

/* `connect` of input and output nodes. */
typedef enum gph_connect { GPH_CONNECT_AUTO, GPH_CONNECT_NONE, GPH_CONNECT_PORTS } gph_connect;

/* What a table node says. services->table_make takes it and fills in what a file decides. */
typedef struct gph_graph_table {
    uint32_t channels;  /* 0: as in the file of `load` */
    double rate;        /* frames a second of the run */
    uint64_t frames;    /* floor(length * rate + 0.5); 0: as in the file of `load` */
    const char *load;   /* full path, or NULL */
    const char *save;   /* template as written, or NULL */
    const char *format; /* of that file as written, or NULL */
    const char *other;  /* name of the table that it takes from, or NULL */
    bool spare;         /* twice the memory: a second bank */
    bool share;         /* other programs may map it */
    uint64_t bytes;     /* services->table_make says: memory taken, or to be taken */
    uint32_t writer;    /* node that writes it, or GPH_NONE */
    uint32_t n_readers; /* FOLLOW ones too */
} gph_graph_table;

typedef struct gph_graph_node {
    const char *name;
    gph_position at;             /* of the section's name */
    const gph_patch_node *patch; /* entries and their places */
    const gph_type_info *type;   /* of this instance: `describe` may have changed it */
    gph_node_kind kind;
    gph_on_error on_error;        /* never INHERIT */
    const gph_graph_copy *copies; /* MODULE; else NULL */
    uint32_t n_copies;            /* 1, or more where a narrow type is replicated; MODULE only */

    const gph_graph_port *in; /* type->n_in */
    const gph_graph_port *out;
    const gph_graph_param *params; /* type->type.n_params */
    const gph_graph_meter *meters; /* type->type.n_meters */

    uint32_t latency; /* frames that it adds; greatest of its copies; since activate */
    int64_t tail;     /* likewise; -1: for ever */

    const uint32_t *device_channels; /* INPUT, OUTPUT: from 0, one a channel of the node */
    uint32_t n_device_channels;
    gph_connect connect;              /* INPUT, OUTPUT */
    const char *const *connect_ports; /* with GPH_CONNECT_PORTS: names or patterns as written */
    uint32_t n_connect_ports;
    bool absent_silence; /* INPUT: channels that the device lacks are silent instead of an error */

    gph_graph_table table;  /* TABLE */
    double feedback_frames; /* FEEDBACK: delay, not rounded; 0: one block */
} gph_graph_node;

/* How many steps of a plan take the triggers of a node. [any] */
static inline uint32_t
gph_graph_n_takers(const gph_graph_node *node)
{
    return node->kind == GPH_NODE_TABLE ? 1 : node->n_copies;
}

/* ------------------------------------------------------------------ control */

/* `NODE.TRIGGER = key r` or `NODE.PARAMETER = midi cc 7 LOW..HIGH`, one for each node that `*` or
 * the name of a `repeat` stands for. `on NODE.TRIGGER` is an edge instead (below). */
typedef struct gph_graph_binding {
    const gph_source *source; /* KEY, MIDI_CC, MIDI_NOTE, OSC, AT, EVERY; never TRIGGER */
    const gph_patch_entry *entry;
    uint32_t node;
    bool is_trigger; /* else a parameter */
    bool toggles;    /* a switch parameter without a range: key, note, at, every turn it over */
    uint32_t index;  /* in type.triggers or type.params */
    const uint32_t *items; /* of the parameter, from 0 */
    uint32_t n_items;
    float low,
        high; /* base unit, in the parameter's range: what 0 and 1 of the source mean; without a
                             range its least and greatest; an OSC message with a number carries the
                             value itself then */
    bool has_range;      /* LOW..HIGH was written */
    double time_seconds; /* AT, EVERY: in seconds at the rate of the graph */
    int64_t time_frames; /* likewise, rounded */
} gph_graph_binding;

/* A trigger of one node that is given to another one. */
typedef struct gph_graph_edge {
    uint32_t from;  /* node */
    uint32_t gives; /* its trigger, index in type.triggers */
    uint32_t to;    /* node */
    uint32_t takes; /* its trigger, index in type.triggers */
    bool late;      /* next cycle: marked so, or `to` is of a LATE type; does not order them */
    const gph_source *source; /* as written */
    const gph_patch_entry *entry;
} gph_graph_edge;

/* ------------------------------------------------------------------ the graph */

struct gph_graph {
    const gph_patch *patch;
    double rate;     /* frames a second */
    bool rate_known; /* false: nobody has said one, 48000 was taken to check */
    uint32_t flags;  /* GPH_SETUP_* */

    const gph_graph_node *nodes;
    uint32_t n_nodes;
    const uint32_t *order; /* n_nodes places in `nodes`: tables first, then as the plan runs them */

    const gph_graph_sum *sums;
    uint32_t n_sums;
    const gph_graph_source *sources;
    uint32_t n_sources;

    const gph_graph_binding *bindings;
    uint32_t n_bindings;
    const gph_graph_edge *edges;
    uint32_t n_edges;

    /* Device channels that are wanted: the highest that is named, plus 1. */
    uint32_t n_device_in;
    uint32_t n_device_out;

    /* Since activate. */
    const uint32_t *latencies;     /* n_sums: frames by which an input channel is late */
    const uint32_t *out_latencies; /* of output channels */
    uint32_t latency;              /* greatest at an output node's input */
    int64_t tail; /* frames that sound after all sources have ended; -1: for ever */
    uint64_t table_bytes;

    struct gph_graph_inside *inside;
};

/* What went wrong with one key, found outside of core/graph. */
typedef struct gph_graph_fault {
    const char *key;                       /* of the node: "load"; NULL: the node */
    char sentence[GPH_GRAPH_MAX_SENTENCE]; /* without a full stop */
} gph_graph_fault;

/* What core/run does for a graph. `runtime_new` and `table_make` come in gph_graph_build, the others
 * in gph_graph_free or when building fails. */
typedef struct gph_graph_services {
    void *user;
    /* For each copy of a MODULE node, before its create. NULL: memory is out. The node's name,
     * place, type, kind and patch are set by then; widths and values are not. */
    const gph_runtime *(*runtime_new)(void *user, gph_graph *graph, uint32_t node, uint32_t copy);
    void (*runtime_free)(void *user, const gph_runtime *runtime);
    /* For each TABLE node, before any module is configured: checks the file of `load`, fills in
     * channels, frames, bytes, and takes memory (unless it is only asked to look). A status below 0
     * with *fault set refuses the table. */
    gph_status (*table_make)(void *user, gph_graph *graph, uint32_t node, gph_graph_table *table,
                             gph_graph_fault *fault);
    void (*table_free)(void *user, gph_graph *graph, uint32_t node);
    /* May be NULL. What an instance's configure failed for, `status` as the module says it: where a
     * stream could not be opened core/run knows better whether the patch or the disk is at fault. */
    gph_status (*why_refused)(void *user, const gph_runtime *runtime, gph_status status);
} gph_graph_services;

typedef struct gph_graph_options {
    double rate;                    /* 0: the patch's, or else 48000 and rate_known is false */
    uint32_t flags;                 /* GPH_SETUP_*, for configure and activate */
    const gph_allocator *allocator; /* NULL: the C library's */
} gph_graph_options;

/* Builds and checks. Messages are added to `diagnostics` and their pass is ended, warnings on
 * success too. On failure *graph is NULL and nothing is left of it:
 *
 *   GPH_ARGUMENT, GPH_LIMIT  the patch is wrong                         (exit 2)
 *   GPH_UNSUPPORTED          a module is missing, was refused or failed (exit 3)
 *   GPH_IO                   a file or folder cannot be used            (exit 5)
 *   GPH_MEMORY               memory is out                              (exit 6)
 *
 * `services` must outlive the graph. Repeatable and cheap: for another rate build another one. */
gph_status gph_graph_build(const gph_patch *patch, gph_catalog *catalog,
                           const gph_graph_services *services, const gph_graph_options *options,
                           gph_diagnostics *diagnostics, gph_graph **graph);

/* Deactivates, destroys all instances, gives runtimes and tables back. */
void gph_graph_free(gph_graph *graph);

/* Activates every instance in graph order for blocks of at most `max_frames`; fills in latencies
 * and tails. When one fails, those before it are deactivated again, its error is in `diagnostics`
 * (pass ended), and a status as in gph_graph_build is returned. */
gph_status gph_graph_activate(gph_graph *graph, uint32_t max_frames, gph_diagnostics *diagnostics);

/* Deactivates, configures and activates the instances of one node anew, in a graph that runs: no audio thread may be in
 * them. Widths stay; latencies are added up again. On failure its error is in `diagnostics` (pass ended) and the node is
 * not active: it must not be processed any more. */
gph_status gph_graph_restart(gph_graph *graph, uint32_t node, uint32_t max_frames,
                             gph_diagnostics *diagnostics);

/* An instance that was left in the middle of what it did: nothing of it is called any more, not even to free it. */
void gph_graph_abandon(gph_graph *graph, uint32_t node, uint32_t copy);

/* Deactivates in the opposite order. No audio thread may be in it. */
void gph_graph_deactivate(gph_graph *graph);

/* ------------------------------------------------------------------ for the services */

/* [in configure] The table node that item `index` of a setting of kind TABLE names. GPH_ARGUMENT:
 * no such setting, or nothing was written. */
gph_status gph_graph_table_of(const gph_graph *graph, uint32_t node, const char *setting,
                              uint32_t index, uint32_t *table);

/* [in configure] core/run's gph.tables/1 `open`: notes who uses a table, from which come the
 * edges: the writer before readers, FOLLOW readers before the writer. A second writer is GPH_STATE,
 * and an error that names both has been added at the setting. Copies of one node share one access. */
gph_status gph_graph_note_table(gph_graph *graph, uint32_t node, uint32_t table,
                                const char *setting, uint32_t access);

/* ------------------------------------------------------------------ looking */

/* Who uses which table. False past the end. */
typedef struct gph_graph_table_use {
    uint32_t node;
    uint32_t table;
    uint32_t access; /* GPH_TABLE_READ, ... */
} gph_graph_table_use;

bool gph_graph_get_table_use(const gph_graph *graph, uint32_t index, gph_graph_table_use *use);

/* By name in any case, or GPH_NONE. */
uint32_t gph_graph_find(const gph_graph *graph, const char *name);

/* Resolves "NODE.NAME" or "NODE.NAME[3]" (or "[2>1]") as [control], OSC and the API write it. */
typedef struct gph_graph_target {
    uint32_t node;
    enum { GPH_TARGET_TRIGGER, GPH_TARGET_PARAM, GPH_TARGET_METER } kind;
    uint32_t index; /* in its table */
    uint32_t item;  /* from 0 */
    bool has_item;  /* false: all items */
} gph_graph_target;

/* GPH_ARGUMENT: `sentence` (GPH_GRAPH_MAX_SENTENCE bytes) says why, with the nearest name. */
gph_status gph_graph_resolve(const gph_graph *graph, const char *text, gph_graph_target *target,
                             char *sentence);

/* A number of a parameter as a patch has it ("-6dB"), in its base unit. */
gph_status gph_graph_parse_param(const gph_graph *graph, uint32_t node, uint32_t param,
                                 const char *text, double *value, char *sentence);

/* The picture in the language of graphviz: nodes with types, wires with widths, trigger edges
 * dashed, tables dotted. GPH_IO when `out` fails, GPH_MEMORY. */
gph_status gph_graph_dot(const gph_graph *graph, FILE *out);

#endif

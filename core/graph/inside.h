/* What the files that build a graph share. [control]
 *
 * A graph is built in two passes, each of which tells all its problems. The first needs types only:
 * values, names in wires and [control], circles. The second makes instances, in the order of the
 * wires, because an output's width is known when its node has been configured. A node with a
 * problem is `failed`: what depends on it is left out, for its problems would only be echoes. */
#ifndef GPH_GRAPH_INSIDE_H
#define GPH_GRAPH_INSIDE_H

#include "graph.h"
#include "sentence.h"
#include "value_check.h"

#include "../patch/near.h"
#include "../platform/surroundings.h"

/* A setting of a node, as written or by default. */
typedef struct setting_value {
    const char *name; /* as asked for: of a KEYED family all of it */
    const gph_setting *info;
    const gph_patch_entry *entry; /* NULL: the default */
    gph_setting_item *items;
    uint32_t n_items; /* 0: absent */
} setting_value;

/* What is known of a node beside what graph.h shows; the writable side of it. */
typedef struct node_state {
    setting_value *settings;
    uint32_t n_settings;
    gph_graph_port *in;
    gph_graph_port *out;
    gph_graph_param *params;
    gph_graph_copy *copies;
    uint32_t *wired_by; /* for each input port: place in patch->wires, or GPH_NONE */
    bool failed;        /* a problem of it has been told */
    bool has_widths;    /* its outputs are known */
    bool used;          /* something takes its output, or it acts by itself */
    bool has_table;     /* services->table_make has made one */
    bool told;          /* a service has told why configure fails */
} node_state;

/* Who uses a table, as note_table was told. */
typedef struct table_use {
    uint32_t node;
    uint32_t table;
    uint32_t access;
    const char *setting;
} table_use;

/* An order between two points. A point is a node, which for FEEDBACK means its reading; the writing
 * of feedback k is point n_nodes + k. */
typedef struct point_edge {
    uint32_t from;
    uint32_t to;
    bool wire; /* else a trigger or a table: no width hangs on it */
} point_edge;

/* Points of a lower rank run first where nothing else orders them. */
enum {
    GPH_RANK_TABLE,
    GPH_RANK_INPUT,
    GPH_RANK_EARLY, /* recorders and meters that inputs alone feed */
    GPH_RANK_REST
};

struct gph_graph_inside {
    gph_graph graph;         /* what is handed out */
    gph_allocator allocator; /* zeroed: the C library's */
    gph_arena *arena;
    gph_arena *scratch; /* lives while building */
    gph_catalog *catalog;
    const gph_graph_services *services;
    gph_diagnostics *diagnostics; /* while building and activating, else NULL */
    gph_graph_node *nodes;
    node_state *states;

    uint32_t *feedbacks; /* nodes */
    uint32_t n_feedbacks;
    uint32_t *write_points; /* for each node: its writing point, or itself */
    point_edge *points_edges;
    size_t n_points_edges, points_edges_capacity;
    uint32_t *points; /* in their order */
    uint32_t n_points;
    uint8_t *ranks; /* of points: GPH_RANK_* */

    gph_graph_sum *sums;
    size_t n_sums, sums_capacity;
    gph_graph_source *sources;
    size_t n_sources, sources_capacity;
    uint32_t n_out_channels;
    uint64_t n_items;
    uint32_t n_copies;

    gph_graph_binding *bindings;
    size_t n_bindings, bindings_capacity;
    gph_graph_edge *edges;
    size_t n_edges, edges_capacity;
    table_use *uses;
    size_t n_uses, uses_capacity;

    uint32_t near_budget;           /* searches for a near name that are still made */
    gph_surroundings *surroundings; /* as they were before modules ran; NULL: not kept */
    uint32_t n_watched;             /* calls after which they were looked at */
    bool no_module;                 /* a module is missing, refused or failed */
    size_t n_errors;                /* of `diagnostics` before this graph */
    size_t n_file_errors;           /* of these, how many are about a file or folder */
};

typedef struct gph_graph_inside gph_graph_inside;

/* ------------------------------------------------------------------ messages */

/* Marks the node as failed; the caller adds the message. */
void gph_graph_fail(gph_graph_inside *inside, uint32_t node);

/* Whether another near name may be searched for: hostile patches have thousands to search. */
bool gph_graph_may_search(gph_graph_inside *inside);

/* The entry of a key (with or without index), or NULL. */
const gph_patch_entry *gph_graph_entry(const gph_graph_inside *inside, uint32_t node,
                                       const char *key);

/* Adds an error at the value of `key` of a node, or at the node's name. */
void gph_graph_complain(gph_graph_inside *inside, uint32_t node, const char *key,
                        const char *sentence);
/* Why a module did not do something, for the end of a sentence. */
const char *gph_graph_word_of(gph_status status); /* configure.c */

/* As they are before modules run; from then on until they are forgotten: */
void gph_graph_keep_surroundings(gph_graph_inside *inside);
void gph_graph_forget_surroundings(gph_graph_inside *inside);
/* After functions of a node's module: puts back what they changed of the process, and says so. */
void gph_graph_put_back(gph_graph_inside *inside, uint32_t node, const char *when);

/* ------------------------------------------------------------------ the steps */

/* Each adds its messages and returns GPH_OK unless memory is out (GPH_MEMORY) or a limit is passed
 * (GPH_LIMIT, with its message). */

gph_status gph_graph_find_types(gph_graph_inside *inside);                   /* types.c */
gph_status gph_graph_read_settings(gph_graph_inside *inside, uint32_t node); /* settings.c */
gph_status gph_graph_read_device(gph_graph_inside *inside, uint32_t node);   /* device.c */
gph_status gph_graph_read_table(gph_graph_inside *inside, uint32_t node);    /* device.c */
gph_status gph_graph_check_params(gph_graph_inside *inside, uint32_t node);  /* params.c */
gph_status gph_graph_set_params(gph_graph_inside *inside, uint32_t node);    /* params.c */
void gph_graph_check_keys(gph_graph_inside *inside, uint32_t node); /* settings.c, once described */
gph_status gph_graph_check_wires(gph_graph_inside *inside);         /* wires.c */
gph_status gph_graph_check_controls(gph_graph_inside *inside);      /* controls.c */
gph_status gph_graph_bind_params(gph_graph_inside *inside);         /* controls.c */
gph_status gph_graph_sort(gph_graph_inside *inside);                /* order.c */
gph_status gph_graph_make_nodes(gph_graph_inside *inside);          /* widths.c */
gph_status gph_graph_make_sums(gph_graph_inside *inside);           /* sums.c */
gph_status gph_graph_configure(gph_graph_inside *inside, uint32_t node); /* configure.c */
gph_status gph_graph_add_table_edges(gph_graph_inside *inside);          /* tables.c */
/* Why a table cannot do what a trigger asks of it, a sentence; "": it can. NULL: memory is out. */
const char *gph_graph_table_lacks(const gph_graph_inside *inside, uint32_t node,
                                  uint32_t trigger); /* tables.c */
void gph_graph_warn(gph_graph_inside *inside);       /* warn.c */

/* Of activate.c: one node, with room for the widths of its ports; and latencies and tails of all. */
gph_status gph_graph_activate_node(gph_graph_inside *inside, uint32_t node, uint32_t max_frames,
                                   uint32_t *widths);
gph_status gph_graph_add_up(gph_graph_inside *inside);
/* Of configure.c: what the rules of the type say of its outputs, one copy. */
void gph_graph_widths_by_rule(const gph_graph_inside *inside, uint32_t node, uint32_t *out_channels,
                              bool same_only);

/* ------------------------------------------------------------------ shared between them */

setting_value *gph_graph_setting(const gph_graph_inside *inside, uint32_t node, const char *name);

/* The node that a point belongs to. */
uint32_t gph_graph_node_of(const gph_graph_inside *inside, uint32_t point);

/* `to` runs after `from`; points. */
gph_status gph_graph_add_point_edge(gph_graph_inside *inside, uint32_t from, uint32_t to,
                                    bool wire);

/* The nodes that a name stands for: one, or with `all` (`zone*`) those of a repeated section.
 * 0: there are none. */
uint32_t gph_graph_named(const gph_graph_inside *inside, const char *name, bool all,
                         uint32_t *first);

/* Output port that a term takes from a node, or GPH_NONE. */
uint32_t gph_graph_term_port(const gph_graph_inside *inside, const gph_term *term, uint32_t node);

/* Sentences, with the nearest name; NULL: memory is out. */
const char *gph_graph_no_node(gph_graph_inside *inside, const char *name, bool all);
const char *gph_graph_no_port(gph_graph_inside *inside, const gph_type_info *type, const char *name,
                              uint32_t direction);
const char *gph_graph_no_output(gph_graph_inside *inside, const gph_term *term, uint32_t source);

/* Channels that a wire brings; 0: not known yet; above GPH_MAX_CHANNELS: too many. With `guess`
 * terms of unknown width are passed over. Whether all terms fit is gph_graph_make_sums's matter. */
uint32_t gph_graph_wire_width(const gph_graph_inside *inside, const gph_patch_wire *wire,
                              bool guess);

/* Reads the indexes `gain[17-24]`, `gain[2>1]` of a parameter of a node into items from 0; an error
 * is added at the key. GPH_ARGUMENT when it was. */
gph_status gph_graph_items(gph_graph_inside *inside, uint32_t node, uint32_t param,
                           const gph_list *index, const gph_list *index_to,
                           const gph_patch_entry *entry, const uint32_t **items, uint32_t *n_items);

#endif

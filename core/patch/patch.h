/* A patch: what a person wrote, checked as far as that goes without knowing any module. [control]
 *
 *     bytes -> scan -> iniparser + cross-check -> include -> vars, repeat -> wiring -> patch
 *
 * Names (of nodes, keys, ports, types, choices) ignore case and are lower case here; values keep
 * theirs. Everything that a patch hands out lives as long as the patch; positions live as long as
 * the diagnostics it was loaded with, which must outlive it. */
#ifndef GPH_PATCH_PATCH_H
#define GPH_PATCH_PATCH_H

#include "control.h"
#include "diagnostics.h"
#include "list.h"
#include "settings.h"
#include "wiring.h"

/* A piece of an expanded value: bytes [from, to) of it came from `at`. */
typedef struct gph_origin {
    uint32_t from, to; /* to is exclusive */
    gph_position at;   /* of byte `from` */
    bool literal;      /* true: byte from + k came from at.offset + k; false: all came from a ${} */
} gph_origin;

/* key = value. */
typedef struct gph_patch_entry {
    const char *key;   /* all of it, lower case, no blanks: "gain[17-24]", "from.sidechain" */
    const char *name;  /* without its index: "gain", "from.sidechain" */
    gph_list index;    /* gain[17-24]; n_ranges 0: none. Spans count from the key's start */
    gph_list index_to; /* gain[2>1]: what is behind '>' */
    gph_position at;   /* of the key */
    const char *value; /* without quotes, ${} replaced, NUL-ended, never NULL */
    uint32_t n_value;  /* bytes */
    bool quoted;       /* it stood in quotes */
    bool substituted;  /* something in it was replaced */
    bool uses_copy;    /* `i` of a repeat was used: differs between copies */
    const gph_origin *origins;
    uint32_t n_origins;
} gph_patch_entry;

/* A `repeat`: its copies are neighbours in gph_patch.nodes. */
typedef struct gph_patch_group {
    const char *name; /* "zone" */
    gph_position at;  /* of the name in [zone] */
    uint32_t first_node;
    uint32_t n_nodes;
    const gph_patch_entry *repeat; /* value "1-8" */
} gph_patch_group;

/* `from` or `from.PORT`. */
typedef struct gph_patch_wire {
    const char *port; /* "sidechain"; NULL: the first input */
    const gph_patch_entry *entry;
    gph_wiring wiring; /* spans count from the start of entry->value */
} gph_patch_wire;

typedef struct gph_patch_node {
    const char *name; /* "zone3" */
    gph_position at;  /* of the name in [zone3], or in [zone] */
    const char *type; /* lower case: TYPE or MODULE/TYPE, names both (never a path) */
    const gph_patch_entry *type_entry;
    const gph_patch_wire *wires; /* in file order */
    uint32_t n_wires;
    const gph_patch_entry
        *entries; /* all other keys in file order: settings and parameters; without
                                       type, from, from.PORT, repeat, on_error, override */
    uint32_t n_entries;
    gph_on_error on_error;
    const gph_patch_entry *on_error_entry;
    const gph_patch_group *group; /* NULL: not a copy */
    uint32_t copy;                /* its `i` */
} gph_patch_node;

/* One line of [control]. */
typedef struct gph_patch_control {
    const char *node;   /* "rec"; may also be a node that does not exist: the graph looks */
    const char *target; /* "toggle", "gain": trigger or parameter, without its index */
    gph_list index;     /* mix.gain[3] */
    gph_list index_to;
    gph_span node_span; /* in the key: entry->at + offset is its position */
    gph_span target_span;
    const gph_patch_entry *entry;
    const gph_source *sources;
    uint32_t n_sources;
} gph_patch_control;

/* `osc = 127.0.0.1:7770`. */
typedef struct gph_patch_endpoint {
    const char *host; /* NULL: nothing listens */
    uint32_t port;
    const gph_patch_entry *entry;
} gph_patch_endpoint;

/* `freeverb = sha256:...`: a pinned module. */
typedef struct gph_patch_pin {
    const char *type;
    uint8_t sha256[32];
    const gph_patch_entry *entry;
} gph_patch_pin;

/* A key that a later file replaced (`override = on`): `check` lists them. */
typedef struct gph_patch_override {
    const char *section;
    const char *key;
    gph_position was; /* of the key that counts no more */
    gph_position is;
} gph_patch_override;

typedef struct gph_patch {
    const char *path; /* as given */
    gph_patch_settings settings;
    const gph_patch_node *nodes; /* in file order, included files before their includer */
    uint32_t n_nodes;
    const gph_patch_group *groups;
    uint32_t n_groups;
    const gph_patch_control *controls;
    uint32_t n_controls;
    gph_patch_endpoint osc;
    const gph_patch_entry *midi; /* value is a port's name or `any`; NULL: nothing listens */
    const gph_patch_pin *pins;
    uint32_t n_pins;
    const gph_patch_override *overrides;
    uint32_t n_overrides;
    const gph_patch_entry *vars; /* [vars], expanded */
    uint32_t n_vars;
    struct gph_patch_inside *inside;
} gph_patch;

/* A value that the command line sets. */
typedef struct gph_patch_set {
    const char *option; /* how messages name it: "--set", "--rate" */
    const char *target; /* "patch.rate"; NULL: `argument` is "SECTION.KEY=VALUE" */
    const char *argument;
} gph_patch_set;

typedef struct gph_patch_options {
    const gph_patch_set *sets; /* later ones win */
    uint32_t n_sets;
    /* Value of an environment variable, or NULL; NULL: getenv. */
    const char *(*environment)(void *user, const char *name);
    void *environment_user;
    const gph_allocator *allocator; /* NULL: the C library's */
} gph_patch_options;

/* Reads and checks a patch file. `options` may be NULL. On failure *patch is NULL and
 * `diagnostics` has at least one error: GPH_ARGUMENT (the patch), GPH_IO (the file cannot be read),
 * GPH_MEMORY, GPH_LIMIT. Passes are ended here; warnings may have been added on success too. */
gph_status gph_patch_load(const char *path, const gph_patch_options *options,
                          gph_diagnostics *diagnostics, gph_patch **patch);

/* The same from memory: `name` stands in messages, and includes are relative to its folder. */
gph_status gph_patch_load_text(const char *name, const char *bytes, size_t n,
                               const gph_patch_options *options, gph_diagnostics *diagnostics,
                               gph_patch **patch);

void gph_patch_free(gph_patch *patch);

/* The patch's arena, for what the graph parses out of values and keeps as long. */
gph_arena *gph_patch_arena(const gph_patch *patch);

/* Canonical text of the patch: one file, includes and `--set` merged in, `${}` and `repeat` as
 * written. Loading it gives the same patch. NULL when memory is out; free with free(). */
char *gph_patch_print(const gph_patch *patch);

/* By name in any case; NULL: none. In the time of a binary search. */
const gph_patch_node *gph_patch_find_node(const gph_patch *patch, const char *name);
const gph_patch_group *gph_patch_find_group(const gph_patch *patch, const char *name);

/* First entry of that name (without index), or NULL. */
const gph_patch_entry *gph_patch_node_entry(const gph_patch_node *node, const char *name);

/* A file that the patch names, relative to the file in which `entry` stands (absolute paths stay).
 * From the patch's arena; NULL when memory is out. */
const char *gph_patch_resolve(const gph_patch *patch, const gph_patch_entry *entry,
                              const char *file);

/* ------------------------------------------------------------------ telling what is wrong */

/* Where byte `offset` of the value stands in its file: in a bare or quoted value the byte itself,
 * in a replaced part the `${` that it came from. */
gph_position gph_patch_entry_position(const gph_patch_entry *entry, size_t offset);

/* An error at byte `offset` of the value. `node` may be NULL; for a copy whose value depends on `i`
 * the note "in copy zone9 of this 'repeat' (1-9)" is added. */
void gph_patch_error(gph_diagnostics *diagnostics, const gph_patch_node *node,
                     const gph_patch_entry *entry, size_t offset, const char *format, ...)
    GPH_FORMAT(5, 6);

/* The same at a part of the value, which is put in front of the message ("trim[33-36]: ...") when
 * it was not written like that in the file. */
void gph_patch_error_in(gph_diagnostics *diagnostics, const gph_patch_node *node,
                        const gph_patch_entry *entry, gph_span span, const char *format, ...)
    GPH_FORMAT(5, 6);

/* An error at the key, `offset` bytes into it (0, or a span of its index). */
void gph_patch_error_at_key(gph_diagnostics *diagnostics, const gph_patch_node *node,
                            const gph_patch_entry *entry, size_t offset, const char *format, ...)
    GPH_FORMAT(5, 6);

/* What a parser of value.h found, in the part of the value that begins at byte `offset`. */
void gph_patch_fault(gph_diagnostics *diagnostics, const gph_patch_node *node,
                     const gph_patch_entry *entry, size_t offset, const gph_fault *fault);

#endif

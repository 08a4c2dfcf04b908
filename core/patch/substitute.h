/* Replaces ${name}, ${env:NAME}, ${4*i-3}, $$ and a leading ~/ in values. [control] */
#ifndef GPH_PATCH_SUBSTITUTE_H
#define GPH_PATCH_SUBSTITUTE_H

#include "names.h"
#include "patch.h"
#include "scan.h"

typedef enum gph_var_state { GPH_VAR_NEW, GPH_VAR_BUSY, GPH_VAR_DONE, GPH_VAR_BAD } gph_var_state;

/* A line of [vars]; expanded once, however often it is used. */
typedef struct gph_var {
    const gph_raw_entry *raw;
    gph_var_state state;
    uint32_t depth; /* of ${} inside it */
    gph_patch_entry entry;
} gph_var;

typedef struct gph_substitution {
    gph_arena *arena;
    gph_diagnostics *diagnostics;
    const gph_patch_options *options;
    gph_var *vars;
    const gph_name *var_names; /* sorted */
    size_t n_vars;
    size_t n_bytes;   /* of all replaced values so far */
    bool before_vars; /* includes are read before [vars] is known */
} gph_substitution;

/* Takes [vars] (NULL: none) and expands it. */
gph_status gph_substitution_init(gph_substitution *substitution, const gph_raw_section *vars);

/* Fills *entry from a line; `copy` is the `i` of a repeat or NULL. GPH_ARGUMENT when a problem was
 * told (or had been told of a variable). */
gph_status gph_substitute(gph_substitution *substitution, const gph_raw_entry *raw,
                          const uint32_t *copy, gph_patch_entry *entry);

#endif

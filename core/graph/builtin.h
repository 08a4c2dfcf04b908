/* The four types that live in the runtime, described as any module describes its own. [control] */
#ifndef GPH_GRAPH_BUILTIN_H
#define GPH_GRAPH_BUILTIN_H

#include "catalog.h"

/* Triggers of a table: places in its descriptor. Those from GPH_TABLE_DO_FIRST_SPARE on make something
 * new of what is in it, in the spare bank. */
enum {
    GPH_TABLE_DO_SAVE,
    GPH_TABLE_DO_CLEAR,
    GPH_TABLE_DO_UNDO,
    GPH_TABLE_DO_LOAD,
    GPH_TABLE_DO_COPY,
    GPH_TABLE_DO_NORMALIZE,
    GPH_TABLE_DO_REMOVE_DC,
    GPH_TABLE_DO_REVERSE,
    GPH_TABLE_DO_INVERT,
    GPH_TABLE_DO_RECTIFY,
    GPH_TABLE_DO_FADE_IN,
    GPH_TABLE_DO_FADE_OUT,
    GPH_TABLE_DO_ROTATE,
    GPH_TABLE_DO_LOWPASS,
    GPH_TABLE_DO_POW,
    GPH_TABLE_DO_ADD,
    GPH_TABLE_DO_SUBTRACT,
    GPH_TABLE_DO_MULTIPLY,
    GPH_TABLE_N_DOS,
    GPH_TABLE_DO_FIRST_SPARE = GPH_TABLE_DO_UNDO
};

/* Parameters of a table: what its triggers take with them. Places in its descriptor. */
enum {
    GPH_TABLE_LEVEL, /* linear, once it runs */
    GPH_TABLE_CUTOFF,
    GPH_TABLE_FADE,
    GPH_TABLE_FADE_SHAPE,
    GPH_TABLE_SHIFT,
    GPH_TABLE_EXPONENT,
    GPH_TABLE_AMOUNT,
    GPH_TABLE_N_PARAMS
};

/* Choices of `fade-shape`. */
enum { GPH_SHAPE_LINEAR, GPH_SHAPE_SQRT, GPH_SHAPE_SINE, GPH_SHAPE_SQUARED };

typedef struct gph_builtin {
    gph_node_kind kind;
    const gph_type *type;
} gph_builtin;

enum { GPH_N_BUILTINS = 4 };
extern const gph_builtin gph_builtins[GPH_N_BUILTINS];

#endif

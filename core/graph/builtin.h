/* The four types that live in the runtime, described as any module describes its own. [control] */
#ifndef GPH_GRAPH_BUILTIN_H
#define GPH_GRAPH_BUILTIN_H

#include "catalog.h"

typedef struct gph_builtin {
    gph_node_kind kind;
    const gph_type *type;
} gph_builtin;

enum { GPH_N_BUILTINS = 4 };
extern const gph_builtin gph_builtins[GPH_N_BUILTINS];

#endif

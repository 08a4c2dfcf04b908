/* Whether what a module says of its type makes sense. [control] */
#ifndef GPH_GRAPH_TYPE_CHECK_H
#define GPH_GRAPH_TYPE_CHECK_H

#include "catalog.h"

/* Checks a type whose tables are our own copies, and puts defaults in: widths, ramps, ranges of
 * switches and choices. `ports` and `params` are its tables again, to be written. GPH_ARGUMENT:
 * *why says what is wrong (NULL: memory is out). */
gph_status gph_type_check(gph_type *type, gph_port *ports, gph_param *params, gph_arena *arena,
                          const char **why);

#endif

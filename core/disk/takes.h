/* The take counter: what all recorders of a rig share. Guarded by a lock that audio threads never
 * see. [control, writer] */
#ifndef GPH_DISK_TAKES_H
#define GPH_DISK_TAKES_H

#include "name.h"
#include "stream.h"

/* What a recorder's names are made of; the counter looks at it until it is taken off the list. */
typedef struct gph_take_names {
    const gph_name *name;
    const char *const *labels; /* sanitized, one for each channel; NULL: none */
    uint32_t channels;
    const gph_file_system *files;
    struct gph_take_names *next; /* the counter's */
} gph_take_names;

/* False: another recorder of the rig has the same names. */
bool gph_take_counter_add(gph_take_counter *counter, gph_take_names *names);
void gph_take_counter_remove(gph_take_counter *counter, gph_take_names *names);

/* Number and time of day of the take that begins with absolute frame `when`: the same for all who
 * ask for the same frame. `wall_ns` is what the one who asks first believes. */
void gph_take_counter_get(gph_take_counter *counter, int64_t when, int64_t wall_ns, uint32_t *take,
                          int64_t *take_wall_ns);

/* What another counter has given before. */
void gph_take_counter_remember(gph_take_counter *counter, int64_t when, uint32_t take,
                               int64_t wall_ns);

#endif

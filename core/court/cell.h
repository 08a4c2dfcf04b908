/* Arrays that are given to the module: each ends at a wall, and is known by name to whoever explains a crash.
 * [control] */
#ifndef GPH_COURT_CELL_H
#define GPH_COURT_CELL_H

#include "../platform/pages.h"

#include <stdbool.h>
#include <stdint.h>

/* What the elements are, for the sentence. */
typedef enum cell_kind {
    CELL_FRAMES,  /* of channel `index` of a port */
    CELL_RAMP,    /* frames of a parameter */
    CELL_CHANNEL, /* pointers to the channels of a port */
    CELL_ITEM,    /* pointers to the items of a parameter */
    CELL_METER,   /* items of a meter */
    CELL_LIST,    /* of io: ports, parameters, meters, events */
    CELL_TABLE    /* frames of channel `index` of a table */
} cell_kind;

typedef struct cell {
    struct cell *next;
    cell_kind kind;
    const char *what; /* "output 'out'"; the caller's */
    uint32_t index;   /* channel, from 0 */
    uint32_t bytes;   /* of an element */
    uint32_t count;   /* elements in use, the last of which ends at the wall */
    uint32_t most;
    gph_pages pages;
} cell;

/* Room for `most` elements; ends the process when memory is out. */
cell *cell_new(cell_kind kind, const char *what, uint32_t index, uint32_t bytes, uint32_t most);
/* The first of `count` elements, of which the last ends at the wall. */
void *cell_use(cell *c, uint32_t count);
/* Before and after a call: what is in front of the elements gets a pattern; how many elements of it are gone. */
void cell_guard(cell *c);
uint32_t cell_broken(const cell *c);
void cell_protect(cell *c, int how);
void cell_free(cell *c);

/* For verdict_watch. */
bool cell_explain(const void *address, bool is_write, char *text, size_t size);

#endif

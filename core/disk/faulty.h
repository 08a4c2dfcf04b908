/* A disk that fails on request: other files behind the same table, whose writes stand still or find no room for a while.
 * What is asked for ends by itself. [orders: control; the table: writer, barrier] */
#ifndef GPH_DISK_FAULTY_H
#define GPH_DISK_FAULTY_H

#include "../platform/clock.h"
#include "../platform/file.h"
#include <graphophone/module.h>

typedef struct gph_faulty gph_faulty;

/* What a disk may do. */
typedef enum gph_disk_fault {
    GPH_DISK_WELL,   /* whatever it did before is over */
    GPH_DISK_STALLS, /* what changes anything on it waits */
    GPH_DISK_FULL /* it takes so many bytes more, then says ENOSPC; what lies on it may be overwritten */
} gph_disk_fault;

#define GPH_DISK_MOST_NS INT64_C(600000000000) /* 10 min: what no disk of a rig will ever do */

typedef struct gph_disk_order {
    gph_disk_fault fault;
    int64_t ns;    /* how long, from now on, at most GPH_DISK_MOST_NS */
    int64_t bytes; /* FULL: that it still takes */
} gph_disk_order;

/* `files` and `clock` outlive it; it does nothing until it gets an order. */
gph_status gph_faulty_new(const gph_file_system *files, const gph_time_source *clock,
                          gph_faulty **faulty);
/* Nobody uses its table any more. NULL is fine. */
void gph_faulty_free(gph_faulty *faulty);

/* The table. Its handles are those of the files behind it, which may be mixed. */
const gph_file_system *gph_faulty_files(const gph_faulty *faulty);

/* Takes the place of the order before. */
void gph_faulty_obey(gph_faulty *faulty, const gph_disk_order *order);

#endif

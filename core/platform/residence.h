/* Keeps what a process has in memory from being paged out. [control] */
#ifndef GPH_PLATFORM_RESIDENCE_H
#define GPH_PLATFORM_RESIDENCE_H

#include <stdbool.h>
#include <stdint.h>

typedef struct gph_residence {
    uint64_t locked; /* bytes that cannot be paged out */
    uint64_t total;  /* bytes in memory */
    bool all;        /* everything there is by now is locked */
} gph_residence;

/* Locks all that is mapped by now, nothing that will come: at the limit that would make ordinary
 * allocations fail. What cannot be locked stays as it is. */
void gph_residence_lock(gph_residence *residence);

#endif

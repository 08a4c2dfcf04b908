/* Keeps what a process has in memory from being paged out. [control] */
#ifndef GPH_PLATFORM_RESIDENCE_H
#define GPH_PLATFORM_RESIDENCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct gph_residence {
    uint64_t locked; /* bytes that cannot be paged out */
    uint64_t total;  /* bytes of address space */
} gph_residence;

/* Locks all that is mapped by now, nothing that will come: at the limit that would make ordinary allocations fail.
 * False: the limit does not allow it, and nothing has changed. */
bool gph_residence_lock_all(void);
/* Nothing is locked any more, whoever locked it. */
void gph_residence_unlock_all(void);
/* Locks as much of a region, from its start, as the limit allows when `spare` bytes are to be left of it. How many bytes
 * that were. */
size_t gph_residence_lock(const void *base, size_t bytes, size_t spare);
/* How much is locked by now. */
void gph_residence_get(gph_residence *residence);

#endif

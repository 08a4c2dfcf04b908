/* The guard, where it was preloaded, or stands before the module: what an audio thread must not do, and allocations that
 * fail. [any] */
#ifndef GPH_COURT_GUARDED_H
#define GPH_COURT_GUARDED_H

#include <stdbool.h>
#include <stdint.h>

/* `name` was called so often, the first time from a place in the module. */
typedef void guarded_found(void *user, const char *name, uint64_t count, const char *place);

/* Whether it is there; to be asked once, before any function of the module is called, with an address that lies in it. */
bool guarded_open(const void *in_module);
/* From here on this thread is an audio thread; until here. */
void guarded_enter(void);
void guarded_leave(void);
/* Convicts of a rung, one by one; returns false when there is no such rung here. */
bool guarded_each(int rung, guarded_found *found, void *user);
/* Makes the n-th allocation of this thread from now on fail, once; 0: none. Whether it came to that. */
void guarded_fail_allocation(long n);
bool guarded_has_failed(void);
/* While it is on, what this thread allocates is the court's own: it neither fails nor counts. */
void guarded_pause(bool on);
/* Allocations since then. */
long guarded_allocated(void);
/* Pieces of memory that this thread has allocated and nobody has freed. */
long guarded_pieces(void);

#endif

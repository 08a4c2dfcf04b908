/* The same thing on several threads at once. [control] */
#ifndef GPH_COURT_CROWD_H
#define GPH_COURT_CROWD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Calls `run` with each of n things of `size` bytes on a thread of its own, all starting together; waits for all. false:
 * threads could not be made. */
bool crowd_run(uint32_t n, void (*run)(void *user), void *things, size_t size);

#endif

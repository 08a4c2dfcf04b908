/* Messages between two processes of one rig: whole ones, in order, each perhaps with a block of
 * shared memory. [any but audio; receiving: one thread] */
#ifndef GPH_PLATFORM_CHANNEL_H
#define GPH_PLATFORM_CHANNEL_H

#include "shm.h"

enum { GPH_CHANNEL_MESSAGE = 256 << 10 }; /* bytes at most */

typedef struct gph_channel gph_channel;

/* The end that this process was started with; see process.h. */
gph_status gph_channel_adopt(gph_channel **channel);
/* NULL is fine. The other side then receives 0. */
void gph_channel_free(gph_channel *channel);

/* Waits for room. `memory` (may be NULL) must be a block that can be shared. GPH_STATE: nobody is at
 * the other end any more. */
gph_status gph_channel_send(gph_channel *channel, const void *bytes, size_t size,
                            const gph_shm *memory);
/* One message. Above 0: its bytes, and in *memory a handle for gph_shm_map, or -1. 0: the other side
 * is gone. Below 0, an errno value negated: -EAGAIN when the time is over (`timeout_ms` below 0:
 * never), -EMSGSIZE for one that is too long, which is thrown away. */
int64_t gph_channel_receive(gph_channel *channel, void *bytes, size_t size, int32_t timeout_ms,
                            intptr_t *memory);
/* Ends it for both sides: who waits in receive gets 0. */
void gph_channel_hang_up(gph_channel *channel);

/* [process_posix.c] An end of our own from the system's handle, which it takes over. */
gph_status gph_channel_new(intptr_t handle, gph_channel **channel);

#endif

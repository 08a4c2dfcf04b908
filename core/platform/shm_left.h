/* Named blocks of memory that dead owners left behind. [control]
 *
 * An owner holds a lock on its block for as long as it lives, in whatever process-id namespace; a
 * block whose lock can be had has none. A process id in the block itself proves nothing. */
#ifndef GPH_PLATFORM_SHM_LEFT_H
#define GPH_PLATFORM_SHM_LEFT_H

#include "shm.h"

/* A block that is ours until it is freed. */
typedef struct gph_shm_left gph_shm_left;

typedef void gph_shm_found(void *user, const char *name);

/* Gives the names of all blocks that begin with `prefix`, in no order. 0, or an errno. */
int gph_shm_list(const char *prefix, gph_shm_found *found, void *user);

/* The first bytes of a block of this user, whoever owns it; how many there were. */
size_t gph_shm_peek(const char *name, void *to, size_t bytes);

/* Takes a block that no living process owns. 0, or an errno: ENOENT there is none, EBUSY its owner
 * lives, EAGAIN another has just claimed it, EACCES it is no regular file of this user, others as the system says. */
int gph_shm_claim(const char *name, gph_shm_left **left);
/* The same by the path that gph_shm_path gives. */
int gph_shm_claim_path(const char *path, gph_shm_left **left);
/* The end of a claim; the block stays. NULL is fine. */
void gph_shm_left_free(gph_shm_left *left);

uint64_t gph_shm_left_bytes(const gph_shm_left *left);
/* Reads `bytes` bytes; false if they are not all there. */
bool gph_shm_left_read(const gph_shm_left *left, uint64_t at, void *to, size_t bytes);
/* The end of the block. 0, or an errno. */
int gph_shm_left_remove(gph_shm_left *left);
/* Gives the block another name, NAME.lost-1 to NAME.lost-9, if `worth` (may be NULL) says so of its
 * first page, and removes it otherwise. 0, or an errno: EEXIST all nine are taken. */
int gph_shm_left_set_aside(gph_shm_left *left, gph_shm_worth *worth);

#endif

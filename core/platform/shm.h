/* Memory that is there before it is needed: zeroed, touched, locked, perhaps named. [control]
 *
 * A named block can be mapped by other programs of the same user, outlives a crash of its owner,
 * and is gone after gph_shm_free(). Its owner holds a lock on it for as long as it lives, so a
 * block without an owner can be told from one that is in use. */
#ifndef GPH_PLATFORM_SHM_H
#define GPH_PLATFORM_SHM_H

#include <graphophone/module.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    GPH_SHM_NAME_MAX = 200 /* bytes of a name, so that `.lost-9` still fits into NAME_MAX */
};

typedef struct gph_shm gph_shm;

/* Whether what a dead owner left is worth keeping: `bytes` of it are readable at `base`. */
typedef bool gph_shm_worth(const void *base, size_t bytes);

/* Fills in what must stand in a block before others can see its name. */
typedef void gph_shm_fill(void *context, void *base);

/* Bytes that a new block can have: of memory and address space, or of the file system for named
 * blocks, whichever is less; SIZE_MAX if the system does not say. */
size_t gph_shm_available(bool named);

/* A block for this process. GPH_MEMORY if it does not fit. */
gph_status gph_shm_new(size_t bytes, gph_shm **shm);

/* A block that other processes can be given by its handle; its size is sealed, and what is written
 * just before or behind it is a fault. */
gph_status gph_shm_new_shared(size_t bytes, gph_shm **shm);
/* Of a shared block, to be sent over a channel. */
intptr_t gph_shm_handle(const gph_shm *shm);
/* The block behind a handle that came over a channel, which it takes over. GPH_ARGUMENT: that is no
 * sealed block of at least so many bytes. */
gph_status gph_shm_map(intptr_t handle, size_t bytes, gph_shm **shm);

/* A block called `name` (letters, digits, '.', '_', '-'), readable by this user only, that appears
 * whole: `fill` (may be NULL) comes first. What a dead owner left under this name is kept as
 * NAME.lost-1 to NAME.lost-9 if `worth` (may be NULL) says so, and is removed otherwise.
 * GPH_MEMORY if it does not fit, GPH_STATE if a living owner or another user has the name, GPH_IO
 * with *error set to errno for the rest, EEXIST if there are nine already. */
gph_status gph_shm_new_named(const char *name, size_t bytes, gph_shm_worth *worth,
                             gph_shm_fill *fill, void *context, int *error, gph_shm **shm);

/* Ends a block and, if it is ours, its name. */
void gph_shm_free(gph_shm *shm);

void *gph_shm_base(const gph_shm *shm);
size_t gph_shm_bytes(const gph_shm *shm);

/* Pins the block in memory; false if the system's limit does not allow it. Its pages were touched
 * when it was made. */
bool gph_shm_lock(gph_shm *shm);

/* The folder and name under which other programs find a block: "/dev/shm/NAME". */
gph_status gph_shm_path(const char *name, char *path, size_t size);

/* A number that tells the user of this process from others. */
uint32_t gph_shm_user(void);
/* A number that tells this process from others, as other programs name it. */
uint32_t gph_shm_process(void);

#endif

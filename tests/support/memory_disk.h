/* A disk in memory that keeps a log of all that was done to it, and can be built again as it was after
 * any call, or as a power cut at that call could have left it. [test program] */
#ifndef GPH_TEST_MEMORY_DISK_H
#define GPH_TEST_MEMORY_DISK_H

#include "../../core/platform/file.h"

typedef struct memory_disk memory_disk;

/* An empty disk; `files` of it goes wherever a gph_file_system does. Any thread. */
memory_disk *memory_disk_new(void);
void memory_disk_free(memory_disk *disk);
const gph_file_system *memory_disk_files(memory_disk *disk);

/* The call of any kind that changes or reads something, counted from 1, fails with EIO: once, or from
 * then on. 0: none does. Returns how many there were since the last time. */
uint32_t memory_disk_fail_at(memory_disk *disk, uint32_t call, bool ever);

/* How many changes the log has. */
size_t memory_disk_n_changes(const memory_disk *disk);
/* A new disk as it was after so many changes of the log of another. */
memory_disk *memory_disk_after(const memory_disk *disk, size_t n_changes);
/* Likewise after a power cut: of what was not synced each sector of 512 bytes, each length and each
 * name may be there or not. `dice` is changed. */
memory_disk *memory_disk_cut(const memory_disk *disk, size_t n_changes, uint64_t *dice);

/* What every power cut at that change leaves: nothing but what was synced. */
memory_disk *memory_disk_safe(const memory_disk *disk, size_t n_changes);

/* What is where: the names in order, each with its bytes. NULL: no more. */
const char *memory_disk_name(const memory_disk *disk, size_t index);
const uint8_t *memory_disk_bytes(const memory_disk *disk, const char *name, size_t *size);
/* Puts a file there. */
void memory_disk_put(memory_disk *disk, const char *name, const void *bytes, size_t size);
/* Whether two disks hold the same names and bytes. */
bool memory_disk_same(const memory_disk *a, const memory_disk *b);

#endif

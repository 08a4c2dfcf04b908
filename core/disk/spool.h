/* Bytes that wait for their file: kept until the disk has taken all of them, so that a write which is
 * short or fails is tried again with the same bytes at the same place. [writer] */
#ifndef GPH_DISK_SPOOL_H
#define GPH_DISK_SPOOL_H

#include "../platform/file.h"

enum { GPH_SPOOL_RUNS = 16 };

/* Bytes that follow each other in the file. */
typedef struct gph_spool_run {
    int64_t offset;      /* in the file */
    size_t begin, bytes; /* in the spool */
    bool silence;        /* zeros beyond the end of the file may be a hole in it */
} gph_spool_run;

/* Zeroed it is empty. */
typedef struct gph_spool {
    char *bytes;
    size_t used, room;
    gph_spool_run runs[GPH_SPOOL_RUNS];
    uint32_t n_runs;
    bool silence; /* so is what is added from now on */
} gph_spool;

/* Room for `size` more bytes, at least 1, which go to `offset` of the file; the caller fills all of
 * it before the next call. NULL, and the spool as it was: no memory, or too many places that do not
 * follow each other. */
void *gph_spool_extend(gph_spool *spool, size_t size, int64_t offset);
/* Brings all to the file, in the order in which it came. 0: the spool is empty. Below 0 (negated
 * errno): what is left goes next time. */
int gph_spool_flush(gph_spool *spool, const gph_file_system *files, gph_file file);
/* Forgets the bytes and keeps the memory. */
void gph_spool_clear(gph_spool *spool);
void gph_spool_finish(gph_spool *spool);
/* Makes `to` hold what `from` holds; false, and `to` empty: no memory. */
bool gph_spool_copy(gph_spool *to, const gph_spool *from);

#endif

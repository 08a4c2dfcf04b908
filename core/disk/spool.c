/* Bytes that wait for their file. [writer] */
#include "spool.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static bool
make_room(gph_spool *spool, size_t size)
{
    if (size <= spool->room - spool->used)
        return true;
    size_t room = (spool->used + size) * 2;
    char *bytes = realloc(spool->bytes, room);
    if (!bytes)
        return false;
    spool->bytes = bytes;
    spool->room = room;
    return true;
}

void *
gph_spool_extend(gph_spool *spool, size_t size, int64_t offset)
{
    gph_spool_run *last = spool->n_runs ? &spool->runs[spool->n_runs - 1] : NULL;
    bool follows =
        last && last->offset + (int64_t)last->bytes == offset && last->silence == spool->silence;
    if ((!follows && spool->n_runs == GPH_SPOOL_RUNS) || !make_room(spool, size))
        return NULL;
    void *place = spool->bytes + spool->used;
    if (follows)
        last->bytes += size;
    else
        spool->runs[spool->n_runs++] = (gph_spool_run){offset, spool->used, size, spool->silence};
    spool->used += size;
    return place;
}

/* A disk that could not keep pace is not kept busy with the silence of what it missed. */
static bool
may_be_hole(const gph_spool *spool, const gph_spool_run *run, const gph_file_system *files,
            gph_file file)
{
    const char *bytes = spool->bytes + run->begin;
    return run->silence && run->bytes && !*bytes && !memcmp(bytes, bytes + 1, run->bytes - 1) &&
           files->size(files->user, file) <= run->offset;
}

static int
make_hole(gph_spool_run *run, const gph_file_system *files, gph_file file)
{
    int error = files->resize(files->user, file, run->offset + (int64_t)run->bytes);
    run->bytes = error ? run->bytes : 0;
    return error;
}

int
gph_spool_flush(gph_spool *spool, const gph_file_system *files, gph_file file)
{
    while (spool->n_runs) {
        gph_spool_run *first = &spool->runs[0];
        int error = may_be_hole(spool, first, files, file) ? make_hole(first, files, file) : 0;
        if (error)
            return error;
        while (first->bytes) {
            int64_t count = files->write_at(files->user, file, spool->bytes + first->begin,
                                            first->bytes, first->offset);
            if (count <= 0)
                return count ? (int)count : -ENOSPC;
            first->begin += (size_t)count;
            first->bytes -= (size_t)count;
            first->offset += count;
        }
        memmove(spool->runs, spool->runs + 1, --spool->n_runs * sizeof *spool->runs);
    }
    spool->used = 0;
    return 0;
}

void
gph_spool_clear(gph_spool *spool)
{
    spool->n_runs = 0;
    spool->used = 0;
}

void
gph_spool_finish(gph_spool *spool)
{
    free(spool->bytes);
    *spool = (gph_spool){.bytes = NULL};
}

bool
gph_spool_copy(gph_spool *to, const gph_spool *from)
{
    gph_spool_clear(to);
    if (from->used && !make_room(to, from->used))
        return false;
    if (from->used)
        memcpy(to->bytes, from->bytes, from->used);
    memcpy(to->runs, from->runs, from->n_runs * sizeof *from->runs);
    to->n_runs = from->n_runs;
    to->used = from->used;
    return true;
}

/* One recorder's writer at work: all that it needs, and the thread that runs it. It lives in the
 * engine's process or in the writer's, and cannot tell which. [control of that process] */
#ifndef GPH_DISK_WRITER_JOB_H
#define GPH_DISK_WRITER_JOB_H

#include "spec.h"
#include "writer.h"

typedef struct gph_writer_job gph_writer_job;

/* What a job is told. */
typedef struct gph_writer_order {
    const gph_spec *spec; /* outlives the job */
    double rate;
    uint32_t max_frames;     /* of a block */
    const uint32_t *latency; /* one a channel, copied; NULL: none is late */
    gph_ring_geometry ring;
    void *memory; /* the ring; outlives the job */
    const gph_file_system *files;
    const gph_file_system *spare_files; /* of the failover folder; NULL: the same */
    const gph_time_source *clock;
    gph_take_counter *takes;
    bool notes;  /* keeps a memo beside the ring, so that another may take its place */
    bool resume; /* takes the place of one that died at this ring */
    /* [writer] Takes over the description of a finished file. */
    void (*report)(void *user, gph_take_file *file);
    /* [writer] All is in files, or given up: the ring's status says which. Comes once, last. */
    void (*done)(void *user);
    void *user;
} gph_writer_order;

/* The ring that such a recorder needs, and how many frames of it are no room for new ones. False: it
 * is beyond any memory. */
bool gph_writer_job_ring(const gph_spec *spec, double rate, uint32_t max_frames,
                         const uint32_t *latency, gph_ring_geometry *ring, size_t *bytes,
                         uint64_t *keep);

/* Starts it. */
gph_status gph_writer_job_new(const gph_writer_order *order, gph_writer_job **job);
/* There may be something in the ring; without this it is seen within 20 ms. [any] */
void gph_writer_job_wake(gph_writer_job *job);
/* The engine is gone: what is in the ring is all that there will be. */
void gph_writer_job_orphan(gph_writer_job *job);
/* Ends it as soon as the files can be left as they are. */
void gph_writer_job_give_up(gph_writer_job *job);
/* Waits for its end, below 0 for as long as it takes, then frees it; NULL is fine. False: it hangs in
 * the disk and was left behind, and with it all that the order names; `done` may come yet. */
bool gph_writer_job_free(gph_writer_job *job, int64_t patience_ns);

#endif

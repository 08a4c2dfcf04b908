/* The thread that waits for the disk so that the writer need not: it opens the next part ahead of
 * time, syncs the one that is written, closes the last. Jobs are done in the order in which they were
 * asked for; a part belongs to it from OPEN or CLOSE asked to answered. [writer, if not said] */
#ifndef GPH_DISK_BARRIER_H
#define GPH_DISK_BARRIER_H

#include "part.h"

typedef struct gph_barrier gph_barrier;

typedef enum gph_barrier_kind {
    GPH_BARRIER_OPEN, /* makes a part for `plan` and `place` */
    GPH_BARRIER_SYNC, /* gph_part_sync; the writer may go on with the part meanwhile */
    GPH_BARRIER_CLOSE /* gph_part_complete */
} gph_barrier_kind;

enum { GPH_BARRIER_JOBS = 16 };

typedef struct gph_barrier_job {
    gph_barrier_kind kind;
    gph_part *part; /* OPEN: answered */
    const gph_part_plan *plan;
    gph_part_place place;
    bool header;    /* SYNC: what is synced is the header, too */
    int error;      /* answered: 0 or negated errno */
    char text[160]; /* OPEN answered: a sentence, if it failed */
} gph_barrier_job;

/* With `threaded` jobs are done by a thread of its own, else within `ask`. `wake`, or NULL, is called
 * when one is done. */
gph_status gph_barrier_new(bool threaded, void (*wake)(void *user), void *user,
                           gph_barrier **barrier);
/* False: too many wait. */
bool gph_barrier_ask(gph_barrier *barrier, const gph_barrier_job *job);
/* False: there is no answer now. */
bool gph_barrier_answer(gph_barrier *barrier, gph_barrier_job *job);
/* Jobs that were asked for and not yet answered. */
uint32_t gph_barrier_waiting(const gph_barrier *barrier);
/* Waits until all jobs are done and can be answered, at most so long; false: some are not. */
bool gph_barrier_wait(gph_barrier *barrier, int64_t timeout_ns);
/* Ends the thread. One that hangs in the disk is left behind: it ends when its job does, if the
 * program lives so long, and what its jobs name must live as long; then the result is false. */
bool gph_barrier_free(gph_barrier *barrier, int64_t timeout_ns);

#endif

/* The thread that waits for the disk so that the writer need not. [writer; `run`: barrier] */
#include "barrier.h"

#include "../platform/thread.h"

#include <stdlib.h>

struct gph_barrier {
    gph_thread *thread; /* NULL: jobs are done within `ask` */
    gph_bell *work;     /* there may be a job, or the end */
    gph_bell *done;     /* one more is done */
    gph_lock *lock;     /* of what follows */
    gph_barrier_job jobs[GPH_BARRIER_JOBS];
    uint32_t asked, finished, answered; /* counts for ever; jobs are at count modulo size */
    void (*wake)(void *user);           /* NULL: nobody waits */
    void *user;
    bool quit;   /* the thread is to end */
    bool ended;  /* it does nothing more */
    bool orphan; /* and is to free everything itself */
};

static void
carry_out(gph_barrier_job *job)
{
    switch (job->kind) {
    case GPH_BARRIER_OPEN:
        job->error = gph_part_new(job->plan, &job->place, &job->part, job->text, sizeof job->text);
        break;
    case GPH_BARRIER_SYNC:
        job->error = gph_part_sync(job->part, job->header);
        break;
    case GPH_BARRIER_CLOSE:
        job->error = gph_part_complete(job->part);
        break;
    }
}

static void
release(gph_barrier *barrier)
{
    gph_bell_free(barrier->work);
    gph_bell_free(barrier->done);
    gph_lock_free(barrier->lock);
    free(barrier);
}

static void
run(void *user)
{
    gph_barrier *barrier = user;
    gph_lock_take(barrier->lock);
    while (!barrier->quit || barrier->finished != barrier->asked) {
        if (barrier->finished == barrier->asked) {
            gph_lock_give(barrier->lock);
            gph_bell_wait(barrier->work, INT64_C(1000000000));
            gph_lock_take(barrier->lock);
            continue;
        }
        gph_barrier_job *job = &barrier->jobs[barrier->finished % GPH_BARRIER_JOBS];
        gph_lock_give(barrier->lock);
        carry_out(job);
        gph_lock_take(barrier->lock);
        barrier->finished++;
        gph_bell_ring(barrier->done);
        /* Whoever frees us sets `quit` first, and is not woken any more. */
        if (barrier->wake && !barrier->quit)
            barrier->wake(barrier->user);
    }
    barrier->ended = true;
    bool orphan = barrier->orphan;
    gph_lock_give(barrier->lock);
    gph_bell_ring(barrier->done);
    if (orphan)
        release(barrier);
}

gph_status
gph_barrier_new(bool threaded, void (*wake)(void *user), void *user, gph_barrier **result)
{
    gph_barrier *barrier = calloc(1, sizeof *barrier);
    if (!barrier)
        return GPH_MEMORY;
    barrier->wake = wake;
    barrier->user = user;
    if (gph_bell_new(&barrier->work) || gph_bell_new(&barrier->done) ||
        gph_lock_new(&barrier->lock) ||
        (threaded && gph_thread_new("gph-barrier", run, barrier, &barrier->thread))) {
        release(barrier);
        return GPH_MEMORY;
    }
    *result = barrier;
    return GPH_OK;
}

bool
gph_barrier_ask(gph_barrier *barrier, const gph_barrier_job *job)
{
    gph_lock_take(barrier->lock);
    bool room = barrier->asked - barrier->answered < GPH_BARRIER_JOBS;
    if (room)
        barrier->jobs[barrier->asked++ % GPH_BARRIER_JOBS] = *job;
    gph_lock_give(barrier->lock);
    if (room && barrier->thread)
        gph_bell_ring(barrier->work);
    else if (room)
        carry_out(&barrier->jobs[barrier->finished++ % GPH_BARRIER_JOBS]);
    return room;
}

bool
gph_barrier_answer(gph_barrier *barrier, gph_barrier_job *job)
{
    gph_lock_take(barrier->lock);
    bool there = barrier->answered != barrier->finished;
    if (there)
        *job = barrier->jobs[barrier->answered++ % GPH_BARRIER_JOBS];
    gph_lock_give(barrier->lock);
    return there;
}

uint32_t
gph_barrier_waiting(const gph_barrier *barrier)
{
    gph_lock_take(barrier->lock);
    uint32_t waiting = barrier->asked - barrier->answered;
    gph_lock_give(barrier->lock);
    return waiting;
}

static bool
is_idle(gph_barrier *barrier, bool end)
{
    gph_lock_take(barrier->lock);
    bool idle = end ? barrier->ended : barrier->finished == barrier->asked;
    gph_lock_give(barrier->lock);
    return idle;
}

/* Waits until all is done, or the thread has ended; in rounds, as the bell may have rung before. */
static bool
wait_for(gph_barrier *barrier, bool end, int64_t timeout_ns)
{
    enum { ROUNDS = 100 };
    for (int n = 0; n < ROUNDS && !is_idle(barrier, end); n++)
        gph_bell_wait(barrier->done, timeout_ns / ROUNDS);
    return is_idle(barrier, end);
}

bool
gph_barrier_wait(gph_barrier *barrier, int64_t timeout_ns)
{
    return wait_for(barrier, false, timeout_ns);
}

bool
gph_barrier_free(gph_barrier *barrier, int64_t timeout_ns)
{
    if (!barrier)
        return true;
    if (!barrier->thread) {
        release(barrier);
        return true;
    }
    gph_lock_take(barrier->lock);
    barrier->quit = true;
    gph_lock_give(barrier->lock);
    gph_bell_ring(barrier->work);
    bool ended = wait_for(barrier, true, timeout_ns);
    if (!ended) {
        gph_lock_take(barrier->lock);
        barrier->orphan = !barrier->ended;
        ended = barrier->ended;
        gph_lock_give(barrier->lock);
    }
    if (!ended) {
        gph_thread_leave(barrier->thread);
        return false;
    }
    gph_thread_join(barrier->thread);
    release(barrier);
    return true;
}

/* Does the jobs of tables: saves, loads, makes something new of what is there. [worker; serve, end:
 * control]
 *
 * One thread for all tables of a run, which looks for jobs, as the audio thread cannot wake anybody
 * without entering the kernel. Offline there is no thread: jobs are done where they are asked for. */
#include "../platform/aligned.h"
#include "../platform/now.h"
#include "../platform/realtime.h"
#include "../platform/thread.h"
#include "table.h"
#include "table_body.h"
#include "table_ops.h"

#include <stdlib.h>

enum {
    JOBS = 64, /* on their way; a power of two. A table has one at a time */
    LOOK_NS = 2000000,
    ATTEMPTS = 3 /* to read another table that is being written to */
};

typedef struct gph_table_worker {
    gph_queue jobs; /* audio -> worker */
    struct gph_take_counter *takes;
    gph_lock *lock; /* of files: in freewheel the audio thread saves as well */
    gph_realtime *thread;
    _Atomic bool ends;
    _Atomic bool failed; /* a file */
    gph_table_job slots[JOBS];
} gph_table_worker;

/* ---------------------------------------------------------------- one job */

/* What is in use of another table: the sound in place, and whether it has kept still since. */
static gph_table_sound
look_at(const gph_table_body *body, uint64_t *generation, uint64_t *pass)
{
    const gph_table_header *header = body->live.header;
    *generation = atomic_load_explicit(&header->generation, memory_order_acquire);
    *pass = atomic_load_explicit(&header->pass, memory_order_acquire);
    return (gph_table_sound){
        .ch = body->live.banks[atomic_load_explicit(&header->bank, memory_order_acquire) & 1],
        .channels = body->live.channels,
        .frames = atomic_load_explicit(&header->filled, memory_order_acquire)};
}

static bool
kept_still(const gph_table_body *body, uint64_t generation, uint64_t pass)
{
    const gph_table_header *header = body->live.header;
    return atomic_load_explicit(&header->generation, memory_order_acquire) == generation &&
           atomic_load_explicit(&header->pass, memory_order_acquire) == pass;
}

/* Takes over another table; returns how many frames. */
static uint64_t
copy(const gph_table_live *live, uint32_t bank, const gph_table_sound *other)
{
    uint64_t frames = other->frames < live->frames ? other->frames : live->frames;
    for (uint32_t c = 0; c < live->channels; c++)
        memcpy(live->banks[bank][c], other->ch[c % other->channels],
               (size_t)frames * sizeof(float));
    return frames;
}

static bool
with_other(const gph_table_job *job, const gph_table_body *other, uint64_t *filled, uint64_t *bad)
{
    const gph_table_live *live = &job->body->live;
    const gph_table_sound from = {live->banks[job->bank], live->channels, job->filled};
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
        uint64_t generation, pass;
        gph_table_sound sound = look_at(other, &generation, &pass);
        *filled = job->filled;
        *bad = 0;
        if (job->what == GPH_TABLE_DO_COPY)
            *filled = copy(live, job->bank ^ 1, &sound);
        else
            *bad = gph_table_operate(job->what, job->with, live->rate, &from, &sound,
                                     live->banks[job->bank ^ 1]);
        if (kept_still(other, generation, pass))
            return true;
    }
    gph_table_say(job->body->set, GPH_LOG_WARNING, job->body->name, NULL,
                  "nothing was done: '%s' does not keep still", other->name);
    return false;
}

static bool
make_new(const gph_table_job *job, uint64_t *filled)
{
    const gph_table_body *body = job->body;
    const gph_table_live *live = &body->live;
    const gph_table_sound from = {live->banks[job->bank], live->channels, job->filled};
    bool two = job->what == GPH_TABLE_DO_COPY || job->what >= GPH_TABLE_DO_ADD;
    const gph_table_body *other =
        two && body->other ? gph_table_find(body->set, body->other) : NULL;
    uint64_t bad = 0;
    *filled = job->filled;
    if (other && !with_other(job, other, filled, &bad))
        return false;
    if (!other)
        bad = gph_table_operate(job->what, job->with, live->rate, &from, NULL,
                                live->banks[job->bank ^ 1]);
    if (bad)
        gph_table_say(body->set, GPH_LOG_WARNING, body->name, NULL,
                      "%llu samples were not finite and became 0", (unsigned long long)bad);
    return true;
}

static bool
save(const gph_table_job *job)
{
    gph_table_worker *worker = job->body->set->worker;
    gph_lock_take(worker->lock);
    gph_status status =
        job->body->save ? gph_table_save(job->body->set, job->body, worker->takes, job->when, true)
                        : GPH_OK;
    gph_lock_give(worker->lock);
    if (status != GPH_OK)
        atomic_store_explicit(&worker->failed, true, memory_order_relaxed);
    return status == GPH_OK;
}

static bool
work(const gph_table_job *job, uint64_t *filled)
{
    const gph_table_body *body = job->body;
    if (job->what == GPH_TABLE_DO_SAVE)
        return save(job);
    if (job->what == GPH_TABLE_DO_LOAD)
        return body->load && gph_table_load(body->set, body, job->bank ^ 1, filled) == GPH_OK;
    if (job->what == GPH_TABLE_DO_COPY && !body->other)
        return false;
    return make_new(job, filled);
}

/* ---------------------------------------------------------------- the thread */

static bool
work_one(gph_table_worker *worker)
{
    gph_table_job job;
    if (!gph_queue_get(&worker->jobs, &job))
        return false;
    uint64_t filled = 0;
    bool worked = work(&job, &filled);
    gph_table_answer(&job, worked, filled);
    return true;
}

static void
run(void *arg)
{
    gph_table_worker *worker = arg;
    for (;;) {
        bool ends = atomic_load_explicit(&worker->ends, memory_order_acquire);
        while (work_one(worker))
            continue;
        if (ends)
            return;
        gph_now_sleep_until_ns(gph_now_ns() + LOOK_NS);
    }
}

gph_status
gph_table_set_serve(gph_table_set *set, struct gph_take_counter *takes, bool beside)
{
    if (set->worker || !set->first)
        return GPH_OK;
    gph_table_worker *worker = gph_aligned_new(sizeof *worker);
    if (!worker)
        return GPH_MEMORY;
    gph_queue_init(&worker->jobs, worker->slots, JOBS, sizeof(gph_table_job));
    worker->takes = takes;
    set->worker = worker;
    gph_status status = gph_lock_new(&worker->lock);
    if (status == GPH_OK && beside)
        status = gph_realtime_start("gph-tables", false, run, worker, &worker->thread, NULL);
    if (status != GPH_OK) {
        gph_lock_free(worker->lock);
        gph_aligned_free(worker);
        set->worker = NULL;
        return status;
    }
    for (gph_table_body *body = set->first; body; body = body->next) {
        body->desk.jobs = beside ? &worker->jobs : NULL;
        body->desk.work = work;
        body->desk.saves = body->save != NULL;
    }
    return GPH_OK;
}

static void
be_silent(void *user, uint32_t what, gph_table_why why)
{
    (void)user, (void)what, (void)why;
}

gph_status
gph_table_set_end_service(gph_table_set *set)
{
    gph_table_worker *worker = set->worker;
    if (!worker)
        return GPH_OK;
    atomic_store_explicit(&worker->ends, true, memory_order_release);
    gph_realtime_join(worker->thread, -1);
    for (gph_table_body *body = set->first; body; body = body->next) {
        gph_table_turn(&body->desk, body->live.mark.clock, true, be_silent, NULL);
        body->desk.jobs = NULL;
        body->desk.work = NULL;
    }
    gph_status status = gph_table_set_failed(set) ? GPH_IO : GPH_OK;
    gph_lock_free(worker->lock);
    gph_aligned_free(worker);
    set->worker = NULL;
    return status;
}

bool
gph_table_set_failed(const gph_table_set *set)
{
    return set->worker && atomic_load_explicit(&set->worker->failed, memory_order_relaxed);
}

struct gph_table_desk *
gph_table_set_desk(const gph_table_set *set, const char *name)
{
    gph_table_body *body = gph_table_find(set, name);
    return body ? &body->desk : NULL;
}

/* The worker thread and its queue. [control, worker; schedule: audio] */
#include "worker.h"

#include "../platform/aligned.h"
#include "../platform/now.h"
#include "../platform/realtime.h"

#include <stdlib.h>

enum {
    JOBS = 256,   /* on their way, of all nodes; a power of two */
    ANSWERS = 16, /* on their way back, of one node; a power of two */
    /* The audio thread cannot wake anybody without entering the kernel, so the worker looks. */
    LOOK_NS = 2000000
};

typedef struct job {
    gph_node_runtime *runtime;
    uint32_t size;
    uint32_t reserved;
    unsigned char data[GPH_MAX_JOB];
} job;

typedef struct answer {
    uint32_t size;
    unsigned char data[GPH_MAX_JOB];
} answer;

struct gph_workers {
    gph_queue jobs; /* audio -> worker */
    gph_realtime *thread;
    _Atomic uint64_t scheduled;
    _Atomic uint64_t finished;
    _Atomic bool ends;
    job slots[JOBS];
};

static bool
work_one(gph_workers *workers)
{
    job next;
    if (!gph_queue_get(&workers->jobs, &next))
        return false;
    gph_node_runtime *runtime = next.runtime;
    runtime->worker->work(runtime->instance, next.data, next.size);
    atomic_fetch_add_explicit(&workers->finished, 1, memory_order_release);
    return true;
}

static void
run(void *arg)
{
    gph_workers *workers = arg;
    for (;;) {
        bool ends = atomic_load_explicit(&workers->ends, memory_order_acquire);
        while (work_one(workers))
            continue;
        if (ends)
            return;
        gph_now_sleep_until_ns(gph_now_ns() + LOOK_NS);
    }
}

gph_status
gph_workers_new(gph_workers **workers)
{
    *workers = gph_aligned_new(sizeof **workers);
    if (!*workers)
        return GPH_MEMORY;
    gph_queue_init(&(*workers)->jobs, (*workers)->slots, JOBS, sizeof(job));
    return GPH_OK;
}

void
gph_workers_free(gph_workers *workers)
{
    if (!workers)
        return;
    atomic_store_explicit(&workers->ends, true, memory_order_release);
    gph_realtime_join(workers->thread, -1);
    gph_aligned_free(workers);
}

gph_status
gph_workers_attach(gph_workers *workers, gph_node_runtime *runtime)
{
    if (!runtime->answer_slots) {
        runtime->answer_slots = calloc(ANSWERS, sizeof(answer));
        if (!runtime->answer_slots)
            return GPH_MEMORY;
        gph_queue_init(&runtime->answers, runtime->answer_slots, ANSWERS, sizeof(answer));
    }
    if (workers->thread)
        return GPH_OK;
    return gph_realtime_start("gph-worker", false, run, workers, &workers->thread, NULL);
}

void
gph_workers_drain(gph_workers *workers)
{
    if (!workers || !workers->thread)
        return;
    while (atomic_load_explicit(&workers->finished, memory_order_acquire) !=
           atomic_load_explicit(&workers->scheduled, memory_order_acquire))
        gph_now_sleep_until_ns(gph_now_ns() + LOOK_NS);
}

int32_t
gph_workers_schedule(gph_workers *workers, gph_node_runtime *runtime, const void *data,
                     uint32_t size)
{
    job next = {.runtime = runtime, .size = size};
    memcpy(next.data, data, size);
    if (!gph_queue_put(&workers->jobs, &next))
        return 0;
    atomic_fetch_add_explicit(&workers->scheduled, 1, memory_order_release);
    return 1;
}

/* [worker, in work] */
static int32_t GPH_CALL
respond(const gph_runtime *rt, const void *data, uint32_t size)
{
    gph_node_runtime *runtime = gph_runtime_of(rt);
    answer given = {.size = size};
    if (size > GPH_MAX_JOB || !runtime->answer_slots)
        return 0;
    memcpy(given.data, data, size);
    return gph_queue_put(&runtime->answers, &given);
}

const gph_worker gph_runtime_worker = {
    .size = sizeof(gph_worker), .schedule = gph_runtime_schedule, .respond = respond};

/* [audio, before process] */
void
gph_runtime_answers(gph_node_runtime *runtime)
{
    answer given;
    if (!runtime->answer_slots || !runtime->worker->done)
        return;
    while (gph_queue_get(&runtime->answers, &given))
        runtime->worker->done(runtime->instance, given.data, given.size);
}

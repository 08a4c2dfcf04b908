/* One recorder's writer at work. [control of its process; `run` is the writer thread] */
#include "writer_job.h"

#include "../platform/thread.h"

#include <math.h>
#include <stdlib.h>

#define POLL INT64_C(20000000) /* 20 ms: a block at most is in the ring that long unseen */

struct gph_writer_job {
    gph_writer_order order;
    uint32_t *latency;
    gph_writer *writer;
    gph_thread *thread;
    gph_bell *work;  /* there may be something to do */
    gph_bell *ended; /* the thread does nothing more */
    _Atomic uint32_t orphaned, quit;
};

static void
run(void *user)
{
    gph_writer_job *job = user;
    while (!gph_writer_is_done(job->writer)) {
        if (atomic_load_explicit(&job->orphaned, memory_order_acquire))
            gph_writer_orphan(job->writer);
        if (atomic_load_explicit(&job->quit, memory_order_relaxed))
            gph_writer_give_up(job->writer);
        if (!gph_writer_step(job->writer) && !gph_writer_is_done(job->writer))
            gph_bell_wait(job->work, POLL);
    }
    job->order.done(job->order.user);
    gph_bell_ring(job->ended);
}

static void
wake(void *user)
{
    gph_bell_ring(((gph_writer_job *)user)->work);
}

static uint32_t
batch_frames(uint32_t channels)
{
    /* About 1 MiB of floats: one write a batch, and the spool holds no more than that. */
    uint32_t frames = 262144 / channels;
    return frames > 8192 ? 8192 : frames < 256 ? 256 : frames;
}

static uint64_t
frames_of(double seconds, double rate)
{
    return (uint64_t)llrint(seconds * rate);
}

/* Frames at the end that a late stop may still cut off. */
static uint64_t
hold_back(uint32_t max_frames)
{
    return 2 * (uint64_t)max_frames;
}

/* Frames behind the writer that a late start may still ask for. */
static uint64_t
keep_of(const gph_spec *spec, double rate, uint32_t max_frames)
{
    return frames_of(spec->what.preroll_seconds, rate) + hold_back(max_frames);
}

static uint32_t
latency_of(const gph_spec *spec, const uint32_t *latency, uint32_t channel)
{
    return latency && !(spec->what.flags & GPH_STREAM_NO_ALIGN) ? latency[channel] : 0;
}

bool
gph_writer_job_ring(const gph_spec *spec, double rate, uint32_t max_frames, const uint32_t *latency,
                    gph_ring_geometry *ring, size_t *bytes, uint64_t *keep)
{
    uint64_t greatest = 0;
    for (uint32_t c = 0; c < spec->what.channels; c++) {
        uint32_t late = latency_of(spec, latency, c);
        greatest = late > greatest ? late : greatest;
    }
    *keep = keep_of(spec, rate, max_frames);
    uint64_t frames = frames_of(spec->what.buffer_seconds, rate) + *keep + hold_back(max_frames) +
                      greatest + max_frames;
    return gph_ring_plan(spec->what.channels, frames, ring, bytes);
}

static gph_writer_plan
plan_of(const gph_writer_order *order, const uint32_t *latency)
{
    const gph_spec *spec = order->spec;
    const gph_stream_write *what = &spec->what;
    return (gph_writer_plan){
        .ring = order->ring,
        .memory = order->memory,
        .latency = latency,
        .rate = order->rate,
        .hold_back = hold_back(order->max_frames),
        .keep = keep_of(spec, order->rate, order->max_frames),
        .preroll = frames_of(what->preroll_seconds, order->rate),
        .gap_limit = (int64_t)frames_of(what->gap_limit_seconds, order->rate),
        .gap = what->gap,
        .rotate_clock = what->flags & GPH_STREAM_ROTATE_CLOCK,
        .rotate_seconds = what->rotate_seconds,
        .rotate_bytes = what->rotate_bytes,
        .clock = order->clock,
        .takes = order->takes,
        .notes = order->notes,
        .part =
            {
                .files = order->files,
                .name = &spec->name,
                .labels = (const char *const *)spec->labels,
                .titles = (const char *const *)spec->titles,
                .node = spec->node,
                .patch = spec->patch,
                .output =
                    {
                        .format = spec->format,
                        .channels = what->channels,
                        .rate = (uint32_t)order->rate,
                        .has_quality = what->flags & GPH_STREAM_QUALITY,
                        .quality = what->quality,
                        .tags = spec->tags,
                        .n_tags = what->n_tags,
                    },
                .converter = {spec->format.sample, what->flags & GPH_STREAM_DITHER,
                              what->nan == GPH_NAN_KEEP},
                .batch_frames = batch_frames(what->channels),
                .report = order->report,
                .report_user = order->user,
            },
    };
}

static bool
release(gph_writer_job *job)
{
    if (!gph_writer_free(job->writer))
        return false;
    gph_bell_free(job->work);
    gph_bell_free(job->ended);
    free(job->latency);
    free(job);
    return true;
}

gph_status
gph_writer_job_new(const gph_writer_order *order, gph_writer_job **result)
{
    uint32_t channels = order->spec->what.channels;
    gph_writer_job *job = calloc(1, sizeof *job);
    if (!job)
        return GPH_MEMORY;
    job->order = *order;
    job->latency = calloc(channels, sizeof *job->latency);
    for (uint32_t c = 0; job->latency && c < channels; c++)
        job->latency[c] = latency_of(order->spec, order->latency, c);
    gph_writer_plan plan = plan_of(order, job->latency);
    gph_writer_plan_safety(&plan, order->spec);
    if (order->spare_files)
        plan.spare.files = order->spare_files;
    plan.wake = wake;
    plan.wake_user = job;
    gph_status status = GPH_MEMORY;
    if (job->latency && !gph_bell_new(&job->work) && !gph_bell_new(&job->ended) &&
        !gph_writer_new(&plan, &job->writer)) {
        bool sane = !order->resume || gph_writer_take_over(job->writer);
        status = sane ? gph_thread_new("gph-writer", run, job, &job->thread) : GPH_STATE;
    }
    if (status) {
        release(job);
        return status;
    }
    *result = job;
    return GPH_OK;
}

void
gph_writer_job_wake(gph_writer_job *job)
{
    gph_bell_ring(job->work);
}

void
gph_writer_job_orphan(gph_writer_job *job)
{
    atomic_store_explicit(&job->orphaned, 1, memory_order_release);
    gph_bell_ring(job->work);
}

void
gph_writer_job_give_up(gph_writer_job *job)
{
    atomic_store_explicit(&job->quit, 1, memory_order_relaxed);
    gph_bell_ring(job->work);
}

bool
gph_writer_job_free(gph_writer_job *job, int64_t patience_ns)
{
    if (!job)
        return true;
    if (patience_ns >= 0 && !gph_bell_wait(job->ended, patience_ns)) {
        gph_thread_leave(job->thread);
        return false;
    }
    gph_thread_join(job->thread);
    return release(job);
}

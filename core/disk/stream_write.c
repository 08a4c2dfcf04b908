/* The control side of a stream that writes: its ring, its writer thread, the list of its files.
 * [control; `run` is the writer thread] */
#include "../platform/shm.h"
#include "../platform/thread.h"
#include "part_file.h"
#include "spec.h"
#include "stream_state.h"
#include "writer.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define POLL INT64_C(20000000) /* 20 ms: a block at most is in the ring that long unseen */

struct gph_recorder {
    gph_spec spec;
    const gph_file_system *files;
    const gph_time_source *clock;
    gph_take_counter *takes;
    gph_take_names names;
    gph_shm *memory;
    uint32_t *latency;
    gph_writer *writer;
    gph_thread *thread;
    gph_bell *work;     /* there may be something in the ring */
    gph_bell *finished; /* the writer is done */
    _Atomic uint32_t quit;
    bool ended;     /* the mark END is in the ring */
    bool done;      /* the writer has said so */
    gph_lock *lock; /* of what follows */
    gph_take_file **list;
    uint32_t n_files, room;
};

gph_status
gph_stream_open_write(const gph_stream_site *site, const gph_stream_write *what,
                      gph_stream_problem *problem, gph_stream **result)
{
    *problem = (gph_stream_problem){.setting = NULL};
    gph_stream *stream = calloc(1, sizeof *stream);
    gph_recorder *recorder = calloc(1, sizeof *recorder);
    if (!stream || !recorder) {
        free(stream);
        free(recorder);
        return gph_stream_refuse(problem, GPH_MEMORY, NULL, "no memory for a recorder");
    }
    gph_status status = gph_spec_init(&recorder->spec, site, what, problem);
    if (status) {
        free(stream);
        free(recorder);
        return status;
    }
    stream->writes = recorder;
    recorder->files = site->files ? site->files : &gph_file_system_real;
    recorder->clock = site->clock ? site->clock : &gph_clock_system;
    recorder->names = (gph_take_names){
        .name = &recorder->spec.name,
        .labels = (const char *const *)recorder->spec.labels,
        .channels = recorder->spec.what.channels,
        .files = recorder->files,
    };
    if (!gph_take_counter_add(site->takes, &recorder->names)) {
        gph_stream_free(stream);
        return gph_stream_refuse(problem, GPH_ARGUMENT, "file",
                                 "another recorder writes files of this name; {node} tells them "
                                 "apart");
    }
    recorder->takes = site->takes;
    *result = stream;
    return GPH_OK;
}

static void
report(void *user, gph_take_file *file)
{
    gph_recorder *recorder = user;
    gph_lock_take(recorder->lock);
    if (recorder->n_files == recorder->room) {
        uint32_t room = recorder->room * 2 + 16;
        gph_take_file **list = realloc(recorder->list, room * sizeof *list);
        if (list) {
            recorder->list = list;
            recorder->room = room;
        }
    }
    if (recorder->n_files < recorder->room)
        recorder->list[recorder->n_files++] = file;
    else
        gph_take_file_free(file);
    gph_lock_give(recorder->lock);
}

static void
run(void *user)
{
    gph_recorder *recorder = user;
    while (!gph_writer_is_done(recorder->writer)) {
        if (atomic_load_explicit(&recorder->quit, memory_order_relaxed))
            gph_writer_give_up(recorder->writer);
        if (!gph_writer_step(recorder->writer) && !gph_writer_is_done(recorder->writer))
            gph_bell_wait(recorder->work, POLL);
    }
    gph_bell_ring(recorder->finished);
}

static uint32_t
batch_frames(uint32_t channels)
{
    /* About 1 MiB of floats: one write a batch, and the spool holds no more than that. */
    uint32_t frames = 262144 / channels;
    return frames > 8192 ? 8192 : frames < 256 ? 256 : frames;
}

static gph_status
make_writer(gph_stream *stream, double rate, uint32_t max_frames, const uint32_t *latency)
{
    gph_recorder *recorder = stream->writes;
    const gph_stream_write *what = &recorder->spec.what;
    gph_writer_plan plan = {
        .latency = recorder->latency,
        .rate = rate,
        .hold_back = 2 * (uint64_t)max_frames,
        .preroll = (uint64_t)llrint(what->preroll_seconds * rate),
        .gap_limit = (int64_t)llrint(what->gap_limit_seconds * rate),
        .gap = what->gap,
        .rotate_clock = what->flags & GPH_STREAM_ROTATE_CLOCK,
        .rotate_seconds = what->rotate_seconds,
        .rotate_bytes = what->rotate_bytes,
        .clock = recorder->clock,
        .takes = recorder->takes,
        .part =
            {
                .files = recorder->files,
                .name = &recorder->spec.name,
                .labels = (const char *const *)recorder->spec.labels,
                .node = recorder->spec.node,
                .patch = recorder->spec.patch,
                .output =
                    {
                        .format = recorder->spec.format,
                        .channels = what->channels,
                        .rate = (uint32_t)rate,
                        .has_quality = what->flags & GPH_STREAM_QUALITY,
                        .quality = what->quality,
                        .tags = recorder->spec.tags,
                        .n_tags = what->n_tags,
                    },
                .converter = {recorder->spec.format.sample, what->flags & GPH_STREAM_DITHER,
                              what->nan == GPH_NAN_KEEP},
                .batch_frames = batch_frames(what->channels),
                .report = report,
                .report_user = recorder,
            },
    };
    uint64_t greatest = 0;
    for (uint32_t c = 0; c < what->channels; c++) {
        bool align = latency && !(what->flags & GPH_STREAM_NO_ALIGN);
        recorder->latency[c] = align ? latency[c] : 0;
        greatest = recorder->latency[c] > greatest ? recorder->latency[c] : greatest;
    }
    plan.keep = plan.preroll + plan.hold_back;
    uint64_t buffer = (uint64_t)llrint(what->buffer_seconds * rate);
    size_t bytes;
    if (!gph_ring_plan(what->channels, buffer + plan.keep + plan.hold_back + greatest + max_frames,
                       &plan.ring, &bytes) ||
        gph_shm_new(bytes, &recorder->memory))
        return GPH_MEMORY;
    gph_shm_lock(recorder->memory);
    plan.memory = gph_shm_base(recorder->memory);
    stream->keep = plan.keep;
    gph_ring_view(plan.memory, &plan.ring, &stream->ring);
    return gph_writer_new(&plan, &recorder->writer);
}

/* As many files as one take has open at once must be had, and before the start. */
static gph_status
check_handles(const gph_recorder *recorder, gph_stream_problem *problem)
{
    int64_t files = recorder->spec.name.per_channel ? recorder->spec.what.channels : 1;
    int64_t wanted = files * 2 + 8;
    int64_t there = recorder->files->handles(recorder->files->user, wanted);
    if (there >= wanted)
        return GPH_OK;
    return gph_stream_refuse(problem, GPH_IO, "file",
                             "%lld files are to be open at once, the system allows %lld more",
                             (long long)wanted, (long long)there);
}

static void
deactivate(gph_stream *stream)
{
    gph_recorder *recorder = stream->writes;
    stream->active = false;
    gph_writer_free(recorder->writer);
    recorder->writer = NULL;
    gph_bell_free(recorder->work);
    gph_bell_free(recorder->finished);
    gph_lock_free(recorder->lock);
    gph_shm_free(recorder->memory);
    free(recorder->latency);
    recorder->work = NULL;
    recorder->finished = NULL;
    recorder->lock = NULL;
    recorder->memory = NULL;
    recorder->latency = NULL;
}

gph_status
gph_recorder_activate(gph_stream *stream, double rate, uint32_t max_frames, const uint32_t *latency,
                      gph_stream_problem *problem)
{
    gph_recorder *recorder = stream->writes;
    gph_status status = gph_spec_check_rate(&recorder->spec, rate, problem);
    status = status ? status : check_handles(recorder, problem);
    if (status)
        return status;
    recorder->latency = calloc(recorder->spec.what.channels, sizeof *recorder->latency);
    if (!recorder->latency || gph_bell_new(&recorder->work) || gph_bell_new(&recorder->finished) ||
        gph_lock_new(&recorder->lock) || make_writer(stream, rate, max_frames, latency) ||
        gph_thread_new("gph-writer", run, recorder, &recorder->thread)) {
        deactivate(stream);
        return gph_stream_refuse(
            problem, GPH_MEMORY, "buffer", "no memory for a ring of %g s for %u channels",
            recorder->spec.what.buffer_seconds + recorder->spec.what.preroll_seconds,
            recorder->spec.what.channels);
    }
    recorder->spec.rate = rate;
    stream->wait = gph_stream_wait_room;
    atomic_store(&stream->start, INT64_MAX);
    atomic_store(&stream->stop, INT64_MAX);
    stream->active = true;
    return GPH_OK;
}

/* What the audio side has left to say; it does not run any more, so we may in its place. */
static bool
say_the_end(gph_stream *stream)
{
    gph_ring_mark mark = {GPH_MARK_STOP, 0, stream->position, stream->stop_at, 0};
    if (stream->stop_waits && !gph_ring_put_mark(&stream->ring, &mark, 0))
        return false;
    stream->stop_waits = false;
    int64_t clock = atomic_load(&stream->clock);
    mark.kind = stream->dropped ? GPH_MARK_DROP : GPH_MARK_LOST;
    mark.clock = clock;
    mark.frames = stream->missing;
    if (stream->missing && !gph_ring_put_mark(&stream->ring, &mark, 0))
        return false;
    stream->missing = 0;
    mark.kind = GPH_MARK_END;
    return gph_ring_put_mark(&stream->ring, &mark, 0);
}

gph_status
gph_recorder_finish(gph_stream *stream, int64_t timeout_ns, gph_stream_problem *problem)
{
    gph_recorder *recorder = stream->writes;
    int64_t until = gph_clock_system.monotonic_ns(NULL) + timeout_ns;
    while (!recorder->ended && !(recorder->ended = say_the_end(stream)) &&
           gph_clock_system.monotonic_ns(NULL) < until)
        gph_thread_sleep_ns(1000000);
    gph_bell_ring(recorder->work);
    int64_t left = until - gph_clock_system.monotonic_ns(NULL);
    recorder->done = recorder->done || gph_bell_wait(recorder->finished, left > 0 ? left : 0);
    if (!recorder->done)
        return gph_stream_refuse(problem, GPH_STATE, NULL,
                                 "the files are not closed after %.1f s; the disk is slow",
                                 (double)timeout_ns / 1e9);
    gph_ring_status status;
    gph_ring_take_status(&stream->ring, &status);
    if (status.state == GPH_STREAM_BROKEN)
        return gph_stream_refuse(problem, GPH_IO, NULL, "%s", status.reason);
    return GPH_OK;
}

void
gph_recorder_free(gph_stream *stream)
{
    gph_recorder *recorder = stream->writes;
    if (stream->active) {
        gph_stream_problem problem;
        if (!recorder->done)
            gph_recorder_finish(stream, INT64_C(10000000000), &problem);
        atomic_store(&recorder->quit, 1);
        gph_bell_ring(recorder->work);
        gph_thread_join(recorder->thread);
        deactivate(stream);
    }
    if (recorder->takes)
        gph_take_counter_remove(recorder->takes, &recorder->names);
    for (uint32_t n = 0; n < recorder->n_files; n++)
        gph_take_file_free(recorder->list[n]);
    free(recorder->list);
    gph_spec_finish(&recorder->spec);
    free(recorder);
}

void
gph_recorder_ring_bell(gph_recorder *recorder)
{
    gph_bell_ring(recorder->work);
}

uint32_t
gph_stream_n_files(gph_stream *stream)
{
    if (!stream || !stream->writes || !stream->writes->lock)
        return 0;
    gph_lock_take(stream->writes->lock);
    uint32_t n = stream->writes->n_files;
    gph_lock_give(stream->writes->lock);
    return n;
}

const gph_take_file *
gph_stream_file(gph_stream *stream, uint32_t index)
{
    const gph_take_file *file = NULL;
    if (!stream || !stream->writes || !stream->writes->lock)
        return NULL;
    gph_lock_take(stream->writes->lock);
    if (index < stream->writes->n_files)
        file = stream->writes->list[index];
    gph_lock_give(stream->writes->lock);
    return file;
}

void
gph_recorder_describe(const gph_recorder *recorder, gph_stream_status *status)
{
    const gph_spec *spec = &recorder->spec;
    gph_format_text(spec->format, status->format, sizeof status->format);
    status->bytes_per_frame =
        (double)spec->what.channels * (double)gph_sample_bytes(spec->format.sample);
}

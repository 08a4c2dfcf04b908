/* What modules call while they process: triggers, faults, streams, jobs. [audio] */
#include "../disk/stream.h"
#include "context.h"
#include "run_state.h"
#include "runtime_disk.h"

/* `public_` is the first member of what we made: the way back drops the const that keeps modules
 * from writing into it. */
gph_node_runtime *
gph_runtime_of(const gph_runtime *runtime)
{
    union {
        const gph_runtime *given;
        gph_node_runtime *own;
    } pointer = {runtime};
    return pointer.own;
}

const void *GPH_CALL
gph_runtime_get(const gph_runtime *runtime, const char *id)
{
    (void)runtime;
    if (id && strcmp(id, GPH_TABLES_ID) == 0)
        return &gph_runtime_tables;
    if (id && strcmp(id, GPH_DISK_ID) == 0)
        return &gph_runtime_disk;
    if (id && strcmp(id, GPH_WORKER_ID) == 0)
        return &gph_runtime_worker;
    return NULL;
}

void GPH_CALL
gph_runtime_emit(const gph_runtime *rt, const gph_event *event)
{
    gph_node_runtime *runtime = gph_runtime_of(rt);
    if (!event || !runtime->step || !runtime->step->running)
        return;
    gph_run_careful(runtime->run);
    gph_run_emit(runtime->run, runtime->step, event);
    gph_run_careless(runtime->run);
}

void GPH_CALL
gph_runtime_fault(const gph_runtime *rt, uint32_t code, int64_t a, int64_t b)
{
    gph_node_runtime *runtime = gph_runtime_of(rt);
    gph_run *run = runtime->run;
    if (!run)
        return;
    if (run->clock - runtime->faults_since >= (int64_t)run->rate) {
        runtime->faults_since = run->clock;
        runtime->n_faults = 0;
    }
    if (runtime->n_faults++ >= GPH_RUN_FAULTS_PER_SECOND) {
        runtime->faults_unsaid++;
        return;
    }
    gph_run_notify(run, &(gph_notice){.kind = GPH_NOTICE_FAULT,
                                      .node = runtime->node,
                                      .copy = runtime->copy,
                                      .code = code,
                                      .frame = run->clock,
                                      .a = a,
                                      .b = b,
                                      .unsaid = runtime->faults_unsaid});
    runtime->faults_unsaid = 0;
}

void GPH_CALL
gph_runtime_restart(const gph_runtime *rt)
{
    atomic_store_explicit(&gph_runtime_of(rt)->restart, true, memory_order_release);
}

int32_t GPH_CALL
gph_runtime_schedule(const gph_runtime *rt, const void *data, uint32_t size)
{
    gph_node_runtime *runtime = gph_runtime_of(rt);
    if (size > GPH_MAX_JOB || !runtime->worker || !runtime->run)
        return 0;
    if (runtime->run->freewheels) {
        runtime->worker->work(runtime->instance, data, size);
        return 1;
    }
    gph_run_careful(runtime->run);
    int32_t taken = gph_workers_schedule(runtime->context->workers, runtime, data, size);
    gph_run_careless(runtime->run);
    return taken;
}

bool
gph_runtime_is_bare(const gph_node_runtime *runtime)
{
    return runtime->n_streams == 0 && !runtime->worker;
}

/* ---- streams */

gph_stream *
gph_runtime_stream_handle(gph_runtime_stream *stream)
{
    return (gph_stream *)(void *)stream;
}

gph_runtime_stream *
gph_runtime_stream_of(gph_stream *handle)
{
    return (gph_runtime_stream *)(void *)handle;
}

gph_status GPH_CALL
gph_runtime_stream_start(gph_stream *handle, int64_t when)
{
    return gph_stream_start(gph_runtime_stream_of(handle)->stream, when);
}

gph_status GPH_CALL
gph_runtime_stream_stop(gph_stream *handle, int64_t when)
{
    return gph_stream_stop(gph_runtime_stream_of(handle)->stream, when);
}

gph_status GPH_CALL
gph_runtime_stream_mark(gph_stream *handle, int64_t when, uint32_t split)
{
    return gph_stream_mark(gph_runtime_stream_of(handle)->stream, when, split);
}

/* Peaks are taken on the way; what is not finite starts the search for its maker, and is made 0 by
 * the writer, unless the patch wants to keep it. */
uint32_t GPH_CALL
gph_runtime_stream_write(gph_stream *handle, int64_t clock, const float *const *ch, uint32_t frames)
{
    gph_runtime_stream *stream = gph_runtime_stream_of(handle);
    gph_run *run = stream->owner->run;
    for (uint32_t c = 0; c < stream->channels; c++) {
        uint32_t peak = gph_run_peak_bits(ch[c], frames);
        if (peak >= GPH_RUN_NOT_FINITE && run && !stream->keeps_not_finite)
            gph_run_not_finite(run, 1);
        else if (peak > atomic_load_explicit(&stream->peaks[c], memory_order_relaxed))
            atomic_store_explicit(&stream->peaks[c], peak, memory_order_relaxed);
        double before = atomic_load_explicit(&stream->squares[c], memory_order_relaxed);
        atomic_store_explicit(&stream->squares[c], before + gph_run_squares(ch[c], frames),
                              memory_order_relaxed);
    }
    uint64_t heard = atomic_load_explicit(&stream->heard, memory_order_relaxed);
    atomic_store_explicit(&stream->heard, heard + frames, memory_order_release);
    return gph_stream_put(stream->stream, clock, ch, frames);
}

uint32_t GPH_CALL
gph_runtime_stream_read(gph_stream *handle, float *const *ch, uint32_t frames)
{
    return gph_stream_get(gph_runtime_stream_of(handle)->stream, ch, frames);
}

gph_status GPH_CALL
gph_runtime_stream_seek(gph_stream *handle, int64_t frame)
{
    return gph_stream_seek(gph_runtime_stream_of(handle)->stream, frame);
}

void GPH_CALL
gph_runtime_stream_stats(gph_stream *handle, gph_stream_stats *stats)
{
    gph_stream_stats_get(gph_runtime_stream_of(handle)->stream, stats);
}

bool
gph_runtime_news(gph_node_runtime *runtime, gph_event *event)
{
    for (uint32_t n = 0; n < GPH_RUN_MAX_STREAMS && runtime->n_streams; n++)
        if (runtime->streams[n].stream && gph_stream_news(runtime->streams[n].stream, event))
            return true;
    return false;
}

void
gph_runtime_stop_streams(gph_node_runtime *runtime, int64_t when)
{
    for (uint32_t n = 0; n < GPH_RUN_MAX_STREAMS; n++)
        if (runtime->streams[n].stream && runtime->streams[n].writes)
            gph_stream_end(runtime->streams[n].stream, when);
}

void
gph_runtime_freewheel(gph_node_runtime *runtime, bool on)
{
    for (uint32_t n = 0; n < GPH_RUN_MAX_STREAMS; n++)
        if (runtime->streams[n].stream)
            gph_stream_freewheel(runtime->streams[n].stream, on);
}

/* The control side of a stream that reads: its ring, its reader thread.
 * [control; `run` and what it calls are the reader thread] */
#include "../platform/shm.h"
#include "../platform/thread.h"
#include "source.h"
#include "stream_state.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define POLL INT64_C(20000000) /* 20 ms */

struct gph_player {
    const gph_file_system *files;
    gph_source *source;
    bool convert, loop;
    int64_t offset; /* frames at the rate of the run */
    double buffer_seconds;
    gph_shm *memory;
    gph_ring ring;
    gph_thread *thread;
    gph_bell *work;
    gph_bell *filled; /* rung when the ring is full, or the file at its end, for the first time */
    bool told;        /* it was */
    _Atomic uint32_t quit;
    float *samples;   /* one batch, interleaved */
    float *planar;    /* likewise, planar */
    const float **ch; /* its channels */
    uint32_t batch;
    int64_t round; /* frames since the file was last begun */
    gph_ring_status status;
};

static void
player_free(gph_player *player)
{
    gph_source_close(player->source);
    gph_bell_free(player->work);
    gph_bell_free(player->filled);
    gph_shm_free(player->memory);
    free(player->samples);
    free(player->planar);
    free(player->ch);
    free(player);
}

static gph_status
check_rate(const gph_player *player, double rate, gph_stream_problem *problem)
{
    double own = gph_source_rate(player->source);
    if (!(rate > 0) || rate == own || player->convert)
        return GPH_OK;
    return gph_stream_refuse(problem, GPH_ARGUMENT, "file",
                             "the file is at %g Hz, the rig at %g Hz; 'convert = on' makes it fit",
                             own, rate);
}

static void
describe(const gph_player *player, double rate, gph_stream_read *what)
{
    int64_t frames = gph_source_frames(player->source);
    double own = gph_source_rate(player->source);
    what->channels = gph_source_channels(player->source);
    what->rate = own;
    if (frames >= 0 && rate > 0 && rate != own)
        frames = (int64_t)llrint((double)frames * rate / own);
    what->frames = frames < 0 ? -1 : frames > player->offset ? frames - player->offset : 0;
}

gph_status
gph_stream_open_read(const gph_stream_site *site, gph_stream_read *what,
                     gph_stream_problem *problem, gph_stream **result)
{
    char text[400];
    *problem = (gph_stream_problem){.setting = NULL};
    if (what->size < sizeof *what || !what->file || what->offset < 0 ||
        !(what->buffer_seconds >= 0 && what->buffer_seconds <= 3600))
        return gph_stream_refuse(problem, GPH_ARGUMENT, "file", "this cannot be read");
    gph_stream *stream = calloc(1, sizeof *stream);
    gph_player *player = calloc(1, sizeof *player);
    if (!stream || !player) {
        free(stream);
        free(player);
        return gph_stream_refuse(problem, GPH_MEMORY, NULL, "no memory for a player");
    }
    player->files = site->files ? site->files : &gph_file_system_real;
    player->convert = what->flags & GPH_STREAM_CONVERT;
    player->loop = what->flags & GPH_STREAM_LOOP;
    player->offset = what->offset;
    player->buffer_seconds = what->buffer_seconds > 0 ? what->buffer_seconds : 5;
    gph_status status =
        gph_source_open(player->files, what->file, &player->source, text, sizeof text);
    if (status)
        gph_stream_refuse(problem, status, "file", "%s", text);
    else
        status = check_rate(player, site->rate, problem);
    if (status) {
        player_free(player);
        free(stream);
        return status;
    }
    describe(player, site->rate, what);
    stream->reads = player;
    *result = stream;
    return GPH_OK;
}

static void
say(gph_player *player, const char *reason)
{
    player->status.state = GPH_STREAM_BROKEN;
    snprintf(player->status.reason, sizeof player->status.reason, "%s", reason);
    gph_ring_put_status(&player->ring, &player->status);
}

/* The audio side wants to be somewhere else. */
static void
carry_out_seek(gph_player *player)
{
    gph_ring_shared *shared = player->ring.shared;
    uint64_t seeks = atomic_load_explicit(&shared->seeks, memory_order_acquire);
    if (seeks == atomic_load_explicit(&shared->sought, memory_order_relaxed))
        return;
    int64_t frame = atomic_load_explicit(&shared->seek_frame, memory_order_relaxed);
    uint64_t in = atomic_load_explicit(&shared->in, memory_order_relaxed);
    bool there = frame >= 0 && gph_source_seek(player->source, player->offset + frame);
    player->round = 0;
    atomic_store_explicit(&shared->end, there ? UINT64_MAX : in, memory_order_relaxed);
    atomic_store_explicit(&shared->seek_base, in, memory_order_relaxed);
    atomic_store_explicit(&shared->sought, seeks, memory_order_release);
}

/* Reads up to a batch; 0: the end, and no loop. */
static uint32_t
read_batch(gph_player *player, uint32_t frames)
{
    int64_t bad = 0;
    uint32_t got = gph_source_read(player->source, player->samples, frames, &bad);
    if (!got && player->loop && player->round && gph_source_seek(player->source, player->offset)) {
        player->round = 0;
        got = gph_source_read(player->source, player->samples, frames, &bad);
    }
    player->round += got;
    if (bad) {
        player->status.not_finite += bad;
        gph_ring_put_status(&player->ring, &player->status);
    }
    int error = gph_source_error(player->source);
    if (error && player->status.state != GPH_STREAM_BROKEN) {
        char reason[100];
        say(player, gph_file_error(error, reason, sizeof reason));
        gph_ring_put_news(&player->ring, GPH_STREAM_FAILED, -(int64_t)error);
    }
    return got;
}

/* True: there is more to do at once. */
static bool
step(gph_player *player)
{
    gph_ring_shared *shared = player->ring.shared;
    carry_out_seek(player);
    uint64_t in = atomic_load_explicit(&shared->in, memory_order_relaxed);
    uint64_t out = atomic_load_explicit(&shared->out, memory_order_acquire);
    bool ended = atomic_load_explicit(&shared->end, memory_order_relaxed) != UINT64_MAX;
    if (ended || player->ring.geometry.frames - (in - out) < player->batch) {
        if (!player->told)
            gph_bell_ring(player->filled);
        player->told = true;
        return false;
    }
    uint32_t channels = player->ring.geometry.channels;
    uint32_t got = read_batch(player, player->batch);
    for (uint32_t c = 0; c < channels; c++)
        for (uint32_t f = 0; f < got; f++)
            player->planar[(size_t)c * player->batch + f] =
                player->samples[(size_t)f * channels + c];
    gph_ring_copy_in(&player->ring, in, player->ch, got);
    atomic_store_explicit(&shared->in, in + got, memory_order_release);
    if (!got)
        atomic_store_explicit(&shared->end, in, memory_order_release);
    return true;
}

static void
run(void *user)
{
    gph_player *player = user;
    while (!atomic_load_explicit(&player->quit, memory_order_relaxed))
        if (!step(player))
            gph_bell_wait(player->work, POLL);
}

static bool
make_ring(gph_stream *stream, double rate, uint32_t max_frames)
{
    gph_player *player = stream->reads;
    uint32_t channels = gph_source_channels(player->source);
    gph_ring_geometry geometry;
    size_t bytes;
    player->batch = 65536 / channels > 4096 ? 4096 : 65536 / channels < 64 ? 64 : 65536 / channels;
    uint64_t frames = (uint64_t)llrint(player->buffer_seconds * rate) + max_frames + player->batch;
    if (!gph_ring_plan(channels, frames, &geometry, &bytes) || gph_shm_new(bytes, &player->memory))
        return false;
    gph_shm_lock(player->memory);
    gph_ring_view(gph_shm_base(player->memory), &geometry, &player->ring);
    stream->ring = player->ring;
    size_t samples = (size_t)channels * player->batch;
    player->samples = calloc(samples, sizeof *player->samples);
    player->planar = calloc(samples, sizeof *player->planar);
    player->ch = calloc(channels, sizeof *player->ch);
    if (!player->samples || !player->planar || !player->ch)
        return false;
    for (uint32_t c = 0; c < channels; c++)
        player->ch[c] = player->planar + (size_t)c * player->batch;
    atomic_store(&player->ring.shared->end, UINT64_MAX);
    player->status.free_bytes = -1;
    gph_ring_put_status(&player->ring, &player->status);
    return true;
}

gph_status
gph_player_activate(gph_stream *stream, double rate, uint32_t max_frames,
                    gph_stream_problem *problem)
{
    gph_player *player = stream->reads;
    gph_status status = check_rate(player, rate, problem);
    if (status)
        return status;
    if (rate != gph_source_rate(player->source))
        status = gph_source_convert(player->source, rate);
    if (status == GPH_UNSUPPORTED)
        return gph_stream_refuse(problem, status, "convert", "%g Hz cannot be made %g Hz",
                                 gph_source_rate(player->source), rate);
    if (status || gph_bell_new(&player->work) || gph_bell_new(&player->filled) ||
        !make_ring(stream, rate, max_frames))
        return gph_stream_refuse(problem, GPH_MEMORY, NULL, "no memory for a player");
    if (player->offset && !gph_source_seek(player->source, player->offset))
        return gph_stream_refuse(problem, GPH_ARGUMENT, "offset",
                                 "the file has no frame at this offset");
    status = gph_thread_new("gph-reader", run, player, &player->thread);
    if (status)
        return gph_stream_refuse(problem, status, NULL, "no thread for a player");
    stream->wait = gph_stream_wait_sound;
    stream->active = true;
    /* A disk that takes longer than that to begin is heard as silence, which is counted. */
    gph_bell_wait(player->filled, INT64_C(10000000000));
    return GPH_OK;
}

void
gph_player_free(gph_stream *stream)
{
    gph_player *player = stream->reads;
    if (player->thread) {
        atomic_store(&player->quit, 1);
        gph_bell_ring(player->work);
        gph_thread_join(player->thread);
    }
    player_free(player);
}

void
gph_player_ring_bell(gph_player *player)
{
    gph_bell_ring(player->work);
}

/* One turn of a stream: waits until the device has gone far enough, takes what it captured, plays what the engine made. The
 * device's position is what counts; an event only says when to look. [audio] */
#include "stream.h"

static const int64_t shortest_ns = 50000; /* a wait shorter than this is a spin */

/* When to look again without being woken. With an event a block later than it should come: events may stop silently, and the
 * device goes on. */
static int64_t
look_again_ns(const gph_host_stream *stream, const ks_line *master, bool event, uint32_t have,
              int64_t now_ns)
{
    double frames = stream->least > have ? stream->least - have : 0;
    if (event)
        frames += stream->block;
    int64_t wait_ns = (int64_t)(frames * 1e9 / master->format.rate) + 1;
    return now_ns + (wait_ns > shortest_ns ? wait_ns : shortest_ns);
}

/* Looks at both lines; frames of the one that leads. */
static ks_status
look(gph_host_stream *stream, ks_line *master, int64_t *now_ns, uint32_t *frames)
{
    uint32_t ignored;
    *now_ns = stream->system.os->now_ns(stream->system.self);
    ks_status status = master->kind->look(master, *now_ns, frames);
    if (status == KS_OK && master == &stream->in && stream->out.kind != NULL)
        status = stream->out.kind->look(&stream->out, *now_ns, &ignored);
    return status;
}

static ks_status
wait_for_frames(gph_host_stream *stream, ks_line *master, int64_t until_ns, int64_t *now_ns,
                uint32_t *frames)
{
    for (;;) {
        if (atomic_load_explicit(&stream->gone, memory_order_relaxed))
            return KS_GONE;
        if (stream->refusal != KS_OK)
            return stream->refusal;
        ks_status status = look(stream, master, now_ns, frames);
        if (status != KS_OK || *frames >= stream->least)
            return status;
        if (*now_ns >= until_ns)
            return KS_PENDING;
        ks_object *object = master->block == stream->block ? master->kind->awaits(master) : NULL;
        int64_t again_ns = look_again_ns(stream, master, object != NULL, *frames, *now_ns);
        stream->system.os->wait(stream->system.self, object, stream->timer,
                                again_ns < until_ns ? again_ns : until_ns);
    }
}

/* What went missing, by the device's own account. */
static void
tell_losses(gph_host_stream *stream, ks_line *master, gph_pump_block *block)
{
    block->lost_in = master->lost;
    block->lost_out = stream->lost_out;
    if (master->out && block->lost_out < master->lost)
        block->lost_out = master->lost;
    block->late = block->lost_in > 0 || block->lost_out > 0;
    if (master->discont || stream->out.discont)
        block->flags |= GPH_CLOCK_DISCONT;
    master->lost = stream->lost_out = 0;
    stream->in.discont = stream->out.discont = false;
}

gph_status
stream_wait(void *self, int64_t until_ns, gph_pump_block *block, const char **reason)
{
    gph_host_stream *stream = self;
    ks_line *master = stream->in.kind != NULL ? &stream->in : &stream->out;
    int64_t now_ns = 0;
    uint32_t frames = 0;
    ks_status status = wait_for_frames(stream, master, until_ns, &now_ns, &frames);
    if (status == KS_PENDING)
        return GPH_DONE;
    if (frames > master->most)
        frames = master->most;
    if (stream->out.kind != NULL && frames > stream->out.most &&
        stream->out.kind == &ks_wavert_kind)
        frames = stream->out.most;
    uint32_t waiting = 0;
    if (status == KS_OK && master->kind->waiting != NULL)
        waiting = master->kind->waiting(master);
    if (status == KS_OK)
        status = master->kind->take(master, frames);
    if (status == KS_OK && stream->out.kind != NULL)
        status = stream->out.kind->room(&stream->out, frames, &stream->lost_out);
    if (status != KS_OK) {
        *reason = ks_status_text(status);
        return GPH_IO;
    }
    *block = (gph_pump_block){.frames = frames,
                              .in = (const float *const *)stream->in.planes,
                              .out = stream->out.planes,
                              .now_ns = now_ns,
                              .waiting = waiting};
    double late = frames > stream->block ? frames - stream->block : 0;
    block->woke_ns = (int64_t)(late * 1e9 / master->format.rate);
    if (stream->in.kind != NULL)
        ks_line_unpack(&stream->in, frames);
    tell_losses(stream, master, block);
    return GPH_OK;
}

void
stream_commit(void *self, const gph_pump_block *block)
{
    gph_host_stream *stream = self;
    if (stream->out.kind == NULL)
        return;
    ks_line_pack(&stream->out, block->frames);
    /* A refusal is heeded by the next wait, which can tell it. */
    stream->refusal = stream->out.kind->give(&stream->out, block->frames);
}

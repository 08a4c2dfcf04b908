/* A WaveRT pin: a ring that the device goes round in, a position, perhaps an event. [audio, but for what says control] */
#include "line.h"

enum { NOTIFICATIONS = 2, MAX_RING = 64 << 20 };

static ks_wavert *
of(ks_line *line)
{
    return &line->at.wavert;
}

/* ---------------------------------------------------------------- control */

/* A ring with an event twice a lap; where the driver has none, just a ring. */
static ks_status
take_ring(ks_line *line)
{
    ks_wavert *w = of(line);
    ks_rt_buffer buffer;
    uint64_t bytes = (uint64_t)NOTIFICATIONS * line->block * line->frame_bytes;
    if (bytes > MAX_RING)
        return KS_FAILED;
    ks_rt_buffer_property question = {
        .property = {ks_set_rtaudio, KS_RT_BUFFER_WITH_NOTIFICATION, KS_TYPE_GET},
        .bytes = (uint32_t)bytes,
        .notifications = NOTIFICATIONS};
    w->event = line->system.os->event(line->system.self);
    if (w->event == NULL)
        return KS_MEMORY;
    ks_status status =
        ks_get(&line->system, line->pin, &question, sizeof question, &buffer, sizeof buffer);
    if (status != KS_OK && status != KS_GONE) {
        line->system.os->close(line->system.self, w->event);
        w->event = NULL;
        question.property.id = KS_RT_BUFFER;
        question.notifications = 0;
        status =
            ks_get(&line->system, line->pin, &question, sizeof question, &buffer, sizeof buffer);
    }
    if (status != KS_OK)
        return status;
    /* Room for two blocks of at least 4 frames, and no more than anyone would ask for. */
    if (buffer.address == NULL || buffer.bytes < 8 * line->frame_bytes || buffer.bytes > MAX_RING)
        return KS_FAILED;
    w->ring = (ks_ring){buffer.address, buffer.bytes, 0};
    w->fence = buffer.fence != 0;
    return KS_OK;
}

static ks_status
register_event(ks_line *line, uint32_t id)
{
    ks_wavert *w = of(line);
    const ks_rt_event_property question = {
        .property = {ks_set_rtaudio, id, KS_TYPE_GET},
        .event = line->system.os->handle(line->system.self, w->event)};
    uint32_t got = 0;
    return line->system.os->ioctl(line->system.self, line->pin, KS_IOCTL_PROPERTY, &question,
                                  sizeof question, NULL, 0, &got);
}

/* Some drivers have the register for those who get it, some for those who set it, some not at all. */
static ks_status
find_register(ks_line *line)
{
    ks_wavert *w = of(line);
    static const uint32_t ways[] = {KS_TYPE_GET, KS_TYPE_SET};
    for (size_t n = 0; n < 2; n++) {
        const ks_rt_register_property question = {
            .property = {ks_set_rtaudio, KS_RT_POSITIONREGISTER, ways[n]}};
        ks_rt_register found;
        ks_status status =
            ks_get(&line->system, line->pin, &question, sizeof question, &found, sizeof found);
        if (status == KS_GONE)
            return status;
        if (status == KS_OK && found.address != NULL && (found.width == 32 || found.width == 64)) {
            w->position = found.address;
            w->wide = found.width == 64;
            return KS_OK;
        }
    }
    return KS_OK;
}

static ks_status
prepare(ks_line *line)
{
    ks_wavert *w = of(line);
    const ks_identifier question = {ks_set_rtaudio, KS_RT_HWLATENCY, KS_TYPE_GET};
    ks_rt_latency latency = {0, 0, 0};
    ks_status status = take_ring(line);
    if (status != KS_OK)
        return status;
    if (w->event != NULL) {
        status = register_event(line, KS_RT_REGISTER_EVENT);
        w->registered = status == KS_OK;
        if (status == KS_GONE)
            return status;
    }
    status = find_register(line);
    if (status != KS_OK)
        return status;
    status = ks_get(&line->system, line->pin, &question, sizeof question, &latency, sizeof latency);
    if (status == KS_GONE)
        return status;
    if (status != KS_OK)
        latency = (ks_rt_latency){0, 0, 0};
    /* A FIFO that leaves nothing of the ring is a lie. */
    w->fifo = latency.fifo_bytes <= w->ring.bytes / 4 ? latency.fifo_bytes : 0;
    line->delay = ks_line_frames(line, (uint64_t)latency.chipset_100ns + latency.codec_100ns);
    line->most = w->ring.bytes / line->frame_bytes;
    line->block = line->most / NOTIFICATIONS;
    uint32_t guard = w->ring.bytes / 16;
    uint32_t lead = w->fifo + (line->loose ? 3 : 4) * line->block / 2 * line->frame_bytes;
    w->lead = lead < w->ring.bytes - guard ? lead : w->ring.bytes - guard;
    w->lead -= w->lead % line->frame_bytes;
    return KS_OK;
}

static void
leave(ks_line *line, bool gone)
{
    ks_wavert *w = of(line);
    if (w->registered && !gone)
        register_event(line, KS_RT_UNREGISTER_EVENT);
    w->registered = false;
}

static void
free_event(ks_line *line, bool kept)
{
    (void)kept;
    line->system.os->close(line->system.self, of(line)->event);
    of(line)->event = NULL;
}

static uint32_t
latency(const ks_line *line)
{
    const ks_wavert *w = &line->at.wavert;
    uint32_t fifo = (w->fifo + line->frame_bytes - 1) / line->frame_bytes;
    uint32_t queued = w->lead / line->frame_bytes;
    return line->delay + (!line->out ? fifo : queued > line->block ? queued - line->block : 0);
}

/* ---------------------------------------------------------------- audio */

static ks_status
read_position(ks_line *line, uint64_t *offset)
{
    const ks_wavert *w = of(line);
    if (w->position != NULL) {
        *offset = w->wide ? *(const volatile uint64_t *)w->position
                          : *(const volatile uint32_t *)w->position;
        return KS_OK;
    }
    const ks_identifier question = {ks_set_audio, KS_AUDIO_POSITION, KS_TYPE_GET};
    ks_position position;
    ks_status status =
        ks_get(&line->system, line->pin, &question, sizeof question, &position, sizeof position);
    *offset = position.play;
    return status;
}

/* Up to a whole frame: the device's frames begin at its byte 0. */
static uint64_t
whole(const ks_line *line, uint64_t bytes)
{
    return (bytes + line->frame_bytes - 1) / line->frame_bytes * line->frame_bytes;
}

static ks_status
begin(ks_line *line)
{
    ks_wavert *w = of(line);
    uint64_t offset = 0;
    ks_status status = read_position(line, &offset);
    w->ring.moved = offset % w->ring.bytes;
    w->turned = whole(line, w->ring.moved);
    w->looked_ns = line->system.os->now_ns(line->system.self);
    w->anchored = false;
    if (line->out)
        ks_ring_write(&w->ring, 0, NULL, w->ring.bytes);
    return status;
}

/* The device has overtaken us: what it wrote over, or played without us, is lost. */
static void
fall_behind(ks_line *line)
{
    ks_wavert *w = of(line);
    uint64_t most = line->out ? w->lead : w->ring.bytes - w->ring.bytes / 8;
    if (w->ring.moved < w->turned || w->ring.moved - w->turned <= most)
        return;
    uint64_t lost = (w->ring.moved - w->turned - most + line->frame_bytes - 1) / line->frame_bytes;
    w->turned += lost * line->frame_bytes;
    line->lost += lost;
}

static ks_status
look(ks_line *line, int64_t now_ns, uint32_t *frames)
{
    ks_wavert *w = of(line);
    uint64_t offset = 0;
    *frames = 0;
    ks_status status = read_position(line, &offset);
    if (status != KS_OK)
        return status;
    double expected = (double)(now_ns - w->looked_ns) * 1e-9 * line->format.rate;
    w->ring.moved += ks_ring_step(&w->ring, offset, expected * line->frame_bytes);
    w->looked_ns = now_ns;
    fall_behind(line);
    uint64_t behind = w->turned + (line->out ? 0 : w->fifo);
    if (w->ring.moved > behind)
        *frames = (uint32_t)((w->ring.moved - behind) / line->frame_bytes);
    return KS_OK;
}

static ks_object *
awaits(const ks_line *line)
{
    return line->at.wavert.registered ? line->at.wavert.event : NULL;
}

static ks_status
take(ks_line *line, uint32_t frames)
{
    ks_wavert *w = of(line);
    uint32_t bytes = frames * line->frame_bytes;
    if (!line->out) {
        if (w->fence)
            atomic_thread_fence(memory_order_seq_cst);
        ks_ring_read(&w->ring, w->turned, line->linear, bytes);
    }
    w->turned += bytes;
    return KS_OK;
}

static ks_status
room(ks_line *line, uint32_t frames, uint64_t *lost)
{
    ks_wavert *w = of(line);
    uint32_t need = frames * line->frame_bytes;
    uint64_t ahead = w->lead > need + w->fifo ? w->lead - need : w->fifo;
    uint64_t place = whole(line, w->ring.moved + ahead);
    bool starved = w->written < w->ring.moved + w->fifo;
    bool crowded = w->written + need > w->ring.moved + w->ring.bytes;
    if (w->anchored && !starved && !crowded)
        return KS_OK;
    /* Behind or too far ahead of the device: played anew from where it should be. */
    if (w->anchored && starved && place > w->written)
        *lost += (place - w->written) / line->frame_bytes; /* silence, up to where we go on */
    else if (w->anchored && crowded)
        *lost += (w->written - place) / line->frame_bytes;
    if (place + need > w->ring.moved + w->ring.bytes)
        *lost += frames; /* more than there is room for at all */
    line->discont |= w->anchored;
    w->written = place;
    w->anchored = true;
    return KS_OK;
}

static ks_status
give(ks_line *line, uint32_t frames)
{
    ks_wavert *w = of(line);
    uint32_t need = frames * line->frame_bytes;
    uint64_t end_of_lap = w->ring.moved + w->ring.bytes;
    if (w->written + need > end_of_lap)
        return KS_OK; /* room() has told it */
    ks_ring_write(&w->ring, w->written, line->linear, need);
    w->written += need;
    /* Should we stall, silence follows and not the last lap once more. */
    ks_ring_write(&w->ring, w->written, NULL, (uint32_t)(end_of_lap - w->written));
    if (w->fence)
        atomic_thread_fence(memory_order_seq_cst);
    return KS_OK;
}

const ks_line_kind ks_wavert_kind = {
    .name = "WaveRT",
    .interface = KS_INTERFACE_LOOPED,
    .prepare = prepare,
    .begin = begin,
    .look = look,
    .awaits = awaits,
    .take = take,
    .room = room,
    .give = give,
    .leave = leave,
    .free = free_event,
    .latency = latency,
};

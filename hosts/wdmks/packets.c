/* A pin of packets: a few headers that go to the driver and come back in the order in which they went. [audio, but for what
 * says control] */
#include "line.h"

#include <stdlib.h>

enum {
    MAX_BOGUS = 64
}; /* empty packets in a row, after which the driver is not believed any more */
static const int64_t return_ns =
    INT64_C(2000000000); /* cancelled packets have to be back by then */
static const int64_t nap_ns = 1000000;

static ks_packets *
of(ks_line *line)
{
    return &line->at.packets;
}

static ks_packet *
nth(ks_packets *p, uint32_t n)
{
    return &p->all[(p->oldest + n) % p->n];
}

/* Hands the next packet over, which is never one that is there already. */
static ks_status
submit(ks_line *line, uint32_t bytes)
{
    ks_packets *p = of(line);
    ks_packet *packet = nth(p, p->n_out);
    *packet->header = (ks_stream_header){.size = sizeof *packet->header,
                                         .time_numerator = 1,
                                         .time_denominator = 1,
                                         .frame_extent = p->bytes,
                                         .data_used = line->out ? bytes : 0,
                                         .data = packet->data};
    ks_status status = line->system.os->submit(line->system.self, line->pin, packet->request,
                                               packet->header, !line->out);
    if (status != KS_OK && status != KS_PENDING)
        return status;
    p->n_out++;
    return KS_OK;
}

static void
forget_oldest(ks_packets *p)
{
    p->oldest = (p->oldest + 1) % p->n;
    p->n_out--;
}

/* ---------------------------------------------------------------- control */

static ks_status
prepare(ks_line *line)
{
    ks_packets *p = of(line);
    uint32_t n = line->n_periods;
    n = n < KS_MIN_PACKETS ? KS_MIN_PACKETS : n > KS_MAX_PACKETS ? KS_MAX_PACKETS : n;
    line->n_periods = n;
    /* A played packet comes back at about the time when a captured one does: one to write in meanwhile. */
    p->n = line->out ? n + 1 : n;
    p->n_prefill = n;
    p->bytes = line->block * line->frame_bytes;
    line->most = line->block + 1;
    for (uint32_t k = 0; k < p->n; k++) {
        ks_stream_header *header = calloc(1, sizeof *header + p->bytes);
        p->all[k].header = header;
        p->all[k].data = (uint8_t *)(header + 1);
        p->all[k].request = line->system.os->request(line->system.self);
        if (header == NULL || p->all[k].request == NULL)
            return KS_MEMORY;
    }
    return KS_OK;
}

static ks_status
begin(ks_line *line)
{
    ks_packets *p = of(line);
    ks_status status = p->n_out == 0 ? KS_OK : KS_FAILED;
    if (status != KS_OK)
        return status; /* the driver has kept some */
    p->oldest = p->n_out = p->filled = p->carry = p->n_bogus = 0;
    p->played = 0;
    p->ready = p->drops = false;
    for (uint32_t k = 0; k < p->n_prefill && status == KS_OK; k++) {
        memset(p->all[k].data, 0, p->bytes);
        status = submit(line, p->bytes);
    }
    return status;
}

static ks_status
end(ks_line *line)
{
    ks_packets *p = of(line);
    const gph_ks_os *os = line->system.os;
    if (p->n_out == 0)
        return KS_OK;
    ks_status status = os->cancel(line->system.self, line->pin);
    int64_t until_ns = os->now_ns(line->system.self) + return_ns;
    if (status == KS_GONE)
        return status; /* closing gives them back */
    while (p->n_out > 0) {
        ks_packet *packet = nth(p, 0);
        while (os->reap(line->system.self, packet->request) == KS_PENDING) {
            int64_t now_ns = os->now_ns(line->system.self);
            if (now_ns >= until_ns)
                return KS_TIMEOUT;
            /* A packet whose thread has ended may ring and never say how it went: seen in Wine. */
            if (os->wait(line->system.self, packet->request, NULL, until_ns) == KS_OK)
                os->wait(line->system.self, NULL, NULL, now_ns + nap_ns);
        }
        forget_oldest(p);
    }
    return status;
}

static void
free_packets(ks_line *line, bool kept)
{
    ks_packets *p = of(line);
    for (uint32_t k = kept ? p->n_out : 0; k < p->n; k++) {
        line->system.os->close(line->system.self, nth(p, k)->request);
        free(nth(p, k)->header);
    }
}

static uint32_t
latency(const ks_line *line)
{
    return line->delay + (line->out ? (line->at.packets.n_prefill - 1) * line->block : 0);
}

/* ---------------------------------------------------------------- audio */

/* The oldest packet is back: what is it worth? An empty one, or one fuller than it can be, goes out again. */
static ks_status
harvest(ks_line *line)
{
    ks_packets *p = of(line);
    const ks_stream_header *header = nth(p, 0)->header;
    uint32_t flags = KS_HEADER_DATA_DISCONTINUITY | KS_HEADER_TIME_DISCONTINUITY;
    line->discont |= (header->options & flags) != 0;
    if (header->data_used > 0 && header->data_used <= p->bytes) {
        p->ready = true;
        p->n_bogus = 0;
        return KS_OK;
    }
    forget_oldest(p);
    return ++p->n_bogus > MAX_BOGUS ? KS_FAILED : submit(line, 0);
}

static ks_status
look_in(ks_line *line, uint32_t *frames)
{
    ks_packets *p = of(line);
    /* At most once round: what comes back empty at once is looked at again the next time. */
    for (uint32_t n = 0; n < p->n && !p->ready && p->n_out > 0; n++) {
        ks_status status = line->system.os->reap(line->system.self, nth(p, 0)->request);
        if (status == KS_PENDING)
            break;
        if (status == KS_OK)
            status = harvest(line);
        if (status != KS_OK)
            return status;
    }
    *frames = p->ready ? (p->carry + nth(p, 0)->header->data_used) / line->frame_bytes : 0;
    return p->ready && *frames == 0 ? line->kind->take(line, 0) : KS_OK;
}

static ks_status
look(ks_line *line, int64_t now_ns, uint32_t *frames)
{
    ks_packets *p = of(line);
    (void)now_ns;
    *frames = 0;
    if (!line->out)
        return look_in(line, frames);
    while (p->n_out > 0) {
        ks_status status = line->system.os->reap(line->system.self, nth(p, 0)->request);
        if (status == KS_PENDING)
            break;
        if (status != KS_OK)
            return status;
        forget_oldest(p);
        p->played += line->block;
    }
    *frames = p->played >= line->block ? line->block : 0;
    return KS_OK;
}

static uint32_t
waiting(ks_line *line)
{
    ks_packets *p = of(line);
    uint32_t bytes = 0;
    for (uint32_t n = p->ready ? 1 : 0; !line->out && n < p->n_out; n++) {
        const ks_packet *packet = nth(p, n);
        if (line->system.os->reap(line->system.self, packet->request) == KS_OK &&
            packet->header->data_used <= p->bytes)
            bytes += packet->header->data_used;
    }
    return bytes / line->frame_bytes;
}

static ks_object *
awaits(const ks_line *line)
{
    const ks_packets *p = &line->at.packets;
    return p->n_out > 0 && !p->ready && p->n_bogus < p->n ? p->all[p->oldest].request : NULL;
}

static ks_status
take(ks_line *line, uint32_t frames)
{
    ks_packets *p = of(line);
    if (line->out) {
        p->played -= frames;
        return KS_OK;
    }
    /* The rest of a frame that a packet cuts in two waits behind `most` frames for the next one. */
    const ks_packet *packet = nth(p, 0);
    uint8_t *rest = line->linear + (size_t)line->most * line->frame_bytes;
    uint32_t whole = frames * line->frame_bytes, used = packet->header->data_used;
    memcpy(line->linear, rest, p->carry);
    memcpy(line->linear + p->carry, packet->data, used);
    p->carry = p->carry + used - whole;
    memcpy(rest, line->linear + whole, p->carry);
    p->ready = false;
    forget_oldest(p);
    return submit(line, 0);
}

/* Bytes that can be written before a packet has to come back. */
static uint32_t
free_bytes(const ks_packets *p)
{
    return (p->n - p->n_out) * p->bytes - p->filled;
}

static ks_status
room(ks_line *line, uint32_t frames, uint64_t *lost)
{
    ks_packets *p = of(line);
    ks_status status = KS_OK;
    /* All are back: the device has played nothing since. Silence brings the lead back. */
    if (p->n_out == 0) {
        for (uint32_t k = 0; k + 1 < p->n_prefill && status == KS_OK; k++) {
            ks_packet *packet = nth(p, p->n_out);
            memset(packet->data + p->filled, 0, p->bytes - p->filled);
            p->filled = 0;
            status = submit(line, p->bytes);
            *lost += line->block;
        }
        line->discont = true;
    }
    p->drops = free_bytes(p) < frames * line->frame_bytes;
    if (p->drops)
        *lost += frames;
    return status;
}

static ks_status
give(ks_line *line, uint32_t frames)
{
    ks_packets *p = of(line);
    uint32_t bytes = p->drops ? 0 : frames * line->frame_bytes;
    for (uint32_t done = 0; done < bytes;) {
        uint32_t n = p->bytes - p->filled < bytes - done ? p->bytes - p->filled : bytes - done;
        memcpy(nth(p, p->n_out)->data + p->filled, line->linear + done, n);
        p->filled += n;
        done += n;
        if (p->filled < p->bytes)
            break;
        p->filled = 0;
        ks_status status = submit(line, p->bytes);
        if (status != KS_OK)
            return status;
    }
    return KS_OK;
}

const ks_line_kind ks_packets_kind = {
    .name = "packets",
    .interface = KS_INTERFACE_STREAMING,
    .prepare = prepare,
    .begin = begin,
    .look = look,
    .waiting = waiting,
    .awaits = awaits,
    .take = take,
    .room = room,
    .give = give,
    .end = end,
    .free = free_packets,
    .latency = latency,
};

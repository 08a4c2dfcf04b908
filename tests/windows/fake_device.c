/* The fake's devices: time becomes samples, positions, events and packets that are back. [test program] */
#include "fake_inner.h"

#include <math.h>

enum { CABLE = 1 << 16 }; /* frames that the cable remembers */
static int32_t cable[CABLE][2];

/* ---------------------------------------------------------------- samples, as 24 bits */

static void
put_sample(const ks_object *pin, uint8_t *to, int32_t value)
{
    float real = (float)value * (1.0f / 8388608.0f);
    uint32_t left = (uint32_t)value << 8;
    if (pin->is_float)
        memcpy(to, &real, sizeof real);
    else
        for (uint32_t n = 0; n < pin->bits / 8; n++)
            to[n] = (uint8_t)(left >> (32 - pin->bits + 8 * n));
}

static int32_t
get_sample(const ks_object *pin, const uint8_t *from)
{
    float real;
    uint32_t left = 0;
    if (pin->is_float) {
        memcpy(&real, from, sizeof real);
        return (int32_t)lrintf(real * 8388608.0f);
    }
    for (uint32_t n = 0; n < pin->bits / 8; n++)
        left |= (uint32_t)from[n] << (32 - pin->bits + 8 * n);
    return (int32_t)left >> 8;
}

/* One captured frame: the counter, or what was played at that time. */
static void
capture(const ks_object *pin, uint64_t frame, uint8_t *to)
{
    for (uint32_t c = 0; c < pin->channels; c++) {
        uint64_t count = (pin->epoch + frame + (uint64_t)c * 65536u) & 0x7fffffu;
        int32_t value =
            fake_world()->cable ? (c < 2 ? cable[frame % CABLE][c] : 0) : (int32_t)count;
        put_sample(pin, to + (size_t)c * pin->bits / 8, value);
    }
}

static void
play(ks_object *pin, uint64_t frame, const uint8_t *from)
{
    fake_ks *world = fake_world();
    int32_t first = from != NULL ? get_sample(pin, from) : 0;
    for (uint32_t c = 0; c < 2; c++)
        cable[frame % CABLE][c] = from != NULL && c < pin->channels
                                      ? get_sample(pin, from + (size_t)c * pin->bits / 8)
                                      : 0;
    if (first == 0)
        world->n_silent++;
    else if (pin->last_played > 0 && first == pin->last_played + 1)
        world->n_right++;
    else if (pin->last_played > 0)
        world->n_breaks++;
    pin->last_played = first;
}

/* ---------------------------------------------------------------- rings */

/* A frame may go over the edge of the ring. */
static void
one_frame(ks_object *pin, uint64_t frame)
{
    uint8_t bytes[4 * 64];
    uint64_t at = frame * pin->frame_bytes;
    if (!pin->plan->out)
        capture(pin, frame, bytes);
    for (uint32_t n = 0; n < pin->frame_bytes; n++) {
        uint8_t *place = &pin->ring[(at + n) % pin->ring_bytes];
        if (pin->plan->out)
            bytes[n] = *place;
        else
            *place = bytes[n];
    }
    if (pin->plan->out)
        play(pin, frame, bytes);
}

static void
go_round(ks_object *pin, uint64_t frames)
{
    uint64_t fifo = pin->plan->fifo_bytes / pin->frame_bytes;
    uint64_t until = pin->plan->out ? frames + fifo : frames > fifo ? frames - fifo : 0;
    uint32_t half = pin->ring_bytes / 2;
    uint64_t before = pin->frames * pin->frame_bytes / half;
    uint64_t bytes = frames * pin->frame_bytes;
    for (; pin->fetched < until; pin->fetched++)
        one_frame(pin, pin->fetched);
    *(volatile uint64_t *)pin->position = bytes % pin->ring_bytes;
    if (pin->event != NULL && bytes / half != before && !fake_world()->no_events)
        pin->event->signalled = true;
}

/* ---------------------------------------------------------------- packets */

static ks_object *
oldest(const ks_object *pin)
{
    ks_object *found = NULL;
    for (ks_object *r = fake_objects(); r != NULL; r = r->next)
        if (r->kind == FAKE_REQUEST && r->pin == pin && r->pending && !r->done && r != pin->held &&
            (found == NULL || r->ticket < found->ticket))
            found = r;
    return found;
}

static void
done(ks_object *r)
{
    r->done = r->signalled = true;
    r->result = KS_OK;
}

static void
come_back(ks_object *pin, ks_object *r)
{
    fake_ks *world = fake_world();
    pin->n_done++;
    if (!pin->plan->out) {
        bool empty = world->empty_every > 0 && pin->n_done % world->empty_every == 0;
        r->header->data_used = empty ? 0 : world->lies ? r->filled + 4 : r->filled;
    }
    if (world->reorder && pin->held == NULL && pin->n_done % 2 == 1) {
        pin->held = r;
        return;
    }
    done(r);
    if (pin->held != NULL)
        done(pin->held);
    pin->held = NULL;
}

static void
run_packets(ks_object *pin, uint64_t frames)
{
    uint32_t odd = fake_world()->odd_used;
    for (; pin->fetched < frames; pin->fetched++) {
        uint8_t bytes[4 * 64];
        if (!pin->plan->out)
            capture(pin, pin->fetched, bytes);
        ks_object *r = oldest(pin);
        if (r == NULL && pin->plan->out)
            play(pin, pin->fetched, NULL);
        uint32_t room = r == NULL        ? 0
                        : pin->plan->out ? r->header->data_used
                        : odd > 0        ? odd
                                         : r->header->frame_extent;
        /* A frame may be cut by the end of a packet. */
        for (uint32_t n = 0; n < pin->frame_bytes && r != NULL; n++) {
            uint8_t *place = (uint8_t *)r->header->data + r->filled;
            if (pin->plan->out)
                bytes[n] = *place;
            else
                *place = bytes[n];
            bool full = ++r->filled >= room;
            if (full && n + 1 == pin->frame_bytes && pin->plan->out)
                play(pin, pin->fetched, bytes);
            if (full) {
                come_back(pin, r);
                r = n + 1 < pin->frame_bytes ? oldest(pin) : NULL;
            } else if (n + 1 == pin->frame_bytes && pin->plan->out) {
                play(pin, pin->fetched, bytes);
            }
        }
    }
}

void
fake_advance(int64_t now_ns)
{
    fake_ks *world = fake_world();
    /* Playback first: the cable is as short as can be. */
    for (int out = 1; out >= 0; out--)
        for (ks_object *pin = fake_objects(); pin != NULL; pin = pin->next) {
            if (pin->kind != FAKE_PIN || pin->state != KS_RUN || pin->plan->out != (out == 1) ||
                !pin->filter->present || world->frozen)
                continue;
            double seconds = (double)(now_ns - pin->run_ns) * 1e-9;
            uint64_t frames =
                pin->base + (uint64_t)(seconds * pin->rate * (1 + world->ppm * 1e-6) + 1e-6);
            if (pin->looped)
                go_round(pin, frames);
            else
                run_packets(pin, frames);
            pin->frames = frames;
        }
}

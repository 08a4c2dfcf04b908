/* The fake's devices: what passes while time does. [test program] */
#include "fake_wa_inner.h"

#include <math.h>
#include <string.h>

/* What was played on a cable, by the frame of the world's time at 48 kHz. */
static float cable[FAKE_CABLE_WIDTH][FAKE_CABLE];

static int64_t
frame_of(const wa_client *client, uint64_t tick)
{
    double rate = client->format.rate;
    return llround((double)client->start_ns * 1e-9 * rate) + (int64_t)(tick * client->period);
}

int64_t
fake_due(const wa_client *client)
{
    double true_rate =
        client->format.rate * (1 + fake_world()->endpoints[client->endpoint].ppm * 1e-6);
    return client->start_ns +
           llround((double)(client->ticks + 1) * client->period / true_rate * 1e9);
}

bool
fake_ticks(const wa_client *client)
{
    return client != NULL && client->running && !client->dead && !fake_world()->frozen;
}

/* What a running client will have played at a frame by the time that it is heard, though its period is not over. */
static float
on_cable(uint64_t at, int64_t frame, uint32_t channel)
{
    float value = cable[channel][at];
    for (int n = 0; n < FAKE_CLIENTS; n++) {
        const wa_client *client = fake_client(n);
        if (client == NULL || !client->renders || !client->running)
            continue;
        int64_t ahead = frame - frame_of(client, client->ticks);
        if (ahead < 0)
            continue;
        value = 0;
        if (ahead < (int64_t)client->queued)
            gph_pump_unpack(client->format.sample,
                            client->data + (size_t)ahead * client->frame_bytes +
                                channel * gph_pump_sample_bytes(client->format.sample),
                            client->frame_bytes, &value, 1);
    }
    return value;
}

void
fake_record(wa_client *client, uint64_t first, uint32_t frames)
{
    uint32_t sample = client->format.sample, bytes = gph_pump_sample_bytes(sample), random = 1;
    fake_wa *w = fake_world();
    int64_t origin = llround((double)client->start_ns * 1e-9 * client->format.rate);
    for (uint32_t c = 0; c < client->format.channels && c < w->width; c++)
        for (uint32_t n = 0; n < frames; n++) {
            uint64_t at = (uint64_t)(origin + (int64_t)(first + n)) % FAKE_CABLE;
            float value = !w->cable              ? gph_pump_counter((int64_t)(first + n), c)
                          : c < FAKE_CABLE_WIDTH ? on_cable(at, origin + (int64_t)(first + n), c)
                                                 : 0;
            gph_pump_pack(sample, &value,
                          client->data + (size_t)n * client->frame_bytes + c * bytes,
                          client->frame_bytes, 1, &random);
        }
}

/* A counter that follows the one before, silence, or a break; and how smooth it all is. */
static void
hear(wa_client *client, float value)
{
    fake_wa *w = fake_world();
    double count = (double)value * 8388608.0;
    if (count <= 0 && count >= 0)
        w->n_silent++;
    else if (client->last > 0 && fabs(count - client->last - 1) < 0.5)
        w->n_right++;
    else if (client->last > 0)
        w->n_breaks++;
    client->last = count;
    float *p = w->played;
    p[0] = p[1];
    p[1] = p[2];
    p[2] = p[3];
    p[3] = value;
    double third = fabs((double)p[3] - 3.0 * (double)p[2] + 3.0 * (double)p[1] - (double)p[0]);
    if (++client->heard > 48000 && third > w->roughest)
        w->roughest = third;
}

static void
play(wa_client *client)
{
    fake_wa *w = fake_world();
    uint32_t frames = client->period, bytes = gph_pump_sample_bytes(client->format.sample);
    uint32_t have = client->queued < frames ? (uint32_t)client->queued : frames;
    int64_t at = frame_of(client, client->ticks);
    w->n_starved += frames - have;
    for (uint32_t c = 0; c < client->format.channels && c < FAKE_CABLE_WIDTH; c++)
        for (uint32_t n = 0; n < frames; n++) {
            float value = 0;
            const uint8_t *from = client->data + (size_t)n * client->frame_bytes + c * bytes;
            if (n < have)
                gph_pump_unpack(client->format.sample, from, client->frame_bytes, &value, 1);
            cable[c][(uint64_t)(at + n) % FAKE_CABLE] = value;
            if (c == 0)
                hear(client, value);
        }
    client->queued -= have;
    memmove(client->data, client->data + (size_t)have * client->frame_bytes,
            (size_t)client->queued * client->frame_bytes);
}

static void
capture(wa_client *client)
{
    fake_wa *w = fake_world();
    client->made += client->period;
    if (w->swallow > 0) { /* time passes, and nobody says that there is no sound of it */
        w->swallow -= w->swallow < client->period ? w->swallow : client->period;
        client->lag += client->period;
        return;
    }
    if (w->skip > 0) {
        w->skip -= w->skip < client->period ? w->skip : client->period;
        client->hole += client->period;
        client->fresh = true;
        return;
    }
    client->queued += client->period;
    if (client->queued > client->buffer) { /* nobody took it: the oldest is gone */
        client->queued -= client->period;
        client->told += client->period;
        client->fresh = true;
    }
}

void
fake_advance(void)
{
    fake_wa *w = fake_world();
    for (int n = 0; n < FAKE_CLIENTS; n++) {
        wa_client *client = fake_client(n);
        while (fake_ticks(client) && fake_due(client) <= w->now_ns) {
            if (client->renders)
                play(client);
            else
                capture(client);
            client->ticks++;
            if (!w->no_events && client->event != NULL)
                client->event->rung = true;
        }
    }
}

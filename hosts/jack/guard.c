/* The starvation guard: a peer whose client hangs can keep every cycle from us while the server goes on. [control, in
 * dispatch] */
#include "stream.h"

#include <stdio.h>
#include <string.h>

static const int64_t ms = 1000000;
static const int64_t least_quiet_ms = 100; /* starved is max(8 blocks, this) */
static const int64_t first_backoff_ms = 1000;
static const int64_t last_backoff_ms = 60000;

static int64_t
now_of(const gph_host_stream *stream)
{
    return stream->head.self->services->now_ns(stream->head.self->services);
}

/* The entry of a peer; with `make` the least needed one is given away. */
static jack_peer *
find(gph_host_stream *stream, const char *name, bool make)
{
    jack_peer *spare = &stream->peers[0];
    for (size_t n = 0; n < JACK_PEERS; n++) {
        jack_peer *peer = &stream->peers[n];
        if (strcmp(peer->name, name) == 0)
            return peer;
        if (peer->name[0] == 0 || (peer->seen == 0 && peer->until_ns < spare->until_ns))
            spare = peer;
    }
    if (!make)
        return NULL;
    *spare = (jack_peer){0};
    snprintf(spare->name, sizeof spare->name, "%s", name);
    return spare;
}

bool
guard_bars(gph_host_stream *stream, const char *name)
{
    const jack_peer *peer = find(stream, name, false);
    if (peer == NULL || now_of(stream) >= peer->until_ns)
        return false;
    if (stream->next_look_ns == 0 || peer->until_ns < stream->next_look_ns)
        stream->next_look_ns = peer->until_ns;
    return true;
}

void
guard_note(gph_host_stream *stream)
{
    uint64_t before = stream->n_seen;
    for (uint32_t c = 0; c < stream->n_in; c++) {
        const char **peers = jack_port_get_all_connections(stream->client, stream->in_ports[c]);
        for (size_t p = 0; peers != NULL && peers[p] != NULL; p++) {
            const jack_port_t *port = jack_port_by_name(stream->client, peers[p]);
            if (port == NULL || (jack_port_flags(port) & JackPortIsPhysical) != 0)
                continue;
            jack_peer *peer = find(stream, peers[p], true);
            if (peer->seen == 0 || peer->seen > before)
                peer->seen = ++stream->n_seen;
        }
        jack_free((void *)peers);
    }
}

/* The connection that was made last, of those that are there still. */
static jack_peer *
newest(gph_host_stream *stream, uint32_t *channel)
{
    jack_peer *found = NULL;
    for (size_t n = 0; n < JACK_PEERS; n++) {
        jack_peer *peer = &stream->peers[n];
        if (peer->seen == 0 || (found != NULL && peer->seen < found->seen))
            continue;
        for (uint32_t c = 0; c < stream->n_in; c++)
            if (jack_port_connected_to(stream->in_ports[c], peer->name)) {
                found = peer;
                *channel = c;
            }
    }
    return found;
}

static void
cut(gph_host_stream *stream, jack_peer *peer)
{
    int64_t longer = 2 * peer->backoff_ns;
    peer->backoff_ns = longer < first_backoff_ms * ms ? first_backoff_ms * ms : longer;
    if (peer->backoff_ns > last_backoff_ms * ms)
        peer->backoff_ns = last_backoff_ms * ms;
    peer->until_ns = now_of(stream) + peer->backoff_ns;
    peer->seen = 0;
    for (uint32_t c = 0; c < stream->n_in; c++)
        if (jack_port_connected_to(stream->in_ports[c], peer->name))
            jack_disconnect(stream->client, peer->name, jack_port_name(stream->in_ports[c]));
    char text[JACK_NAME + 64];
    snprintf(text, sizeof text, "'%.180s' is cut off for %d s: it let no cycle through", peer->name,
             (int)(peer->backoff_ns / 1000 / ms));
    gph_pump_post(stream->head.pump, GPH_HOST_NOTE, 0, -1, 0,
                  gph_pump_keep(stream->head.pump, text));
    if (stream->next_look_ns == 0 || peer->until_ns < stream->next_look_ns)
        stream->next_look_ns = peer->until_ns;
}

void
guard_look(gph_host_stream *stream)
{
    int64_t now = now_of(stream);
    if (stream->next_look_ns != 0 && now >= stream->next_look_ns) {
        stream->next_look_ns = 0;
        rules_apply(stream);
    }
    double limit = 8e9 * atomic_load(&stream->usual_block) / stream->rate;
    if (limit < (double)(least_quiet_ms * ms))
        limit = (double)(least_quiet_ms * ms);
    bool starved =
        (double)gph_pump_quiet_ns(stream->head.pump) > limit && !atomic_load(&stream->freewheel);
    jack_nframes_t time = starved ? jack_last_frame_time(stream->client) : 0;
    if (!starved || stream->guard_ns == 0) {
        stream->guard_ns = starved ? now : 0;
        stream->guard_time = time;
        return;
    }
    /* It is the peer's fault only if the server's own count goes on. */
    if ((double)(now - stream->guard_ns) < limit)
        return;
    uint32_t channel = 0;
    jack_peer *peer = time != stream->guard_time ? newest(stream, &channel) : NULL;
    stream->guard_ns = 0;
    if (peer != NULL)
        cut(stream, peer);
}

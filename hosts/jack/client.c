/* A client of a JACK server: its ports and callbacks. [control; process: audio; the other callbacks: threads of
 * libjack, which only note and wake] */
#include "stream.h"

#include <jack/statistics.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void
say_nothing(const char *text)
{
    (void)text; /* what matters comes back as a status */
}

jack_client_t *
client_connect(const char *name, const char *server, char *why, uint32_t n)
{
    jack_set_error_function(say_nothing);
    jack_set_info_function(say_nothing);
    jack_status_t status = 0;
    jack_client_t *client =
        server[0] != 0 ? jack_client_open(name, JackNoStartServer | JackServerName, &status, server)
                       : jack_client_open(name, JackNoStartServer, &status);
    if (client != NULL)
        return client;
    if ((status & JackVersionError) != 0)
        snprintf(why, n, "the JACK server speaks another version of the protocol");
    else if ((status & JackServerFailed) != 0)
        snprintf(why, n, "no JACK server%s%s is running", server[0] != 0 ? " " : "", server);
    else
        snprintf(why, n, "the JACK server refuses the client '%s' (status 0x%x)", name,
                 (unsigned)status);
    return NULL;
}

/* ---------------------------------------------------------------- callbacks */

/* Threads of libjack go on calling after a server did not let go of the client; by then what they would call into is
 * freed. Nothing but this pair of counters is theirs from there on. */
static bool
enter(gph_host_stream *stream)
{
    atomic_fetch_add(&stream->inside, 1);
    if (!atomic_load(&stream->abandoned))
        return true;
    atomic_fetch_sub(&stream->inside, 1);
    return false;
}

static void
leave(gph_host_stream *stream)
{
    atomic_fetch_sub(&stream->inside, 1);
}

/* No callback begins after it. One that is in one of them gets a second to come out. */
static void
abandon(gph_host_stream *stream)
{
    atomic_store(&stream->abandoned, true);
    const gph_host_services *services = stream->head.self->services;
    for (int n = 0; n < 1000 && atomic_load(&stream->inside) > 0; n++)
        services->sleep_until_ns(services, services->now_ns(services) + 1000000);
}

/* Frames that the server counted and we did not get. jackd's count goes on by the block that begins, other servers' by the
 * one that has ended: where the block has changed since, what agrees with either is no loss. */
static uint64_t
count_lost(gph_host_stream *stream, jack_nframes_t now, jack_nframes_t frames, bool freewheel)
{
    int32_t before = (int32_t)(now - stream->last_time - stream->last_frames);
    int32_t after = (int32_t)(now - stream->last_time - frames);
    bool recount = atomic_exchange(&stream->recount, false) || freewheel;
    stream->last_time = now;
    stream->last_frames = frames;
    int32_t less = before < after ? before : after;
    int32_t more = before < after ? after : before;
    if (recount || more <= 0 || less == 0)
        return 0;
    return (uint64_t)(less > 0 ? less : more);
}

static int
process(jack_nframes_t frames, void *arg)
{
    gph_host_stream *stream = arg;
    if (!enter(stream))
        return 0;
    const gph_host_services *services = stream->head.self->services;
    bool freewheel = atomic_load_explicit(&stream->freewheel, memory_order_relaxed);
    gph_pump_block block = {.frames = frames,
                            .flags = freewheel ? GPH_CLOCK_FREEWHEEL : 0,
                            .in = stream->in,
                            .out = stream->out,
                            .now_ns = services->now_ns(services)};
    for (uint32_t c = 0; c < stream->n_in; c++)
        stream->in[c] = jack_port_get_buffer(stream->in_ports[c], frames);
    for (uint32_t c = 0; c < stream->n_out; c++)
        stream->out[c] = jack_port_get_buffer(stream->out_ports[c], frames);
    block.lost_in = block.lost_out =
        count_lost(stream, jack_last_frame_time(stream->client), frames, freewheel);
    if (atomic_exchange_explicit(&stream->xruns, 0, memory_order_relaxed) > 0) {
        block.late = true;
        block.late_ns = (int64_t)(1000 * (double)atomic_load(&stream->xrun_usecs));
    }
    stream->midi_next = 0;
    stream->midi_buffer =
        stream->midi_port != NULL ? jack_port_get_buffer(stream->midi_port, frames) : NULL;
    gph_pump_cycle(stream->head.pump, &block);
    stream->midi_buffer = NULL;
    leave(stream);
    return 0;
}

static void
wake(const gph_host_stream *stream)
{
    stream->head.self->services->wake(stream->head.self->services);
}

static void
on_shutdown(jack_status_t code, const char *reason, void *arg)
{
    gph_host_stream *stream = arg;
    (void)code;
    (void)reason; /* does not outlive the call */
    if (!enter(stream))
        return;
    atomic_store(&stream->dead, true);
    gph_pump_lost(stream->head.pump, "the JACK server is gone");
    leave(stream);
}

static int
on_block(jack_nframes_t frames, void *arg)
{
    gph_host_stream *stream = arg;
    if (!enter(stream))
        return 0;
    if (atomic_exchange(&stream->usual_block, frames) != frames) {
        gph_pump_block_changed(stream->head.pump, frames);
        wake(stream);
    }
    leave(stream);
    return 0;
}

static int
on_rate(jack_nframes_t rate, void *arg)
{
    gph_host_stream *stream = arg;
    if (!enter(stream))
        return 0;
    if ((double)rate < stream->rate || (double)rate > stream->rate)
        gph_pump_lost(stream->head.pump, "the JACK server's rate has changed");
    leave(stream);
    return 0;
}

static void
on_freewheel(int starting, void *arg)
{
    gph_host_stream *stream = arg;
    if (!enter(stream))
        return;
    atomic_store(&stream->freewheel, starting != 0);
    atomic_store(&stream->recount, true);
    gph_pump_post(stream->head.pump, GPH_HOST_FREEWHEEL, 0, -1, starting != 0, NULL);
    wake(stream);
    leave(stream);
}

static int
on_xrun(void *arg)
{
    gph_host_stream *stream = arg;
    if (!enter(stream))
        return 0;
    atomic_store(&stream->xrun_usecs, jack_get_xrun_delayed_usecs(stream->client));
    atomic_fetch_add(&stream->xruns, 1);
    leave(stream);
    return 0;
}

static void
ports_changed(gph_host_stream *stream)
{
    if (!enter(stream))
        return;
    if (!atomic_exchange(&stream->ports_changed, true))
        gph_pump_post(stream->head.pump, GPH_HOST_PORTS, 0, -1, 0, NULL);
    wake(stream);
    leave(stream);
}

static void
on_registration(jack_port_id_t port, int registered, void *arg)
{
    (void)port;
    (void)registered;
    ports_changed(arg);
}

static void
on_connection(jack_port_id_t a, jack_port_id_t b, int connected, void *arg)
{
    (void)a;
    (void)b;
    (void)connected;
    ports_changed(arg);
}

static void
on_rename(jack_port_id_t port, const char *before, const char *after, void *arg)
{
    (void)port;
    (void)before;
    (void)after;
    ports_changed(arg);
}

/* What is heard at our inputs is heard at our outputs: each end reports the whole range of the other. */
static void
pass_latency(jack_port_t **from, uint32_t n_from, jack_port_t **to, uint32_t n_to,
             jack_latency_callback_mode_t mode)
{
    jack_latency_range_t all = {.min = UINT32_MAX, .max = 0};
    for (uint32_t c = 0; c < n_from; c++) {
        jack_latency_range_t one;
        jack_port_get_latency_range(from[c], mode, &one);
        all.min = one.min < all.min ? one.min : all.min;
        all.max = one.max > all.max ? one.max : all.max;
    }
    if (n_from == 0)
        all.min = 0;
    for (uint32_t c = 0; c < n_to; c++)
        jack_port_set_latency_range(to[c], mode, &all);
}

static void
on_latency(jack_latency_callback_mode_t mode, void *arg)
{
    gph_host_stream *stream = arg;
    if (!enter(stream))
        return;
    if (mode == JackCaptureLatency)
        pass_latency(stream->in_ports, stream->n_in, stream->out_ports, stream->n_out, mode);
    else
        pass_latency(stream->out_ports, stream->n_out, stream->in_ports, stream->n_in, mode);
    if (!atomic_exchange(&stream->latency_changed, true))
        gph_pump_post(stream->head.pump, GPH_HOST_LATENCY, 0, -1, 0, NULL);
    wake(stream);
    leave(stream);
}

/* ---------------------------------------------------------------- ports */

static gph_status
add_ports(gph_host_stream *stream, jack_port_t **ports, uint32_t n_ports, const char *stem,
          unsigned long flags)
{
    for (uint32_t c = 0; c < n_ports; c++) {
        char name[32];
        snprintf(name, sizeof name, "%s_%u", stem, c + 1);
        ports[c] = jack_port_register(stream->client, name, JACK_DEFAULT_AUDIO_TYPE, flags, 0);
        if (ports[c] == NULL)
            return GPH_LIMIT;
    }
    return GPH_OK;
}

gph_status
client_add_midi(gph_host_stream *stream)
{
    stream->midi_port =
        jack_port_register(stream->client, "midi_in", "8 bit raw midi", JackPortIsInput, 0);
    return stream->midi_port != NULL ? GPH_OK : GPH_LIMIT;
}

static gph_status
set_callbacks(gph_host_stream *stream)
{
    jack_client_t *client = stream->client;
    jack_on_info_shutdown(client, on_shutdown, stream);
    int failed = jack_set_process_callback(client, process, stream) != 0;
    failed += jack_set_buffer_size_callback(client, on_block, stream) != 0;
    failed += jack_set_sample_rate_callback(client, on_rate, stream) != 0;
    failed += jack_set_freewheel_callback(client, on_freewheel, stream) != 0;
    failed += jack_set_xrun_callback(client, on_xrun, stream) != 0;
    failed += jack_set_port_registration_callback(client, on_registration, stream) != 0;
    failed += jack_set_port_connect_callback(client, on_connection, stream) != 0;
    failed += jack_set_port_rename_callback(client, on_rename, stream) != 0;
    failed += jack_set_latency_callback(client, on_latency, stream) != 0;
    return failed == 0 ? GPH_OK : GPH_IO;
}

gph_status
client_open(gph_host_stream *stream, char *why, uint32_t n)
{
    stream->client = client_connect(stream->name, stream->server, why, n);
    if (stream->client == NULL)
        return GPH_IO;
    atomic_store(&stream->dead, false);
    atomic_store(&stream->freewheel, false);
    atomic_store(&stream->recount, true);
    stream->rate = jack_get_sample_rate(stream->client);
    atomic_store(&stream->usual_block, jack_get_buffer_size(stream->client));
    return GPH_OK;
}

static gph_status
register_all(gph_host_stream *stream)
{
    gph_status status = set_callbacks(stream);
    if (status == GPH_OK)
        status = add_ports(stream, stream->in_ports, stream->n_in, "in", JackPortIsInput);
    if (status == GPH_OK)
        status = add_ports(stream, stream->out_ports, stream->n_out, "out", JackPortIsOutput);
    if (status == GPH_OK && stream->midi_rule != NULL && stream->midi_port == NULL)
        status = client_add_midi(stream);
    return status;
}

gph_status
client_activate(gph_host_stream *stream)
{
    if (stream->client == NULL || stream->active || atomic_load(&stream->abandoned))
        return GPH_STATE;
    gph_status status = GPH_OK;
    bool registered = (stream->n_in > 0 && stream->in_ports[0] != NULL) ||
                      (stream->n_out > 0 && stream->out_ports[0] != NULL);
    if (!registered)
        status = register_all(stream);
    if (status < 0)
        return status;
    atomic_store(&stream->recount, true);
    atomic_store(&stream->ports_changed, true);
    if (jack_activate(stream->client) != 0)
        return GPH_IO;
    stream->active = true;
    rules_apply(stream);
    return GPH_OK;
}

/* ---------------------------------------------------------------- leaving a server that may not answer */

typedef struct farewell {
    jack_client_t *client;
    bool close;
} farewell;

static void GPH_CALL
run_farewell(void *arg)
{
    farewell *job = arg;
    if (job->close)
        jack_client_close(job->client);
    else
        jack_deactivate(job->client);
    free(job);
}

/* In a thread of its own, which is left behind when the server does not answer in time. */
static gph_status
leave_server(gph_host_stream *stream, bool close)
{
    const gph_host_services *services = stream->head.self->services;
    farewell *job = malloc(sizeof *job);
    gph_thread *thread = NULL;
    if (job == NULL)
        return GPH_MEMORY;
    *job = (farewell){.client = stream->client, .close = close};
    gph_status status = services->thread_start(services, "leave", GPH_THREAD_NORMAL, run_farewell,
                                               job, &thread, NULL);
    if (status < 0) {
        free(job);
        return status;
    }
    status = services->thread_join(services, thread, 2000);
    if (status < 0) {
        abandon(stream);
        services->log(services, GPH_LOG_WARNING,
                      "the JACK server does not answer; its client is left behind");
    }
    return status;
}

gph_status
client_deactivate(gph_host_stream *stream)
{
    if (stream->client == NULL || !stream->active)
        return GPH_OK;
    stream->active = false;
    return atomic_load(&stream->dead) ? GPH_OK : leave_server(stream, false);
}

void
client_close(gph_host_stream *stream)
{
    if (stream->client == NULL)
        return;
    if (!atomic_load(&stream->abandoned))
        leave_server(stream, true);
    stream->client = NULL;
    stream->active = false;
    stream->midi_port = NULL;
    for (uint32_t n = 0; n < stream->n_in; n++)
        stream->in_ports[n] = NULL;
    for (uint32_t n = 0; n < stream->n_out; n++)
        stream->out_ports[n] = NULL;
}

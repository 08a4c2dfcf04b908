/* The host `jack`: a client of a JACK server that somebody else started. [control] */
#include "stream.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const gph_setting settings[] = {
    GPH_TEXT("server", 0, NULL, "Name of the server; otherwise the default one"),
};

/* ---------------------------------------------------------------- the pump's back end */

static int64_t
backend_now(void *self)
{
    const gph_host_services *services = ((gph_host_stream *)self)->head.self->services;
    return services->now_ns(services);
}

static int64_t
backend_boot(void *self)
{
    const gph_host_services *services = ((gph_host_stream *)self)->head.self->services;
    return services->boot_ns(services);
}

static void
backend_release(void *self)
{
    client_close(self);
}

static void
describe(const gph_host_stream *stream, gph_got *got)
{
    uint32_t block = atomic_load(&stream->usual_block);
    *got = (gph_got){
        .size = sizeof *got,
        .rate = stream->rate,
        .block = block,
        .max_frames = stream->max_frames,
        .channels_in = stream->n_in,
        .channels_out = stream->n_out,
        .device_in = stream->n_in > 0 ? "JACK" : "",
        .device_out = stream->n_out > 0 ? "JACK" : "",
        .format = "f32",
        .deviations = stream->deviations,
    };
}

static gph_status
backend_reopen(void *self, bool follow, gph_got *got, char *why, uint32_t n)
{
    gph_host_stream *stream = self;
    if (atomic_load(&stream->abandoned)) {
        snprintf(why, n, "the JACK server did not let go of the old client");
        return GPH_STATE;
    }
    /* The default server is not another one unless a name was given. */
    if (follow)
        stream->server[0] = 0;
    gph_status status = client_open(stream, why, n);
    if (status < 0)
        return status;
    describe(stream, got);
    return GPH_OK;
}

static gph_status
backend_resume(void *self)
{
    return client_activate(self);
}

static gph_status GPH_CALL
latency(gph_host_stream *stream, uint32_t direction, uint32_t channel, uint32_t *min, uint32_t *max)
{
    bool out = direction == GPH_DIRECTION_OUT;
    *min = *max = 0;
    if (channel >= (out ? stream->n_out : stream->n_in))
        return GPH_ARGUMENT;
    jack_port_t *port = out ? stream->out_ports[channel] : stream->in_ports[channel];
    if (port == NULL || atomic_load(&stream->dead))
        return GPH_STATE;
    jack_latency_range_t range;
    jack_port_get_latency_range(port, out ? JackPlaybackLatency : JackCaptureLatency, &range);
    /* JACK's figure for capture includes the block, its figure for playback does not. */
    uint32_t block = out ? 0 : atomic_load(&stream->usual_block);
    *min = range.min > block ? range.min - block : 0;
    *max = range.max > block ? range.max - block : 0;
    return GPH_OK;
}

/* ---------------------------------------------------------------- extensions */

static void
backend_look_after(void *self)
{
    gph_host_stream *stream = self;
    if (stream->client != NULL && stream->active && !atomic_load(&stream->dead)) {
        if (atomic_load(&stream->ports_changed))
            rules_apply(stream);
        if (atomic_exchange(&stream->latency_changed, false) && stream->n_in > 0) {
            uint32_t least, most;
            if (latency(stream, GPH_DIRECTION_IN, 0, &least, &most) == GPH_OK)
                gph_pump_set_latency(stream->head.pump, most, 0);
        }
        if (gph_pump_state(stream->head.pump) != GPH_STREAM_STATE_READY)
            guard_look(stream);
    }
}

static const gph_pump_backend backend = {
    .now_ns = backend_now,
    .boot_ns = backend_boot,
    .release = backend_release,
    .reopen = backend_reopen,
    .resume = backend_resume,
    .look_after = backend_look_after,
};

/* ---------------------------------------------------------------- open */

static gph_status
settle(gph_host_stream *stream, const gph_want *want)
{
    double block = atomic_load(&stream->usual_block), rate = stream->rate, n_in, n_out, periods;
    const gph_pump_offer offers[] = {
        {&want->rate, &rate, "rate", "the server's rate", rate, rate, rate},
        {&want->block, &block, "block", "the server's block", block, block, block},
        {&want->channels_in, &n_in, "input channels", "the most that can be", 0, 0,
         GPH_MAX_CHANNELS},
        {&want->channels_out, &n_out, "output channels", "the most that can be", 0, 0,
         GPH_MAX_CHANNELS},
        {&want->periods, &periods, "periods", "what the server tells of them", 0, 0, 0},
    };
    gph_status status = gph_pump_settle(want, offers, 5, stream->deviations);
    if (status < 0)
        return status;
    stream->n_in = (uint32_t)n_in;
    stream->n_out = (uint32_t)n_out;
    stream->max_frames = gph_pump_max_frames((uint32_t)block);
    return GPH_OK;
}

static gph_status
take_memory(gph_host_stream *stream)
{
    stream->in_ports = calloc(stream->n_in + 1, sizeof(jack_port_t *));
    stream->out_ports = calloc(stream->n_out + 1, sizeof(jack_port_t *));
    stream->in = calloc(stream->n_in + 1, sizeof *stream->in);
    stream->out = calloc(stream->n_out + 1, sizeof *stream->out);
    stream->in_rules = calloc(stream->n_in + 1, sizeof *stream->in_rules);
    stream->out_rules = calloc(stream->n_out + 1, sizeof *stream->out_rules);
    stream->peers = calloc(JACK_PEERS, sizeof *stream->peers);
    if (stream->in_ports != NULL && stream->out_ports != NULL && stream->in != NULL &&
        stream->out != NULL && stream->in_rules != NULL && stream->out_rules != NULL &&
        stream->peers != NULL)
        return GPH_OK;
    stream->n_in = stream->n_out = 0; /* there is no port and no rule to let go of */
    return GPH_MEMORY;
}

static void
drop_rules(jack_rule *rules, uint32_t n)
{
    for (uint32_t c = 0; rules != NULL && c < n; c++)
        free(rules[c].text);
    free(rules);
}

static void GPH_CALL
close_stream(gph_host_stream *stream)
{
    if (stream == NULL)
        return;
    if (stream->head.pump != NULL)
        gph_pump_stop(stream->head.pump, 0);
    client_deactivate(stream);
    client_close(stream);
    gph_pump_stream_leave(stream);
    if (atomic_load(&stream->abandoned))
        return; /* a thread of libjack may still call us */
    gph_pump_free(stream->head.pump);
    drop_rules(stream->in_rules, stream->n_in);
    drop_rules(stream->out_rules, stream->n_out);
    free(stream->midi_rule);
    free(stream->in_ports);
    free(stream->out_ports);
    free(stream->in);
    free(stream->out);
    free(stream->peers);
    gph_pump_stream_free(stream);
}

static gph_status
connect_server(gph_host_stream *stream, const gph_want *want)
{
    char why[JACK_WHY] = "";
    const char *server = gph_pump_option(want->options, "server", 0);
    const char *device = want->device_in != NULL ? want->device_in : want->device_out;
    if (server == NULL && device != NULL && strcmp(device, "default") != 0)
        server = device;
    snprintf(stream->server, sizeof stream->server, "%s", server != NULL ? server : "");
    snprintf(stream->name, sizeof stream->name, "%.*s",
             jack_client_name_size() - 1 < 63 ? jack_client_name_size() - 1 : 63,
             want->name != NULL && want->name[0] != 0 ? want->name : "graphophone");
    gph_status status = client_open(stream, why, sizeof why);
    if (status < 0)
        gph_pump_refuse(want, device != NULL ? "device" : "server", "%s", why);
    return status;
}

static gph_status GPH_CALL
open_stream(gph_host_self *self, const gph_want *want, const gph_engine *engine,
            gph_host_stream **made, gph_got *got)
{
    *made = NULL;
    gph_host_stream *stream = gph_pump_stream_new(self, sizeof *stream);
    if (stream == NULL)
        return GPH_MEMORY;
    gph_pump_plan plan = gph_pump_stream_plan(stream, want, engine);
    plan.name = "jack";
    plan.backend = &backend;
    plan.keeps = true;
    gph_status status = connect_server(stream, want);
    if (status == GPH_OK)
        status = settle(stream, want);
    if (status == GPH_OK)
        status = take_memory(stream);
    if (status == GPH_OK)
        status = gph_pump_new(&plan, &stream->head.pump);
    gph_got all;
    describe(stream, &all);
    if (status == GPH_OK)
        status = gph_pump_configure(stream->head.pump, &all);
    if (status == GPH_OK)
        gph_pump_set_scheduling(stream->head.pump,
                                jack_is_realtime(stream->client) ? "the server's" : "normal");
    return gph_pump_stream_opened(stream, status, &all, close_stream, made, got);
}

/* ---------------------------------------------------------------- running */

static gph_status GPH_CALL
start(gph_host_stream *stream)
{
    char why[JACK_WHY] = "the server refuses the ports or the client";
    gph_status status = gph_pump_arm(stream->head.pump);
    if (status < 0)
        return status;
    if (stream->client == NULL)
        status = client_open(stream, why, sizeof why);
    if (status == GPH_OK)
        status = client_activate(stream);
    if (status < 0)
        gph_pump_stop(stream->head.pump, 0);
    else
        status = gph_pump_start(stream->head.pump, why, sizeof why);
    if (status < 0) {
        stream->head.self->services->log(stream->head.self->services, GPH_LOG_ERROR, why);
        client_deactivate(stream);
    }
    return status;
}

static gph_status GPH_CALL
stop(gph_host_stream *stream, uint32_t drain)
{
    gph_status status = gph_pump_stop(stream->head.pump, drain);
    gph_status left = status == GPH_STATE ? GPH_OK : client_deactivate(stream);
    return status < 0 ? status : left;
}

static gph_status GPH_CALL
set_rule(gph_host_stream *stream, uint32_t direction, uint32_t channel, const char *rule)
{
    bool out = direction == GPH_DIRECTION_OUT;
    if (channel >= (out ? stream->n_out : stream->n_in))
        return GPH_ARGUMENT;
    atomic_store(&stream->ports_changed, true);
    return rules_set(out ? &stream->out_rules[channel] : &stream->in_rules[channel], rule);
}

static gph_status GPH_CALL
set_freewheel(gph_host_stream *stream, uint32_t on)
{
    if (stream->client == NULL || atomic_load(&stream->dead))
        return GPH_STATE;
    return jack_set_freewheel(stream->client, on != 0) == 0 ? GPH_OK : GPH_IO;
}

static const void *GPH_CALL
extension(gph_host_self *self, gph_host_stream *stream, const char *id)
{
    static const gph_host_ports ports = {
        .size = sizeof ports, .list = find_ports, .connect = set_rule};
    static const gph_host_freewheel freewheel = {.size = sizeof freewheel, .set = set_freewheel};
    if (strcmp(id, GPH_PORTS_ID) == 0)
        return &ports;
    if (strcmp(id, GPH_FREEWHEEL_ID) == 0)
        return &freewheel;
    return strcmp(id, GPH_MIDI_ID) == 0 ? &jack_midi : gph_pump_host_extension(self, stream, id);
}

const gph_host gph_host_1 = {
    GPH_HOST("jack", "JACK", "A client of a JACK server that is running already",
             GPH_HOST_IS_SERVER | GPH_HOST_HAS_DEVICES | GPH_HOST_CAN_FREEWHEEL |
                 GPH_HOST_ANY_WIDTH | GPH_HOST_CAN_REHEARSE),
    GPH_HOST_SETTINGS(settings),
    GPH_PUMP_HOST,
    .probe = find_probe,
    .list = find_list,
    .open = open_stream,
    .start = start,
    .stop = stop,
    .close = close_stream,
    .latency = latency,
    .extension = extension,
};

/* The host `wdmks`: the drivers of Windows themselves, without the mixer. Chosen by name only. [control] */
#include "caps.h"
#include "stream.h"

#include <stdio.h>
#include <stdlib.h>

static const char *const modes[] = {"auto", "wavert", "packets", NULL};
static const char *const samples[] = {"auto", "s16", "s24", "s24in32", "s32", "f32", NULL};

static const gph_setting settings[] = {
    GPH_CHOICE("mode", modes, "auto",
               "How sound goes to and from the driver; auto: a ring if it has one"),
    GPH_CHOICE("format", samples, "auto", "Native samples; auto: the best that the device takes"),
    GPH_SWITCH("step", "off", "Cycles run in the thread that calls step(), and only then"),
};

/* ---------------------------------------------------------------- the pump's back end */

static int64_t
backend_now(void *self)
{
    const ks_system *system = &((gph_host_stream *)self)->system;
    return system->os->now_ns(system->self);
}

static int64_t
backend_boot(void *self)
{
    const ks_system *system = &((gph_host_stream *)self)->system;
    return system->os->boot_ns(system->self);
}

static void
backend_release(void *self)
{
    gph_host_stream *stream = self;
    /* What was only opened, and did not suit, is closed with good manners. */
    stream_shut(stream, stream->in.state != KS_STOP || stream->out.state != KS_STOP);
}

/* Opens again what was opened: the same rate and width, or the pump says what is different. */
static gph_status
backend_reopen(void *self, bool follow, gph_got *got, char *why, uint32_t n)
{
    gph_host_stream *stream = self;
    gph_config options = {.size = sizeof options, .error = why, .error_size = n};
    gph_want want = {
        .size = sizeof want,
        .device_in = follow || stream->n_in == 0 ? NULL : stream->id_in,
        .device_out = follow || stream->n_out == 0 ? NULL : stream->id_out,
        .rate = {.value = stream->rate, .policy = GPH_WISH_PREFER},
        .block = {.value = stream->block, .policy = GPH_WISH_PREFER},
        .channels_in = {.value = stream->n_in, .policy = GPH_WISH_PREFER},
        .channels_out = {.value = stream->n_out, .policy = GPH_WISH_PREFER},
        .periods = {.value = stream->n_periods, .policy = GPH_WISH_PREFER},
        .options = &options,
    };
    uint32_t rate = stream->rate, block = stream->block, n_in = stream->n_in, n_out = stream->n_out;
    gph_status status = stream_open(stream, &want);
    stream_describe(stream, got);
    if (status < 0 || stream->rate != rate || stream->n_in < n_in || stream->n_out < n_out) {
        /* The next try asks for what the engine knows. */
        stream->rate = rate;
        stream->block = block;
        stream->n_in = n_in;
        stream->n_out = n_out;
    }
    return status;
}

static gph_status
backend_resume(void *self)
{
    gph_host_stream *stream = self;
    gph_pump_stream_take_latency(stream);
    gph_pump_post(stream->head.pump, GPH_HOST_LATENCY, 0, -1, 0, NULL);
    return stream_run(stream) == KS_OK ? GPH_OK : GPH_IO;
}

static void
backend_idle(void *self, int64_t until_ns)
{
    gph_host_stream *stream = self;
    stream->system.os->wait(stream->system.self, NULL, stream->timer, until_ns);
}

static const gph_pump_backend backend = {
    .now_ns = backend_now,
    .boot_ns = backend_boot,
    .wait = stream_wait,
    .commit = stream_commit,
    .release = backend_release,
    .reopen = backend_reopen,
    .resume = backend_resume,
    .idle = backend_idle,
};

/* ---------------------------------------------------------------- streams */

static void GPH_CALL
close_stream(gph_host_stream *stream)
{
    if (stream == NULL)
        return;
    bool gone =
        stream->head.pump != NULL && gph_pump_state(stream->head.pump) == GPH_STREAM_STATE_LOST;
    gph_pump_free(stream->head.pump);
    if (stream->system.self != NULL) {
        stream_shut(stream, gone);
        stream->system.os->close(stream->system.self, stream->timer);
        stream->system.os->destroy(stream->system.self);
    }
    gph_pump_stream_free(stream);
}

static gph_status
prepare(gph_host_stream *stream, const gph_want *want)
{
    stream->mode = (uint32_t)gph_pump_number(want->options, "mode", MODE_AUTO);
    stream->sample = (int32_t)gph_pump_number(want->options, "format", 0) - 1;
    stream->stepped = gph_pump_number(want->options, "step", 0) > 0;
    stream->system.os = gph_ks_os_system();
    stream->system.self = stream->system.os->create(stream->head.self->services);
    if (stream->system.self == NULL)
        return GPH_MEMORY;
    stream->timer = stream->system.os->timer(stream->system.self);
    return stream->timer != NULL ? GPH_OK : GPH_MEMORY;
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
    plan.name = "wdmks";
    plan.backend = &backend;
    gph_got all;
    gph_status status = prepare(stream, want);
    if (status == GPH_OK)
        status = stream_open(stream, want);
    plan.stepped = stream->stepped;
    if (status == GPH_OK)
        status = gph_pump_new(&plan, &stream->head.pump);
    stream_describe(stream, &all);
    if (status == GPH_OK)
        status = gph_pump_configure(stream->head.pump, &all);
    return gph_pump_stream_opened(stream, status, &all, close_stream, made, got);
}

static gph_status GPH_CALL
start(gph_host_stream *stream)
{
    const gph_host_services *services = stream->head.self->services;
    char why[GPH_PUMP_TEXT] = "";
    if (gph_pump_state(stream->head.pump) != GPH_STREAM_STATE_READY)
        return GPH_STATE;
    gph_status status = GPH_OK;
    if (stream->in.kind == NULL && stream->out.kind == NULL)
        status = gph_pump_open_again(stream->head.pump, why, sizeof why);
    if (status == GPH_OK) {
        ks_status run = stream_run(stream);
        if (run != KS_OK) {
            snprintf(why, sizeof why, "%s", ks_status_text(run));
            if (run != KS_GONE)
                run = stream_rest(stream);
            if (run != KS_OK)
                stream_shut(stream, run == KS_GONE);
            status = GPH_IO;
        }
    }
    if (status == GPH_OK && (status = gph_pump_start(stream->head.pump, why, sizeof why)) < 0)
        stream_shut(stream, true); /* the next start opens it anew */
    if (status < 0)
        services->log(services, GPH_LOG_ERROR, why);
    return status;
}

static gph_status GPH_CALL
stop(gph_host_stream *stream, uint32_t drain)
{
    uint32_t state = gph_pump_state(stream->head.pump);
    gph_status status = gph_pump_stop(stream->head.pump, drain);
    if (status < 0 || state == GPH_STREAM_STATE_READY)
        return status;
    /* Lost: only close follows. A thread that did not end still has the pins: then they stay. */
    if (state == GPH_STREAM_STATE_LOST || atomic_load(&stream->gone) ||
        stream->refusal == KS_GONE) {
        stream_shut(stream, true);
        return GPH_OK;
    }
    ks_status rest = stream_rest(stream);
    if (rest != KS_OK)
        stream_shut(stream, rest == KS_GONE);
    return GPH_OK;
}

const gph_host gph_host_1 = {
    GPH_HOST("wdmks", "WDM-KS", "The drivers of Windows themselves: exclusive, for experts",
             GPH_HOST_CAN_STEP | GPH_HOST_HAS_DEVICES | GPH_HOST_CAN_REHEARSE),
    GPH_HOST_SETTINGS(settings),
    GPH_PUMP_HOST,
    .probe = gph_pump_host_probe,
    .list = ks_host_list,
    .caps_of = ks_host_caps_of,
    .open = open_stream,
    .start = start,
    .step = gph_pump_stream_step,
    .stop = stop,
    .close = close_stream,
    .latency = gph_pump_stream_latency,
    .extension = gph_pump_host_extension,
};

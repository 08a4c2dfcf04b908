/* The host `wasapi`: the audio devices of Windows, through its engine or past it. [control] */
#include "caps.h"
#include "stream.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const int64_t settled_ns = 100000000; /* a new default comes in several calls */

static const char *const modes[] = {"shared", "exclusive", NULL};
static const char *const lows[] = {"playback", "both", "off", NULL};
static const char *const samples[] = {"auto", "s16", "s24", "s24in32", "s32", "f32", NULL};

static const gph_setting settings[] = {
    GPH_CHOICE("mode", modes, "shared",
               "exclusive: the device without the mixer of Windows, or shared if it will not"),
    GPH_CHOICE("low-latency", lows, "playback",
               "Where a block below the engine's usual one may be asked for"),
    GPH_SWITCH("loopback", "off", "Captures what a device plays: device.in names one that plays"),
    GPH_CHOICE("format", samples, "auto",
               "Native samples of an exclusive device; auto: the best that it takes"),
    GPH_SWITCH("step", "off", "Cycles run in the thread that calls step(), and only then"),
};

/* ---------------------------------------------------------------- the pump's back end */

static int64_t
backend_now(void *self)
{
    gph_host_stream *stream = self;
    return stream->os->now_ns(stream->head.self->services);
}

static int64_t
backend_boot(void *self)
{
    gph_host_stream *stream = self;
    return stream->os->boot_ns(stream->head.self->services);
}

static void
backend_release(void *self)
{
    owner_do(self, COMMAND_SHUT);
}

/* The same rate and width as the engine knows, or the pump says what is different. */
static void
want_again(gph_host_stream *stream, bool follow)
{
    gph_want *want = &stream->want;
    snprintf(stream->word_in, WA_ID, "%s", follow ? "" : stream->id_in);
    snprintf(stream->word_out, WA_ID, "%s", follow ? "" : stream->id_out);
    want->device_in = stream->word_in[0] != 0 ? stream->word_in : NULL;
    want->device_out = stream->word_out[0] != 0 ? stream->word_out : NULL;
    want->rate = (gph_wish){.value = stream->rate, .policy = GPH_WISH_PREFER};
    want->block = (gph_wish){.value = want->block.value > 0 ? want->block.value : stream->block,
                             .policy = GPH_WISH_PREFER};
    want->channels_in = (gph_wish){.value = stream->n_in, .policy = GPH_WISH_PREFER};
    want->channels_out = (gph_wish){.value = stream->n_out, .policy = GPH_WISH_PREFER};
}

static void
see_news(gph_host_stream *stream)
{
    stream->seen_devices = atomic_load(&stream->news->devices);
    stream->seen_in = atomic_load(&stream->news->default_in);
    stream->seen_out = atomic_load(&stream->news->default_out);
    stream->default_ns = 0;
}

static gph_status
backend_reopen(void *self, bool follow, gph_got *got, char *why, uint32_t n)
{
    gph_host_stream *stream = self;
    uint32_t rate = stream->rate, n_in = stream->n_in, n_out = stream->n_out;
    bool by_default_in = stream->by_default_in, by_default_out = stream->by_default_out;
    if (stream->owner.stuck) {
        snprintf(why, n, "the system does not answer");
        return GPH_IO;
    }
    see_news(stream);
    want_again(stream, follow);
    stream->error[0] = 0;
    gph_status status = owner_do(stream, COMMAND_OPEN);
    if (status < 0)
        snprintf(why, n, "%s",
                 stream->error[0] != 0 ? stream->error : "the system does not answer");
    stream_describe(stream, got);
    /* The next try asks for what the engine knows. */
    stream->rate = rate;
    stream->n_in = n_in;
    stream->n_out = n_out;
    stream->by_default_in = by_default_in;
    stream->by_default_out = by_default_out;
    return status;
}

static gph_status
backend_resume(void *self)
{
    gph_host_stream *stream = self;
    gph_pump_stream_take_latency(stream);
    gph_pump_post(stream->head.pump, GPH_HOST_LATENCY, 0, -1, 0, NULL);
    return owner_do(stream, COMMAND_RUN);
}

static void
backend_idle(void *self, int64_t until_ns)
{
    gph_host_stream *stream = self;
    stream->os->wait(stream->head.self->services, NULL, 0, until_ns);
}

/* What the system told of its own accord. A new default is followed when it has stood for a while. */
static void
backend_look_after(void *self)
{
    gph_host_stream *stream = self;
    const wa_news *news = stream->news;
    if (news == NULL || stream->owner.stuck)
        return;
    uint32_t devices = atomic_load(&news->devices), in = atomic_load(&news->default_in),
             out = atomic_load(&news->default_out);
    if (devices != stream->seen_devices)
        gph_pump_post(stream->head.pump, GPH_HOST_DEVICES, 0, -1, 0, NULL);
    stream->seen_devices = devices;
    if (in != stream->seen_in || out != stream->seen_out) {
        bool ours = (in != stream->seen_in && stream->n_in > 0 && stream->by_default_in) ||
                    (out != stream->seen_out && stream->n_out > 0 && stream->by_default_out);
        gph_pump_post(stream->head.pump, GPH_HOST_DEFAULT, 0, -1, 0, NULL);
        stream->seen_in = in;
        stream->seen_out = out;
        if (ours)
            stream->default_ns = backend_now(stream);
    }
    bool due = stream->default_ns != 0 && backend_now(stream) - stream->default_ns >= settled_ns;
    if (!due || gph_pump_state(stream->head.pump) != GPH_STREAM_STATE_RUNNING)
        return;
    stream->default_ns = 0;
    if (stream->want.on_loss == GPH_LOSS_FOLLOW)
        gph_pump_lost(stream->head.pump, "the default device has changed");
}

/* In steps the pump asks for blocks; else the owner of the interfaces brings them. */
static const gph_pump_backend stepped_backend = {
    .now_ns = backend_now,
    .boot_ns = backend_boot,
    .wait = stream_wait,
    .commit = stream_commit,
    .release = backend_release,
    .reopen = backend_reopen,
    .resume = backend_resume,
    .look_after = backend_look_after,
    .idle = backend_idle,
};
static const gph_pump_backend owned_backend = {
    .now_ns = backend_now,
    .boot_ns = backend_boot,
    .release = backend_release,
    .reopen = backend_reopen,
    .resume = backend_resume,
    .look_after = backend_look_after,
};

/* ---------------------------------------------------------------- streams */

static void GPH_CALL
close_stream(gph_host_stream *stream)
{
    if (stream == NULL)
        return;
    const gph_host_services *services = stream->head.self->services;
    if (stream->head.pump != NULL)
        gph_pump_stop(stream->head.pump, 0);
    if (owner_end(stream) != GPH_OK) {
        /* The thread may come back from the system some day, and finds its memory where it was. */
        services->log(services, GPH_LOG_WARNING,
                      "the system did not let go of the device: a thread is left behind");
        gph_pump_stream_leave(stream);
        return;
    }
    gph_pump_free(stream->head.pump);
    free(stream->names);
    gph_pump_stream_free(stream);
}

static const char *
keep_word(char word[WA_ID], const char *asked)
{
    snprintf(word, WA_ID, "%s", asked != NULL ? asked : "");
    return word[0] != 0 ? word : NULL;
}

/* The owner is shown a copy: it may outlive the call. */
static void
prepare(gph_host_stream *stream, const gph_want *want)
{
    const gph_config *options = want->options;
    stream->os = gph_wa_os_system();
    stream->mode = (uint32_t)gph_pump_number(options, "mode", MODE_SHARED);
    stream->low = (uint32_t)gph_pump_number(options, "low-latency", LOW_PLAYBACK);
    stream->sample = (int32_t)gph_pump_number(options, "format", 0) - 1;
    stream->loopback = gph_pump_number(options, "loopback", 0) > 0 && want->channels_in.value > 0;
    stream->stepped = gph_pump_number(options, "step", 0) > 0;
    memcpy(&stream->want, want, want->size < sizeof *want ? want->size : sizeof *want);
    stream->want.device_in = keep_word(stream->word_in, want->device_in);
    stream->want.device_out = keep_word(stream->word_out, want->device_out);
    stream->want.name = NULL;
    stream->want.options = &stream->options;
    stream->options = (gph_config){
        .size = sizeof stream->options, .error = stream->error, .error_size = sizeof stream->error};
}

static gph_status GPH_CALL
open_stream(gph_host_self *self, const gph_want *want, const gph_engine *engine,
            gph_host_stream **made, gph_got *got)
{
    *made = NULL;
    gph_host_stream *stream = gph_pump_stream_new(self, sizeof *stream);
    if (stream == NULL)
        return GPH_MEMORY;
    prepare(stream, want);
    gph_pump_plan plan = gph_pump_stream_plan(stream, want, engine);
    plan.name = "wasapi";
    plan.backend = stream->stepped ? &stepped_backend : &owned_backend;
    plan.stepped = stream->stepped;
    gph_got all;
    gph_status status = gph_pump_new(&plan, &stream->head.pump);
    if (status == GPH_OK)
        status = owner_begin(stream);
    if (status == GPH_OK) {
        see_news(stream);
        status = owner_do(stream, COMMAND_OPEN);
    }
    if (status < 0)
        gph_pump_refuse(want, stream->options.bad_setting, "%s",
                        stream->error[0] != 0 ? stream->error : "the system does not answer");
    stream_describe(stream, &all);
    if (status == GPH_OK)
        status = gph_pump_configure(stream->head.pump, &all);
    if (status == GPH_OK)
        gph_pump_set_scheduling(stream->head.pump, stream->owner.level);
    return gph_pump_stream_opened(stream, status, &all, close_stream, made, got);
}

static gph_status GPH_CALL
start(gph_host_stream *stream)
{
    const gph_host_services *services = stream->head.self->services;
    gph_pump *pump = stream->head.pump;
    char why[GPH_PUMP_TEXT] = "";
    if (gph_pump_state(pump) != GPH_STREAM_STATE_READY)
        return GPH_STATE;
    gph_status status = GPH_OK;
    if (stream->in.client == NULL && stream->out.client == NULL)
        status = gph_pump_open_again(pump, why, sizeof why);
    if (status == GPH_OK && !stream->stepped)
        status = gph_pump_arm(pump);
    if (status == GPH_OK) {
        status = owner_do(stream, COMMAND_RUN);
        if (status < 0)
            snprintf(why, sizeof why, "%s", stream->error);
    }
    if (status == GPH_OK && (status = gph_pump_start(pump, why, sizeof why)) < 0)
        owner_do(stream, COMMAND_SHUT); /* the next start opens it anew */
    if (status < 0) {
        gph_pump_stop(pump, 0);
        services->log(services, GPH_LOG_ERROR, why);
    }
    return status;
}

static gph_status GPH_CALL
stop(gph_host_stream *stream, uint32_t drain)
{
    uint32_t state = gph_pump_state(stream->head.pump);
    gph_status status = gph_pump_stop(stream->head.pump, drain);
    if (status < 0 || state == GPH_STREAM_STATE_READY)
        return status;
    bool lost = state == GPH_STREAM_STATE_LOST || state == GPH_STREAM_STATE_FAILED;
    owner_do(stream, lost ? COMMAND_SHUT : COMMAND_REST);
    return stream->owner.stuck ? GPH_STATE : GPH_OK;
}

const gph_host gph_host_1 = {
    GPH_HOST("wasapi", "WASAPI", "The audio devices of Windows",
             GPH_HOST_CAN_STEP | GPH_HOST_HAS_DEVICES | GPH_HOST_CAN_REHEARSE),
    GPH_HOST_SETTINGS(settings),
    GPH_PUMP_HOST,
    .probe = gph_pump_host_probe,
    .list = wa_list,
    .caps_of = wa_caps_of,
    .open = open_stream,
    .start = start,
    .step = gph_pump_stream_step,
    .stop = stop,
    .close = close_stream,
    .latency = gph_pump_stream_latency,
    .extension = gph_pump_host_extension,
};

/* The host `clock`: a timer with a virtual device, for rehearsals and tests. [control; wait, commit: audio] */
#include "stream.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const signals[] = {"silence", "sine", "counter", "cable", NULL};

static const gph_setting settings[] = {
    GPH_REAL("rate", GPH_UNIT_HERTZ, 0, 768000, "0", "Rate that the device insists on; 0: any"),
    GPH_INTEGER("block", 0, 8192, "0", "Block that the device insists on, in frames; 0: any"),
    GPH_INTEGER("channels", 0, 1024, "0", "Channels each way that the device has; 0: any number"),
    GPH_INTEGER(
        "periods", 0, 16384, "0",
        "Blocks that the device buffers, the present one counted; 0: a quarter of a second"),
    GPH_REAL("ppm", GPH_UNIT_NONE, -4000, 4000, "0",
             "How fast its crystal runs, in parts in a million"),
    GPH_REAL("jitter", GPH_UNIT_SECONDS, 0, 1, "0", "Wake-ups are late by up to this"),
    GPH_CHOICE("signal", signals, "silence", "What is heard at the inputs"),
    GPH_REAL("delay", GPH_UNIT_FRAMES, 0, 192000, "0", "Length of the cable beyond the block"),
    GPH_SETTING_X("script", GPH_SETTING_TEXT, GPH_SETTING_LIST, 0, 0, 0, NULL,
                  "Faults: `48000 lose 480, 96000 stall 300ms`", NULL),
    GPH_SWITCH("step", "off", "Time is virtual and passes in step() only"),
};

/* ---------------------------------------------------------------- the pump's back end */

static int64_t
backend_now(void *self)
{
    return device_now_ns(&((gph_host_stream *)self)->device);
}

static int64_t
backend_boot(void *self)
{
    const clock_device *device = &((gph_host_stream *)self)->device;
    return device->stepped ? device_now_ns(device) : device->services->boot_ns(device->services);
}

static gph_status
backend_wait(void *self, int64_t until_ns, gph_pump_block *block, const char **reason)
{
    gph_host_stream *stream = self;
    return device_wait(&stream->device, stream->head.pump, until_ns, block, reason);
}

static void
backend_commit(void *self, const gph_pump_block *block)
{
    device_commit(&((gph_host_stream *)self)->device, block);
}

static gph_status
backend_reopen(void *self, bool follow, gph_got *got, char *why, uint32_t n)
{
    gph_host_stream *stream = self;
    clock_device *device = &stream->device;
    if (device->refusals > 0) {
        device->refusals--;
        snprintf(why, n, "the device refuses to open");
        return GPH_IO;
    }
    if (follow)
        device->spare = !device->spare;
    else if (device_now_ns(device) < device->back_ns) {
        snprintf(why, n, "the device is not there");
        return GPH_IO;
    }
    stream_describe(stream, got);
    device->returns = !follow && device->back_rate > 0;
    if (device->returns)
        got->rate = device->back_rate;
    if (!follow && device->back_channels > 0) {
        got->channels_in =
            got->channels_in > device->back_channels ? device->back_channels : got->channels_in;
        got->channels_out =
            got->channels_out > device->back_channels ? device->back_channels : got->channels_out;
    }
    return GPH_OK;
}

static gph_status
backend_resume(void *self)
{
    clock_device *device = &((gph_host_stream *)self)->device;
    device_start(device, false);
    if (device->returns)
        device_set_rate(device, device->back_rate);
    return GPH_OK;
}

static void
backend_idle(void *self, int64_t until_ns)
{
    device_sleep(&((gph_host_stream *)self)->device, until_ns);
}

static const gph_pump_backend backend = {
    .now_ns = backend_now,
    .boot_ns = backend_boot,
    .wait = backend_wait,
    .commit = backend_commit,
    .reopen = backend_reopen,
    .resume = backend_resume,
    .idle = backend_idle,
};

/* ---------------------------------------------------------------- the host */

static gph_status GPH_CALL
list(gph_host_self *self, uint64_t *generation,
     void(GPH_CALL *each)(void *user, const gph_device *device), void *user)
{
    (void)self;
    static const gph_device devices[] = {
        {.size = sizeof(gph_device), .directions = 3, .roles = 3, .id = "timer", .name = "Timer"},
        {.size = sizeof(gph_device), .directions = 3, .id = "spare", .name = "Spare timer"},
    };
    if (generation != NULL)
        *generation = 0;
    for (size_t n = 0; n < sizeof devices / sizeof *devices; n++)
        each(user, &devices[n]);
    return GPH_OK;
}

static gph_status GPH_CALL
caps_of(gph_host_self *self, const char *id, uint32_t direction, gph_device_caps *caps)
{
    (void)self;
    (void)direction;
    if (id != NULL && strcmp(id, "timer") != 0 && strcmp(id, "spare") != 0)
        return GPH_ARGUMENT;
    const gph_device_caps all = {
        .channels_max = GPH_MAX_CHANNELS, .block_min = 1, .block_max = GPH_MAX_FRAMES};
    gph_pump_caps_give(&all, caps);
    return GPH_OK;
}

static void GPH_CALL
close_stream(gph_host_stream *stream)
{
    if (stream == NULL)
        return;
    gph_pump_free(stream->head.pump);
    device_finish(&stream->device);
    gph_pump_stream_free(stream);
}

static gph_status
open_pump(gph_host_stream *stream, const gph_want *want, const gph_engine *engine)
{
    if (stream->device.refusals > 0) {
        stream->device.refusals--;
        gph_pump_refuse(want, NULL, "the device refuses to open");
        return GPH_IO;
    }
    gph_pump_plan plan = gph_pump_stream_plan(stream, want, engine);
    plan.name = "clock";
    plan.backend = &backend;
    plan.stepped = stream->device.stepped;
    return gph_pump_new(&plan, &stream->head.pump);
}

static gph_status GPH_CALL
open_stream(gph_host_self *self, const gph_want *want, const gph_engine *engine,
            gph_host_stream **made, gph_got *got)
{
    *made = NULL;
    gph_host_stream *stream = gph_pump_stream_new(self, sizeof *stream);
    if (stream == NULL)
        return GPH_MEMORY;
    gph_status status = stream_negotiate(stream, want);
    if (status == GPH_OK)
        status = open_pump(stream, want, engine);
    gph_got all;
    stream_describe(stream, &all);
    if (status == GPH_OK)
        status = gph_pump_configure(stream->head.pump, &all);
    return gph_pump_stream_opened(stream, status, &all, close_stream, made, got);
}

static gph_status GPH_CALL
start(gph_host_stream *stream)
{
    if (gph_pump_state(stream->head.pump) != GPH_STREAM_STATE_READY)
        return GPH_STATE;
    char why[GPH_PUMP_TEXT] = "";
    device_start(&stream->device, true);
    gph_status status = gph_pump_start(stream->head.pump, why, sizeof why);
    if (status < 0)
        stream->head.self->services->log(stream->head.self->services, GPH_LOG_ERROR, why);
    return status;
}

static gph_status GPH_CALL
latency(gph_host_stream *stream, uint32_t direction, uint32_t channel, uint32_t *min, uint32_t *max)
{
    bool out = direction == GPH_DIRECTION_OUT;
    if (channel >= (out ? stream->n_out : stream->n_in))
        return GPH_ARGUMENT;
    *min = *max = out ? atomic_load(&stream->device.latency_out) : 0;
    return GPH_OK;
}

static gph_status GPH_CALL
set_block(gph_host_stream *stream, uint32_t frames)
{
    if (frames == 0 || frames > GPH_MAX_FRAMES)
        return GPH_ARGUMENT;
    atomic_store(&stream->device.wanted_block, frames);
    return GPH_OK;
}

/* ---------------------------------------------------------------- extensions */

static gph_status GPH_CALL
set_freewheel(gph_host_stream *stream, uint32_t on)
{
    if (atomic_exchange(&stream->device.freewheel, on != 0) != (on != 0))
        gph_pump_post(stream->head.pump, GPH_HOST_FREEWHEEL, 0, -1, on != 0, NULL);
    return GPH_OK;
}

static gph_status GPH_CALL
load_script(gph_host_stream *stream, const char *text, char *why, uint32_t n)
{
    if (gph_pump_state(stream->head.pump) != GPH_STREAM_STATE_READY)
        return GPH_STATE;
    return script_add(&stream->device.script, text, why, n);
}

static const void *GPH_CALL
extension(gph_host_self *self, gph_host_stream *stream, const char *id)
{
    static const gph_host_freewheel freewheel = {.size = sizeof freewheel, .set = set_freewheel};
    static const gph_host_script script = {.size = sizeof script, .load = load_script};
    if (strcmp(id, GPH_FREEWHEEL_ID) == 0)
        return &freewheel;
    return strcmp(id, GPH_SCRIPT_ID) == 0 ? &script : gph_pump_host_extension(self, stream, id);
}

const gph_host gph_host_1 = {
    GPH_HOST("clock", "Timer", "A timer with a virtual device",
             GPH_HOST_CAN_STEP | GPH_HOST_CAN_FREEWHEEL | GPH_HOST_HAS_DEVICES |
                 GPH_HOST_ANY_WIDTH | GPH_HOST_CAN_REHEARSE),
    GPH_HOST_SETTINGS(settings),
    GPH_PUMP_HOST,
    .probe = gph_pump_host_probe,
    .list = list,
    .caps_of = caps_of,
    .open = open_stream,
    .start = start,
    .step = gph_pump_stream_step,
    .stop = gph_pump_stream_stop,
    .close = close_stream,
    .latency = latency,
    .set_block = set_block,
    .extension = extension,
};

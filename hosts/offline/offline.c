/* The host `offline`: as fast as the machine allows, from a file or a counter, to a file. [control; the cycles run in
 * the caller's thread of step] */
#include "sound.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SIGNAL_SILENCE = 0, SIGNAL_COUNTER = 1 };

static const char *const signals[] = {"silence", "counter", NULL};

static const gph_setting settings[] = {
    GPH_SETTING_X("in", GPH_SETTING_PATH, GPH_SETTING_READS, 0, 0, 0, NULL,
                  "Sound file that is heard at the inputs", NULL),
    GPH_CHOICE("signal", signals, "silence", "What is heard without a file"),
    GPH_SETTING_X("out", GPH_SETTING_PATH, 0, 0, 0, 0, NULL,
                  "Sound file that the outputs go to; it must not exist", NULL),
    GPH_REAL("length", GPH_UNIT_FRAMES, 0, 9e15, "0",
             "The input ends after this; 0: with the file, or never"),
};

struct gph_host_stream {
    gph_pump_stream head;
    double rate;
    uint32_t block;
    uint32_t max_frames;
    uint32_t n_in;
    uint32_t n_out;
    uint32_t signal;
    uint32_t file_channels; /* of the input file */
    int64_t length;         /* frames of input; -1: endless */
    int64_t position;       /* next frame */
    sound_file *source;
    sound_file *target;
    bool failed; /* the output file could not be written */
    float **in;  /* n_in, and file_channels at the least */
    float **out;

    char deviations[GPH_PUMP_TEXT];
};

/* ---------------------------------------------------------------- the pump's back end */

/* Time is the frame: nothing else passes. */
static int64_t
backend_now(void *self)
{
    const gph_host_stream *stream = self;
    return (int64_t)((double)stream->position / stream->rate * 1e9);
}

static void
generate(gph_host_stream *stream, uint32_t frames)
{
    for (uint32_t c = 0; c < stream->n_in; c++)
        for (uint32_t k = 0; k < frames; k++)
            stream->in[c][k] = gph_pump_counter(stream->position + k, c);
}

static void
silence(gph_host_stream *stream, uint32_t from, uint32_t to)
{
    for (uint32_t c = 0; c < stream->n_in; c++)
        memset(stream->in[c] + from, 0, (to - from) * sizeof(float));
}

static gph_status
backend_wait(void *self, int64_t until_ns, gph_pump_block *block, const char **reason)
{
    gph_host_stream *stream = self;
    (void)until_ns;
    if (stream->failed) {
        *reason = "the output file cannot be written";
        return GPH_IO;
    }
    *block = (gph_pump_block){.frames = stream->block,
                              .flags = GPH_CLOCK_FREEWHEEL,
                              .in = (const float *const *)stream->in,
                              .out = stream->out,
                              .now_ns = backend_now(stream)};
    int64_t left = stream->length < 0 ? INT64_MAX : stream->length - stream->position;
    if (left <= 0) {
        silence(stream, 0, block->frames);
        block->flags |= GPH_CLOCK_DRAINING | GPH_CLOCK_SILENT_IN;
        return GPH_OK;
    }
    /* The input ends at the end of a block, so that DRAINING begins on its very frame. */
    if (left < block->frames)
        block->frames = (uint32_t)left;
    if (stream->source != NULL) {
        uint32_t got = sound_read(stream->source, stream->in, block->frames);
        silence(stream, got, block->frames);
    } else if (stream->signal == SIGNAL_COUNTER) {
        generate(stream, block->frames);
    } else {
        block->flags |= GPH_CLOCK_SILENT_IN;
    }
    return GPH_OK;
}

static void
backend_commit(void *self, const gph_pump_block *block)
{
    gph_host_stream *stream = self;
    stream->position += block->frames;
    if (stream->target != NULL && sound_write(stream->target, (const float *const *)block->out,
                                              block->frames) < block->frames)
        stream->failed = true;
}

static gph_status
backend_reopen(void *self, bool follow, gph_got *got, char *why, uint32_t n)
{
    (void)self;
    (void)follow;
    (void)got;
    snprintf(why, n, "what was written so far is all there will be");
    return GPH_UNSUPPORTED;
}

static const gph_pump_backend backend = {
    .now_ns = backend_now,
    .boot_ns = backend_now,
    .wait = backend_wait,
    .commit = backend_commit,
    .reopen = backend_reopen,
};

/* ---------------------------------------------------------------- open */

static gph_status
open_source(gph_host_stream *stream, const gph_want *want, double *rate)
{
    const char *path = gph_pump_option(want->options, "in", 0);
    double length = gph_pump_number(want->options, "length", 0);
    stream->signal = (uint32_t)gph_pump_number(want->options, "signal", SIGNAL_SILENCE);
    stream->length = length > 0 ? (int64_t)length : -1;
    if (path == NULL || path[0] == 0)
        return GPH_OK;
    char why[GPH_PUMP_TEXT];
    int64_t frames;
    gph_status status = sound_open_read(path, &stream->source, rate, &stream->file_channels,
                                        &frames, why, sizeof why);
    if (status < 0) {
        gph_pump_refuse(want, "in", "%s", why);
        return status;
    }
    if (stream->length < 0 || stream->length > frames)
        stream->length = frames;
    return GPH_OK;
}

static gph_status
settle(gph_host_stream *stream, const gph_want *want, double file_rate)
{
    double most_in = stream->source != NULL ? stream->file_channels : GPH_MAX_CHANNELS;
    double block, n_in, n_out;
    gph_pump_offer offers[] = {
        {&want->rate, &stream->rate, "rate", "the input file's rate", 48000, 1000, 768000},
        {&want->block, &block, "block", "what offline can do", 1024, 1, GPH_MAX_FRAMES},
        {&want->channels_in, &n_in, "input channels", "what the input file has", 0, 0, most_in},
        {&want->channels_out, &n_out, "output channels", "what offline can do", 0, 0,
         GPH_MAX_CHANNELS},
    };
    if (file_rate > 0)
        offers[0].usual = offers[0].min = offers[0].max = file_rate;
    gph_status status = gph_pump_settle(want, offers, 4, stream->deviations);
    if (status < 0)
        return status;
    stream->block = (uint32_t)block;
    stream->max_frames = gph_pump_max_frames(stream->block);
    stream->n_in = (uint32_t)n_in;
    stream->n_out = (uint32_t)n_out;
    return GPH_OK;
}

static gph_status
take_memory(gph_host_stream *stream)
{
    uint32_t n_in = stream->n_in > stream->file_channels ? stream->n_in : stream->file_channels;
    stream->in = gph_pump_planes(n_in, stream->block);
    stream->out = gph_pump_planes(stream->n_out, stream->block);
    return stream->in != NULL && stream->out != NULL ? GPH_OK : GPH_MEMORY;
}

static gph_status
open_target(gph_host_stream *stream, const gph_want *want)
{
    const char *path = gph_pump_option(want->options, "out", 0);
    if (path == NULL || path[0] == 0 || stream->n_out == 0)
        return GPH_OK;
    char why[GPH_PUMP_TEXT];
    gph_status status =
        sound_open_write(path, stream->rate, stream->n_out, &stream->target, why, sizeof why);
    if (status < 0)
        gph_pump_refuse(want, "out", "%s", why);
    return status;
}

static void
describe(const gph_host_stream *stream, gph_got *got)
{
    *got = (gph_got){
        .size = sizeof *got,
        .rate = stream->rate,
        .block = stream->block,
        .max_frames = stream->max_frames,
        .channels_in = stream->n_in,
        .channels_out = stream->n_out,
        .periods = 1,
        .device_in = stream->source != NULL ? "file" : "",
        .device_out = stream->target != NULL ? "file" : "",
        .format = "f32",
        .deviations = stream->deviations,
    };
}

static void GPH_CALL
close_stream(gph_host_stream *stream)
{
    if (stream == NULL)
        return;
    gph_pump_free(stream->head.pump);
    sound_close(stream->source);
    if (sound_close(stream->target) < 0)
        stream->head.self->services->log(stream->head.self->services, GPH_LOG_ERROR,
                                         "the output file could not be closed properly");
    free(stream->in);
    free(stream->out);
    gph_pump_stream_free(stream);
}

static gph_status GPH_CALL
open_stream(gph_host_self *self, const gph_want *want, const gph_engine *engine,
            gph_host_stream **made, gph_got *got)
{
    *made = NULL;
    gph_host_stream *stream = gph_pump_stream_new(self, sizeof *stream);
    if (stream == NULL)
        return GPH_MEMORY;
    stream->rate = 48000;
    double file_rate = 0;
    gph_pump_plan plan = gph_pump_stream_plan(stream, want, engine);
    plan.name = "offline";
    plan.backend = &backend;
    plan.on_loss = GPH_LOSS_STOP;
    plan.timeline = GPH_TIMELINE_HOLD;
    plan.stepped = plan.exact_time = true;
    plan.witness = false;
    gph_status status = open_source(stream, want, &file_rate);
    if (status == GPH_OK)
        status = settle(stream, want, file_rate);
    if (status == GPH_OK)
        status = take_memory(stream);
    if (status == GPH_OK)
        status = gph_pump_new(&plan, &stream->head.pump);
    gph_got all;
    describe(stream, &all);
    if (status == GPH_OK)
        status = gph_pump_configure(stream->head.pump, &all);
    /* Last: nothing is made unless all else is well. */
    if (status == GPH_OK)
        status = open_target(stream, want);
    describe(stream, &all);
    return gph_pump_stream_opened(stream, status, &all, close_stream, made, got);
}

/* ---------------------------------------------------------------- the host */

static gph_status GPH_CALL
list(gph_host_self *self, uint64_t *generation,
     void(GPH_CALL *each)(void *user, const gph_device *device), void *user)
{
    (void)self;
    (void)each;
    (void)user;
    if (generation != NULL)
        *generation = 0;
    return GPH_OK;
}

static gph_status GPH_CALL
start(gph_host_stream *stream)
{
    if (gph_pump_state(stream->head.pump) != GPH_STREAM_STATE_READY)
        return GPH_STATE;
    /* A second take would go on in the same file, so it is the first that counts. */
    if (stream->position > 0 && stream->target != NULL)
        return GPH_STATE;
    char why[GPH_PUMP_TEXT];
    stream->position = 0;
    if (stream->source != NULL)
        sound_rewind(stream->source);
    return gph_pump_start(stream->head.pump, why, sizeof why);
}

static int64_t GPH_CALL
step(gph_host_stream *stream, int64_t frames, int64_t timeout_ns)
{
    int64_t passed = gph_pump_step(stream->head.pump, frames, timeout_ns);
    return stream->failed ? GPH_IO : passed;
}

static const void *GPH_CALL
extension(gph_host_self *self, gph_host_stream *stream, const char *id)
{
    (void)self;
    (void)stream;
    (void)id;
    return NULL;
}

const gph_host gph_host_1 = {
    GPH_HOST("offline", "Offline", "As fast as the machine allows, from and to files",
             GPH_HOST_CAN_STEP | GPH_HOST_CAN_FREEWHEEL | GPH_HOST_IS_OFFLINE | GPH_HOST_ANY_WIDTH),
    GPH_HOST_SETTINGS(settings),
    GPH_PUMP_HOST,
    .probe = gph_pump_host_probe,
    .list = list,
    .open = open_stream,
    .start = start,
    .step = step,
    .stop = gph_pump_stream_stop,
    .close = close_stream,
    .latency = gph_pump_stream_latency,
    .extension = extension,
};

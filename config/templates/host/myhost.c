/* myhost: a host that ticks: each input has a click twice a second, and time passes as fast as the machine allows.
 *
 * A host owns time: it calls the engine once a block. This one is the least that works. In place of the loop in tick()
 * yours will read a device, and run in a thread of its own (services->thread_start) instead of in step(). */
#include <graphophone/host.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK = 256, ROOM = 1024 }; /* frames of a cycle, and what the engine is to have room for */

struct gph_host_self {
    const gph_host_services *services;
    gph_host_stream *stream; /* the one that is open, or NULL */
};

struct gph_host_stream {
    gph_host_self *self;
    const gph_engine *engine;
    double rate;
    uint32_t n_in, n_out;
    uint32_t state;     /* GPH_STREAM_STATE_* */
    uint32_t told;      /* the state that the engine knows */
    uint32_t in_event;  /* the engine is being told something: it may not stop us now */
    uint32_t has_ended; /* the engine wants no more cycles */
    int64_t frame;      /* of the next cycle */
    uint64_t cycles;
    float *memory; /* BLOCK frames of each channel, inputs first */
    const float **in;
    float **out;
};

/* ---------------------------------------------------------------- what it can do */

static gph_status GPH_CALL
probe(const gph_host_services *services, char *why, uint32_t n)
{
    (void)services;
    if (n > 0)
        why[0] = 0;
    return GPH_OK;
}

static gph_host_self *GPH_CALL
create(const gph_host_services *services)
{
    gph_host_self *self = (gph_host_self *)calloc(1, sizeof(gph_host_self));
    if (self)
        self->services = services;
    return self;
}

static void GPH_CALL
destroy(gph_host_self *self)
{
    free(self);
}

/* It has no devices to choose from. */
static gph_status GPH_CALL
list(gph_host_self *self, uint64_t *generation,
     void(GPH_CALL *each)(void *user, const gph_device *device), void *user)
{
    (void)self;
    (void)each;
    (void)user;
    if (generation)
        *generation = 0;
    return GPH_OK;
}

/* ---------------------------------------------------------------- a stream */

static void GPH_CALL
close_stream(gph_host_stream *stream)
{
    if (!stream)
        return;
    if (stream->self->stream == stream)
        stream->self->stream = NULL;
    free(stream->memory);
    free(stream->in);
    free(stream->out);
    free(stream);
}

static gph_status
take_memory(gph_host_stream *stream)
{
    size_t n = (size_t)stream->n_in + stream->n_out;
    stream->memory = (float *)calloc(n * BLOCK + 1, sizeof(float));
    stream->in = (const float **)calloc((size_t)stream->n_in + 1, sizeof(float *));
    stream->out = (float **)calloc((size_t)stream->n_out + 1, sizeof(float *));
    if (!stream->memory || !stream->in || !stream->out)
        return GPH_MEMORY;
    for (uint32_t c = 0; c < stream->n_in; c++)
        stream->in[c] = stream->memory + (size_t)c * BLOCK;
    for (uint32_t c = 0; c < stream->n_out; c++)
        stream->out[c] = stream->memory + (size_t)(stream->n_in + c) * BLOCK;
    return GPH_OK;
}

/* A wish as a whole number: what is asked for, or `otherwise`. */
static double
wish(const gph_wish *asked, double otherwise)
{
    return asked->policy != GPH_WISH_ANY && asked->value > 0 ? asked->value : otherwise;
}

/* Says in one sentence what cannot be had; `setting` may be NULL. */
static gph_status
refuse(const gph_want *want, const char *setting, const char *what, uint32_t n, const char *of)
{
    if (want->options && want->options->error_size > 0) {
        snprintf(want->options->error, want->options->error_size, "%s %u %s", what, n, of);
        want->options->bad_setting = setting;
    }
    return GPH_UNSUPPORTED;
}

static gph_status GPH_CALL
open_stream(gph_host_self *self, const gph_want *want, const gph_engine *engine,
            gph_host_stream **made, gph_got *got)
{
    gph_got all;
    gph_status status = GPH_STATE;
    gph_host_stream *stream = NULL;
    *made = NULL;
    if (self->stream)
        return status;
    if (want->block.policy == GPH_WISH_EXACT && !(want->block.value == (double)BLOCK))
        return refuse(want, "block", "the block is", BLOCK, "frames");
    if (!(want->channels_in.value <= GPH_MAX_CHANNELS &&
          want->channels_out.value <= GPH_MAX_CHANNELS))
        return refuse(want, NULL, "there are", GPH_MAX_CHANNELS, "channels");
    stream = (gph_host_stream *)calloc(1, sizeof(gph_host_stream));
    if (!stream)
        return GPH_MEMORY;
    stream->self = self;
    stream->engine = engine;
    stream->rate = wish(&want->rate, 48000);
    stream->n_in = (uint32_t)want->channels_in.value;
    stream->n_out = (uint32_t)want->channels_out.value;
    stream->state = stream->told = GPH_STREAM_STATE_READY;
    memset(&all, 0, sizeof all);
    all.size = sizeof all;
    all.rate = stream->rate;
    all.block = BLOCK;
    all.max_frames = ROOM;
    all.fixed_block = 1;
    all.channels_in = stream->n_in;
    all.channels_out = stream->n_out;
    all.periods = 1;
    all.device_in = all.device_out = "";
    all.format = "f32";
    all.deviations = "";
    status = take_memory(stream);
    if (status == GPH_OK)
        status = engine->configure(engine->user, &all);
    if (status < 0) {
        close_stream(stream);
        return status;
    }
    memcpy(got, &all, got->size < sizeof all ? got->size : sizeof all);
    self->stream = *made = stream;
    return GPH_OK;
}

static gph_status GPH_CALL
start(gph_host_stream *stream)
{
    if (stream->state != GPH_STREAM_STATE_READY)
        return GPH_STATE;
    stream->frame = 0;
    stream->has_ended = 0;
    stream->state = GPH_STREAM_STATE_RUNNING;
    return GPH_OK;
}

/* What comes in at the next frames. */
static void
tick(gph_host_stream *stream)
{
    int64_t period = (int64_t)(stream->rate / 2);
    for (uint32_t c = 0; c < stream->n_in; c++)
        for (uint32_t f = 0; f < BLOCK; f++)
            stream->memory[(size_t)c * BLOCK + f] = (stream->frame + f) % period == 0 ? 0.5f : 0.0f;
}

static void
cycle(gph_host_stream *stream)
{
    gph_cycle now;
    int32_t answer;
    memset(&now, 0, sizeof now);
    tick(stream);
    now.frames = BLOCK;
    now.n_in = stream->n_in;
    now.n_out = stream->n_out;
    now.in = stream->in;
    now.out = stream->out;
    now.clock.frame = stream->frame;
    now.clock.mono_ns = (int64_t)((double)stream->frame * 1e9 / stream->rate);
    now.clock.rate = stream->rate;
    now.clock.flags = GPH_CLOCK_FREEWHEEL | (stream->frame == 0 ? GPH_CLOCK_FIRST : 0);
    answer = stream->engine->cycle(stream->engine->user, &now);
    stream->frame += BLOCK;
    stream->cycles++;
    if (answer != GPH_CYCLE_GO_ON) {
        stream->has_ended = 1;
        stream->state =
            answer == GPH_CYCLE_DRAIN ? GPH_STREAM_STATE_READY : GPH_STREAM_STATE_FAILED;
    }
}

static int64_t GPH_CALL
step(gph_host_stream *stream, int64_t frames, int64_t timeout_ns)
{
    int64_t passed = 0;
    (void)timeout_ns; /* time passes only in cycles */
    if (stream->has_ended)
        return 0;
    if (stream->state != GPH_STREAM_STATE_RUNNING)
        return GPH_STATE;
    do {
        cycle(stream);
        passed += BLOCK;
    } while (passed < frames && !stream->has_ended);
    return passed;
}

static gph_status GPH_CALL
stop(gph_host_stream *stream, uint32_t drain)
{
    (void)drain;
    if (stream->in_event)
        return GPH_STATE;
    if (stream->state == GPH_STREAM_STATE_RUNNING)
        stream->state = GPH_STREAM_STATE_READY;
    return GPH_OK;
}

static gph_status GPH_CALL
latency(gph_host_stream *stream, uint32_t direction, uint32_t channel, uint32_t *min, uint32_t *max)
{
    *min = *max = 0;
    return channel < (direction == GPH_DIRECTION_OUT ? stream->n_out : stream->n_in) ? GPH_OK
                                                                                     : GPH_ARGUMENT;
}

static void GPH_CALL
stats(gph_host_stream *stream, gph_host_stats *figures)
{
    gph_host_stats all;
    uint32_t size = figures->size;
    memset(&all, 0, sizeof all);
    all.size = size;
    all.state = stream->state;
    all.cycles = stream->cycles;
    all.frames = stream->cycles * BLOCK;
    all.scheduling = "normal";
    memcpy(figures, &all, size < sizeof all ? size : sizeof all);
}

/* Waits for something to do, then tells the engine what has changed: only here. */
static gph_status GPH_CALL
dispatch(gph_host_self *self, int32_t timeout_ms)
{
    gph_host_stream *stream = self->stream;
    self->services->wait(self->services, timeout_ms);
    if (stream && stream->told != stream->state) {
        gph_host_event event;
        memset(&event, 0, sizeof event);
        event.kind = GPH_HOST_STATE;
        event.at = stream->frame;
        event.value = stream->told = stream->state;
        event.text = "";
        stream->in_event = 1;
        stream->engine->event(stream->engine->user, &event);
        stream->in_event = 0;
    }
    return GPH_OK;
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
    GPH_HOST("myhost", "myhost", "Ticks twice a second, as fast as the machine allows",
             GPH_HOST_CAN_STEP | GPH_HOST_CAN_FREEWHEEL | GPH_HOST_IS_OFFLINE | GPH_HOST_ANY_WIDTH),
    .probe = probe,
    .create = create,
    .destroy = destroy,
    .list = list,
    .open = open_stream,
    .start = start,
    .step = step,
    .stop = stop,
    .close = close_stream,
    .latency = latency,
    .stats = stats,
    .dispatch = dispatch,
    .extension = extension,
};

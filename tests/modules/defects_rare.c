/* As defects.c: one thing wrong each, of those that show in one corner only: at one signal, in one place of a parameter, at
 * one event, at the most channels, with one trouble of the disk. [test module] */
#include <graphophone/module.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    /* file, lifecycle */
    FORGETS_LIBM,
    LATEST_ONLY,
    ONCE_ONLY,
    /* blocks, widths */
    BLOCK_GROWS,
    MANY_CHANNELS,
    /* signals */
    ON_SILENCE,
    ON_IMPULSE,
    ON_STEADY,
    KEEPS_INF,
    KEEPS_GREAT,
    /* real time, surroundings */
    WRITES,
    SAME_THREAD,
    /* parameters */
    AT_MOST,
    WHILE_MOVING,
    IN_BETWEEN,
    EVENT_FIRST,
    EVENT_LAST,
    /* services, claims */
    QUEUE_FULL,
    DISK_FULL,
    DISK_SLOW,
    DISK_CLOSE,
    LATE_ANSWER
};
#define IS(name)  (DEFECT == (name))
#define USES_DISK (IS(DISK_FULL) || IS(DISK_SLOW) || IS(DISK_CLOSE))
enum { LATE = 100, TOO_MANY = 1000, STOPS_AT = 20 };

struct gph_node {
    const gph_runtime *rt;
    const gph_worker *worker;
    const gph_disk *disk;
    gph_stream *stream;
    uint32_t activations, calls, frames;
    int sick, stopped;
    float last[GPH_MAX_CHANNELS];
    float late[GPH_MAX_CHANNELS][LATE];
    float amount;
};

static gph_node *latest;
static _Thread_local float factor;

static gph_node *GPH_CALL
create(const gph_runtime *rt, const gph_type *type)
{
    gph_node *self = calloc(1, sizeof *self);
    (void)type;
    if (self)
        self->rt = rt;
    latest = self;
    return self;
}

static void GPH_CALL
destroy(gph_node *self)
{
    free(self);
}

static gph_status GPH_CALL
configure(gph_node *self, gph_config *config)
{
    const gph_stream_write what = {.size = sizeof what, .channels = 1, .file = "take.wav"};
    self->worker = self->rt->get(self->rt, GPH_WORKER_ID);
    self->disk = self->rt->get(self->rt, GPH_DISK_ID);
    if (USES_DISK && !(self->stream = self->disk->open_write(self->rt, config, &what)))
        return GPH_IO;
    return GPH_OK;
}

static void GPH_CALL
reset(gph_node *self)
{
    memset(self->last, 0, sizeof self->last);
    memset(self->late, 0, sizeof self->late);
    self->calls = self->frames = 0;
    self->sick = self->stopped = 0;
    self->amount = 0.5f;
}

static gph_status GPH_CALL
activate(gph_node *self, gph_setup *setup)
{
    reset(self);
    self->activations++;
    factor = 1;
    setup->latency = IS(LATE_ANSWER) ? LATE / 2 : 0;
    setup->tail = -1;
    return GPH_OK;
}

static void GPH_CALL
deactivate(gph_node *self)
{
    if (self->stream)
        self->disk->close(self->stream);
    self->stream = NULL;
}

/* Records for a while. What it is told of it makes it sick. */
static void
record(gph_node *self, const gph_io *io)
{
    for (uint32_t e = 0; e < io->n_events; e++) {
        const gph_event *event = &io->events[e];
        if (event->kind != GPH_EVENT_STREAM)
            continue;
        const int failed = event->index == GPH_STREAM_FAILED;
        self->sick |= (IS(DISK_FULL) && failed && !self->stopped) ||
                      (IS(DISK_CLOSE) && failed && self->stopped) ||
                      (IS(DISK_SLOW) && event->index == GPH_STREAM_HALF_FULL);
    }
    if (self->calls == 1)
        self->disk->start(self->stream, io->clock);
    self->disk->write(self->stream, io->clock, io->in[0].ch, io->frames);
    if (self->calls == STOPS_AT) {
        self->disk->stop(self->stream, io->clock + io->frames);
        self->stopped = 1;
    }
}

static void
at_events(const gph_io *io)
{
    for (uint32_t e = 0; e < io->n_events; e++) {
        const uint32_t frame = io->events[e].frame;
        volatile float *out = io->out[0].ch[0];
        if (IS(EVENT_FIRST) && frame == 0)
            out[-1] = 0;
        if (IS(EVENT_LAST) && frame + 1 == io->frames)
            out[io->frames] = 0;
    }
}

static float
of_signal(gph_node *self, uint32_t c, float x)
{
    float *last = &self->last[c];
    const float before = *last;
    *last = x;
    if (IS(ON_SILENCE))
        return x / fabsf(x);
    if (IS(ON_IMPULSE))
        return x / (1 - x);
    if (IS(ON_STEADY) && x != 0)
        return x / (x - before);
    if (IS(KEEPS_INF) || IS(KEEPS_GREAT)) {
        if (isnan(x) || (IS(KEEPS_GREAT) && isinf(x)))
            x = 0;
        *last = 0.5f * before + (IS(KEEPS_GREAT) ? x * x : fabsf(x));
        return isnan(*last) ? *last = 0 : *last;
    }
    return x;
}

static float
of_parameter(const gph_io *io, float before, uint32_t f)
{
    const float now = io->params[0].ramp[f];
    const int moves = now != before;
    if (IS(AT_MOST))
        return 1 / (1 - now);
    if (IS(WHILE_MOVING) && moves)
        return NAN;
    if (IS(IN_BETWEEN) && !moves && now > 0 && now < 1 && now != 0.5f)
        return NAN;
    return now;
}

static float
delayed(gph_node *self, uint32_t c, int64_t frame, float x)
{
    float *place = &self->late[c][frame % LATE];
    const float before = *place;
    *place = x;
    return before;
}

static float
changed(gph_node *self, const gph_io *io, uint32_t c, uint32_t f, float x)
{
    const float *ramp = io->params[0].ramp;
    const float before = f ? ramp[f - 1] : self->calls == 1 ? ramp[0] : self->amount;
    float gain = of_parameter(io, before, f);
    gph_node *whose = IS(LATEST_ONLY) ? latest : self;
    if (IS(FORGETS_LIBM))
        gain = powf(gain, 1.5f);
    if (IS(LATEST_ONLY))
        return whose->last[c] = 0.5f * whose->last[c] + x;
    if (IS(ONCE_ONLY))
        gain *= (float)self->activations;
    if (IS(BLOCK_GROWS) && f == 0 && self->frames && io->frames > self->frames)
        gain = 0;
    if (IS(SAME_THREAD))
        gain *= factor;
    if (IS(LATE_ANSWER))
        return gain * delayed(self, c, io->clock + f, x);
    return self->sick ? NAN : gain * of_signal(self, c, x);
}

static gph_status GPH_CALL
process(gph_node *self, const gph_io *io)
{
    self->calls++;
    if (USES_DISK)
        record(self, io);
    if (IS(QUEUE_FULL) && !self->worker->schedule(self->rt, "job", 3))
        self->sick = 1;
    if (IS(WRITES) && write(-1, "", 0) > 0)
        return GPH_OK;
    for (uint32_t c = 0; c < io->out[0].channels; c++)
        for (uint32_t f = 0; f < io->frames && !(IS(MANY_CHANNELS) && c >= TOO_MANY); f++)
            io->out[0].ch[c][f] = changed(self, io, c, f, io->in[0].ch[c][f]);
    at_events(io);
    self->frames = io->frames;
    self->amount = io->params[0].value;
    return GPH_OK;
}

static const gph_port ports[] = {GPH_IN("in"), GPH_OUT("out")};
static const gph_param params[] = {
    GPH_PARAM("amount", GPH_UNIT_FRACTION, 0, 0.5f, 1, "What is kept of it.")};
static const gph_trigger triggers[] = {GPH_TRIGGER("hit", "Nothing.")};
static const gph_type defect = {
    GPH_TYPE("defect", "Defect", "An effect with one thing wrong in a corner.",
             GPH_TYPE_IN_PLACE | GPH_TYPE_INDEPENDENT | GPH_TYPE_EVENTS),
    GPH_PORTS(ports),
    GPH_PARAMS(params),
    GPH_TRIGGERS(triggers),
    .create = create,
    .destroy = destroy,
    .configure = configure,
    .activate = activate,
    .process = process,
    .reset = reset,
    .deactivate = deactivate,
};
GPH_MODULE(NAME, "1.0.0", "tests", "MIT", &defect)

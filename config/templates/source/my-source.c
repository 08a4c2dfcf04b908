/* my-source: a bell that is struck by a trigger. Change the loop in process(), build, listen. */
#include <graphophone/module.h>
#include <math.h>
#include <stdlib.h>

/* One instance. The runtime never looks inside. */
struct gph_node {
    double radians; /* a frame, for 1 Hz */
    double rate;    /* frames a second */
    double phase;   /* of the tone, in radians */
    double level;   /* of the tone now */
};

enum { FREQ, DECAY, GAIN }; /* places in `params` */
enum { STRIKE };            /* places in `triggers` */

static gph_node *GPH_CALL
create(const gph_runtime *rt, const gph_type *type)
{
    (void)rt;
    (void)type;
    return (gph_node *)calloc(1, sizeof(gph_node));
}

static void GPH_CALL
destroy(gph_node *self)
{
    free(self);
}

/* Reads what is fixed while running: how many channels the output has. */
static gph_status GPH_CALL
configure(gph_node *self, gph_config *config)
{
    double channels = 1;
    (void)self;
    config->number(config, "channels", 0, &channels, NULL);
    config->out_channels[0] = (uint32_t)channels;
    return GPH_OK;
}

/* It rings once by itself when the rig starts. */
static void GPH_CALL GPH_AUDIO
reset(gph_node *self)
{
    self->phase = 0;
    self->level = 1;
}

static gph_status GPH_CALL
activate(gph_node *self, gph_setup *setup)
{
    self->rate = setup->rate;
    self->radians = 6.283185307179586 / setup->rate;
    reset(self);
    return GPH_OK;
}

/* Audio thread: no malloc, no lock, no file, no print in here. A call begins at the trigger's frame,
 * so what comes with it counts from its first frame. */
static gph_status GPH_CALL GPH_AUDIO
process(gph_node *self, const gph_io *io)
{
    const float *freq = io->params[FREQ].ramp;
    const float *decay = io->params[DECAY].ramp;
    const float *gain = io->params[GAIN].ramp;
    float *out = io->out[0].ch[0];
    for (uint32_t e = 0; e < io->n_events; e++)
        if (io->events[e].kind == GPH_EVENT_TRIGGER && io->events[e].index == STRIKE)
            reset(self);
    for (uint32_t f = 0; f < io->frames; f++) {
        out[f] = gain[f] * (float)(self->level * sin(self->phase));
        self->phase += self->radians * (double)freq[f];
        if (self->phase > 6.283185307179586)
            self->phase -= 6.283185307179586;
        self->level *= 1 - 1 / ((double)decay[f] * self->rate);
    }
    for (uint32_t c = 1; c < io->out[0].channels; c++)
        for (uint32_t f = 0; f < io->frames; f++)
            io->out[0].ch[c][f] = out[f];
    return GPH_OK;
}

static const gph_port ports[] = {
    GPH_PORT_X("out", GPH_PORT_OUT, 0, GPH_WIDTH_RANGE, 1, GPH_MAX_CHANNELS, 0,
               "The bell, the same in each channel."),
};
static const gph_param params[] = {
    GPH_PARAM("freq", GPH_UNIT_HERTZ, 20, 880, 8000, "Pitch of the bell."),
    GPH_PARAM("decay", GPH_UNIT_SECONDS, 0.01f, 0.3f, 10, "Time in which it falls to a third."),
    GPH_GAIN("gain", -90, -12, 24, "Level of the stroke."),
};
static const gph_setting settings[] = {
    GPH_INTEGER("channels", 1, GPH_MAX_CHANNELS, "1", "Channels of the output."),
};
static const gph_trigger triggers[] = {
    GPH_TRIGGER("strike", "Strikes the bell."),
};
static const gph_type source = {
    GPH_TYPE("my-source", "my-source", "A bell that is struck by a trigger.", 0),
    GPH_PORTS(ports),
    GPH_PARAMS(params),
    GPH_SETTINGS(settings),
    GPH_TRIGGERS(triggers),
    .create = create,
    .destroy = destroy,
    .configure = configure,
    .activate = activate,
    .process = process,
    .reset = reset,
};
GPH_MODULE("my-source", "0.1.0", "you", "MIT", &source)

/* pan: one or two channels to a place in a row of outputs. [audio; set-up: control]
 *
 * The outputs stand in a row from -100% (first) to 100% (last). At distance d from the sound, in steps
 * of the row, an output has the weight cos(d / reach * 90 degrees) or 1 - d / reach, and nothing from
 * the reach on; reach is 1 + spread * (outputs - 2). The weights are then scaled to a power, or a
 * sum, of 1. With two outputs that is the sine and cosine law, or the straight one.
 */
#include <graphophone/dsp.h>

enum { PAN, SPREAD };
enum { POWER, LINEAR };

struct gph_node {
    uint32_t outputs, law;
    uint32_t known; /* gains are of pan and spread */
    float pan, spread;
    float *gains[2]; /* of each output, for the first and second input */
};

static gph_node *GPH_CALL
create(const gph_runtime *rt, const gph_type *type)
{
    (void)rt, (void)type;
    return calloc(1, sizeof(gph_node));
}

static void GPH_CALL
destroy(gph_node *self)
{
    free(self);
}

static gph_status GPH_CALL
configure(gph_node *self, gph_config *config)
{
    double outputs = 2, law = POWER;
    config->number(config, "outputs", 0, &outputs, NULL);
    config->number(config, "law", 0, &law, NULL);
    self->law = (uint32_t)law;
    self->outputs = config->out_channels[0] = (uint32_t)outputs;
    return GPH_OK;
}

static gph_status GPH_CALL
activate(gph_node *self, gph_setup *setup)
{
    (void)setup;
    self->known = 0;
    self->gains[0] = calloc(2 * (size_t)self->outputs, sizeof(float));
    if (!self->gains[0])
        return GPH_MEMORY;
    self->gains[1] = self->gains[0] + self->outputs;
    return GPH_OK;
}

static void GPH_CALL
deactivate(gph_node *self)
{
    free(self->gains[0]);
    self->gains[0] = self->gains[1] = NULL;
}

/* Gains of all outputs for a sound at `place`, -1..1. */
static void GPH_AUDIO
spread_out(const gph_node *self, float *gains, float place, float spread)
{
    double at = ((double)place + 1.0) * 0.5 * (self->outputs - 1), total = 0;
    double reach = self->outputs > 2 ? 1.0 + (double)spread * (self->outputs - 2) : 1.0;
    for (uint32_t o = 0; o < self->outputs; o++) {
        double d = fabs(at - o) / reach, weight = d < 1.0 ? 1.0 - d : 0.0;
        if (self->law == POWER)
            weight = gph_sin_pi(weight * 0.5);
        total += self->law == POWER ? weight * weight : weight;
        gains[o] = (float)weight;
    }
    total = self->law == POWER ? sqrt(total) : total;
    for (uint32_t o = 0; o < self->outputs; o++)
        gains[o] = (float)((double)gains[o] / total);
}

static inline float GPH_AUDIO
within(float x)
{
    return x < -1.0f ? -1.0f : x > 1.0f ? 1.0f : x;
}

/* Gains for the parameters of a frame. Two inputs stand one whole row apart, as far as it goes. */
static void GPH_AUDIO
follow(gph_node *self, float pan, float spread, uint32_t inputs)
{
    if (self->known && pan == self->pan && spread == self->spread)
        return;
    spread_out(self, self->gains[0], inputs == 1 ? pan : within(pan - 1.0f), spread);
    spread_out(self, self->gains[1], within(pan + 1.0f), spread);
    self->pan = pan;
    self->spread = spread;
    self->known = 1;
}

/* Frames from..until, over which nothing moves. */
static void GPH_AUDIO
stretch(const gph_node *self, const gph_io *io, uint32_t from, uint32_t until)
{
    uint32_t stereo = io->in[0].channels == 2;
    const float *a = io->in[0].ch[0], *b = io->in[0].ch[stereo];
    for (uint32_t o = 0; o < self->outputs; o++) {
        float *restrict out = io->out[0].ch[o];
        float ga = self->gains[0][o], gb = stereo ? self->gains[1][o] : 0.0f;
        if (stereo)
            for (uint32_t f = from; f < until; f++)
                out[f] = a[f] * ga + b[f] * gb;
        else
            for (uint32_t f = from; f < until; f++)
                out[f] = a[f] * ga;
    }
}

static int32_t GPH_CALL GPH_AUDIO
process(gph_node *self, const gph_io *io)
{
    const float *pan = io->params[PAN].ramp, *spread = io->params[SPREAD].ramp;
    uint32_t still = io->params[PAN].flags & io->params[SPREAD].flags & GPH_VALUE_CONSTANT;
    for (uint32_t from = 0, until; from < io->frames; from = until) {
        for (until = still ? io->frames : from + 1; until < io->frames; until++)
            if (pan[until] != pan[from] || spread[until] != spread[from])
                break;
        follow(self, pan[from], spread[from], io->in[0].channels);
        stretch(self, io, from, until);
    }
    return GPH_OK;
}

static const char *const laws[] = {"power", "linear", NULL};

static const gph_port ports[] = {
    GPH_PORT_X("in", GPH_PORT_IN, 0, GPH_WIDTH_RANGE, 1, 2, 0, "A mono or stereo sound."),
    GPH_PORT_X("out", GPH_PORT_OUT, 0, GPH_WIDTH_RANGE, 1, GPH_MAX_CHANNELS, 0,
               "The row of outputs, the first at -100%, the last at 100%."),
};

static const gph_setting settings[] = {
    GPH_INTEGER("outputs", 1, GPH_MAX_CHANNELS, "2", "How many outputs stand in the row."),
    GPH_CHOICE(
        "law", laws, "power",
        "What stays the same while a sound moves: power suits loudspeakers in a room, linear "
        "suits what is mixed to mono later."),
};

static const gph_param params[] = {
    GPH_PARAM(
        "pan", GPH_UNIT_FRACTION, -1, 0, 1,
        "Place in the row: -100% is the first output, 100% the last; the two sides of a stereo "
        "sound stand one row apart."),
    GPH_PARAM(
        "spread", GPH_UNIT_FRACTION, 0, 0.5f, 1,
        "How far a sound leaks beyond the two outputs next to it, in a row of three or more."),
};

static const gph_type pan = {
    GPH_TYPE("pan", "Panner", "Places a mono or stereo sound in a row of outputs.", 0),
    GPH_PORTS(ports),
    GPH_PARAMS(params),
    GPH_SETTINGS(settings),
    .create = create,
    .destroy = destroy,
    .configure = configure,
    .activate = activate,
    .process = process,
    .deactivate = deactivate,
};

GPH_MODULE("pan", "0.1.0", "Graphophone", "MIT", &pan)

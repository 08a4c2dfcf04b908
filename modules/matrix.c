/* matrix: every input to every output, each crosspoint with a level. [audio; set-up: control] */
#include <graphophone/dsp.h>

enum { IDENTITY, NONE };

struct gph_node {
    uint32_t preset;
    gph_type described; /* the type with the parameter below */
    gph_param gain;     /* whose default depends on the preset */
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
    double outputs = 1, preset = IDENTITY;
    config->number(config, "outputs", 0, &outputs, NULL);
    config->number(config, "preset", 0, &preset, NULL);
    self->preset = (uint32_t)preset;
    config->out_channels[0] = (uint32_t)outputs;
    return GPH_OK;
}

/* A crosspoint that is off lets nothing pass, NaN neither. Skipping one that stays off gives the same
 * bits, as adding +0 to a sum that began with +0 changes nothing. */
static inline void GPH_AUDIO
add(float *restrict sum, const float *in, const float *gain, uint32_t n)
{
    for (uint32_t f = 0; f < n; f++) {
        float part = in[f] * gain[f];
        sum[f] += gain[f] > 0.0f ? part : 0.0f;
    }
}

static inline void GPH_AUDIO
add_still(float *restrict sum, const float *in, float gain, uint32_t n)
{
    for (uint32_t f = 0; f < n; f++)
        sum[f] += in[f] * gain;
}

static int32_t GPH_CALL GPH_AUDIO
process(gph_node *self, const gph_io *io)
{
    (void)self;
    uint32_t n_in = io->in[0].channels, still = io->params[0].flags & GPH_VALUE_CONSTANT;
    for (uint32_t o = 0; o < io->out[0].channels; o++) {
        const float *const *gains = io->params[0].ramps + (size_t)o * n_in;
        float *out = io->out[0].ch[o];
        memset(out, 0, io->frames * sizeof *out);
        for (uint32_t i = 0; i < n_in; i++)
            if (!still)
                add(out, io->in[0].ch[i], gains[i], io->frames);
            else if (gains[i][0] > 0.0f)
                add_still(out, io->in[0].ch[i], gains[i][0], io->frames);
    }
    return GPH_OK;
}

static const char *const presets[] = {"identity", "none", NULL};

static const gph_port ports[] = {
    GPH_IN_DOC("in", "The channels to be distributed."),
    GPH_PORT_X("out", GPH_PORT_OUT, 0, GPH_WIDTH_RANGE, 1, GPH_MAX_CHANNELS, 0,
               "The mixes, as many as the setting outputs says."),
};

static const gph_setting settings[] = {
    GPH_SETTING_X("outputs", GPH_SETTING_INTEGER, GPH_SETTING_REQUIRED, 0, 1, GPH_MAX_CHANNELS,
                  NULL, "How many output channels.", NULL),
    GPH_CHOICE("preset", presets, "identity",
               "Where the crosspoints begin: identity connects channel 1 to 1, 2 to 2 and so on at "
               "0dB, none connects nothing."),
};

static const gph_param params[] = {
    GPH_PARAM_X(
        "gain", GPH_PARAM_GAIN | GPH_PARAM_DIAGONAL, GPH_UNIT_DB, GPH_INDEX_CROSSPOINT, 0, -90, 0,
        24, 0,
        "Level of each crosspoint: gain[2>1] = -6dB takes input channel 2 to output channel 1.",
        NULL),
};

static const gph_type *GPH_CALL describe(gph_node *self);

static const gph_type matrix = {
    GPH_TYPE("matrix", "Matrix", "Mixes every input channel to every output channel.", 0),
    GPH_PORTS(ports),
    GPH_PARAMS(params),
    GPH_SETTINGS(settings),
    .create = create,
    .destroy = destroy,
    .configure = configure,
    .describe = describe,
    .process = process,
};

static const gph_type *GPH_CALL
describe(gph_node *self)
{
    if (self->preset == IDENTITY)
        return NULL;
    self->gain = params[0];
    self->gain.flags = GPH_PARAM_GAIN;
    self->gain.def = -INFINITY;
    self->described = matrix;
    self->described.params = &self->gain;
    return &self->described;
}

GPH_MODULE("matrix", "0.1.0", "Graphophone", "MIT", &matrix)

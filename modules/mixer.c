/* mixer: any number of channels to one or two. [audio; set-up: control] */
#include <graphophone/dsp.h>

enum { GAIN, PAN, MUTE };

static gph_status GPH_CALL
configure(gph_node *self, gph_config *config)
{
    double outputs = 2;
    (void)self;
    config->number(config, "outputs", 0, &outputs, NULL);
    config->out_channels[0] = (uint32_t)outputs;
    return GPH_OK;
}

/* Adds one channel to both sides. */
static inline void GPH_AUDIO
add_stereo(float *restrict left, float *restrict right, const float *in, const float *factor,
           const float *pan, uint32_t n)
{
    for (uint32_t f = 0; f < n; f++) {
        float l, r;
        gph_pan_power(pan[f], &l, &r);
        left[f] += in[f] * (factor[f] * l);
        right[f] += in[f] * (factor[f] * r);
    }
}

static inline void GPH_AUDIO
add_stereo_still(float *restrict left, float *restrict right, const float *in, const float *factor,
                 float pan, uint32_t n)
{
    float l, r;
    gph_pan_power(pan, &l, &r);
    for (uint32_t f = 0; f < n; f++) {
        left[f] += in[f] * (factor[f] * l);
        right[f] += in[f] * (factor[f] * r);
    }
}

static void GPH_AUDIO
chunk(const gph_io *io, uint32_t at, uint32_t n)
{
    float sum[2][GPH_CHUNK] = {{0}}, factor[GPH_CHUNK];
    const gph_value *gain = &io->params[GAIN], *pan = &io->params[PAN], *mute = &io->params[MUTE];
    for (uint32_t c = 0; c < io->in[0].channels; c++) {
        const float *in = io->in[0].ch[c] + at, *p = pan->ramps[c] + at;
        for (uint32_t f = 0; f < n; f++)
            factor[f] = gain->ramps[c][at + f] * (1.0f - mute->ramps[c][at + f]);
        if (io->out[0].channels == 1)
            for (uint32_t f = 0; f < n; f++)
                sum[0][f] += in[f] * factor[f];
        else if (pan->flags & GPH_VALUE_CONSTANT)
            add_stereo_still(sum[0], sum[1], in, factor, p[0], n);
        else
            add_stereo(sum[0], sum[1], in, factor, p, n);
    }
    for (uint32_t o = 0; o < io->out[0].channels; o++)
        memcpy(io->out[0].ch[o] + at, sum[o], n * sizeof **sum);
}

static int32_t GPH_CALL GPH_AUDIO
process(gph_node *self, const gph_io *io)
{
    (void)self;
    for (uint32_t at = 0; at < io->frames; at += GPH_CHUNK)
        chunk(io, at, io->frames - at < GPH_CHUNK ? io->frames - at : GPH_CHUNK);
    return GPH_OK;
}

static const gph_port ports[] = {
    GPH_IN_DOC("in", "The channels to be mixed."),
    GPH_PORT_X("out", GPH_PORT_OUT, 0, GPH_WIDTH_RANGE, 1, 2, 0,
               "The mix: left and right, or mono."),
};

static const gph_setting settings[] = {
    GPH_INTEGER("outputs", 1, 2, "2", "2 is a stereo mix, 1 is mono; mono ignores pan."),
};

static const gph_param params[] = {
    GPH_PARAM_X("gain", GPH_PARAM_GAIN, GPH_UNIT_DB, GPH_INDEX_CHANNEL, 0, -90, 0, 24, 0,
                "Level of each input channel in the mix.", NULL),
    GPH_PARAM_X(
        "pan", 0, GPH_UNIT_FRACTION, GPH_INDEX_CHANNEL, 0, -1, 0, 1, 0,
        "Place of each input channel: -100% is left, 100% is right; power is constant, so the "
        "middle is 3 dB down on both sides.",
        NULL),
    GPH_PARAM_X("mute", GPH_PARAM_SWITCH, GPH_UNIT_NONE, GPH_INDEX_CHANNEL, 0, 0, 0, 1, 20,
                "Takes an input channel out of the mix; fades over 20 ms.", NULL),
};

static const gph_type mixer = {
    GPH_TYPE("mixer", "Mixer", "Mixes any number of channels to stereo or mono.", 0),
    GPH_PORTS(ports),
    GPH_PARAMS(params),
    GPH_SETTINGS(settings),
    .configure = configure,
    .process = process,
};

GPH_MODULE("mixer", "0.1.0", "Graphophone", "MIT", &mixer)

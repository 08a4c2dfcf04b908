/* gain: a level and a switch for each channel. [audio] */
#include <graphophone/dsp.h>

enum { GAIN, MUTE };

/* Nothing moves: one factor for the call. The same product as in `ramp`, so the same bits. */
static inline void GPH_AUDIO
flat(float *out, const float *in, float factor, uint32_t frames)
{
    GPH_EACH_FRAME
    for (uint32_t f = 0; f < frames; f++)
        out[f] = in[f] * factor;
}

static inline void GPH_AUDIO
ramp(float *out, const float *in, const float *gain, const float *mute, uint32_t frames)
{
    GPH_EACH_FRAME
    for (uint32_t f = 0; f < frames; f++)
        out[f] = in[f] * (gain[f] * (1.0f - mute[f]));
}

static int32_t GPH_CALL GPH_AUDIO
process(gph_node *self, const gph_io *io)
{
    (void)self;
    const gph_value *gain = &io->params[GAIN], *mute = &io->params[MUTE];
    uint32_t still = gain->flags & mute->flags & GPH_VALUE_CONSTANT;
    for (uint32_t c = 0; c < io->in[0].channels; c++) {
        const float *g = gain->ramps[c], *m = mute->ramps[c];
        if (still)
            flat(io->out[0].ch[c], io->in[0].ch[c], g[0] * (1.0f - m[0]), io->frames);
        else
            ramp(io->out[0].ch[c], io->in[0].ch[c], g, m, io->frames);
    }
    io->out[0].silent = io->in[0].silent;
    return GPH_OK;
}

static const gph_port ports[] = {
    GPH_IN_DOC("in", "The sound to be set."),
    GPH_OUT_DOC("out", "The same channels at their new levels."),
};

static const gph_param params[] = {
    GPH_PARAM_X("gain", GPH_PARAM_GAIN, GPH_UNIT_DB, GPH_INDEX_CHANNEL, 0, -90, 0, 24, 0,
                "Level of each channel: 0dB leaves it as it is, off is silence.", NULL),
    GPH_PARAM_X("mute", GPH_PARAM_SWITCH, GPH_UNIT_NONE, GPH_INDEX_CHANNEL, 0, 0, 0, 1, 20,
                "Silences a channel without touching its gain; fades over 20 ms.", NULL),
};

static const gph_type gain_type = {
    GPH_TYPE("gain", "Gain", "Sets the level of each channel, smoothly.",
             GPH_TYPE_IN_PLACE | GPH_TYPE_INDEPENDENT),
    GPH_PORTS(ports),
    GPH_PARAMS(params),
    .process = process,
};

GPH_MODULE("gain", "0.1.0", "Graphophone", "MIT", &gain_type)

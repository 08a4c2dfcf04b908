/* The smallest effect of the page on the ABI, as it stands there. [audio] */
/* clang-format off */
#include <graphophone/module.h>

static int32_t GPH_CALL GPH_AUDIO
process(gph_node *self, const gph_io *io)
{
    const float *gain = io->params[0].ramp;
    (void)self;
    for (uint32_t c = 0; c < io->in[0].channels; c++) {
        const float *in = io->in[0].ch[c];
        float *out = io->out[0].ch[c];
        for (uint32_t f = 0; f < io->frames; f++)
            out[f] = in[f] * gain[f];
    }
    return GPH_OK;
}

static const gph_port ports[] = { GPH_IN("in"), GPH_OUT("out") };
static const gph_param params[] = { GPH_GAIN("gain", -90, 0, 24, "Output level") };
static const gph_type gain = {
    GPH_TYPE("gain", "Gain", "Smoothed gain", GPH_TYPE_IN_PLACE | GPH_TYPE_INDEPENDENT),
    GPH_PORTS(ports), GPH_PARAMS(params), .process = process,
};
GPH_MODULE("gain", "1.0.0", "you", "MIT", &gain)

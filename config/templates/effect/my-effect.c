/* my-effect: a gentle low-pass. Change the loop in process(), build, listen. */
#include <graphophone/module.h>
#include <math.h>
#include <stdlib.h>

/* One instance. The runtime never looks inside. */
struct gph_node {
    float radians; /* a frame, for 1 Hz */
    uint32_t channels;
    float *last; /* what came out last, of each channel */
};

enum { CUTOFF }; /* places in `params` */

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

static void GPH_CALL GPH_AUDIO
reset(gph_node *self)
{
    for (uint32_t c = 0; c < self->channels; c++)
        self->last[c] = 0.0f;
}

/* The place to allocate: width and rate are known and stay. */
static gph_status GPH_CALL
activate(gph_node *self, gph_setup *setup)
{
    self->channels = setup->in_channels[0];
    self->radians = (float)(6.283185307179586 / setup->rate);
    self->last = (float *)malloc(self->channels * sizeof(float));
    if (!self->last)
        return GPH_MEMORY;
    reset(self);
    return GPH_OK;
}

static void GPH_CALL
deactivate(gph_node *self)
{
    free(self->last);
    self->last = NULL;
}

/* Audio thread: no malloc, no lock, no file, no print in here. */
static gph_status GPH_CALL GPH_AUDIO
process(gph_node *self, const gph_io *io)
{
    const float *cutoff = io->params[CUTOFF].ramp;
    for (uint32_t c = 0; c < io->in[0].channels; c++) {
        const float *in = io->in[0].ch[c];
        float *out = io->out[0].ch[c];
        float last = self->last[c];
        for (uint32_t f = 0; f < io->frames; f++) {
            float step = cutoff[f] * self->radians;
            last += (in[f] - last) * (step / (1.0f + step));
            if (!(fabsf(last) < 1e15f)) /* NaN must not stay in here for ever */
                last = 0.0f;
            out[f] = last;
        }
        self->last[c] = last;
    }
    return GPH_OK;
}

static const gph_port ports[] = {
    GPH_IN_DOC("in", "What is to be made softer."),
    GPH_OUT_DOC("out", "The same without its highest tones."),
};
static const gph_param params[] = {
    GPH_PARAM("cutoff", GPH_UNIT_HERTZ, 20, 1000, 20000, "Above it tones get weaker."),
};
static const gph_type effect = {
    GPH_TYPE("my-effect", "my-effect", "A gentle low-pass.",
             GPH_TYPE_IN_PLACE | GPH_TYPE_INDEPENDENT),
    GPH_PORTS(ports),
    GPH_PARAMS(params),
    .create = create,
    .destroy = destroy,
    .activate = activate,
    .process = process,
    .reset = reset,
    .deactivate = deactivate,
};
GPH_MODULE("my-effect", "0.1.0", "you", "MIT", &effect)

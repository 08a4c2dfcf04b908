/* dc-block: takes away what does not move. [audio; set-up: control] */
#include <graphophone/dsp.h>

struct gph_node {
    gph_cascade cascade; /* of one section */
};

static gph_biquad GPH_AUDIO
design(const gph_section *section)
{
    return gph_highpass_1((double)section->value[0], section->rate);
}

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
activate(gph_node *self, gph_setup *setup)
{
    self->cascade.section[0] = (gph_section){.design = design, .rate = setup->rate};
    self->cascade.n_sections = 1;
    return gph_cascade_init(&self->cascade, setup->in_channels[0]);
}

static void GPH_CALL
deactivate(gph_node *self)
{
    gph_cascade_finish(&self->cascade);
}

static void GPH_CALL GPH_AUDIO
reset(gph_node *self)
{
    gph_cascade_reset(&self->cascade);
}

static int32_t GPH_CALL GPH_AUDIO
process(gph_node *self, const gph_io *io)
{
    const float *const ramps[3] = {io->params[0].ramp, NULL, NULL};
    gph_cascade_run(&self->cascade, io, ramps);
    return GPH_OK;
}

static const gph_port ports[] = {
    GPH_IN_DOC("in", "Sound that may have a constant offset."),
    GPH_OUT_DOC("out", "The same channels without it."),
};

static const gph_param params[] = {
    GPH_PARAM(
        "freq", GPH_UNIT_HERTZ, 0.1f, 5, 100,
        "Where the level has fallen by 3 dB: lower is gentler to the bass and slower to settle."),
};

static const gph_type dc_block = {
    GPH_TYPE("dc-block", "DC blocker",
             "Removes a constant offset by a first-order high-pass filter far below hearing.",
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

GPH_MODULE("dc-block", "0.1.0", "Graphophone", "MIT", &dc_block)

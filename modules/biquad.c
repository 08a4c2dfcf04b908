/* biquad: one filter section over any number of channels. [audio; set-up: control] */
#include <graphophone/dsp.h>

enum { FREQ, Q, GAIN };

struct gph_node {
    gph_cascade cascade; /* of one section */
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
    double kind = 0;
    config->number(config, "kind", 0, &kind, NULL);
    self->cascade.section[0].kind = (uint32_t)kind;
    return GPH_OK;
}

static gph_status GPH_CALL
activate(gph_node *self, gph_setup *setup)
{
    gph_section *section = &self->cascade.section[0];
    section->design = gph_section_cookbook;
    section->rate = setup->rate;
    section->known = 0;
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
    const float *const ramps[3] = {io->params[FREQ].ramp, io->params[Q].ramp,
                                   io->params[GAIN].ramp};
    gph_cascade_run(&self->cascade, io, ramps);
    return GPH_OK;
}

static const char *const kinds[] = {GPH_KIND_WORDS, NULL};

static const gph_port ports[] = {
    GPH_IN_DOC("in", "The sound to be filtered."),
    GPH_OUT_DOC("out", "The same channels, each filtered alike."),
};

static const gph_setting settings[] = {
    GPH_SETTING_X(
        "kind", GPH_SETTING_CHOICE, 0, 0, 0, 0, "lowpass",
        "What the filter does; bandpass is 0 dB at its middle, peak and the shelves raise "
        "or lower by gain.",
        kinds),
};

static const gph_param params[] = {
    GPH_PARAM_X("freq", GPH_PARAM_OF_RATE, GPH_UNIT_HERTZ, GPH_INDEX_ONE, 0, 1, 1000, 0.49f, 0,
                "Corner or middle frequency, up to 0.49 of the rate.", NULL),
    GPH_PARAM(
        "q", GPH_UNIT_NONE, 0.1f, 0.707f, 100,
        "Sharpness: 0.707 is maximally flat for lowpass and highpass; the width of the others "
        "is freq/q between the -3 dB points."),
    GPH_PARAM(
        "gain", GPH_UNIT_DB, -24, 0, 24,
        "By how much peak, lowshelf and highshelf raise or lower; the other kinds ignore it."),
};

static const gph_type biquad = {
    GPH_TYPE(
        "biquad", "Biquad filter",
        "A second-order filter: low-pass, high-pass, band-pass, notch, all-pass, peak or shelf.",
        GPH_TYPE_IN_PLACE | GPH_TYPE_INDEPENDENT),
    GPH_PORTS(ports),
    GPH_PARAMS(params),
    GPH_SETTINGS(settings),
    .create = create,
    .destroy = destroy,
    .configure = configure,
    .activate = activate,
    .process = process,
    .reset = reset,
    .deactivate = deactivate,
};

GPH_MODULE("biquad", "0.1.0", "Graphophone", "MIT", &biquad)

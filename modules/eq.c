/* eq: up to eight filter bands one after the other. [audio; set-up: control] */
#include <graphophone/dsp.h>
#include <stdio.h>

enum { FREQ, Q, GAIN, N_PARAMS };

struct gph_node {
    gph_cascade cascade;
    gph_type described;         /* the type with as many items as there are bands */
    gph_param params[N_PARAMS]; /* its parameters */
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
    int32_t n = config->number(config, "kinds", 0, &kind, NULL);
    if (n < 1 || n > (int32_t)GPH_MAX_SECTIONS) {
        snprintf(config->error, config->error_size, "an eq has 1 to %u bands, not %d",
                 GPH_MAX_SECTIONS, n);
        config->bad_setting = "kinds";
        return GPH_ARGUMENT;
    }
    for (int32_t b = 0; b < n; b++) {
        config->number(config, "kinds", (uint32_t)b, &kind, NULL);
        self->cascade.section[b].kind = (uint32_t)kind;
    }
    self->cascade.n_sections = (uint32_t)n;
    return GPH_OK;
}

static gph_status GPH_CALL
activate(gph_node *self, gph_setup *setup)
{
    for (uint32_t b = 0; b < self->cascade.n_sections; b++) {
        self->cascade.section[b].design = gph_section_cookbook;
        self->cascade.section[b].rate = setup->rate;
        self->cascade.section[b].known = 0;
    }
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
    const float *ramps[3 * GPH_MAX_SECTIONS];
    for (uint32_t b = 0; b < self->cascade.n_sections; b++) {
        ramps[3 * b] = io->params[FREQ].ramps[b];
        ramps[3 * b + 1] = io->params[Q].ramps[b];
        ramps[3 * b + 2] = io->params[GAIN].ramps[b];
    }
    gph_cascade_run(&self->cascade, io, ramps);
    return GPH_OK;
}

static const char *const kinds[] = {GPH_KIND_WORDS, NULL};

static const gph_port ports[] = {
    GPH_IN_DOC("in", "The sound to be shaped."),
    GPH_OUT_DOC("out", "The same channels, each shaped alike."),
};

static const gph_setting settings[] = {
    GPH_SETTING_X("kinds", GPH_SETTING_CHOICE, GPH_SETTING_REQUIRED | GPH_SETTING_LIST, 0, 0, 0,
                  NULL,
                  "The bands, 1 to 8 in the order in which sound passes them, such as lowshelf, "
                  "peak, peak, highshelf.",
                  kinds),
};

static const gph_param params[] = {
    GPH_PARAM_X("freq", GPH_PARAM_OF_RATE, GPH_UNIT_HERTZ, GPH_INDEX_ITEM, 1, 1, 1000, 0.49f, 0,
                "Corner or middle frequency of each band, up to 0.49 of the rate.", NULL),
    GPH_PARAM_X("q", 0, GPH_UNIT_NONE, GPH_INDEX_ITEM, 1, 0.1f, 0.707f, 100, 0,
                "Sharpness of each band: the width of a peak is freq/q.", NULL),
    GPH_PARAM_X("gain", 0, GPH_UNIT_DB, GPH_INDEX_ITEM, 1, -24, 0, 24, 0,
                "By how much each peak or shelf raises or lowers; other kinds ignore it.", NULL),
};

static const gph_type *GPH_CALL describe(gph_node *self);

static const gph_type eq = {
    GPH_TYPE("eq", "Equalizer", "One to eight filter bands in a row, each as in biquad.",
             GPH_TYPE_IN_PLACE | GPH_TYPE_INDEPENDENT),
    GPH_PORTS(ports),
    GPH_PARAMS(params),
    GPH_SETTINGS(settings),
    .create = create,
    .destroy = destroy,
    .configure = configure,
    .describe = describe,
    .activate = activate,
    .process = process,
    .reset = reset,
    .deactivate = deactivate,
};

static const gph_type *GPH_CALL
describe(gph_node *self)
{
    memcpy(self->params, params, sizeof params);
    for (uint32_t p = 0; p < N_PARAMS; p++)
        self->params[p].items = self->cascade.n_sections;
    self->described = eq;
    self->described.params = self->params;
    return &self->described;
}

GPH_MODULE("eq", "0.1.0", "Graphophone", "MIT", &eq)

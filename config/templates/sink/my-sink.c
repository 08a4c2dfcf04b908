/* my-sink: listens, shows a level, and tells others when it gets loud. Change the loop in process(), build, look. */
#include <graphophone/module.h>
#include <math.h>
#include <stdlib.h>

/* One instance. The runtime never looks inside. */
struct gph_node {
    const gph_runtime *rt;
    float fall; /* what is left of the level after a frame */
    float level;
    uint32_t is_loud;
};

enum { THRESHOLD }; /* places in `params` */
enum { LEVEL };     /* places in `meters` */
enum { LOUD };      /* places in `triggers` */

static gph_node *GPH_CALL
create(const gph_runtime *rt, const gph_type *type)
{
    gph_node *self = (gph_node *)calloc(1, sizeof(gph_node));
    (void)type;
    if (self)
        self->rt = rt;
    return self;
}

static void GPH_CALL
destroy(gph_node *self)
{
    free(self);
}

static void GPH_CALL GPH_AUDIO
reset(gph_node *self)
{
    self->level = 0.0f;
    self->is_loud = 0;
}

static gph_status GPH_CALL
activate(gph_node *self, gph_setup *setup)
{
    self->fall = (float)exp(-1.0 / (0.1 * setup->rate)); /* to a third in 100 ms */
    reset(self);
    return GPH_OK;
}

static void GPH_AUDIO
tell(const gph_node *self, uint32_t frame)
{
    gph_event event = {0, 0, 0, 0, 0, 0};
    event.kind = GPH_EVENT_TRIGGER;
    event.index = LOUD;
    event.frame = frame;
    event.value = 1.0f;
    self->rt->emit(self->rt, &event);
}

/* Audio thread: no malloc, no lock, no file, no print in here. */
static gph_status GPH_CALL GPH_AUDIO
process(gph_node *self, const gph_io *io)
{
    const float *threshold = io->params[THRESHOLD].ramp;
    for (uint32_t f = 0; f < io->frames; f++) {
        float peak = 0.0f;
        for (uint32_t c = 0; c < io->in[0].channels; c++)
            peak = fmaxf(peak, fabsf(io->in[0].ch[c][f])); /* NaN is not loud */
        self->level = fmaxf(fminf(peak, 1e15f), self->level * self->fall);
        if (!self->is_loud && self->level >= threshold[f]) {
            self->is_loud = 1;
            tell(self, f);
        } else if (self->level < 0.5f * threshold[f]) {
            self->is_loud = 0;
        }
    }
    io->meters[LEVEL][0] = 20.0f * log10f(fmaxf(self->level, 1e-9f));
    return GPH_OK;
}

static const gph_port ports[] = {
    GPH_IN_DOC("in", "What is listened to."),
};
static const gph_param params[] = {
    GPH_GAIN("threshold", -90, -30, 0, "What is above it is loud."),
};
static const gph_meter meters[] = {
    GPH_METER("level", GPH_UNIT_DB, GPH_INDEX_ONE, "The loudest channel, falling slowly."),
};
static const gph_trigger triggers[] = {
    GPH_GIVES("loud", "It has become loud."),
};
static const gph_type sink = {
    GPH_TYPE("my-sink", "my-sink", "Tells when it gets loud.", 0),
    GPH_PORTS(ports),
    GPH_PARAMS(params),
    GPH_METERS(meters),
    GPH_TRIGGERS(triggers),
    .create = create,
    .destroy = destroy,
    .activate = activate,
    .process = process,
    .reset = reset,
};
GPH_MODULE("my-sink", "0.1.0", "you", "MIT", &sink)

/* What a sanitizer sees in a module, one thing each (DEFECT); tests/integration/validate_sanitized.py builds it with one. */
#include <graphophone/module.h>

#include <stdlib.h>

enum {
    NOTHING,
    COUNTS,       /* all instances count in one place */
    COUNTS_RIGHT, /* likewise, without a race */
    FILLS,        /* each create() fills what process() of all reads */
    FILLS_ONCE,   /* the first does */
    OVERRUNS,     /* past the end of its own memory, where no wall is */
    FREES_TWICE,
    PAST_END /* past the end of an output, where one is */
};
#define IS(name) (DEFECT == (name))

struct gph_node {
    float *last;
};

enum { LAST = 100 };

static unsigned calls;
static _Atomic unsigned calls_in_order;
static float gains[2];

static gph_node *GPH_CALL
create(const gph_runtime *rt, const gph_type *type)
{
    (void)rt;
    (void)type;
    if (IS(FILLS) || (IS(FILLS_ONCE) && gains[1] == 0.0f))
        gains[1] = 0.5f; /* filled */
    return (gph_node *)calloc(1, sizeof(gph_node));
}

static void GPH_CALL
destroy(gph_node *self)
{
    free(self);
}

static gph_status GPH_CALL
activate(gph_node *self, gph_setup *setup)
{
    (void)setup;
    self->last = (float *)calloc(LAST, sizeof(float));
    return self->last ? GPH_OK : GPH_MEMORY;
}

static void GPH_CALL
deactivate(gph_node *self)
{
    free(self->last);
    if (IS(FREES_TWICE))
        free(self->last); /* freed */
    self->last = NULL;
}

static gph_status GPH_CALL GPH_AUDIO
process(gph_node *self, const gph_io *io)
{
    const volatile uint32_t end = LAST + 1;
    float gain = 0.5f;
    if (IS(COUNTS))
        gain = ++calls ? 0.5f : 0.0f; /* counted */
    if (IS(COUNTS_RIGHT))
        gain = ++calls_in_order ? 0.5f : 0.0f;
    if (IS(FILLS) || IS(FILLS_ONCE))
        gain = gains[1]; /* read */
    if (IS(OVERRUNS))
        self->last[end] = gain; /* overrun */
    for (uint32_t c = 0; c < io->in[0].channels; c++) {
        for (uint32_t f = 0; f < io->frames; f++)
            io->out[0].ch[c][f] = io->in[0].ch[c][f] * gain;
        if (IS(PAST_END))
            io->out[0].ch[c][io->frames] = gain;
    }
    return GPH_OK;
}

static const gph_port ports[] = {GPH_IN("in"), GPH_OUT("out")};
static const gph_type sanitized = {
    GPH_TYPE("sanitized", "Sanitized", "Halves what comes in.", GPH_TYPE_INDEPENDENT),
    GPH_PORTS(ports),
    .create = create,
    .destroy = destroy,
    .activate = activate,
    .process = process,
    .deactivate = deactivate,
};
GPH_MODULE("sanitized", "1.0.0", "the tests", "MIT", &sanitized)

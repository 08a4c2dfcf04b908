/* spin: hands its input on until the block that holds frame `at`, from which it does not return. It changes its input
 * first, where that is its output too, and ends the program when anybody touches it afterwards. [audio; tests only] */
#include <graphophone/module.h>

#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { LOOP, EMIT, FAULT, WAIT };

struct gph_node {
    const gph_runtime *rt;
    int64_t at;
    double how;
    volatile int spins;
};

static gph_node *GPH_CALL
create(const gph_runtime *rt, const gph_type *type)
{
    gph_node *node = calloc(1, sizeof *node);
    (void)type;
    if (node)
        node->rt = rt;
    return node;
}

static void
untouched(const gph_node *node)
{
    if (node->spins)
        abort();
}

static void GPH_CALL
destroy(gph_node *node)
{
    untouched(node);
    free(node);
}

static gph_status GPH_CALL
configure(gph_node *node, gph_config *config)
{
    double at = 0;
    config->number(config, "at", 0, &at, NULL);
    config->number(config, "how", 0, &node->how, NULL);
    node->at = (int64_t)at;
    return GPH_OK;
}

static void GPH_CALL
deactivate(gph_node *node)
{
    untouched(node);
}

static void
spin(gph_node *node)
{
    const gph_event event = {.index = 0, .value = 1};
    const struct timespec long_time = {3600, 0};
    for (node->spins = 1;; node->spins++) {
        if ((int)node->how == EMIT)
            node->rt->emit(node->rt, &event);
        else if ((int)node->how == FAULT)
            node->rt->fault(node->rt, 0, 1, 2);
        else if ((int)node->how == WAIT)
            nanosleep(&long_time, NULL);
        if (node->spins > 1000000)
            node->spins = 1;
    }
}

static gph_status GPH_CALL
process(gph_node *node, const gph_io *io)
{
    untouched(node);
    for (uint32_t c = 0; c < io->out[0].channels; c++)
        memmove(io->out[0].ch[c], io->in[0].ch[c], io->frames * sizeof(float));
    if (node->at >= io->clock + io->frames)
        return GPH_OK;
    for (uint32_t c = 0; c < io->out[0].channels; c++)
        for (uint32_t f = 0; f < io->frames; f++)
            io->out[0].ch[c][f] = 1;
    spin(node);
    return GPH_OK;
}

static const char *const ways[] = {"loop", "emit", "fault", "wait", NULL};
static const char *const faults[] = {"spins"};
static const gph_port ports[] = {GPH_IN("in"), GPH_OUT("out")};
static const gph_setting settings[] = {
    GPH_INTEGER("at", 0, 1000000000, "0", "The frame."),
    GPH_CHOICE("how", ways, "loop", "In which way."),
};
static const gph_trigger triggers[] = {GPH_TRIGGER("hit", "Cuts its block."),
                                       GPH_GIVES("tick", "Again and again.")};
static const gph_type type = {
    GPH_TYPE("spin", "Spin", "Does not return.", GPH_TYPE_IN_PLACE),
    GPH_PORTS(ports),
    GPH_SETTINGS(settings),
    GPH_TRIGGERS(triggers),
    .faults = faults,
    .n_faults = 1,
    .create = create,
    .destroy = destroy,
    .configure = configure,
    .process = process,
    .deactivate = deactivate,
};
GPH_MODULE("spin", "1", "nobody", "MIT", &type)

/* crash: hands its input on until the block that holds frame `at`, in which it crashes. [audio; tests only] */
#include <graphophone/module.h>

#include <stdlib.h>
#include <string.h>

enum { SEGV, ABORT, TRAP, STACK };

struct gph_node {
    int64_t at;
    double how;
};

static gph_node *GPH_CALL
create(const gph_runtime *rt, const gph_type *type)
{
    (void)rt;
    (void)type;
    return calloc(1, sizeof(gph_node));
}

static void GPH_CALL
destroy(gph_node *node)
{
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

/* More stack than any thread has. */
static float
deeper(const float *from, uint32_t n)
{
    volatile char room[4096];
    room[n % sizeof room] = 1;
    return n == UINT32_MAX ? from[0] : (float)room[0] + deeper(from, n + 1) + (float)room[n % 7];
}

static void
crash(const gph_node *node, const gph_io *io)
{
    volatile int *volatile nowhere = (volatile int *)8;
    switch ((int)node->how) {
    case ABORT:
        abort();
    case TRAP:
        __builtin_trap();
    case STACK:
        io->out[0].ch[0][0] = deeper(io->in[0].ch[0], 0);
        break;
    default:
        *nowhere = 1;
    }
}

static gph_status GPH_CALL GPH_AUDIO
process(gph_node *node, const gph_io *io)
{
    for (uint32_t c = 0; c < io->out[0].channels; c++)
        memcpy(io->out[0].ch[c], io->in[0].ch[c], io->frames * sizeof(float));
    if (node->at < io->clock + io->frames)
        crash(node, io);
    return GPH_OK;
}

static const char *const ways[] = {"segv", "abort", "trap", "stack", NULL};
static const gph_port ports[] = {GPH_IN("in"), GPH_OUT("out")};
static const gph_setting settings[] = {
    GPH_INTEGER("at", 0, 1000000000, "0", "The frame."),
    GPH_CHOICE("how", ways, "segv", "In which way."),
};
static const gph_type type = {
    GPH_TYPE("crash", "Crash", "Crashes.", 0),
    GPH_PORTS(ports),
    GPH_SETTINGS(settings),
    .create = create,
    .destroy = destroy,
    .configure = configure,
    .process = process,
};
GPH_MODULE("crash", "1", "nobody", "MIT", &type)

/* again: asks to be set up anew at frame `at`, or (`every = on`) in each call from then on. Out is how often it has been
 * set up; from the second time on it adds 100 frames. With `way = wide` or `fail` the second time is refused. It ends the
 * program when it is set up while it processes. [audio; control; tests only] */
#include <graphophone/module.h>

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

enum { FINE, WIDE, FAIL };

struct gph_node {
    const gph_runtime *rt;
    double at, every, way;
    int n_configured;
    int asked;
    int active;
    atomic_int inside;
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

static void GPH_CALL
destroy(gph_node *node)
{
    if (node->active)
        abort();
    free(node);
}

static void
alone(gph_node *node, int active)
{
    if (atomic_load(&node->inside) || node->active != active)
        abort();
}

static gph_status GPH_CALL
configure(gph_node *node, gph_config *config)
{
    alone(node, 0);
    config->number(config, "at", 0, &node->at, NULL);
    config->number(config, "every", 0, &node->every, NULL);
    config->number(config, "way", 0, &node->way, NULL);
    config->out_channels[0] = node->n_configured && (int)node->way == WIDE ? 2 : 1;
    if (node->n_configured && (int)node->way == FAIL) {
        snprintf(config->error, config->error_size, "once is enough");
        return GPH_STATE;
    }
    node->n_configured++;
    return GPH_OK;
}

static gph_status GPH_CALL
activate(gph_node *node, gph_setup *setup)
{
    alone(node, 0);
    node->active = 1;
    setup->latency = node->n_configured > 1 ? 100 : 0;
    return GPH_OK;
}

static void GPH_CALL
deactivate(gph_node *node)
{
    alone(node, 1);
    node->active = 0;
}

static gph_status GPH_CALL
process(gph_node *node, const gph_io *io)
{
    if (!node->active || atomic_exchange(&node->inside, 1))
        abort();
    for (uint32_t f = 0; f < io->frames; f++)
        io->out[0].ch[0][f] = (float)node->n_configured;
    if ((double)(io->clock + io->frames) > node->at && (!node->asked || node->every > 0)) {
        node->asked = 1;
        node->rt->restart(node->rt);
    }
    atomic_store(&node->inside, 0);
    return GPH_OK;
}

static const char *const ways[] = {"fine", "wide", "fail", NULL};
static const gph_port ports[] = {GPH_OUT_N("out", 1, 2)};
static const gph_setting settings[] = {
    GPH_INTEGER("at", 0, 1000000000, "0", "The frame."),
    GPH_SWITCH("every", "off", "Again and again."),
    GPH_CHOICE("way", ways, "fine", "What comes of it."),
};
static const gph_type type = {
    GPH_TYPE("again", "Again", "Asks to be set up anew.", 0),
    GPH_PORTS(ports),
    GPH_SETTINGS(settings),
    .create = create,
    .destroy = destroy,
    .configure = configure,
    .activate = activate,
    .process = process,
    .deactivate = deactivate,
};
GPH_MODULE("again", "1", "nobody", "MIT", &type)

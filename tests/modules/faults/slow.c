/* slow: hands its input on, and counts to `work` in each call. [audio; tests only] */
#include <graphophone/module.h>

#include <stdlib.h>
#include <string.h>

struct gph_node {
    double work;
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
    config->number(config, "work", 0, &node->work, NULL);
    return GPH_OK;
}

static gph_status GPH_CALL GPH_AUDIO
process(gph_node *node, const gph_io *io)
{
    for (uint32_t c = 0; c < io->out[0].channels; c++)
        memcpy(io->out[0].ch[c], io->in[0].ch[c], io->frames * sizeof(float));
    for (volatile int64_t n = (int64_t)node->work; n > 0; n--)
        continue;
    return GPH_OK;
}

static const gph_port ports[] = {GPH_IN("in"), GPH_OUT("out")};
static const gph_setting settings[] = {
    GPH_INTEGER("work", 0, 1000000000, "0", "What it counts to."),
};
static const gph_type type = {
    GPH_TYPE("slow", "Slow", "Takes its time.", 0),
    GPH_PORTS(ports),
    GPH_SETTINGS(settings),
    .create = create,
    .destroy = destroy,
    .configure = configure,
    .process = process,
};
GPH_MODULE("slow", "1", "nobody", "MIT", &type)

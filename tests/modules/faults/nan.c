/* nan: hands its input on until frame `at`, from which on it gives `value` until it is reset, `times` times in all.
 * [audio; tests only] */
#include <graphophone/module.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct gph_node {
    double at, value, times;
    double bad; /* resets so far */
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
    config->number(config, "at", 0, &node->at, NULL);
    config->number(config, "value", 0, &node->value, NULL);
    config->number(config, "times", 0, &node->times, NULL);
    return GPH_OK;
}

static void GPH_CALL GPH_AUDIO
reset(gph_node *node)
{
    node->bad++;
}

static gph_status GPH_CALL GPH_AUDIO
process(gph_node *node, const gph_io *io)
{
    static const float values[] = {NAN, INFINITY, 1e38f};
    for (uint32_t c = 0; c < io->out[0].channels; c++) {
        memcpy(io->out[0].ch[c], io->in[0].ch[c], io->frames * sizeof(float));
        for (uint32_t f = 0; f < io->frames; f++)
            if ((double)(io->clock + f) >= node->at && node->bad < node->times)
                io->out[0].ch[c][f] = values[(int)node->value];
    }
    return GPH_OK;
}

static const char *const choices[] = {"nan", "inf", "huge", NULL};
static const gph_port ports[] = {GPH_IN("in"), GPH_OUT("out")};
static const gph_setting settings[] = {
    GPH_INTEGER("at", 0, 1000000000, "0", "The frame."),
    GPH_CHOICE("value", choices, "nan", "What comes out."),
    GPH_INTEGER("times", 0, 1000, "1", "Resets that it takes to be well again."),
};
static const gph_type type = {
    GPH_TYPE("nan", "NaN", "Gives what is no number.", 0),
    GPH_PORTS(ports),
    GPH_SETTINGS(settings),
    .create = create,
    .destroy = destroy,
    .configure = configure,
    .process = process,
    .reset = reset,
};
GPH_MODULE("nan", "1", "nobody", "MIT", &type)

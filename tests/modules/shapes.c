/* Types of shapes that no stock module has: a stereo effect, an effect of two channels at most with a
 * key input, a wide source, one that fails when told to, one that says what it is when configured.
 * [control; audio] */
#include <graphophone/module.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct gph_node {
    const gph_runtime *rt;
    double outputs;
    int active;
};

static gph_status GPH_CALL GPH_AUDIO
process(gph_node *self, const gph_io *io)
{
    (void)self;
    (void)io;
    return GPH_OK;
}

/* ---------------------------------------------------------------- widths */

static const gph_port stereo_ports[] = {GPH_IN_N("in", 2, 2), GPH_OUT("out")};
static const gph_param stereo_params[] = {
    GPH_PARAM_X("level", GPH_PARAM_GAIN, GPH_UNIT_DB, GPH_INDEX_CHANNEL, 0, -90, 0, 24, 0,
                "One a channel.", NULL),
    GPH_GAIN("all", -90, 0, 24, "One for all copies."),
};
static const gph_meter stereo_meters[] = {
    GPH_METER("peak", GPH_UNIT_DB, GPH_INDEX_CHANNEL, "One a channel."),
};
static const gph_type stereo = {
    GPH_TYPE("stereo", "Stereo", "Two channels, each by itself.",
             GPH_TYPE_INDEPENDENT | GPH_TYPE_IN_PLACE),
    GPH_PORTS(stereo_ports),
    GPH_PARAMS(stereo_params),
    GPH_METERS(stereo_meters),
    .process = process,
};

static const gph_port keyed_ports[] = {
    GPH_IN_N("in", 1, 2),
    {sizeof(gph_port), GPH_PORT_OPTIONAL | GPH_PORT_SIDECHAIN, GPH_PORT_IN, 0, GPH_WIDTH_RANGE, 1,
     2, 0, "key", NULL},
    GPH_OUT("out"),
};
static const gph_type keyed = {
    GPH_TYPE("keyed", "Keyed", "One or two channels, and a key.", GPH_TYPE_INDEPENDENT),
    GPH_PORTS(keyed_ports),
    .process = process,
};

/* ---------------------------------------------------------------- failing */

static const gph_port failing_ports[] = {GPH_IN("in"), GPH_OUT_N("out", 1, 8)};
static const gph_setting failing_settings[] = {
    GPH_INTEGER("outputs", 0, 100, "1", "How many outputs it says it has."),
    GPH_TEXT("at", 0, "", "What fails: create, configure, file, activate."),
};

static gph_node *GPH_CALL
create(const gph_runtime *rt, const gph_type *type)
{
    gph_node *node = calloc(1, sizeof *node);
    (void)type;
    if (node != NULL)
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

static gph_status GPH_CALL
configure(gph_node *node, gph_config *config)
{
    const char *at = config->text(config, "at", 0);
    if (config->number(config, "nothing", 0, &node->outputs, NULL) != GPH_ARGUMENT)
        abort();
    if (strcmp(at, "silently") == 0)
        return GPH_UNSUPPORTED;
    if (strcmp(at, "configure") == 0 || strcmp(at, "file") == 0) {
        snprintf(config->error, config->error_size, "this was asked for");
        config->bad_setting = "at";
        return strcmp(at, "file") == 0 ? GPH_IO : GPH_ARGUMENT;
    }
    config->number(config, "outputs", 0, &node->outputs, NULL);
    config->out_channels[0] = (uint32_t)node->outputs;
    return GPH_OK;
}

static gph_status GPH_CALL
activate(gph_node *node, gph_setup *setup)
{
    node->active = 1;
    setup->latency = 100;
    setup->tail = 50;
    return GPH_OK;
}

static gph_status GPH_CALL
refuse_to_activate(gph_node *node, gph_setup *setup)
{
    (void)node;
    (void)setup;
    return GPH_STATE;
}

static void GPH_CALL
deactivate(gph_node *node)
{
    if (!node->active)
        abort();
    node->active = 0;
}

static const gph_type failing = {
    GPH_TYPE("failing", "Failing", "Fails when told to; else 100 frames late.", 0),
    GPH_PORTS(failing_ports),
    GPH_SETTINGS(failing_settings),
    .create = create,
    .destroy = destroy,
    .configure = configure,
    .activate = activate,
    .process = process,
    .deactivate = deactivate,
};

static const gph_type inactive = {
    GPH_TYPE("inactive", "Inactive", "Cannot be activated.", 0),
    GPH_PORTS(failing_ports),
    GPH_SETTINGS(failing_settings),
    .create = create,
    .destroy = destroy,
    .configure = configure,
    .activate = refuse_to_activate,
    .process = process,
    .deactivate = deactivate,
};

/* ---------------------------------------------------------------- described later */

static const gph_port later_ports[] = {GPH_IN("in"), GPH_OUT_N("first", 1, 1),
                                       GPH_OUT_N("second", 2, 2)};
static const gph_param later_params[] = {
    GPH_PARAM("depth", GPH_UNIT_FRACTION, 0, 0.5f, 1, "Only an instance has it."),
};
static const gph_type later_instance = {
    GPH_TYPE("later", "Later", "What an instance is.", 0),
    GPH_PORTS(later_ports),
    GPH_PARAMS(later_params),
};

static const gph_type *GPH_CALL
describe(gph_node *node)
{
    (void)node;
    return &later_instance;
}

static const gph_port bare_ports[] = {GPH_IN("in"), GPH_OUT_N("first", 1, 1)};
static const gph_type later = {
    GPH_TYPE("later", "Later", "Says what it has when it is configured.", 0),
    GPH_PORTS(bare_ports),
    .create = create,
    .destroy = destroy,
    .describe = describe,
    .process = process,
};

GPH_MODULE("shapes", "1", "nobody", "MIT", &stereo, &keyed, &failing, &inactive, &later)

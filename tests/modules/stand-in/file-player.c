/* Takes the keys of the stock player and plays nothing, for tests of graphs. [control; audio] */
#include <graphophone/module.h>

static gph_status GPH_CALL GPH_AUDIO
process(gph_node *self, const gph_io *io)
{
    (void)self;
    (void)io;
    return GPH_DONE;
}

static gph_status GPH_CALL
configure(gph_node *self, gph_config *config)
{
    (void)self;
    config->out_channels[0] = 2;
    return GPH_OK;
}

static const gph_port ports[] = {GPH_OUT_N("out", 1, 1024)};
static const gph_param params[] = {GPH_GAIN("gain", -90, 0, 24, "Level.")};
static const gph_setting settings[] = {
    GPH_SETTING_X("file", GPH_SETTING_PATH, GPH_SETTING_REQUIRED, 0, 0, 0, NULL, "A file.", NULL),
    GPH_SWITCH("loop", "off", "Again."),
};
static const gph_trigger triggers[] = {GPH_TRIGGER("play", NULL), GPH_GIVES("done", NULL)};

static const gph_type player = {
    GPH_TYPE("file-player", "File player", "Stands in for the stock player.", 0),
    GPH_PORTS(ports),
    GPH_PARAMS(params),
    GPH_SETTINGS(settings),
    GPH_TRIGGERS(triggers),
    .configure = configure,
    .process = process,
};

GPH_MODULE("file-player", "1", "nobody", "MIT", &player)

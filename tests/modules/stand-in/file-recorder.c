/* Takes the keys of the stock recorder and writes nothing, for tests of graphs. [control; audio] */
#include <graphophone/module.h>

static gph_status GPH_CALL GPH_AUDIO
process(gph_node *self, const gph_io *io)
{
    (void)self;
    (void)io;
    return GPH_OK;
}

static const char *const files[] = {"one", "per-channel", NULL};
static const char *const start[] = {"control", "level", "auto", NULL};
static const char *const rotate_at[] = {"length", "clock", NULL};

static const gph_port ports[] = {GPH_IN("in")};
static const gph_setting settings[] = {
    GPH_SETTING_X("file", GPH_SETTING_PATH, GPH_SETTING_REQUIRED, 0, 0, 0, NULL, "Template.", NULL),
    GPH_TEXT("format", 0, "wav-f32", "Container and samples."),
    GPH_CHOICE("files", files, "one", "One file or one a channel."),
    GPH_TEXT("labels", GPH_SETTING_LIST, NULL, "Names of channels."),
    GPH_CHOICE("start", start, "control", "What starts a take."),
    GPH_CHOICE("stop", start, "control", "What ends it."),
    GPH_REAL("start-level", GPH_UNIT_DB, -120, 0, "-40dB", "Level."),
    GPH_REAL("stop-level", GPH_UNIT_DB, -120, 0, "-50dB", "Level."),
    GPH_REAL("hold", GPH_UNIT_SECONDS, 0, 3600, "3s", "Time."),
    GPH_REAL("length", GPH_UNIT_SECONDS, 0, 86400, NULL, "Time."),
    GPH_REAL("preroll", GPH_UNIT_SECONDS, 0, 600, "0", "Time."),
    GPH_SETTING_X("rotate", GPH_SETTING_REAL, GPH_SETTING_LIST | GPH_SETTING_OR_BYTES,
                  GPH_UNIT_SECONDS, 0, 86400, NULL, "Time or size.", NULL),
    GPH_CHOICE("rotate-at", rotate_at, "length", "When."),
    GPH_TEXT("failover", 0, NULL, "Folder."),
    GPH_SETTING_X("tag", GPH_SETTING_TEXT, GPH_SETTING_KEYED, 0, 0, 0, NULL, "Tags.", NULL),
};
static const gph_trigger triggers[] = {
    GPH_TRIGGER("record", NULL), GPH_TRIGGER("stop", NULL),  GPH_TRIGGER("toggle", NULL),
    GPH_TRIGGER("mark", NULL),   GPH_TRIGGER("split", NULL), GPH_GIVES("started", NULL),
    GPH_GIVES("stopped", NULL),
};

static const gph_type recorder = {
    GPH_TYPE("file-recorder", "File recorder", "Stands in for the stock recorder.", GPH_TYPE_LATE),
    GPH_PORTS(ports),
    GPH_SETTINGS(settings),
    GPH_TRIGGERS(triggers),
    .process = process,
};

GPH_MODULE("file-recorder", "1", "nobody", "MIT", &recorder)

/* file-player: plays a sound file that is read ahead of it. [audio; configure: control]
 *
 * After an end or a stop it goes back to the beginning at once, so that the next `play` finds it
 * read and starts on its frame. */
#include <graphophone/module.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { AUTO, TRIGGERED }; /* choices of `start` */
enum { PLAY, STOP, TOGGLE, DONE };
enum { FAULT_MISSING };

struct gph_node {
    const gph_runtime *rt;
    const gph_disk *disk;
    gph_stream *stream;
    bool at_once; /* plays without a trigger */
    bool playing;
    bool fresh;       /* the stream is at the beginning */
    int64_t position; /* frames since the beginning */
    int64_t frames;   /* of a round, where the file says so; else -1 */
    double rate;
};

static const char *const starts[] = {"auto", "trigger", NULL};
static const gph_setting settings[] = {
    GPH_SETTING_X("file", GPH_SETTING_PATH, GPH_SETTING_REQUIRED | GPH_SETTING_READS, 0, 0, 0, NULL,
                  "The file: wav rf64 w64 au caf aiff flac ogg.", NULL),
    GPH_SWITCH("loop", "off", "Whether it begins again at its end."),
    GPH_CHOICE("start", starts, "auto", "Whether it plays by itself or at a trigger."),
    GPH_REAL("offset", GPH_UNIT_SECONDS, 0, 1e9, "0s", "Where in the file to begin."),
    GPH_SWITCH("convert", "off", "Whether a file of another rate is converted or refused."),
};

static double
number(const gph_config *config, const char *name)
{
    double value = 0;
    config->number(config, name, 0, &value, NULL);
    return value;
}

static gph_node *GPH_CALL
create(const gph_runtime *rt, const gph_type *type)
{
    gph_node *self = calloc(1, sizeof *self);
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

static gph_status GPH_CALL
configure(gph_node *self, gph_config *config)
{
    self->disk = self->rt->get(self->rt, GPH_DISK_ID);
    self->at_once = number(config, "start") == AUTO;
    gph_stream_read what = {
        .size = sizeof what,
        .file = config->text(config, "file", 0),
        .offset = (int64_t)llrint(number(config, "offset") * config->rate),
    };
    if (number(config, "loop") > 0)
        what.flags |= GPH_STREAM_LOOP;
    if (number(config, "convert") > 0)
        what.flags |= GPH_STREAM_CONVERT;
    self->stream = self->disk->open_read(self->rt, config, &what);
    if (!self->stream)
        return GPH_IO;
    self->frames = what.frames;
    config->out_channels[0] = what.channels;
    return GPH_OK;
}

static gph_status GPH_CALL
activate(gph_node *self, gph_setup *setup)
{
    self->rate = setup->rate;
    self->playing = self->at_once;
    self->fresh = true;
    self->position = 0;
    return GPH_OK;
}

static void GPH_AUDIO
go_back(gph_node *self)
{
    if (!self->fresh)
        self->disk->seek(self->stream, 0);
    self->fresh = true;
    self->position = 0;
}

static void GPH_AUDIO
obey(gph_node *self, uint32_t trigger)
{
    if (trigger == TOGGLE)
        trigger = self->playing ? STOP : PLAY;
    if (trigger == PLAY || trigger == STOP)
        go_back(self);
    self->playing = trigger == PLAY;
}

static void GPH_AUDIO
finish(gph_node *self, uint32_t frame)
{
    gph_event event = {.frame = frame, .kind = GPH_EVENT_TRIGGER, .index = DONE, .value = 1.0f};
    self->rt->emit(self->rt, &event);
    self->playing = false;
    go_back(self);
}

static void GPH_AUDIO
play(gph_node *self, const gph_io *io)
{
    gph_stream_stats before = {.size = sizeof before};
    gph_stream_stats after = {.size = sizeof after};
    self->disk->stats(self->stream, &before);
    uint32_t got = self->disk->read(self->stream, io->out[0].ch, io->frames);
    self->disk->stats(self->stream, &after);
    if (after.lost > before.lost)
        self->rt->fault(self->rt, FAULT_MISSING, after.lost - before.lost, io->clock);
    self->fresh = false;
    self->position += got;
    if (got < io->frames)
        finish(self, got);
}

static gph_status GPH_CALL GPH_AUDIO
process(gph_node *self, const gph_io *io)
{
    const gph_out *out = &io->out[0];
    for (uint32_t n = 0; n < io->n_events; n++)
        if (io->events[n].kind == GPH_EVENT_TRIGGER)
            obey(self, io->events[n].index);
    if (self->playing) {
        play(self, io);
    } else {
        for (uint32_t c = 0; c < out->channels; c++)
            memset(out->ch[c], 0, io->frames * sizeof(float));
    }
    for (uint32_t c = 0; c < out->channels; c++)
        for (uint32_t f = 0; f < io->frames; f++)
            out->ch[c][f] *= io->params[0].ramp[f];
    int64_t into = self->frames > 0 ? self->position % self->frames : self->position;
    io->meters[0][0] = (float)((double)into / self->rate);
    return self->playing ? GPH_OK : GPH_DONE;
}

static const gph_port ports[] = {
    GPH_PORT_X("out", GPH_PORT_OUT, 0, GPH_WIDTH_RANGE, 1, GPH_MAX_CHANNELS, 0,
               "The channels of the file."),
};
static const gph_param params[] = {
    GPH_GAIN("gain", -90, 0, 24, "Output level; a change is ramped.")};
static const gph_meter meters[] = {
    GPH_METER("position", GPH_UNIT_SECONDS, GPH_INDEX_ONE, "Seconds since the beginning.")};
static const gph_trigger triggers[] = {
    GPH_TRIGGER("play", "Plays from the beginning."),
    GPH_TRIGGER("stop", "Stops and goes back."),
    GPH_TRIGGER("toggle", "Plays or stops."),
    GPH_GIVES("done", "The file has ended."),
};
static const char *const faults[] = {"%a frames were not read in time at frame %b"};

static const gph_type file_player = {
    GPH_TYPE("file-player", "File player", "Plays a sound file.", 0),
    GPH_PORTS(ports),
    GPH_PARAMS(params),
    GPH_METERS(meters),
    GPH_SETTINGS(settings),
    GPH_TRIGGERS(triggers),
    GPH_FAULTS(faults),
    .create = create,
    .destroy = destroy,
    .configure = configure,
    .activate = activate,
    .process = process,
};

GPH_MODULE("file-player", "1.0.0", "Graphophone", "MIT", &file_player)

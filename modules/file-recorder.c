/* file-recorder: writes what it hears to files, from a frame to a frame. [audio; configure: control]
 *
 * It is a sink fed late (LATE): a trigger comes one call after it was given, with its frame, and the
 * ring still holds that frame. All that concerns the disk is behind gph.disk/1; here it is decided
 * when a take begins and ends. */
#include <graphophone/module.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BY_CONTROL, BY_LEVEL, BY_ITSELF }; /* choices of `start` and `stop` */
enum { RECORD, STOP, TOGGLE, MARK, SPLIT, STARTED, STOPPED, GAP, FAILED };
enum { FAULT_RECORDING, FAULT_IDLE, FAULT_FULL };
#define NEVER INT64_MAX

struct gph_node {
    const gph_runtime *rt;
    const gph_disk *disk;
    gph_stream *stream;

    /* Settings. */
    uint32_t start, stop, gap;
    float start_level, stop_level; /* linear */
    int64_t hold, length;          /* frames; length 0: none */
    double rate;                   /* that hold and length were counted at */

    /* State. */
    bool recording;
    bool begun;         /* the first call was there */
    bool disarmed;      /* by a stop trigger, until it has been quiet for `hold` */
    int64_t from;       /* first frame of the take, without pre-roll */
    int64_t end;        /* frame at which `length` is over, or NEVER */
    int64_t last_loud;  /* last frame of the take that reached stop-level */
    int64_t last_sound; /* last frame at all that reached start-level */
};

/* ---------------------------------------------------------------- settings */

static const char *const starts[] = {"control", "level", "auto", NULL};
static const char *const stops[] = {"control", "level", NULL};
static const char *const file_choices[] = {"one", "per-channel", NULL};
static const char *const gaps[] = {"silence", "split", "stop", NULL};
static const char *const rate_changes[] = {"lose", "take", NULL};
static const char *const dithers[] = {"off", "tpdf", NULL};
static const char *const nans[] = {"zero", "keep", NULL};
static const char *const rotations[] = {"length", "clock", NULL};

static const gph_setting settings[] = {
    GPH_TEXT("file", GPH_SETTING_REQUIRED, NULL,
             "Name of the file: folders, text, %Y %m %d %H %M %S and {take} {node} {ch} {label}."),
    GPH_TEXT(
        "format", 0, NULL,
        "Container and sample format, wav-s24; each may be left out (by the ending, wav-f32)."),
    GPH_CHOICE("files", file_choices, "one", "One file, or one for each channel."),
    GPH_TEXT("labels", GPH_SETTING_LIST, NULL, "Names of the channels."),
    GPH_CHOICE("start", starts, "control", "What begins a take."),
    GPH_CHOICE("stop", stops, "control", "What ends a take."),
    GPH_REAL("start-level", GPH_UNIT_DB, -200, 40, "-40dB", "Level at which a take begins."),
    GPH_REAL("stop-level", GPH_UNIT_DB, -200, 40, "-50dB", "Level below which it may end."),
    GPH_REAL("hold", GPH_UNIT_SECONDS, 0, 86400, "3s", "How long it goes on below that."),
    GPH_REAL("length", GPH_UNIT_SECONDS, 0, 1e9, NULL, "Ends a take so long after its start."),
    GPH_REAL("preroll", GPH_UNIT_SECONDS, 0, 3600, "0s", "How much from before the start."),
    GPH_SETTING_X("rotate", GPH_SETTING_REAL, GPH_SETTING_OR_BYTES | GPH_SETTING_LIST,
                  GPH_UNIT_SECONDS, 0, 0, NULL, "A new file so often, or before this size.", NULL),
    GPH_CHOICE("rotate-at", rotations, "length",
               "Counted from the start, or at whole multiples of the time of day."),
    GPH_REAL("buffer", GPH_UNIT_SECONDS, 0.05, 3600, "5s", "How long the disk may be away."),
    GPH_CHOICE("gap", gaps, "silence", "What stands in the file for frames that were lost."),
    GPH_REAL("gap-limit", GPH_UNIT_SECONDS, 0.001, 86400, "10s", "A longer gap always splits."),
    GPH_SETTING_X("sync", GPH_SETTING_REAL, GPH_SETTING_OR_OFF, GPH_UNIT_SECONDS, 0.1, 3600, "1s",
                  "How often all is brought to the disk.", NULL),
    GPH_SETTING_X("reserve", GPH_SETTING_REAL, GPH_SETTING_OR_OFF, GPH_UNIT_SECONDS, 0, 86400,
                  "60s", "How much disk is taken ahead of time.", NULL),
    GPH_SETTING_X("min-free", GPH_SETTING_REAL, 0, GPH_UNIT_BYTES, 0, 1e18, NULL,
                  "A disk with less than this left counts as full.", NULL),
    GPH_TEXT("failover", 0, NULL, "Folder for what comes next when the disk fails."),
    GPH_CHOICE("rate-change", rate_changes, "lose",
               "Device back at another rate: wait, or begin a new take."),
    GPH_CHOICE("dither", dithers, "off", "Dither of s16 and s24."),
    GPH_CHOICE("nan", nans, "zero", "What becomes of NaN and Inf."),
    GPH_REAL("quality", GPH_UNIT_FRACTION, 0, 1, NULL,
             "Size against fidelity of ogg, effort of flac."),
    GPH_SWITCH("align", "on", "Whether channels are moved by their latency."),
    GPH_SWITCH("utc", "off", "Whether names tell universal time."),
    GPH_SETTING_X(
        "tag", GPH_SETTING_TEXT, GPH_SETTING_KEYED, 0, 0, 0, NULL,
        "A text in the file: title artist album comment copyright genre date track license.", NULL),
    GPH_INTEGER("fileformat", 0, 7, NULL, "The container by pyo's number."),
    GPH_INTEGER("sampletype", 0, 6, NULL, "The sample format by pyo's number."),
};

static const char *const tag_keys[] = {"title", "artist", "album", "comment", "copyright",
                                       "genre", "date",   "track", "license"};
/* In the order of pyo's numbers. */
static const char *const code_containers[] = {"wav", "aiff", "au",  "raw",
                                              "sd2", "flac", "caf", "ogg"};
static const char *const code_samples[] = {"s16", "s24", "s32", "f32", "f64", "ulaw", "alaw"};

static double
number(const gph_config *config, const char *name, double otherwise)
{
    double value = otherwise;
    return config->number(config, name, 0, &value, NULL) > 0 ? value : otherwise;
}

static uint32_t
choice(const gph_config *config, const char *name)
{
    return (uint32_t)number(config, name, 0);
}

static int64_t
frames_of(const gph_config *config, const char *name, double rate)
{
    return (int64_t)llrint(number(config, name, 0) * rate);
}

/* pyo's numbers as our words; 0: no numbers were given. */
static gph_status
read_codes(gph_config *config, gph_stream_write *what, char *format, size_t size)
{
    double container = number(config, "fileformat", -1);
    double sample = number(config, "sampletype", -1);
    if (container < 0 && sample < 0)
        return GPH_OK;
    if (what->format) {
        snprintf(config->error, config->error_size,
                 "'format' says it all; leave pyo's 'fileformat' and 'sampletype' out");
        config->bad_setting = container < 0 ? "sampletype" : "fileformat";
        return GPH_ARGUMENT;
    }
    snprintf(format, size, "%s-%s", code_containers[container < 0 ? 0 : (size_t)container],
             code_samples[sample < 0 ? 0 : (size_t)sample]);
    what->format = format;
    what->flags |= GPH_STREAM_CODES;
    return GPH_OK;
}

static void
read_flags(const gph_config *config, gph_stream_write *what)
{
    what->files = choice(config, "files");
    what->gap = choice(config, "gap");
    what->nan = choice(config, "nan");
    what->flags |= choice(config, "dither") ? GPH_STREAM_DITHER : 0;
    what->flags |= choice(config, "align") ? 0 : GPH_STREAM_NO_ALIGN;
    what->flags |= choice(config, "utc") ? GPH_STREAM_UTC : 0;
    what->flags |= choice(config, "rate-change") ? GPH_STREAM_NEW_RATE : 0;
    what->flags |= choice(config, "rotate-at") ? GPH_STREAM_ROTATE_CLOCK : 0;
    double quality = number(config, "quality", -1);
    if (quality >= 0) {
        what->quality = quality;
        what->flags |= GPH_STREAM_QUALITY;
    }
}

static void
read_rotation(const gph_config *config, gph_stream_write *what)
{
    double value = 0;
    uint32_t unit = 0;
    for (uint32_t n = 0; n < 2 && config->number(config, "rotate", n, &value, &unit) > (int32_t)n;
         n++)
        if (unit == GPH_UNIT_BYTES)
            what->rotate_bytes = (int64_t)value;
        else
            what->rotate_seconds = value;
}

static gph_status
open_stream(gph_node *self, gph_config *config, gph_stream_write *what)
{
    const char *labels[GPH_MAX_CHANNELS];
    gph_tag tags[GPH_COUNT(tag_keys)];
    char name[24];
    for (const char *label = NULL; what->n_labels < GPH_MAX_CHANNELS; what->n_labels++) {
        label = config->text(config, "labels", what->n_labels);
        if (!label)
            break;
        labels[what->n_labels] = label;
    }
    for (size_t n = 0; n < GPH_COUNT(tag_keys); n++) {
        snprintf(name, sizeof name, "tag.%s", tag_keys[n]);
        const char *value = config->text(config, name, 0);
        if (value)
            tags[what->n_tags++] = (gph_tag){tag_keys[n], value};
    }
    what->labels = labels;
    what->tags = tags;
    self->stream = self->disk->open_write(self->rt, config, what);
    /* Where it was the disk that refused, the runtime knows. */
    return self->stream ? GPH_OK : GPH_ARGUMENT;
}

static gph_status GPH_CALL
configure(gph_node *self, gph_config *config)
{
    char format[16];
    self->disk = self->rt->get(self->rt, GPH_DISK_ID);
    self->start = choice(config, "start");
    self->stop = choice(config, "stop");
    self->gap = choice(config, "gap");
    self->start_level = powf(10.0f, (float)number(config, "start-level", -40) / 20.0f);
    self->stop_level = powf(10.0f, (float)number(config, "stop-level", -50) / 20.0f);
    self->rate = config->rate;
    self->hold = frames_of(config, "hold", config->rate);
    self->length = frames_of(config, "length", config->rate);
    gph_stream_write what = {
        .size = sizeof what,
        .channels = config->in_channels[0],
        .file = config->text(config, "file", 0),
        .format = config->text(config, "format", 0),
        .buffer_seconds = number(config, "buffer", 0),
        .preroll_seconds = number(config, "preroll", 0),
        .gap_limit_seconds = number(config, "gap-limit", 0),
        .sync_seconds = number(config, "sync", 0),
        .reserve_seconds = number(config, "reserve", 0),
        .min_free_bytes = (int64_t)number(config, "min-free", 0),
        .failover = config->text(config, "failover", 0),
    };
    if (what.reserve_seconds == 0)
        what.reserve_seconds = -1; /* zero would be the default */
    gph_status status = read_codes(config, &what, format, sizeof format);
    if (status)
        return status;
    read_flags(config, &what);
    read_rotation(config, &what);
    return open_stream(self, config, &what);
}

/* ---------------------------------------------------------------- life */

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
activate(gph_node *self, gph_setup *setup)
{
    if (self->rate > 0 && self->rate != setup->rate) {
        self->hold = (int64_t)llrint((double)self->hold * setup->rate / self->rate);
        self->length = (int64_t)llrint((double)self->length * setup->rate / self->rate);
    }
    self->rate = setup->rate;
    self->recording = false;
    self->begun = false;
    self->disarmed = false;
    self->end = NEVER;
    self->last_sound = INT64_MIN / 2;
    return GPH_OK;
}

/* ---------------------------------------------------------------- when a take begins and ends */

static void GPH_AUDIO
give(const gph_node *self, const gph_io *io, uint32_t trigger, int64_t when)
{
    gph_event event = {.kind = GPH_EVENT_TRIGGER, .index = trigger, .value = 1.0f};
    int64_t frame = when - io->clock;
    event.frame = frame <= 0 ? 0 : frame >= io->frames ? io->frames - 1 : (uint32_t)frame;
    self->rt->emit(self->rt, &event);
}

static void GPH_AUDIO
begin_take(gph_node *self, const gph_io *io, int64_t when)
{
    if (self->disk->start(self->stream, when) != GPH_OK) {
        self->rt->fault(self->rt, FAULT_FULL, when, 0);
        return;
    }
    self->recording = true;
    self->from = when;
    self->disarmed = false;
    self->end = self->length ? when + self->length : NEVER;
    self->last_loud = when - 1;
    give(self, io, STARTED, when);
}

static void GPH_AUDIO
end_take(gph_node *self, const gph_io *io, int64_t when)
{
    self->disk->stop(self->stream, when);
    self->recording = false;
    self->end = NEVER;
    give(self, io, STOPPED, when);
}

static bool GPH_AUDIO
reaches(const gph_in *in, uint32_t frame, float level)
{
    for (uint32_t c = 0; c < in->channels; c++)
        if (fabsf(in->ch[c][frame]) >= level)
            return true;
    return false;
}

/* Whether any frame must be looked at for its own sake. */
static bool GPH_AUDIO
listens(const gph_node *self)
{
    return self->recording ? self->stop == BY_LEVEL : self->start == BY_LEVEL;
}

/* One frame on its own, where levels decide. */
static void GPH_AUDIO
hear(gph_node *self, const gph_io *io, int64_t at)
{
    uint32_t frame = (uint32_t)(at - io->clock);
    if (self->recording && self->stop == BY_LEVEL) {
        if (reaches(&io->in[0], frame, self->stop_level))
            self->last_loud = at;
        /* The take holds the last loud frame and `hold` more. */
        else if (at - self->last_loud > self->hold)
            end_take(self, io, at);
    }
    if (self->recording || self->start != BY_LEVEL)
        return;
    bool loud = reaches(&io->in[0], frame, self->start_level);
    if (self->disarmed && at - self->last_sound > self->hold)
        self->disarmed = false;
    if (loud)
        self->last_sound = at;
    if (loud && !self->disarmed)
        begin_take(self, io, at);
    if (self->recording && reaches(&io->in[0], frame, self->stop_level))
        self->last_loud = at;
}

/* From one frame of this call to another: levels and length. */
static void GPH_AUDIO
go_on(gph_node *self, const gph_io *io, int64_t from, int64_t to)
{
    while (from < to) {
        if (self->recording && self->end <= from)
            end_take(self, io, self->end);
        if (listens(self)) {
            hear(self, io, from++);
            continue;
        }
        /* Nothing can happen before the end of the length. */
        from = self->recording && self->end < to ? self->end : to;
    }
}

static void GPH_AUDIO
obey(gph_node *self, const gph_io *io, uint32_t trigger, int64_t when)
{
    if (trigger == TOGGLE)
        trigger = self->recording ? STOP : RECORD;
    if (trigger == RECORD && self->recording && when == self->from)
        return; /* two wishes for one frame are one */
    if (trigger == RECORD && self->recording) {
        self->rt->fault(self->rt, FAULT_RECORDING, when, 0);
    } else if (trigger == RECORD) {
        begin_take(self, io, when);
    } else if (!self->recording) {
        self->rt->fault(self->rt, FAULT_IDLE, when, 0);
    } else if (trigger == STOP) {
        end_take(self, io, when);
        self->disarmed = true;
        self->last_sound = when;
    } else if (self->disk->mark(self->stream, when, trigger == SPLIT) != GPH_OK) {
        self->rt->fault(self->rt, FAULT_FULL, when, 0);
    }
}

static void GPH_AUDIO
learn(gph_node *self, const gph_io *io, const gph_event *event)
{
    if (event->index == GPH_STREAM_GAP)
        give(self, io, GAP, io->clock);
    if (event->index == GPH_STREAM_GAP && self->gap == GPH_GAP_STOP && self->recording)
        end_take(self, io, io->clock);
    if (event->index == GPH_STREAM_FAILED)
        give(self, io, FAILED, io->clock);
}

static gph_status GPH_CALL GPH_AUDIO
process(gph_node *self, const gph_io *io)
{
    int64_t end = io->clock + io->frames;
    int64_t at = io->clock;
    if (!self->begun && self->start == BY_ITSELF)
        begin_take(self, io, io->clock);
    self->begun = true;
    for (uint32_t n = 0; n < io->n_events; n++) {
        const gph_event *event = &io->events[n];
        if (event->kind == GPH_EVENT_STREAM)
            learn(self, io, event);
        if (event->kind != GPH_EVENT_TRIGGER)
            continue;
        int64_t when = event->when < end ? event->when : end;
        if (when > at) {
            go_on(self, io, at, when);
            at = when;
        }
        obey(self, io, event->index, event->when);
    }
    go_on(self, io, at, end);
    self->disk->write(self->stream, io->clock, io->in[0].ch, io->frames);
    return GPH_OK;
}

static const gph_port ports[] = {GPH_IN_DOC("in", "What is to be recorded.")};
static const gph_trigger triggers[] = {
    GPH_TRIGGER("record", "Begins a take."),
    GPH_TRIGGER("stop", "Ends the take."),
    GPH_TRIGGER("toggle", "Begins or ends a take."),
    GPH_TRIGGER("mark", "Notes this place in the take."),
    GPH_TRIGGER("split", "Goes on in a new file from this frame."),
    GPH_GIVES("started", "A take has begun."),
    GPH_GIVES("stopped", "A take has ended."),
    GPH_GIVES("gap", "Frames are missing in the file."),
    GPH_GIVES("failed", "The disk refuses."),
};
static const char *const faults[] = {
    "'record' at frame %a, but a take is being recorded",
    "a trigger at frame %a, but no take is being recorded",
    "too many triggers before frame %a; this one is lost",
};

static const gph_type file_recorder = {
    GPH_TYPE("file-recorder", "File recorder", "Records to files, frame for frame.",
             GPH_TYPE_EVENTS | GPH_TYPE_LATE),
    GPH_PORTS(ports),
    GPH_SETTINGS(settings),
    GPH_TRIGGERS(triggers),
    GPH_FAULTS(faults),
    .create = create,
    .destroy = destroy,
    .configure = configure,
    .activate = activate,
    .process = process,
};

GPH_MODULE("file-recorder", "1.0.0", "Graphophone", "MIT", &file_recorder)

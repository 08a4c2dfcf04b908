/* table-player: plays a table at any speed, or follows its recorder. [audio]
 *
 * The position is a 32.32 fixed-point number of frames, so no speed drifts. A round in a loop is
 * `xfade` shorter than what is played: its first frames rise while the last ones of the round
 * before fall.
 *
 * A follower has no position of its own. It runs before the recorder and plays what is under the
 * head, before that is written over. */
#include <graphophone/module.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CHUNK = 64 };
enum { ONCE, LOOP };           /* choices of `mode` */
enum { AUTO, TRIGGER };        /* choices of `start` */
enum { STEPS, LINEAR, CUBIC }; /* choices of `interpolate` */
enum { PLAY, STOP, TOGGLE, DONE, LOOPED };

#define ONE_FRAME ((int64_t)1 << 32)
#define FRACTION  (ONE_FRAME - 1)

struct gph_node {
    const gph_runtime *rt;
    const gph_tables *tables;
    gph_table *table;

    /* Settings. */
    uint32_t mode, interpolate;
    bool at_once, follow;
    int64_t begin, end; /* frames; end 0: as much as is there */
    int64_t xfade;      /* frames */

    /* State. */
    bool playing;
    bool fresh;       /* the next frame is the first */
    bool seam;        /* a round ended: the start of this one is faded into */
    int64_t position; /* 32.32 */
};

/* What can be played in this call. */
typedef struct range {
    float *const *ch;
    int64_t begin, end; /* frames */
    int64_t fade;       /* frames of the seam */
    int64_t round;      /* frames of a round */
    bool wraps;         /* what is behind the end is the beginning */
} range;

/* A few frames to be played, all of one kind. */
typedef struct steps {
    uint32_t frames;
    bool plain; /* whole frames, one after the other, no seam */
    int64_t position[CHUNK];
    float rise[CHUNK]; /* of the seam; 1: none */
} steps;

/* ---------------------------------------------------------------- samples */

static inline int64_t GPH_AUDIO
neighbour(const range *r, int64_t frame)
{
    if (frame >= r->begin && frame < r->end)
        return frame;
    if (!r->wraps)
        return frame < r->begin ? r->begin : r->end - 1;
    int64_t into = (frame - r->begin) % (r->end - r->begin);
    return (into < 0 ? r->end : r->begin) + into;
}

static float GPH_AUDIO
sample(const range *r, const float *ch, uint32_t interpolate, int64_t position)
{
    int64_t frame = position >> 32;
    if (interpolate == STEPS || (position & FRACTION) == 0)
        return ch[frame];
    float t = (float)(position & FRACTION) * 0x1p-32f;
    float y1 = ch[frame], y2 = ch[neighbour(r, frame + 1)];
    if (interpolate == LINEAR)
        return y1 + (y2 - y1) * t;
    /* Catmull and Rom's spline through four frames. */
    float y0 = ch[neighbour(r, frame - 1)], y3 = ch[neighbour(r, frame + 2)];
    float c1 = 0.5f * (y2 - y0);
    float c2 = y0 - 2.5f * y1 + 2.0f * y2 - 0.5f * y3;
    float c3 = 0.5f * (y3 - y0) + 1.5f * (y1 - y2);
    return ((c3 * t + c2) * t + c1) * t + y1;
}

static void GPH_AUDIO
render(const gph_node *self, const range *r, const steps *s, const gph_out *out, uint32_t at)
{
    int64_t first = s->position[0] >> 32;
    for (uint32_t c = 0; c < out->channels; c++) {
        const float *from = r->ch[c];
        float *to = out->ch[c] + at;
        if (s->plain) {
            memcpy(to, from + first, s->frames * sizeof(float));
            continue;
        }
        for (uint32_t f = 0; f < s->frames; f++) {
            float y = sample(r, from, self->interpolate, s->position[f]);
            if (s->rise[f] < 1.0f) {
                float last =
                    sample(r, from, self->interpolate, s->position[f] + r->round * ONE_FRAME);
                y = y * s->rise[f] + last * (1.0f - s->rise[f]);
            }
            to[f] = y;
        }
    }
}

static void GPH_AUDIO
silence(const gph_out *out, uint32_t at, uint32_t frames)
{
    for (uint32_t c = 0; c < out->channels; c++)
        memset(out->ch[c] + at, 0, frames * sizeof(float));
}

/* ---------------------------------------------------------------- the position */

static void GPH_AUDIO
give(const gph_node *self, uint32_t trigger, uint32_t frame)
{
    gph_event event = {.frame = frame, .kind = GPH_EVENT_TRIGGER, .index = trigger, .value = 1.0f};
    self->rt->emit(self->rt, &event);
}

static range GPH_AUDIO
range_of(const gph_node *self, const gph_table_view *view)
{
    int64_t filled = (int64_t)view->mark.filled;
    range r = {.ch = view->ch, .begin = self->begin, .end = filled};
    if (self->end > 0 && self->end < filled)
        r.end = self->end;
    if (r.end <= r.begin) {
        r.end = r.begin;
        return r;
    }
    int64_t frames = r.end - r.begin;
    if (self->mode == LOOP)
        r.fade = self->xfade < frames / 2 ? self->xfade : frames / 2;
    r.round = frames - r.fade;
    r.wraps = self->mode == LOOP && r.fade == 0;
    return r;
}

/* Where playing starts. */
static void GPH_AUDIO
set_out(gph_node *self, const range *r, bool backward, uint32_t frame)
{
    self->fresh = false;
    self->seam = backward;
    self->position = (backward ? r->end - 1 : r->begin) * ONE_FRAME;
    if (self->mode == LOOP)
        give(self, LOOPED, frame);
}

/* Brings the position back into the round; false if that has ended for good. */
static bool GPH_AUDIO
go_round(gph_node *self, const range *r, bool backward, uint32_t frame)
{
    int64_t begin = r->begin * ONE_FRAME, round = r->round * ONE_FRAME;
    /* A first round backward starts in the fade at the end. */
    bool inside = self->position >= begin &&
                  self->position < begin + round + (backward ? r->fade * ONE_FRAME : 0);
    if (inside)
        return true;
    if (self->mode == ONCE)
        return false;
    self->position = begin + (self->position - begin) % round;
    if (self->position < begin)
        self->position += round;
    self->seam = true;
    give(self, LOOPED, frame);
    return true;
}

/* The next frames from `at` on, at most `most`. */
static void GPH_AUDIO
step(gph_node *self, const range *r, const float *speed, uint32_t at, uint32_t most, steps *s)
{
    int64_t begin = r->begin * ONE_FRAME, fade = r->fade * ONE_FRAME;
    s->frames = 0;
    s->plain = true;
    while (self->playing && s->frames < most && s->frames < CHUNK) {
        uint32_t f = s->frames;
        bool backward = speed[f] < 0;
        if (self->fresh)
            set_out(self, r, backward, at + f);
        if (!go_round(self, r, backward, at + f)) {
            self->playing = false; /* what is there has become less */
            give(self, DONE, at + f);
            break;
        }
        int64_t into = self->position - begin;
        bool faded = self->seam && into < fade;
        s->position[f] = self->position;
        s->rise[f] = faded ? (float)((double)into / (double)fade) : 1.0f;
        s->plain = s->plain && !faded && (self->position & FRACTION) == 0 &&
                   (f == 0 || self->position - s->position[f - 1] == ONE_FRAME);
        s->frames++;
        self->position += (int64_t)((double)speed[f] * (double)ONE_FRAME);
        bool over = self->position < begin || self->position >= r->end * ONE_FRAME;
        if (self->mode == ONCE && over) {
            self->playing = false;
            give(self, DONE, at + f);
        }
    }
}

/* Plays from frame `at` to `end` of this call. */
static void GPH_AUDIO
play(gph_node *self, const gph_io *io, uint32_t at, uint32_t end)
{
    const gph_table_view *view = self->tables->view(self->table);
    range r = range_of(self, view);
    steps s;
    if (self->playing && r.round == 0 && self->mode == ONCE && at < end) {
        self->playing = false; /* there is nothing to be played */
        give(self, DONE, at);
    }
    while (self->playing && r.round > 0 && at < end) {
        step(self, &r, io->params[0].ramp + at, at, end - at, &s);
        if (s.frames > 0)
            render(self, &r, &s, &io->out[0], at);
        at += s.frames;
    }
    silence(&io->out[0], at, end - at);
}

/* ---------------------------------------------------------------- following */

/* Plays from frame `at` to `end` what is under the recorder's head. */
static void GPH_AUDIO
follow(gph_node *self, const gph_io *io, uint32_t at, uint32_t end)
{
    const gph_table_view *view = self->tables->view(self->table);
    const gph_table_mark *mark = &view->mark;
    uint64_t limit = mark->round ? mark->round : view->frames;
    int64_t since = io->clock + at - mark->clock;
    bool runs = self->playing && mark->state != GPH_TABLE_IDLE && since >= 0;
    uint64_t head = runs ? mark->head + (uint64_t)since : limit;
    while (at < end) {
        if (head >= limit && runs && mark->round)
            head %= limit;
        if (head >= limit)
            break;
        if (head == 0)
            give(self, LOOPED, at);
        uint64_t n = limit - head < end - at ? limit - head : end - at;
        uint64_t real = head >= mark->filled ? 0 : mark->filled - head;
        real = real < n ? real : n;
        for (uint32_t c = 0; real > 0 && c < io->out[0].channels; c++)
            memcpy(io->out[0].ch[c] + at, view->ch[c] + head, (size_t)real * sizeof(float));
        silence(&io->out[0], at + (uint32_t)real, (uint32_t)(n - real));
        head += n;
        at += (uint32_t)n;
    }
    silence(&io->out[0], at, end - at);
}

/* ---------------------------------------------------------------- the node */

static void GPH_AUDIO
take(gph_node *self, const gph_event *event)
{
    if (event->kind != GPH_EVENT_TRIGGER)
        return;
    bool on = event->index == PLAY || (event->index == TOGGLE && !self->playing);
    if (event->index > TOGGLE)
        return;
    self->playing = self->fresh = on;
}

static int32_t GPH_CALL GPH_AUDIO
process(gph_node *self, const gph_io *io)
{
    uint32_t at = 0;
    for (uint32_t n = 0; n <= io->n_events; n++) {
        uint32_t end = n < io->n_events ? io->events[n].frame : io->frames;
        if (self->follow)
            follow(self, io, at, end);
        else
            play(self, io, at, end);
        at = end;
        if (n < io->n_events)
            take(self, &io->events[n]);
    }
    bool idle = self->follow && self->tables->view(self->table)->mark.state == GPH_TABLE_IDLE;
    return self->playing && !idle ? GPH_OK : GPH_DONE;
}

static void GPH_CALL GPH_AUDIO
reset(gph_node *self)
{
    self->playing = self->fresh = self->at_once;
    self->seam = false;
    self->position = 0;
}

static gph_node *GPH_CALL
create(const gph_runtime *rt, const gph_type *type)
{
    (void)type;
    gph_node *self = calloc(1, sizeof *self);
    if (!self)
        return NULL;
    self->rt = rt;
    self->tables = rt->get(rt, GPH_TABLES_ID);
    return self;
}

static void GPH_CALL
destroy(gph_node *self)
{
    free(self);
}

static uint32_t
choice_of(const gph_config *config, const char *name)
{
    double value = 0;
    (void)config->number(config, name, 0, &value, NULL);
    return (uint32_t)value;
}

/* A time in frames, rounded; 0 if it is not there. */
static int64_t
frames_of(const gph_config *config, const char *name)
{
    double seconds = 0;
    (void)config->number(config, name, 0, &seconds, NULL);
    return (int64_t)floor(seconds * config->rate + 0.5);
}

static gph_status
refuse(gph_config *config, const char *setting, const char *text)
{
    snprintf(config->error, config->error_size, "%s", text);
    config->bad_setting = setting;
    return GPH_ARGUMENT;
}

static gph_status
check_range(gph_node *self, gph_config *config)
{
    int64_t frames = (int64_t)self->tables->view(self->table)->frames;
    if (self->follow && (self->begin || self->end || self->xfade))
        return refuse(config,
                      self->begin ? "begin"
                      : self->end ? "end"
                                  : "xfade",
                      "a player with 'follow = on' plays what its recorder's head passes; "
                      "'begin', 'end' and 'xfade' are for others");
    if (frames > 0 && self->begin >= frames)
        return refuse(config, "begin", "'begin' lies behind the end of the table");
    if (frames > 0 && self->end > frames)
        return refuse(config, "end", "'end' lies behind the end of the table");
    if (self->end > 0 && self->end <= self->begin)
        return refuse(config, "end", "'end' has to lie behind 'begin'");
    return GPH_OK;
}

static gph_status GPH_CALL
configure(gph_node *self, gph_config *config)
{
    self->mode = choice_of(config, "mode");
    self->interpolate = choice_of(config, "interpolate");
    self->at_once = choice_of(config, "start") == AUTO;
    self->follow = choice_of(config, "follow") != 0;
    self->begin = frames_of(config, "begin");
    self->end = frames_of(config, "end");
    self->xfade = frames_of(config, "xfade");
    self->table =
        self->tables->open(self->rt, "table", self->follow ? GPH_TABLE_FOLLOW : GPH_TABLE_READ);
    if (!self->table) {
        config->bad_setting = "table";
        return GPH_ARGUMENT;
    }
    config->out_channels[0] = self->tables->view(self->table)->channels;
    return check_range(self, config);
}

static gph_status GPH_CALL
activate(gph_node *self, gph_setup *setup)
{
    setup->tail = 0;
    reset(self);
    return GPH_OK;
}

static const char *const modes[] = {"once", "loop", NULL};
static const char *const starts[] = {"auto", "trigger", NULL};
static const char *const interpolations[] = {"none", "linear", "cubic", NULL};

static const gph_port ports[] = {
    {sizeof(gph_port), 0, GPH_PORT_OUT, 0, GPH_WIDTH_RANGE, 1, GPH_MAX_CHANNELS, 0, "out",
     "The channels of the table."},
};

static const gph_param params[] = {
    GPH_PARAM("speed", GPH_UNIT_NONE, -4, 1, 4,
              "1 plays the table as it is, 2 an octave higher, -1 backward."),
};

static const gph_setting settings[] = {
    GPH_TABLE("table", "The table to be played."),
    GPH_CHOICE("mode", modes, "once", "Play to the end, or round and round."),
    GPH_CHOICE("start", starts, "auto", "With the patch, or by a trigger."),
    GPH_SWITCH("follow", "off", "Plays what the recorder's head passes, before it is replaced."),
    GPH_REAL("begin", GPH_UNIT_SECONDS, 0, 86400, NULL, "Where to begin in the table."),
    GPH_REAL("end", GPH_UNIT_SECONDS, 0, 86400, NULL,
             "Where to end in the table; as much as is there unless set."),
    GPH_REAL("xfade", GPH_UNIT_SECONDS, 0, 60, "0s",
             "How long two rounds of a loop overlap; at most half of it."),
    GPH_CHOICE("interpolate", interpolations, "linear", "How to play between two frames."),
};

static const gph_trigger triggers[] = {
    [PLAY] = GPH_TRIGGER("play", "Plays from the beginning."),
    [STOP] = GPH_TRIGGER("stop", "Falls silent."),
    [TOGGLE] = GPH_TRIGGER("toggle", "Play or stop."),
    [DONE] = GPH_GIVES("done", "This is the last frame."),
    [LOOPED] = GPH_GIVES("loop", "This is the first frame of a round."),
};

static const gph_type player_type = {
    GPH_TYPE("table-player", "Table player", "Plays a table at any speed, or with its recorder.",
             GPH_TYPE_EVENTS),
    GPH_PORTS(ports),
    GPH_PARAMS(params),
    GPH_SETTINGS(settings),
    GPH_TRIGGERS(triggers),
    .create = create,
    .destroy = destroy,
    .configure = configure,
    .activate = activate,
    .process = process,
    .reset = reset,
};

GPH_MODULE("table-player", "0.1.0", "Graphophone", "MIT", &player_type)

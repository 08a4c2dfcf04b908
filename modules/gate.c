/* gate: silence below a threshold. [audio; set-up: control] */
#include <graphophone/dsp.h>

enum { THRESHOLD, HYSTERESIS, ATTACK, HOLD, RELEASE, RANGE };
enum { IN, SIDECHAIN };
enum { OPENED, CLOSED };

typedef struct detector {
    uint32_t open;
    uint32_t quiet; /* frames below the lower threshold, while open */
    float lift;     /* 0 shut .. 1 open, straight in time */
} detector;

struct gph_node {
    const gph_runtime *rt;
    double rate, lookahead_seconds;
    uint32_t linked, n_channels, n_sides;
    uint32_t any; /* some detector was open at the last frame */
    gph_lookahead lookahead;
    detector *detectors;
};

/* Everything about the frames of a chunk that all channels share. */
typedef struct frames {
    float opens[GPH_CHUNK], closes[GPH_CHUNK]; /* levels */
    float rise[GPH_CHUNK], fall[GPH_CHUNK];    /* of lift, a frame */
    uint32_t hold[GPH_CHUNK];                  /* frames */
    uint32_t n_open[GPH_CHUNK];                /* detectors that are open */
    float gain[GPH_CHUNK];
} frames;

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
    double linked = 1;
    self->lookahead_seconds = 0;
    config->number(config, "lookahead", 0, &self->lookahead_seconds, NULL);
    config->number(config, "link", 0, &linked, NULL);
    self->linked = linked > 0;
    return GPH_OK;
}

static void GPH_CALL
deactivate(gph_node *self)
{
    gph_lookahead_finish(&self->lookahead);
    free(self->detectors);
    self->detectors = NULL;
}

static gph_status GPH_CALL
activate(gph_node *self, gph_setup *setup)
{
    self->rate = setup->rate;
    self->n_channels = setup->in_channels[IN];
    self->n_sides = setup->in_channels[SIDECHAIN];
    uint32_t lookahead = (uint32_t)(self->lookahead_seconds * setup->rate + 0.5);
    gph_status status = gph_lookahead_init(&self->lookahead, self->n_channels, lookahead);
    self->any = 0;
    self->detectors = calloc(self->n_channels, sizeof *self->detectors);
    if (status < 0 || !self->detectors) {
        deactivate(self);
        return GPH_MEMORY;
    }
    setup->latency = lookahead;
    setup->tail = lookahead;
    return GPH_OK;
}

static void GPH_CALL GPH_AUDIO
reset(gph_node *self)
{
    gph_lookahead_reset(&self->lookahead);
    memset(self->detectors, 0, self->n_channels * sizeof *self->detectors);
    self->any = 0;
}

/* 1 / frames of a time; 1 for less than a frame. */
static inline float GPH_AUDIO
slope(float seconds, float rate)
{
    float length = seconds * rate;
    return 1.0f / (length > 1.0f ? length : 1.0f);
}

static void GPH_AUDIO
prepare(const gph_node *self, const gph_io *io, frames *p, uint32_t at, uint32_t n)
{
    const gph_value *v = io->params;
    float rate = (float)self->rate;
    for (uint32_t f = 0; f < n; f++) {
        float threshold = v[THRESHOLD].ramp[at + f]; /* log2(10) / 20 */
        p->opens[f] = gph_exp2(0.166096405f * threshold);
        p->closes[f] = gph_exp2(0.166096405f * (threshold - v[HYSTERESIS].ramp[at + f]));
        p->rise[f] = slope(v[ATTACK].ramp[at + f], rate);
        p->fall[f] = slope(v[RELEASE].ramp[at + f], rate);
        p->hold[f] = (uint32_t)(int32_t)(v[HOLD].ramp[at + f] * rate + 0.5f);
        p->n_open[f] = 0;
    }
}

static void GPH_AUDIO
detect(detector *d, const float *level, const float *range, frames *p, uint32_t n)
{
    for (uint32_t f = 0; f < n; f++) {
        d->quiet = level[f] >= p->closes[f] ? 0 : d->quiet + 1;
        if (level[f] >= p->opens[f])
            d->open = 1;
        else if (d->quiet > p->hold[f])
            d->open = 0;
        float lift = d->open ? d->lift + p->rise[f] : d->lift - p->fall[f];
        lift = lift < 1.0f ? lift : 1.0f;
        d->lift = lift > 0.0f ? lift : 0.0f;
        p->n_open[f] += d->open;
        p->gain[f] = range[f] + (1.0f - range[f]) * d->lift;
    }
    /* A counter that ran for a day must not wrap: no hold is that long. */
    d->quiet = d->quiet < 0x40000000u ? d->quiet : 0x40000000u;
}

/* A channel through its delay line, times the gains. */
static void GPH_AUDIO
apply(const gph_node *self, const gph_io *io, uint32_t channel, const float *gain, uint32_t at,
      uint32_t n)
{
    float *out = io->out[0].ch[channel] + at;
    const float *in =
        gph_lookahead_run(&self->lookahead, channel, io->in[IN].ch[channel] + at, out, n);
    GPH_EACH_FRAME
    for (uint32_t f = 0; f < n; f++)
        out[f] = in[f] * gain[f];
}

/* Gives a trigger wherever the first detector opened or the last one closed. */
static void GPH_AUDIO
tell(gph_node *self, const frames *p, uint32_t at, uint32_t n)
{
    for (uint32_t f = 0; f < n; f++) {
        uint32_t any = p->n_open[f] != 0;
        if (any == self->any)
            continue;
        self->any = any;
        gph_event event = {.frame = at + f, .kind = GPH_EVENT_TRIGGER, .value = 1};
        event.index = any ? OPENED : CLOSED;
        self->rt->emit(self->rt, &event);
    }
}

static void GPH_AUDIO
chunk(gph_node *self, const gph_io *io, uint32_t at, uint32_t n)
{
    frames p;
    float level[GPH_CHUNK];
    const gph_in *side = &io->in[self->n_sides ? SIDECHAIN : IN];
    prepare(self, io, &p, at, n);
    for (uint32_t c = 0; c < self->n_channels; c++) {
        if (c == 0 || !self->linked) {
            gph_loudest(side, self->linked, c, 0.0f, INFINITY, level, at, n);
            detect(&self->detectors[c], level, io->params[RANGE].ramp + at, &p, n);
        }
        apply(self, io, c, p.gain, at, n);
    }
    gph_lookahead_advance(&self->lookahead, n);
    tell(self, &p, at, n);
}

static int32_t GPH_CALL GPH_AUDIO
process(gph_node *self, const gph_io *io)
{
    for (uint32_t at = 0; at < io->frames; at += GPH_CHUNK)
        chunk(self, io, at, io->frames - at < GPH_CHUNK ? io->frames - at : GPH_CHUNK);
    return GPH_OK;
}

static const gph_port ports[] = {
    GPH_IN_DOC("in", "The sound to be gated."),
    GPH_SIDECHAIN("sidechain", "If wired, its level rules instead of the input's."),
    GPH_OUT_DOC("out", "The same channels, gated."),
};

static const gph_setting settings[] = {
    GPH_REAL("lookahead", GPH_UNIT_SECONDS, 0, 0.025, "0ms",
             "By how much the sound is delayed, so that the gate is open before it is heard."),
    GPH_SWITCH(
        "link", "on",
        "on: all channels open together, by the loudest; off: each has a gate of its own, and "
        "hears its own channel of the sidechain."),
};

static const gph_param params[] = {
    GPH_PARAM("threshold", GPH_UNIT_DB, -120, -50, 0, "Peak level at which the gate opens."),
    GPH_PARAM("hysteresis", GPH_UNIT_DB, 0, 3, 40,
              "How far below the threshold the level must fall for the gate to close."),
    GPH_PARAM("attack", GPH_UNIT_SECONDS, 0, 0.001f, 1, "Time from shut to open, a straight fade."),
    GPH_PARAM("hold", GPH_UNIT_SECONDS, 0, 0.05f, 60,
              "How long the level must stay below before the gate begins to close."),
    GPH_PARAM("release", GPH_UNIT_SECONDS, 0, 0.05f, 5, "Time from open to shut, a straight fade."),
    GPH_GAIN("range", -90, -INFINITY, 0, "Level of what is let through while the gate is shut."),
};

static const gph_trigger triggers[] = {
    GPH_GIVES("opened", "The gate opens: the frame that reached the threshold, before lookahead."),
    GPH_GIVES("closed", "The gate begins to close: the first frame after the hold."),
};

static const gph_type gate = {
    GPH_TYPE("gate", "Gate", "Lets sound pass while it is louder than a threshold.",
             GPH_TYPE_IN_PLACE),
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
    .deactivate = deactivate,
};

GPH_MODULE("gate", "0.1.0", "Graphophone", "MIT", &gate)

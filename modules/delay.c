/* delay: echoes, in any number of channels. [audio; set-up: control] */
#include <graphophone/dsp.h>

enum { TIME, FEEDBACK, MIX, N_PARAMS };

struct gph_node {
    double max_seconds, rate;
    uint32_t n_channels;
    uint32_t longest;   /* frames, of `max` */
    uint32_t mask;      /* frames of a line, a power of two, minus 1 */
    uint32_t at;        /* frame of the lines that is written next */
    float *lines;       /* [channel][mask + 1] */
    gph_type described; /* the type, whose time goes up to `max` */
    gph_param params[N_PARAMS];
};

/* Delays of the frames of a chunk. */
typedef struct times {
    uint32_t whole[GPH_CHUNK]; /* frames */
    float fraction[GPH_CHUNK];
    uint32_t plain; /* all are equal, whole, and nothing read in the chunk is written in it */
} times;

static gph_node *GPH_CALL
create(const gph_runtime *rt, const gph_type *type)
{
    (void)rt, (void)type;
    return calloc(1, sizeof(gph_node));
}

static void GPH_CALL
destroy(gph_node *self)
{
    free(self);
}

static gph_status GPH_CALL
configure(gph_node *self, gph_config *config)
{
    self->max_seconds = 2;
    config->number(config, "max", 0, &self->max_seconds, NULL);
    return GPH_OK;
}

static gph_status GPH_CALL
activate(gph_node *self, gph_setup *setup)
{
    uint32_t frames = 1;
    self->rate = setup->rate;
    self->n_channels = setup->in_channels[0];
    self->longest = (uint32_t)ceil(self->max_seconds * setup->rate - 1e-6);
    self->longest = self->longest > 1 ? self->longest : 1;
    while (frames < self->longest + 2)
        frames *= 2;
    self->mask = frames - 1;
    self->at = 0;
    self->lines = calloc((size_t)frames * self->n_channels, sizeof *self->lines);
    /* Feedback may be anything, and is not known here: four rounds of `max` are, for a delay of an
     * eighth of it, 60 dB at a feedback of 80 %. */
    setup->tail = 4 * (int64_t)self->longest;
    return self->lines ? GPH_OK : GPH_MEMORY;
}

static void GPH_CALL
deactivate(gph_node *self)
{
    free(self->lines);
    self->lines = NULL;
}

static void GPH_CALL GPH_AUDIO
reset(gph_node *self)
{
    memset(self->lines, 0, ((size_t)self->mask + 1) * self->n_channels * sizeof *self->lines);
}

/* Seconds to frames, in steps of 1/256 frame, so that a whole number of frames is met exactly. */
static void GPH_AUDIO
measure(const gph_node *self, times *t, const float *seconds, uint32_t n)
{
    t->plain = 1;
    for (uint32_t f = 0; f < n; f++) {
        double frames = floor((double)seconds[f] * self->rate * 256.0 + 0.5) / 256.0;
        frames = frames > 1.0 ? frames : 1.0;
        frames = frames < self->longest ? frames : self->longest;
        t->whole[f] = (uint32_t)frames;
        t->fraction[f] = (float)(frames - t->whole[f]);
        t->plain &= t->whole[f] == t->whole[0] && t->fraction[f] <= 0.0f;
    }
    t->plain &= t->whole[0] >= n && t->whole[0] + n <= self->mask + 1;
}

/* One frame after the other, through the line: any delay. */
static void GPH_AUDIO
winding(float *line, uint32_t mask, uint32_t at, const times *t, const float *in, float *out,
        const float *feedback, const float *mix, uint32_t n)
{
    for (uint32_t f = 0; f < n; f++) {
        uint32_t from = at + f - t->whole[f];
        float wet = gph_between(line[from & mask], line[(from - 1) & mask], t->fraction[f]);
        line[(at + f) & mask] = gph_sane(in[f] + feedback[f] * wet);
        out[f] = in[f] * (1.0f - mix[f]) + wet * mix[f];
    }
}

/* The same where nothing wraps or moves: spans of the line, as vectors. */
static void GPH_AUDIO
straight(float *restrict to, const float *restrict from, const float *in, float *out,
         const float *restrict feedback, const float *restrict mix, uint32_t n)
{
    for (uint32_t f = 0; f < n; f++)
        to[f] = gph_sane(in[f] + feedback[f] * from[f]);
    GPH_EACH_FRAME
    for (uint32_t f = 0; f < n; f++)
        out[f] = in[f] * (1.0f - mix[f]) + from[f] * mix[f];
}

static int32_t GPH_CALL GPH_AUDIO
process(gph_node *self, const gph_io *io)
{
    times t;
    for (uint32_t done = 0, n; done < io->frames; done += n) {
        n = io->frames - done < GPH_CHUNK ? io->frames - done : GPH_CHUNK;
        measure(self, &t, io->params[TIME].ramp + done, n);
        uint32_t at = self->at & self->mask, from = (self->at - t.whole[0]) & self->mask;
        uint32_t plain = t.plain && at + n <= self->mask + 1 && from + n <= self->mask + 1;
        const float *feedback = io->params[FEEDBACK].ramp + done,
                    *mix = io->params[MIX].ramp + done;
        for (uint32_t c = 0; c < self->n_channels; c++) {
            float *line = self->lines + (size_t)c * (self->mask + 1);
            const float *in = io->in[0].ch[c] + done;
            float *out = io->out[0].ch[c] + done;
            if (plain)
                straight(line + at, line + from, in, out, feedback, mix, n);
            else
                winding(line, self->mask, at, &t, in, out, feedback, mix, n);
        }
        self->at += n;
    }
    return GPH_OK;
}

static const gph_port ports[] = {
    GPH_IN_DOC("in", "The dry sound."),
    GPH_OUT_DOC("out", "Dry and delayed sound, mixed."),
};

static const gph_setting settings[] = {
    GPH_SETTING_X("max", GPH_SETTING_REAL, GPH_SETTING_OPEN_MIN, GPH_UNIT_SECONDS, 0, 60, "2s",
                  "The longest time that the delay can be set to; memory is taken for it.", NULL),
};

static const gph_param params[] = {
    GPH_PARAM("time", GPH_UNIT_SECONDS, 0, 0.25f, 60,
              "Delay, up to max and at least one frame; the pitch bends while it moves."),
    GPH_PARAM("feedback", GPH_UNIT_FRACTION, -1, 0, 1,
              "How much of each echo is delayed again; below 0 its polarity turns."),
    GPH_PARAM("mix", GPH_UNIT_FRACTION, 0, 0.5f, 1,
              "Share of the delayed sound: 0% is dry, 100% the delayed sound alone."),
};

static const gph_type *GPH_CALL describe(gph_node *self);

static const gph_type delay = {
    GPH_TYPE("delay", "Delay", "Delays sound, with echoes that may repeat.",
             GPH_TYPE_IN_PLACE | GPH_TYPE_INDEPENDENT),
    GPH_PORTS(ports),
    GPH_PARAMS(params),
    GPH_SETTINGS(settings),
    .create = create,
    .destroy = destroy,
    .configure = configure,
    .describe = describe,
    .activate = activate,
    .process = process,
    .reset = reset,
    .deactivate = deactivate,
};

static const gph_type *GPH_CALL
describe(gph_node *self)
{
    memcpy(self->params, params, sizeof params);
    self->params[TIME].max = (float)self->max_seconds;
    if (self->params[TIME].def > self->params[TIME].max)
        self->params[TIME].def = self->params[TIME].max;
    self->described = delay;
    self->described.params = self->params;
    return &self->described;
}

GPH_MODULE("delay", "0.1.0", "Graphophone", "MIT", &delay)

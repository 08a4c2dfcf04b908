/* compressor: less level above a threshold. [audio; set-up: control]
 *
 * A feed-forward compressor in decibels with a soft knee and the smooth branching detector, as in
 * D. Giannoulis, M. Massberg, J. Reiss: Digital Dynamic Range Compressor Design - A Tutorial and
 * Analysis, J. Audio Eng. Soc. 60(6), 2012.
 */
#include <graphophone/dsp.h>

enum { THRESHOLD, RATIO, ATTACK, RELEASE, KNEE, MAKEUP };
enum { IN, SIDECHAIN };

/* A parameter's value and the pole of its time, which is asked for only when it changes. */
typedef struct pole {
    float seconds, pole;
    uint32_t known;
} pole;

struct gph_node {
    double rate, lookahead_seconds;
    uint32_t linked, n_channels, n_sides;
    gph_lookahead lookahead;
    float *reduction; /* of each detector, in dB, 0 or more */
    pole attack, release;
};

/* Everything about the frames of a chunk that all channels share. */
typedef struct frames {
    float attack[GPH_CHUNK], release[GPH_CHUNK], gain[GPH_CHUNK];
} frames;

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
    free(self->reduction);
    self->reduction = NULL;
}

static gph_status GPH_CALL
activate(gph_node *self, gph_setup *setup)
{
    self->rate = setup->rate;
    self->n_channels = setup->in_channels[IN];
    self->n_sides = setup->in_channels[SIDECHAIN];
    uint32_t lookahead = (uint32_t)(self->lookahead_seconds * setup->rate + 0.5);
    gph_status status = gph_lookahead_init(&self->lookahead, self->n_channels, lookahead);
    self->attack.known = self->release.known = 0;
    self->reduction = calloc(self->n_channels, sizeof *self->reduction);
    if (status < 0 || !self->reduction) {
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
    memset(self->reduction, 0, self->n_channels * sizeof *self->reduction);
}

static void GPH_AUDIO
poles(pole *p, double rate, const float *seconds, float *out, uint32_t n)
{
    for (uint32_t f = 0; f < n; f++) {
        if (!p->known || seconds[f] != p->seconds) {
            p->seconds = seconds[f];
            p->pole = (float)gph_one_pole((double)p->seconds, rate);
            p->known = 1;
        }
        out[f] = p->pole;
    }
}

/* Levels to the reductions that the static curve asks for, in dB. */
static void GPH_AUDIO
curve(const gph_io *io, float *level, uint32_t at, uint32_t n)
{
    const float *threshold = io->params[THRESHOLD].ramp + at, *ratio = io->params[RATIO].ramp + at;
    const float *knee = io->params[KNEE].ramp + at;
    for (uint32_t f = 0; f < n; f++) {
        float peak = level[f] < GPH_SANE ? level[f] : GPH_SANE;
        float half = 0.5f * knee[f];
        float over = 6.02059991f * gph_log2(peak) - threshold[f]; /* 20 log10(2) */
        float bend = over + half > 0.0f ? over + half : 0.0f;
        bend = bend < knee[f] ? bend : knee[f];
        float beyond = over - half > 0.0f ? over - half : 0.0f;
        float width = knee[f] > 1e-6f ? knee[f] : 1e-6f;
        level[f] = (1.0f - 1.0f / ratio[f]) * (bend * bend / (2.0f * width) + beyond);
    }
}

/* Reductions wanted to gains, by way of attack and release. */
static void GPH_AUDIO
smooth(float *state, const float *wanted, frames *p, const float *makeup, uint32_t n)
{
    float r = *state;
    for (uint32_t f = 0; f < n; f++) {
        float keep = wanted[f] > r ? p->attack[f] : p->release[f];
        r = wanted[f] + keep * (r - wanted[f]);
        p->gain[f] = r;
    }
    *state = r;
    for (uint32_t f = 0; f < n; f++) /* log2(10) / 20 */
        p->gain[f] = (p->gain[f] > 0.0f ? gph_exp2(-0.166096405f * p->gain[f]) : 1.0f) * makeup[f];
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

static void GPH_AUDIO
chunk(gph_node *self, const gph_io *io, uint32_t at, uint32_t n)
{
    frames p;
    float level[GPH_CHUNK];
    const gph_in *side = &io->in[self->n_sides ? SIDECHAIN : IN];
    poles(&self->attack, self->rate, io->params[ATTACK].ramp + at, p.attack, n);
    poles(&self->release, self->rate, io->params[RELEASE].ramp + at, p.release, n);
    for (uint32_t c = 0; c < self->n_channels; c++) {
        if (c == 0 || !self->linked) {
            gph_loudest(side, self->linked, c, 1e-10f, INFINITY, level, at, n); /* -200 dB */
            curve(io, level, at, n);
            smooth(&self->reduction[c], level, &p, io->params[MAKEUP].ramp + at, n);
        }
        apply(self, io, c, p.gain, at, n);
    }
    gph_lookahead_advance(&self->lookahead, n);
}

static int32_t GPH_CALL GPH_AUDIO
process(gph_node *self, const gph_io *io)
{
    for (uint32_t at = 0; at < io->frames; at += GPH_CHUNK)
        chunk(self, io, at, io->frames - at < GPH_CHUNK ? io->frames - at : GPH_CHUNK);
    for (uint32_t c = 0; c < self->n_channels; c++)
        io->meters[0][c] = self->reduction[self->linked ? 0 : c];
    return GPH_OK;
}

static const gph_port ports[] = {
    GPH_IN_DOC("in", "The sound to be compressed."),
    GPH_SIDECHAIN("sidechain", "If wired, its level rules instead of the input's."),
    GPH_OUT_DOC("out", "The same channels, compressed."),
};

static const gph_setting settings[] = {
    GPH_REAL("lookahead", GPH_UNIT_SECONDS, 0, 0.025, "0ms",
             "By how much the sound is delayed, so that its level is known before it is heard."),
    GPH_SWITCH(
        "link", "on",
        "on: all channels get one gain, that of the loudest; off: each has its own, and hears "
        "its own channel of the sidechain."),
};

static const gph_param params[] = {
    GPH_PARAM("threshold", GPH_UNIT_DB, -80, -20, 0, "Peak level above which gain is reduced."),
    GPH_PARAM("ratio", GPH_UNIT_NONE, 1, 2, 100,
              "How many dB more must come in above the threshold for 1 dB more to go out."),
    GPH_PARAM("attack", GPH_UNIT_SECONDS, 0, 0.01f, 1,
              "Time in which 63 % of a rise of the reduction, in dB, is done."),
    GPH_PARAM("release", GPH_UNIT_SECONDS, 0, 0.1f, 5,
              "Time in which 63 % of a fall of the reduction, in dB, is done."),
    GPH_PARAM("knee", GPH_UNIT_DB, 0, 6, 40,
              "Width of the bend about the threshold; 0dB is a hard corner."),
    GPH_GAIN("makeup", -24, 0, 24, "Gain after compression."),
};

static const gph_meter meters[] = {
    GPH_METER("reduction", GPH_UNIT_DB, GPH_INDEX_CHANNEL,
              "By how much each channel is turned down at the moment, as a positive number."),
};

static const gph_type compressor = {
    GPH_TYPE("compressor", "Compressor", "Reduces the level of what is louder than a threshold.",
             GPH_TYPE_IN_PLACE),
    GPH_PORTS(ports),
    GPH_PARAMS(params),
    GPH_METERS(meters),
    GPH_SETTINGS(settings),
    .create = create,
    .destroy = destroy,
    .configure = configure,
    .activate = activate,
    .process = process,
    .reset = reset,
    .deactivate = deactivate,
};

GPH_MODULE("compressor", "0.1.0", "Graphophone", "MIT", &compressor)

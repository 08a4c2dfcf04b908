/* limiter: nothing above the ceiling. [audio; set-up: control]
 *
 * For each frame the gain that its peak needs; of those the least over the lookahead; a release that
 * only ever rises towards it; the mean of that over the lookahead. Every value in the mean that a peak
 * meets when it comes out of the delay line is at most what the peak needs, so the mean is, too, and it
 * has come down in a straight line. The mean is a sum of integers: exact, so it never drifts.
 */
#include <graphophone/dsp.h>

enum { CEILING, RELEASE };

#define ONE 1099511627776.0 /* 2^40 stands for a gain of 1: 4,801 of them still fit a double */

/* Least gains, oldest first and rising: what is after a smaller one can wait, before it cannot win. */
typedef struct candidate {
    float gain;
    uint32_t age; /* frame, modulo 2^32 */
} candidate;

typedef struct detector {
    candidate *queue;       /* ring of `window` */
    uint32_t first, length; /* of the queue */
    int64_t *mean;          /* ring of `window` gains */
    int64_t sum;
    double gain; /* after release */
    float last;  /* after the mean */
} detector;

struct gph_node {
    double rate, lookahead_seconds;
    uint32_t linked, n_channels, n_detectors;
    uint32_t window; /* lookahead + 1 frames */
    uint32_t at;     /* in the mean */
    uint32_t now;    /* frame, modulo 2^32 */
    float known;     /* release that `pole` is of; below 0: none */
    double pole;
    gph_lookahead lookahead;
    detector *detectors;
    candidate *queues;
    int64_t *means;
};

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
    self->lookahead_seconds = 0.005;
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
    free(self->queues);
    free(self->means);
    self->detectors = NULL;
    self->queues = NULL;
    self->means = NULL;
}

static void GPH_CALL GPH_AUDIO
reset(gph_node *self)
{
    gph_lookahead_reset(&self->lookahead);
    self->at = 0;
    for (uint32_t d = 0; d < self->n_detectors; d++) {
        detector *it = &self->detectors[d];
        it->first = it->length = 0;
        it->gain = 1;
        it->last = 1;
        it->sum = (int64_t)(ONE * self->window);
        for (uint32_t f = 0; f < self->window; f++)
            it->mean[f] = (int64_t)ONE;
    }
}

static gph_status GPH_CALL
activate(gph_node *self, gph_setup *setup)
{
    uint32_t lookahead = (uint32_t)(self->lookahead_seconds * setup->rate + 0.5);
    self->rate = setup->rate;
    self->n_channels = setup->in_channels[0];
    self->n_detectors = self->linked ? 1 : self->n_channels;
    self->window = lookahead + 1;
    self->known = -1;
    size_t cells = (size_t)self->n_detectors * self->window;
    gph_status status = gph_lookahead_init(&self->lookahead, self->n_channels, lookahead);
    self->detectors = calloc(self->n_detectors, sizeof *self->detectors);
    self->queues = calloc(cells, sizeof *self->queues);
    self->means = calloc(cells, sizeof *self->means);
    if (status < 0 || !self->detectors || !self->queues || !self->means) {
        deactivate(self);
        return GPH_MEMORY;
    }
    for (uint32_t d = 0; d < self->n_detectors; d++) {
        self->detectors[d].queue = self->queues + (size_t)d * self->window;
        self->detectors[d].mean = self->means + (size_t)d * self->window;
    }
    reset(self);
    setup->latency = lookahead;
    setup->tail = lookahead;
    return GPH_OK;
}

/* The gains that the peaks of a detector's channels need. */
static void GPH_AUDIO
need(const gph_node *self, const gph_io *io, uint32_t number, float *gain, uint32_t at, uint32_t n)
{
    const float *ceiling = io->params[CEILING].ramp + at;
    gph_loudest(&io->in[0], self->linked, number, 0.0f, GPH_SANE, gain, at, n);
    for (uint32_t f = 0; f < n; f++)
        gain[f] = gain[f] > ceiling[f] ? ceiling[f] / gain[f] : 1.0f;
}

/* The least gain of the last `window` frames. */
static inline float GPH_AUDIO
least(detector *d, uint32_t window, uint32_t now, float gain)
{
    while (d->length > 0) {
        uint32_t last = d->first + d->length - 1;
        last = last < window ? last : last - window;
        if (d->queue[last].gain < gain)
            break;
        d->length--;
    }
    if (d->length > 0 && now - d->queue[d->first].age >= window) {
        d->first = d->first + 1 < window ? d->first + 1 : 0;
        d->length--;
    }
    uint32_t next = d->first + d->length;
    next = next < window ? next : next - window;
    d->queue[next] = (candidate){gain, now};
    d->length++;
    return d->queue[d->first].gain;
}

static void GPH_AUDIO
detect(const gph_node *self, detector *d, float *gain, const double *pole, uint32_t n)
{
    uint32_t at = self->at;
    double scale = 1.0 / (ONE * self->window);
    for (uint32_t f = 0; f < n; f++) {
        double target = (double)least(d, self->window, self->now + f, gain[f]);
        d->gain = target < d->gain ? target : target + pole[f] * (d->gain - target);
        int64_t fixed = (int64_t)(d->gain * ONE);
        d->sum += fixed - d->mean[at];
        d->mean[at] = fixed;
        gain[f] = (float)((double)d->sum * scale);
        at = at + 1 < self->window ? at + 1 : 0;
    }
    d->last = gain[n - 1];
}

/* A channel through its delay line, times the gains; what rounding or a falling ceiling leaves above
 * the ceiling is cut. */
static void GPH_AUDIO
apply(const gph_node *self, const gph_io *io, uint32_t channel, const float *gain, uint32_t at,
      uint32_t n)
{
    const float *in = io->in[0].ch[channel] + at, *ceiling = io->params[CEILING].ramp + at;
    float *out = io->out[0].ch[channel] + at;
    GPH_EACH_FRAME
    for (uint32_t f = 0; f < n; f++)
        out[f] = gph_sane(in[f]);
    gph_lookahead_run(&self->lookahead, channel, out, out, n);
    for (uint32_t f = 0; f < n; f++) {
        float x = out[f] * gain[f];
        x = x < ceiling[f] ? x : ceiling[f];
        out[f] = x > -ceiling[f] ? x : -ceiling[f];
    }
}

static void GPH_AUDIO
chunk(gph_node *self, const gph_io *io, uint32_t at, uint32_t n)
{
    float gain[GPH_CHUNK];
    double pole[GPH_CHUNK];
    const float *release = io->params[RELEASE].ramp + at;
    for (uint32_t f = 0; f < n; f++) {
        if (release[f] != self->known) {
            self->known = release[f];
            self->pole = gph_one_pole((double)release[f], self->rate);
        }
        pole[f] = self->pole;
    }
    for (uint32_t c = 0; c < self->n_channels; c++) {
        if (c < self->n_detectors) {
            need(self, io, c, gain, at, n);
            detect(self, &self->detectors[c], gain, pole, n);
        }
        apply(self, io, c, gain, at, n);
    }
    self->now += n;
    self->at = (self->at + n) % self->window;
    gph_lookahead_advance(&self->lookahead, n);
}

static int32_t GPH_CALL GPH_AUDIO
process(gph_node *self, const gph_io *io)
{
    for (uint32_t at = 0; at < io->frames; at += GPH_CHUNK)
        chunk(self, io, at, io->frames - at < GPH_CHUNK ? io->frames - at : GPH_CHUNK);
    for (uint32_t c = 0; c < self->n_channels; c++) {
        float gain = self->detectors[self->linked ? 0 : c].last;
        io->meters[0][c] =
            gain < 1.0f ? -6.02059991f * gph_log2(gain > 1e-10f ? gain : 1e-10f) : 0.0f;
    }
    return GPH_OK;
}

static const gph_port ports[] = {
    GPH_IN_DOC("in", "The sound to be limited."),
    GPH_OUT_DOC("out", "The same channels, late by lookahead and never above the ceiling."),
};

static const gph_setting settings[] = {
    GPH_REAL("lookahead", GPH_UNIT_SECONDS, 0, 0.025, "5ms",
             "By how much the sound is delayed, which is the time that the gain has to come down."),
    GPH_SWITCH("link", "on",
               "on: all channels get one gain, so that places stay; off: each has its own."),
};

static const gph_param params[] = {
    GPH_GAIN("ceiling", -60, -1, 0, "No sample goes out above this level."),
    GPH_PARAM("release", GPH_UNIT_SECONDS, 0, 0.05f, 5,
              "Time in which 63 % of a reduction is given back."),
};

static const gph_meter meters[] = {
    GPH_METER("reduction", GPH_UNIT_DB, GPH_INDEX_CHANNEL,
              "By how much each channel is turned down at the moment, as a positive number."),
};

static const gph_type limiter = {
    GPH_TYPE("limiter", "Limiter", "Keeps every sample at or below a ceiling.", GPH_TYPE_IN_PLACE),
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

GPH_MODULE("limiter", "0.1.0", "Graphophone", "MIT", &limiter)

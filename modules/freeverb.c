/* freeverb: Jezar Wakefield's reverberator with pyo's numbers. [audio; set-up: control]
 *
 * Each channel is eight comb filters side by side, their sum through four all-passes. Lengths and
 * factors are facts of the Freeverb source (Jezar at Dreampoint, 2000) and of pyo's Freeverb. Work
 * goes in chunks: within one, every delay is longer than the chunk, so all loops but the combs'
 * one-pole run along time as vectors; the one-pole runs over two channels' sixteen combs at once.
 */
#include <graphophone/dsp.h>

enum { SIZE, DAMP, MIX };
enum { COMBS = 8, PASSES = 4, LINES = COMBS + PASSES };

/* In frames at 44,100 a second. */
static const uint16_t lengths[LINES] = {1116, 1188, 1277, 1356, 1422, 1491,
                                        1557, 1617, 556,  441,  341,  225};

/* What the second channel of an odd pair hears. */
static const float nothing[GPH_CHUNK] = {0};

/* One delay line. */
typedef struct line {
    float *samples;
    uint32_t length, at;
} line;

typedef struct channel {
    line lines[LINES];
    float low[COMBS]; /* the combs' low-passes */
} channel;

struct gph_node {
    uint32_t n_channels, n_pairs;
    double spread;
    channel *channels; /* an even number: the last of an odd count has no sound */
    float *memory;
    size_t n_samples;
};

/* Parameters of a chunk. */
typedef struct factors {
    float feedback[GPH_CHUNK], damp[GPH_CHUNK], keep[GPH_CHUNK], wet[GPH_CHUNK], dry[GPH_CHUNK];
} factors;

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
    self->spread = 0;
    config->number(config, "spread", 0, &self->spread, NULL);
    return GPH_OK;
}

static void GPH_CALL
deactivate(gph_node *self)
{
    free(self->channels);
    free(self->memory);
    self->channels = NULL;
    self->memory = NULL;
}

/* Lengths of all lines; never shorter than a chunk, whatever the rate. */
static size_t
measure(gph_node *self, double rate)
{
    size_t total = 0;
    for (uint32_t c = 0; c < 2 * self->n_pairs; c++)
        for (uint32_t l = 0; l < LINES; l++) {
            double frames = lengths[l] + (c % 2 ? self->spread : 0);
            uint32_t length = (uint32_t)(frames / 44100.0 * rate + 0.5);
            length = length > GPH_CHUNK ? length : GPH_CHUNK;
            self->channels[c].lines[l].length = length;
            total += length;
        }
    return total;
}

/* Frames until a comb with the longest feedback, .99 of itself a round, has lost 60 dB. */
static int64_t
longest_tail(const gph_node *self)
{
    const line *lines = self->channels[1].lines;
    return (int64_t)(log(0.001) / log(0.99) * lines[COMBS - 1].length) + lines[COMBS].length;
}

static gph_status GPH_CALL
activate(gph_node *self, gph_setup *setup)
{
    self->n_channels = setup->in_channels[0];
    self->n_pairs = (self->n_channels + 1) / 2;
    self->channels = calloc(2 * (size_t)self->n_pairs, sizeof *self->channels);
    if (!self->channels)
        return GPH_MEMORY;
    self->n_samples = measure(self, setup->rate);
    self->memory = calloc(self->n_samples, sizeof *self->memory);
    if (!self->memory) {
        deactivate(self);
        return GPH_MEMORY;
    }
    float *next = self->memory;
    for (uint32_t c = 0; c < 2 * self->n_pairs; c++)
        for (uint32_t l = 0; l < LINES; l++) {
            self->channels[c].lines[l].samples = next;
            next += self->channels[c].lines[l].length;
        }
    setup->tail = longest_tail(self);
    return GPH_OK;
}

static void GPH_CALL GPH_AUDIO
reset(gph_node *self)
{
    memset(self->memory, 0, self->n_samples * sizeof *self->memory);
    for (uint32_t c = 0; c < 2 * self->n_pairs; c++)
        memset(self->channels[c].low, 0, sizeof self->channels[c].low);
}

/* The oldest n samples of a line, to be replaced in place; in `scratch` where the line wraps. */
static inline float *GPH_AUDIO
line_open(const line *l, float *scratch, uint32_t n)
{
    uint32_t first = l->length - l->at;
    if (first >= n)
        return l->samples + l->at;
    memcpy(scratch, l->samples + l->at, first * sizeof *scratch);
    memcpy(scratch + first, l->samples, (n - first) * sizeof *scratch);
    return scratch;
}

/* Goes n samples on; `span` is what line_open gave. */
static inline void GPH_AUDIO
line_close(line *l, const float *span, uint32_t n)
{
    uint32_t first = l->length - l->at;
    if (first < n) {
        memcpy(l->samples + l->at, span, first * sizeof *span);
        memcpy(l->samples, span + first, (n - first) * sizeof *span);
    }
    l->at = first > n ? l->at + n : n - first;
}

static void GPH_AUDIO
prepare(factors *p, const gph_io *io, uint32_t at, uint32_t n)
{
    const float *size = io->params[SIZE].ramp + at, *damp = io->params[DAMP].ramp + at;
    const float *mix = io->params[MIX].ramp + at;
    for (uint32_t f = 0; f < n; f++) {
        p->feedback[f] = 0.7f + 0.29f * size[f];
        p->damp[f] = 0.5f * damp[f];
        p->keep[f] = 1.0f - p->damp[f];
        p->wet[f] = 0.015f * sqrtf(mix[f]);
        p->dry[f] = sqrtf(1.0f - mix[f]);
    }
}

/* low = x + damp * low, along time, for the combs of two channels: x becomes low. Four combs' four
 * frames at a time are turned round, so that the four combs stand in one vector. */
typedef float four __attribute__((vector_size(16), aligned(4), may_alias));

#define TURN(a, b, c, d)                                                                           \
    do {                                                                                           \
        four ab = __builtin_shufflevector(a, b, 0, 4, 1, 5);                                       \
        four cd = __builtin_shufflevector(c, d, 0, 4, 1, 5);                                       \
        four ba = __builtin_shufflevector(a, b, 2, 6, 3, 7);                                       \
        four dc = __builtin_shufflevector(c, d, 2, 6, 3, 7);                                       \
        (a) = __builtin_shufflevector(ab, cd, 0, 1, 4, 5);                                         \
        (b) = __builtin_shufflevector(ab, cd, 2, 3, 6, 7);                                         \
        (c) = __builtin_shufflevector(ba, dc, 0, 1, 4, 5);                                         \
        (d) = __builtin_shufflevector(ba, dc, 2, 3, 6, 7);                                         \
    } while (0)

static inline void GPH_AUDIO
low_pass_four(float (*x)[GPH_CHUNK], uint32_t f, float *low, const float *damp)
{
    four *x0 = (four *)&x[0][f], *x1 = (four *)&x[1][f];
    four *x2 = (four *)&x[2][f], *x3 = (four *)&x[3][f];
    four a = *x0, b = *x1, c = *x2, d = *x3, state = *(four *)low;
    TURN(a, b, c, d);
    a = a + state * damp[0];
    b = b + a * damp[1];
    c = c + b * damp[2];
    d = d + c * damp[3];
    *(four *)low = d;
    TURN(a, b, c, d);
    *x0 = a, *x1 = b, *x2 = c, *x3 = d;
}

static void GPH_AUDIO
low_pass(channel *pair, float (*x)[GPH_CHUNK], const float *damp, uint32_t n)
{
    float low[2 * COMBS];
    uint32_t f = 0;
    memcpy(low, pair[0].low, sizeof pair[0].low);
    memcpy(low + COMBS, pair[1].low, sizeof pair[1].low);
    for (; f + 4 <= n; f += 4)
        for (uint32_t k = 0; k < 2 * COMBS; k += 4)
            low_pass_four(x + k, f, low + k, damp + f);
    for (; f < n; f++)
        for (uint32_t k = 0; k < 2 * COMBS; k++)
            x[k][f] = low[k] = x[k][f] + low[k] * damp[f];
    memcpy(pair[0].low, low, sizeof pair[0].low);
    memcpy(pair[1].low, low + COMBS, sizeof pair[1].low);
}

/* All-passes of one channel over the combs' sum. */
static void GPH_AUDIO
diffuse(channel *c, float *restrict sum, uint32_t n)
{
    for (uint32_t l = COMBS; l < LINES; l++) {
        float scratch[GPH_CHUNK], *restrict span = line_open(&c->lines[l], scratch, n);
        for (uint32_t f = 0; f < n; f++) {
            float old = span[f], in = sum[f];
            span[f] = gph_sane(in + 0.5f * old);
            sum[f] = old - in;
        }
        line_close(&c->lines[l], span, n);
    }
}

/* Reads the combs of one channel: their sum, and what goes to their low-passes. */
static void GPH_AUDIO
comb_read(const channel *c, float (*x)[GPH_CHUNK], float *restrict sum, const float *keep,
          uint32_t n)
{
    memset(sum, 0, n * sizeof *sum);
    for (uint32_t k = 0; k < COMBS; k++) {
        float scratch[GPH_CHUNK], *restrict to = x[k];
        const float *restrict span = line_open(&c->lines[k], scratch, n);
        for (uint32_t f = 0; f < n; f++) {
            sum[f] += span[f];
            to[f] = span[f] * keep[f];
        }
    }
}

static void GPH_AUDIO
comb_write(channel *c, float (*x)[GPH_CHUNK], const float *restrict in,
           const float *restrict feedback, uint32_t n)
{
    for (uint32_t k = 0; k < COMBS; k++) {
        float scratch[GPH_CHUNK], *restrict span = scratch;
        const float *restrict low = x[k];
        if (c->lines[k].length - c->lines[k].at >= n)
            span = c->lines[k].samples + c->lines[k].at;
        for (uint32_t f = 0; f < n; f++)
            span[f] = gph_sane(in[f] + low[f] * feedback[f]);
        line_close(&c->lines[k], span, n);
    }
}

static void GPH_AUDIO
pair_run(channel *pair, const float *const *in, float *const *out, uint32_t here, const factors *p,
         uint32_t n)
{
    float x[2 * COMBS][GPH_CHUNK], sum[2][GPH_CHUNK];
    for (uint32_t c = 0; c < 2; c++)
        comb_read(&pair[c], x + (size_t)c * COMBS, sum[c], p->keep, n);
    low_pass(pair, x, p->damp, n);
    for (uint32_t c = 0; c < 2; c++)
        comb_write(&pair[c], x + (size_t)c * COMBS, c < here ? in[c] : nothing, p->feedback, n);
    for (uint32_t c = 0; c < here; c++) {
        diffuse(&pair[c], sum[c], n);
        for (uint32_t f = 0; f < n; f++)
            out[c][f] = sum[c][f] * p->wet[f] + in[c][f] * p->dry[f];
    }
}

static int32_t GPH_CALL GPH_AUDIO
process(gph_node *self, const gph_io *io)
{
    factors p;
    uint32_t at = 0;
    while (at < io->frames) {
        uint32_t n = io->frames - at < GPH_CHUNK ? io->frames - at : GPH_CHUNK;
        prepare(&p, io, at, n);
        for (uint32_t c = 0; c < self->n_channels; c += 2) {
            uint32_t here = self->n_channels - c < 2 ? 1 : 2, second = c + here - 1;
            const float *in[2] = {io->in[0].ch[c] + at, io->in[0].ch[second] + at};
            float *const out[2] = {io->out[0].ch[c] + at, io->out[0].ch[second] + at};
            pair_run(&self->channels[c], in, out, here, &p, n);
        }
        at += n;
    }
    return GPH_OK;
}

static const gph_port ports[] = {
    GPH_IN_DOC("in", "The dry sound; each channel has a room of its own."),
    GPH_OUT_DOC("out", "Dry and reverberated sound, mixed."),
};

static const gph_setting settings[] = {
    GPH_INTEGER(
        "spread", 0, 1000, "0",
        "Makes the rooms of even channels longer by so many frames at 44.1 kHz, so that left "
        "and right differ: 23 is the classic; 0 treats all channels alike."),
};

static const gph_param params[] = {
    GPH_PARAM("size", GPH_UNIT_FRACTION, 0, 0.5f, 1, "Size of the room: how long it sounds."),
    GPH_PARAM("damp", GPH_UNIT_FRACTION, 0, 0.5f, 1,
              "How much faster high frequencies die away than low ones."),
    GPH_PARAM("mix", GPH_UNIT_FRACTION, 0, 0.5f, 1,
              "Share of reverberation at constant power: 0% is dry, 100% is wet alone."),
};

static const gph_type freeverb = {
    GPH_TYPE("freeverb", "Freeverb", "The well-known reverberator, in any number of channels.",
             GPH_TYPE_IN_PLACE),
    GPH_PORTS(ports),
    GPH_PARAMS(params),
    GPH_SETTINGS(settings),
    .create = create,
    .destroy = destroy,
    .configure = configure,
    .activate = activate,
    .process = process,
    .reset = reset,
    .deactivate = deactivate,
};

GPH_MODULE("freeverb", "0.1.0", "Graphophone", "MIT", &freeverb)

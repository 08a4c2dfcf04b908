/* tone: a test tone without drift. [audio; set-up: control]
 *
 * The phase is a 64-bit fraction of a period: it is exact after months. Square and saw are corrected by
 * polyBLEP, triangle by its integral, polyBLAMP: two-sample polynomials that take most of the aliasing
 * off a naive shape (V. Välimäki, A. Huovilainen: Antialiasing Oscillators in Subtractive Synthesis,
 * IEEE Signal Processing Magazine 24(2), 2007; F. Esqueda, V. Välimäki, S. Bilbao: Rounding Corners
 * with BLAMP, DAFx 2016).
 */
#include <graphophone/dsp.h>

enum { FREQ, GAIN };
enum { SINE, SQUARE, SAW, TRIANGLE, IMPULSE };

struct gph_node {
    double step_of_hertz; /* periods * 2^64 a frame, for 1 Hz */
    uint64_t phase;
    uint32_t shape, channels;
    uint32_t begins; /* the next frame is the first of a period */
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
    double channels = 1, shape = SINE;
    config->number(config, "channels", 0, &channels, NULL);
    config->number(config, "shape", 0, &shape, NULL);
    self->shape = (uint32_t)shape;
    self->channels = config->out_channels[0] = (uint32_t)channels;
    return GPH_OK;
}

static void GPH_CALL GPH_AUDIO
reset(gph_node *self)
{
    self->phase = 0;
    self->begins = 1;
}

static gph_status GPH_CALL
activate(gph_node *self, gph_setup *setup)
{
    self->step_of_hertz = 18446744073709551616.0 / setup->rate;
    /* An impulse belongs to the first frame that is not before its period: a step that rounding made
     * too short would put it one late wherever a period is a whole number of frames. So this one is
     * never too short: 2^-51 is more than three roundings take. */
    if (self->shape == IMPULSE)
        self->step_of_hertz *= 1.0 + 0x1p-51;
    reset(self);
    return GPH_OK;
}

/* What a step of 2 at phase 0 differs by from its band-limited self; t in 0..1, dt a frame. */
static inline double GPH_AUDIO
blep(double t, double dt)
{
    double after = t / dt, before = (t - 1.0) / dt;
    if (t < dt)
        return after + after - after * after - 1.0;
    return t > 1.0 - dt ? before * before + before + before + 1.0 : 0.0;
}

/* The same for a corner, for a slope that grows by 1 a frame. */
static inline double GPH_AUDIO
blamp(double t, double dt)
{
    double x = t < dt ? 1.0 - t / dt : t > 1.0 - dt ? 1.0 - (1.0 - t) / dt : 0.0;
    return x * x * x / 6.0;
}

static inline double GPH_AUDIO
wrap(double t)
{
    return t < 1.0 ? t : t - 1.0;
}

/* All shapes begin at 0 and rise, or are at their top in the first half. */
static double GPH_AUDIO
corner_shape(uint32_t shape, double t, double dt)
{
    double half = wrap(t + 0.5);
    if (shape == SQUARE)
        return (t < 0.5 ? 1.0 : -1.0) + blep(t, dt) - blep(half, dt);
    if (shape == SAW)
        return 2.0 * half - 1.0 - blep(half, dt);
    double naive = t < 0.25 ? 4.0 * t : t < 0.75 ? 2.0 - 4.0 * t : 4.0 * t - 4.0;
    return naive + 8.0 * dt * (blamp(wrap(t + 0.25), dt) - blamp(wrap(t + 0.75), dt));
}

static void GPH_AUDIO
sine(gph_node *self, float *wave, const float *freq, uint32_t n)
{
    int32_t turns[GPH_CHUNK]; /* in 2^-31 half turns */
    uint64_t phase = self->phase;
    for (uint32_t f = 0; f < n; f++) {
        turns[f] = (int32_t)(uint32_t)(phase >> 32);
        phase += (uint64_t)(int64_t)((double)freq[f] * self->step_of_hertz);
    }
    self->phase = phase;
    for (uint32_t f = 0; f < n; f++)
        wave[f] = (float)gph_sin_pi((double)turns[f] * (1.0 / 2147483648.0));
}

static void GPH_AUDIO
others(gph_node *self, float *wave, const float *freq, uint32_t n)
{
    for (uint32_t f = 0; f < n; f++) {
        uint64_t step = (uint64_t)(int64_t)((double)freq[f] * self->step_of_hertz);
        step += self->shape == IMPULSE; /* for what the cast took off */
        if (self->shape == IMPULSE)
            wave[f] = self->begins ? 1.0f : 0.0f;
        else
            wave[f] = (float)corner_shape(self->shape, (double)(self->phase >> 11) * 0x1p-53,
                                          (double)step * 0x1p-64);
        self->phase += step;
        self->begins = self->phase < step;
    }
}

static int32_t GPH_CALL GPH_AUDIO
process(gph_node *self, const gph_io *io)
{
    float wave[GPH_CHUNK];
    const float *freq = io->params[FREQ].ramp, *gain = io->params[GAIN].ramp;
    for (uint32_t at = 0, n; at < io->frames; at += n) {
        n = io->frames - at < GPH_CHUNK ? io->frames - at : GPH_CHUNK;
        if (self->shape == SINE)
            sine(self, wave, freq + at, n);
        else
            others(self, wave, freq + at, n);
        for (uint32_t f = 0; f < n; f++)
            wave[f] *= gain[at + f];
        for (uint32_t c = 0; c < self->channels; c++)
            memcpy(io->out[0].ch[c] + at, wave, n * sizeof *wave);
    }
    return GPH_OK;
}

static const char *const shapes[] = {"sine", "square", "saw", "triangle", "impulse", NULL};

static const gph_port ports[] = {
    GPH_PORT_X("out", GPH_PORT_OUT, 0, GPH_WIDTH_RANGE, 1, GPH_MAX_CHANNELS, 0,
               "The tone, the same in each channel."),
};

static const gph_setting settings[] = {
    GPH_INTEGER("channels", 1, GPH_MAX_CHANNELS, "1", "How many channels carry the tone."),
    GPH_CHOICE(
        "shape", shapes, "sine",
        "Form of the wave: square, saw and triangle are band-limited; impulse is one sample of "
        "full level at the first frame of each period, counted from the start."),
};

static const gph_param params[] = {
    GPH_PARAM_X("freq", GPH_PARAM_OF_RATE, GPH_UNIT_HERTZ, GPH_INDEX_ONE, 0, 0.01f, 1000, 0.49f, 0,
                "Frequency, up to 0.49 of the rate; the phase runs on when it moves.", NULL),
    GPH_GAIN("gain", -90, -20, 24, "Level of the wave's peak."),
};

static const gph_type tone = {
    GPH_TYPE("tone", "Tone", "A test tone that never drifts.", 0),
    GPH_PORTS(ports),
    GPH_PARAMS(params),
    GPH_SETTINGS(settings),
    .create = create,
    .destroy = destroy,
    .configure = configure,
    .activate = activate,
    .process = process,
    .reset = reset,
};

GPH_MODULE("tone", "0.1.0", "Graphophone", "MIT", &tone)

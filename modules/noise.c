/* noise: white, pink or brown, each channel its own. [audio; set-up: control]
 *
 * The white noise of frame n is a hash of n, so two runs with one seed are equal whatever the blocks.
 * Pink is P. Kellet's refined filter (music-dsp list, 1999): within 0.05 dB of -3 dB an octave from
 * rate / 4800 up. Brown is a one-pole at 20 Hz: -6 dB an octave above it.
 */
#include <graphophone/dsp.h>

enum { WHITE, PINK, BROWN };
enum { POLES = 6 };

typedef struct channel {
    uint64_t key;
    double low[POLES], last; /* of the pink filter; low[0] is brown's */
} channel;

struct gph_node {
    uint32_t color, n_channels;
    uint64_t seed, position;
    double pole, share; /* of brown */
    channel *channels;
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
    double channels = 1, color = WHITE, seed = 1;
    config->number(config, "channels", 0, &channels, NULL);
    config->number(config, "color", 0, &color, NULL);
    config->number(config, "seed", 0, &seed, NULL);
    self->color = (uint32_t)color;
    self->seed = (uint64_t)seed;
    self->n_channels = config->out_channels[0] = (uint32_t)channels;
    return GPH_OK;
}

static void GPH_CALL GPH_AUDIO
reset(gph_node *self)
{
    self->position = 0;
    for (uint32_t c = 0; c < self->n_channels; c++)
        self->channels[c] = (channel){.key = gph_hash(gph_hash(self->seed) + c)};
}

static gph_status GPH_CALL
activate(gph_node *self, gph_setup *setup)
{
    self->channels = calloc(self->n_channels, sizeof *self->channels);
    if (!self->channels)
        return GPH_MEMORY;
    self->pole = exp(-2.0 * GPH_PI * 20.0 / setup->rate);
    /* White in -1..1 has the power 1/3, and the pole passes 1 / (1 - pole^2) of it: RMS -12 dB. */
    self->share = 0.25 * sqrt(3.0 * (1.0 - self->pole * self->pole));
    reset(self);
    return GPH_OK;
}

static void GPH_CALL
deactivate(gph_node *self)
{
    free(self->channels);
    self->channels = NULL;
}

/* -1 to 1 - 2^-23, all equally likely. */
static inline float GPH_AUDIO
white(uint64_t counter)
{
    int32_t chance = (int32_t)(gph_hash(counter) >> 40) - 8388608;
    return (float)chance * (1.0f / 8388608.0f);
}

/* Kellet's numbers. */
static const double poles[POLES] = {0.99886, 0.99332, 0.96900, 0.86650, 0.55000, -0.7616};
static const double shares[POLES] = {0.0555179, 0.0750759, 0.1538520,
                                     0.3104856, 0.5329522, -0.0168980};

static inline double GPH_AUDIO
pink(channel *c, double in)
{
    double sum = c->last + in * 0.5362;
    for (uint32_t p = 0; p < POLES; p++) {
        c->low[p] = poles[p] * c->low[p] + in * shares[p];
        sum += c->low[p];
    }
    c->last = in * 0.115926;
    return sum * 0.11;
}

static int32_t GPH_CALL GPH_AUDIO
process(gph_node *self, const gph_io *io)
{
    const float *gain = io->params[0].ramp;
    for (uint32_t n = 0; n < self->n_channels; n++) {
        channel *c = &self->channels[n];
        float *out = io->out[0].ch[n];
        uint64_t counter = c->key + self->position;
        for (uint32_t f = 0; f < io->frames; f++)
            out[f] = white(counter + f);
        for (uint32_t f = 0; self->color == PINK && f < io->frames; f++)
            out[f] = (float)pink(c, (double)out[f]);
        for (uint32_t f = 0; self->color == BROWN && f < io->frames; f++)
            out[f] = (float)(c->low[0] = self->pole * c->low[0] + self->share * (double)out[f]);
        for (uint32_t f = 0; f < io->frames; f++)
            out[f] *= gain[f];
    }
    self->position += io->frames;
    return GPH_OK;
}

static const char *const colors[] = {"white", "pink", "brown", NULL};

static const gph_port ports[] = {
    GPH_PORT_X("out", GPH_PORT_OUT, 0, GPH_WIDTH_RANGE, 1, GPH_MAX_CHANNELS, 0,
               "The noise, different in each channel."),
};

static const gph_setting settings[] = {
    GPH_INTEGER("channels", 1, GPH_MAX_CHANNELS, "1", "How many channels of noise."),
    GPH_CHOICE("color", colors, "white",
               "Spectrum: white is flat, pink falls by 3 dB an octave, brown by 6 dB above 20 Hz."),
    GPH_INTEGER("seed", 0, 4294967295.0, "1",
                "Which noise: equal seeds give equal samples in every run."),
};

static const gph_param params[] = {
    GPH_GAIN("gain", -90, -20, 24,
             "Level: the peak of white noise; pink and brown have 10 to 12 dB less RMS than that."),
};

static const gph_type noise = {
    GPH_TYPE("noise", "Noise", "White, pink or brown noise that can be repeated to the sample.", 0),
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

GPH_MODULE("noise", "0.1.0", "Graphophone", "MIT", &noise)

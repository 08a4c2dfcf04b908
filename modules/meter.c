/* meter: peak, RMS and clips of each channel, and triggers by level. [audio; set-up: control] */
#include <graphophone/dsp.h>

enum { THRESHOLD, HOLD };
enum { PEAK, RMS, CLIPS };
enum { ABOVE, BELOW };
enum { SUMS = 8 };

/* Squares are added up in eight sums, frame n of a period in sum n mod 8: as vectors, and in the same
 * order whatever the blocks. Peaks and clips likewise. */
typedef struct channel {
    float peaks[SUMS];
    int32_t clips[SUMS]; /* of this period */
    double squares[SUMS];
    uint64_t all_clips; /* of the periods before */
} channel;

struct gph_node {
    const gph_runtime *rt;
    double rate, every_seconds;
    uint32_t n_channels;
    uint32_t period; /* frames between two readings */
    uint32_t count;  /* frames of this period so far */
    uint32_t is_above;
    uint32_t quiet; /* frames since the level was last reached */
    uint32_t ran;   /* the meters have been written */
    channel *channels;
};

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
    self->every_seconds = 0.1;
    config->number(config, "every", 0, &self->every_seconds, NULL);
    return GPH_OK;
}

static void GPH_CALL GPH_AUDIO
reset(gph_node *self)
{
    memset(self->channels, 0, self->n_channels * sizeof *self->channels);
    self->count = self->is_above = self->quiet = 0;
}

static gph_status GPH_CALL
activate(gph_node *self, gph_setup *setup)
{
    self->rate = setup->rate;
    self->n_channels = setup->in_channels[0];
    self->period = (uint32_t)(self->every_seconds * setup->rate + 0.5);
    self->period = self->period > 0 ? self->period : 1;
    self->channels = calloc(self->n_channels, sizeof *self->channels);
    if (!self->channels)
        return GPH_MEMORY;
    self->ran = 0;
    reset(self);
    return GPH_OK;
}

static void GPH_CALL
deactivate(gph_node *self)
{
    free(self->channels);
    self->channels = NULL;
}

static inline void GPH_AUDIO
add(channel *c, float in, uint32_t s)
{
    float x = fabsf(in);
    c->peaks[s] = x > c->peaks[s] ? x : c->peaks[s];
    c->clips[s] += x >= 1.0f;
    c->squares[s] += (double)x * (double)x;
}

/* Adds frames to a channel's figures; `count` of the period came before. */
static void GPH_AUDIO
take(channel *c, const float *restrict in, uint32_t count, uint32_t n)
{
    uint32_t f = 0;
    for (; f < n && (count + f) % SUMS != 0; f++)
        add(c, in[f], (count + f) % SUMS);
    channel now = *c;
    for (; f + SUMS <= n; f += SUMS)
        for (uint32_t s = 0; s < SUMS; s++)
            add(&now, in[f + s], s);
    *c = now;
    for (; f < n; f++)
        add(c, in[f], (count + f) % SUMS);
}

/* -200 dB stands for silence, and for what is no number. */
static inline float GPH_AUDIO
decibels(double level)
{
    return level > 1e-10 && level < 1e30 ? (float)(20.0 * log10(level)) : -200.0f;
}

/* Ends a period: writes the meters. */
static void GPH_AUDIO
read_out(gph_node *self, const gph_io *io)
{
    for (uint32_t c = 0; c < self->n_channels; c++) {
        channel *it = &self->channels[c];
        uint64_t clips = it->all_clips;
        float peak = 0;
        double sum = 0;
        for (uint32_t s = 0; s < SUMS; s++) {
            peak = it->peaks[s] > peak ? it->peaks[s] : peak;
            clips += (uint64_t)it->clips[s];
            sum += it->squares[s];
        }
        io->meters[PEAK][c] = decibels((double)peak);
        io->meters[RMS][c] = decibels(sqrt(sum / self->period));
        io->meters[CLIPS][c] = (float)clips;
        *it = (channel){.all_clips = clips};
    }
    self->count = 0;
}

static void GPH_AUDIO
tell(gph_node *self, uint32_t frame, uint32_t index)
{
    gph_event event = {.frame = frame, .kind = GPH_EVENT_TRIGGER, .index = index, .value = 1};
    self->is_above = index == ABOVE;
    self->rt->emit(self->rt, &event);
}

/* Compares the loudest channel of each frame with the threshold. */
static void GPH_AUDIO
watch(gph_node *self, const gph_io *io, uint32_t at, uint32_t n)
{
    float loudest[GPH_CHUNK];
    const float *threshold = io->params[THRESHOLD].ramp + at, *hold = io->params[HOLD].ramp + at;
    gph_loudest(&io->in[0], 1, 0, 0.0f, INFINITY, loudest, at, n);
    for (uint32_t f = 0; f < n; f++) {
        uint32_t reached = loudest[f] >= gph_exp2(0.166096405f * threshold[f]); /* log2(10) / 20 */
        self->quiet = reached ? 0 : self->quiet < 0x40000000u ? self->quiet + 1 : self->quiet;
        if (reached && !self->is_above)
            tell(self, at + f, ABOVE);
        else if (self->is_above && self->quiet > (uint32_t)((double)hold[f] * self->rate + 0.5))
            tell(self, at + f, BELOW);
    }
}

/* Meters before the first period has ended. */
static void GPH_AUDIO
begin(gph_node *self, const gph_io *io)
{
    for (uint32_t c = 0; c < self->n_channels; c++) {
        io->meters[PEAK][c] = io->meters[RMS][c] = -200.0f;
        io->meters[CLIPS][c] = 0.0f;
    }
    self->ran = 1;
}

static int32_t GPH_CALL GPH_AUDIO
process(gph_node *self, const gph_io *io)
{
    if (!self->ran)
        begin(self, io);
    for (uint32_t at = 0; at < io->frames; at += GPH_CHUNK)
        watch(self, io, at, io->frames - at < GPH_CHUNK ? io->frames - at : GPH_CHUNK);
    for (uint32_t at = 0, n; at < io->frames; at += n) {
        n = self->period - self->count;
        n = n < io->frames - at ? n : io->frames - at;
        for (uint32_t c = 0; c < self->n_channels; c++)
            take(&self->channels[c], io->in[0].ch[c] + at, self->count, n);
        self->count += n;
        if (self->count == self->period)
            read_out(self, io);
    }
    return GPH_OK;
}

static const gph_port ports[] = {
    GPH_IN_DOC("in", "The channels to be measured; nothing goes out."),
};

static const gph_setting settings[] = {
    GPH_SETTING_X("every", GPH_SETTING_REAL, GPH_SETTING_OPEN_MIN, GPH_UNIT_SECONDS, 0, 60, "100ms",
                  "Length of the periods over which peak and RMS are taken.", NULL),
};

static const gph_param params[] = {
    GPH_PARAM("threshold", GPH_UNIT_DB, -120, -40, 24,
              "Peak level, on any channel, for the triggers above and below."),
    GPH_PARAM("hold", GPH_UNIT_SECONDS, 0, 0.5f, 3600,
              "How long all channels must stay under the threshold before below is given."),
};

static const gph_meter meters[] = {
    GPH_METER("peak", GPH_UNIT_DB, GPH_INDEX_CHANNEL,
              "Highest sample of the last period; -200 dB is silence."),
    GPH_METER("rms", GPH_UNIT_DB, GPH_INDEX_CHANNEL,
              "Root of the mean square of the last period: 3 dB below the peak for a sine."),
    GPH_METER("clips", GPH_UNIT_NONE, GPH_INDEX_CHANNEL,
              "Samples at or beyond full scale (-1 or 1) since the start."),
};

static const gph_trigger triggers[] = {
    GPH_GIVES("above", "Some channel reaches the threshold, at that frame."),
    GPH_GIVES("below", "All channels have been under the threshold for hold."),
};

static const gph_type meter = {
    GPH_TYPE("meter", "Meter", "Measures levels and tells when sound begins and ends.", 0),
    GPH_PORTS(ports),
    GPH_PARAMS(params),
    GPH_METERS(meters),
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

GPH_MODULE("meter", "0.1.0", "Graphophone", "MIT", &meter)

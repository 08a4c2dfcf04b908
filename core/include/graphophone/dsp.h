/* Signal processing for authors of modules: optional, inline, no ABI.
 *
 * A module that includes this file carries its own copy, so it may change with any release. All
 * functions are [any thread]: none allocates, locks or enters the kernel. Those on floats are written
 * so that loops over them become vector code at -O3 (with -fno-math-errno -fno-trapping-math).
 *
 * What every stock module keeps, and how it is kept with what is here: its output is the same bits
 * however the runtime cuts time into blocks. So state moves on frame by frame, values are computed
 * from a frame's own parameters alone, and what is done now and then (looking for NaN in the state
 * of a filter) is done at multiples of GPH_CHUNK frames since activate, never at a block's end.
 */
#ifndef GRAPHOPHONE_DSP_H
#define GRAPHOPHONE_DSP_H

#include <graphophone/module.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#ifdef __cplusplus
extern "C" {
#endif

#define GPH_PI 3.14159265358979323846

/* ---------------------------------------------------------------- chunks */

/* Frames that a module works on at a time: small enough for its scratch to stay in the first cache. */
#define GPH_CHUNK 64u

/* Frames from `position` (since activate) to the next multiple of GPH_CHUNK, at most `frames`. */
static inline uint32_t
gph_chunk(uint64_t position, uint32_t frames)
{
    uint32_t left = GPH_CHUNK - (uint32_t)(position % GPH_CHUNK);
    return left < frames ? left : frames;
}

/* Stands before a loop over frames whose output may be its input's memory: each turn touches its own
 * frame alone, so the compiler need not ask whether the two overlap. */
#if defined(__clang__)
#define GPH_EACH_FRAME _Pragma("clang loop vectorize(assume_safety)")
#elif defined(__GNUC__)
#define GPH_EACH_FRAME _Pragma("GCC ivdep")
#else
#define GPH_EACH_FRAME
#endif

/* ---------------------------------------------------------------- numbers */

/* +300 dB: what is greater is absurd. */
#define GPH_SANE 1e15f

/* x, or 0 where x is NaN, Inf or absurd: what may enter a feedback loop. */
static inline float
gph_sane(float x)
{
    return fabsf(x) <= GPH_SANE ? x : 0.0f;
}

/* Decibels of amplitude to a factor; -infinity is 0. */
static inline double
gph_db_to_gain(double db)
{
    return pow(10.0, db / 20.0);
}

/* A factor of amplitude to decibels; 0 is -infinity. */
static inline double
gph_gain_to_db(double gain)
{
    return 20.0 * log10(gain);
}

/* The pole of y += (1 - pole) * (x - y), which covers 63 % (1 - 1/e) of a step in `seconds`:
 * exp(-1 / (seconds * rate)), by the step response of a first-order low-pass. */
static inline double
gph_one_pole(double seconds, double rate)
{
    return seconds * rate > 1e-6 ? exp(-1.0 / (seconds * rate)) : 0.0;
}

/* log2(x) for 1e-38 < x < 3e38, within 4e-6: exponent, and 2/ln2 * atanh((m-1)/(m+1)) as the first
 * four terms of its series for the mantissa, m in sqrt(1/2)..sqrt(2). */
static inline float
gph_log2(float x)
{
    int32_t bits, exponent;
    float m, s, s2;
    memcpy(&bits, &x, sizeof bits);
    exponent = (bits - 0x3f3504f3) >> 23; /* 0x3f3504f3 is sqrt(1/2) */
    bits -= (int32_t)((uint32_t)exponent << 23);
    memcpy(&m, &bits, sizeof m);
    s = (m - 1.0f) / (m + 1.0f);
    s2 = s * s;
    return (float)exponent +
           s * (2.88539008f + s2 * (0.961796694f + s2 * (0.577078016f + s2 * 0.412198583f)));
}

/* 2^x within 1e-6 of itself; x is held in -126..126. Taylor series of 2^f about f = 1/2: the n-th
 * factor is sqrt(2) * ln(2)^n / n!. */
static inline float
gph_exp2(float x)
{
    float whole, f, y, power;
    int32_t n;
    uint32_t bits;
    x = x > -126.0f ? x : -126.0f;
    x = x < 126.0f ? x : 126.0f;
    n = (int32_t)(x + 127.0f);
    whole = (float)n;
    f = (x + 127.0f) - whole - 0.5f;
    y = 1.41421356f +
        f * (0.980258143f +
             f * (0.339731584f +
                  f * (0.0784946632f +
                       f * (0.0136020886f + f * (0.00188564988f + f * 0.000217838816f)))));
    bits = (uint32_t)n << 23;
    memcpy(&power, &bits, sizeof power);
    return y * power;
}

/* sin(pi * x) for -1 <= x <= 1, within 1e-9: folded to -1/2..1/2, then the Taylor series to x^13;
 * the n-th factor is pi^(2n+1) / (2n+1)!, signs alternating. */
static inline double
gph_sin_pi(double x)
{
    double y = x > 0.5 ? 1.0 - x : x, z;
    y = x < -0.5 ? -1.0 - x : y;
    z = y * y;
    return y * (3.141592653589793 +
                z * (-5.16771278004997 +
                     z * (2.5501640398773455 +
                          z * (-0.5992645293207919 +
                               z * (0.08214588661112819 +
                                    z * (-0.007370430945714348 + z * 0.00046630280576761234))))));
}

/* The two gains of a constant-power pan: cos and sin of a quarter turn, `pan` in -1..1.
 * The middle is -3.01 dB on both sides. */
static inline void
gph_pan_power(float pan, float *left, float *right)
{
    double x = ((double)pan + 1.0) * 0.25; /* 0..1/2 half turns */
    *left = (float)gph_sin_pi(0.5 - x);
    *right = (float)gph_sin_pi(x);
}

/* Between a and b; exactly a at 0, so a whole delay keeps its bits, -0 and Inf beside it too. */
static inline float
gph_between(float a, float b, float fraction)
{
    return fraction > 0.0f ? a + fraction * (b - a) : a;
}

/* 64 bits of chance for a counter: the mixer of SplitMix64 (Steele, Lea, Flood: Fast Splittable
 * Pseudorandom Number Generators, OOPSLA 2014). Equal counters give equal bits, in any order. */
static inline uint64_t
gph_hash(uint64_t counter)
{
    uint64_t z = counter + 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

/* ---------------------------------------------------------------- levels */

/* What a detector of levels hears of a port, frame by frame from `at` on: the magnitudes of one channel
 * (`number`, counted round), or where channels are `linked` the greatest of all, at least `least`. What
 * is NaN or beyond `most` counts as silence. */
static inline void
gph_loudest(const gph_in *in, uint32_t linked, uint32_t number, float least, float most,
            float *level, uint32_t at, uint32_t frames)
{
    uint32_t first = linked ? 0 : number % in->channels;
    uint32_t last = linked ? in->channels - 1 : first;
    for (uint32_t f = 0; f < frames; f++)
        level[f] = least;
    for (uint32_t c = first; c <= last; c++) {
        const float *x = in->ch[c] + at;
        for (uint32_t f = 0; f < frames; f++) {
            float size = fabsf(x[f]);
            size = size <= most ? size : 0.0f;
            level[f] = size > level[f] ? size : level[f];
        }
    }
}

/* Channels held back, so that what comes is known before it is heard. */
typedef struct gph_lookahead {
    uint32_t channels, frames; /* how many, and how late */
    uint32_t at;               /* where the lines are read and written next */
    float *lines;              /* [channel][frames] */
} gph_lookahead;

/* [control] Room for so many frames of so many channels; GPH_MEMORY if there is none. */
static inline gph_status
gph_lookahead_init(gph_lookahead *l, uint32_t channels, uint32_t frames)
{
    l->channels = channels;
    l->frames = frames;
    l->at = 0;
    l->lines = (float *)calloc((size_t)channels * frames + 1u, sizeof(float));
    return l->lines ? GPH_OK : GPH_MEMORY;
}

/* [control] Frees the room. */
static inline void
gph_lookahead_finish(gph_lookahead *l)
{
    free(l->lines);
    l->lines = NULL;
}

/* [audio] Forgets all history. */
static inline void
gph_lookahead_reset(gph_lookahead *l)
{
    memset(l->lines, 0, (size_t)l->channels * l->frames * sizeof(float));
    l->at = 0;
}

/* [audio] What is to be heard of a channel: `in` itself without lookahead, else `out`, which may be
 * the memory of `in` and gets it late. When all channels have had these frames, advance. */
static inline const float *
gph_lookahead_run(const gph_lookahead *l, uint32_t channel, const float *in, float *out,
                  uint32_t frames)
{
    float *line = l->lines + (size_t)channel * l->frames;
    if (l->frames == 0)
        return in;
    for (uint32_t f = 0, k = l->at, n; f < frames; f += n, k = 0) {
        n = l->frames - k < frames - f ? l->frames - k : frames - f;
        GPH_EACH_FRAME
        for (uint32_t i = 0; i < n; i++) {
            float now = line[k + i];
            line[k + i] = in[f + i];
            out[f + i] = now;
        }
    }
    return out;
}

/* [audio] Goes on by so many frames. */
static inline void
gph_lookahead_advance(gph_lookahead *l, uint32_t frames)
{
    if (l->frames)
        l->at = (l->at + frames) % l->frames;
}

/* ---------------------------------------------------------------- second-order sections */

/* Kinds of filter, in the order of the words that patches use. */
enum {
    GPH_LOWPASS = 0,
    GPH_HIGHPASS = 1,
    GPH_BANDPASS = 2, /* 0 dB at its middle */
    GPH_NOTCH = 3,
    GPH_ALLPASS = 4,
    GPH_PEAK = 5,
    GPH_LOWSHELF = 6,
    GPH_HIGHSHELF = 7,
    GPH_N_KINDS = 8
};

#define GPH_KIND_WORDS                                                                             \
    "lowpass", "highpass", "bandpass", "notch", "allpass", "peak", "lowshelf", "highshelf"

/* y[n] = b0 x[n] + b1 x[n-1] + b2 x[n-2] - a1 y[n-1] - a2 y[n-2]. */
typedef struct gph_biquad {
    double b0, b1, b2, a1, a2;
} gph_biquad;

/* The filters of R. Bristow-Johnson's "Cookbook formulae for audio EQ biquad filter coefficients"
 * (https://www.w3.org/TR/audio-eq-cookbook/), with its names: w0, alpha = sin(w0) / 2Q,
 * A = 10^(dB/40). `gain_db` counts for peak and shelves. */
static inline gph_biquad
gph_biquad_design(uint32_t kind, double hertz, double q, double gain_db, double rate)
{
    double w0 = 2.0 * GPH_PI * hertz / rate, c = cos(w0), alpha = sin(w0) / (2.0 * q);
    double A = 1.0, r = 0.0, b0 = 1.0, b1 = 0.0, b2 = 0.0, a0 = 1.0 + alpha, a1 = -2.0 * c,
           a2 = 1.0 - alpha;
    gph_biquad f;
    if (kind >= GPH_PEAK) {
        A = pow(10.0, gain_db / 40.0);
        r = 2.0 * sqrt(A) * alpha;
    }
    switch (kind) {
    case GPH_LOWPASS:
        b0 = b2 = (1.0 - c) / 2.0, b1 = 1.0 - c;
        break;
    case GPH_HIGHPASS:
        b0 = b2 = (1.0 + c) / 2.0, b1 = -(1.0 + c);
        break;
    case GPH_BANDPASS:
        b0 = alpha, b1 = 0.0, b2 = -alpha;
        break;
    case GPH_NOTCH:
        b0 = b2 = 1.0, b1 = -2.0 * c;
        break;
    case GPH_ALLPASS:
        b0 = 1.0 - alpha, b1 = -2.0 * c, b2 = 1.0 + alpha;
        break;
    case GPH_PEAK:
        b0 = 1.0 + alpha * A, b1 = -2.0 * c, b2 = 1.0 - alpha * A;
        a0 = 1.0 + alpha / A, a2 = 1.0 - alpha / A;
        break;
    case GPH_LOWSHELF:
        b0 = A * ((A + 1.0) - (A - 1.0) * c + r), b1 = 2.0 * A * ((A - 1.0) - (A + 1.0) * c);
        b2 = A * ((A + 1.0) - (A - 1.0) * c - r), a0 = (A + 1.0) + (A - 1.0) * c + r;
        a1 = -2.0 * ((A - 1.0) + (A + 1.0) * c), a2 = (A + 1.0) + (A - 1.0) * c - r;
        break;
    case GPH_HIGHSHELF:
        b0 = A * ((A + 1.0) + (A - 1.0) * c + r), b1 = -2.0 * A * ((A - 1.0) + (A + 1.0) * c);
        b2 = A * ((A + 1.0) + (A - 1.0) * c - r), a0 = (A + 1.0) - (A - 1.0) * c + r;
        a1 = 2.0 * ((A - 1.0) - (A + 1.0) * c), a2 = (A + 1.0) - (A - 1.0) * c - r;
        break;
    default:
        break;
    }
    f.b0 = b0 / a0, f.b1 = b1 / a0, f.b2 = b2 / a0, f.a1 = a1 / a0, f.a2 = a2 / a0;
    return f;
}

/* First-order high-pass, -3.01 dB at `hertz`: s / (s + w) by the bilinear transform with
 * K = tan(pi * hertz / rate). */
static inline gph_biquad
gph_highpass_1(double hertz, double rate)
{
    double k = tan(GPH_PI * hertz / rate);
    gph_biquad f;
    f.b0 = 1.0 / (1.0 + k), f.b1 = -f.b0, f.b2 = 0.0, f.a1 = (k - 1.0) / (k + 1.0), f.a2 = 0.0;
    return f;
}

/* Four channels side by side: a recursion waits for its own last sample, so four of them take the
 * time of one. */
#define GPH_QUAD 4u

typedef struct gph_quad_state {
    double s1[GPH_QUAD], s2[GPH_QUAD];
} gph_quad_state;

/* One section over `frames` frames of four channels, in place; transposed direct form II in double
 * precision (at 1 Hz and 96 kHz single precision would be noise). Coefficients of frame f are
 * c[f * step]: step 0 stands still, 1 moves. */
static inline void
gph_quad_run(gph_quad_state *state, const gph_biquad *c, uint32_t step, double (*x)[GPH_QUAD],
             uint32_t frames)
{
    gph_quad_state s = *state;
    for (uint32_t f = 0; f < frames; f++, c += step)
        for (uint32_t k = 0; k < GPH_QUAD; k++) {
            double in = x[f][k], y = c->b0 * in + s.s1[k];
            s.s1[k] = (c->b1 * in + s.s2[k]) - c->a1 * y;
            s.s2[k] = c->b2 * in - c->a2 * y;
            x[f][k] = y;
        }
    *state = s;
}

/* Forgets what is NaN, Inf or absurd (+600 dB). */
static inline void
gph_quad_mend(gph_quad_state *s)
{
    for (uint32_t k = 0; k < GPH_QUAD; k++)
        if (!(fabs(s->s1[k]) <= 1e30 && fabs(s->s2[k]) <= 1e30))
            s->s1[k] = s->s2[k] = 0.0;
}

/* Channels first..first+3 of a port to a quad; a channel that is not there is read as the last one. */
static inline void
gph_quad_load(double (*x)[GPH_QUAD], const float *const *ch, uint32_t channels, uint32_t first,
              uint32_t at, uint32_t frames)
{
    uint32_t last = channels - 1;
    const float *a = ch[first] + at;
    const float *b = ch[first + 1 < last ? first + 1 : last] + at;
    const float *c = ch[first + 2 < last ? first + 2 : last] + at;
    const float *d = ch[first + 3 < last ? first + 3 : last] + at;
    for (uint32_t f = 0; f < frames; f++) {
        x[f][0] = (double)a[f];
        x[f][1] = (double)b[f];
        x[f][2] = (double)c[f];
        x[f][3] = (double)d[f];
    }
}

/* The way back; only channels that are there are written. */
static inline void
gph_quad_store(double (*x)[GPH_QUAD], float *const *ch, uint32_t channels, uint32_t first,
               uint32_t at, uint32_t frames)
{
    uint32_t here = channels - first < GPH_QUAD ? channels - first : GPH_QUAD;
    for (uint32_t k = 0; k < here; k++) {
        float *out = ch[first + k] + at;
        for (uint32_t f = 0; f < frames; f++)
            out[f] = (float)x[f][k];
    }
}

/* A section whose coefficients follow up to three parameters, frame by frame. `design` is asked only
 * when one of them differs from what it was in the frame before, which gives the same bits as asking
 * every time. */
typedef struct gph_section gph_section;
/* [audio] Coefficients of a section's value, kind and rate. */
typedef gph_biquad (*gph_design)(const gph_section *section) GPH_AUDIO;
struct gph_section {
    gph_design design;            /* makes coefficients of value, kind and rate */
    double rate;                  /* frames a second */
    uint32_t kind;                /* GPH_LOWPASS ... */
    uint32_t known;               /* 0 before the first design */
    uint32_t step;                /* for gph_quad_run, after gph_section_follow */
    float value[3];               /* of the last frame: hertz, q, decibels */
    gph_biquad still;             /* of the last frame */
    gph_biquad moving[GPH_CHUNK]; /* of each frame of a chunk in which something moves */
};

/* The design of a section that is one of the cookbook's filters. */
static inline gph_biquad GPH_AUDIO
gph_section_cookbook(const gph_section *s)
{
    return gph_biquad_design(s->kind, (double)s->value[0], (double)s->value[1], (double)s->value[2],
                             s->rate);
}

/* Prepares `frames` (at most GPH_CHUNK) frames from `at` on; ramps that are NULL count as 0. Returns
 * the coefficients; section->step goes with them. */
static inline const gph_biquad *
gph_section_follow(gph_section *s, const float *const *ramps, uint32_t at, uint32_t frames)
{
    s->step = 0;
    for (uint32_t f = 0; f < frames; f++) {
        float v[3];
        for (uint32_t n = 0; n < 3; n++)
            v[n] = ramps[n] ? ramps[n][at + f] : 0.0f;
        if (!s->known || v[0] != s->value[0] || v[1] != s->value[1] || v[2] != s->value[2]) {
            for (uint32_t before = 0; !s->step && before < f; before++)
                s->moving[before] = s->still;
            s->step = f ? 1u : 0u;
            s->known = 1;
            memcpy(s->value, v, sizeof s->value);
            s->still = s->design(s);
        }
        if (s->step)
            s->moving[f] = s->still;
    }
    return s->step ? s->moving : &s->still;
}

/* Up to eight sections one after the other, over any number of channels. */
#define GPH_MAX_SECTIONS 8u

typedef struct gph_cascade {
    gph_section section[GPH_MAX_SECTIONS]; /* design, kind and rate are the owner's to set */
    uint32_t n_sections;
    uint32_t n_quads;       /* groups of four channels */
    gph_quad_state *states; /* [quad][section] */
    uint64_t position;      /* frames since activate */
} gph_cascade;

/* [control] Room for `channels` channels; GPH_MEMORY if there is none. */
static inline gph_status
gph_cascade_init(gph_cascade *c, uint32_t channels)
{
    c->n_quads = (channels + GPH_QUAD - 1u) / GPH_QUAD;
    c->position = 0;
    c->states =
        (gph_quad_state *)calloc((size_t)c->n_quads * c->n_sections + 1u, sizeof(gph_quad_state));
    return c->states ? GPH_OK : GPH_MEMORY;
}

/* [control] Frees the room. */
static inline void
gph_cascade_finish(gph_cascade *c)
{
    free(c->states);
    c->states = NULL;
}

/* [audio] Forgets all history. */
static inline void
gph_cascade_reset(gph_cascade *c)
{
    memset(c->states, 0, (size_t)c->n_quads * c->n_sections * sizeof *c->states);
}

/* Filters port 0 in to port 0 out, which may be the same memory. ramps[3 * section + n] is the n-th
 * parameter of a section, as for gph_section_follow. */
static inline void
gph_cascade_run(gph_cascade *c, const gph_io *io, const float *const *ramps)
{
    double x[GPH_CHUNK][GPH_QUAD];
    const gph_biquad *coefficients[GPH_MAX_SECTIONS];
    uint32_t channels = io->in[0].channels, at = 0;
    while (at < io->frames) {
        uint32_t n = gph_chunk(c->position, io->frames - at);
        int whole = (c->position + n) % GPH_CHUNK == 0;
        for (uint32_t s = 0; s < c->n_sections; s++)
            coefficients[s] = gph_section_follow(&c->section[s], ramps + (size_t)3 * s, at, n);
        for (uint32_t q = 0; q < c->n_quads; q++) {
            gph_quad_state *states = c->states + (size_t)q * c->n_sections;
            gph_quad_load(x, io->in[0].ch, channels, q * GPH_QUAD, at, n);
            for (uint32_t s = 0; s < c->n_sections; s++) {
                gph_quad_run(&states[s], coefficients[s], c->section[s].step, x, n);
                if (whole)
                    gph_quad_mend(&states[s]);
            }
            gph_quad_store(x, io->out[0].ch, channels, q * GPH_QUAD, at, n);
        }
        c->position += n;
        at += n;
    }
}

#ifdef __cplusplus
}
#endif

#endif

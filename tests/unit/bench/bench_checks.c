/* What every module has to pass, and the signals it is fed with. [test program] */
#include "bench_parts.h"
#include <check.h>
#include <complex.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---------------------------------------------------------------- signals */

float **
signal_noise(uint32_t channels, uint32_t frames, float amplitude)
{
    float **ch = calloc(channels + 1u, sizeof *ch);
    uint32_t x = 2463534242u;
    for (uint32_t c = 0; c < channels; c++) {
        ch[c] = calloc(frames + 1u, sizeof **ch);
        for (uint32_t f = 0; f < frames; f++) {
            x ^= x << 13, x ^= x >> 17, x ^= x << 5; /* Marsaglia's xorshift32 */
            ch[c][f] = amplitude * (float)((double)x / 2147483648.0 - 1.0);
        }
    }
    return ch;
}

float **
signal_impulse(uint32_t channels, uint32_t frames, uint32_t frame, float value)
{
    float **ch = signal_noise(channels, frames, 0);
    for (uint32_t c = 0; c < channels; c++) {
        memset(ch[c], 0, frames * sizeof **ch); /* not -0 */
        ch[c][frame] = value;
    }
    return ch;
}

float **
signal_sine(uint32_t channels, uint32_t frames, double hertz, double rate, double amplitude)
{
    float **ch = signal_impulse(channels, frames, 0, 0);
    for (uint32_t c = 0; c < channels; c++)
        for (uint32_t f = 0; f < frames; f++)
            ch[c][f] = (float)(amplitude * sin(2 * M_PI * fmod(hertz * f / rate, 1.0)));
    return ch;
}

void
signal_free(float **ch)
{
    for (uint32_t c = 0; ch && ch[c]; c++)
        free(ch[c]);
    free(ch);
}

double
response_at(const float *impulse, uint32_t frames, double hertz, double rate)
{
    double re = 0, im = 0;
    for (uint32_t f = 0; f < frames; f++) {
        double angle = 2 * M_PI * fmod(hertz * f / rate, 1.0);
        re += (double)impulse[f] * cos(angle);
        im -= (double)impulse[f] * sin(angle);
    }
    return sqrt(re * re + im * im);
}

double
analogue_response(int kind, double hertz, double corner, double q, double db, double rate)
{
    double complex s = I * tan(M_PI * hertz / rate) / tan(M_PI * corner / rate), s2 = s * s;
    double a = pow(10, db / 40), r = sqrt(a) / q;
    switch (kind) {
    case 0:
        return cabs(1 / (s2 + s / q + 1));
    case 1:
        return cabs(s2 / (s2 + s / q + 1));
    case 2:
        return cabs((s / q) / (s2 + s / q + 1));
    case 3:
        return cabs((s2 + 1) / (s2 + s / q + 1));
    case 4:
        return cabs((s2 - s / q + 1) / (s2 + s / q + 1));
    case 5:
        return cabs((s2 + s * (a / q) + 1) / (s2 + s / (a * q) + 1));
    case 6:
        return cabs(a * (s2 + r * s + a) / (a * s2 + r * s + 1));
    default:
        return cabs(a * (a * s2 + r * s + 1) / (s2 + r * s + a));
    }
}

/* ---------------------------------------------------------------- takes */

uint32_t
take_count(const take *t, const char *name)
{
    uint32_t count = 0;
    for (uint32_t n = 0; n < t->n_events; n++)
        count += strcmp(t->events[n].name, name) == 0;
    return count;
}

int64_t
take_when(const take *t, const char *name, uint32_t n)
{
    for (uint32_t e = 0; e < t->n_events; e++)
        if (strcmp(t->events[e].name, name) == 0 && n-- == 0)
            return t->events[e].when;
    return -1;
}

static void
same_takes(const take *a, const take *b, const char *what, uint32_t size)
{
    ck_assert_int_eq(a->latency, b->latency);
    for (uint32_t p = 0; p < a->n_outs; p++)
        for (uint32_t c = 0; c < a->channels[p]; c++)
            for (uint32_t f = 0; f < a->frames; f++)
                if (memcmp(&a->out[p][c][f], &b->out[p][c][f], sizeof(float)) != 0)
                    ck_abort_msg("%s %u: output %u channel %u frame %u is %.9g, was %.9g", what,
                                 size, p, c, f, (double)b->out[p][c][f], (double)a->out[p][c][f]);
    for (uint32_t m = 0; m < a->n_meters; m++)
        for (uint32_t i = 0; i < a->n_items[m]; i++)
            ck_assert_msg(memcmp(&a->meters[m][i], &b->meters[m][i], sizeof(float)) == 0,
                          "%s %u: meter %u item %u is %.9g, was %.9g", what, size, m, i,
                          (double)b->meters[m][i], (double)a->meters[m][i]);
    ck_assert_msg(a->n_events == b->n_events, "%s %u: %u events, not %u", what, size, b->n_events,
                  a->n_events);
    for (uint32_t e = 0; e < a->n_events; e++) {
        ck_assert_int_eq(a->events[e].when, b->events[e].when);
        ck_assert_uint_eq(a->events[e].index, b->events[e].index);
    }
}

static void
all_finite(const take *t, uint32_t from)
{
    for (uint32_t p = 0; p < t->n_outs; p++)
        for (uint32_t c = 0; c < t->channels[p]; c++)
            for (uint32_t f = from; f < t->frames; f++)
                if (!isfinite(t->out[p][c][f]))
                    ck_abort_msg("output %u channel %u frame %u is %g", p, c, f,
                                 (double)t->out[p][c][f]);
}

/* ---------------------------------------------------------------- checks */

static void
again(const bench *b, const take *whole, uint32_t flags, const char *what, const uint32_t *blocks,
      uint32_t n_blocks)
{
    bench copy = *b;
    copy.flags |= flags;
    take *t = bench_run(&copy, whole->frames, blocks, n_blocks);
    ck_assert_int_eq(t->status, whole->status);
    same_takes(whole, t, what, blocks ? blocks[0] : 0);
    take_free(t);
}

void
bench_check_blocks(const bench *b, uint32_t frames)
{
    static const uint32_t sizes[] = {1,   2,   3,   7,   16,   31,   63,   64,   65,  127,
                                     128, 441, 480, 512, 1000, 1024, 4096, 8191, 8192};
    take *whole = bench_run(b, frames, NULL, 0);
    ck_assert_msg(whole->status >= 0, "%s", whole->error);
    all_finite(whole, 0);
    for (uint32_t n = 0; n < sizeof sizes / sizeof *sizes; n++)
        again(b, whole, 0, "blocks of", &sizes[n], 1);
    uint32_t x = 1, blocks[61];
    for (uint32_t round = 0; round < 4; round++) {
        for (uint32_t n = 0; n < 61; n++) {
            x = x * 1664525u + 1013904223u;
            blocks[n] = 1 + (x >> 16) % (round < 2 ? 40u : 700u);
        }
        again(b, whole, 0, "random blocks from", blocks, 61);
    }
    again(b, whole, BENCH_NO_CONSTANT, "without CONSTANT", NULL, 0);
    again(b, whole, BENCH_NO_CONSTANT, "without CONSTANT", blocks, 61);
    again(b, whole, BENCH_SPLIT, "split at events", NULL, 0);
    again(b, whole, BENCH_IN_PLACE, "in place", NULL, 0);
    again(b, whole, BENCH_IN_PLACE, "in place", blocks, 61);
    again(b, whole, BENCH_AGAIN, "after a reset", NULL, 0);
    again(b, whole, BENCH_AGAIN, "after a reset", blocks, 61);
    take_free(whole);
}

/* Whether a channel of a wide run is what it is alone. */
static void
same_alone(const bench *b, const take *wide, float *const *signal, uint32_t channel)
{
    bench narrow = *b;
    float *alone[] = {signal[channel], NULL};
    narrow.in[0] = (bench_port){1, alone};
    take *one = bench_run(&narrow, wide->frames, NULL, 0);
    ck_assert_msg(memcmp(one->out[0][0], wide->out[0][channel], wide->frames * sizeof(float)) == 0,
                  "width %u: channel %u is not what it is alone", wide->channels[0], channel);
    take_free(one);
}

void
bench_check_widths(const bench *b, uint32_t frames, bool independent)
{
    static const uint32_t widths[] = {1, 2, 3, 5, 8, 32, 64, GPH_MAX_CHANNELS};
    float **noise = signal_noise(GPH_MAX_CHANNELS, frames, 0.7f);
    for (uint32_t w = 0; w < sizeof widths / sizeof *widths; w++) {
        bool widest = widths[w] == GPH_MAX_CHANNELS;
        bench wide = *b;
        wide.in[0] = (bench_port){widths[w], noise};
        take *t = bench_run(&wide, widest && frames > 200 ? 200 : frames, NULL, 0);
        ck_assert_msg(t->status >= 0, "width %u: %s", widths[w], t->error);
        all_finite(t, 0);
        for (uint32_t c = 0; independent && c < widths[w]; c += widest ? 93 : 1) /* 1,023 is one */
            same_alone(b, t, noise, c);
        take_free(t);
    }
    signal_free(noise);
}

void
bench_check_recovery(const bench *b, double seconds)
{
    static const float evils[] = {NAN, INFINITY, -INFINITY, 3e38f, -3e38f};
    uint32_t frames = (uint32_t)(b->rate * (seconds + 0.25));
    uint32_t channels = b->in[0].channels;
    for (uint32_t n = 0; n < sizeof evils / sizeof *evils; n++) {
        float **signal = signal_noise(channels, frames, 0.5f);
        for (uint32_t c = 0; c < channels; c++)
            for (uint32_t f = 1000; f < 1100; f++)
                signal[c][f] = evils[n];
        bench sick = *b;
        sick.in[0].ch = signal;
        take *t = bench_run(&sick, frames, NULL, 0);
        ck_assert_int_ge(t->status, 0);
        all_finite(t, (uint32_t)(b->rate * seconds));
        take_free(t);
        signal_free(signal);
    }
}

static void
plain_name(const char *type, const char *name)
{
    ck_assert_msg(name && *name &&
                      strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-") == strlen(name),
                  "%s: '%s' is no name", type, name ? name : "");
}

static void
documented(const char *type, const char *name, const char *doc)
{
    plain_name(type, name);
    ck_assert_msg(doc && strlen(doc) > 10 && doc[strlen(doc) - 1] == '.',
                  "%s: '%s' has no sentence of documentation", type, name);
}

void
bench_check_descriptor(const char *type)
{
    const gph_type *t = bench_load(type);
    documented(type, t->id, t->doc);
    ck_assert_uint_eq(t->size, sizeof *t);
    ck_assert(t->process != NULL);
    ck_assert(t->n_ports == 0 || t->port_stride == sizeof(gph_port));
    for (uint32_t n = 0; n < t->n_ports; n++)
        documented(type, t->ports[n].name, t->ports[n].doc);
    for (uint32_t n = 0; n < t->n_params; n++) {
        const gph_param *p = &t->params[n];
        documented(type, p->name, p->doc);
        bool off = (p->flags & GPH_PARAM_GAIN) && isinf(p->def) && p->def < 0;
        float top = p->flags & GPH_PARAM_OF_RATE ? p->max * 8000 : p->max;
        ck_assert_msg(p->min < top && (off || (p->def >= p->min && p->def <= top)),
                      "%s: %s has default %g outside of %g..%g", type, p->name, (double)p->def,
                      (double)p->min, (double)top);
        for (uint32_t m = 0; m < t->n_settings; m++)
            ck_assert_str_ne(p->name, t->settings[m].name);
        for (uint32_t m = 0; m < n; m++)
            ck_assert_str_ne(p->name, t->params[m].name);
    }
    for (uint32_t n = 0; n < t->n_settings; n++) {
        const gph_setting *s = &t->settings[n];
        documented(type, s->name, s->doc);
        ck_assert_msg(s->def || (s->flags & GPH_SETTING_REQUIRED) || s->kind != GPH_SETTING_CHOICE,
                      "%s: %s has no default", type, s->name);
        ck_assert_int_eq(s->kind == GPH_SETTING_CHOICE, s->choices != NULL);
    }
    for (uint32_t n = 0; n < t->n_meters; n++)
        documented(type, t->meters[n].name, t->meters[n].doc);
    for (uint32_t n = 0; n < t->n_triggers; n++)
        documented(type, t->triggers[n].name, t->triggers[n].doc);
}

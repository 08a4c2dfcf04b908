/* What triggers of a table make of the sound in it. [worker]
 *
 * All of it is reckoned in double and rounded once, so that a peak is brought to its level exactly. */
#include "table_ops.h"

#include "../graph/builtin.h"

#include <float.h>
#include <math.h>

#define TAU 6.283185307179586

/* One channel on its way. */
typedef struct track {
    const float *from;
    float *to;
    uint64_t frames;
    uint64_t not_finite;
} track;

static void
put(track *t, uint64_t frame, double value)
{
    float rounded = (float)value;
    bool sound = fabsf(rounded) <= FLT_MAX;
    t->to[frame] = sound ? rounded : 0.0f;
    t->not_finite += !sound;
}

static double
peak_of(const gph_table_sound *sound)
{
    float peak = 0;
    for (uint32_t c = 0; c < sound->channels; c++)
        for (uint64_t f = 0; f < sound->frames; f++)
            peak = fmaxf(peak, fabsf(sound->ch[c][f]));
    return (double)peak;
}

static double
mean_of(const track *t)
{
    double sum = 0;
    for (uint64_t f = 0; f < t->frames; f++)
        sum += (double)t->from[f];
    return sum / (double)t->frames;
}

/* The product before the quotient: the peak itself becomes exactly `level`. */
static void
normalize(track *t, double level, double peak)
{
    for (uint64_t f = 0; f < t->frames; f++)
        put(t, f, peak > 0 ? (double)t->from[f] * level / peak : 0);
}

static double
shaped(uint32_t shape, double x)
{
    switch (shape) {
    case GPH_SHAPE_SQRT:
        return sqrt(x);
    case GPH_SHAPE_SINE:
        return sin(x * TAU / 4);
    case GPH_SHAPE_SQUARED:
        return x * x;
    default:
        return x;
    }
}

/* As a recorder's: 0 at the first and at the last frame. */
static void
fade(track *t, const float *with, double rate, bool out)
{
    uint64_t length = (uint64_t)floor((double)with[GPH_TABLE_FADE] * rate + 1e-3);
    length = length < t->frames ? length : t->frames;
    for (uint64_t f = 0; f < t->frames; f++) {
        uint64_t into = out ? t->frames - 1 - f : f;
        double gain = into < length ? shaped((uint32_t)with[GPH_TABLE_FADE_SHAPE],
                                             (double)into / (double)length)
                                    : 1;
        put(t, f, (double)t->from[f] * gain);
    }
}

static void
rotate(track *t, double shift)
{
    int64_t frames = (int64_t)t->frames, by = (int64_t)llrint(shift) % frames;
    uint64_t at = (uint64_t)(by < 0 ? by + frames : by);
    for (uint64_t f = 0; f < t->frames; f++) {
        t->to[f] = t->from[at];
        at = at + 1 == t->frames ? 0 : at + 1;
    }
}

/* One pole whose gain at the cutoff is half the power. */
static void
lowpass(track *t, double cutoff, double rate)
{
    double b = 2 - cos(TAU * cutoff / rate);
    double pole = b - sqrt(b * b - 1);
    double y = 0;
    for (uint64_t f = 0; f < t->frames; f++) {
        double x = (double)t->from[f];
        y = x + (y - x) * pole;
        put(t, f, y);
    }
}

/* Adds, subtracts or multiplies: by `amount`, or by that much of another channel. */
static void
reckon(track *t, uint32_t what, double amount, const float *other, uint64_t other_frames)
{
    for (uint64_t f = 0; f < t->frames; f++) {
        double x = (double)t->from[f];
        double by = !other ? amount : f < other_frames ? amount * (double)other[f] : 0;
        if (other && f >= other_frames)
            put(t, f, x);
        else
            put(t, f,
                what == GPH_TABLE_DO_ADD        ? x + by
                : what == GPH_TABLE_DO_SUBTRACT ? x - by
                                                : x * by);
    }
}

/* What looks at one sample alone. */
static double
turned(uint32_t what, const float *with, double x)
{
    switch (what) {
    case GPH_TABLE_DO_INVERT:
        return -x;
    case GPH_TABLE_DO_RECTIFY:
        return fabs(x);
    case GPH_TABLE_DO_POW:
        return copysign(pow(fabs(x), (double)with[GPH_TABLE_EXPONENT]), x);
    default:
        return x;
    }
}

static void
each(track *t, uint32_t what, const float *with)
{
    for (uint64_t f = 0; f < t->frames; f++)
        put(t, f, turned(what, with, (double)t->from[f]));
}

static void
shift_level(track *t, double by)
{
    for (uint64_t f = 0; f < t->frames; f++)
        put(t, f, (double)t->from[f] - by);
}

static void
reverse(track *t)
{
    for (uint64_t f = 0; f < t->frames; f++)
        t->to[f] = t->from[t->frames - 1 - f];
}

static void
operate(track *t, uint32_t what, const float *with, double rate, double peak)
{
    switch (what) {
    case GPH_TABLE_DO_NORMALIZE:
        normalize(t, (double)with[GPH_TABLE_LEVEL], peak);
        break;
    case GPH_TABLE_DO_REMOVE_DC:
        shift_level(t, mean_of(t));
        break;
    case GPH_TABLE_DO_REVERSE:
        reverse(t);
        break;
    case GPH_TABLE_DO_FADE_IN:
    case GPH_TABLE_DO_FADE_OUT:
        fade(t, with, rate, what == GPH_TABLE_DO_FADE_OUT);
        break;
    case GPH_TABLE_DO_ROTATE:
        rotate(t, (double)with[GPH_TABLE_SHIFT]);
        break;
    case GPH_TABLE_DO_LOWPASS:
        lowpass(t, (double)with[GPH_TABLE_CUTOFF], rate);
        break;
    default:
        each(t, what, with);
        break;
    }
}

uint64_t
gph_table_operate(uint32_t what, const float *with, double rate, const gph_table_sound *from,
                  const gph_table_sound *other, float *const *to)
{
    bool two =
        what == GPH_TABLE_DO_ADD || what == GPH_TABLE_DO_SUBTRACT || what == GPH_TABLE_DO_MULTIPLY;
    double peak = what == GPH_TABLE_DO_NORMALIZE ? peak_of(from) : 0;
    uint64_t not_finite = 0;
    for (uint32_t c = 0; from->frames > 0 && c < from->channels; c++) {
        track t = {.from = from->ch[c], .to = to[c], .frames = from->frames};
        if (two)
            reckon(&t, what, (double)with[GPH_TABLE_AMOUNT],
                   other ? other->ch[c % other->channels] : NULL, other ? other->frames : 0);
        else
            operate(&t, what, with, rate, peak);
        not_finite += t.not_finite;
    }
    return not_finite;
}

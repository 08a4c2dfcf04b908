/* What triggers make of a table, against closed forms. [test program] */
#include "../../../core/graph/builtin.h"
#include "../../../core/run/table_ops.h"
#include "../suite.h"
#include <float.h>
#include <math.h>

enum { FRAMES = 64, RATE = 48000 };

static float left[FRAMES], right[FRAMES], to_left[FRAMES], to_right[FRAMES];
static float *const from_ch[] = {left, right};
static float *const to[] = {to_left, to_right};
static const gph_table_sound from = {from_ch, 2, FRAMES};
static const float defaults[GPH_TABLE_N_PARAMS] = {
    [GPH_TABLE_LEVEL] = 1, [GPH_TABLE_EXPONENT] = 2, [GPH_TABLE_AMOUNT] = 1};

/* Two channels of which the right one is half as loud and has its peak elsewhere. */
static void
fill(void)
{
    for (int f = 0; f < FRAMES; f++) {
        left[f] = (float)sin(0.1 * (f + 1)) * 0.7f + 0.1f;
        right[f] = (float)cos(0.37 * f) * 0.35f - 0.05f;
        to_left[f] = to_right[f] = 99;
    }
}

static uint64_t
operate(uint32_t what, uint32_t param, float value)
{
    float with[GPH_TABLE_N_PARAMS];
    memcpy(with, defaults, sizeof with);
    if (param < GPH_TABLE_N_PARAMS)
        with[param] = value;
    fill();
    return gph_table_operate(what, with, RATE, &from, NULL, to);
}

enum { NO_PARAM = GPH_TABLE_N_PARAMS };

/* One gain for all channels: the greatest peak is at its level, exactly. */
START_TEST(normalize)
{
    static const float levels[] = {1, 0.5f, 0.99f, 0.1f};
    for (int n = 0; n < 4; n++) {
        operate(GPH_TABLE_DO_NORMALIZE, GPH_TABLE_LEVEL, levels[n]);
        float before = 0, after = 0;
        for (int f = 0; f < FRAMES; f++) {
            before = fmaxf(before, fmaxf(fabsf(left[f]), fabsf(right[f])));
            after = fmaxf(after, fmaxf(fabsf(to_left[f]), fabsf(to_right[f])));
        }
        ck_assert_float_eq(after, levels[n]);
        for (int f = 0; f < FRAMES; f++) {
            ck_assert_float_eq_tol(to_left[f], left[f] * levels[n] / before, 1e-7f);
            ck_assert_float_eq_tol(to_right[f], right[f] * levels[n] / before, 1e-7f);
        }
    }
    /* Silence stays silence. */
    static float none[2][4];
    float *const silent[] = {none[0], none[1]};
    gph_table_sound nothing = {silent, 2, 4};
    ck_assert_uint_eq(gph_table_operate(GPH_TABLE_DO_NORMALIZE, defaults, RATE, &nothing, NULL, to),
                      0);
    ck_assert(to_left[0] == 0 && to_right[3] == 0);
}
END_TEST

START_TEST(remove_dc)
{
    operate(GPH_TABLE_DO_REMOVE_DC, NO_PARAM, 0);
    double mean = 0, rest = 0;
    for (int f = 0; f < FRAMES; f++)
        mean += (double)right[f] / FRAMES;
    for (int f = 0; f < FRAMES; f++) {
        ck_assert_float_eq_tol(to_right[f], (float)((double)right[f] - mean), 1e-7f);
        rest += (double)to_right[f] / FRAMES;
    }
    ck_assert_double_eq_tol(rest, 0, 1e-8);
}
END_TEST

START_TEST(simple_ones)
{
    operate(GPH_TABLE_DO_REVERSE, NO_PARAM, 0);
    for (int f = 0; f < FRAMES; f++)
        ck_assert(to_left[f] == left[FRAMES - 1 - f] && to_right[f] == right[FRAMES - 1 - f]);
    operate(GPH_TABLE_DO_INVERT, NO_PARAM, 0);
    for (int f = 0; f < FRAMES; f++)
        ck_assert(to_left[f] == -left[f]);
    operate(GPH_TABLE_DO_RECTIFY, NO_PARAM, 0);
    for (int f = 0; f < FRAMES; f++)
        ck_assert(to_right[f] == fabsf(right[f]));
    operate(GPH_TABLE_DO_POW, GPH_TABLE_EXPONENT, 3);
    for (int f = 0; f < FRAMES; f++)
        ck_assert_float_eq_tol(to_right[f], right[f] * right[f] * right[f], 1e-7f);
    operate(GPH_TABLE_DO_POW, GPH_TABLE_EXPONENT, 2);
    for (int f = 0; f < FRAMES; f++)
        ck_assert_float_eq_tol(to_right[f], right[f] * fabsf(right[f]), 1e-7f);
}
END_TEST

/* 16 frames of fade: 0 at the very first and the very last frame, as a recorder's law has it. */
START_TEST(fades)
{
    float with[GPH_TABLE_N_PARAMS] = {[GPH_TABLE_FADE] = 16.0f / RATE};
    for (uint32_t shape = GPH_SHAPE_LINEAR; shape <= GPH_SHAPE_SQUARED; shape++) {
        with[GPH_TABLE_FADE_SHAPE] = (float)shape;
        fill();
        gph_table_operate(GPH_TABLE_DO_FADE_IN, with, RATE, &from, NULL, to);
        for (int f = 0; f < FRAMES; f++) {
            double x = f < 16 ? f / 16.0 : 1;
            double gains[] = {x, sqrt(x), sin(x * acos(-1) / 2), x * x};
            ck_assert_float_eq_tol(to_left[f], (float)((double)left[f] * gains[shape]), 1e-7f);
        }
        fill();
        gph_table_operate(GPH_TABLE_DO_FADE_OUT, with, RATE, &from, NULL, to);
        for (int f = 0; f < FRAMES; f++) {
            double x = FRAMES - 1 - f < 16 ? (FRAMES - 1 - f) / 16.0 : 1;
            double gains[] = {x, sqrt(x), sin(x * acos(-1) / 2), x * x};
            ck_assert_float_eq_tol(to_right[f], (float)((double)right[f] * gains[shape]), 1e-7f);
        }
    }
    /* No fade; longer than the table. */
    operate(GPH_TABLE_DO_FADE_IN, GPH_TABLE_FADE, 0);
    ck_assert_mem_eq(to_left, left, sizeof left);
    operate(GPH_TABLE_DO_FADE_IN, GPH_TABLE_FADE, 60);
    ck_assert(to_left[0] == 0);
    ck_assert_float_eq_tol(to_left[32], left[32] / 2, 1e-7f);
}
END_TEST

START_TEST(rotation)
{
    static const int by[] = {0, 1, 10, 63, 64, 65, -1, -10, -64, 6400003};
    for (size_t n = 0; n < sizeof by / sizeof *by; n++) {
        operate(GPH_TABLE_DO_ROTATE, GPH_TABLE_SHIFT, (float)by[n]);
        for (int f = 0; f < FRAMES; f++)
            ck_assert(to_left[f] == left[((f + by[n]) % FRAMES + FRAMES) % FRAMES]);
    }
}
END_TEST

/* Half the power at the cutoff, a gain of 1 at 0 Hz, and the difference equation by hand. */
START_TEST(lowpass)
{
    enum { LONG = 48000 };
    static float sine[LONG], out[LONG];
    float *const in_ch[] = {sine};
    float *const out_ch[] = {out};
    gph_table_sound sound = {in_ch, 1, LONG};
    float with[GPH_TABLE_N_PARAMS] = {[GPH_TABLE_CUTOFF] = 1000};
    for (int f = 0; f < LONG; f++)
        sine[f] = (float)sin(2 * acos(-1) * 1000 * f / RATE);
    gph_table_operate(GPH_TABLE_DO_LOWPASS, with, RATE, &sound, NULL, out_ch);
    double power = 0;
    for (int f = LONG / 2; f < LONG; f++)
        power += (double)out[f] * (double)out[f] / (LONG / 2);
    ck_assert_double_eq_tol(power, 0.25, 1e-5); /* of a sine's 0.5 */
    for (int f = 0; f < LONG; f++)
        sine[f] = 0.5f;
    gph_table_operate(GPH_TABLE_DO_LOWPASS, with, RATE, &sound, NULL, out_ch);
    ck_assert_float_eq_tol(out[LONG - 1], 0.5f, 1e-7f);
    double b = 2 - cos(2 * acos(-1) * 1000 / RATE), pole = b - sqrt(b * b - 1);
    ck_assert_float_eq_tol(out[0], (float)(0.5 * (1 - pole)), 1e-7f);
    ck_assert_float_eq_tol(out[1], (float)(0.5 * (1 - pole * pole)), 1e-7f);
}
END_TEST

START_TEST(arithmetic)
{
    static float other_left[40];
    float *const other_ch[] = {other_left};
    gph_table_sound other = {other_ch, 1, 40};
    float with[GPH_TABLE_N_PARAMS] = {[GPH_TABLE_AMOUNT] = 0.25f};
    for (int f = 0; f < 40; f++)
        other_left[f] = (float)f / 40;
    for (int second = 0; second < 2; second++)
        for (uint32_t what = GPH_TABLE_DO_ADD; what <= GPH_TABLE_DO_MULTIPLY; what++) {
            fill();
            gph_table_operate(what, with, RATE, &from, second ? &other : NULL, to);
            for (int f = 0; f < FRAMES; f++) {
                float by = second ? 0.25f * other_left[f % 40] : 0.25f;
                float sum = what == GPH_TABLE_DO_ADD        ? right[f] + by
                            : what == GPH_TABLE_DO_SUBTRACT ? right[f] - by
                                                            : right[f] * by;
                ck_assert_float_eq_tol(to_right[f], second && f >= 40 ? right[f] : sum, 1e-7f);
            }
        }
}
END_TEST

/* What would not be a number is 0, and counted. */
START_TEST(not_finite)
{
    fill();
    left[3] = FLT_MAX;
    right[9] = -FLT_MAX;
    float with[GPH_TABLE_N_PARAMS] = {[GPH_TABLE_AMOUNT] = 1000, [GPH_TABLE_EXPONENT] = 100};
    ck_assert_uint_eq(gph_table_operate(GPH_TABLE_DO_MULTIPLY, with, RATE, &from, NULL, to), 2);
    ck_assert(to_left[3] == 0 && to_right[9] == 0 && to_left[4] == left[4] * 1000);
    ck_assert_uint_eq(gph_table_operate(GPH_TABLE_DO_POW, with, RATE, &from, NULL, to), 2);
    ck_assert(to_left[3] == 0 && to_right[9] == 0);
}
END_TEST

SUITE("operations", normalize, remove_dc, simple_ones, fades, rotation, lowpass, arithmetic,
      not_finite)

/* noise: distribution, spectrum, repetition. [test program] */
#include "../bench/module_bench.h"
#include "../suite.h"
#include <math.h>

#include <string.h>

enum { FRAMES = 262144 };

START_TEST(descriptor)
{
    bench_check_descriptor("noise");
}
END_TEST

static take *
noise(const char *color, const char *seed)
{
    bench b = {.type = "noise", .rate = 48000};
    bench_set(&b, "color", color);
    bench_set(&b, "seed", seed);
    bench_set(&b, "channels", "2");
    bench_param(&b, "gain", 0, 0, 0);
    return bench_run(&b, FRAMES, NULL, 0);
}

static double
rms(const float *x, double *mean)
{
    double sum = 0, squares = 0;
    for (int f = 0; f < FRAMES; f++)
        sum += (double)x[f], squares += (double)x[f] * (double)x[f];
    *mean = sum / FRAMES;
    return sqrt(squares / FRAMES);
}

START_TEST(white)
{
    take *t = noise("white", "1"), *again = noise("white", "1"), *other = noise("white", "2");
    double mean, ab = 0, ac = 0, lag = 0;
    uint32_t counts[16] = {0};
    ck_assert_double_eq_tol(rms(t->out[0][0], &mean), sqrt(1.0 / 3), 0.003);
    ck_assert_double_lt(fabs(mean), 0.005);
    for (int f = 0; f < FRAMES; f++) {
        double x = (double)t->out[0][0][f];
        ck_assert(x >= -1 && x < 1);
        counts[(int)((x + 1) * 8)]++;
        ab += x * (double)t->out[0][1][f];
        ac += x * (double)other->out[0][0][f];
        lag += f ? x * (double)t->out[0][0][f - 1] : 0;
    }
    double chi = 0;
    for (int n = 0; n < 16; n++)
        chi += pow(counts[n] - FRAMES / 16.0, 2) / (FRAMES / 16.0);
    ck_assert_double_lt(chi, 40); /* 15 degrees of freedom: p < 0.001 beyond 37.7 */
    ck_assert_double_lt(fabs(ab) / FRAMES, 0.003);
    ck_assert_double_lt(fabs(ac) / FRAMES, 0.003);
    ck_assert_double_lt(fabs(lag) / FRAMES, 0.003);
    ck_assert_mem_eq(t->out[0][0], again->out[0][0], FRAMES * sizeof(float));
    take_free(t);
    take_free(again);
    take_free(other);
}
END_TEST

/* Power about a frequency, by 40 bins of Goertzel's kind in many short windows. */
static double
power(const float *x, double hertz)
{
    double sum = 0;
    for (int w = 0; w < 32; w++)
        for (int k = -2; k <= 2; k++) {
            double size = response_at(x + w * 8192, 8192, hertz * (1 + k * 0.05), 48000);
            sum += size * size;
        }
    return sum;
}

START_TEST(slopes)
{
    take *pink = noise("pink", "1"), *brown = noise("brown", "1");
    double mean, octaves = log2(6400 / 200.0);
    /* A window is 8192 frames: leakage is below what is asked for here. */
    double p = 10 * log10(power(pink->out[0][0], 200) / power(pink->out[0][0], 6400)) / octaves;
    double b = 10 * log10(power(brown->out[0][0], 200) / power(brown->out[0][0], 3200)) / 4;
    ck_assert_double_eq_tol(p, 3.01, 0.4);
    ck_assert_double_eq_tol(b, 6.02, 0.6);
    ck_assert_double_eq_tol(20 * log10(rms(brown->out[0][0], &mean)), -12, 1.5);
    double level = 20 * log10(rms(pink->out[0][0], &mean));
    ck_assert_msg(level > -22 && level < -10, "pink has %g dB", level);
    take_free(pink);
    take_free(brown);
}
END_TEST

/* As wide as can be, and another in each. */
START_TEST(widest)
{
    bench b = {.type = "noise", .rate = 48000};
    bench_set(&b, "channels", "1024");
    take *t = bench_run(&b, 100, NULL, 0);
    ck_assert_uint_eq(t->channels[0], GPH_MAX_CHANNELS);
    for (uint32_t c = 1; c < GPH_MAX_CHANNELS; c++)
        ck_assert_int_ne(memcmp(t->out[0][0], t->out[0][c], 100 * sizeof(float)), 0);
    take_free(t);
}
END_TEST

START_TEST(blocks)
{
    static const char *const colors[] = {"white", "pink", "brown"};
    for (int n = 0; n < 3; n++) {
        bench b = {.type = "noise", .rate = 44100};
        bench_set(&b, "color", colors[n]);
        bench_set(&b, "channels", "3");
        bench_param(&b, "gain", 0, 500, 0);
        bench_check_blocks(&b, 3000);
    }
}
END_TEST

SUITE("noise", descriptor, white, slopes, widest, blocks)

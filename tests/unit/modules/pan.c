/* pan against its laws. [test program] */
#include "../bench/module_bench.h"
#include "../suite.h"
#include <math.h>

START_TEST(descriptor)
{
    bench_check_descriptor("pan");
}
END_TEST

/* Gains of a constant 1 (mono), or of 1 on one side (stereo). */
static take *
gains(uint32_t inputs, uint32_t side, const char *outputs, const char *law, float pan, float spread)
{
    float **one = signal_impulse(2, 4, 0, 1);
    for (uint32_t c = 0; c < inputs; c++)
        one[c][0] = c == side;
    bench b = {.type = "pan", .rate = 48000, .in = {{inputs, one}}};
    bench_set(&b, "outputs", outputs);
    bench_set(&b, "law", law);
    bench_param(&b, "pan", 0, 0, pan);
    bench_param(&b, "spread", 0, 0, spread);
    take *t = bench_run(&b, 4, NULL, 0);
    ck_assert_int_eq(t->status, 0);
    signal_free(one);
    return t;
}

static double
gain(const take *t, uint32_t output)
{
    return (double)t->out[0][output][0];
}

START_TEST(two_outputs)
{
    for (int n = -10; n <= 10; n++) {
        float pan = (float)n / 10;
        double angle = ((double)pan + 1) * M_PI / 4;
        take *power = gains(1, 0, "2", "power", pan, 0.5f);
        take *linear = gains(1, 0, "2", "linear", pan, 0.5f);
        ck_assert_double_eq_tol(gain(power, 0), cos(angle), 1e-7);
        ck_assert_double_eq_tol(gain(power, 1), sin(angle), 1e-7);
        ck_assert_double_eq_tol(gain(linear, 0), (1 - (double)pan) / 2, 1e-7);
        ck_assert_double_eq_tol(gain(linear, 1), (1 + (double)pan) / 2, 1e-7);
        take_free(power);
        take_free(linear);
    }
}
END_TEST

/* In a row of five: a sound on an output, or between two, with spread 0; power and sum are kept. */
START_TEST(row)
{
    take *t = gains(1, 0, "5", "power", 0.5f, 0);
    for (uint32_t o = 0; o < 5; o++)
        ck_assert_double_eq_tol(gain(t, o), o == 3, 1e-7);
    take_free(t);
    t = gains(1, 0, "5", "power", 0.25f, 0);
    ck_assert_double_eq_tol(gain(t, 2), sqrt(0.5), 1e-7);
    ck_assert_double_eq_tol(gain(t, 3), sqrt(0.5), 1e-7);
    ck_assert_double_eq_tol(gain(t, 1), 0, 1e-9);
    take_free(t);
    for (int n = 0; n <= 20; n++) {
        double power = 0, sum = 0;
        take *p = gains(1, 0, "5", "power", (float)n / 10 - 1, (float)n / 20);
        take *l = gains(1, 0, "5", "linear", (float)n / 10 - 1, (float)n / 20);
        for (uint32_t o = 0; o < 5; o++)
            power += gain(p, o) * gain(p, o), sum += gain(l, o);
        ck_assert_double_eq_tol(power, 1, 1e-6);
        ck_assert_double_eq_tol(sum, 1, 1e-6);
        take_free(p);
        take_free(l);
    }
    t = gains(1, 0, "5", "power", 0,
              0.5f); /* reach 2.5: weights cos(0), cos(36), cos(72 degrees) */
    double one = cos(M_PI / 5), two = cos(2 * M_PI / 5);
    double total = sqrt(1 + 2 * one * one + 2 * two * two);
    ck_assert_double_eq_tol(gain(t, 2), 1 / total, 1e-6);
    ck_assert_double_eq_tol(gain(t, 1), one / total, 1e-6);
    ck_assert_double_eq_tol(gain(t, 4), two / total, 1e-6);
    take_free(t);
}
END_TEST

/* A stereo sound in the middle stays as it is; at one side both stand there or half way. */
START_TEST(stereo)
{
    take *left = gains(2, 0, "2", "power", 0, 0.5f), *right = gains(2, 1, "2", "power", 0, 0.5f);
    ck_assert_double_eq_tol(gain(left, 0), 1, 1e-7);
    ck_assert_double_eq_tol(gain(left, 1), 0, 1e-7);
    ck_assert_double_eq_tol(gain(right, 0), 0, 1e-7);
    ck_assert_double_eq_tol(gain(right, 1), 1, 1e-7);
    take_free(left);
    take_free(right);
    left = gains(2, 0, "2", "power", 1, 0.5f);
    ck_assert_double_eq_tol(gain(left, 0), sqrt(0.5), 1e-7);
    ck_assert_double_eq_tol(gain(left, 1), sqrt(0.5), 1e-7);
    take_free(left);
}
END_TEST

START_TEST(blocks)
{
    float **noise = signal_noise(2, 4000, 0.5f);
    for (uint32_t inputs = 1; inputs <= 2; inputs++) {
        bench b = {.type = "pan", .rate = 48000, .in = {{inputs, noise}}};
        bench_set(&b, "outputs", inputs == 1 ? "2" : "7");
        bench_param(&b, "pan", 0, 700, -1);
        bench_param(&b, "spread", 0, 900, 1);
        bench_check_blocks(&b, 4000);
        bench_check_recovery(&b, 0.1);
    }
    signal_free(noise);
}
END_TEST

SUITE("pan", descriptor, two_outputs, row, stereo, blocks)

/* meter: readings and triggers in closed form. [test program] */
#include "../bench/module_bench.h"
#include "../suite.h"
#include <math.h>

enum { PEAK, RMS, CLIPS };

START_TEST(descriptor)
{
    bench_check_descriptor("meter");
}
END_TEST

/* A sine of -6 dB: peak -6, RMS 3.01 lower; of the last whole period only. */
START_TEST(sine)
{
    float **ch = signal_sine(2, 12000, 1000, 48000, pow(10, -6 / 20.0));
    for (int f = 4800; f < 12000; f++)
        ch[1][f] = 0;
    bench b = {.type = "meter", .rate = 48000, .in = {{2, ch}}};
    take *t = bench_run(&b, 12000, NULL, 0);
    ck_assert_uint_eq(t->n_outs, 0);
    ck_assert_double_eq_tol((double)t->meters[PEAK][0], -6, 1e-3);
    ck_assert_double_eq_tol((double)t->meters[RMS][0], -6 - 10 * log10(2), 1e-4);
    ck_assert(t->meters[PEAK][1] == -200);
    ck_assert(t->meters[RMS][1] == -200);
    take_free(t);
    t = bench_run(&b, 4799, NULL, 0); /* no period has ended */
    ck_assert(t->meters[PEAK][0] == -200);
    take_free(t);
    signal_free(ch);
}
END_TEST

START_TEST(clips)
{
    float **ch = signal_impulse(2, 20000, 0, 0);
    for (int f = 0; f < 14400; f += 100)
        ch[0][f] = f % 200 ? 1.0f : -1.5f;
    ch[1][7] = 0.999f;
    bench b = {.type = "meter", .rate = 48000, .in = {{2, ch}}};
    take *t = bench_run(&b, 20000, NULL, 0);
    ck_assert(t->meters[CLIPS][0] == 144);
    ck_assert(t->meters[CLIPS][1] == 0);
    take_free(t);
    signal_free(ch);
}
END_TEST

START_TEST(triggers)
{
    float **ch = signal_impulse(2, 48000, 0, 0);
    ch[0][1000] = 0.0101f;  /* -39.9 dB */
    ch[1][2500] = -0.0101f; /* within the hold */
    ch[0][9000] = 0.0099f;  /* under the threshold */
    ch[1][20000] = 0.5f;
    bench b = {.type = "meter", .rate = 48000, .in = {{2, ch}}};
    bench_param(&b, "hold", 0, 0, 0.1f);
    take *t = bench_run(&b, 48000, NULL, 0);
    ck_assert_uint_eq(take_count(t, "above"), 2);
    ck_assert_uint_eq(take_count(t, "below"), 2);
    ck_assert_int_eq(take_when(t, "above", 0), 1000);
    ck_assert_int_eq(take_when(t, "below", 0), 2500 + 4801);
    ck_assert_int_eq(take_when(t, "above", 1), 20000);
    ck_assert_int_eq(take_when(t, "below", 1), 20000 + 4801);
    take_free(t);
    signal_free(ch);
}
END_TEST

START_TEST(blocks_and_widths)
{
    float **noise = signal_noise(3, 9000, 1.2f);
    for (int f = 0; f < 9000; f++)
        for (int c = 0; c < 3; c++)
            noise[c][f] *= f / 700 % 2 ? 0.001f : 1.0f;
    bench b = {.type = "meter", .rate = 48000, .in = {{3, noise}}};
    bench_set(&b, "every", "333fr");
    bench_param(&b, "hold", 0, 0, 0.002f);
    bench_param(&b, "threshold", 0, 4000, -10);
    bench_check_blocks(&b, 9000);
    bench_check_widths(&b, 1500, false);
    signal_free(noise);
}
END_TEST

/* After NaN the next period reads as ever. */
START_TEST(recovery)
{
    float **ch = signal_sine(1, 14400, 1000, 48000, 0.5);
    ch[0][2000] = NAN;
    bench b = {.type = "meter", .rate = 48000, .in = {{1, ch}}};
    take *t = bench_run(&b, 14400, NULL, 0);
    ck_assert_double_eq_tol((double)t->meters[RMS][0], 20 * log10(0.5) - 10 * log10(2), 1e-4);
    take_free(t);
    t = bench_run(&b, 4800, NULL, 0);
    ck_assert(isfinite(t->meters[RMS][0]) && isfinite(t->meters[PEAK][0]));
    take_free(t);
    signal_free(ch);
}
END_TEST

SUITE("meter", descriptor, sine, clips, triggers, blocks_and_widths, recovery)

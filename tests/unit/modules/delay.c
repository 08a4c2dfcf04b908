/* delay against a plain line of samples. [test program] */
#include "../bench/module_bench.h"
#include "../suite.h"
#include <math.h>

START_TEST(descriptor)
{
    bench_check_descriptor("delay");
}
END_TEST

/* Echoes of an impulse: mix * feedback^(k-1) at k * time. */
START_TEST(echoes)
{
    float **one = signal_impulse(1, 48000, 0, 1);
    bench b = {.type = "delay", .rate = 48000, .in = {{1, one}}};
    bench_param(&b, "time", 0, 0, 0.1f);
    bench_param(&b, "feedback", 0, 0, -0.5f);
    bench_param(&b, "mix", 0, 0, 0.25f);
    take *t = bench_run(&b, 48000, NULL, 0);
    for (int f = 0; f < 48000; f++) {
        double wanted = f == 0 ? 0.75 : f % 4800 ? 0 : 0.25 * pow(-0.5, f / 4800 - 1);
        ck_assert_double_eq_tol((double)t->out[0][0][f], wanted, 1e-9);
    }
    ck_assert_uint_eq(t->latency, 0);
    ck_assert_int_ge(t->tail, 96000);
    take_free(t);
    signal_free(one);
}
END_TEST

/* The longest, and longer than that; a delayed sample is the very sample. */
START_TEST(longest)
{
    float **noise = signal_noise(1, 6000, 1);
    bench b = {.type = "delay", .rate = 44100, .in = {{1, noise}}};
    bench_set(&b, "max", "4096fr");
    bench_param(&b, "time", 0, 0, 4096 / 44100.0f);
    bench_param(&b, "mix", 0, 0, 1);
    take *t = bench_run(&b, 6000, NULL, 0);
    for (int f = 0; f < 6000; f++)
        ck_assert(t->out[0][0][f] == (f < 4096 ? 0 : noise[0][f - 4096]));
    take_free(t);
    bench_param(&b, "time", 0, 0, 1);
    t = bench_run(&b, 6000, NULL, 0);
    ck_assert(t->out[0][0][5000] == noise[0][904]);
    take_free(t);
    signal_free(noise);
}
END_TEST

/* Half a frame is the mean of two neighbours; zero is one frame. */
START_TEST(fractions)
{
    float **noise = signal_noise(1, 3000, 1);
    bench b = {.type = "delay", .rate = 48000, .in = {{1, noise}}};
    bench_param(&b, "mix", 0, 0, 1);
    bench_param(&b, "time", 0, 0, 100.5f / 48000);
    take *t = bench_run(&b, 3000, NULL, 0);
    for (int f = 101; f < 3000; f++)
        ck_assert_double_eq_tol((double)t->out[0][0][f],
                                ((double)noise[0][f - 100] + (double)noise[0][f - 101]) / 2, 1e-7);
    take_free(t);
    bench_param(&b, "time", 0, 0, 0);
    t = bench_run(&b, 3000, NULL, 0);
    ck_assert(t->out[0][0][2000] == noise[0][1999]);
    take_free(t);
    signal_free(noise);
}
END_TEST

/* All lengths about the sizes of chunk (64) and line (512), where vectors and single frames take turns. */
START_TEST(every_length)
{
    float **noise = signal_noise(1, 2000, 0.5f);
    for (uint32_t d = 1; d <= 510; d += d == 130 ? 310 : 1) {
        bench b = {.type = "delay", .rate = 48000, .in = {{1, noise}}};
        bench_set(&b, "max", "510fr");
        bench_param(&b, "time", 0, 0, (float)d / 48000);
        bench_param(&b, "feedback", 0, 0, 0.7f);
        bench_param(&b, "mix", 0, 0, 1);
        take *t = bench_run(&b, 2000, NULL, 0);
        static double line[2000];
        for (uint32_t f = 0; f < 2000; f++) {
            double wet = f < d ? 0 : line[f - d];
            line[f] = (double)noise[0][f] + (double)0.7f * wet;
            ck_assert_double_eq_tol((double)t->out[0][0][f], wet, 2e-6);
        }
        take_free(t);
    }
    signal_free(noise);
}
END_TEST

START_TEST(blocks_and_widths)
{
    float **noise = signal_noise(3, 8000, 0.5f);
    bench b = {.type = "delay", .rate = 48000, .in = {{3, noise}}};
    bench_set(&b, "max", "50ms");
    bench_param(&b, "time", 0, 0, 0.02f);
    bench_param(&b, "time", 0, 2500, 0.0013f);
    bench_param(&b, "feedback", 0, 300, 0.8f);
    bench_param(&b, "time", 0, 5500, 0.0333f);
    bench_check_blocks(&b, 8000);
    bench_check_widths(&b, 4000, true);
    bench_param(&b, "feedback", 0, 0, 1);
    bench_check_recovery(&b, 1);
    signal_free(noise);
}
END_TEST

SUITE("delay", descriptor, echoes, longest, fractions, every_length, blocks_and_widths)

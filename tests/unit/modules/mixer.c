/* mixer against its closed form. [test program] */
#include "../bench/module_bench.h"
#include "../suite.h"
#include <math.h>

START_TEST(descriptor)
{
    bench_check_descriptor("mixer");
}
END_TEST

START_TEST(stereo)
{
    float **noise = signal_noise(5, 2000, 1);
    bench b = {.type = "mixer", .rate = 48000, .in = {{5, noise}}};
    static const double gains[] = {0, -6, -12, 6, 0}, pans[] = {-1, -0.5, 0, 0.3, 1};
    for (uint32_t c = 0; c < 5; c++) {
        bench_param(&b, "gain", c, 0, (float)gains[c]);
        bench_param(&b, "pan", c, 0, (float)pans[c]);
    }
    bench_param(&b, "mute", 3, 0, 1);
    take *t = bench_run(&b, 2000, NULL, 0);
    ck_assert_uint_eq(t->channels[0], 2);
    for (int f = 0; f < 2000; f++) {
        double left = 0, right = 0;
        for (int c = 0; c < 5; c++) {
            double x = c == 3 ? 0 : (double)noise[c][f] * pow(10, gains[c] / 20);
            left += x * cos((pans[c] + 1) * M_PI / 4);
            right += x * sin((pans[c] + 1) * M_PI / 4);
        }
        ck_assert_double_eq_tol((double)t->out[0][0][f], left, 1e-6);
        ck_assert_double_eq_tol((double)t->out[0][1][f], right, 1e-6);
    }
    take_free(t);
    signal_free(noise);
}
END_TEST

START_TEST(mono)
{
    float **noise = signal_noise(3, 1000, 1);
    bench b = {.type = "mixer", .rate = 48000, .in = {{3, noise}}};
    bench_set(&b, "outputs", "1");
    bench_param(&b, "pan", 0, 0, -1);
    take *t = bench_run(&b, 1000, NULL, 0);
    ck_assert_uint_eq(t->channels[0], 1);
    for (int f = 0; f < 1000; f++)
        ck_assert_double_eq_tol((double)t->out[0][0][f],
                                (double)noise[0][f] + (double)noise[1][f] + (double)noise[2][f],
                                1e-6);
    take_free(t);
    signal_free(noise);
}
END_TEST

START_TEST(blocks_and_widths)
{
    float **noise = signal_noise(4, 5000, 0.5f);
    bench b = {.type = "mixer", .rate = 48000, .in = {{4, noise}}};
    bench_param(&b, "pan", 0, 500, 1);
    bench_param(&b, "gain", 2, 1100, -INFINITY);
    bench_param(&b, "mute", 3, 2100, 1);
    bench_check_blocks(&b, 5000);
    bench_check_recovery(&b, 0.1);
    bench plain = {.type = "mixer", .rate = 48000};
    bench_check_widths(&plain, 1000, false);
    signal_free(noise);
}
END_TEST

SUITE("mixer", descriptor, stereo, mono, blocks_and_widths)

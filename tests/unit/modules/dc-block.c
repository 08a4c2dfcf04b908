/* dc-block against the first-order high-pass in closed form. [test program] */
#include "../bench/module_bench.h"
#include "../suite.h"
#include <math.h>

START_TEST(descriptor)
{
    bench_check_descriptor("dc-block");
}
END_TEST

START_TEST(response)
{
    float **impulse = signal_impulse(1, 96000, 0, 1);
    bench b = {.type = "dc-block", .rate = 48000, .in = {{1, impulse}}};
    bench_param(&b, "freq", 0, 0, 20);
    take *t = bench_run(&b, 96000, NULL, 0);
    static const double points[] = {2, 20, 200, 20000};
    for (int n = 0; n < 4; n++) {
        double x = tan(M_PI * points[n] / 48000) / tan(M_PI * 20 / 48000);
        ck_assert_double_eq_tol(response_at(t->out[0][0], 96000, points[n], 48000),
                                x / sqrt(1 + x * x), 1e-5);
    }
    ck_assert_double_eq_tol(response_at(t->out[0][0], 96000, 20, 48000), sqrt(0.5), 1e-5);
    take_free(t);
    signal_free(impulse);
}
END_TEST

/* An offset goes, as exp(-2 pi f t). */
START_TEST(offset)
{
    float **dc = signal_impulse(1, 48000, 0, 0);
    for (int f = 0; f < 48000; f++)
        dc[0][f] = 1;
    bench b = {.type = "dc-block", .rate = 48000, .in = {{1, dc}}};
    take *t = bench_run(&b, 48000, NULL, 0);
    for (int f = 100; f < 48000; f += 100)
        ck_assert_double_eq_tol((double)t->out[0][0][f], exp(-2 * M_PI * 5 * f / 48000), 5e-4);
    take_free(t);
    signal_free(dc);
}
END_TEST

START_TEST(blocks_and_widths)
{
    float **noise = signal_noise(2, 6000, 0.5f);
    bench b = {.type = "dc-block", .rate = 48000, .in = {{2, noise}}};
    bench_param(&b, "freq", 0, 700, 90);
    bench_check_blocks(&b, 6000);
    bench_check_widths(&b, 2000, true);
    bench_check_recovery(&b, 1);
    signal_free(noise);
}
END_TEST

SUITE("dc-block", descriptor, response, offset, blocks_and_widths)

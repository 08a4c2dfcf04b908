/* matrix against its closed form. [test program] */
#include "../bench/module_bench.h"
#include "../suite.h"
#include <math.h>

START_TEST(descriptor)
{
    bench_check_descriptor("matrix");
}
END_TEST

START_TEST(identity)
{
    float **noise = signal_noise(3, 500, 1);
    bench b = {.type = "matrix", .rate = 48000, .in = {{3, noise}}};
    bench_set(&b, "outputs", "4");
    take *t = bench_run(&b, 500, NULL, 0);
    ck_assert_uint_eq(t->channels[0], 4);
    for (int c = 0; c < 3; c++)
        ck_assert_mem_eq(t->out[0][c], noise[c], 500 * sizeof(float));
    for (int f = 0; f < 500; f++)
        ck_assert(t->out[0][3][f] == 0);
    take_free(t);
    signal_free(noise);
}
END_TEST

/* gain[out * n_in + in]. */
START_TEST(crosspoints)
{
    float **noise = signal_noise(3, 500, 1);
    bench b = {.type = "matrix", .rate = 48000, .in = {{3, noise}}};
    bench_set(&b, "outputs", "2");
    bench_set(&b, "preset", "none");
    bench_param(&b, "gain", 1 * 3 + 0, 0, -6);
    bench_param(&b, "gain", 1 * 3 + 2, 0, 6);
    take *t = bench_run(&b, 500, NULL, 0);
    for (int f = 0; f < 500; f++) {
        ck_assert(t->out[0][0][f] == 0);
        double wanted = (double)noise[0][f] * pow(10, -0.3) + (double)noise[2][f] * pow(10, 0.3);
        ck_assert_double_eq_tol((double)t->out[0][1][f], wanted, 1e-6);
    }
    take_free(t);
    signal_free(noise);
}
END_TEST

/* Off is off: NaN on a channel stays there. */
START_TEST(off_stops_nan)
{
    float **noise = signal_noise(2, 3000, 1);
    noise[0][1234] = NAN;
    noise[0][2234] = INFINITY;
    bench b = {.type = "matrix", .rate = 48000, .in = {{2, noise}}};
    bench_set(&b, "outputs", "2");
    bench_param(&b, "gain", 3, 1200, -6); /* so that crosspoints are read frame by frame */
    take *t = bench_run(&b, 3000, NULL, 0);
    for (int f = 0; f < 3000; f++)
        ck_assert(isfinite(t->out[0][1][f]));
    ck_assert(isnan(t->out[0][0][1234]));
    take_free(t);
    signal_free(noise);
}
END_TEST

START_TEST(blocks_and_widths)
{
    float **noise = signal_noise(5, 4000, 0.5f);
    bench b = {.type = "matrix", .rate = 48000, .in = {{5, noise}}};
    bench_set(&b, "outputs", "3");
    bench_param(&b, "gain", 7, 500, 3);
    bench_param(&b, "gain", 0, 1500, -INFINITY);
    bench_check_blocks(&b, 4000);
    bench_check_recovery(&b, 0.1);
    bench plain = {.type = "matrix", .rate = 48000};
    bench_set(&plain, "outputs", "8");
    bench_check_widths(&plain, 500, false);
    signal_free(noise);
}
END_TEST

SUITE("matrix", descriptor, identity, crosspoints, off_stops_nan, blocks_and_widths)

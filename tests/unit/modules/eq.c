/* eq against biquads in a row. [test program] */
#include "../bench/module_bench.h"
#include "../suite.h"
#include <math.h>

START_TEST(descriptor)
{
    bench_check_descriptor("eq");
}
END_TEST

/* Three bands are three biquad modules, up to one rounding to float between two of them. */
START_TEST(is_a_row_of_biquads)
{
    static const char *const kinds[] = {"lowshelf", "peak", "highpass"};
    static const float freq[] = {200, 3000, 40}, q[] = {0.707f, 4, 1}, gain[] = {-6, 12, 0};
    float **noise = signal_noise(2, 5000, 0.5f);
    bench whole = {.type = "eq", .rate = 44100, .in = {{2, noise}}};
    bench_set(&whole, "kinds", "lowshelf, peak, highpass");
    take *step = NULL;
    for (uint32_t n = 0; n < 3; n++) {
        bench_param(&whole, "freq", n, 0, freq[n]);
        bench_param(&whole, "q", n, 0, q[n]);
        bench_param(&whole, "gain", n, 0, gain[n]);
        bench one = {.type = "biquad", .rate = 44100, .in = {{2, step ? step->out[0] : noise}}};
        bench_set(&one, "kind", kinds[n]);
        bench_param(&one, "freq", 0, 0, freq[n]);
        bench_param(&one, "q", 0, 0, q[n]);
        bench_param(&one, "gain", 0, 0, gain[n]);
        take *next = bench_run(&one, 5000, NULL, 0);
        take_free(step);
        step = next;
    }
    take *t = bench_run(&whole, 5000, NULL, 0);
    for (uint32_t c = 0; c < 2; c++)
        for (uint32_t f = 0; f < 5000; f++)
            ck_assert_double_eq_tol((double)t->out[0][c][f], (double)step->out[0][c][f], 5e-7);
    take_free(t);
    take_free(step);
    signal_free(noise);
}
END_TEST

START_TEST(too_many_bands)
{
    float **noise = signal_noise(1, 10, 1);
    bench b = {.type = "eq", .rate = 48000, .in = {{1, noise}}};
    bench_set(&b, "kinds", "peak, peak, peak, peak, peak, peak, peak, peak, peak");
    take *t = bench_run(&b, 10, NULL, 0);
    ck_assert_int_eq(t->status, GPH_ARGUMENT);
    ck_assert_str_eq(t->bad_setting, "kinds");
    take_free(t);
    signal_free(noise);
}
END_TEST

START_TEST(blocks_and_widths)
{
    float **noise = signal_noise(3, 4000, 0.5f);
    bench b = {.type = "eq", .rate = 48000, .in = {{3, noise}}};
    bench_set(&b, "kinds", "lowshelf, peak, peak, highshelf, notch, allpass, highpass, lowpass");
    bench_param(&b, "freq", 1, 300, 5000);
    bench_param(&b, "gain", 1, 900, -20);
    bench_param(&b, "gain", 3, 950, 20);
    bench_check_blocks(&b, 4000);
    bench_check_widths(&b, 2000, true);
    bench_check_recovery(&b, 0.5);
    signal_free(noise);
}
END_TEST

SUITE("eq", descriptor, is_a_row_of_biquads, too_many_bands, blocks_and_widths)

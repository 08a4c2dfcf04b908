/* eq against the analogue filters of the cookbook, and biquads in a row. [test program] */
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

/* The response of a row is the product of its bands', each with its own frequency, q and gain. */
START_TEST(responses)
{
    static const double points[] = {20, 100, 300, 1000, 2900, 7000, 15000, 21000};
    static const struct {
        int kind;
        float freq, q, gain;
    } bands[] = {{6, 150, 0.6f, 7},
                 {5, 900, 3, -11},
                 {5, 3000, 1.5f, 5},
                 {7, 8000, 0.8f, -9},
                 {1, 35, 0.707f, 0}};
    float **impulse = signal_impulse(1, 48000, 0, 1);
    bench b = {.type = "eq", .rate = 48000, .in = {{1, impulse}}};
    bench_set(&b, "kinds", "lowshelf, peak, peak, highshelf, highpass");
    for (uint32_t n = 0; n < 5; n++) {
        bench_param(&b, "freq", n, 0, bands[n].freq);
        bench_param(&b, "q", n, 0, bands[n].q);
        bench_param(&b, "gain", n, 0, bands[n].gain);
    }
    take *t = bench_run(&b, 48000, NULL, 0);
    for (size_t p = 0; p < sizeof points / sizeof *points; p++) {
        double wanted = 1;
        for (int n = 0; n < 5; n++)
            wanted *= analogue_response(bands[n].kind, points[p], (double)bands[n].freq,
                                        (double)bands[n].q, (double)bands[n].gain, 48000);
        ck_assert_double_eq_tol(response_at(t->out[0][0], 48000, points[p], 48000), wanted, 2e-5);
    }
    take_free(t);
    signal_free(impulse);
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

SUITE("eq", descriptor, responses, is_a_row_of_biquads, too_many_bands, blocks_and_widths)

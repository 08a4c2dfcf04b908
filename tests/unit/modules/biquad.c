/* biquad against the analogue filters of the cookbook, and a second implementation. [test program] */
#include "../bench/module_bench.h"
#include "../suite.h"
#include <math.h>

static const char *const kinds[] = {"lowpass", "highpass", "bandpass", "notch",
                                    "allpass", "peak",     "lowshelf", "highshelf"};

START_TEST(descriptor)
{
    bench_check_descriptor("biquad");
}
END_TEST

START_TEST(responses)
{
    static const double points[] = {30, 300, 900, 1500, 5000, 15000, 21000};
    float **impulse = signal_impulse(1, 8192, 0, 1);
    for (int kind = 0; kind < 8; kind++) {
        bench b = {.type = "biquad", .rate = 48000, .in = {{1, impulse}}};
        bench_set(&b, "kind", kinds[kind]);
        bench_param(&b, "freq", 0, 0, 1500);
        bench_param(&b, "q", 0, 0, 2.5f);
        bench_param(&b, "gain", 0, 0, 9);
        take *t = bench_run(&b, 8192, NULL, 0);
        for (size_t n = 0; n < sizeof points / sizeof *points; n++) {
            double is = response_at(t->out[0][0], 8192, points[n], 48000);
            double wanted = analogue_response(kind, points[n], 1500, 2.5, 9, 48000);
            ck_assert_msg(fabs(is - wanted) < 2e-5, "%s at %g Hz: %g, not %g", kinds[kind],
                          points[n], is, wanted);
        }
        take_free(t);
    }
    signal_free(impulse);
}
END_TEST

/* 1 Hz at 96 kHz: where single precision would not do. Against direct form I in long double. */
START_TEST(precision)
{
    float **noise = signal_noise(1, 96000, 1);
    bench b = {.type = "biquad", .rate = 96000, .in = {{1, noise}}};
    bench_set(&b, "kind", "highpass");
    bench_param(&b, "freq", 0, 0, 1);
    take *t = bench_run(&b, 96000, NULL, 0);
    long double k = tanl(3.14159265358979323846L / 96000), q = 0.707f;
    long double n = 1 / (1 + k / q + k * k), x1 = 0, x2 = 0, y1 = 0, y2 = 0;
    for (int f = 0; f < 96000; f++) {
        long double x = (long double)noise[0][f];
        long double y =
            n * (x - 2 * x1 + x2) - 2 * (k * k - 1) * n * y1 - (1 - k / q + k * k) * n * y2;
        ck_assert_double_eq_tol((double)t->out[0][0][f], (double)y, 2e-7);
        x2 = x1, x1 = x, y2 = y1, y1 = y;
    }
    take_free(t);
    signal_free(noise);
}
END_TEST

START_TEST(blocks_and_widths)
{
    float **noise = signal_noise(5, 6000, 0.5f);
    bench b = {.type = "biquad", .rate = 48000, .in = {{5, noise}}};
    bench_param(&b, "freq", 0, 500, 8000);
    bench_param(&b, "freq", 0, 2100, 100);
    bench_param(&b, "q", 0, 2500, 20);
    bench_check_blocks(&b, 6000);
    bench_check_widths(&b, 3000, true);
    bench_check_recovery(&b, 0.5);
    signal_free(noise);
}
END_TEST

SUITE("biquad", descriptor, responses, precision, blocks_and_widths)

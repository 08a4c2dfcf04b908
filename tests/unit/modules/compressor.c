/* compressor against a second implementation in double precision. [test program] */
#include "../bench/module_bench.h"
#include "../suite.h"
#include <math.h>

enum { FRAMES = 20000 };

START_TEST(descriptor)
{
    bench_check_descriptor("compressor");
}
END_TEST

/* The static curve of Giannoulis et al., in its three pieces. */
static double
reduction(double level, double threshold, double ratio, double knee)
{
    double over = level - threshold, out;
    if (2 * over < -knee)
        out = level;
    else if (2 * fabs(over) <= knee && knee > 0)
        out = level + (1 / ratio - 1) * pow(over + knee / 2, 2) / (2 * knee);
    else
        out = threshold + over / ratio;
    return level - out;
}

/* Constant inputs settle on the curve. */
START_TEST(curve)
{
    for (int db = -40; db <= 0; db += 2)
        for (int knee = 0; knee <= 20; knee += 10) {
            float **dc = signal_impulse(1, FRAMES, 0, 0);
            for (int f = 0; f < FRAMES; f++)
                dc[0][f] = (float)pow(10, db / 20.0);
            bench b = {.type = "compressor", .rate = 48000, .in = {{1, dc}}};
            bench_param(&b, "ratio", 0, 0, 4);
            bench_param(&b, "knee", 0, 0, (float)knee);
            bench_param(&b, "makeup", 0, 0, 6);
            take *t = bench_run(&b, FRAMES, NULL, 0);
            double wanted = reduction(db, -20, 4, knee);
            ck_assert_double_eq_tol((double)t->meters[0][0], wanted, 1e-3);
            ck_assert_double_eq_tol(20 * log10((double)t->out[0][0][FRAMES - 1]), db - wanted + 6,
                                    1e-3);
            take_free(t);
            signal_free(dc);
        }
}
END_TEST

/* Noise in bursts, two linked channels, 2 ms of lookahead. */
START_TEST(reference)
{
    float **noise = signal_noise(2, FRAMES, 0.9f);
    for (int c = 0; c < 2; c++)
        for (int f = 0; f < FRAMES; f++)
            noise[c][f] *= f / 3000 % 2 ? 1.0f : 0.02f;
    bench b = {.type = "compressor", .rate = 48000, .in = {{2, noise}}};
    bench_set(&b, "lookahead", "2ms");
    bench_param(&b, "ratio", 0, 0, 8);
    bench_param(&b, "attack", 0, 0, 0.003f);
    bench_param(&b, "release", 0, 0, 0.04f);
    take *t = bench_run(&b, FRAMES, NULL, 0);
    ck_assert_uint_eq(t->latency, 96);
    double r = 0;
    for (int f = 0; f < FRAMES; f++) {
        double peak = fmax(fmax(fabs((double)noise[0][f]), fabs((double)noise[1][f])), 1e-10);
        double wanted = reduction(20 * log10(peak), -20, 8, 6);
        double pole = exp(-1 / ((wanted > r ? (double)0.003f : (double)0.04f) * 48000));
        r = pole * r + (1 - pole) * wanted;
        for (int c = 0; c < 2; c++) {
            double in = f < 96 ? 0 : (double)noise[c][f - 96];
            ck_assert_double_eq_tol((double)t->out[0][c][f], in * pow(10, -r / 20), 1e-5);
        }
    }
    ck_assert_double_eq_tol((double)t->meters[0][1], r, 1e-3);
    take_free(t);
    signal_free(noise);
}
END_TEST

/* The sidechain rules; unlinked channels have each their own. */
START_TEST(sidechain)
{
    float **quiet = signal_noise(2, FRAMES, 0.001f), **side = signal_impulse(2, FRAMES, 0, 0);
    for (int f = 0; f < FRAMES; f++)
        side[1][f] = 1;
    bench b = {.type = "compressor", .rate = 48000, .in = {{2, quiet}, {2, side}}};
    take *linked = bench_run(&b, FRAMES, NULL, 0);
    bench_set(&b, "link", "off");
    take *own = bench_run(&b, FRAMES, NULL, 0);
    ck_assert_double_eq_tol((double)linked->meters[0][0], 10, 1e-3);
    ck_assert_double_eq_tol((double)linked->meters[0][1], 10, 1e-3);
    ck_assert_double_eq_tol((double)own->meters[0][0], 0, 1e-3);
    ck_assert_double_eq_tol((double)own->meters[0][1], 10, 1e-3);
    ck_assert_mem_eq(own->out[0][0], quiet[0], FRAMES * sizeof(float));
    take_free(linked);
    take_free(own);
    signal_free(quiet);
    signal_free(side);
}
END_TEST

START_TEST(blocks_and_widths)
{
    float **noise = signal_noise(3, 5000, 0.9f);
    static const char *const links[] = {"on", "off"};
    for (int n = 0; n < 2; n++) {
        bench b = {.type = "compressor", .rate = 48000, .in = {{3, noise}}};
        bench_set(&b, "link", links[n]);
        if (n)
            bench_set(&b, "lookahead", "70fr");
        bench_param(&b, "threshold", 0, 500, -40);
        bench_param(&b, "attack", 0, 1500, 0);
        bench_param(&b, "makeup", 0, 2500, 6);
        bench_check_blocks(&b, 5000);
        bench_check_widths(&b, 1500, n == 1);
        bench_check_recovery(&b, 3);
    }
    signal_free(noise);
}
END_TEST

SUITE("compressor", descriptor, curve, reference, sidechain, blocks_and_widths)

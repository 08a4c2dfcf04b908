/* freeverb against a second, sample-by-sample implementation. [test program] */
#include "../bench/module_bench.h"
#include "../suite.h"
#include <math.h>

#include <string.h>

/* As recording.md 4 tells it, one sample at a time, in double precision. */
typedef struct reference {
    double comb[8][8192], low[8], pass[4][4096];
    int comb_length[8], pass_length[4], comb_at[8], pass_at[4];
} reference;

static void
reference_init(reference *r, double rate, int spread)
{
    static const int combs[] = {1116, 1188, 1277, 1356, 1422, 1491, 1557, 1617};
    static const int passes[] = {556, 441, 341, 225};
    memset(r, 0, sizeof *r);
    for (int k = 0; k < 8; k++)
        r->comb_length[k] = (int)((combs[k] + spread) / 44100.0 * rate + 0.5);
    for (int k = 0; k < 4; k++)
        r->pass_length[k] = (int)((passes[k] + spread) / 44100.0 * rate + 0.5);
}

static double
reference_tick(reference *r, double in, double size, double damp, double mix)
{
    double wet = 0;
    for (int k = 0; k < 8; k++) {
        double *cell = &r->comb[k][r->comb_at[k]];
        wet += *cell;
        r->low[k] = *cell * (1 - damp * 0.5) + r->low[k] * (damp * 0.5);
        *cell = in + r->low[k] * (0.7 + 0.29 * size);
        r->comb_at[k] = (r->comb_at[k] + 1) % r->comb_length[k];
    }
    for (int k = 0; k < 4; k++) {
        double *cell = &r->pass[k][r->pass_at[k]], old = *cell;
        *cell = wet + old * 0.5;
        wet = old - wet;
        r->pass_at[k] = (r->pass_at[k] + 1) % r->pass_length[k];
    }
    return wet * 0.015 * sqrt(mix) + in * sqrt(1 - mix);
}

START_TEST(descriptor)
{
    bench_check_descriptor("freeverb");
}
END_TEST

/* The facts of the impulse at (.8, .5, 1), 48 kHz; the energy is of the first second. */
START_TEST(impulse)
{
    float **one = signal_impulse(1, 48000, 0, 1);
    bench b = {.type = "freeverb", .rate = 48000, .in = {{1, one}}};
    bench_param(&b, "size", 0, 0, 0.8f);
    bench_param(&b, "mix", 0, 0, 1);
    take *t = bench_run(&b, 48000, NULL, 0);
    const float *out = t->out[0][0];
    double energy = 0;
    for (int f = 0; f < 48000; f++)
        energy += (double)out[f] * (double)out[f];
    for (int f = 0; f <= 1214; f++)
        ck_assert(out[f] == 0);
    ck_assert_double_eq_tol((double)out[1215], 0.015, 1e-8);
    ck_assert_double_eq_tol((double)out[1460], -0.015, 1e-8);
    ck_assert_double_eq_tol(energy, 0.14293, 5e-6);
    ck_assert_int_gt(t->tail, 48000);
    take_free(t);
    signal_free(one);
}
END_TEST

START_TEST(parity)
{
    static const double rates[] = {44100, 48000, 96000};
    float **noise = signal_noise(2, 40000, 0.5f);
    reference *r = malloc(sizeof *r);
    for (int n = 0; n < 3; n++) {
        bench b = {.type = "freeverb", .rate = rates[n], .in = {{2, noise}}};
        bench_set(&b, "spread", "23");
        bench_param(&b, "size", 0, 0, 0.9f);
        bench_param(&b, "damp", 0, 0, 0.3f);
        bench_param(&b, "mix", 0, 0, 0.6f);
        take *t = bench_run(&b, 40000, NULL, 0);
        for (int c = 0; c < 2; c++) {
            reference_init(r, rates[n], c ? 23 : 0);
            for (int f = 0; f < 40000; f++) {
                double wanted = reference_tick(r, (double)noise[c][f], (double)0.9f, (double)0.3f,
                                               (double)0.6f);
                ck_assert_double_eq_tol((double)t->out[0][c][f], wanted, 1e-6);
            }
        }
        take_free(t);
    }
    free(r);
    signal_free(noise);
}
END_TEST

/* Correlation of the tails of two channels that hear the same. */
static double
correlation(const char *spread)
{
    float **one = signal_impulse(2, 96000, 0, 1);
    bench b = {.type = "freeverb", .rate = 48000, .in = {{2, one}}};
    bench_set(&b, "spread", spread);
    bench_param(&b, "size", 0, 0, 0.8f);
    bench_param(&b, "mix", 0, 0, 1);
    take *t = bench_run(&b, 96000, NULL, 0);
    double ab = 0, aa = 0, bb = 0;
    for (int f = 0; f < 96000; f++) {
        double l = (double)t->out[0][0][f], r = (double)t->out[0][1][f];
        ab += l * r, aa += l * l, bb += r * r;
    }
    take_free(t);
    signal_free(one);
    return ab / sqrt(aa * bb);
}

START_TEST(spread)
{
    ck_assert_double_eq_tol(correlation("0"), 1, 1e-12);
    ck_assert_double_lt(fabs(correlation("23")), 0.1);
}
END_TEST

START_TEST(blocks_and_widths)
{
    float **noise = signal_noise(3, 6000, 0.5f);
    bench b = {.type = "freeverb", .rate = 48000, .in = {{3, noise}}};
    bench_set(&b, "spread", "23");
    bench_param(&b, "size", 0, 700, 1);
    bench_param(&b, "mix", 0, 2000, 1);
    bench_param(&b, "damp", 0, 2100, 0);
    bench_check_blocks(&b, 6000);
    bench plain = {.type = "freeverb", .rate = 48000};
    bench_check_widths(&plain, 3000, true);
    bench_check_recovery(&b, 1);
    signal_free(noise);
}
END_TEST

SUITE("freeverb", descriptor, impulse, parity, spread, blocks_and_widths)

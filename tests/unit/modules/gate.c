/* gate: frames, fades and triggers in closed form. [test program] */
#include "../bench/module_bench.h"
#include "../suite.h"
#include <math.h>

START_TEST(descriptor)
{
    bench_check_descriptor("gate");
}
END_TEST

/* 0.001, from 1000 to 3000 at 0.5, then 0.001 again. */
static float **
burst(uint32_t channels, uint32_t frames)
{
    float **ch = signal_impulse(channels, frames, 0, 0);
    for (uint32_t c = 0; c < channels; c++)
        for (uint32_t f = 0; f < frames; f++)
            ch[c][f] = f >= 1000 && f < 3000 ? 0.5f : 0.001f;
    return ch;
}

START_TEST(opens_and_closes)
{
    float **ch = burst(2, 8000);
    bench b = {.type = "gate", .rate = 48000, .in = {{2, ch}}, .clock = 1000000};
    bench_param(&b, "threshold", 0, 0, -20);
    bench_param(&b, "attack", 0, 0, 0.001f);
    bench_param(&b, "hold", 0, 0, 0.01f);
    bench_param(&b, "release", 0, 0, 0.02f);
    bench_param(&b, "range", 0, 0, -40);
    take *t = bench_run(&b, 8000, NULL, 0);
    for (int f = 0; f < 8000; f++) {
        /* 48 frames up from frame 1000; held for 480 from 3000; 960 frames down. */
        double lift = f < 1000   ? 0
                      : f < 3480 ? fmin(1, (f - 999) / 48.0)
                                 : fmax(0, 1 - (f - 3479) / 960.0);
        double wanted = (double)ch[0][f] * (0.01 + 0.99 * lift);
        ck_assert_double_eq_tol((double)t->out[0][1][f], wanted, 1e-5);
    }
    ck_assert_uint_eq(t->n_events, 2);
    ck_assert_int_eq(take_when(t, "opened", 0), 1001000);
    ck_assert_int_eq(take_when(t, "closed", 0), 1003480);
    take_free(t);
    signal_free(ch);
}
END_TEST

/* Open before the first loud frame is heard; off is silence. */
START_TEST(lookahead)
{
    float **ch = burst(1, 4000);
    bench b = {.type = "gate", .rate = 48000, .in = {{1, ch}}};
    bench_set(&b, "lookahead", "1ms");
    bench_param(&b, "threshold", 0, 0, -20);
    take *t = bench_run(&b, 4000, NULL, 0);
    ck_assert_uint_eq(t->latency, 48);
    for (int f = 0; f < 1000; f++)
        ck_assert(t->out[0][0][f] == 0);
    ck_assert_double_eq_tol((double)t->out[0][0][1048], 0.5, 1e-6);
    ck_assert_int_eq(take_when(t, "opened", 0), 1000);
    take_free(t);
    signal_free(ch);
}
END_TEST

/* Between the two thresholds nothing changes. */
START_TEST(hysteresis)
{
    float **ch = signal_impulse(1, 9000, 0, 0);
    for (int f = 0; f < 9000; f++) /* thresholds 0.1 and 0.0708 */
        ch[0][f] = f < 3000 ? 0.09f : f == 3000 ? 0.11f : f < 6000 ? 0.08f : 0.07f;
    bench b = {.type = "gate", .rate = 48000, .in = {{1, ch}}};
    bench_param(&b, "threshold", 0, 0, -20);
    bench_param(&b, "hold", 0, 0, 0);
    take *t = bench_run(&b, 9000, NULL, 0);
    ck_assert_uint_eq(t->n_events, 2);
    ck_assert_int_eq(take_when(t, "opened", 0), 3000);
    ck_assert_int_eq(take_when(t, "closed", 0), 6000);
    take_free(t);
    signal_free(ch);
}
END_TEST

/* Unlinked: each channel by itself; opened with the first, closed with the last. */
START_TEST(unlinked)
{
    float **ch = burst(2, 9000);
    for (int f = 0; f < 9000; f++)
        ch[1][f] = f >= 2000 && f < 5000 ? 0.5f : 0.001f;
    bench b = {.type = "gate", .rate = 48000, .in = {{2, ch}}};
    bench_set(&b, "link", "off");
    bench_param(&b, "threshold", 0, 0, -20);
    bench_param(&b, "hold", 0, 0, 0);
    take *t = bench_run(&b, 9000, NULL, 0);
    ck_assert_uint_eq(t->n_events, 2);
    ck_assert_int_eq(take_when(t, "opened", 0), 1000);
    ck_assert_int_eq(take_when(t, "closed", 0), 5000);
    ck_assert(t->out[0][1][1500] == 0);
    ck_assert_double_eq_tol((double)t->out[0][0][1500], 0.5, 1e-6);
    take_free(t);
    signal_free(ch);
}
END_TEST

START_TEST(blocks_and_widths)
{
    float **noise = signal_noise(3, 6000, 0.5f);
    for (int f = 0; f < 6000; f++)
        for (int c = 0; c < 3; c++)
            noise[c][f] *= f / 700 % 2 ? 0.1f : 1.0f;
    static const char *const links[] = {"on", "off"};
    for (int n = 0; n < 2; n++) {
        bench b = {.type = "gate", .rate = 48000, .in = {{3, noise}}};
        bench_set(&b, "link", links[n]);
        if (n)
            bench_set(&b, "lookahead", "70fr");
        bench_param(&b, "threshold", 0, 0, -10);
        bench_param(&b, "hold", 0, 0, 0.001f);
        bench_param(&b, "release", 0, 0, 0.005f);
        bench_param(&b, "threshold", 0, 3000, -30);
        bench_param(&b, "range", 0, 4000, -20);
        bench_check_blocks(&b, 6000);
        bench_check_widths(&b, 1500, n == 1);
        bench_check_recovery(&b, 0.2);
    }
    signal_free(noise);
}
END_TEST

SUITE("gate", descriptor, opens_and_closes, lookahead, hysteresis, unlinked, blocks_and_widths)

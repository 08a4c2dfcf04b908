/* gain against its closed form. [test program] */
#include "../bench/module_bench.h"
#include "../suite.h"
#include <math.h>

static bench
rig(float **signal, uint32_t channels)
{
    return (bench){.type = "gain", .rate = 48000, .in = {{channels, signal}}};
}

START_TEST(descriptor)
{
    bench_check_descriptor("gain");
}
END_TEST

START_TEST(levels)
{
    float **signal = signal_noise(3, 6000, 1);
    bench b = rig(signal, 3);
    bench_param(&b, "gain", BENCH_ALL, 0, -6);
    bench_param(&b, "gain", 1, 0, -INFINITY);
    bench_param(&b, "mute", 2, 3000, 1);
    take *t = bench_run(&b, 6000, NULL, 0);
    ck_assert_int_eq(t->status, GPH_OK);
    for (uint32_t f = 0; f < 6000; f++) {
        double six = pow(10, -6 / 20.0);
        /* The switch fades over 20 ms = 960 frames, of which the first is frame 3000. */
        double open = f < 3000 ? 1 : f >= 3960 ? 0 : 1 - (f - 2999) / 960.0;
        ck_assert_double_eq_tol((double)t->out[0][0][f], (double)signal[0][f] * six, 1e-7);
        ck_assert(t->out[0][1][f] == 0);
        ck_assert_double_eq_tol((double)t->out[0][2][f], (double)signal[2][f] * six * open, 1e-6);
    }
    ck_assert_uint_eq(t->latency, 0);
    take_free(t);
    signal_free(signal);
}
END_TEST

/* 0 dB is the very sample. */
START_TEST(unity)
{
    float **signal = signal_noise(2, 1000, 1);
    bench b = rig(signal, 2);
    take *t = bench_run(&b, 1000, NULL, 0);
    ck_assert_mem_eq(t->out[0][1], signal[1], 1000 * sizeof(float));
    take_free(t);
    signal_free(signal);
}
END_TEST

START_TEST(blocks_and_widths)
{
    float **signal = signal_noise(4, 9000, 1);
    bench b = rig(signal, 4);
    bench_param(&b, "gain", 0, 100, -20);
    bench_param(&b, "gain", 3, 1500, 12);
    bench_param(&b, "mute", 1, 2000, 1);
    bench_param(&b, "mute", 1, 2500, 0);
    bench_check_blocks(&b, 9000);
    bench wide = rig(NULL, 0);
    bench_param(&wide, "gain", BENCH_ALL, 50, -20);
    bench_check_widths(&wide, 2000, true);
    bench_check_recovery(&b, 0.1);
    signal_free(signal);
}
END_TEST

SUITE("gain", descriptor, levels, unity, blocks_and_widths)

/* tone against sine, and the spectra of its shapes. [test program] */
#include "../bench/module_bench.h"
#include "../suite.h"
#include <math.h>
#include <string.h>

START_TEST(descriptor)
{
    bench_check_descriptor("tone");
}
END_TEST

static take *
tone(const char *shape, float hertz, double rate, uint32_t frames)
{
    bench b = {.type = "tone", .rate = rate};
    bench_set(&b, "shape", shape);
    bench_param(&b, "freq", 0, 0, hertz);
    bench_param(&b, "gain", 0, 0, 0);
    return bench_run(&b, frames, NULL, 0);
}

START_TEST(sine)
{
    take *t = tone("sine", 997, 48000, 480000);
    for (int f = 0; f < 480000; f++) {
        double turns = fmod(997.0 * f, 48000) / 48000;
        ck_assert_double_eq_tol((double)t->out[0][0][f], sin(2 * M_PI * turns), 1e-7);
    }
    take_free(t);
}
END_TEST

/* The default level and width. */
START_TEST(level)
{
    bench b = {.type = "tone", .rate = 48000};
    bench_set(&b, "channels", "3");
    take *t = bench_run(&b, 4800, NULL, 0);
    ck_assert_uint_eq(t->channels[0], 3);
    double peak = 0;
    for (int f = 0; f < 4800; f++) {
        peak = fmax(peak, (double)t->out[0][2][f]);
        ck_assert(t->out[0][0][f] == t->out[0][2][f]);
    }
    ck_assert_double_eq_tol(peak, 0.1, 1e-6);
    take_free(t);
}
END_TEST

/* Amplitude of a partial over whole periods. */
static double
partial(const take *t, double hertz, double rate)
{
    return 2 * response_at(t->out[0][0], t->frames, hertz, rate) / t->frames;
}

/* Partials by Fourier's series; the strongest alias far below those of the naive shape. */
START_TEST(spectra)
{
    /* 1 s, so every whole hertz is a bin; 1001 Hz has its aliases beside its partials. */
    take *square = tone("square", 1001, 48000, 48000), *saw = tone("saw", 1001, 48000, 48000);
    take *triangle = tone("triangle", 1001, 48000, 48000);
    for (int n = 1; n <= 5; n++) {
        double odd = n % 2;
        ck_assert_double_eq_tol(partial(square, 1001 * n, 48000), odd * 4 / (M_PI * n), 0.012);
        ck_assert_double_eq_tol(partial(saw, 1001 * n, 48000), 2 / (M_PI * n), 0.02);
        ck_assert_double_eq_tol(partial(triangle, 1001 * n, 48000), odd * 8 / (M_PI * M_PI * n * n),
                                0.002);
    }
    /* Partial 43 of 43,043 Hz folds to 4,957 Hz; naive shapes have 2/43pi = 0.0148 (saw) there. */
    ck_assert_double_lt(partial(saw, 4957, 48000), 0.0015);
    ck_assert_double_lt(partial(square, 4957, 48000), 0.003);
    ck_assert_double_lt(partial(triangle, 4957, 48000), 5e-5);
    take_free(square);
    take_free(saw);
    take_free(triangle);
}
END_TEST

/* One sample at the first frame of each period, frame ceil(k * rate / freq): where periods are whole
 * numbers of frames too, and where they are not; for ten seconds. */
START_TEST(impulses)
{
    static const struct {
        int64_t hertz, rate;
    } cases[] = {{440, 48000},   {1, 48000},     {2, 48000},    {3, 48000},    {7, 48000},
                 {100, 48000},   {1000, 48000},  {1001, 48000}, {9600, 48000}, {12000, 48000},
                 {16000, 48000}, {2, 44100},     {441, 44100},  {700, 44100},  {14700, 44100},
                 {6, 96000},     {32000, 96000}, {11025, 88200}};
    for (size_t n = 0; n < sizeof cases / sizeof *cases; n++) {
        int64_t hertz = cases[n].hertz, rate = cases[n].rate, k = 0;
        take *t = tone("impulse", (float)hertz, (double)rate, (uint32_t)(10 * rate));
        for (int64_t f = 0; f < 10 * rate; f++) {
            bool first = f == (k * rate + hertz - 1) / hertz;
            if (t->out[0][0][f] != (first ? 1.0f : 0.0f))
                ck_abort_msg("%d Hz at %d: frame %d", (int)hertz, (int)rate, (int)f);
            k += first;
        }
        take_free(t);
    }
}
END_TEST

/* As wide as can be, and the same in each. */
START_TEST(widest)
{
    bench b = {.type = "tone", .rate = 48000};
    bench_set(&b, "channels", "1024");
    take *t = bench_run(&b, 100, NULL, 0);
    ck_assert_uint_eq(t->channels[0], GPH_MAX_CHANNELS);
    for (uint32_t c = 1; c < GPH_MAX_CHANNELS; c++)
        ck_assert_int_eq(memcmp(t->out[0][0], t->out[0][c], 100 * sizeof(float)), 0);
    take_free(t);
}
END_TEST

START_TEST(blocks)
{
    static const char *const shapes[] = {"sine", "square", "saw", "triangle", "impulse"};
    for (int n = 0; n < 5; n++) {
        bench b = {.type = "tone", .rate = 44100};
        bench_set(&b, "shape", shapes[n]);
        bench_set(&b, "channels", "2");
        bench_param(&b, "freq", 0, 300, 5000);
        bench_param(&b, "freq", 0, 1500, 0.01f);
        bench_param(&b, "gain", 0, 900, 0);
        bench_check_blocks(&b, 3000);
    }
}
END_TEST

SUITE("tone", descriptor, sine, level, spectra, impulses, widest, blocks)

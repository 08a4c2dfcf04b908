/* The engine on plans of real patches with modules that show what it does: bits that do not depend on blocks,
 * frames of triggers, ramps, circles, failures, ends. */
#include "../bench/run_bench.h"
#include "../suite.h"

#include <math.h>
#include <xmmintrin.h>

#define HEAD "[patch]\ndialect = 1\n"
#define MIC  "[mic]\ntype = input\nchannels = 1-2\n"

static const char busy[] =
    HEAD MIC "[amp]\ntype = probe/curve\nfrom = mic\nlevel = -6dB, 0dB\n"
             "[src]\ntype = probe/pulse\nat = 777\n"
             "[dot]\ntype = probe/mark\nfrom = amp + src\n"
             "[dots]\ntype = probe/note\nfrom = amp[2] @ -3dB\n"
             "[loop]\ntype = feedback\ntime = 100fr\nfrom = ring\n"
             "[ring]\ntype = probe/curve\nfrom = amp[1] @ -6dB + loop @ 0.5x\n"
             "[out]\ntype = output\nchannels = 1-4\nfrom = dot, dots, ring\n"
             "[also]\ntype = output\nchannels = 1\nfrom = ring\n"
             "[control]\n"
             "dot.hit = on src.tick\n"
             "dots.hit = on src.tick, at 5000fr, every 1001fr\n"
             "amp.level = at 3000fr 0dB..-20dB, at 3100fr 0dB..6dB, every 2500fr 0dB..off\n"
             "amp.level[2] = at 7000fr 0dB..-1dB\n"
             "amp.step = at 4000fr, at 4100fr\n";

/* ---------------------------------------------------------------- blocks */

enum { LONG = 12000 };

static float *
render(const char *patch, uint32_t block)
{
    run_bench b;
    run_bench_open(&b, patch, LONG + 1);
    run_bench_frames(&b, LONG, block);
    float *all = calloc((size_t)LONG * RUN_BENCH_OUT, sizeof *all);
    for (int c = 0; c < RUN_BENCH_OUT; c++)
        memcpy(all + (size_t)c * LONG, b.out[c], LONG * sizeof *all);
    run_bench_close(&b);
    return all;
}

static const uint32_t blocks[] = {1,   2,    3,    17,   63,   64,   128, 441,
                                  480, 1000, 1024, 4096, 8191, 8192, 0};

START_TEST(bits_do_not_depend_on_blocks)
{
    float *whole = render(busy, 64);
    float energy = 0;
    for (int f = 0; f < LONG * RUN_BENCH_OUT; f++)
        energy += whole[f] * whole[f];
    ck_assert_float_gt(energy, 100.0f);
    for (size_t n = 0; n < sizeof blocks / sizeof *blocks; n++) {
        float *other = render(busy, blocks[n]);
        for (int f = 0; f < LONG * RUN_BENCH_OUT; f++)
            ck_assert_msg(memcmp(&whole[f], &other[f], sizeof *whole) == 0,
                          "block %u: output %d, frame %d: %.9g, not %.9g", blocks[n], f / LONG + 1,
                          f % LONG, (double)other[f], (double)whole[f]);
        free(other);
    }
    free(whole);
}
END_TEST

/* ---------------------------------------------------------------- parameters */

START_TEST(ramps_are_straight_lines)
{
    run_bench b;
    run_bench_open(
        &b,
        HEAD MIC
        "[amp]\ntype = probe/curve\nfrom = mic\n[out]\ntype = output\nchannels = 1-2\nfrom = amp\n"
        "[control]\namp.level = at 1000fr 0dB..-20dB, at 1240fr 0dB..off\n",
        5000);
    run_bench_frames(&b, 3000, 0);
    const float low = (float)pow(10.0, -1.0);
    float middle = 1.0f + (low - 1.0f) * (240.0f / 480.0f);
    for (int64_t f = 0; f < 3000; f++) {
        float gain = 1;
        if (f >= 1240)
            gain = f - 1240 + 1 >= 480
                       ? 0.0f
                       : middle + (0.0f - middle) * ((float)(f - 1240 + 1) / 480.0f);
        else if (f >= 1000)
            gain = 1.0f + (low - 1.0f) * ((float)(f - 1000 + 1) / 480.0f);
        ck_assert_msg(b.out[0][f] == run_bench_input(f, 0) * gain, "frame %d: %.9g", (int)f,
                      (double)b.out[0][f]);
    }
    ck_assert_float_eq(b.out[0][2999], 0.0f);
    run_bench_close(&b);
}
END_TEST

START_TEST(commands_take_effect_and_are_clamped)
{
    run_bench b;
    run_bench_open(&b, busy, 100000);
    uint32_t amp = run_bench_node(&b, "amp");
    gph_command set = {.kind = GPH_COMMAND_SET,
                       .node = amp,
                       .index = 0,
                       .item = 1,
                       .frame = GPH_RUN_NOW,
                       .value = 99};
    run_bench_cycle(&b, 64);
    ck_assert_int_eq(gph_run_send(b.run, &set), GPH_OK);
    run_bench_cycle(&b, 64);
    ck_assert_float_eq(gph_run_param_value(b.run, amp, 0, 1), 20.0f);
    ck_assert_float_eq(gph_run_param_value(b.run, amp, 0, 0), -6.0f);
    set.value = -INFINITY;
    set.item = GPH_RUN_ALL_ITEMS;
    gph_run_send(b.run, &set);
    set.value = NAN;
    gph_run_send(b.run, &set);
    run_bench_cycle(&b, 64);
    ck_assert_float_eq(gph_run_param_value(b.run, amp, 0, 0), 0.0f);
    run_bench_close(&b);
}
END_TEST

START_TEST(a_full_queue_is_counted)
{
    run_bench b;
    gph_run_figures figures;
    run_bench_open(&b, busy, 100000);
    gph_command set = {
        .kind = GPH_COMMAND_SET, .node = run_bench_node(&b, "amp"), .frame = GPH_RUN_NOW};
    for (uint32_t n = 0; n < GPH_RUN_MAX_COMMANDS; n++)
        ck_assert_int_eq(gph_run_send(b.run, &set), GPH_OK);
    for (uint32_t n = 0; n < 10; n++)
        ck_assert_int_eq(gph_run_send(b.run, &set), GPH_LIMIT);
    gph_run_get_figures(b.run, &figures);
    ck_assert_uint_eq(figures.dropped, 10);
    run_bench_cycle(&b, 64);
    ck_assert_int_eq(gph_run_send(b.run, &set), GPH_OK);
    run_bench_close(&b);
}
END_TEST

/* ---------------------------------------------------------------- triggers */

START_TEST(triggers_land_on_their_frame)
{
    run_bench b;
    run_bench_open(
        &b,
        HEAD MIC
        "[src]\ntype = probe/pulse\nat = 777\n[quiet]\ntype = probe/curve\nfrom = mic[1]\nlevel = "
        "off\n"
        "[plain]\ntype = probe/mark\nfrom = quiet\n[whole]\ntype = probe/note\nfrom = quiet\n"
        "[next]\ntype = probe/late\nfrom = quiet\n"
        "[out]\ntype = output\nchannels = 1-4\nfrom = src, plain, whole, next\n"
        "[control]\nplain.hit = on src.tick, at 1234fr\nwhole.hit = on src.tick, at 1234fr\n"
        "next.hit = on src.tick\n",
        100000);
    run_bench_frames(&b, 4096, 512);
    for (int64_t f = 0; f < 4096; f++) {
        float wanted = f % 777 == 0 ? 1.0f : 0.0f;
        ck_assert_float_eq(b.out[0][f], wanted);
        wanted += f == 1234 ? 1.0f : 0.0f;
        ck_assert_float_eq(b.out[1][f], wanted);
        ck_assert_float_eq(b.out[2][f], wanted);
        ck_assert_float_eq(b.out[3][f], f < 512 ? 0.0f : 1.0f); /* frame 0, told a block later */
    }
    run_bench_close(&b);
}
END_TEST

START_TEST(beyond_eight_splits_events_join_the_last)
{
    run_bench b;
    gph_run_figures figures;
    run_bench_open(&b,
                   HEAD MIC "[src]\ntype = probe/pulse\nat = 10\n[quiet]\ntype = probe/curve\nfrom "
                            "= mic[1]\nlevel = off\n"
                            "[plain]\ntype = probe/mark\nfrom = quiet\n[out]\ntype = "
                            "output\nchannels = 1\nfrom = plain\n"
                            "[control]\nplain.hit = on src.tick\n",
                   100000);
    run_bench_cycle(&b, 200); /* ticks at 0, 10, ... 190: 20 of them, 8 splits reach to 80 */
    for (int64_t f = 0; f < 200; f++)
        ck_assert_float_eq(b.out[0][f], f == 80 ? 12.0f : f % 10 == 0 && f < 80 ? 1.0f : 0.0f);
    gph_run_get_figures(b.run, &figures);
    ck_assert_uint_eq(figures.moved, 11);
    run_bench_close(&b);
}
END_TEST

/* ---------------------------------------------------------------- circles */

START_TEST(feedback_delays_by_its_frames)
{
    run_bench b;
    enum { N = 3000, DELAY = 37 };
    run_bench_open(&b,
                   HEAD MIC "[loop]\ntype = feedback\ntime = 37fr\nfrom = sum\n"
                            "[sum]\ntype = probe/curve\nfrom = mic[1] + loop @ 0.5x\n"
                            "[out]\ntype = output\nchannels = 1\nfrom = sum\n",
                   100000);
    run_bench_frames(&b, N, 0);
    float wanted[N];
    for (int f = 0; f < N; f++) {
        wanted[f] = run_bench_input(f, 0) + (f >= DELAY ? wanted[f - DELAY] * 0.5f : 0.0f);
        ck_assert_msg(b.out[0][f] == wanted[f], "frame %d: %.9g, not %.9g", f, (double)b.out[0][f],
                      (double)wanted[f]);
    }
    run_bench_close(&b);
}
END_TEST

/* ---------------------------------------------------------------- failures */

static gph_notice
notice_of(run_bench *b, uint32_t kind)
{
    gph_notice notice;
    while (gph_run_receive(b->run, &notice))
        if (notice.kind == kind)
            return notice;
    ck_abort_msg("no notice of kind %u", kind);
    return notice;
}

static void
failing(run_bench *b, const char *what)
{
    char patch[512];
    snprintf(patch, sizeof patch,
             HEAD MIC "[bad]\ntype = probe/fail\nfrom = mic\nat = 1000\non_error = %s\n"
                      "[out]\ntype = output\nchannels = 1-4\nfrom = bad, mic\n",
             what);
    run_bench_open(b, patch, 100000);
    run_bench_frames(b, 2048, 256);
    gph_notice notice = notice_of(b, GPH_NOTICE_FAILED);
    ck_assert_uint_eq(notice.node, run_bench_node(b, "bad"));
    ck_assert_int_eq((int32_t)notice.code, GPH_IO);
    ck_assert_int_eq(notice.frame, 768);
    gph_run_node_figures figures;
    gph_run_get_node(b->run, notice.node, &figures);
    ck_assert_uint_eq(figures.muted, 2); /* both copies of the mono type */
    ck_assert_uint_eq(figures.muted_why, GPH_NOTICE_FAILED);
    ck_assert_int_eq(figures.muted_at, 768);
}

START_TEST(a_failing_node_is_silenced)
{
    run_bench b;
    failing(&b, "silence");
    for (int64_t f = 0; f < 2048; f++) {
        ck_assert_float_eq(b.out[1][f], f < 768 ? run_bench_input(f, 1) : 0.0f);
        ck_assert_float_eq(b.out[3][f], run_bench_input(f, 1)); /* the others play on */
    }
    ck_assert_int_eq(b.answer, GPH_CYCLE_GO_ON);
    run_bench_close(&b);
}
END_TEST

START_TEST(a_failing_node_is_bypassed)
{
    run_bench b;
    failing(&b, "bypass");
    for (int64_t f = 0; f < 2048; f++)
        ck_assert_float_eq(b.out[0][f], f < 768 || f >= 1024 ? run_bench_input(f, 0) : 0.0f);
    run_bench_close(&b);
}
END_TEST

START_TEST(a_failing_node_ends_the_run)
{
    run_bench b;
    gph_run_figures figures;
    failing(&b, "stop");
    gph_run_get_figures(b.run, &figures);
    ck_assert(figures.ended && figures.failed);
    ck_assert_int_eq(figures.end_frame, 1024);
    ck_assert_int_eq(b.answer, GPH_CYCLE_DRAIN);
    run_bench_close(&b);
}
END_TEST

START_TEST(nan_is_zeroed_and_its_maker_named)
{
    run_bench b;
    gph_run_figures figures;
    run_bench_open(&b,
                   HEAD MIC "[bad]\ntype = probe/nan\nfrom = mic\nat = 1000\nagain = 4800\n"
                            "[after]\ntype = probe/curve\nfrom = bad\n[out]\ntype = "
                            "output\nchannels = 1-2\nfrom = after\n",
                   100000);
    run_bench_frames(&b, 9600, 480);
    for (int64_t f = 0; f < 9600; f++)
        ck_assert(isfinite(b.out[0][f]));
    ck_assert_float_eq(b.out[0][1000], 0.0f);
    ck_assert_float_eq(b.out[0][1001], run_bench_input(1001, 0));
    gph_run_get_figures(b.run, &figures);
    ck_assert_uint_ge(figures.not_finite, 1);
    gph_notice notice = notice_of(&b, GPH_NOTICE_NOT_FINITE);
    ck_assert_uint_eq(notice.node, run_bench_node(&b, "bad"));
    run_bench_close(&b);
}
END_TEST

START_TEST(the_control_word_is_put_back)
{
    run_bench b;
    run_bench_open(&b,
                   HEAD MIC "[rude]\ntype = probe/mode\nfrom = mic\n[out]\ntype = output\nchannels "
                            "= 1-2\nfrom = rude\n",
                   100000);
    uint32_t before = _mm_getcsr();
    run_bench_frames(&b, 1024, 256);
    ck_assert_uint_eq(_mm_getcsr() & ~0x3fu, before & ~0x3fu);
    gph_notice notice = notice_of(&b, GPH_NOTICE_FLOAT_MODE);
    if (notice.node == GPH_NONE)
        notice = notice_of(&b, GPH_NOTICE_FLOAT_MODE);
    ck_assert_uint_eq(notice.node, run_bench_node(&b, "rude"));
    run_bench_close(&b);
}
END_TEST

/* ---------------------------------------------------------------- time */

START_TEST(a_run_ends_with_its_players)
{
    for (size_t n = 0; n < sizeof blocks / sizeof *blocks; n++) {
        run_bench b;
        gph_run_figures figures;
        run_bench_open(
            &b,
            HEAD "[short]\ntype = probe/player\nat = 500\n[long]\ntype = probe/player\nat = 1500\n"
                 "[out]\ntype = output\nchannels = 1-2\nfrom = short, long\n",
            -1);
        while (b.n_frames < 20000 && b.answer == GPH_CYCLE_GO_ON)
            run_bench_frames(&b, blocks[n] ? blocks[n] : 100, blocks[n]);
        gph_run_get_figures(b.run, &figures);
        ck_assert(figures.ended);
        ck_assert_int_eq(figures.end_frame, 1500);
        run_bench_close(&b);
    }
}
END_TEST

START_TEST(a_length_ends_on_its_frame)
{
    run_bench b;
    gph_run_figures figures;
    run_bench_open(&b, HEAD MIC "[out]\ntype = output\nchannels = 1-2\nfrom = mic\n", 1000);
    run_bench_frames(&b, 2048, 512);
    gph_run_get_figures(b.run, &figures);
    ck_assert(figures.ended);
    ck_assert_int_eq(figures.end_frame, 1000);
    ck_assert_int_eq(figures.frame, 1000);
    ck_assert_float_eq(b.out[0][999], run_bench_input(999, 0));
    for (int64_t f = 1000; f < 2048; f++)
        ck_assert_float_eq(b.out[0][f], 0.0f);
    run_bench_close(&b);
}
END_TEST

START_TEST(lost_frames_move_the_clock)
{
    run_bench b;
    run_bench_open(&b,
                   HEAD MIC "[quiet]\ntype = probe/curve\nfrom = mic[1]\nlevel = off\n"
                            "[plain]\ntype = probe/mark\nfrom = quiet\n[out]\ntype = "
                            "output\nchannels = 1\nfrom = plain\n"
                            "[control]\nplain.hit = at 1000fr, at 3000fr\n",
                   100000);
    run_bench_cycle(&b, 512);
    b.clock += 1000; /* lost: 512 to 1511, and the first trigger with them */
    run_bench_frames(&b, 2048, 512);
    gph_notice notice = notice_of(&b, GPH_NOTICE_LOST);
    ck_assert_int_eq(notice.a, 1000);
    ck_assert_int_eq(notice.frame, 1512);
    for (int64_t f = 0; f < 2560; f++) /* it comes as soon as it can; the other one on its frame */
        ck_assert_float_eq(b.out[0][f], f == 512 || f == 3000 - 1000 ? 1.0f : 0.0f);
    run_bench_close(&b);
}
END_TEST

SUITE("engine", bits_do_not_depend_on_blocks, ramps_are_straight_lines,
      commands_take_effect_and_are_clamped, a_full_queue_is_counted, triggers_land_on_their_frame,
      beyond_eight_splits_events_join_the_last, feedback_delays_by_its_frames,
      a_failing_node_is_silenced, a_failing_node_is_bypassed, a_failing_node_ends_the_run,
      nan_is_zeroed_and_its_maker_named, the_control_word_is_put_back, a_run_ends_with_its_players,
      a_length_ends_on_its_frame, lost_frames_move_the_clock)

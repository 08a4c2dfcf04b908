/* When a node is taken to hang, with a clock that the test turns, and what becomes of a thread that does. */
#include "../../../core/platform/realtime.h"
#include "../../../core/platform/ticks.h"
#include "../../../core/run/run_state.h"
#include "../../../core/run/run_watch.h"
#include "../bench/run_bench.h"
#include "../suite.h"

#define HEAD "[patch]\ndialect = 1\n[mic]\ntype = input\nchannels = 1-2\n"
#define TAIL "[out]\ntype = output\nchannels = 1-2\nfrom = boom\n"

static const int64_t MS = 1000000;

static void
open_bench(run_bench *b, const char *patch)
{
    char folder[4096];
    snprintf(folder, sizeof folder, "%s/tests/modules/faults", getenv("GPH_BUILD"));
    setenv("GRAPHOPHONE_MODULE_PATH", folder, 1);
    run_bench_open(b, patch, 1 << 19);
    b->run->times_all = true; /* as live */
}

/* ---------------------------------------------------------------- what may be cut */

static bool
may_cut(run_bench *b, uint32_t mark)
{
    return gph_run_watch_owner.may_cut(b->run, mark);
}

START_TEST(only_a_call_that_was_meant_is_cut)
{
    run_bench b;
    open_bench(&b, HEAD "[boom]\ntype = probe/curve\nfrom = mic\n" TAIL);
    run_bench_cycle(&b, 64);
    ck_assert(!gph_run_is_inside(b.run));
    ck_assert(!may_cut(&b, b.run->entered));
    b.run->entered++;
    ck_assert(gph_run_is_inside(b.run));
    ck_assert(may_cut(&b, b.run->entered));
    ck_assert(!may_cut(&b, b.run->entered + 2));
    b.run->freewheels = true;
    ck_assert(!may_cut(&b, b.run->entered));
    b.run->freewheels = false;
    b.run->times_all = false; /* as offline */
    ck_assert(!may_cut(&b, b.run->entered));
    b.run->times_all = true;
    /* In what others see too it is left a moment later. */
    gph_run_careful(b.run);
    ck_assert(!may_cut(&b, b.run->entered));
    ck_assert(b.run->leaves);
    b.run->leaves = false;
    gph_run_careless(b.run);
    ck_assert(may_cut(&b, b.run->entered));
    b.run->entered++;
    run_bench_close(&b);
}
END_TEST

START_TEST(the_systems_signal_counts_when_the_node_is_to_blame)
{
    run_bench b;
    open_bench(&b, HEAD "[boom]\ntype = probe/curve\nfrom = mic\n" TAIL);
    run_bench_cycle(&b, 64);
    b.run->entered++;
    b.run->last_tick = gph_ticks();
    b.run->ticks_per_second = 1e18; /* 50 ms will not pass in here */
    ck_assert(!may_cut(&b, 0));
    b.run->ticks_per_second = 1e-9; /* they have passed long ago */
    ck_assert(may_cut(&b, 0));
    b.run->entered++;
    ck_assert_int_eq(gph_run_patience_ns(b.run, 64), 50 * MS);
    ck_assert_int_eq(gph_run_patience_ns(b.run, 4800), 400 * MS);
    run_bench_close(&b);
}
END_TEST

/* ---------------------------------------------------------------- looking */

static void
spin(void *arg)
{
    run_bench_cycle(arg, 64);
}

/* A thread in [boom], and whoever looks at it. */
typedef struct hanging {
    run_bench bench;
    gph_watch *watch;
    gph_realtime *thread;
    gph_run_sight sight;
} hanging;

/* One look, `ms` after the last one. */
static bool
look(hanging *h, int64_t cpu_ms, int64_t ms)
{
    h->sight.cpu_ns += cpu_ms * MS;
    h->sight.now_ns += ms * MS;
    return gph_run_look(h->bench.run, &h->sight);
}

static void
hang(hanging *h, const char *how)
{
    char patch[512];
    snprintf(patch, sizeof patch, HEAD "[boom]\ntype = spin\nhow = %s\nfrom = mic\n" TAIL, how);
    open_bench(&h->bench, patch);
    h->sight = (gph_run_sight){.now_ns = 1000 * MS, .cpu_ns = 1000 * MS};
    ck_assert_int_eq(gph_run_watch(h->bench.run, &h->watch), GPH_OK);
    ck_assert(gph_watch_begin(h->watch, true, 3600 * 1000 * MS));
    ck_assert_int_eq(gph_realtime_start("audio", false, spin, &h->bench, &h->thread, NULL), GPH_OK);
    while (!gph_run_is_inside(h->bench.run))
        continue;
}

static void
assert_cut(hanging *h)
{
    gph_notice notice;
    ck_assert_int_eq(gph_realtime_join(h->thread, -1), GPH_OK);
    ck_assert(gph_run_receive(h->bench.run, &notice));
    ck_assert_uint_eq(notice.kind, GPH_NOTICE_CUT);
    ck_assert_uint_eq(notice.node, run_bench_node(&h->bench, "boom"));
    ck_assert_int_eq(notice.frame, 0);
    uint32_t at = 0, node = 0, copy = 7;
    ck_assert(gph_run_next_cut(h->bench.run, &at, &node, &copy));
    ck_assert_uint_eq(node, notice.node);
    ck_assert_uint_eq(copy, 0);
    gph_graph_abandon(h->bench.graph, node, copy);
    ck_assert(!gph_run_next_cut(h->bench.run, &at, &node, &copy));
    /* Silent in the block in which it hung, and never called again: it would abort. */
    h->bench.n_frames = 64;
    run_bench_cycle(&h->bench, 64);
    for (int f = 0; f < 128; f++)
        ck_assert_float_eq(h->bench.out[0][f], 0.0f);
    gph_watch_end(h->watch);
    gph_run_unwatch(h->bench.run);
    gph_watch_free(h->watch);
    run_bench_close(&h->bench);
}

START_TEST(it_hangs_after_50_ms_of_its_own_time)
{
    hanging h;
    hang(&h, "loop");
    ck_assert(!look(&h, 0, 0));
    ck_assert(!look(&h, 24, 20));
    ck_assert(!look(&h, 25, 20));
    ck_assert(look(&h, 1, 20));
    assert_cut(&h);
}
END_TEST

START_TEST(a_busy_machine_is_no_hang)
{
    hanging h;
    hang(&h, "loop");
    ck_assert(!look(&h, 0, 0));
    /* An hour in which the thread gets no time. */
    for (int n = 0; n < 3600; n++)
        ck_assert(!look(&h, 0, 1000));
    ck_assert(look(&h, 50, 50));
    assert_cut(&h);
}
END_TEST

#ifndef TEST_NO_SIGNALS
START_TEST(sleep_is_a_hang_after_200_ms)
{
    hanging h;
    hang(&h, "wait");
    h.sight.sleeps = true;
    ck_assert(!look(&h, 0, 0));
    ck_assert(!look(&h, 0, 99));
    /* Nobody knows what was in a longer pause: 100 ms of it count. */
    ck_assert(!look(&h, 0, 3600 * 1000));
    ck_assert(look(&h, 0, 1));
    assert_cut(&h);
}
END_TEST
#endif

START_TEST(others_signals_are_spared)
{
    hanging h;
    hang(&h, "loop");
    uint32_t entered = atomic_load(&h.bench.run->entered);
    gph_watch_cut(h.watch, entered - 2);
    while (gph_watch_spared(h.watch) == 0)
        continue;
    ck_assert_uint_eq(atomic_load(&h.bench.run->entered), entered);
    gph_watch_cut(h.watch, entered);
    assert_cut(&h);
}
END_TEST

#ifdef TEST_NO_SIGNALS
/* There what waits in the system waits on. */
SUITE("watch", only_a_call_that_was_meant_is_cut,
      the_systems_signal_counts_when_the_node_is_to_blame, it_hangs_after_50_ms_of_its_own_time,
      a_busy_machine_is_no_hang, others_signals_are_spared)
#elif defined __SANITIZE_THREAD__
/* It holds signals back in a loop: there only sleep can be left. */
SUITE("watch", only_a_call_that_was_meant_is_cut,
      the_systems_signal_counts_when_the_node_is_to_blame, sleep_is_a_hang_after_200_ms)
#else
SUITE("watch", only_a_call_that_was_meant_is_cut,
      the_systems_signal_counts_when_the_node_is_to_blame, it_hangs_after_50_ms_of_its_own_time,
      a_busy_machine_is_no_hang, sleep_is_a_hang_after_200_ms, others_signals_are_spared)
#endif

/* table-player against closed forms. [test program] */
#include "../bench/table_bench.h"
#include "../suite.h"
#include <math.h>
#include <string.h>

enum { SIZE = 1000 };

/* A table "t" of two channels that holds `value(frame)` and its negative. */
static void
table_of(table_bench *tables, float (*value)(uint32_t frame), uint32_t filled)
{
    table_bench_init(tables, 1000);
    table_bench_add(tables, "t", 2, SIZE, false);
    gph_table *table = gph_table_open(tables->set, "t", "filler", GPH_TABLE_WRITE);
    const gph_table_view *view = gph_table_look(table);
    for (uint32_t f = 0; f < SIZE; f++) {
        view->ch[0][f] = value(f);
        view->ch[1][f] = -value(f);
    }
    gph_table_put_mark(table, &(gph_table_mark){.filled = filled});
    gph_table_close(table);
}

static float
index_of(uint32_t frame)
{
    return (float)frame;
}

static float
bits(uint32_t frame)
{
    return ldexpf(1.0f + (float)(frame * 7919 % 1024) / 1024, (int)(frame % 60) - 30);
}

static float
square(uint32_t frame)
{
    float x = (float)frame / 64;
    return x * x - 3 * x;
}

static bench
rig(table_bench *tables, const char *mode)
{
    bench b = {.type = "table-player", .rate = 1000, .user = tables, .services = {TABLE_SERVICE}};
    bench_set(&b, "table", "t");
    bench_set(&b, "mode", mode);
    return b;
}

START_TEST(descriptor)
{
    bench_check_descriptor("table-player");
}
END_TEST

/* At speed 1 the table, bit for bit, from the trigger's frame on, then silence. */
START_TEST(bit_for_bit)
{
    static const char *const ways[] = {"none", "linear", "cubic"};
    for (int way = 0; way < 3; way++) {
        table_bench tables;
        table_of(&tables, bits, 700);
        bench b = rig(&tables, "once");
        bench_set(&b, "start", "trigger");
        bench_set(&b, "interpolate", ways[way]);
        bench_trigger(&b, "play", 33);
        take *t = bench_run(&b, 2000, NULL, 0);
        ck_assert_int_eq(t->status, GPH_DONE);
        ck_assert_uint_eq(t->channels[0], 2);
        for (uint32_t f = 0; f < 2000; f++) {
            float wanted = f >= 33 && f < 733 ? bits(f - 33) : 0;
            ck_assert(t->out[0][0][f] == wanted && t->out[0][1][f] == -wanted);
        }
        ck_assert_uint_eq(take_count(t, "done"), 1);
        ck_assert_int_eq(take_when(t, "done", 0), 732);
        take_free(t);
        table_bench_finish(&tables);
    }
}
END_TEST

START_TEST(rounds)
{
    table_bench tables;
    table_of(&tables, index_of, SIZE);
    bench b = rig(&tables, "loop");
    bench_set(&b, "begin", "100fr");
    bench_set(&b, "end", "350ms");
    take *t = bench_run(&b, 900, NULL, 0);
    ck_assert_int_eq(t->status, GPH_OK);
    for (uint32_t f = 0; f < 900; f++)
        ck_assert_float_eq(t->out[0][0][f], (float)(100 + f % 250));
    ck_assert_uint_eq(take_count(t, "loop"), 4);
    for (uint32_t n = 0; n < 4; n++)
        ck_assert_int_eq(take_when(t, "loop", n), 250 * n);
    take_free(t);
    table_bench_finish(&tables);
}
END_TEST

/* Backward from the last frame; twice as fast; half as fast between the frames. */
START_TEST(speeds)
{
    static const struct {
        float speed;
        const char *way;
        uint32_t frames;
    } cases[] = {{-1, "linear", SIZE},       {2, "none", SIZE / 2},
                 {0.5f, "linear", 2 * SIZE}, {-0.25f, "cubic", 4 * SIZE - 3},
                 {0.75f, "none", 1334},      {4, "cubic", SIZE / 4}};
    for (size_t n = 0; n < sizeof cases / sizeof *cases; n++) {
        table_bench tables;
        table_of(&tables, index_of, SIZE);
        bench b = rig(&tables, "once");
        bench_set(&b, "interpolate", cases[n].way);
        bench_param(&b, "speed", 0, 0, cases[n].speed);
        take *t = bench_run(&b, 4500, NULL, 0);
        ck_assert_int_eq(take_when(t, "done", 0), cases[n].frames - 1);
        for (uint32_t f = 0; f < 4500; f++) {
            double at = (cases[n].speed < 0 ? SIZE - 1 : 0) + (double)f * (double)cases[n].speed;
            if (strcmp(cases[n].way, "none") == 0)
                at = floor(at);
            if (f >= cases[n].frames)
                at = 0;
            else if (at > SIZE - 1)
                at = SIZE - 1;                   /* the last frame is held */
            bool edge = at < 1 || at > SIZE - 2; /* the spline has no neighbours there */
            ck_assert_double_eq_tol((double)t->out[0][0][f], at, edge ? 0.1 : 2e-4);
        }
        take_free(t);
        table_bench_finish(&tables);
    }
}
END_TEST

/* Four points give a parabola exactly, two do not. */
START_TEST(spline)
{
    table_bench tables;
    table_of(&tables, square, SIZE);
    for (int way = 0; way < 2; way++) {
        bench b = rig(&tables, "once");
        bench_set(&b, "interpolate", way ? "cubic" : "linear");
        bench_param(&b, "speed", 0, 0, 0.3f);
        take *t = bench_run(&b, 3000, NULL, 0);
        double worst = 0;
        for (uint32_t f = 10; f < 3000; f++) {
            double x = (double)f * (double)0.3f / 64;
            worst = fmax(worst, fabs((double)t->out[0][0][f] - (x * x - 3 * x)));
        }
        /* A chord is 1/8 of the second difference off: 1/8 * 2 / 64^2. */
        ck_assert_msg(way ? worst < 3e-5 : worst > 5.9e-5 && worst < 9e-5, "%d: %g", way, worst);
        take_free(t);
    }
    table_bench_finish(&tables);
}
END_TEST

/* After 100,000 frames the position is where exact arithmetic puts it. */
START_TEST(no_drift)
{
    table_bench tables;
    table_of(&tables, index_of, SIZE);
    bench b = rig(&tables, "loop");
    bench_set(&b, "interpolate", "none");
    float speed = 1.0009765625f;
    bench_param(&b, "speed", 0, 0, speed);
    take *t = bench_run(&b, 100000, NULL, 0);
    for (uint32_t f = 0; f < 100000; f++) {
        uint64_t exact = (uint64_t)f * 1025 / 1024 % SIZE;
        ck_assert_float_eq(t->out[0][0][f], (float)exact);
    }
    take_free(t);
    table_bench_finish(&tables);
}
END_TEST

/* Rounds overlap by 50 frames: the new one rises while the old one falls. */
START_TEST(crossfade)
{
    table_bench tables;
    table_of(&tables, index_of, 400);
    bench b = rig(&tables, "loop");
    bench_set(&b, "xfade", "50ms");
    take *t = bench_run(&b, 1500, NULL, 0);
    for (uint32_t f = 0; f < 1500; f++) {
        double at = f % 350, rise = at / 50;
        double wanted = f < 350 || at >= 50 ? at : at * rise + (at + 350) * (1 - rise);
        ck_assert_double_eq_tol((double)t->out[0][0][f], wanted, 1e-3);
    }
    ck_assert_int_eq(take_when(t, "loop", 1), 350);
    take_free(t);
    /* Backward the same overlap: the first round begins with the last frame that is there. */
    bench_param(&b, "speed", 0, 0, -1);
    t = bench_run(&b, 1500, NULL, 0);
    for (uint32_t f = 0; f < 1500; f++) {
        double at = f < 400 ? 399 - f : 349 - (f - 400) % 350, rise = at / 50;
        double wanted = at >= 50 ? at : at * rise + (at + 350) * (1 - rise);
        ck_assert_double_eq_tol((double)t->out[0][0][f], wanted, 1e-3);
        if (f > 0)
            ck_assert_float_le(fabsf(t->out[0][0][f] - t->out[0][0][f - 1]), 8.1f);
    }
    ck_assert_int_eq(take_when(t, "loop", 0), 0);
    ck_assert_int_eq(take_when(t, "loop", 1), 400);
    take_free(t);
    table_bench_finish(&tables);
}
END_TEST

/* Between the last frame of a loop and the first the neighbours are those of the other end: what is
 * played is what one gets from the rounds written out one after the other. */
START_TEST(wraps)
{
    static const float at_speeds[] = {0.375f, -0.625f, 1.5f};
    enum { BEGIN = 100, ROUND = 250 };
    table_bench tables;
    table_of(&tables, bits, SIZE);
    for (int n = 0; n < 6; n++) {
        bool cubic = n % 2;
        double speed = (double)at_speeds[n / 2];
        bench b = rig(&tables, "loop");
        bench_set(&b, "interpolate", cubic ? "cubic" : "linear");
        bench_set(&b, "begin", "100fr");
        bench_set(&b, "end", "350fr");
        bench_param(&b, "speed", 0, 0, at_speeds[n / 2]);
        take *t = bench_run(&b, 3000, NULL, 0);
        for (uint32_t f = 0; f < 3000; f++) {
            /* From far enough above 0 that no place is negative. */
            double at = 100 * ROUND + (speed < 0 ? ROUND - 1 : 0) + f * speed;
            uint64_t frame = (uint64_t)at;
            double x = at - (double)frame, y[4];
            for (int k = 0; k < 4; k++)
                y[k] = (double)bits((uint32_t)(BEGIN + (frame + ROUND - 1 + (uint64_t)k) % ROUND));
            double wanted = y[1] + (y[2] - y[1]) * x;
            if (cubic)
                wanted = y[1] + x / 2 *
                                    (y[2] - y[0] +
                                     x * (2 * y[0] - 5 * y[1] + 4 * y[2] - y[3] +
                                          x * (3 * (y[1] - y[2]) + y[3] - y[0])));
            double size = fabs(y[0]) + fabs(y[1]) + fabs(y[2]) + fabs(y[3]);
            ck_assert_double_eq_tol((double)t->out[0][0][f], wanted, 4e-7 * size + 1e-30);
        }
        take_free(t);
    }
    table_bench_finish(&tables);
}
END_TEST

/* At speed 0 the frame under the head stays; from there both ways. */
START_TEST(stands_still)
{
    table_bench tables;
    table_of(&tables, index_of, SIZE);
    bench b = rig(&tables, "loop");
    bench_param(&b, "speed", 0, 0, 1);
    bench_param(&b, "speed", 0, 200, 0);
    take *t = bench_run(&b, 1000, NULL, 0);
    float held = t->out[0][0][999];
    /* The speed takes 20 ms to come to rest. */
    for (uint32_t f = 230; f < 1000; f++)
        ck_assert(t->out[0][0][f] == held);
    ck_assert(held > 200 && held < 220);
    take_free(t);
    table_bench_finish(&tables);
}
END_TEST

/* `end` left out is what is filled now: a table that is being recorded is played as far as it is. */
static void
fill_more(const bench *b, const gph_runtime *rt, int64_t clock)
{
    const table_bench *tables = b->user;
    (void)rt;
    gph_table *writer = gph_table_open(tables->set, "t", "filler", GPH_TABLE_WRITE);
    gph_table_put_mark(writer, &(gph_table_mark){.filled = clock < 100   ? 0
                                                           : clock < 500 ? 300
                                                                         : SIZE});
    gph_table_close(writer);
}

START_TEST(grows)
{
    table_bench tables;
    table_of(&tables, index_of, 0);
    bench b = rig(&tables, "loop");
    const uint32_t block = 50;
    b.before_block = fill_more;
    take *t = bench_run(&b, 2400, &block, 1);
    /* Nothing is there until 100; the first round ends at 300, as there is no more at frame 400. */
    for (uint32_t f = 0; f < 2400; f++) {
        float wanted = f < 100 ? 0 : f < 400 ? (float)(f - 100) : (float)((f - 400) % SIZE);
        ck_assert_msg(t->out[0][0][f] == wanted, "frame %u: %g, not %g", f, (double)t->out[0][0][f],
                      (double)wanted);
    }
    take_free(t);
    table_bench_finish(&tables);
}
END_TEST

START_TEST(blocks)
{
    table_bench tables;
    table_of(&tables, square, 613);
    for (int way = 0; way < 3; way++) {
        bench b = rig(&tables, way == 2 ? "once" : "loop");
        bench_set(&b, "interpolate", way ? "cubic" : "linear");
        bench_set(&b, "xfade", way == 1 ? "80ms" : "0s");
        bench_param(&b, "speed", 0, 0, 1);
        bench_param(&b, "speed", 0, 900, 1.7f);
        bench_param(&b, "speed", 0, 2500, -2.3f);
        bench_param(&b, "speed", 0, 5000, 1);
        bench_trigger(&b, "stop", 3100);
        bench_trigger(&b, "toggle", 3333);
        bench_trigger(&b, "play", 3334);
        bench_trigger(&b, "play", 6000);
        bench_check_blocks(&b, 9000);
    }
    table_bench_finish(&tables);
}
END_TEST

START_TEST(refusals)
{
    static const struct {
        const char *name, *text, *name2, *text2, *bad;
    } cases[] = {{"begin", "1000fr", "end", "0s", "begin"},
                 {"end", "1001fr", "begin", "0s", "end"},
                 {"begin", "500fr", "end", "500fr", "end"},
                 {"follow", "on", "xfade", "1ms", "xfade"}};
    table_bench tables;
    table_of(&tables, square, 613);
    for (size_t n = 0; n < sizeof cases / sizeof *cases; n++) {
        bench b = rig(&tables, "loop");
        bench_set(&b, cases[n].name, cases[n].text);
        bench_set(&b, cases[n].name2, cases[n].text2);
        take *t = bench_run(&b, 10, NULL, 0);
        ck_assert_int_eq(t->status, GPH_ARGUMENT);
        ck_assert_str_eq(t->bad_setting, cases[n].bad);
        take_free(t);
    }
    bench empty = rig(&tables, "once");
    bench_set(&empty, "table", "u");
    table_bench_add(&tables, "u", 1, 10, false);
    empty.settings[0].text = "u";
    take *t = bench_run(&empty, 10, NULL, 0);
    ck_assert_int_eq(t->status, GPH_DONE);
    ck_assert_int_eq(take_when(t, "done", 0), 0);
    take_free(t);
    table_bench_finish(&tables);
}
END_TEST

/* ---------------------------------------------------------------- following */

static gph_table *head_of_follow;

/* A recorder's marks: at 40 it is at frame 10 of its first round, at 300 it has closed the loop. */
static void
mark_before(const bench *b, const gph_runtime *rt, int64_t clock)
{
    (void)b, (void)rt;
    gph_table_mark mark = {.clock = clock, .state = GPH_TABLE_IDLE};
    if (clock >= 40)
        mark = (gph_table_mark){.clock = clock,
                                .state = GPH_TABLE_RECORDING,
                                .head = (uint64_t)clock - 30,
                                .filled = (uint64_t)clock - 30};
    if (clock >= 300)
        mark = (gph_table_mark){.clock = clock,
                                .state = GPH_TABLE_PLAYING,
                                .head = (uint64_t)(clock - 300) % 270,
                                .filled = 270,
                                .round = 270};
    if (clock >= 1000)
        mark.state = GPH_TABLE_IDLE;
    gph_table_put_mark(head_of_follow, &mark);
}

START_TEST(follows)
{
    table_bench tables;
    table_of(&tables, index_of, SIZE);
    head_of_follow = gph_table_open(tables.set, "t", "filler", GPH_TABLE_WRITE);
    static const uint32_t sizes[] = {1, 20, 100};
    for (int size = 0; size < 3; size++) {
        bench b = rig(&tables, "loop");
        bench_set(&b, "follow", "on");
        b.before_block = mark_before;
        bench_trigger(&b, "stop", 700);
        bench_trigger(&b, "play", 770);
        take *t = bench_run(&b, 1100, &sizes[size], 1);
        for (uint32_t f = 0; f < 1100; f++) {
            bool on = f >= 300 && f < 1000 && !(f >= 700 && f < 770);
            ck_assert_float_eq(t->out[0][0][f], on ? (float)((f - 300) % 270) : 0);
        }
        ck_assert_int_eq(take_when(t, "loop", 0), 300);
        ck_assert_int_eq(take_when(t, "loop", 1), 570);
        ck_assert_int_eq(take_when(t, "loop", 2), 840);
        take_free(t);
    }
    table_bench_finish(&tables);
}
END_TEST

SUITE("table-player", descriptor, bit_for_bit, rounds, speeds, spline, no_drift, crossfade, wraps,
      stands_still, grows, blocks, refusals, follows)

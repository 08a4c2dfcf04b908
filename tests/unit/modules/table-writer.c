/* table-writer against closed forms and a second implementation that thinks in visits. [test program] */
#include "../bench/table_bench.h"
#include "../suite.h"
#include <math.h>
#include <string.h>

enum { FRAMES = 4000, SIZE = 3000 };

typedef struct rig {
    table_bench tables;
    bench b;
    float **in, **place;
} rig;

/* Sound and a position for it; what the test wants of both it writes into them. */
static void
rig_init(rig *r, uint32_t inputs, uint32_t channels, uint64_t size, const char *mode)
{
    *r = (rig){.in = signal_noise(inputs, FRAMES, 1), .place = signal_noise(1, FRAMES, 0)};
    table_bench_init(&r->tables, 1000);
    table_bench_add(&r->tables, "t", channels, size, false);
    r->b = (bench){.type = "table-writer",
                   .rate = 1000,
                   .in = {{inputs, r->in}},
                   .user = &r->tables,
                   .services = {TABLE_SERVICE}};
    if (strcmp(mode, "position") == 0)
        r->b.in[1] = (bench_port){1, r->place};
    bench_set(&r->b, "table", "t");
    bench_set(&r->b, "mode", mode);
}

static const gph_table_view *
rig_view(rig *r)
{
    return table_bench_view(&r->tables, "t");
}

static void
rig_finish(rig *r)
{
    table_bench_finish(&r->tables);
    signal_free(r->in);
    signal_free(r->place);
}

START_TEST(descriptor)
{
    bench_check_descriptor("table-writer");
}
END_TEST

/* A position that goes on by a frame a frame copies; the channels of the sound are repeated. */
START_TEST(copies)
{
    static const uint32_t widths[][2] = {{1, 1}, {1, 2}, {2, 3}, {3, 2}, {8, 8}, {64, 5}};
    for (size_t n = 0; n < sizeof widths / sizeof *widths; n++) {
        rig r;
        rig_init(&r, widths[n][0], widths[n][1], SIZE, "position");
        for (uint32_t f = 0; f < FRAMES; f++)
            r.place[0][f] = (float)((double)f / SIZE);
        take *t = bench_run(&r.b, FRAMES, NULL, 0);
        const gph_table_view *view = rig_view(&r);
        ck_assert_int_eq(t->status, GPH_OK);
        for (uint32_t c = 0; c < view->channels; c++)
            ck_assert_mem_eq(view->ch[c], r.in[c % widths[n][0]], SIZE * sizeof(float));
        ck_assert_uint_eq(view->mark.filled, SIZE);
        ck_assert_uint_eq(view->mark.written, SIZE);
        ck_assert_uint_eq(view->mark.state, GPH_TABLE_RECORDING);
        take_free(t);
        rig_finish(&r);
    }
}
END_TEST

/* The frame is floor(position * size + 0.5): 20 frames, positions about the borders between two. */
START_TEST(rounds)
{
    static const struct {
        float position;
        int frame; /* -1: none */
    } cases[] = {{0, 0},          {0.024f, 0},  {0.026f, 1},  {-0.024f, 0}, {-0.026f, -1},
                 {0.5f, 10},      {0.974f, 19}, {0.976f, -1}, {1, -1},      {NAN, -1},
                 {-INFINITY, -1}, {1e30f, -1},  {-1e30f, -1}};
    for (size_t n = 0; n < sizeof cases / sizeof *cases; n++) {
        rig r;
        rig_init(&r, 1, 1, 20, "position");
        r.in[0][0] = 0.75f;
        r.place[0][0] = cases[n].position;
        take_free(bench_run(&r.b, 1, NULL, 0));
        const gph_table_view *view = rig_view(&r);
        for (int f = 0; f < 20; f++)
            ck_assert_msg(view->ch[0][f] == (f == cases[n].frame ? 0.75f : 0.0f),
                          "position %g: frame %d", (double)cases[n].position, f);
        ck_assert_uint_eq(view->mark.filled, cases[n].frame < 0 ? 0 : 20);
        rig_finish(&r);
    }
}
END_TEST

/* Four frames at each place: their mean. Three places a frame: a line, forward and backward. */
START_TEST(means_and_lines)
{
    rig r;
    rig_init(&r, 1, 1, SIZE, "position");
    for (uint32_t f = 0; f < FRAMES; f++)
        r.place[0][f] = (float)((double)(f / 4) / SIZE);
    take_free(bench_run(&r.b, FRAMES, NULL, 0));
    for (uint32_t p = 0; p < FRAMES / 4; p++) {
        const float *x = r.in[0] + 4 * p;
        double mean = ((double)x[0] + (double)x[1] + (double)x[2] + (double)x[3]) / 4;
        ck_assert_double_eq_tol((double)rig_view(&r)->ch[0][p], mean, 1e-7);
    }
    rig_finish(&r);
    for (int backward = 0; backward < 2; backward++) {
        rig_init(&r, 1, 1, SIZE, "position");
        for (uint32_t f = 0; f < FRAMES; f++) {
            uint32_t p = backward ? SIZE - 1 - 3 * f : 3 * f;
            r.in[0][f] = (float)p / 8192;
            r.place[0][f] = (float)((double)p / SIZE);
        }
        take_free(bench_run(&r.b, 999, NULL, 0));
        for (uint32_t p = 2; p < SIZE - 5; p++)
            ck_assert_double_eq_tol((double)rig_view(&r)->ch[0][backward ? p + 3 : p],
                                    (backward ? p + 3 : p) / 8192.0, 1e-7);
        rig_finish(&r);
    }
}
END_TEST

/* A line is drawn over 1,024 frames and over as many as `max-jump` says, not over one more, and none
 * comes from outside of the table. */
START_TEST(jumps)
{
    static const struct {
        const char *most;
        uint32_t way;
        bool outside, drawn;
    } cases[] = {{NULL, 1024, false, true}, {NULL, 1025, false, false}, {"7", 7, false, true},
                 {"7", 8, false, false},    {"0", 2, false, false},     {NULL, 500, true, false}};
    for (size_t n = 0; n < sizeof cases / sizeof *cases; n++) {
        rig r;
        rig_init(&r, 1, 1, SIZE, "position");
        if (cases[n].most)
            bench_set(&r.b, "max-jump", cases[n].most);
        uint32_t frame = 0, way = cases[n].way;
        r.in[0][0] = 0.25f, r.in[0][1] = r.in[0][2] = 0.75f;
        r.place[0][frame++] = 100.0f / SIZE;
        if (cases[n].outside)
            r.place[0][frame++] = 1.5f;
        r.place[0][frame++] = (float)((100.0 + way) / SIZE);
        take_free(bench_run(&r.b, frame, NULL, 0));
        const float *t = rig_view(&r)->ch[0];
        for (uint32_t k = 1; k < way; k++)
            ck_assert_double_eq_tol((double)t[100 + k], cases[n].drawn ? 0.25 + 0.5 * k / way : 0,
                                    1e-7);
        ck_assert(t[99] == 0 && t[100] == 0.25f && t[100 + way] == 0.75f && t[101 + way] == 0);
        rig_finish(&r);
    }
}
END_TEST

/* ---------------------------------------------------------------- the second implementation */

/* A stay at one frame. */
typedef struct visit {
    long frame;
    double first, sum;
    int count;
} visit;

/* The table after all visits: where one ends its mean stands, and the way to the next is drawn from there. */
static void
tell_visits(const float *in, const float *place, uint32_t frames, double *table, long most)
{
    static visit visits[FRAMES];
    int n_visits = 0;
    for (uint32_t f = 0; f < frames; f++) {
        long frame = isfinite(place[f]) ? lround(floor((double)place[f] * SIZE + 0.5)) : -1;
        if (frame < 0 || frame >= SIZE)
            frame = -1;
        if (n_visits == 0 || visits[n_visits - 1].frame != frame)
            visits[n_visits++] = (visit){.frame = frame, .first = (double)in[f]};
        visits[n_visits - 1].sum += (double)in[f];
        visits[n_visits - 1].count++;
    }
    for (int v = 0; v < n_visits; v++) {
        const visit *now = &visits[v], *before = v ? now - 1 : NULL;
        if (now->frame < 0)
            continue;
        long way = before && before->frame >= 0 ? now->frame - before->frame : 0;
        for (long k = 1; labs(way) <= most && k < labs(way); k++) {
            double from = before->sum / before->count, part = (double)k / (double)labs(way);
            table[before->frame + (way > 0 ? k : -k)] = from * (1 - part) + now->first * part;
        }
        table[now->frame] = now->sum / now->count;
    }
}

/* Where a position goes that wanders, waits, leaps and leaves. */
static void
wander(float *place, uint32_t seed)
{
    uint32_t x = seed * 2654435761u + 1;
    double at = 0.5;
    for (uint32_t f = 0; f < FRAMES; f++) {
        x = x * 1664525u + 1013904223u;
        uint32_t what = x >> 28, much = (x >> 8) & 0xfffff;
        double part = much / 1048576.0;
        if (what < 6)
            at += (part - 0.5) * 20 / SIZE;
        else if (what < 8)
            at += (part - 0.5) * 2200 / SIZE;
        else if (what == 8)
            at = part * 1.2 - 0.1;
        if (at < -0.1 || at > 1.1)
            at = 0.5;
        place[f] = what == 9 && much % 16 == 0 ? NAN : (float)at;
    }
}

START_TEST(like_the_visits)
{
    static const uint32_t sizes[] = {8192, 1, 7, 64, 1000};
    static double table[SIZE];
    for (uint32_t seed = 1; seed <= 40; seed++) {
        rig r;
        rig_init(&r, 1, 1, SIZE, "position");
        wander(r.place[0], seed);
        bench_set(&r.b, "max-jump", seed % 2 ? "1024" : "300");
        memset(table, 0, sizeof table);
        tell_visits(r.in[0], r.place[0], FRAMES, table, seed % 2 ? 1024 : 300);
        take_free(bench_run(&r.b, FRAMES, &sizes[seed % 5], 1));
        for (uint32_t f = 0; f < SIZE; f++)
            ck_assert_msg(fabs((double)rig_view(&r)->ch[0][f] - table[f]) < 2e-7,
                          "seed %u frame %u: %.9g, not %.9g", seed, f,
                          (double)rig_view(&r)->ch[0][f], table[f]);
        rig_finish(&r);
    }
}
END_TEST

/* ---------------------------------------------------------------- changes, triggers */

/* Steps of uneven length, on one of two channels at a time. */
START_TEST(changes)
{
    static const uint32_t sizes[] = {8192, 1, 7, 64};
    for (size_t n = 0; n < 4; n++) {
        rig r;
        rig_init(&r, 2, 2, 100, "changes");
        bench_trigger(&r.b, "record", 2000);
        float wanted[2][FRAMES] = {{0}};
        uint32_t n_wanted = 0, first_done = 0, second_done = 0;
        for (uint32_t f = 0; f < FRAMES; f++) {
            r.in[0][f] = (float)(f / 13);
            r.in[1][f] = -(float)(f / 20);
        }
        for (int pass = 0; pass < 2; pass++) {
            n_wanted = 0;
            for (uint32_t f = pass ? 2000 : 0; n_wanted < 100; f++)
                if (n_wanted == 0 || f % 13 == 0 || f % 20 == 0) {
                    wanted[0][n_wanted] = (float)(f / 13);
                    wanted[1][n_wanted] = -(float)(f / 20);
                    *(pass ? &second_done : &first_done) = f;
                    n_wanted++;
                }
        }
        take *t = bench_run(&r.b, FRAMES, &sizes[n], 1);
        const gph_table_view *view = rig_view(&r);
        for (uint32_t c = 0; c < 2; c++)
            for (uint32_t f = 0; f < 100; f++)
                ck_assert_msg(view->ch[c][f] == wanted[c][f], "channel %u frame %u", c, f);
        ck_assert_uint_eq(t->n_events, 4);
        ck_assert_int_eq(take_when(t, "started", 0), 0);
        ck_assert_int_eq(take_when(t, "done", 0), first_done);
        ck_assert_int_eq(take_when(t, "started", 1), 2000);
        ck_assert_int_eq(take_when(t, "done", 1), second_done);
        ck_assert_uint_eq(view->mark.pass, 2);
        ck_assert_uint_eq(view->mark.written, 200);
        ck_assert_uint_eq(view->mark.state, GPH_TABLE_IDLE);
        take_free(t);
        rig_finish(&r);
    }
}
END_TEST

/* Between the triggers, on their frames, and nowhere else; the state before a stop is forgotten, and all of
 * it by a reset. */
START_TEST(triggers)
{
    static const uint32_t sizes[] = {8192, 1, 7, 64, 1000};
    for (size_t n = 0; n < 5; n++) {
        rig r;
        rig_init(&r, 1, 1, SIZE, "position");
        r.b.flags = n == 4 ? BENCH_AGAIN : 0;
        bench_set(&r.b, "start", "trigger");
        bench_trigger(&r.b, "record", 101);
        bench_trigger(&r.b, "stop", 307);
        bench_trigger(&r.b, "toggle", 513);
        bench_trigger(&r.b, "toggle", 1029);
        bench_trigger(&r.b, "stop", 1100);
        for (uint32_t f = 0; f < FRAMES; f++)
            r.place[0][f] = (float)((double)f / SIZE);
        take *t = bench_run(&r.b, 2000, &sizes[n], 1);
        const gph_table_view *view = rig_view(&r);
        for (uint32_t f = 0; f < SIZE; f++) {
            bool in = (f >= 101 && f < 307) || (f >= 513 && f < 1029);
            ck_assert(view->ch[0][f] == (in ? r.in[0][f] : 0.0f));
        }
        ck_assert_uint_eq(t->n_events, 4);
        ck_assert_int_eq(take_when(t, "started", 0), 101);
        ck_assert_int_eq(take_when(t, "stopped", 0), 307);
        ck_assert_int_eq(take_when(t, "started", 1), 513);
        ck_assert_int_eq(take_when(t, "stopped", 1), 1029);
        take_free(t);
        rig_finish(&r);
    }
}
END_TEST

/* What is no number becomes 0 and is told; the table stays finite, and what comes later is right. */
START_TEST(not_finite)
{
    static const char *const modes[] = {"position", "changes"};
    for (int n = 0; n < 2; n++) {
        rig r;
        rig_init(&r, 1, 1, SIZE, modes[n]);
        for (uint32_t f = 0; f < FRAMES; f++)
            r.place[0][f] = (float)((double)f / SIZE);
        r.in[0][10] = NAN, r.in[0][20] = INFINITY, r.in[0][30] = -INFINITY;
        take *t = bench_run(&r.b, 2000, NULL, 0);
        const gph_table_view *view = rig_view(&r);
        for (uint32_t f = 0; f < 2000; f++)
            ck_assert(view->ch[0][f] == (f == 10 || f == 20 || f == 30 ? 0.0f : r.in[0][f]));
        ck_assert_uint_eq(t->n_faults, 1);
        ck_assert_int_eq(t->fault[1], 3);
        take_free(t);
        rig_finish(&r);
    }
}
END_TEST

START_TEST(refusals)
{
    static const char *const modes[] = {"position", "changes"};
    for (int n = 0; n < 2; n++) {
        rig r;
        rig_init(&r, 1, 1, SIZE, modes[n]);
        r.b.in[1] = n ? (bench_port){1, r.place} : (bench_port){0, NULL};
        take *t = bench_run(&r.b, 10, NULL, 0);
        ck_assert_int_eq(t->status, GPH_ARGUMENT);
        ck_assert_str_eq(t->bad_setting, "mode");
        ck_assert(strstr(t->error, "from.position"));
        take_free(t);
        rig_finish(&r);
    }
    rig r;
    rig_init(&r, 1, 1, SIZE, "position");
    ck_assert_ptr_nonnull(gph_table_open(r.tables.set, "t", "rec", GPH_TABLE_WRITE));
    take *t = bench_run(&r.b, 10, NULL, 0);
    ck_assert_int_lt(t->status, 0);
    ck_assert(table_bench_said(&r.tables, "'rec'") &&
              table_bench_said(&r.tables, "'table-writer'"));
    take_free(t);
    rig_finish(&r);
}
END_TEST

SUITE("table-writer", descriptor, copies, rounds, means_and_lines, jumps, like_the_visits, changes,
      triggers, not_finite, refusals)

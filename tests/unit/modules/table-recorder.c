/* table-recorder against the numbers of its design and a frame-by-frame model. [test program] */
#include "../bench/table_bench.h"
#include "../suite.h"
#include <math.h>
#include <string.h>

static float ones[20000];

static float *const one_channel[] = {ones, NULL};

/* Records from a signal of ones into "t". */
static bench
rig(table_bench *tables)
{
    for (size_t n = 0; n < sizeof ones / sizeof *ones; n++)
        ones[n] = 1;
    bench b = {.type = "table-recorder",
               .rate = 1000,
               .in = {{1, one_channel}},
               .user = tables,
               .services = {TABLE_SERVICE}};
    bench_set(&b, "table", "t");
    return b;
}

static void
expect(const float *got, const float *wanted, size_t n)
{
    for (size_t i = 0; i < n; i++)
        ck_assert_msg(memcmp(&got[i], &wanted[i], sizeof *got) == 0, "frame %zu is %.9g, not %.9g",
                      i, (double)got[i], (double)wanted[i]);
}

START_TEST(descriptor)
{
    bench_check_descriptor("table-recorder");
}
END_TEST

/* Size 20, F 4, input 1, feedback .5: three passes. */
START_TEST(law)
{
    static const float passes[3][3] = {
        {0.25f, 1, 0.25f}, {0.375f, 1.5f, 0.375f}, {0.4375f, 1.75f, 0.4375f}};
    static const float first[20] = {0, .25f, .5f, .75f, 1, 1, 1,    1,   1,    1,
                                    1, 1,    1,   1,    1, 1, .75f, .5f, .25f, 0};
    for (uint32_t n_passes = 1; n_passes <= 3; n_passes++) {
        table_bench tables;
        table_bench_init(&tables, 1000);
        table_bench_add(&tables, "t", 1, 20, false);
        bench b = rig(&tables);
        bench_set(&b, "fade", "4ms");
        bench_param(&b, "feedback", 0, 0, 0.5f);
        for (uint32_t n = 0; n < n_passes; n++)
            bench_trigger(&b, "record", 7 + 30 * n);
        take *t = bench_run(&b, 100, NULL, 0);
        const gph_table_view *view = table_bench_view(&tables, "t");
        if (n_passes == 1)
            expect(view->ch[0], first, 20);
        ck_assert_float_eq(view->ch[0][1], passes[n_passes - 1][0]);
        ck_assert_float_eq(view->ch[0][4], passes[n_passes - 1][1]);
        ck_assert_float_eq(view->ch[0][18], passes[n_passes - 1][2]);
        ck_assert_uint_eq(take_count(t, "done"), n_passes);
        ck_assert_int_eq(take_when(t, "started", 0), 7);
        ck_assert_int_eq(take_when(t, "done", 0), 26);
        ck_assert_uint_eq(view->mark.filled, 20);
        ck_assert_uint_eq(view->mark.pass, n_passes);
        ck_assert_uint_eq(view->mark.written, 20 * n_passes);
        ck_assert_uint_eq(view->mark.state, GPH_TABLE_IDLE);
        take_free(t);
        table_bench_finish(&tables);
    }
}
END_TEST

/* A fade of half the table or more is 0.499 of it: 9 of 20. The other law fades in F + 1. */
START_TEST(clamp_and_trig)
{
    static const struct {
        const char *fade, *law;
        float wanted[20];
    } cases[] = {
        {"10ms", "linear", {0,       1 / 9.f, 2 / 9.f, 3 / 9.f, 4 / 9.f, 5 / 9.f, 6 / 9.f,
                            7 / 9.f, 8 / 9.f, 1,       1,       8 / 9.f, 7 / 9.f, 6 / 9.f,
                            5 / 9.f, 4 / 9.f, 3 / 9.f, 2 / 9.f, 1 / 9.f, 0}},
        {"4ms", "trig", {0, .2f, .4f, .6f, .8f, 1, 1,   1,   1,   1,
                         1, 1,   1,   1,   1,   1, .8f, .6f, .4f, .2f}},
        {"0ms", "trig", {0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1}},
        {"10ms", "trig", {0, .1f, .2f, .3f, .4f, .5f, .6f, .7f, .8f, .9f,
                          1, .9f, .8f, .7f, .6f, .5f, .4f, .3f, .2f, .1f}},
    };
    for (size_t n = 0; n < 4; n++) {
        table_bench tables;
        table_bench_init(&tables, 1000);
        table_bench_add(&tables, "t", 1, 20, false);
        bench b = rig(&tables);
        bench_set(&b, "fade", cases[n].fade);
        bench_set(&b, "fade-law", cases[n].law);
        bench_trigger(&b, "record", 0);
        take_free(bench_run(&b, 30, NULL, 0));
        expect(table_bench_view(&tables, "t")->ch[0], cases[n].wanted, 20);
        table_bench_finish(&tables);
    }
}
END_TEST

/* 0.01 s at 48 kHz is 480 frames, wherever blocks end; what lies behind stays. */
START_TEST(stop_on_the_frame)
{
    for (int by_length = 0; by_length < 2; by_length++) {
        table_bench tables;
        table_bench_init(&tables, 48000);
        table_bench_add(&tables, "t", 2, 1000, false);
        bench b = rig(&tables);
        b.rate = 48000;
        bench_trigger(&b, "record", 11);
        if (by_length)
            bench_set(&b, "length", "0.01s");
        else
            bench_trigger(&b, "stop", 491);
        const uint32_t block = 64;
        take *t = bench_run(&b, 2000, &block, 1);
        const gph_table_view *view = table_bench_view(&tables, "t");
        for (uint32_t c = 0; c < 2; c++)
            for (uint32_t f = 0; f < 1000; f++)
                ck_assert_float_eq(view->ch[c][f], f < 480 ? 1 : 0);
        ck_assert_int_eq(take_when(t, "stopped", 0), 491);
        ck_assert_uint_eq(take_count(t, "done"), 0);
        ck_assert_uint_eq(view->mark.filled, 480);
        take_free(t);
        table_bench_finish(&tables);
    }
}
END_TEST

/* A closed loop: what falls behind its end and what rose at its start sum to 1. */
START_TEST(seam)
{
    table_bench tables;
    table_bench_init(&tables, 1000);
    table_bench_add(&tables, "t", 1, 500, false);
    bench b = rig(&tables);
    bench_set(&b, "mode", "overdub");
    bench_set(&b, "fade", "50ms");
    bench_trigger(&b, "toggle", 100);
    bench_trigger(&b, "toggle", 401);
    take *t = bench_run(&b, 1000, NULL, 0);
    const gph_table_view *view = table_bench_view(&tables, "t");
    for (uint32_t f = 0; f < 301; f++)
        ck_assert_float_eq(view->ch[0][f], 1);
    ck_assert_uint_eq(view->mark.filled, 301);
    ck_assert_uint_eq(view->mark.round, 301);
    ck_assert_uint_eq(view->mark.state, GPH_TABLE_PLAYING);
    ck_assert_uint_eq(view->mark.head, (1000 - 401) % 301);
    ck_assert_int_eq(take_when(t, "loop", 0), 100);
    ck_assert_int_eq(take_when(t, "loop", 1), 401);
    ck_assert_int_eq(take_when(t, "loop", 2), 702);
    ck_assert_int_eq(take_when(t, "stopped", 0), 401);
    take_free(t);
    table_bench_finish(&tables);
}
END_TEST

/* A loop without a fade fills: each place has the last that came there, and nothing of before. */
START_TEST(fill)
{
    static const uint32_t sizes[] = {8192, 1, 64};
    float **noise = signal_noise(2, 3000, 1);
    for (size_t n = 0; n < 3; n++) {
        table_bench tables;
        table_bench_init(&tables, 1000);
        table_bench_add(&tables, "t", 2, 500, false);
        bench b = rig(&tables);
        b.in[0] = (bench_port){2, noise};
        bench_set(&b, "mode", "loop");
        bench_trigger(&b, "record", 37);
        bench_trigger(&b, "stop", 2801);
        take *t = bench_run(&b, 3000, &sizes[n], 1);
        const gph_table_view *view = table_bench_view(&tables, "t");
        for (uint32_t f = 37; f < 2801; f++)
            for (uint32_t c = 0; f + 500 >= 2801 && c < 2; c++)
                ck_assert(view->ch[c][(f - 37) % 500] == noise[c][f]);
        ck_assert_uint_eq(take_count(t, "loop"), 6);
        for (uint32_t k = 0; k < 6; k++)
            ck_assert_int_eq(take_when(t, "loop", k), 37 + 500 * k);
        ck_assert_int_eq(take_when(t, "stopped", 0), 2801);
        ck_assert_uint_eq(view->mark.pass, 5);
        ck_assert_uint_eq(view->mark.written, 2801 - 37);
        take_free(t);
        table_bench_finish(&tables);
    }
    signal_free(noise);
}
END_TEST

/* Not a number comes in, or too much of it: the table stays finite. */
START_TEST(not_finite)
{
    static float evil[100] = {[3] = NAN, [4] = INFINITY, [5] = 3e38f, [25] = 3e38f};
    float *const channels[] = {evil, NULL};
    table_bench tables;
    table_bench_init(&tables, 1000);
    table_bench_add(&tables, "t", 1, 20, false);
    bench b = rig(&tables);
    b.in[0].ch = channels;
    bench_set(&b, "mode", "loop");
    bench_param(&b, "feedback", 0, 0, 1);
    bench_trigger(&b, "record", 0);
    take *t = bench_run(&b, 40, NULL, 0);
    const gph_table_view *view = table_bench_view(&tables, "t");
    for (uint32_t f = 0; f < 20; f++)
        ck_assert(isfinite(view->ch[0][f]));
    ck_assert_uint_ge(t->n_faults, 1);
    take_free(t);
    table_bench_finish(&tables);
}
END_TEST

/* Feedback 0 does not read what was there, whatever that is; -1 turns it exactly. Inputs are repeated
 * over the table's channels. */
START_TEST(old_sound)
{
    static float twos[20];
    for (int f = 0; f < 20; f++)
        twos[f] = 2;
    float *const channels[] = {ones, twos, NULL};
    for (int turned = 0; turned < 2; turned++) {
        table_bench tables;
        table_bench_init(&tables, 1000);
        table_bench_add(&tables, "t", 5, 20, false);
        gph_table *table = gph_table_open(tables.set, "t", "filler", GPH_TABLE_WRITE);
        for (uint32_t c = 0; c < 5; c++)
            for (uint32_t f = 0; f < 20; f++)
                gph_table_look(table)->ch[c][f] = turned ? 0.1f : NAN;
        gph_table_put_mark(table, &(gph_table_mark){.filled = 20});
        gph_table_close(table);
        bench b = rig(&tables);
        b.in[0].channels = 2;
        b.in[0].ch = channels;
        bench_param(&b, "feedback", 0, 0, turned ? -1 : 0);
        bench_trigger(&b, "record", 0);
        take *t = bench_run(&b, 20, NULL, 0);
        const gph_table_view *view = table_bench_view(&tables, "t");
        for (uint32_t c = 0; c < 5; c++)
            for (uint32_t f = 0; f < 20; f++)
                ck_assert(view->ch[c][f] == (c % 2 ? 2.0f : 1.0f) - (turned ? 0.1f : 0.0f));
        ck_assert_uint_eq(t->n_faults, 0);
        take_free(t);
        table_bench_finish(&tables);
    }
}
END_TEST

START_TEST(refusals)
{
    table_bench tables;
    table_bench_init(&tables, 1000);
    table_bench_add(&tables, "t", 1, 20, false);
    bench b = rig(&tables);
    bench_set(&b, "fade-law", "trig");
    bench_set(&b, "mode", "loop");
    take *t = bench_run(&b, 10, NULL, 0);
    ck_assert_int_eq(t->status, GPH_ARGUMENT);
    ck_assert_str_eq(t->bad_setting, "fade-law");
    take_free(t);
    /* A second writer. */
    ck_assert_ptr_nonnull(gph_table_open(tables.set, "t", "rec", GPH_TABLE_WRITE));
    bench second = rig(&tables);
    t = bench_run(&second, 10, NULL, 0);
    ck_assert_int_lt(t->status, 0);
    ck_assert(table_bench_said(&tables, "'rec'") && table_bench_said(&tables, "'table-recorder'"));
    take_free(t);
    table_bench_finish(&tables);
}
END_TEST

/* ---------------------------------------------------------------- the model */

enum { SIZE = 700, CHANNELS = 2, FRAMES = 6000 };

/* The same machine, thought of a frame at a time: the spare is copied at once, and only known to be
 * whole when the real one is. */
typedef struct model {
    int mode; /* 0 once, 1 loop, 2 overdub */
    uint32_t fade, stop_fade, length, copy_size, copy_age;
    float now[CHANNELS][SIZE], old[CHANNELS][SIZE];
    uint32_t filled, round, old_filled, old_round;
    bool may_undo, wanted, running, writing, falling, go_on, adding;
    uint32_t head, taken, level, fall, falls; /* level counts up to fade; fall down from falls */
    uint32_t n_started, n_stopped, n_done, n_loop;
} model;

static void
model_swap(model *m)
{
    static float keep[CHANNELS][SIZE];
    bool was_empty = m->filled == 0;
    memcpy(keep, m->now, sizeof keep), memcpy(m->now, m->old, sizeof keep);
    memcpy(m->old, keep, sizeof keep);
    uint32_t filled = m->filled, round = m->round;
    m->filled = m->old_filled, m->round = m->old_round;
    m->old_filled = filled, m->old_round = round;
    m->wanted = false;
    if (m->filled == 0)
        m->running = false, m->head = 0;
    else if (was_empty && m->mode == 2)
        m->running = true, m->head = 0;
}

static void
model_start(model *m)
{
    bool first = m->mode != 2 || m->round == 0;
    if (m->mode == 2 && m->writing)
        return;
    if (first || !m->running)
        m->head = 0;
    m->level = m->falling && !first ? m->fall * m->fade / m->falls : 0;
    m->running = m->writing = m->may_undo = true;
    m->falling = m->adding = m->wanted = false;
    m->taken = m->copy_age = 0;
    memcpy(m->old, m->now, sizeof m->old);
    m->old_filled = m->copy_size = m->filled, m->old_round = m->round;
    m->n_started++;
}

static void
model_fall(model *m, uint32_t frames, bool go_on)
{
    m->writing = false;
    m->falls = frames;
    m->fall = m->mode == 0 || m->level >= m->fade ? frames : frames * m->level / m->fade;
    m->falling = m->fall > 0;
    m->go_on = go_on;
    m->running = go_on || m->falling;
}

static void
model_stop(model *m, bool go_on)
{
    if (m->writing && m->mode == 2 && m->round == 0) {
        m->round = m->head, m->head = 0;
        model_fall(m, m->fade, go_on && m->round > 0);
        m->adding = m->falling;
        if (m->round == 0)
            m->running = m->falling = m->adding = false;
        m->n_stopped++;
    } else if (m->writing) {
        model_fall(m, m->stop_fade, go_on);
        m->n_stopped++;
    } else if (m->falling) {
        m->go_on = m->go_on && go_on;
    } else {
        m->running = m->running && go_on;
    }
}

static void
model_cut(model *m)
{
    if (m->writing && m->mode == 2 && m->round == 0)
        m->round = m->head, m->head = 0;
    if (m->mode != 2 || m->round == 0 || (m->falling && !m->go_on))
        m->running = false;
    m->n_stopped += m->writing;
    m->writing = m->falling = m->adding = false;
}

static void
model_event(model *m, const char *name)
{
    if (strcmp(name, "record") == 0 || (strcmp(name, "toggle") == 0 && !m->writing)) {
        model_start(m);
    } else if (strcmp(name, "stop") == 0 || strcmp(name, "toggle") == 0) {
        model_stop(m, name[0] == 't' && m->mode == 2);
    } else if (strcmp(name, "undo") == 0 && m->may_undo) {
        model_cut(m);
        m->wanted = true;
        if (m->copy_age * 64 >= m->copy_size)
            model_swap(m);
    } else if (strcmp(name, "clear") == 0) {
        model_cut(m);
        m->running = false, m->head = 0;
        if (m->filled == 0)
            return;
        memcpy(m->old, m->now, sizeof m->old);
        m->old_filled = m->filled, m->old_round = m->round;
        m->filled = m->round = m->copy_size = 0;
        m->may_undo = true, m->wanted = false;
        m->running = false;
    }
}

static void
model_write(model *m, float *const *in, const float *feedback, uint32_t t)
{
    float gain = 1;
    if (m->falling)
        gain = 1 - (float)(m->falls - m->fall) / (float)m->falls;
    else if (m->mode != 0 && m->level < m->fade)
        gain = (float)m->level / (float)m->fade;
    if (m->mode == 0 && m->head < m->fade)
        gain *= (float)m->head / (float)m->fade;
    else if (m->mode == 0 && m->head >= SIZE - m->fade)
        gain *= (float)(SIZE - 1 - m->head) / (float)m->fade;
    float f = m->head >= m->filled ? 0 : m->adding ? 1 : feedback[t];
    for (int c = 0; c < CHANNELS; c++) {
        float fresh = in[0][t] * gain, old = f != 0 ? m->now[c][m->head] * f : 0;
        m->now[c][m->head] = f != 0 ? fresh + old : fresh;
    }
    if (m->head >= m->filled)
        m->filled = m->head + 1;
}

static void
model_frame(model *m, float *const *in, const float *feedback, uint32_t t)
{
    bool full = m->mode == 2 && m->round == 0 && m->head == SIZE;
    if (m->writing && (full || (m->length && m->taken == m->length)))
        model_stop(m, m->mode == 2);
    m->n_loop += m->running && m->head == 0 && m->mode != 0;
    if (m->writing || m->falling)
        model_write(m, in, feedback, t);
    if (m->writing)
        m->taken++, m->level += m->level < m->fade;
    if (m->running) {
        bool open = m->mode == 2 && m->round == 0;
        m->head++;
        bool fell = m->falling && --m->fall == 0;
        if (!open && m->head == (m->mode == 2 ? m->round : SIZE)) {
            m->head = 0;
            if (m->mode == 0) {
                m->n_done += m->writing;
                m->running = m->writing = m->falling = fell = false;
            }
        }
        if (fell)
            m->falling = m->adding = false, m->running = m->go_on;
    }
    m->copy_age++;
    if (m->wanted && m->copy_age * 64 >= m->copy_size)
        model_swap(m);
}

static uint32_t
roll(uint32_t *x, uint32_t below)
{
    *x = *x * 1664525u + 1013904223u;
    return (*x >> 8) % below;
}

/* A rig whose settings and triggers are thrown by `seed`. */
static void
throw_rig(bench *b, model *m, uint32_t seed)
{
    static const char *const names[] = {"toggle", "record", "stop", "undo",
                                        "clear",  "toggle", "undo", "toggle"};
    static const char *const modes[] = {"once", "loop", "overdub"};
    static const char *const fades[] = {"0s", "10fr", "97fr", "340fr"};
    static const uint32_t fade_frames[] = {0, 10, 97, 340};
    uint32_t x = seed;
    *m = (model){.mode = (int)roll(&x, 3)};
    uint32_t fade = roll(&x, 4), stop_fade = roll(&x, 5), length = roll(&x, 4);
    bench_set(b, "mode", modes[m->mode]);
    bench_set(b, "fade", fades[fade]);
    m->fade = fade_frames[fade];
    m->stop_fade = m->mode == 0 ? 0 : m->fade;
    if (stop_fade < 4) {
        bench_set(b, "stop-fade", fades[stop_fade]);
        m->stop_fade = fade_frames[stop_fade];
    }
    if (length == 0) {
        bench_set(b, "length", "411fr");
        m->length = 411;
    }
    uint32_t at = 0;
    for (int n = 0; n < 24; n++) {
        at += roll(&x, n % 3 ? 450 : 20);
        if (at < FRAMES)
            bench_trigger(b, names[roll(&x, 8)], at);
    }
}

static void
compare(const model *m, const gph_table_view *view, const take *t, uint32_t seed, uint32_t block)
{
    ck_assert_msg(view->mark.filled == m->filled, "seed %u block %u: filled %u, not %u", seed,
                  block, (unsigned)view->mark.filled, m->filled);
    /* A loop of a few frames gives more events than the 64 that a call may. */
    bool dizzy = m->n_loop > 200;
    ck_assert_msg(dizzy ||
                      (take_count(t, "started") == m->n_started &&
                       take_count(t, "stopped") == m->n_stopped &&
                       take_count(t, "done") == m->n_done && take_count(t, "loop") == m->n_loop),
                  "seed %u block %u: events", seed, block);
    for (int c = 0; c < CHANNELS; c++)
        for (uint32_t f = 0; f < m->filled; f++)
            ck_assert_msg(memcmp(&view->ch[c][f], &m->now[c][f], sizeof(float)) == 0,
                          "seed %u block %u mode %d: frame %u is %.9g, not %.9g", seed, block,
                          m->mode, f, (double)view->ch[c][f], (double)m->now[c][f]);
    bool open = m->mode == 2 && m->round == 0;
    ck_assert_msg(view->mark.head == m->head || (open && m->head == SIZE),
                  "seed %u block %u: head %u, not %u", seed, block, (unsigned)view->mark.head,
                  m->head);
}

/* 250 random rigs, each at other blocks, give what the model gives, bit for bit. */
START_TEST(like_the_model)
{
    static const uint32_t sizes[] = {8192, 1, 7, 64, 129, 1000};
    static model m;
    static float feedback[FRAMES];
    float **noise = signal_noise(1, FRAMES, 1);
    for (uint32_t seed = 1; seed <= 250; seed++) {
        table_bench tables;
        table_bench_init(&tables, 1000);
        table_bench_add(&tables, "t", CHANNELS, SIZE, true);
        bench b = rig(&tables);
        b.in[0].ch = noise;
        throw_rig(&b, &m, seed);
        float level = seed % 5 == 0 ? 0 : seed % 5 == 1 ? 1 : seed % 5 == 2 ? -1 : 0.7f;
        bench_param(&b, "feedback", 0, 0, level);
        for (uint32_t t = 0; t < FRAMES; t++)
            feedback[t] = level;
        for (uint32_t t = 0; t < FRAMES; t++) {
            for (uint32_t n = 0; n < b.n_hits; n++)
                if (b.hits[n].frame == t)
                    model_event(&m, b.hits[n].name);
            model_frame(&m, noise, feedback, t);
        }
        uint32_t block = sizes[seed % 6];
        take *t = bench_run(&b, FRAMES, &block, 1);
        ck_assert_msg(t->status >= 0, "seed %u: %s", seed, t->error);
        compare(&m, table_bench_view(&tables, "t"), t, seed, block);
        take_free(t);
        table_bench_finish(&tables);
    }
    signal_free(noise);
}
END_TEST

SUITE("table-recorder", descriptor, law, clamp_and_trig, stop_on_the_frame, seam, fill, not_finite,
      old_sound, refusals, like_the_model)

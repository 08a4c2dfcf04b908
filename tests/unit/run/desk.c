/* Triggers of a table beside a recorder that writes it. [test program] */
#include "../../../core/run/table_desk.h"
#include "../bench/table_bench.h"
#include "../suite.h"

enum { FRAMES = 100 };

/* A table with a writer, and the last job that was not done. */
typedef struct stage {
    table_bench tables;
    gph_table *writer;
    gph_table_desk *desk;
    uint32_t what;
    uint32_t n_refused;
    gph_table_why why;
} stage;

static void
refused(void *user, uint32_t what, gph_table_why why)
{
    stage *s = user;
    s->n_refused++;
    s->what = what;
    s->why = why;
}

static void
init(stage *s, bool spare, bool beside)
{
    *s = (stage){0};
    table_bench_init(&s->tables, 48000);
    table_bench_add(&s->tables, "t", 2, FRAMES, spare);
    ck_assert_int_eq(gph_table_set_serve(s->tables.set, NULL, beside), GPH_OK);
    s->writer = gph_table_open(s->tables.set, "t", "rec", GPH_TABLE_WRITE);
    s->desk = gph_table_set_desk(s->tables.set, "T");
    ck_assert(s->writer && s->desk && !gph_table_set_desk(s->tables.set, "u"));
}

static void
record(stage *s, uint64_t frames, float value)
{
    const gph_table_view *view = gph_table_look(s->writer);
    gph_table_mark mark = view->mark;
    for (uint64_t f = 0; f < frames; f++)
        for (uint32_t c = 0; c < view->channels; c++)
            view->ch[c][f] = value;
    mark.filled = frames > mark.filled ? frames : mark.filled;
    mark.written += frames;
    gph_table_put_mark(s->writer, &mark);
}

static void
be(stage *s, uint32_t state, uint32_t keeps_spare)
{
    gph_table_mark mark = gph_table_look(s->writer)->mark;
    mark.state = state;
    mark.keeps_spare = keeps_spare;
    gph_table_put_mark(s->writer, &mark);
}

static gph_table_why
ask(stage *s, uint32_t what)
{
    static const float with[GPH_TABLE_N_PARAMS] = {[GPH_TABLE_AMOUNT] = 2, [GPH_TABLE_LEVEL] = 1};
    return gph_table_ask(s->desk, what, 0, with);
}

static void
turn(stage *s, bool at_once)
{
    gph_table_turn(s->desk, 0, at_once, refused, s);
}

static float
first(stage *s)
{
    return gph_table_look(s->writer)->ch[0][0];
}

/* Several at once, in their order; undo and redo. */
START_TEST(in_order)
{
    stage s;
    init(&s, true, false);
    record(&s, 50, 0.5f);
    ask(&s, GPH_TABLE_DO_ADD);
    ask(&s, GPH_TABLE_DO_MULTIPLY);
    ask(&s, GPH_TABLE_DO_INVERT);
    ck_assert_float_eq(first(&s), 0.5f);
    turn(&s, true);
    ck_assert_float_eq(first(&s), -5.0f);
    const gph_table_view *view = gph_table_look(s.writer);
    ck_assert_uint_eq(view->generation, 3);
    ck_assert_uint_eq(view->mark.filled, 50);
    ck_assert_uint_eq(view->bank, 1);
    ask(&s, GPH_TABLE_DO_UNDO);
    turn(&s, true);
    ck_assert_float_eq(first(&s), 5.0f);
    ask(&s, GPH_TABLE_DO_UNDO);
    turn(&s, true);
    ck_assert_float_eq(first(&s), -5.0f);
    ask(&s, GPH_TABLE_DO_CLEAR);
    turn(&s, true);
    ck_assert_uint_eq(gph_table_look(s.writer)->mark.filled, 0);
    ask(&s, GPH_TABLE_DO_UNDO);
    turn(&s, true);
    ck_assert_uint_eq(gph_table_look(s.writer)->mark.filled, 50);
    ck_assert_float_eq(first(&s), -5.0f);
    ck_assert_uint_eq(s.n_refused, 0);
    /* What was recorded since is not undone by the table. */
    record(&s, 10, 0.125f);
    ask(&s, GPH_TABLE_DO_UNDO);
    turn(&s, true);
    ck_assert_uint_eq(s.why, GPH_TABLE_NO_UNDO);
    ck_assert_float_eq(first(&s), 0.125f);
    table_bench_finish(&s.tables);
}
END_TEST

START_TEST(refusals)
{
    stage s;
    init(&s, false, false);
    record(&s, 50, 0.5f);
    for (uint32_t what = GPH_TABLE_DO_UNDO; what < GPH_TABLE_N_DOS; what++) {
        ask(&s, what);
        turn(&s, true);
        ck_assert(s.why == GPH_TABLE_NO_SPARE && s.what == what);
    }
    /* A clear needs none. */
    s.n_refused = 0;
    ask(&s, GPH_TABLE_DO_CLEAR);
    turn(&s, true);
    ck_assert_uint_eq(s.n_refused, 0);
    ck_assert_uint_eq(gph_table_look(s.writer)->mark.filled, 0);
    ask(&s, GPH_TABLE_DO_SAVE);
    turn(&s, true);
    ck_assert_uint_eq(s.why, GPH_TABLE_EMPTY);
    for (int n = 0; n < GPH_TABLE_MAX_WAITING; n++)
        ck_assert_uint_eq(ask(&s, GPH_TABLE_DO_CLEAR), GPH_TABLE_DONE);
    ck_assert_uint_eq(ask(&s, GPH_TABLE_DO_CLEAR), GPH_TABLE_TOO_MANY);
    table_bench_finish(&s.tables);
}
END_TEST

/* While it is recorded nothing is taken from under the recorder, and its spare not either. */
START_TEST(recorder_first)
{
    stage s;
    init(&s, true, false);
    record(&s, 50, 0.5f);
    be(&s, GPH_TABLE_RECORDING, 1);
    ask(&s, GPH_TABLE_DO_INVERT);
    ask(&s, GPH_TABLE_DO_CLEAR);
    turn(&s, true);
    ck_assert(s.n_refused == 2 && s.why == GPH_TABLE_RECORDED);
    ck_assert_float_eq(first(&s), 0.5f);
    be(&s, GPH_TABLE_PLAYING, 1);
    ask(&s, GPH_TABLE_DO_INVERT);
    turn(&s, true);
    ck_assert_float_eq(first(&s), 0.5f);
    be(&s, GPH_TABLE_PLAYING, 0);
    turn(&s, true);
    ck_assert_float_eq(first(&s), -0.5f);
    ck_assert_uint_eq(s.n_refused, 2);
    table_bench_finish(&s.tables);
}
END_TEST

/* Until the worker has answered, in as many turns as that takes. */
static void
turn_until_done(stage *s)
{
    do
        turn(s, false);
    while (s->desk->busy || s->desk->n_waiting);
}

/* With a thread: the writer has no spare meanwhile; what it records meanwhile stands. */
START_TEST(overtaken)
{
    stage s;
    init(&s, true, true);
    record(&s, 50, 0.5f);
    ask(&s, GPH_TABLE_DO_INVERT);
    turn(&s, false);
    /* The answer is not looked at before the next turn, however fast the worker is. */
    ck_assert_ptr_null(gph_table_look(s.writer)->spare);
    ck_assert_int_eq(gph_table_swap(s.writer), GPH_STATE);
    turn_until_done(&s);
    ck_assert_ptr_nonnull(gph_table_look(s.writer)->spare);
    ck_assert_float_eq(first(&s), -0.5f);

    uint64_t generation = gph_table_look(s.writer)->generation;
    ask(&s, GPH_TABLE_DO_INVERT);
    turn(&s, false);
    gph_table_mark mark = gph_table_look(s.writer)->mark;
    mark.written++; /* a frame has come: which one does not matter */
    gph_table_put_mark(s.writer, &mark);
    turn_until_done(&s);
    ck_assert(s.n_refused == 1 && s.why == GPH_TABLE_OVERTAKEN && s.what == GPH_TABLE_DO_INVERT);
    ck_assert_float_eq(first(&s), -0.5f);
    /* Who kept something in the spare learns that it is gone. */
    ck_assert_uint_eq(gph_table_look(s.writer)->generation, generation + 1);
    ask(&s, GPH_TABLE_DO_UNDO);
    turn_until_done(&s);
    ck_assert_uint_eq(s.why, GPH_TABLE_NO_UNDO);
    table_bench_finish(&s.tables);
}
END_TEST

/* What was asked for last is done before the service ends. */
START_TEST(last_wish)
{
    stage s;
    init(&s, true, true);
    record(&s, 50, 0.5f);
    for (int n = 0; n < 5; n++)
        ask(&s, GPH_TABLE_DO_MULTIPLY);
    turn(&s, false);
    ck_assert_int_eq(gph_table_set_end_service(s.tables.set), GPH_OK);
    ck_assert_float_eq(first(&s), 16.0f);
    /* Nobody takes jobs any more. */
    ask(&s, GPH_TABLE_DO_MULTIPLY);
    turn(&s, true);
    ck_assert_float_eq(first(&s), 16.0f);
    table_bench_finish(&s.tables);
}
END_TEST

SUITE("desk", in_order, refusals, recorder_first, overtaken, last_wish)

/* Rows D1, D2, D5 and D8 in all their places: whichever call fails, files and gap list are the signal,
 * to the frame, nothing half made is left, and it is told within a second. */
#include "stage.h"

enum { FRAMES = 8640 };

static const char *const formats[] = {"wav-f32", "wav-s24", "rf64-s16", "w64-f32",
                                      "au-s24",  "caf-f32", "aiff-s24", "raw-s24"};

typedef struct fault {
    int kind;
    bool ever, shorter;
    int error;
} fault;

/* A take with one fault; false: there were not so many calls. */
static bool
record(const char *format, const fault *f, int n, bool spare, double buffer, int64_t *missing)
{
    static stage s;
    char file[16];
    snprintf(file, sizeof file, "x.%.*s", (int)strcspn(format, "-"), format);
    stage_init(&s, 2, file, format);
    s.kind = f->kind;
    s.at = n;
    s.ever = f->ever;
    s.shorter = f->shorter;
    s.error = f->error;
    s.what.buffer_seconds = buffer;
    if (spare) {
        s.what.failover = s.spare;
        s.only = s.folder;
    }
    stage_open(&s);
    ck_assert_int_eq(gph_stream_start(&s.stream, 0), GPH_OK);
    stage_run(&s, FRAMES);
    stage_end(&s);
    bool hit = s.calls[f->kind] >= n;
    *missing = stage_check(&s, 0, FRAMES);
    bool told = s.writer->status.failures > 0;
    if (hit && f->error && f->kind != ON_RESERVE && f->kind != ON_SYNC)
        ck_assert_msg(told, "%s, call %d of kind %d, error %d: nothing was said", format, n,
                      f->kind, f->error);
    ck_assert_int_eq(s.writer->status.state, GPH_STREAM_FINISHED);
    /* A disk that takes nothing leaves a `.part` with a header for what is safe. */
    for (uint32_t k = 0; k < s.n_files; k++)
        ck_assert(!s.list[k]->error || (f->ever && strstr(s.list[k]->path, ".part")));
    ck_assert_uint_eq(stage_count(s.folder) - 1 + stage_count(s.spare), s.n_files);
    stage_free(&s);
    return hit;
}

/* With room for all of it nothing is ever missing. */
static void
nothing_is_missing(const fault *f, bool spare, size_t format)
{
    int64_t missing;
    int n = 1;
    while (record(formats[format], f, n, spare, 0.25, &missing)) {
        ck_assert_msg(missing == 0, "%s, call %d of kind %d: %lld frames are missing",
                      formats[format], n, f->kind, (long long)missing);
        n++;
    }
    ck_assert_int_gt(n, 1);
}

START_TEST(one_write_fails)
{
    static const fault faults[] = {{.kind = ON_WRITE, .error = ENOSPC},
                                   {.kind = ON_WRITE, .error = EIO},
                                   {.kind = ON_WRITE, .error = EINTR},
                                   {.kind = ON_WRITE, .shorter = true}};
    for (size_t f = 0; f < sizeof faults / sizeof *faults; f++)
        nothing_is_missing(&faults[f], false, (size_t)_i);
}
END_TEST

START_TEST(one_barrier_fails)
{
    static const fault barrier = {.kind = ON_BARRIER, .error = EIO};
    nothing_is_missing(&barrier, false, (size_t)_i);
}
END_TEST

START_TEST(one_of_the_others_fails)
{
    static const fault faults[] = {
        {.kind = ON_SYNC, .error = EIO},           {.kind = ON_CREATE, .error = ENOSPC},
        {.kind = ON_RENAME, .error = EIO},         {.kind = ON_FOLDER, .error = EMFILE},
        {.kind = ON_RESIZE, .error = EIO},         {.kind = ON_RESERVE, .error = ENOSPC},
        {.kind = ON_RESERVE, .error = EOPNOTSUPP},
    };
    for (size_t f = 0; f < sizeof faults / sizeof *faults; f++)
        nothing_is_missing(&faults[f], false, (size_t)_i);
}
END_TEST

START_TEST(from_some_call_on_the_disk_fails)
{
    static const fault faults[] = {{.kind = ON_WRITE, .ever = true, .error = ENOSPC},
                                   {.kind = ON_WRITE, .ever = true, .error = EIO},
                                   {.kind = ON_WRITE, .ever = true, .error = EROFS},
                                   {.kind = ON_BARRIER, .ever = true, .error = EIO}};
    for (size_t f = 0; f < sizeof faults / sizeof *faults; f++)
        nothing_is_missing(&faults[f], true, (size_t)_i);
}
END_TEST

static void
fill(TCase *cases)
{
    int n = (int)(sizeof formats / sizeof *formats);
    tcase_add_loop_test(cases, one_write_fails, 0, n);
    tcase_add_loop_test(cases, one_barrier_fails, 0, n);
    tcase_add_loop_test(cases, one_of_the_others_fails, 0, n);
    tcase_add_loop_test(cases, from_some_call_on_the_disk_fails, 0, n);
}

SUITE_CASES("guard", fill)

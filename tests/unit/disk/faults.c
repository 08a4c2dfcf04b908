/* A disk that fails at the n-th call, once or from then on: nothing is lost while it can be tried
 * again, nothing is told as whole that is not, and nothing half made is left before a start. */
#include "bench.h"

#include <errno.h>
#ifndef TEST_NO_LIMITS
#include <sys/prctl.h>
#include <sys/resource.h>
#endif

/* A file system that fails at the n-th of one kind of calls. */
typedef struct breaker {
    gph_file_system files;
    int at;          /* n; 0: never */
    bool ever;       /* from then on */
    bool only_short; /* writes half of what it is asked to */
    int error;
    _Atomic int calls;
} breaker;

static int
verdict(breaker *b)
{
    int n = atomic_fetch_add(&b->calls, 1) + 1;
    return b->at && (n == b->at || (b->ever && n > b->at)) ? -b->error : 0;
}

static int64_t
bad_write(void *user, gph_file file, const void *data, size_t bytes, int64_t offset)
{
    breaker *b = user;
    if (b->only_short && bytes > 1)
        return gph_file_system_real.write_at(NULL, file, data, bytes / 2, offset);
    int error = verdict(b);
    /* Half of it is there all the same. */
    if (error && bytes > 1)
        gph_file_system_real.write_at(NULL, file, data, bytes / 2, offset);
    return error ? error : gph_file_system_real.write_at(NULL, file, data, bytes, offset);
}

static gph_file
bad_create(void *user, gph_file folder, const char *name)
{
    int error = verdict(user);
    return error ? error : gph_file_system_real.create(NULL, folder, name);
}

static int
bad_rename(void *user, gph_file folder, const char *from, const char *to)
{
    int error = verdict(user);
    return error ? error : gph_file_system_real.rename_new(NULL, folder, from, to);
}

static gph_file
bad_folder(void *user, gph_file folder, const char *relative, bool create)
{
    int error = verdict(user);
    return error ? error : gph_file_system_real.open_beneath(NULL, folder, relative, create);
}

static int
bad_barrier(void *user, gph_file file)
{
    int error = verdict(user);
    return error ? error : gph_file_system_real.sync_data(NULL, file);
}

enum { WRITE, BARRIER, CREATE, RENAME, FOLDER, N_KINDS };

static void
breaker_init(breaker *b, int kind, int at, bool ever, int error)
{
    memset(b, 0, sizeof *b);
    b->files = gph_file_system_real;
    b->files.user = b;
    b->at = at;
    b->ever = ever;
    b->error = error;
    if (kind == WRITE)
        b->files.write_at = bad_write;
    if (kind == BARRIER)
        b->files.sync_data = bad_barrier;
    if (kind == CREATE)
        b->files.create = bad_create;
    if (kind == RENAME)
        b->files.rename_new = bad_rename;
    if (kind == FOLDER)
        b->files.open_beneath = bad_folder;
}

/* One take of two files over such a disk. */
static gph_status
record_over(rig *r, breaker *b, const char *file)
{
    rig_init(r, 2, file);
    r->site.files = &b->files;
    r->site.clock = &hurried;
    r->what.files = GPH_FILES_PER_CHANNEL;
    r->what.buffer_seconds = 0.5; /* all of the take: however slow the writer, nothing is lost */
    ck_assert_msg(rig_open(r) == GPH_OK, "%s", r->problem.text);
    gph_stream_start(r->stream, 0);
    rig_run(r, 20000, 1000);
    return rig_finish(r);
}

/* The parts of one channel, one after the other, are all frames. */
static void
check_parts(rig *r, uint32_t channel, int64_t frames)
{
    int64_t sum = 0;
    for (uint32_t n = 0; n < gph_stream_n_files(r->stream); n++) {
        const gph_take_file *file = gph_stream_file(r->stream, n);
        if (file->channel != channel + 1)
            continue;
        ck_assert_msg(!file->error, "%s: %s", file->path, file->error);
        check_counter(file->path, file->first_frame, file->frames, channel, 1);
        sum += file->frames;
    }
    ck_assert_int_eq(sum, frames);
}

/* It is told by the status, though every frame is there. */
START_TEST(a_call_that_fails_once_costs_nothing)
{
    for (int kind = 0; kind < N_KINDS; kind++)
        for (int n = 1; n <= 12; n++) {
            rig r;
            breaker b;
            breaker_init(&b, kind, n, false, kind == BARRIER ? EIO : ENOSPC);
            gph_status status = record_over(&r, &b, "x.wav");
            int calls = atomic_load(&b.calls);
            ck_assert_msg(status == (calls < n ? GPH_OK : GPH_IO) || kind == CREATE ||
                              (status == GPH_OK && kind == WRITE),
                          "kind %d, call %d: %s", kind, n, r.problem.text);
            for (uint32_t c = 0; c < 2; c++)
                check_parts(&r, c, 20000);
            rig_free(&r);
            if (calls < n)
                break;
        }
}
END_TEST

START_TEST(short_writes_are_completed)
{
    rig r;
    breaker b;
    breaker_init(&b, WRITE, 0, false, 0);
    b.only_short = true;
    ck_assert_int_eq(record_over(&r, &b, "x.wav"), GPH_OK);
    check_counter(gph_stream_file(r.stream, 1)->path, 0, 20000, 1, 1);
    rig_free(&r);
}
END_TEST

START_TEST(a_disk_that_fails_for_good_is_told)
{
    for (int kind = 0; kind < N_KINDS; kind++)
        for (int n = 1; n <= 4; n++) {
            rig r;
            breaker b;
            breaker_init(&b, kind, n, true, ENOSPC);
            rig_init(&r, 2, "x.wav");
            r.site.files = &b.files;
            r.site.clock = &hurried;
            r.freewheel = false;
            ck_assert_int_eq(rig_open(&r), GPH_OK);
            gph_stream_start(r.stream, 0);
            rig_run(&r, 20000, 1000);
            gph_status status = rig_finish(&r);
            if (status == GPH_OK && atomic_load(&b.calls) < n) {
                rig_free(&r);
                break;
            }
            bool whole = gph_stream_n_files(r.stream) == 1 && !gph_stream_file(r.stream, 0)->error;
            /* Whole: only a journal could not be made. */
            ck_assert_msg(status == GPH_IO || (kind <= CREATE && whole), "kind %d, call %d: %d %s",
                          kind, n, status, r.problem.text);
            if (status == GPH_IO)
                ck_assert_ptr_nonnull(strstr(r.problem.text, "No space left"));
            rig_free(&r);
        }
}
END_TEST

START_TEST(nothing_is_left_of_files_that_could_not_all_be_made)
{
    rig r;
    breaker b;
    breaker_init(&b, CREATE, 2, true, EMFILE);
    rig_init(&r, 3, "x.wav");
    r.what.files = GPH_FILES_PER_CHANNEL;
    r.site.files = &b.files;
    r.site.clock = &hurried;
    r.freewheel = false;
    ck_assert_int_eq(rig_open(&r), GPH_OK);
    gph_stream_start(r.stream, 0);
    rig_run(&r, 20000, 1000);
    ck_assert_int_eq(rig_finish(&r), GPH_IO);
    ck_assert_ptr_nonnull(strstr(r.problem.text, "Too many open files"));
    ck_assert_uint_eq(count_names(r.folder), 0);
    rig_free(&r);
}
END_TEST

START_TEST(states_and_news_tell_of_trouble)
{
    rig r;
    breaker b;
    breaker_init(&b, WRITE, 5, true, ENOSPC);
    rig_init(&r, 1, "x.wav");
    r.site.files = &b.files;
    r.freewheel = false;
    ck_assert_int_eq(rig_open(&r), GPH_OK);
    gph_stream_start(r.stream, 0);
    gph_stream_status status = {0};
    for (int n = 0; n < 5000 && status.state != GPH_STREAM_DEGRADED; n++) {
        rig_run(&r, r.clock + 1000, 1000);
        gph_stream_status_get(r.stream, &status);
        usleep(1000);
    }
    ck_assert_int_eq(status.state, GPH_STREAM_DEGRADED);
    ck_assert_ptr_nonnull(strstr(status.reason, "No space left"));
    bool opened = false;
    bool failed = false;
    gph_event event;
    while (gph_stream_news(r.stream, &event)) {
        ck_assert_uint_eq(event.kind, GPH_EVENT_STREAM);
        opened |= event.index == GPH_STREAM_OPENED;
        failed |= event.index == GPH_STREAM_FAILED && event.data == ENOSPC;
    }
    ck_assert(failed);
    ck_assert(opened);
    /* And it is well again when the disk is. */
    b.at = 0;
    ck_assert_int_eq(rig_finish(&r), GPH_IO);
    ck_assert_ptr_nonnull(strstr(r.problem.text, "in between"));
    ck_assert_int_eq(gph_stream_file(r.stream, 0)->frames, r.clock);
    rig_free(&r);
}
END_TEST

#ifndef TEST_NO_LIMITS
START_TEST(a_folder_that_cannot_be_written_to_is_refused)
{
    rig r;
    if (geteuid() == 0 && (setegid(65534) || seteuid(65534)))
        return;
    rig_init(&r, 1, "x.wav");
    ck_assert_int_eq(chmod(r.folder, 0555), 0);
    ck_assert_int_eq(rig_open(&r), GPH_IO);
    ck_assert_str_eq(r.problem.setting, "file");
    ck_assert_ptr_nonnull(strstr(r.problem.text, "Permission denied"));
    ck_assert_uint_eq(count_names(r.folder), 0);
    rig_free(&r);
    /* Another user's process is closed to the leak checker, which is a child of it. */
    if (getuid() == 0)
        ck_assert(seteuid(0) == 0 && setegid(0) == 0 && prctl(PR_SET_DUMPABLE, 1) == 0);
}
END_TEST

START_TEST(files_that_cannot_all_be_open_are_refused)
{
    rig r;
    struct rlimit limit = {128, 128};
    rig_init(&r, 200, "{ch}.wav");
    r.what.files = GPH_FILES_PER_CHANNEL;
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
    ck_assert_int_eq(rig_open(&r), GPH_IO);
    ck_assert_ptr_nonnull(strstr(r.problem.text, "408 files"));
    ck_assert_uint_eq(count_names(r.folder), 0);
    rig_free(&r);
}
END_TEST

START_TEST(a_soft_limit_is_raised)
{
    rig r;
    struct rlimit limit;
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = 64;
    setrlimit(RLIMIT_NOFILE, &limit);
    rig_init(&r, 100, "{ch}.wav");
    r.what.files = GPH_FILES_PER_CHANNEL;
    ck_assert_msg(rig_open(&r) == GPH_OK, "%s", r.problem.text);
    gph_stream_start(r.stream, 0);
    rig_run(&r, 3000, 1000);
    ck_assert_int_eq(rig_finish(&r), GPH_OK);
    ck_assert_uint_eq(gph_stream_n_files(r.stream), 100);
    check_counter(gph_stream_file(r.stream, 99)->path, 0, 3000, 99, 1);
    rig_free(&r);
}
END_TEST

SUITE("faults", a_call_that_fails_once_costs_nothing, short_writes_are_completed,
      a_disk_that_fails_for_good_is_told, nothing_is_left_of_files_that_could_not_all_be_made,
      states_and_news_tell_of_trouble, a_folder_that_cannot_be_written_to_is_refused,
      files_that_cannot_all_be_open_are_refused, a_soft_limit_is_raised)
#else
SUITE("faults", a_call_that_fails_once_costs_nothing, short_writes_are_completed,
      a_disk_that_fails_for_good_is_told, nothing_is_left_of_files_that_could_not_all_be_made,
      states_and_news_tell_of_trouble)
#endif

/* The n-th allocation fails, once or from then on, for every n: an error or a whole file, never a crash.
 * Linked with --wrap, so that the allocations of our own code fail and those of libsndfile do not,
 * which is known to crash on them. */
#include "bench.h"
#include "failing.h"

#include <errno.h>

/* One take with the n-th allocation failing; false: there were not so many. */
static bool
record_with(int n, bool ever)
{
    rig r;
    static const char *const labels[] = {"left", "right"};
    static const gph_tag tags[] = {{"title", "Rain"}};
    rig_init(&r, 2, "{take}-{label}.wav");
    r.what.files = GPH_FILES_PER_CHANNEL;
    r.what.labels = labels;
    r.what.n_labels = 2;
    r.what.tags = tags;
    r.what.n_tags = 1;
    r.freewheel = false;
    r.site.clock = &hurried;
    atomic_store(&failed, 0);
    atomic_store(&for_ever, ever);
    atomic_store(&left, n);
    gph_status opened = rig_open(&r);
    gph_status finished = GPH_OK;
    if (!opened) {
        gph_stream_start(r.stream, 0);
        rig_run(&r, 9000, 1000);
        finished = gph_stream_finish(r.stream, SECONDS(1), &r.problem);
    }
    atomic_store(&left, -1);
    bool hit = atomic_load(&failed) > 0;
    if (!opened && finished == GPH_STATE)
        finished = rig_finish(&r);
    if (opened) {
        ck_assert_int_eq(opened, GPH_MEMORY);
        ck_assert_uint_gt(strlen(r.problem.text), 5);
        ck_assert_uint_eq(count_names(r.folder), 0);
    } else if (finished == GPH_OK) {
        for (uint32_t f = 0; f < gph_stream_n_files(r.stream); f++) {
            const gph_take_file *file = gph_stream_file(r.stream, f);
            if (!file->error && file->part == 1)
                check_counter(file->path, 0, file->frames, file->channel - 1, 1);
        }
        ck_assert(hit || gph_stream_n_files(r.stream) == 2);
    } else {
        ck_assert_uint_gt(strlen(r.problem.text), 5);
    }
    rig_free(&r);
    return hit;
}

START_TEST(one_allocation_fails)
{
    int n = 0;
    while (record_with(n, false))
        n++;
    /* There are some 40; a wrapper that is not linked in would have let all pass. */
    ck_assert_int_ge(n, 20);
}
END_TEST

START_TEST(allocations_fail_from_there_on)
{
    int n = 0;
    while (n < 24 && record_with(n, true))
        n++;
    ck_assert_int_ge(n, 20);
}
END_TEST

static gph_file
no_memory(void *user, const char *path)
{
    (void)user, (void)path;
    return -ENOMEM;
}

/* Where the system has none to open anything with: that says nothing of the folder or the file. */
START_TEST(the_system_has_no_memory)
{
    rig r;
    gph_file_system files = gph_file_system_real;
    files.open_folder = files.open_read = no_memory;
    rig_init(&r, 1, "x.wav");
    r.site.files = &files;
    ck_assert_int_eq(rig_open(&r), GPH_MEMORY);
    ck_assert_str_eq(r.problem.text, "no memory for a recorder");
    gph_stream_read read = {.size = sizeof read, .file = "x.wav"};
    ck_assert_int_eq(gph_stream_open_read(&r.site, &read, &r.problem, &r.stream), GPH_MEMORY);
    ck_assert_ptr_nonnull(strstr(r.problem.text, "Cannot allocate memory"));
    rig_free(&r);
}
END_TEST

SUITE("memory", one_allocation_fails, allocations_fail_from_there_on, the_system_has_no_memory)

/* The n-th allocation of a recovery fails, once or from then on, for every n: an error that is told, or
 * a whole recovery; never a crash, and the next one completes it. */
#include "recovery.h"

#include "failing.h"

/* What a writer that was killed left, in a folder of the system's. */
static void
leave(const rig *r, const memory_disk *disk)
{
    const char *name;
    for (size_t n = 0; (name = memory_disk_name(disk, n)) != NULL; n++) {
        char path[600];
        size_t size;
        const uint8_t *bytes = memory_disk_bytes(disk, name, &size);
        snprintf(path, sizeof path, "%s/%s", r->folder, strrchr(name, '/') + 1);
        FILE *file = fopen(path, "wb");
        ck_assert_ptr_nonnull(file);
        ck_assert_uint_eq(fwrite(bytes, 1, size, file), size);
        fclose(file);
    }
}

/* One recovery with the n-th allocation failing; false: there were not so many. */
static bool
recover_with(const memory_disk *disk, const char *last, int n, bool ever)
{
    rig r;
    told t = {.n = 0};
    rig_init(&r, 1, "unused.wav");
    leave(&r, disk);
    gph_recover_options options = {.most_frames = -1, .found = hear, .user = &t};
    atomic_store(&failed, 0);
    atomic_store(&for_ever, ever);
    atomic_store(&left, n);
    int error = gph_recover_path(&options, r.folder);
    atomic_store(&left, -1);
    bool hit = atomic_load(&failed) > 0;
    ck_assert_msg(!error || error == -ENOMEM || error == -EIO, "%d", error);
    ck_assert_msg(hit || (!error && t.done == 1), "%s", t.reason);
    ck_assert_msg(error || is_there(&r, last), "allocation %d: %s", n, t.reason);
    if (error) {
        ck_assert_int_eq(gph_recover_path(&options, r.folder), 0);
        ck_assert(is_there(&r, last));
    }
    char path[600];
    SF_INFO info;
    snprintf(path, sizeof path, "%s/%s", r.folder, last);
    free(read_file(path, &info));
    ck_assert_int_gt(info.frames, 10000);
    rig_free(&r);
    return hit;
}

static const struct {
    const char *format, *file;
    int least; /* allocations there are at least */
} takes[] = {{"wav-f32", "x.wav", 12}, {"flac-s16", "x.flac", 14}, {"sd2-s16", "x.sd2", 12}};

START_TEST(an_allocation_that_fails_is_told)
{
    memory_disk *whole = record_in_memory(takes[_i].format, takes[_i].file, 1, false, 30000);
    memory_disk *disk = memory_disk_after(whole, memory_disk_n_changes(whole) * 7 / 10);
    for (int ever = 0; ever < 2; ever++) {
        int n = 0;
        while (recover_with(disk, takes[_i].file, n, ever))
            n++;
        ck_assert_int_ge(n, takes[_i].least);
    }
    memory_disk_free(disk);
    memory_disk_free(whole);
}
END_TEST

static void
fill(TCase *cases)
{
    tcase_add_loop_test(cases, an_allocation_that_fails_is_told, 0, sizeof takes / sizeof *takes);
}

SUITE_CASES("recover-memory", fill)

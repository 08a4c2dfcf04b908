/* A disk that fails on request: what waits, what is refused, and that it is over by itself or when it is told so. */
#include "../../../core/disk/faulty.h"
#include "../../../core/platform/disk.h"
#include "../../../core/platform/thread.h"
#include "bench.h"

#include <errno.h>

/* Goes on by a millisecond whenever it is asked, so that whoever waits by it comes to an end. */
static int64_t
ticking(void *user)
{
    return *(int64_t *)user += SECONDS(1) / 1000;
}

/* Stands. */
static int64_t
standing(void *user)
{
    return *(int64_t *)user;
}

typedef struct disk {
    char folder[256];
    int64_t now;
    gph_time_source clock;
    gph_faulty *faulty;
    const gph_file_system *files;
    gph_file root, file;
} disk;

static void
disk_init(disk *d, bool ticks)
{
    const char *place = getenv("TMPDIR");
    snprintf(d->folder, sizeof d->folder, "%s/gph-faulty-XXXXXX", place ? place : "/tmp");
    ck_assert_ptr_nonnull(mkdtemp(d->folder));
    d->now = SECONDS(1000);
    d->clock = (gph_time_source){&d->now, ticks ? ticking : standing, NULL};
    ck_assert_int_eq(gph_faulty_new(&gph_file_system_real, &d->clock, &d->faulty), GPH_OK);
    d->files = gph_faulty_files(d->faulty);
    d->root = d->files->open_folder(d->files->user, d->folder);
    d->file = d->files->create(d->files->user, d->root, "take");
    ck_assert_int_ge(d->file, 0);
}

static void
disk_finish(disk *d)
{
    d->files->close(d->files->user, d->file);
    d->files->close(d->files->user, d->root);
    gph_faulty_free(d->faulty);
    folder_remove(d->folder);
}

static int64_t
put(disk *d, int64_t offset, size_t bytes)
{
    static const char zeros[1000];
    return d->files->write_at(d->files->user, d->file, zeros, bytes, offset);
}

static void
order(disk *d, gph_disk_fault fault, int64_t ns, int64_t bytes)
{
    const gph_disk_order what = {.fault = fault, .ns = ns, .bytes = bytes};
    gph_faulty_obey(d->faulty, &what);
}

START_TEST(a_disk_without_an_order_is_as_it_was)
{
    disk d;
    disk_init(&d, false);
    char back[8];
    ck_assert_int_eq(put(&d, 0, 1000), 1000);
    ck_assert_int_eq(d.files->read_at(d.files->user, d.file, back, 8, 992), 8);
    ck_assert_int_eq(d.files->size(d.files->user, d.file), 1000);
    ck_assert_int_eq(d.files->resize(d.files->user, d.file, 500), 0);
    ck_assert_int_eq(d.files->sync(d.files->user, d.file), 0);
    ck_assert_int_eq(d.files->sync_data(d.files->user, d.file), 0);
    ck_assert_int_eq(d.files->is_still(d.files->user, d.root, "take", d.file), 0);
    ck_assert_int_eq(d.files->rename_new(d.files->user, d.root, "take", "other"), 0);
    ck_assert_int_eq(d.files->exists(d.files->user, d.root, "other"), 1);
    ck_assert_int_eq(d.files->remove(d.files->user, d.root, "other"), 0);
    int64_t left = d.files->free_bytes(d.files->user, d.root);
    ck_assert_int_gt(left, 0);
    disk_finish(&d);
}
END_TEST

START_TEST(a_full_disk_takes_what_it_has_room_for)
{
    disk d;
    disk_init(&d, false);
    ck_assert_int_eq(put(&d, 0, 1000), 1000);
    order(&d, GPH_DISK_FULL, SECONDS(5), 700);
    ck_assert_int_eq(d.files->free_bytes(d.files->user, d.root), 700);
    ck_assert_int_eq(put(&d, 1000, 500), 500);
    /* The next is cut where there is no more room, and then there is none. */
    ck_assert_int_eq(put(&d, 1500, 500), 200);
    ck_assert_int_eq(put(&d, 1700, 300), -ENOSPC);
    ck_assert_int_eq(d.files->free_bytes(d.files->user, d.root), 0);
    ck_assert_int_eq(d.files->reserve(d.files->user, d.file, 100000), -ENOSPC);
    /* What lies there may be written over, also by what goes beyond it. */
    ck_assert_int_eq(put(&d, 100, 900), 900);
    ck_assert_int_eq(put(&d, 1600, 300), 100);
    ck_assert_int_eq(d.files->size(d.files->user, d.file), 1700);
    ck_assert_int_eq(d.files->sync_data(d.files->user, d.file), 0);
    d.now += SECONDS(5);
    ck_assert_int_eq(put(&d, 1700, 300), 300);
    ck_assert_int_gt(d.files->free_bytes(d.files->user, d.root), 0);
    disk_finish(&d);
}
END_TEST

START_TEST(a_disk_that_stands_still_is_waited_for)
{
    disk d;
    disk_init(&d, true);
    for (int call = 0; call < 6; call++) {
        int64_t before = d.now;
        order(&d, GPH_DISK_STALLS, SECONDS(1) / 100, 0);
        switch (call) {
        case 0:
            ck_assert_int_eq(put(&d, 0, 1000), 1000);
            break;
        case 1:
            ck_assert_int_eq(d.files->sync_data(d.files->user, d.file), 0);
            break;
        case 2:
            ck_assert_int_eq(d.files->sync(d.files->user, d.file), 0);
            break;
        case 3:
            ck_assert_int_eq(d.files->resize(d.files->user, d.file, 10), 0);
            break;
        case 4:
            ck_assert_int_eq(d.files->rename_new(d.files->user, d.root, "take", "other"), 0);
            break;
        default:
            ck_assert_int_eq(d.files->remove(d.files->user, d.root, "other"), 0);
        }
        ck_assert_int_ge(d.now - before, SECONDS(1) / 100);
        /* The next one does not wait. */
        before = d.now;
        ck_assert_int_eq(put(&d, 0, 10), 10);
        ck_assert_int_lt(d.now - before, SECONDS(1) / 100);
    }
    /* Reading goes on, as out of the kernel's memory. */
    order(&d, GPH_DISK_STALLS, SECONDS(10), 0);
    int64_t before = d.now;
    ck_assert_int_eq(d.files->size(d.files->user, d.file), 10);
    ck_assert_int_eq(d.now, before);
    disk_finish(&d);
}
END_TEST

static void
heal(void *user)
{
    order(user, GPH_DISK_WELL, 0, 0);
}

START_TEST(a_stall_may_be_ended)
{
    /* By a clock that stands nothing else would end it. */
    disk d;
    gph_thread *thread;
    disk_init(&d, false);
    order(&d, GPH_DISK_STALLS, SECONDS(600), 0);
    ck_assert_int_eq(gph_thread_new("heal", heal, &d, &thread), GPH_OK);
    ck_assert_int_eq(put(&d, 0, 1000), 1000);
    gph_thread_join(thread);
    disk_finish(&d);
}
END_TEST

START_TEST(folders_of_one_disk_are_known)
{
    disk d;
    disk_init(&d, false);
    ck_assert(gph_disk_has_both(d.files, d.folder, d.folder));
    ck_assert(!gph_disk_has_both(d.files, d.folder, "/proc"));
    ck_assert(!gph_disk_has_both(d.files, d.folder, "/there is none"));
    disk_finish(&d);
}
END_TEST

SUITE("faulty", a_disk_without_an_order_is_as_it_was, a_full_disk_takes_what_it_has_room_for,
      a_disk_that_stands_still_is_waited_for, a_stall_may_be_ended, folders_of_one_disk_are_known)

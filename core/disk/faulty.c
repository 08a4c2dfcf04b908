/* A disk that fails on request. [orders: control; the table: writer, barrier] */
#include "faulty.h"

#include "../platform/thread.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>

#define LOOK INT64_C(2000000) /* 2 ms: how long the end of a stall is not seen */

struct gph_faulty {
    gph_file_system table;
    const gph_file_system *files;
    const gph_time_source *clock;
    _Atomic int64_t stalls_until; /* on the clock; 0: it does not */
    _Atomic int64_t full_until;
    _Atomic int64_t room; /* bytes that a full disk still takes */
};

static bool
lasts(const gph_faulty *faulty, const _Atomic int64_t *until)
{
    int64_t end = atomic_load(until);
    return end && faulty->clock->monotonic_ns(faulty->clock->user) < end;
}

/* An order that ends it sooner is seen, too. */
static const gph_file_system *
awake(const gph_faulty *faulty)
{
    while (lasts(faulty, &faulty->stalls_until))
        gph_thread_sleep_ns(LOOK);
    return faulty->files;
}

/* How many of so many bytes a disk takes that has no more room than that. */
static int64_t
take_room(gph_faulty *faulty, int64_t wanted)
{
    int64_t room = atomic_load(&faulty->room);
    int64_t taken;
    do
        taken = room < wanted ? room : wanted;
    while (!atomic_compare_exchange_weak(&faulty->room, &room, room - taken));
    return taken;
}

/* ---------------------------------------------------------------- the table */

static gph_file
open_folder(void *user, const char *path)
{
    const gph_file_system *files = ((gph_faulty *)user)->files;
    return files->open_folder(files->user, path);
}

static gph_file
open_beneath(void *user, gph_file folder, const char *relative, bool create)
{
    const gph_faulty *faulty = user;
    const gph_file_system *files = create ? awake(faulty) : faulty->files;
    return files->open_beneath(files->user, folder, relative, create);
}

static int
writable(void *user, gph_file folder)
{
    const gph_file_system *files = ((gph_faulty *)user)->files;
    return files->writable(files->user, folder);
}

static gph_file
create(void *user, gph_file folder, const char *name)
{
    const gph_file_system *files = awake(user);
    return files->create(files->user, folder, name);
}

static gph_file
open_read(void *user, const char *path)
{
    const gph_file_system *files = ((gph_faulty *)user)->files;
    return files->open_read(files->user, path);
}

static gph_file
open_in(void *user, gph_file folder, const char *name, bool change)
{
    const gph_file_system *files = ((gph_faulty *)user)->files;
    return files->open_in(files->user, folder, name, change);
}

static int64_t
write_at(void *user, gph_file file, const void *data, size_t bytes, int64_t offset)
{
    gph_faulty *faulty = user;
    const gph_file_system *files = awake(faulty);
    int64_t size = lasts(faulty, &faulty->full_until) ? files->size(files->user, file) : INT64_MAX;
    if (size < 0)
        return size;
    int64_t beyond = size == INT64_MAX ? 0 : offset + (int64_t)bytes - size;
    if (beyond > 0) {
        int64_t taken = take_room(faulty, beyond);
        if ((int64_t)bytes - beyond + taken <= 0)
            return -ENOSPC;
        bytes -= (size_t)(beyond - taken);
    }
    return files->write_at(files->user, file, data, bytes, offset);
}

static int64_t
read_at(void *user, gph_file file, void *data, size_t bytes, int64_t offset)
{
    const gph_file_system *files = ((gph_faulty *)user)->files;
    return files->read_at(files->user, file, data, bytes, offset);
}

static int64_t
size_of(void *user, gph_file file)
{
    const gph_file_system *files = ((gph_faulty *)user)->files;
    return files->size(files->user, file);
}

static int
resize(void *user, gph_file file, int64_t bytes)
{
    const gph_file_system *files = awake(user);
    return files->resize(files->user, file, bytes);
}

static int
sync_all(void *user, gph_file file)
{
    const gph_file_system *files = awake(user);
    return files->sync(files->user, file);
}

static int
sync_data(void *user, gph_file file)
{
    const gph_file_system *files = awake(user);
    return files->sync_data(files->user, file);
}

static int
reserve(void *user, gph_file file, int64_t bytes)
{
    const gph_faulty *faulty = user;
    const gph_file_system *files = awake(faulty);
    if (lasts(faulty, &faulty->full_until))
        return -ENOSPC;
    return files->reserve(files->user, file, bytes);
}

static int
is_still(void *user, gph_file folder, const char *name, gph_file file)
{
    const gph_file_system *files = ((gph_faulty *)user)->files;
    return files->is_still(files->user, folder, name, file);
}

static int
rename_new(void *user, gph_file folder, const char *from, const char *to)
{
    const gph_file_system *files = awake(user);
    return files->rename_new(files->user, folder, from, to);
}

static int
remove_file(void *user, gph_file folder, const char *name)
{
    const gph_file_system *files = awake(user);
    return files->remove(files->user, folder, name);
}

static int
exists(void *user, gph_file folder, const char *name)
{
    const gph_file_system *files = ((gph_faulty *)user)->files;
    return files->exists(files->user, folder, name);
}

static int
list(void *user, gph_file folder, gph_file_name_found *found, void *found_user)
{
    const gph_file_system *files = ((gph_faulty *)user)->files;
    return files->list(files->user, folder, found, found_user);
}

static int64_t
free_bytes(void *user, gph_file file)
{
    const gph_faulty *faulty = user;
    int64_t left = faulty->files->free_bytes(faulty->files->user, file);
    int64_t room = atomic_load(&faulty->room);
    return lasts(faulty, &faulty->full_until) && left > room ? room : left;
}

static int64_t
handles(void *user, int64_t wanted)
{
    const gph_file_system *files = ((gph_faulty *)user)->files;
    return files->handles(files->user, wanted);
}

static void
close_file(void *user, gph_file file)
{
    const gph_file_system *files = ((gph_faulty *)user)->files;
    files->close(files->user, file);
}

/* ---------------------------------------------------------------- orders */

gph_status
gph_faulty_new(const gph_file_system *files, const gph_time_source *clock, gph_faulty **result)
{
    gph_faulty *faulty = calloc(1, sizeof *faulty);
    if (!faulty)
        return GPH_MEMORY;
    faulty->files = files;
    faulty->clock = clock;
    faulty->table = (gph_file_system){
        .user = faulty,
        .open_folder = open_folder,
        .open_beneath = open_beneath,
        .writable = writable,
        .create = create,
        .open_read = open_read,
        .open_in = open_in,
        .write_at = write_at,
        .read_at = read_at,
        .size = size_of,
        .resize = resize,
        .sync = sync_all,
        .sync_data = sync_data,
        .reserve = reserve,
        .is_still = is_still,
        .rename_new = rename_new,
        .remove = remove_file,
        .exists = exists,
        .list = list,
        .free_bytes = free_bytes,
        .handles = handles,
        .close = close_file,
    };
    *result = faulty;
    return GPH_OK;
}

void
gph_faulty_free(gph_faulty *faulty)
{
    free(faulty);
}

const gph_file_system *
gph_faulty_files(const gph_faulty *faulty)
{
    return &faulty->table;
}

void
gph_faulty_obey(gph_faulty *faulty, const gph_disk_order *order)
{
    int64_t until = faulty->clock->monotonic_ns(faulty->clock->user) + order->ns;
    atomic_store(&faulty->room, order->bytes);
    atomic_store(&faulty->full_until, order->fault == GPH_DISK_FULL ? until : 0);
    atomic_store(&faulty->stalls_until, order->fault == GPH_DISK_STALLS ? until : 0);
}

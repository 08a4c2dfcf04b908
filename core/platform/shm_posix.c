/* Memory that is there before it is needed, on POSIX systems. [control] */
#include "shm.h"
#include "shm_left.h"
#include "thread.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define FOLDER "/dev/shm"

enum {
    N_LOOKS = 10000,  /* at a name that others look at, a millisecond apart */
    PATH_BYTES = 256, /* of FOLDER, a name and an ending */
    HUGE_PAGE = 2 << 20
};

struct gph_shm {
    void *base;
    size_t bytes;
    void *fence;           /* of a shared block: a page before it, a page behind it */
    int file;              /* -1: private; of a named block it holds the lock of the owner */
    char path[PATH_BYTES]; /* of a named block, or "" */
};

/* A figure of a file of /proc that is given in KiB as "Name:  123 kB"; SIZE_MAX if not there. */
static size_t
proc_figure(const char *file, const char *name)
{
    FILE *in = fopen(file, "re");
    if (!in)
        return SIZE_MAX;
    char line[256];
    size_t found = SIZE_MAX;
    size_t length = strlen(name);
    while (found == SIZE_MAX && fgets(line, sizeof line, in))
        if (strncmp(line, name, length) == 0 && line[length] == ':') {
            unsigned long long figure = strtoull(line + length + 1, NULL, 10);
            found = figure > SIZE_MAX / 1024 ? SIZE_MAX : (size_t)figure * 1024;
        }
    fclose(in);
    return found;
}

/* What the limit on address space leaves. */
static size_t
address_space(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_AS, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY)
        return SIZE_MAX;
    size_t used = proc_figure("/proc/self/status", "VmSize");
    if (used == SIZE_MAX || used >= limit.rlim_cur)
        return used == SIZE_MAX ? (size_t)limit.rlim_cur : 0;
    return (size_t)limit.rlim_cur - used;
}

static size_t
least(size_t a, size_t b)
{
    return a < b ? a : b;
}

size_t
gph_shm_available(bool named)
{
    size_t most = least(proc_figure("/proc/meminfo", "MemAvailable"), address_space());
    struct statvfs system;
    if (named && statvfs(FOLDER, &system) == 0 && system.f_frsize > 0) {
        bool fits = system.f_bavail <= SIZE_MAX / system.f_frsize;
        most = least(most, fits ? (size_t)system.f_bavail * system.f_frsize : SIZE_MAX);
    }
    return most;
}

/* Faults every page in for writing, so that the audio thread never does. */
static void
touch(void *base, size_t bytes)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    volatile char *at = base;
    for (size_t offset = 0; offset < bytes; offset += page)
        at[offset] = 0;
}

/* A block without memory; takes over `file`. */
static gph_shm *
block_new(size_t bytes, int file, const char *path)
{
    gph_shm *shm = calloc(1, sizeof *shm);
    if (!shm)
        return NULL;
    shm->bytes = bytes;
    shm->file = file;
    snprintf(shm->path, sizeof shm->path, "%s", path);
    return shm;
}

gph_status
gph_shm_new(size_t bytes, gph_shm **shm)
{
    *shm = NULL;
    if (bytes == 0)
        return GPH_ARGUMENT;
    if (bytes > gph_shm_available(false))
        return GPH_MEMORY;
    gph_shm *made = block_new(bytes, -1, "");
    if (!made)
        return GPH_MEMORY;
    void *base = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (base == MAP_FAILED) {
        free(made);
        return GPH_MEMORY;
    }
    made->base = base;
    if (bytes >= HUGE_PAGE)
        (void)madvise(base, bytes, MADV_HUGEPAGE);
    touch(base, bytes);
    *shm = made;
    return GPH_OK;
}

static size_t
page_bytes(void)
{
    return (size_t)sysconf(_SC_PAGESIZE);
}

static size_t
whole_pages(size_t bytes)
{
    return (bytes + page_bytes() - 1) / page_bytes() * page_bytes();
}

/* Maps a file between two pages that nobody may touch. */
static gph_status
map_fenced(gph_shm *shm)
{
    size_t inside = whole_pages(shm->bytes);
    char *fence =
        mmap(NULL, inside + 2 * page_bytes(), PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (fence == MAP_FAILED)
        return GPH_MEMORY;
    shm->fence = fence;
    void *base = mmap(fence + page_bytes(), inside, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED,
                      shm->file, 0);
    if (base == MAP_FAILED)
        return GPH_MEMORY;
    shm->base = base;
    return GPH_OK;
}

gph_status
gph_shm_new_shared(size_t bytes, gph_shm **result)
{
    *result = NULL;
    if (bytes == 0)
        return GPH_ARGUMENT;
    if (bytes > gph_shm_available(false))
        return GPH_MEMORY;
    int file = memfd_create("graphophone-shared", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    gph_shm *shm = file < 0 ? NULL : block_new(bytes, file, "");
    if (!shm) {
        if (file >= 0)
            close(file);
        return file < 0 ? GPH_LIMIT : GPH_MEMORY;
    }
    gph_status status = GPH_OK;
    if (ftruncate(file, (off_t)whole_pages(bytes)) != 0 ||
        fcntl(file, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) != 0)
        status = GPH_MEMORY;
    status = status ? status : map_fenced(shm);
    if (status) {
        gph_shm_free(shm);
        return status;
    }
    if (bytes >= HUGE_PAGE)
        (void)madvise(shm->base, bytes, MADV_HUGEPAGE);
    touch(shm->base, bytes);
    *result = shm;
    return GPH_OK;
}

intptr_t
gph_shm_handle(const gph_shm *shm)
{
    return shm->file;
}

gph_status
gph_shm_map(intptr_t handle, size_t bytes, gph_shm **result)
{
    struct stat status;
    int file = (int)handle;
    int seals = fcntl(file, F_GET_SEALS);
    gph_shm *shm = NULL;
    gph_status mapped = GPH_ARGUMENT;
    if (seals >= 0 && seals & F_SEAL_SHRINK && fstat(file, &status) == 0 && bytes > 0 &&
        (uint64_t)status.st_size >= bytes) {
        shm = block_new(bytes, file, "");
        mapped = shm ? map_fenced(shm) : GPH_MEMORY;
    }
    if (mapped) {
        if (shm)
            gph_shm_free(shm);
        else if (file >= 0)
            close(file);
        return mapped;
    }
    *result = shm;
    return GPH_OK;
}

gph_status
gph_shm_path(const char *name, char *path, size_t size)
{
    size_t length = strlen(name);
    size_t plain =
        strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-");
    if (length == 0 || length > GPH_SHM_NAME_MAX || plain != length || name[0] == '.')
        return GPH_ARGUMENT;
    int written = snprintf(path, size, FOLDER "/%s", name);
    return written < 0 || (size_t)written >= size ? GPH_LIMIT : GPH_OK;
}

/* Frees a name that somebody has. 0 when it is free now or ours to try again, else an errno: EBUSY for a living owner,
 * EAGAIN while somebody looks at what a dead one left. */
static int
free_name(const char *path, gph_shm_worth *worth)
{
    gph_shm_left *left;
    int error = gph_shm_claim_path(path, &left);
    if (error)
        return error == ENOENT ? 0 : error;
    error = gph_shm_left_set_aside(left, worth);
    gph_shm_left_free(left);
    return error;
}

/* Gives a finished file its name, which may be taken by a dead owner's. Who looks at that keeps it for a moment only. */
static int
take_name(const char *from, const char *path, gph_shm_worth *worth)
{
    for (int attempt = 0; attempt < N_LOOKS; attempt++) {
        if (renameat2(AT_FDCWD, from, AT_FDCWD, path, RENAME_NOREPLACE) == 0)
            return 0;
        if (errno != EEXIST)
            return errno;
        int error = free_name(path, worth);
        if (error == EAGAIN)
            gph_thread_sleep_ns(1000000);
        else if (error)
            return error;
    }
    return EBUSY;
}

/* A locked file of `bytes` bytes of real memory; its path, which nobody looks for, is written. */
static int
make_file(size_t bytes, char *path, int *error)
{
    strcpy(path, FOLDER "/graphophone-new-XXXXXX"); /* mode 0600 */
    int file = mkostemp(path, O_CLOEXEC);
    if (file < 0) {
        *error = errno;
        return -1;
    }
    /* Reserved, not sparse: a full file system is an error here and no bus error later. */
    *error = flock(file, LOCK_EX | LOCK_NB) == 0 ? posix_fallocate(file, 0, (off_t)bytes) : errno;
    if (*error == 0)
        return file;
    unlink(path);
    close(file);
    return -1;
}

/* Maps, fills and names a file. */
static int
bring_up(gph_shm *shm, const char *path, gph_shm_worth *worth, gph_shm_fill *fill, void *context)
{
    void *base = mmap(NULL, shm->bytes, PROT_READ | PROT_WRITE, MAP_SHARED, shm->file, 0);
    if (base == MAP_FAILED)
        return errno;
    shm->base = base;
    touch(base, shm->bytes);
    if (fill)
        fill(context, base);
    int error = take_name(shm->path, path, worth);
    if (error == 0)
        snprintf(shm->path, sizeof shm->path, "%s", path);
    return error;
}

static gph_status
status_of(int error)
{
    switch (error) {
    case 0:
        return GPH_OK;
    case EBUSY:
    case EACCES:
    case EPERM:
    case ELOOP:
        return GPH_STATE;
    case ENOMEM:
    case ENOSPC:
    case EFBIG:
        return GPH_MEMORY;
    default:
        return GPH_IO;
    }
}

gph_status
gph_shm_new_named(const char *name, size_t bytes, gph_shm_worth *worth, gph_shm_fill *fill,
                  void *context, int *error, gph_shm **shm)
{
    char path[PATH_BYTES], new_path[PATH_BYTES];
    *error = 0;
    *shm = NULL;
    gph_status status = gph_shm_path(name, path, sizeof path);
    if (status != GPH_OK || bytes == 0)
        return status != GPH_OK ? status : GPH_ARGUMENT;
    if (bytes > gph_shm_available(true))
        return GPH_MEMORY;
    int file = make_file(bytes, new_path, error);
    if (file < 0)
        return status_of(*error);
    gph_shm *made = block_new(bytes, file, new_path);
    if (!made) {
        unlink(new_path);
        close(file);
        return GPH_MEMORY;
    }
    *error = bring_up(made, path, worth, fill, context);
    if (*error) {
        gph_shm_free(made);
        return status_of(*error);
    }
    *shm = made;
    return GPH_OK;
}

void
gph_shm_free(gph_shm *shm)
{
    if (!shm)
        return;
    if (shm->path[0])
        unlink(shm->path);
    if (shm->fence)
        munmap(shm->fence, whole_pages(shm->bytes) + 2 * page_bytes());
    else if (shm->base)
        munmap(shm->base, shm->bytes);
    if (shm->file >= 0)
        close(shm->file);
    free(shm);
}

void *
gph_shm_base(const gph_shm *shm)
{
    return shm->base;
}

size_t
gph_shm_bytes(const gph_shm *shm)
{
    return shm->bytes;
}

bool
gph_shm_lock(gph_shm *shm)
{
    return mlock(shm->base, shm->bytes) == 0;
}

uint32_t
gph_shm_user(void)
{
    return (uint32_t)getuid();
}

uint32_t
gph_shm_process(void)
{
    return (uint32_t)getpid();
}

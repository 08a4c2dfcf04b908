/* Files and folders on POSIX systems. [writer, control] */
#include "file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { FOLDER = O_RDONLY | O_DIRECTORY | O_CLOEXEC };

static gph_file
result(int descriptor)
{
    return descriptor < 0 ? -errno : descriptor;
}

static gph_file
open_folder(void *user, const char *path)
{
    (void)user;
    return result(open(path, FOLDER));
}

/* One step down, never through a link. The kernel's own rule where it has one (Linux 5.6), else one
 * component at a time, which cannot leave the folder either. */
static int
step_into(int folder, const char *name)
{
    struct open_how how;
    memset(&how, 0, sizeof how);
    how.flags = FOLDER;
    how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS;
    int descriptor = (int)syscall(SYS_openat2, folder, name, &how, sizeof how);
    if (descriptor < 0 && (errno == ENOSYS || errno == EPERM))
        descriptor = openat(folder, name, FOLDER | O_NOFOLLOW);
    return descriptor;
}

static gph_file
open_beneath(void *user, gph_file folder, const char *relative, bool create)
{
    (void)user;
    int here = openat((int)folder, ".", FOLDER);
    while (here >= 0 && *relative) {
        char name[256];
        size_t length = strcspn(relative, "/");
        if (length >= sizeof name) {
            close(here);
            return -ENAMETOOLONG;
        }
        memcpy(name, relative, length);
        name[length] = '\0';
        relative += length + (relative[length] == '/');
        if (!length || !strcmp(name, ".") || !strcmp(name, "..")) {
            close(here);
            return -EXDEV;
        }
        int next =
            create && mkdirat(here, name, 0777) && errno != EEXIST ? -1 : step_into(here, name);
        int error = errno;
        close(here);
        errno = error;
        here = next;
    }
    return result(here);
}

static int
writable(void *user, gph_file folder)
{
    (void)user;
    return faccessat((int)folder, ".", W_OK | X_OK, AT_EACCESS) ? -errno : 0;
}

static gph_file
create_file(void *user, gph_file folder, const char *name)
{
    (void)user;
    int file = openat((int)folder, name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    /* The lock says that somebody lives who writes here; file systems without locks are let be. */
    if (file >= 0)
        (void)flock(file, LOCK_EX | LOCK_NB);
    return result(file);
}

static gph_file
open_read(void *user, const char *path)
{
    (void)user;
    /* A pipe would hang here without O_NONBLOCK. */
    int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    struct stat about;
    if (file < 0)
        return -errno;
    if (fstat(file, &about) || !S_ISREG(about.st_mode)) {
        close(file);
        return -EINVAL;
    }
    return file;
}

static gph_file
open_in(void *user, gph_file folder, const char *name, bool change)
{
    (void)user;
    int flags = (change ? O_RDWR : O_RDONLY) | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | O_NOFOLLOW;
    int file = openat((int)folder, name, flags);
    if (file < 0)
        return errno == EISDIR ? -EINVAL : -errno;
    struct stat about;
    int error = fstat(file, &about)                                   ? errno
                : !S_ISREG(about.st_mode)                             ? EINVAL
                : flock(file, (change ? LOCK_EX : LOCK_SH) | LOCK_NB) ? errno
                                                                      : 0;
    /* File systems without locks are let be, as in `create`. */
    if (error && (error == EINVAL || error == EWOULDBLOCK || !S_ISREG(about.st_mode))) {
        close(file);
        return -error;
    }
    return file;
}

static int64_t
write_at(void *user, gph_file file, const void *data, size_t bytes, int64_t offset)
{
    (void)user;
    ssize_t written;
    do
        written = pwrite((int)file, data, bytes, offset);
    while (written < 0 && errno == EINTR);
    return written < 0 ? -errno : written;
}

static int64_t
read_at(void *user, gph_file file, void *data, size_t bytes, int64_t offset)
{
    (void)user;
    ssize_t got;
    do
        got = pread((int)file, data, bytes, offset);
    while (got < 0 && errno == EINTR);
    return got < 0 ? -errno : got;
}

static int64_t
size_of(void *user, gph_file file)
{
    (void)user;
    struct stat about;
    return fstat((int)file, &about) ? -errno : about.st_size;
}

static int
resize(void *user, gph_file file, int64_t bytes)
{
    (void)user;
    return ftruncate((int)file, bytes) ? -errno : 0;
}

static int
sync_file(void *user, gph_file file)
{
    (void)user;
    return fsync((int)file) ? -errno : 0;
}

static int
sync_data(void *user, gph_file file)
{
    (void)user;
    return fdatasync((int)file) ? -errno : 0;
}

static int
reserve(void *user, gph_file file, int64_t bytes)
{
    (void)user;
    int error;
    do
        error = fallocate((int)file, FALLOC_FL_KEEP_SIZE, 0, bytes) ? errno : 0;
    while (error == EINTR);
    return -error;
}

static int
is_still(void *user, gph_file folder, const char *name, gph_file file)
{
    (void)user;
    struct stat there;
    struct stat ours;
    if (fstatat((int)folder, name, &there, AT_SYMLINK_NOFOLLOW) || fstat((int)file, &ours))
        return -errno;
    return there.st_dev == ours.st_dev && there.st_ino == ours.st_ino ? 0 : -ENOENT;
}

static int
rename_new(void *user, gph_file folder, const char *from, const char *to)
{
    (void)user;
    int in = (int)folder;
    if (!renameat2(in, from, in, to, RENAME_NOREPLACE))
        return 0;
    if (errno != EINVAL && errno != ENOSYS)
        return -errno;
    /* File systems without the flag: a second name never replaces one either. */
    if (linkat(in, from, in, to, 0))
        return -errno;
    return unlinkat(in, from, 0) ? -errno : 0;
}

static int
remove_file(void *user, gph_file folder, const char *name)
{
    (void)user;
    return unlinkat((int)folder, name, 0) ? -errno : 0;
}

static int
exists(void *user, gph_file folder, const char *name)
{
    (void)user;
    struct stat about;
    if (!fstatat((int)folder, name, &about, AT_SYMLINK_NOFOLLOW))
        return 1;
    return errno == ENOENT ? 0 : -errno;
}

static int
list(void *user, gph_file folder, gph_file_name_found *found, void *found_user)
{
    (void)user;
    int copy = openat((int)folder, ".", FOLDER);
    if (copy < 0)
        return -errno;
    DIR *entries = fdopendir(copy);
    if (!entries) {
        int error = errno;
        close(copy);
        return -error;
    }
    for (struct dirent *entry = readdir(entries); entry; entry = readdir(entries))
        found(found_user, entry->d_name);
    closedir(entries);
    return 0;
}

static int64_t
free_bytes(void *user, gph_file file)
{
    (void)user;
    struct statvfs about;
    if (fstatvfs((int)file, &about))
        return -errno;
    return (int64_t)about.f_bavail * (int64_t)about.f_frsize;
}

static void
count_name(void *user, const char *name)
{
    if (name[0] != '.')
        ++*(int64_t *)user;
}

static int64_t
handles(void *user, int64_t wanted)
{
    int64_t used = 0;
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit))
        return -errno;
    int folder = open("/proc/self/fd", FOLDER);
    if (folder >= 0) {
        list(user, folder, count_name, &used);
        close(folder);
    }
    int64_t most = limit.rlim_max > INT32_MAX ? INT32_MAX : (int64_t)limit.rlim_max;
    if (used + wanted > (int64_t)limit.rlim_cur && used + wanted <= most) {
        limit.rlim_cur = (rlim_t)(used + wanted);
        if (setrlimit(RLIMIT_NOFILE, &limit))
            getrlimit(RLIMIT_NOFILE, &limit);
    }
    int64_t now = limit.rlim_cur > INT32_MAX ? INT32_MAX : (int64_t)limit.rlim_cur;
    return now - used;
}

static void
close_file(void *user, gph_file file)
{
    (void)user;
    if (file >= 0)
        close((int)file);
}

const gph_file_system gph_file_system_real = {
    .open_folder = open_folder,
    .open_beneath = open_beneath,
    .writable = writable,
    .create = create_file,
    .open_read = open_read,
    .open_in = open_in,
    .write_at = write_at,
    .read_at = read_at,
    .size = size_of,
    .resize = resize,
    .sync = sync_file,
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

const char *
gph_file_error(int64_t negative, char *text, size_t size)
{
    /* The GNU variant returns the text, which need not be in the buffer. */
    const char *words = strerror_r((int)-negative, text, size);
    if (words != text)
        snprintf(text, size, "%s", words);
    return text;
}

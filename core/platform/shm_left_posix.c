/* Named blocks of memory that dead owners left behind, on POSIX systems. [control] */
#include "shm_left.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define FOLDER "/dev/shm"

enum {
    N_LOST = 9,       /* blocks of dead owners kept under one name */
    PATH_BYTES = 256, /* of the folder, a name and an ending */
    LOOK_BYTES = 4096 /* of a block, to see whether it is worth keeping */
};

struct gph_shm_left {
    int file; /* locked */
    uint64_t bytes;
    char path[PATH_BYTES];
};

int
gph_shm_list(const char *prefix, gph_shm_found *found, void *user)
{
    DIR *names = opendir(FOLDER);
    size_t length = strlen(prefix);
    if (!names)
        return errno;
    struct dirent *entry;
    /* Whoever is told may leave any errno. */
    while (errno = 0, (entry = readdir(names)) != NULL)
        if (strncmp(entry->d_name, prefix, length) == 0)
            found(user, entry->d_name);
    int error = errno;
    closedir(names);
    return error;
}

/* An open file that nobody but this user has made. Below 0: an errno, negated. */
static int
open_ours(const char *path, int how, struct stat *status)
{
    int file = open(path, how | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
    if (file < 0)
        return -errno;
    int error = 0;
    if (fstat(file, status) != 0)
        error = errno;
    else if (!S_ISREG(status->st_mode) || status->st_uid != getuid())
        error = EACCES;
    if (error == 0)
        return file;
    close(file);
    return -error;
}

static bool
read_all(int file, uint64_t at, void *to, size_t bytes)
{
    char *next = to;
    while (bytes > 0) {
        ssize_t n = pread(file, next, bytes, (off_t)at);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        next += n;
        at += (uint64_t)n;
        bytes -= (size_t)n;
    }
    return true;
}

size_t
gph_shm_peek(const char *name, void *to, size_t bytes)
{
    char path[PATH_BYTES];
    struct stat status;
    if (gph_shm_path(name, path, sizeof path) != GPH_OK)
        return 0;
    int file = open_ours(path, O_RDONLY, &status);
    if (file < 0)
        return 0;
    if ((uint64_t)status.st_size < bytes)
        bytes = (size_t)status.st_size;
    bool whole = read_all(file, 0, to, bytes);
    close(file);
    return whole ? bytes : 0;
}

int
gph_shm_claim(const char *name, gph_shm_left **left)
{
    char path[PATH_BYTES];
    *left = NULL;
    return gph_shm_path(name, path, sizeof path) == GPH_OK ? gph_shm_claim_path(path, left)
                                                           : EINVAL;
}

/* Only one at a time asks for an owner's lock, or would be taken for the owner by the others. */
static int
lock_as_claimant(int file)
{
    struct flock all = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    if (fcntl(file, F_OFD_SETLK, &all) == 0)
        return 0;
    return errno == EACCES ? EAGAIN : errno;
}

int
gph_shm_claim_path(const char *path, gph_shm_left **left)
{
    struct stat opened, named;
    *left = NULL;
    int file = open_ours(path, O_RDWR, &opened);
    if (file < 0)
        return -file;
    int error = lock_as_claimant(file);
    if (error == 0 && flock(file, LOCK_EX | LOCK_NB) != 0)
        error = errno == EWOULDBLOCK ? EBUSY : errno;
    /* Between open and lock it may have been renamed, or another may have come in its place. */
    else if (error == 0 && (stat(path, &named) != 0 || named.st_ino != opened.st_ino ||
                            named.st_dev != opened.st_dev))
        error = ENOENT;
    gph_shm_left *claimed = error == 0 ? calloc(1, sizeof *claimed) : NULL;
    if (!claimed) {
        close(file);
        return error ? error : ENOMEM;
    }
    claimed->file = file;
    claimed->bytes = (uint64_t)opened.st_size;
    snprintf(claimed->path, sizeof claimed->path, "%s", path);
    *left = claimed;
    return 0;
}

void
gph_shm_left_free(gph_shm_left *left)
{
    if (!left)
        return;
    close(left->file);
    free(left);
}

uint64_t
gph_shm_left_bytes(const gph_shm_left *left)
{
    return left->bytes;
}

bool
gph_shm_left_read(const gph_shm_left *left, uint64_t at, void *to, size_t bytes)
{
    return read_all(left->file, at, to, bytes);
}

int
gph_shm_left_remove(gph_shm_left *left)
{
    return unlink(left->path) == 0 ? 0 : errno;
}

int
gph_shm_left_set_aside(gph_shm_left *left, gph_shm_worth *worth)
{
    char first[LOOK_BYTES] = "";
    size_t n = left->bytes < sizeof first ? (size_t)left->bytes : sizeof first;
    bool keep = worth && read_all(left->file, 0, first, n) && worth(first, n);
    for (int k = 1; keep && k <= N_LOST; k++) {
        char lost[PATH_BYTES + 16];
        snprintf(lost, sizeof lost, "%s.lost-%d", left->path, k);
        if (renameat2(AT_FDCWD, left->path, AT_FDCWD, lost, RENAME_NOREPLACE) == 0)
            return 0;
        if (errno != EEXIST)
            return errno;
    }
    return keep ? EEXIST : gph_shm_left_remove(left);
}

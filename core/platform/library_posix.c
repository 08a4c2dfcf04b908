/* Shared libraries on POSIX systems: trust, check, dlopen. [control] */
#include "library.h"

#include "library_elf.h"
#include "library_proof.h"
#include "surroundings.h"

#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/stat.h>
#include <unistd.h>

const char gph_library_ending[] = ".so";
const char gph_library_separator = ':';

/* Far above any module with all of its debug information; keeps a wrong file from filling memory.
 */
enum { MAX_FILE_BYTES = 256 << 20 };

static gph_status
say_errno(char *why, gph_status status, const char *what, int error)
{
    snprintf(why, GPH_LIBRARY_SENTENCE, "%s: %s", what, strerror(error));
    errno = error;
    return status;
}

bool
gph_library_privileged(void)
{
    return getauxval(AT_SECURE) != 0;
}

/* ---------------------------------------------------------------- trust */

/* A group that is the user's alone: many systems give each user one, of the same number. */
static bool
is_private_group(gid_t group)
{
    return group == 0 || (group == getegid() && group == geteuid());
}

static gph_status
trust_one(const struct stat *status, bool is_parent, char *why)
{
    if (status->st_uid != 0 && status->st_uid != geteuid())
        return gph_library_say(why, GPH_UNSUPPORTED,
                               is_parent ? "is below a folder of another user"
                                         : "belongs to another user");
    /* In a sticky folder (/tmp) nobody can replace what is another one's. */
    const bool replaceable = !is_parent || (status->st_mode & S_ISVTX) == 0;
    const bool others = (status->st_mode & S_IWOTH) != 0 ||
                        ((status->st_mode & S_IWGRP) != 0 && !is_private_group(status->st_gid));
    if (others && replaceable)
        return gph_library_say(why, GPH_UNSUPPORTED,
                               is_parent ? "is below a folder that others may write"
                                         : "may be written by others");
    return GPH_OK;
}

gph_status
gph_library_trust(const char *path, char *why)
{
    char real[PATH_MAX];
    struct stat status;
    if (realpath(path, real) == NULL || stat(real, &status) != 0)
        return say_errno(why, GPH_IO, "cannot be read", errno);
    gph_status trusted = trust_one(&status, false, why);
    while (trusted == GPH_OK && strcmp(real, "/") != 0) {
        char *slash = strrchr(real, '/');
        slash[slash == real ? 1 : 0] = '\0';
        if (stat(real, &status) != 0)
            return say_errno(why, GPH_IO, "cannot be read", errno);
        trusted = trust_one(&status, true, why);
    }
    return trusted;
}

/* ---------------------------------------------------------------- bytes */

static gph_status
read_all(int file, uint8_t *bytes, size_t n, char *why)
{
    for (size_t done = 0; done < n;) {
        const ssize_t got = read(file, bytes + done, n - done);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return say_errno(why, GPH_IO, "cannot be read", errno);
        if (got == 0)
            return gph_library_say(why, GPH_UNSUPPORTED, "became shorter while it was read");
        done += (size_t)got;
    }
    return GPH_OK;
}

static gph_status
read_open_file(int file, uint8_t **bytes, size_t *n, char *why)
{
    struct stat status;
    if (fstat(file, &status) != 0)
        return say_errno(why, GPH_IO, "cannot be read", errno);
    if (!S_ISREG(status.st_mode))
        return gph_library_say(why, GPH_UNSUPPORTED, "is not a file");
    if (status.st_size > MAX_FILE_BYTES)
        return gph_library_say(why, GPH_UNSUPPORTED, "is larger than 256 MiB");
    *n = (size_t)status.st_size;
    *bytes = malloc(*n + 1);
    if (*bytes == NULL)
        return gph_library_say(why, GPH_MEMORY, "cannot be read: no memory");
    return read_all(file, *bytes, *n, why);
}

/* *bytes is to be freed in any case. */
static gph_status
read_file(const char *path, uint8_t **bytes, size_t *n, char *why)
{
    /* Without O_NONBLOCK a FIFO in the place of a module would be waited for. */
    const int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (file < 0)
        return say_errno(why, GPH_IO, "cannot be read", errno);
    const gph_status status = read_open_file(file, bytes, n, why);
    const int error = errno;
    close(file);
    errno = error;
    return status;
}

/* ---------------------------------------------------------------- folders */

gph_status
gph_library_list(const char *folder, void (*found)(void *user, const char *stem), void *user)
{
    DIR *entries = opendir(folder);
    if (entries == NULL)
        return GPH_IO;
    const size_t n_ending = sizeof gph_library_ending - 1;
    for (struct dirent *entry = readdir(entries); entry != NULL; entry = readdir(entries)) {
        const size_t n = strlen(entry->d_name);
        if (n <= n_ending || strcmp(entry->d_name + n - n_ending, gph_library_ending) != 0)
            continue;
        entry->d_name[n - n_ending] = '\0';
        found(user, entry->d_name);
    }
    closedir(entries);
    return GPH_OK;
}

bool
gph_library_is_missing(const char *path)
{
    struct stat status;
    return lstat(path, &status) != 0 && (errno == ENOENT || errno == ENOTDIR);
}

char *
gph_library_absolute(const char *path)
{
    return realpath(path, NULL);
}

char *
gph_library_beside(const char *relative)
{
    Dl_info own;
    char path[PATH_MAX];
    /* A loader that was told a relative path has noted it so, and the current folder may be another one now. */
    if (dladdr(gph_library_ending, &own) == 0 || own.dli_fname == NULL || own.dli_fname[0] != '/')
        return NULL;
    const char *slash = strrchr(own.dli_fname, '/');
    const int n = snprintf(path, sizeof path, "%.*s/%s", (int)(slash - own.dli_fname),
                           own.dli_fname, relative);
    return n < (int)sizeof path ? gph_library_absolute(path) : NULL;
}

/* ---------------------------------------------------------------- check and load */

gph_status
gph_library_check(const char *path, const gph_library_wanted *wanted, char *why)
{
    uint8_t *bytes = NULL;
    size_t n = 0;
    gph_status status = read_file(path, &bytes, &n, why);
    if (status == GPH_OK)
        status = gph_library_trust(path, why);
    if (status == GPH_OK)
        status = gph_library_prove_digest(bytes, n, wanted, why);
    if (status == GPH_OK)
        status = gph_elf_check(bytes, n, wanted, why);
    const int error = errno;
    free(bytes);
    errno = error;
    return status;
}

gph_status
gph_library_load(const char *path, const gph_library_wanted *wanted, const void **object, char *why,
                 char *changed)
{
    *object = NULL;
    if (path[0] != '/')
        return gph_library_say(why, GPH_ARGUMENT, "has no absolute path");
    const gph_status status = gph_library_check(path, wanted, why);
    if (status != GPH_OK)
        return status;
    /* One object linked with -ffast-math sets FTZ and DAZ of the thread that loads it; others do worse. */
    gph_surroundings *before = gph_surroundings_new();
    if (before == NULL)
        return gph_library_say(why, GPH_MEMORY, "memory is out");
    void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    *object = library != NULL ? dlsym(library, wanted->symbol) : NULL;
    if (*object == NULL) {
        /* Now, as what comes next may ask the loader, too. */
        const char *reason = dlerror();
        snprintf(why, GPH_LIBRARY_SENTENCE, "cannot be loaded: %s",
                 reason != NULL ? reason : wanted->symbol);
    }
    gph_surroundings_restore(before, changed, GPH_LIBRARY_SENTENCE);
    gph_surroundings_free(before);
    return *object != NULL ? GPH_OK : GPH_UNSUPPORTED;
}

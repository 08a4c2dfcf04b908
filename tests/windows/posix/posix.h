/* What test programs use of POSIX and Windows lacks. The build for Windows puts it before the first line of each, so that
 * they stay as they are. [test program] */
#ifndef GPH_TEST_POSIX_H
#define GPH_TEST_POSIX_H

#include <direct.h>
#include <fcntl.h>
#include <io.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Bytes are bytes, on the way to a file and to those who count the tests. */
static void __attribute__((constructor)) posix_binary(void)
{
    _fmode = _O_BINARY;
    _setmode(1, _O_BINARY);
}

#define mkdir(path, mode) ((void)(mode), _mkdir(path))

static inline char *
mkdtemp(char *name)
{
    const size_t n = strlen(name);
    for (int i = 0; i < 1000; i++) {
        char tail[7];
        snprintf(tail, sizeof tail, "%03x%03d", (unsigned)getpid() / 4 & 0xfff, i);
        memcpy(name + n - 6, tail, 6);
        if (_mkdir(name) == 0)
            return name;
    }
    return NULL;
}

static inline int
setenv(const char *name, const char *value, int over)
{
    return !over && getenv(name) != NULL ? 0 : _putenv_s(name, value);
}

static inline int
unsetenv(const char *name)
{
    return _putenv_s(name, "");
}

static inline void *
memmem(const void *in, size_t n, const void *what, size_t n_what)
{
    const char *from = in;
    for (; n >= n_what; from++, n--)
        if (memcmp(from, what, n_what) == 0) {
            union {
                const char *found;
                void *given;
            } cast = {from};
            return cast.given;
        }
    return NULL;
}

static inline char *
strsep(char **rest, const char *between)
{
    char *part = *rest;
    if (part != NULL) {
        char *end = part + strcspn(part, between);
        *rest = *end != '\0' ? end + 1 : NULL;
        *end = '\0';
    }
    return part;
}

/* Nobody else moves the place in the file meanwhile. */
static inline ssize_t
pread(int file, void *bytes, size_t n, long long at)
{
    const long long before = _lseeki64(file, 0, SEEK_CUR);
    const int got = _lseeki64(file, at, SEEK_SET) < 0 ? -1 : _read(file, bytes, (unsigned)n);
    _lseeki64(file, before, SEEK_SET);
    return got;
}

static inline ssize_t
pwrite(int file, const void *bytes, size_t n, long long at)
{
    const long long before = _lseeki64(file, 0, SEEK_CUR);
    const int put = _lseeki64(file, at, SEEK_SET) < 0 ? -1 : _write(file, bytes, (unsigned)n);
    _lseeki64(file, before, SEEK_SET);
    return put;
}

static inline unsigned
geteuid(void)
{
    return 1000;
}

#endif

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

/* Bytes are bytes, on the way to a file and to those who count the tests. TMPDIR of this system is for Wine itself. */
static void __attribute__((constructor)) posix_begin(void)
{
    _fmode = _O_BINARY;
    _setmode(1, _O_BINARY);
    _putenv_s("TMPDIR", "W:/tmp");
}

/* That without a number takes 32 bits, whatever off_t has. */
#define truncate          truncate64
#define mkdir(path, mode) ((void)(mode), _mkdir(path))
/* Nobody here makes links or pipes that have names. */
#define TEST_NO_LINKS      1
#define lstat(path, about) stat(path, about)
/* What begins an absolute path: see suite.h. */
#define TEST_ROOT "C:/"
#define TEST_NULL "C:/windows/win.ini"
/* A zone of time is that of the machine, and its shell has no tools. */
#define TEST_NO_ZONES         1
#define TEST_NO_SHELL         1
#define TEST_FILE(descriptor) ((gph_file)_get_osfhandle(descriptor))
#define TEST_DELETES_LATE     1
/* Nothing limits a process, nobody is another user, no process has a copy. */
#define TEST_NO_LIMITS  1
#define TEST_NO_SIGNALS 1
/* Threads and files of the process come and go as Wine pleases. */
#define TEST_NO_PROC 1
/* Each call of the system is one of Wine's server. */
#define TEST_SLOW 10
/* Only its folder keeps a file from others. */
#define TEST_NO_MODES 1
/* A folder that nobody writes to, what is no file, and where named memory lies. */
#define TEST_CLOSED "Z:/proc"
#define TEST_DEVICE "NUL"
#define TEST_SHARED posix_shared()
/* The hosts that need no device. */
#define TEST_HOSTS "clock", "offline", "myhost"

static inline const char *
posix_shared(void)
{
    static char folder[600];
    if (folder[0] == '\0') {
        snprintf(folder, sizeof folder, "%s/graphophone", getenv("LOCALAPPDATA"));
        for (char *at = folder; *at != '\0'; at++)
            *at = *at == '\\' ? '/' : *at;
        _mkdir(folder);
        strcat(folder, "/shared");
        _mkdir(folder);
    }
    return folder;
}

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

/* As mkdtemp, for a file whose name goes on for `n_more` bytes. */
static inline int
mkstemps(char *name, int n_more)
{
    char *place = name + strlen(name) - (size_t)n_more - 6;
    for (int i = 0; i < 1000; i++) {
        char tail[7];
        snprintf(tail, sizeof tail, "%03x%03d", (unsigned)getpid() / 4 & 0xfff, i);
        memcpy(place, tail, 6);
        const int file = _open(name, _O_RDWR | _O_CREAT | _O_EXCL | _O_BINARY, 0600);
        if (file >= 0)
            return file;
    }
    return -1;
}

#define mkstemp(name) mkstemps(name, 0)

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

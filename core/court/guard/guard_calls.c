/*
 * Rung 4: stands in front of the functions that an audio thread must not call, and lets every call through after
 * noting it. See guard.h. [any]
 */
/* Both names of the file functions are wanted, so neither may stand for the other. */
#undef _FILE_OFFSET_BITS

#include "guard.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#define SEEN(name)                                                                                 \
    do {                                                                                           \
        if (guard_armed)                                                                           \
            guard_convict(4, #name, 1);                                                            \
    } while (0)

/* The C library's own entries: looking malloc up would need malloc. */
void *__libc_malloc(size_t);
void *__libc_calloc(size_t, size_t);
void *__libc_realloc(void *, size_t);
void *__libc_memalign(size_t, size_t);
void __libc_free(void *);

static GUARD_THREAD long fails_at; /* allocations until one fails; 0: none does */
static GUARD_THREAD long has_failed;
static GUARD_THREAD long allocated; /* since that was said */
static GUARD_THREAD long pieces;
static GUARD_THREAD int paused;

void
guard_pause(int on)
{
    paused = on;
}

void
guard_fail_allocation(long n)
{
    fails_at = n;
    has_failed = 0;
    allocated = 0;
}

long
guard_has_failed(void)
{
    return has_failed;
}

long
guard_allocated(void)
{
    return allocated;
}

long
guard_pieces(void)
{
    return pieces;
}

/* Whether this allocation is the one that fails. */
static int
fails(void)
{
    if (paused)
        return 0;
    allocated++;
    if (fails_at == 0 || --fails_at > 0)
        return 0;
    has_failed = 1;
    return 1;
}

static void *
counted(void *memory)
{
    pieces += !paused && memory != NULL;
    return memory;
}

GUARD_PUBLIC void *
malloc(size_t size)
{
    SEEN(malloc);
    return fails() ? NULL : counted(__libc_malloc(size));
}

GUARD_PUBLIC void *
calloc(size_t n, size_t size)
{
    SEEN(calloc);
    return fails() ? NULL : counted(__libc_calloc(n, size));
}

GUARD_PUBLIC void *
realloc(void *memory, size_t size)
{
    SEEN(realloc);
    if (fails())
        return NULL;
    void *moved = __libc_realloc(memory, size);
    pieces += (moved != NULL) - (memory != NULL && (moved != NULL || size == 0));
    return moved;
}

GUARD_PUBLIC void
free(void *memory)
{
    SEEN(free);
    pieces -= !paused && memory != NULL;
    __libc_free(memory);
}

GUARD_PUBLIC void *
memalign(size_t alignment, size_t size)
{
    SEEN(memalign);
    return fails() ? NULL : counted(__libc_memalign(alignment, size));
}

GUARD_PUBLIC void *
aligned_alloc(size_t alignment, size_t size)
{
    SEEN(aligned_alloc);
    return fails() ? NULL : counted(__libc_memalign(alignment, size));
}

GUARD_PUBLIC int
posix_memalign(void **memory, size_t alignment, size_t size)
{
    SEEN(posix_memalign);
    *memory = fails() ? NULL : counted(__libc_memalign(alignment, size));
    return *memory ? 0 : 12; /* ENOMEM */
}

/* A function whose arguments are known. */
#define STAND(type, name, parameters, arguments)                                                   \
    GUARD_PUBLIC type name parameters                                                              \
    {                                                                                              \
        static type(*real) parameters;                                                             \
        SEEN(name);                                                                                \
        if (!real)                                                                                 \
            find(#name, &real);                                                                    \
        return real arguments;                                                                     \
    }

/* Puts the real function's address into a pointer of any function type. */
static void
find(const char *name, void *pointer)
{
    int armed = guard_armed;
    guard_armed = 0;
    guard_kernel_trap(0);
    void *found = guard_real(name);
    memcpy(pointer, &found, sizeof found);
    guard_armed = armed;
    guard_kernel_trap(armed);
}

typedef const void *bytes;
typedef void *buffer;
typedef struct timespec timespec;

STAND(int, pthread_mutex_lock, (pthread_mutex_t * m), (m))
STAND(int, pthread_mutex_trylock, (pthread_mutex_t * m), (m))
STAND(int, pthread_mutex_unlock, (pthread_mutex_t * m), (m))
STAND(int, pthread_mutex_timedlock, (pthread_mutex_t * m, const timespec *t), (m, t))
STAND(int, pthread_spin_lock, (pthread_spinlock_t * s), (s))
STAND(int, pthread_rwlock_rdlock, (pthread_rwlock_t * l), (l))
STAND(int, pthread_rwlock_wrlock, (pthread_rwlock_t * l), (l))
STAND(int, pthread_rwlock_unlock, (pthread_rwlock_t * l), (l))
STAND(int, pthread_cond_wait, (pthread_cond_t * c, pthread_mutex_t *m), (c, m))
STAND(int, pthread_cond_timedwait, (pthread_cond_t * c, pthread_mutex_t *m, const timespec *t),
      (c, m, t))
STAND(int, pthread_cond_signal, (pthread_cond_t * c), (c))
STAND(int, pthread_cond_broadcast, (pthread_cond_t * c), (c))
STAND(int, pthread_barrier_wait, (pthread_barrier_t * b), (b))
STAND(int, pthread_join, (pthread_t t, void **r), (t, r))
STAND(int, pthread_create, (pthread_t * t, const pthread_attr_t *a, void *(*f)(void *), void *u),
      (t, a, f, u))
STAND(int, sem_wait, (sem_t * s), (s))
STAND(int, sem_trywait, (sem_t * s), (s))
STAND(int, sem_timedwait, (sem_t * s, const timespec *t), (s, t))
STAND(int, sem_post, (sem_t * s), (s))

STAND(ssize_t, read, (int f, buffer b, size_t n), (f, b, n))
STAND(ssize_t, write, (int f, bytes b, size_t n), (f, b, n))
STAND(ssize_t, pread, (int f, buffer b, size_t n, off_t o), (f, b, n, o))
STAND(ssize_t, pwrite, (int f, bytes b, size_t n, off_t o), (f, b, n, o))
STAND(ssize_t, pread64, (int f, buffer b, size_t n, off64_t o), (f, b, n, o))
STAND(ssize_t, pwrite64, (int f, bytes b, size_t n, off64_t o), (f, b, n, o))
STAND(off64_t, lseek64, (int f, off64_t o, int w), (f, o, w))
STAND(int, ftruncate64, (int f, off64_t n), (f, n))
STAND(ssize_t, readv, (int f, const struct iovec *v, int n), (f, v, n))
STAND(ssize_t, writev, (int f, const struct iovec *v, int n), (f, v, n))
STAND(off_t, lseek, (int f, off_t o, int w), (f, o, w))
STAND(int, close, (int f), (f))
STAND(int, fsync, (int f), (f))
STAND(int, fdatasync, (int f), (f))
STAND(int, ftruncate, (int f, off_t n), (f, n))
STAND(int, unlink, (const char *p), (p))
STAND(int, rename, (const char *a, const char *b), (a, b))
STAND(ssize_t, send, (int f, bytes b, size_t n, int g), (f, b, n, g))
STAND(ssize_t, recv, (int f, buffer b, size_t n, int g), (f, b, n, g))
STAND(ssize_t, sendmsg, (int f, const struct msghdr *m, int g), (f, m, g))
STAND(ssize_t, recvmsg, (int f, struct msghdr *m, int g), (f, m, g))
STAND(int, poll, (struct pollfd * p, nfds_t n, int t), (p, n, t))
STAND(int, select, (int n, fd_set *r, fd_set *w, fd_set *e, struct timeval *t), (n, r, w, e, t))
STAND(int, epoll_wait, (int f, struct epoll_event *e, int n, int t), (f, e, n, t))

STAND(buffer, mmap, (void *a, size_t n, int p, int g, int f, off_t o), (a, n, p, g, f, o))
STAND(buffer, mmap64, (void *a, size_t n, int p, int g, int f, off64_t o), (a, n, p, g, f, o))
STAND(int, munmap, (void *a, size_t n), (a, n))
STAND(int, mprotect, (void *a, size_t n, int p), (a, n, p))
STAND(int, madvise, (void *a, size_t n, int w), (a, n, w))
STAND(int, mlock, (bytes a, size_t n), (a, n))

STAND(int, nanosleep, (const timespec *t, timespec *r), (t, r))
STAND(int, clock_nanosleep, (clockid_t c, int g, const timespec *t, timespec *r), (c, g, t, r))
STAND(int, usleep, (useconds_t t), (t))
STAND(unsigned, sleep, (unsigned t), (t))
STAND(int, sched_yield, (void), ())

STAND(int, puts, (const char *s), (s))
STAND(int, fputs, (const char *restrict s, FILE *restrict f), (s, f))
STAND(int, fputc, (int c, FILE *f), (c, f))
STAND(int, putchar, (int c), (c))
STAND(size_t, fwrite, (const void *restrict b, size_t s, size_t n, FILE *restrict f), (b, s, n, f))
STAND(size_t, fread, (void *restrict b, size_t s, size_t n, FILE *restrict f), (b, s, n, f))
STAND(FILE *, fopen, (const char *restrict p, const char *restrict m), (p, m))
STAND(FILE *, fopen64, (const char *restrict p, const char *restrict m), (p, m))
STAND(int, fclose, (FILE * f), (f))
STAND(int, fflush, (FILE * f), (f))
STAND(int, vprintf, (const char *restrict t, va_list a), (t, a))
STAND(int, vfprintf, (FILE *restrict f, const char *restrict t, va_list a), (f, t, a))
STAND(int, vdprintf, (int f, const char *restrict t, va_list a), (f, t, a))
STAND(buffer, dlopen, (const char *p, int g), (p, g))
STAND(int, dlclose, (void *l), (l))
STAND(int, setenv, (const char *n, const char *v, int o), (n, v, o))
STAND(int, system, (const char *c), (c))

/* Those with a variable number of arguments. */
#define PRINTS(name, parameters, last, call)                                                       \
    GUARD_PUBLIC int name parameters                                                               \
    {                                                                                              \
        va_list list;                                                                              \
        SEEN(name);                                                                                \
        va_start(list, last);                                                                      \
        int result = call;                                                                         \
        va_end(list);                                                                              \
        return result;                                                                             \
    }
PRINTS(printf, (const char *restrict t, ...), t, vprintf(t, list))
PRINTS(fprintf, (FILE *restrict f, const char *restrict t, ...), t, vfprintf(f, t, list))
PRINTS(dprintf, (int f, const char *restrict t, ...), t, vdprintf(f, t, list))

#define OPENS(name, parameters, last, arguments)                                                   \
    GUARD_PUBLIC int name parameters                                                               \
    {                                                                                              \
        static int(*real) parameters;                                                              \
        va_list list;                                                                              \
        SEEN(name);                                                                                \
        if (!real)                                                                                 \
            find(#name, &real);                                                                    \
        va_start(list, last);                                                                      \
        void *more = va_arg(list, void *);                                                         \
        va_end(list);                                                                              \
        return real arguments;                                                                     \
    }
OPENS(open, (const char *p, int g, ...), g, (p, g, more))
OPENS(open64, (const char *p, int g, ...), g, (p, g, more))
OPENS(openat, (int f, const char *p, int g, ...), g, (f, p, g, more))
OPENS(openat64, (int f, const char *p, int g, ...), g, (f, p, g, more))
OPENS(fcntl, (int f, int c, ...), c, (f, c, more))
OPENS(ioctl, (int f, unsigned long c, ...), c, (f, c, more))

GUARD_PUBLIC long
syscall(long number, ...)
{
    static long (*real)(long, ...);
    long a[6];
    va_list list;
    SEEN(syscall);
    if (!real)
        find("syscall", &real);
    va_start(list, number);
    for (int n = 0; n < 6; n++)
        a[n] = va_arg(list, long);
    va_end(list);
    return real(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}

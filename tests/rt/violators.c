/*
 * A module whose types each do one thing that an audio thread must not, in every call of process, and one, `nothing`,
 * that does none. The guard must convict them on the rungs that tests/rt/convictions.py lists. [test module]
 */
#include <fcntl.h>
#include <graphophone/module.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PAGE 4096u

/* What the violations need besides; all of it made in create. */
struct gph_node {
    pthread_mutex_t mutex;
    void *memory;         /* to be freed in process */
    volatile char *pages; /* never touched before */
    size_t n_touched;
    const gph_type *type;
    int null;   /* /dev/null */
    FILE *file; /* likewise */
};
#define N_PAGES 20000u

static gph_node *GPH_CALL
create(const gph_runtime *rt, const gph_type *type)
{
    gph_node *self = calloc(1, sizeof *self);
    (void)rt;
    if (!self)
        return NULL;
    pthread_mutex_init(&self->mutex, NULL);
    self->memory = malloc(100);
    void *pages = mmap(NULL, (size_t)N_PAGES * PAGE, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (pages != MAP_FAILED)
        madvise(pages, (size_t)N_PAGES * PAGE, MADV_NOHUGEPAGE);
    self->pages = pages == MAP_FAILED ? NULL : pages;
    self->null = open("/dev/null", O_RDWR | O_CLOEXEC);
    self->file = fopen("/dev/null", "w");
    self->type = type;
    return self;
}

static void GPH_CALL
destroy(gph_node *self)
{
    if (!self)
        return;
    if (self->pages)
        munmap((void *)(uintptr_t)self->pages, (size_t)N_PAGES * PAGE);
    free(self->memory);
    close(self->null);
    if (self->file)
        fclose(self->file);
    free(self);
}

static void
do_malloc(gph_node *self)
{
    self->memory = malloc(100);
}

static void
do_free(gph_node *self)
{
    free(self->memory);
    self->memory = NULL;
}

static void
do_lock(gph_node *self)
{
    pthread_mutex_lock(&self->mutex);
    pthread_mutex_unlock(&self->mutex);
}

/* A lock that another holds: here held by this thread, so that it is certain to be waited for. */
static void
do_wait(gph_node *self)
{
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_nsec += 2000000;
    until.tv_sec += until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    pthread_mutex_lock(&self->mutex);
    pthread_mutex_timedlock(&self->mutex, &until);
    pthread_mutex_unlock(&self->mutex);
}

static void
do_write(gph_node *self)
{
    if (write(self->null, "x", 1) != 1)
        self->n_touched = 0;
}

static void
do_openat(gph_node *self)
{
    (void)self;
    close(openat(AT_FDCWD, "/dev/null", O_RDONLY | O_CLOEXEC));
}

static void
do_printf(gph_node *self)
{
    fprintf(self->file, "frame %d\n", 1);
    fflush(self->file);
}

static void
do_sleep(gph_node *self)
{
    const struct timespec one = {0, 1000000};
    (void)self;
    nanosleep(&one, NULL);
}

static void
do_kernel(gph_node *self)
{
    (void)self;
#ifdef __x86_64__
    long result = 39; /* getpid, which no library is asked for */
    __asm__ volatile("syscall" : "+a"(result) : : "rcx", "r11", "memory");
#endif
}

static void
do_touch(gph_node *self)
{
    if (self->pages && self->n_touched < N_PAGES)
        self->pages[PAGE * self->n_touched++] = 1;
}

static void
do_nothing(gph_node *self)
{
    (void)self;
}

static void
pass(const gph_io *io)
{
    for (uint32_t c = 0; c < io->out[0].channels; c++)
        memcpy(io->out[0].ch[c], io->in[0].ch[c], io->frames * sizeof(float));
}

static const gph_port ports[] = {GPH_IN("in"), GPH_OUT("out")};

#define VIOLATOR(name)                                                                             \
    static int32_t GPH_CALL process_##name(gph_node *self, const gph_io *io)                       \
    {                                                                                              \
        pass(io);                                                                                  \
        do_##name(self);                                                                           \
        return GPH_OK;                                                                             \
    }                                                                                              \
    static const gph_type type_##name = {                                                          \
        GPH_TYPE(#name, #name, "Does what it must not", 0),                                        \
        GPH_PORTS(ports),                                                                          \
        .create = create,                                                                          \
        .destroy = destroy,                                                                        \
        .process = process_##name,                                                                 \
    };
VIOLATOR(malloc)
VIOLATOR(free)
VIOLATOR(lock)
VIOLATOR(wait)
VIOLATOR(write)
VIOLATOR(openat)
VIOLATOR(printf)
VIOLATOR(sleep)
VIOLATOR(kernel)
VIOLATOR(touch)
VIOLATOR(nothing)

GPH_MODULE("violators", "1.0.0", "Graphophone", "MIT", &type_malloc, &type_free, &type_lock,
           &type_wait, &type_write, &type_openat, &type_printf, &type_sleep, &type_kernel,
           &type_touch, &type_nothing)

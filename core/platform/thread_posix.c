/* Threads, bells and locks on POSIX systems. [control, worker, writer] */
#include "thread.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct gph_thread {
    pthread_t id;
    void (*run)(void *user);
    void *user;
    char name[16]; /* as many bytes as the system shows */
};

struct gph_bell {
    pthread_mutex_t mutex;
    pthread_cond_t rung_now;
    bool rung;
};

struct gph_lock {
    pthread_mutex_t mutex;
};

static void *
enter(void *argument)
{
    gph_thread *thread = argument;
    pthread_setname_np(pthread_self(), thread->name);
    thread->run(thread->user);
    return NULL;
}

gph_status
gph_thread_new(const char *name, void (*run)(void *user), void *user, gph_thread **result)
{
    gph_thread *thread = calloc(1, sizeof *thread);
    if (!thread)
        return GPH_MEMORY;
    thread->run = run;
    thread->user = user;
    strncpy(thread->name, name, sizeof thread->name - 1);
    /* A new thread inherits the mask: signals stay with those who asked for them. */
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int error = pthread_create(&thread->id, NULL, enter, thread);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (error) {
        free(thread);
        return GPH_LIMIT;
    }
    *result = thread;
    return GPH_OK;
}

void
gph_thread_join(gph_thread *thread)
{
    if (!thread)
        return;
    pthread_join(thread->id, NULL);
    free(thread);
}

void
gph_thread_leave(gph_thread *thread)
{
    if (!thread)
        return;
    /* Its body reads what it was told for as long as it runs: that stays. */
    pthread_detach(thread->id);
}

void
gph_thread_sleep_ns(int64_t nanoseconds)
{
    struct timespec wait = {nanoseconds / 1000000000, nanoseconds % 1000000000};
    nanosleep(&wait, NULL);
}

gph_status
gph_bell_new(gph_bell **result)
{
    gph_bell *bell = calloc(1, sizeof *bell);
    if (!bell)
        return GPH_MEMORY;
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_mutex_init(&bell->mutex, NULL);
    pthread_cond_init(&bell->rung_now, &attributes);
    pthread_condattr_destroy(&attributes);
    *result = bell;
    return GPH_OK;
}

void
gph_bell_free(gph_bell *bell)
{
    if (!bell)
        return;
    pthread_cond_destroy(&bell->rung_now);
    pthread_mutex_destroy(&bell->mutex);
    free(bell);
}

void
gph_bell_ring(gph_bell *bell)
{
    pthread_mutex_lock(&bell->mutex);
    bell->rung = true;
    pthread_cond_signal(&bell->rung_now);
    pthread_mutex_unlock(&bell->mutex);
}

bool
gph_bell_wait(gph_bell *bell, int64_t nanoseconds)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    int64_t fraction = until.tv_nsec + nanoseconds % 1000000000;
    until.tv_sec += nanoseconds / 1000000000 + fraction / 1000000000;
    until.tv_nsec = fraction % 1000000000;
    pthread_mutex_lock(&bell->mutex);
    int error = 0;
    while (!bell->rung && !error)
        error = pthread_cond_timedwait(&bell->rung_now, &bell->mutex, &until);
    bool rung = bell->rung;
    bell->rung = false;
    pthread_mutex_unlock(&bell->mutex);
    return rung;
}

gph_status
gph_lock_new(gph_lock **result)
{
    gph_lock *lock = calloc(1, sizeof *lock);
    if (!lock)
        return GPH_MEMORY;
    pthread_mutex_init(&lock->mutex, NULL);
    *result = lock;
    return GPH_OK;
}

void
gph_lock_free(gph_lock *lock)
{
    if (!lock)
        return;
    pthread_mutex_destroy(&lock->mutex);
    free(lock);
}

void
gph_lock_take(gph_lock *lock)
{
    pthread_mutex_lock(&lock->mutex);
}

void
gph_lock_give(gph_lock *lock)
{
    pthread_mutex_unlock(&lock->mutex);
}

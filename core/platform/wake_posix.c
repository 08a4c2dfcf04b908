/* A semaphore that is posted only when the flag beside it was down, so it never counts above one. [any] */
#include "wake.h"

#include <errno.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

struct gph_wake {
    sem_t semaphore;
    atomic_bool pending;
};

gph_status
gph_wake_new(gph_wake **wake)
{
    *wake = calloc(1, sizeof **wake);
    if (*wake == NULL)
        return GPH_MEMORY;
    if (sem_init(&(*wake)->semaphore, 0, 0) != 0) {
        free(*wake);
        *wake = NULL;
        return GPH_MEMORY;
    }
    return GPH_OK;
}

void
gph_wake_free(gph_wake *wake)
{
    if (wake == NULL)
        return;
    sem_destroy(&wake->semaphore);
    free(wake);
}

void
gph_wake_up(gph_wake *wake)
{
    if (!atomic_exchange(&wake->pending, true))
        sem_post(&wake->semaphore);
}

bool
gph_wake_wait(gph_wake *wake, int32_t timeout_ms)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    int64_t ns = until.tv_nsec + (int64_t)timeout_ms % 1000 * 1000000;
    until.tv_sec += timeout_ms / 1000 + (time_t)(ns / 1000000000);
    until.tv_nsec = ns % 1000000000;
    int result;
    do
        result = timeout_ms < 0 ? sem_wait(&wake->semaphore)
                                : sem_clockwait(&wake->semaphore, CLOCK_MONOTONIC, &until);
    while (result != 0 && errno == EINTR);
    if (result == 0)
        atomic_store(&wake->pending, false);
    return result == 0;
}

/* The same thing on several threads at once, on POSIX systems. [control] */
#include "crowd.h"

#include <pthread.h>
#include <stdio.h>

enum { MOST = 16 };

typedef struct start {
    void (*run)(void *user);
    void *thing;
    pthread_barrier_t *together;
    uint32_t number;
} start;

static void *
begin(void *user)
{
    start *s = user;
    char name[16];
    /* As a sanitizer's report calls it. */
    snprintf(name, sizeof name, "instance %u", s->number % 100);
    pthread_setname_np(pthread_self(), name);
    pthread_barrier_wait(s->together);
    s->run(s->thing);
    return NULL;
}

bool
crowd_run(uint32_t n, void (*run)(void *user), void *things, size_t size)
{
    pthread_t threads[MOST];
    start starts[MOST];
    pthread_barrier_t together;
    /* Without all of them the barrier would hold the others for ever, so each is made or none runs. */
    if (n == 0 || n > MOST || pthread_barrier_init(&together, NULL, n) != 0)
        return false;
    uint32_t made = 0;
    for (; made < n; made++) {
        starts[made] = (start){run, (char *)things + made * size, &together, made + 1};
        if (pthread_create(&threads[made], NULL, begin, &starts[made]) != 0)
            break;
    }
    for (uint32_t t = 0; t < made; t++) {
        if (made < n)
            pthread_cancel(threads[t]);
        pthread_join(threads[t], NULL);
    }
    pthread_barrier_destroy(&together);
    return made == n;
}

/*
 * Brackets the engine's cycle() of every host that the program loads: dlsym of `gph_host_1` gives a copy of the
 * host whose open() hands on a copy of the engine. See guard.h. [any]
 */
#include "guard.h"

#include <dlfcn.h>
#include <graphophone/host.h>
#include <stdlib.h>
#include <string.h>

#define MAX_HOSTS 16

typedef struct watched {
    gph_host copy;
    const gph_host *host;
    gph_engine mine;
    gph_engine engine; /* the program's */
} watched;

static watched hosts[MAX_HOSTS];
static int n_hosts;

static gph_status GPH_CALL
configure(void *user, const gph_got *got)
{
    watched *one = user;
    return one->engine.configure(one->engine.user, got);
}

static int32_t GPH_CALL
cycle(void *user, const gph_cycle *now)
{
    watched *one = user;
    guard_enter();
    int32_t status = one->engine.cycle(one->engine.user, now);
    guard_leave();
    return status;
}

static void GPH_CALL
event(void *user, const gph_host_event *what)
{
    watched *one = user;
    one->engine.event(one->engine.user, what);
}

static gph_status
open_host(watched *one, gph_host_self *self, const gph_want *want, const gph_engine *engine,
          gph_host_stream **stream, gph_got *got)
{
    size_t size = engine->size < sizeof one->engine ? engine->size : sizeof one->engine;
    memset(&one->engine, 0, sizeof one->engine);
    memcpy(&one->engine, engine, size);
    one->mine = one->engine;
    one->mine.user = one;
    one->mine.configure = one->engine.configure ? configure : NULL;
    one->mine.cycle = cycle;
    one->mine.event = one->engine.event ? event : NULL;
    return one->host->open(self, want, &one->mine, stream, got);
}

typedef gph_status GPH_CALL open_function(gph_host_self *, const gph_want *, const gph_engine *,
                                          gph_host_stream **, gph_got *);

/* open() does not say which host it belongs to, so each slot has a function of its own. */
#define OPEN(n)                                                                                    \
    static gph_status GPH_CALL open_##n(gph_host_self *self, const gph_want *want,                 \
                                        const gph_engine *engine, gph_host_stream **stream,        \
                                        gph_got *got)                                              \
    {                                                                                              \
        return open_host(&hosts[n], self, want, engine, stream, got);                              \
    }
/* clang-format off */
OPEN(0) OPEN(1) OPEN(2) OPEN(3) OPEN(4) OPEN(5) OPEN(6) OPEN(7)
static open_function *const opens[] = {open_0, open_1, open_2, open_3,
                                       open_4, open_5, open_6, open_7};
/* clang-format on */
#define N_OPENS ((int)(sizeof opens / sizeof *opens))

static void *
watch(const gph_host *host)
{
    for (int n = 0; n < n_hosts; n++)
        if (hosts[n].host == host)
            return &hosts[n].copy;
    if (n_hosts == N_OPENS)
        abort();
    watched *one = &hosts[n_hosts];
    size_t size = host->size < sizeof one->copy ? host->size : sizeof one->copy;
    memcpy(&one->copy, host, size);
    one->copy.size = (uint32_t)size;
    one->host = host;
    one->copy.open = opens[n_hosts];
    n_hosts++;
    return &one->copy;
}

GUARD_PUBLIC void *
dlsym(void *restrict library, const char *restrict name)
{
    static void *(*real)(void *, const char *);
    if (!real) {
        /* The version of glibc 2.34 and later, then the one of x86-64's first. */
        void *found = dlvsym(RTLD_NEXT, "dlsym", "GLIBC_2.34");
        if (!found)
            found = dlvsym(RTLD_NEXT, "dlsym", "GLIBC_2.2.5");
        memcpy(&real, &found, sizeof real);
    }
    void *symbol = real(library, name);
    return symbol && strcmp(name, "gph_host_1") == 0 ? watch(symbol) : symbol;
}

void *
guard_real(const char *name)
{
    return dlsym(RTLD_NEXT, name);
}

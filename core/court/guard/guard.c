/* The guard's brackets, its list of convictions, and its report. See guard.h. [any] */
#include "guard.h"

#include <execinfo.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#define MAX_CONVICTIONS 256
#define MAX_DEPTH       24

typedef struct conviction {
    _Atomic(const char *) name;
    atomic_int rung;
    atomic_ullong count;
    int depth;
    void *stack[MAX_DEPTH]; /* of the first time */
} conviction;

static conviction convictions[MAX_CONVICTIONS];
static atomic_ullong n_judged; /* brackets */
static atomic_int kernel_works = 1;
static long n_warm_up = 1;

GUARD_THREAD int guard_armed;
static GUARD_THREAD int noting;
static GUARD_THREAD long n_entered;
static GUARD_THREAD struct rusage before;

static void
note(int rung, const char *name, uint64_t count)
{
    for (int n = 0; n < MAX_CONVICTIONS; n++) {
        conviction *one = &convictions[n];
        const char *known = NULL;
        if (atomic_compare_exchange_strong(&one->name, &known, name)) {
            atomic_store(&one->rung, rung);
            one->depth = backtrace(one->stack, MAX_DEPTH);
            atomic_fetch_add(&one->count, count);
            return;
        }
        if (strcmp(known, name) == 0) {
            atomic_fetch_add(&one->count, count);
            return;
        }
    }
}

void
guard_convict(int rung, const char *name, uint64_t count)
{
    if (noting)
        return;
    noting = 1;
    int armed = guard_armed;
    guard_armed = 0;
    guard_kernel_trap(0);
    note(rung, name, count);
    guard_armed = armed;
    guard_kernel_trap(armed);
    noting = 0;
}

void
guard_enter(void)
{
    if (n_entered == 0 && !guard_kernel_open())
        atomic_store(&kernel_works, 0);
    n_entered++;
    if (n_entered <= n_warm_up)
        return;
    getrusage(RUSAGE_THREAD, &before);
    guard_armed = 1;
    guard_kernel_trap(1);
}

void
guard_leave(void)
{
    struct rusage after;

    if (!guard_armed)
        return;
    guard_kernel_trap(0);
    guard_armed = 0;
    getrusage(RUSAGE_THREAD, &after);
    atomic_fetch_add(&n_judged, 1);
    long faults = after.ru_minflt - before.ru_minflt + after.ru_majflt - before.ru_majflt;
    if (faults > 0)
        guard_convict(6, "page-fault", (uint64_t)faults);
    if (after.ru_nvcsw > before.ru_nvcsw)
        guard_convict(6, "wait", (uint64_t)(after.ru_nvcsw - before.ru_nvcsw));
}

/* The first frame of the stack that is not of the guard itself or of the C library's start. */
static const char *
innermost(const conviction *one, char **symbols)
{
    for (int d = 0; symbols && d < one->depth; d++)
        if (!strstr(symbols[d], "guard.so") && !strstr(symbols[d], "libc.so") &&
            symbols[d][0] == '/')
            return symbols[d];
    return "";
}

int
guard_each(int rung, guard_conviction_found *found, void *user)
{
    if (rung == 5 && !atomic_load(&kernel_works))
        return 0;
    for (int n = 0; n < MAX_CONVICTIONS && atomic_load(&convictions[n].name); n++) {
        conviction *one = &convictions[n];
        if (atomic_load(&one->rung) != rung)
            continue;
        char **symbols = backtrace_symbols(one->stack, one->depth);
        found(user, atomic_load(&one->name), atomic_load(&one->count), innermost(one, symbols));
        free(symbols);
    }
    return 1;
}

static void __attribute__((constructor)) prepare(void)
{
    void *stack[4];
    const char *warm_up = getenv("GUARD_WARM_UP");
    if (warm_up)
        n_warm_up = atol(warm_up);
    /* The first call loads a library. */
    backtrace(stack, 4);
}

/* One line a conviction: rung, name, count, then the stack of the first time, innermost first. */
static void __attribute__((destructor)) report(void)
{
    const char *path = getenv("GUARD_REPORT");
    FILE *file = path ? fopen(path, "w") : NULL;
    if (!file)
        return;
    fprintf(file, "brackets %llu rungs 4%s 6\n", atomic_load(&n_judged),
            atomic_load(&kernel_works) ? " 5" : "");
    for (int n = 0; n < MAX_CONVICTIONS && atomic_load(&convictions[n].name); n++) {
        conviction *one = &convictions[n];
        char **symbols = backtrace_symbols(one->stack, one->depth);
        fprintf(file, "%d %s %llu", atomic_load(&one->rung), atomic_load(&one->name),
                atomic_load(&one->count));
        for (int d = 0; symbols && d < one->depth; d++)
            fprintf(file, "\t%s", symbols[d]);
        fprintf(file, "\n");
        free(symbols);
    }
    fclose(file);
}

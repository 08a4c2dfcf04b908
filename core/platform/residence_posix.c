/* Memory that stays, by mlockall and mlock. [control] */
#include "residence.h"

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

/* A figure of /proc/self/status in bytes, or 0. */
static uint64_t
figure(const char *name)
{
    char line[256];
    unsigned long long kilobytes = 0;
    FILE *status = fopen("/proc/self/status", "re");
    size_t n = strlen(name);
    while (status && fgets(line, sizeof line, status))
        if (strncmp(line, name, n) == 0 && line[n] == ':' &&
            sscanf(line + n + 1, "%llu", &kilobytes) == 1)
            break;
    if (status)
        fclose(status);
    return (uint64_t)kilobytes * 1024;
}

bool
gph_residence_lock_all(void)
{
    return mlockall(MCL_CURRENT) == 0;
}

void
gph_residence_unlock_all(void)
{
    munlockall();
}

/* Bytes of the limit that are left. */
static uint64_t
left(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_MEMLOCK, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY)
        return UINT64_MAX;
    uint64_t locked = figure("VmLck");
    return limit.rlim_cur > locked ? limit.rlim_cur - locked : 0;
}

size_t
gph_residence_lock(const void *base, size_t bytes, size_t spare)
{
    /* The system locks whole pages; the one at either end counts too. */
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    uintptr_t first = (uintptr_t)base / page * page;
    uint64_t there = left();
    there = there > spare ? there - spare : 0;
    size_t whole = ((uintptr_t)base + bytes - first + page - 1) / page * page;
    size_t wanted = there < whole ? (size_t)there / page * page : whole;
    if (!bytes || !wanted || mlock((const void *)first, wanted) != 0)
        return 0;
    return wanted < whole ? wanted - ((uintptr_t)base - first) : bytes;
}

void
gph_residence_get(gph_residence *residence)
{
    residence->locked = figure("VmLck");
    residence->total = figure("VmSize");
    if (residence->total < residence->locked)
        residence->total = residence->locked;
}

/* Memory that stays, by mlockall. [control] */
#include "residence.h"

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

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

void
gph_residence_lock(gph_residence *residence)
{
    residence->all = mlockall(MCL_CURRENT) == 0;
    residence->locked = figure("VmLck");
    residence->total = figure("VmSize");
    if (residence->total < residence->locked)
        residence->total = residence->locked;
}

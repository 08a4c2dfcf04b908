/* Memory that stays, on Windows: regions that are locked one by one, within what a process may keep in memory at least,
 * which it may raise. [control] */
#include "residence.h"

#include <windows.h>

#include <psapi.h>

enum { MORE = 64 << 10 /* beside a region, for what is locked in whole pages */ };

/* The system knows no such call. */
bool
gph_residence_lock_all(void)
{
    return false;
}

void
gph_residence_unlock_all(void)
{
}

size_t
gph_residence_lock(const void *base, size_t bytes, size_t spare)
{
    SIZE_T low, high;
    HANDLE self = GetCurrentProcess();
    void *region = (void *)(uintptr_t)base;
    (void)spare;
    if (bytes == 0 || VirtualLock(region, bytes))
        return bytes;
    bool raised = GetProcessWorkingSetSize(self, &low, &high) &&
                  SetProcessWorkingSetSize(self, low + bytes + MORE, high + bytes + 2 * MORE);
    return raised && VirtualLock(region, bytes) ? bytes : 0;
}

void
gph_residence_get(gph_residence *residence)
{
    SIZE_T low = 0, high = 0;
    PROCESS_MEMORY_COUNTERS about = {.cb = sizeof about};
    *residence = (gph_residence){.locked = 0};
    /* What may stay for sure; how much of it is locked nobody says. */
    if (GetProcessWorkingSetSize(GetCurrentProcess(), &low, &high))
        residence->locked = low;
    if (GetProcessMemoryInfo(GetCurrentProcess(), &about, sizeof about))
        residence->total = about.WorkingSetSize;
    if (residence->total < residence->locked)
        residence->total = residence->locked;
}

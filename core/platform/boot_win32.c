/* Which run of the system this is, and which process, on Windows. [any but audio]
 *
 * Windows gives a run no name. The moment at which it began stands for one: whoever sets the clock makes another run of
 * it, so that less is believed of a take than could be, never more. */
#include "boot.h"

#include <windows.h>

#include <inttypes.h>
#include <stdio.h>
#include <winternl.h>

void
gph_boot_id(char text[GPH_BOOT_ID])
{
    /* The first of its members is the time of the start. */
    union {
        int64_t began;
        char room[48];
    } about = {.room = ""};
    text[0] = '\0';
    if (NtQuerySystemInformation(SystemTimeOfDayInformation, &about, sizeof about, NULL) == 0)
        snprintf(text, GPH_BOOT_ID, "%016" PRIx64, (uint64_t)about.began);
}

int64_t
gph_boot_process(void)
{
    return (int64_t)GetCurrentProcessId();
}

/* A wake as an event that resets itself, so it never counts above one. [any] */
#include "wake.h"

#include <windows.h>

#include <stdatomic.h>
#include <stdlib.h>

struct gph_wake {
    HANDLE event;
    atomic_bool pending; /* spares the kernel a call for each further one */
};

gph_status
gph_wake_new(gph_wake **wake)
{
    *wake = calloc(1, sizeof **wake);
    if (*wake == NULL)
        return GPH_MEMORY;
    (*wake)->event = CreateEventW(NULL, FALSE, FALSE, NULL);
    if ((*wake)->event == NULL) {
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
    CloseHandle(wake->event);
    free(wake);
}

void
gph_wake_up(gph_wake *wake)
{
    if (!atomic_exchange(&wake->pending, true))
        SetEvent(wake->event);
}

bool
gph_wake_wait(gph_wake *wake, int32_t timeout_ms)
{
    DWORD wait = timeout_ms < 0 ? INFINITE : (DWORD)timeout_ms;
    bool woken = WaitForSingleObject(wake->event, wait) == WAIT_OBJECT_0;
    if (woken)
        atomic_store(&wake->pending, false);
    return woken;
}

/* Monotonic time by the performance counter, which does not enter the kernel on any machine of these years. [any]
 *
 * It counts the time that the machine slept, and the system tells nobody exactly how much that was: so both times are
 * the same here. */
#include "now.h"

#include <windows.h>

/* Not in headers of before 2022. */
#ifndef CREATE_WAITABLE_TIMER_HIGH_RESOLUTION
#define CREATE_WAITABLE_TIMER_HIGH_RESOLUTION 0x2
#endif

int64_t
gph_now_ns(void)
{
    LARGE_INTEGER now, rate;
    QueryPerformanceCounter(&now);
    QueryPerformanceFrequency(&rate);
    int64_t seconds = now.QuadPart / rate.QuadPart;
    int64_t rest = now.QuadPart % rate.QuadPart;
    return seconds * 1000000000 + rest * 1000000000 / rate.QuadPart;
}

int64_t
gph_now_boot_ns(void)
{
    return gph_now_ns();
}

/* The ordinary timer wakes at steps of up to 15.6 ms; this one, of Windows 10, within half of one. */
static HANDLE
new_timer(void)
{
    HANDLE timer = CreateWaitableTimerExW(NULL, NULL, CREATE_WAITABLE_TIMER_HIGH_RESOLUTION,
                                          SYNCHRONIZE | TIMER_MODIFY_STATE);
    return timer ? timer : CreateWaitableTimerExW(NULL, NULL, 0, SYNCHRONIZE | TIMER_MODIFY_STATE);
}

void
gph_now_sleep_until_ns(int64_t ns)
{
    int64_t left = ns - gph_now_ns();
    if (left <= 0)
        return;
    HANDLE timer = new_timer();
    for (; left > 0; left = ns - gph_now_ns()) {
        LARGE_INTEGER due = {.QuadPart = -((left + 99) / 100)};
        if (!timer || !SetWaitableTimer(timer, &due, 0, NULL, NULL, FALSE))
            Sleep((DWORD)(left / 1000000) + 1);
        else
            WaitForSingleObject(timer, INFINITE);
    }
    if (timer)
        CloseHandle(timer);
}

/* Threads that must run on time, by the multimedia class scheduler. [control] */
#include "realtime.h"

#include "thread_win32.h"

#include <windows.h>

#include <avrt.h>
#include <process.h>
#include <stdint.h>
#include <stdlib.h>

enum { stack_bytes = 1 << 20 };

struct gph_realtime {
    HANDLE handle;
    void (*run)(void *arg);
    void *arg;
    bool urgent;
    HANDLE begun;      /* rung when `level` is known */
    const char *level; /* what the thread obtained */
};

/* [the new thread] The class can only be joined from within. */
static const char *
be_urgent(HANDLE *membership)
{
    DWORD task = 0;
    *membership = AvSetMmThreadCharacteristicsW(L"Pro Audio", &task);
    if (*membership && AvSetMmThreadPriority(*membership, AVRT_PRIORITY_CRITICAL))
        return "MMCSS Pro Audio";
    return SetThreadPriority(GetCurrentThread(), THREAD_PRIORITY_TIME_CRITICAL) ? "time-critical"
                                                                                : "normal";
}

static unsigned __stdcall begin(void *arg)
{
    gph_realtime *thread = arg;
    HANDLE membership = NULL;
    void (*run)(void *) = thread->run;
    void *user = thread->arg;
    thread->level = thread->urgent ? be_urgent(&membership) : "normal";
    SetEvent(thread->begun);
    run(user);
    if (membership)
        AvRevertMmThreadCharacteristics(membership);
    return 0;
}

static void
forget(gph_realtime *thread)
{
    if (thread->begun)
        CloseHandle(thread->begun);
    if (thread->handle)
        CloseHandle(thread->handle);
    free(thread);
}

gph_status
gph_realtime_start(const char *name, bool urgent, void (*run)(void *arg), void *arg,
                   gph_realtime **made, const char **level)
{
    *made = NULL;
    gph_realtime *thread = calloc(1, sizeof *thread);
    if (thread == NULL)
        return GPH_MEMORY;
    *thread = (gph_realtime){.run = run, .arg = arg, .urgent = urgent};
    thread->begun = CreateEventW(NULL, TRUE, FALSE, NULL);
    if (thread->begun)
        thread->handle = (HANDLE)_beginthreadex(NULL, stack_bytes, begin, thread,
                                                STACK_SIZE_PARAM_IS_A_RESERVATION, NULL);
    if (!thread->handle) {
        forget(thread);
        return GPH_MEMORY;
    }
    gph_thread_call_it(thread->handle, name);
    WaitForSingleObject(thread->begun, INFINITE);
    if (level != NULL)
        *level = thread->level;
    *made = thread;
    return GPH_OK;
}

gph_status
gph_realtime_join(gph_realtime *thread, int32_t timeout_ms)
{
    if (thread == NULL)
        return GPH_OK;
    DWORD wait = timeout_ms < 0 ? INFINITE : (DWORD)timeout_ms;
    if (WaitForSingleObject(thread->handle, wait) != WAIT_OBJECT_0)
        return GPH_STATE; /* it may still be using its struct */
    forget(thread);
    return GPH_OK;
}

static void
do_nothing(void *arg)
{
    (void)arg;
}

const char *
gph_realtime_level(void)
{
    gph_realtime *thread;
    const char *level = "normal";
    if (gph_realtime_start("gph-probe", true, do_nothing, NULL, &thread, &level) == GPH_OK)
        gph_realtime_join(thread, -1);
    return level;
}

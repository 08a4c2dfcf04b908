/* Threads, bells and locks on Windows. [control, worker, writer] */
#include "thread.h"

#include "now.h"
#include "thread_win32.h"

#include <windows.h>

#include <process.h>
#include <stdint.h>
#include <stdlib.h>

struct gph_thread {
    HANDLE handle;
    void (*run)(void *user);
    void *user;
};

struct gph_bell {
    HANDLE event; /* resets itself: rung until somebody has waited */
};

struct gph_lock {
    CRITICAL_SECTION section;
};

void
gph_thread_call_it(void *handle, const char *name)
{
    typedef HRESULT(WINAPI * describer)(HANDLE, PCWSTR);
    wchar_t wide[16] = L"";
    for (size_t n = 0; name && name[n] && n < 15; n++)
        wide[n] = (unsigned char)name[n];
    /* Windows 10 has it, some that run our programs do not. */
    HMODULE kernel = GetModuleHandleW(L"kernel32.dll");
    FARPROC found = kernel ? GetProcAddress(kernel, "SetThreadDescription") : NULL;
    if (found)
        ((describer)(void (*)(void))found)(handle, wide);
}

static unsigned __stdcall enter(void *argument)
{
    gph_thread *thread = argument;
    thread->run(thread->user);
    return 0;
}

gph_status
gph_thread_new(const char *name, void (*run)(void *user), void *user, gph_thread **result)
{
    gph_thread *thread = calloc(1, sizeof *thread);
    if (!thread)
        return GPH_MEMORY;
    thread->run = run;
    thread->user = user;
    thread->handle = (HANDLE)_beginthreadex(NULL, 0, enter, thread, 0, NULL);
    if (!thread->handle) {
        free(thread);
        return GPH_LIMIT;
    }
    gph_thread_call_it(thread->handle, name);
    *result = thread;
    return GPH_OK;
}

void
gph_thread_join(gph_thread *thread)
{
    if (!thread)
        return;
    WaitForSingleObject(thread->handle, INFINITE);
    CloseHandle(thread->handle);
    free(thread);
}

void
gph_thread_leave(gph_thread *thread)
{
    if (!thread)
        return;
    /* Its body reads what it was told for as long as it runs: that stays. */
    CloseHandle(thread->handle);
}

void
gph_thread_sleep_ns(int64_t nanoseconds)
{
    gph_now_sleep_until_ns(gph_now_ns() + nanoseconds);
}

gph_status
gph_bell_new(gph_bell **result)
{
    gph_bell *bell = calloc(1, sizeof *bell);
    if (!bell)
        return GPH_MEMORY;
    bell->event = CreateEventW(NULL, FALSE, FALSE, NULL);
    if (!bell->event) {
        free(bell);
        return GPH_MEMORY;
    }
    *result = bell;
    return GPH_OK;
}

void
gph_bell_free(gph_bell *bell)
{
    if (!bell)
        return;
    CloseHandle(bell->event);
    free(bell);
}

void
gph_bell_ring(gph_bell *bell)
{
    SetEvent(bell->event);
}

bool
gph_bell_wait(gph_bell *bell, int64_t nanoseconds)
{
    int64_t ms = nanoseconds <= 0 ? 0 : (nanoseconds + 999999) / 1000000;
    DWORD wait = ms > INT32_MAX ? INT32_MAX : (DWORD)ms;
    return WaitForSingleObject(bell->event, wait) == WAIT_OBJECT_0;
}

gph_status
gph_lock_new(gph_lock **result)
{
    gph_lock *lock = calloc(1, sizeof *lock);
    if (!lock)
        return GPH_MEMORY;
    InitializeCriticalSection(&lock->section);
    *result = lock;
    return GPH_OK;
}

void
gph_lock_free(gph_lock *lock)
{
    if (!lock)
        return;
    DeleteCriticalSection(&lock->section);
    free(lock);
}

void
gph_lock_take(gph_lock *lock)
{
    EnterCriticalSection(&lock->section);
}

void
gph_lock_give(gph_lock *lock)
{
    LeaveCriticalSection(&lock->section);
}

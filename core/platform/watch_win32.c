/* Watches on Windows: who crashes is named; nothing is cut, as no thread can be made to leave what it does. [control;
 * enter, call: audio; the handler: whichever thread crashes]
 *
 * The handler of crashes has no argument either. It finds its watch in the word of a thread's own block that the system
 * leaves to programs, and reads what is there only where it may. */
#include "watch.h"

#include <windows.h>

#include <setjmp.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAGIC = 0x57484347 };

struct gph_watch {
    uint32_t magic;
    gph_watch_owner owner;
    jmp_buf boundary;
    _Atomic DWORD thread; /* that is watched; 0: none */
    HANDLE handle;        /* of it, or NULL */
    _Atomic bool renewed;
    _Atomic bool failed;

    bool begun;
    LPTOP_LEVEL_EXCEPTION_FILTER old_filter;
};

static void **
own_word(void)
{
    NT_TIB *block;
    __asm__("mov %%gs:0x30, %0" : "=r"(block));
    return &block->ArbitraryUserPointer;
}

/* [handler] The watch of the calling thread, or NULL. */
static gph_watch *
present(void)
{
    uint32_t magic = 0;
    SIZE_T n = 0;
    void *found = *own_word();
    if (!found || !ReadProcessMemory(GetCurrentProcess(), found, &magic, sizeof magic, &n))
        return NULL;
    return n == sizeof magic && magic == MAGIC ? found : NULL;
}

static const char *
name_of(DWORD code)
{
    switch (code) {
    case EXCEPTION_ACCESS_VIOLATION:
        return "access violation: memory that is not its own";
    case EXCEPTION_IN_PAGE_ERROR:
        return "in-page error: memory that is not there";
    case EXCEPTION_INT_DIVIDE_BY_ZERO:
        return "a division by zero";
    case EXCEPTION_ILLEGAL_INSTRUCTION:
        return "an instruction that does not exist";
    case EXCEPTION_STACK_OVERFLOW:
        return "stack overflow: it called itself without end";
    default:
        return "an exception";
    }
}

static void
say(const char *text)
{
    DWORD n;
    WriteFile(GetStdHandle(STD_ERROR_HANDLE), text, (DWORD)strlen(text), &n, NULL);
}

static LONG WINAPI
crash(EXCEPTION_POINTERS *about)
{
    char what[512] = "";
    gph_watch *watch = present();
    if (watch)
        watch->owner.describe(watch->owner.user, what, sizeof what);
    say("\ngraphophone: error: ");
    say(what[0] ? what : "the program");
    say(" crashed (");
    say(name_of(about->ExceptionRecord->ExceptionCode));
    say(")\n");
    /* The process ends with the number of the exception as its status, and no window asks. */
    return EXCEPTION_EXECUTE_HANDLER;
}

gph_status
gph_watch_new(const gph_watch_owner *owner, gph_watch **made)
{
    *made = NULL;
    gph_watch *watch = calloc(1, sizeof *watch);
    if (!watch)
        return GPH_MEMORY;
    watch->magic = MAGIC;
    watch->owner = *owner;
    *made = watch;
    return GPH_OK;
}

void
gph_watch_free(gph_watch *watch)
{
    if (!watch)
        return;
    gph_watch_end(watch);
    /* The thread that offline cycles ran on lives on. */
    if (*own_word() == watch)
        *own_word() = NULL;
    if (watch->handle)
        CloseHandle(watch->handle);
    watch->magic = 0;
    free(watch);
}

bool
gph_watch_begin(gph_watch *watch, bool cuts, int64_t limit_ns)
{
    (void)cuts, (void)limit_ns;
    if (!watch->begun)
        watch->old_filter = SetUnhandledExceptionFilter(crash);
    watch->begun = true;
    return false;
}

void
gph_watch_end(gph_watch *watch)
{
    if (watch->begun)
        SetUnhandledExceptionFilter(watch->old_filter);
    watch->begun = false;
}

void
gph_watch_limit(gph_watch *watch, int64_t limit_ns)
{
    (void)watch, (void)limit_ns;
}

void
gph_watch_renew(gph_watch *watch)
{
    atomic_store_explicit(&watch->renewed, true, memory_order_release);
}

void
gph_watch_cut(gph_watch *watch, uint32_t mark)
{
    (void)watch, (void)mark;
}

/* Its size and place are the system's affair here. */
bool
gph_watch_lock_stack(gph_watch *watch)
{
    (void)watch;
    return false;
}

int64_t
gph_watch_cpu_ns(const gph_watch *watch)
{
    FILETIME made, ended, kernel, user;
    if (!atomic_load_explicit(&watch->thread, memory_order_acquire) || !watch->handle ||
        !GetThreadTimes(watch->handle, &made, &ended, &kernel, &user))
        return -1;
    uint64_t steps = ((uint64_t)kernel.dwHighDateTime << 32 | kernel.dwLowDateTime) +
                     ((uint64_t)user.dwHighDateTime << 32 | user.dwLowDateTime);
    return (int64_t)(steps * 100);
}

bool
gph_watch_sleeps(const gph_watch *watch)
{
    (void)watch;
    return false;
}

bool
gph_watch_failed(const gph_watch *watch)
{
    return atomic_load_explicit(&watch->failed, memory_order_relaxed);
}

uint32_t
gph_watch_spared(const gph_watch *watch)
{
    (void)watch;
    return 0;
}

/* ---------------------------------------------------------------- audio */

/* A thread that is new here. The handle of the one before is left open: somebody may be asking for its time. */
static void
adopt(gph_watch *watch)
{
    void **word = own_word();
    HANDLE self = GetCurrentProcess();
    if (*word && *word != watch)
        atomic_store_explicit(&watch->failed, true, memory_order_relaxed);
    else
        *word = watch;
    if (!watch->handle && !DuplicateHandle(self, GetCurrentThread(), self, &watch->handle, 0, FALSE,
                                           DUPLICATE_SAME_ACCESS))
        watch->handle = NULL;
    atomic_store_explicit(&watch->thread, GetCurrentThreadId(), memory_order_release);
}

void
gph_watch_enter(gph_watch *watch)
{
    if (atomic_load_explicit(&watch->thread, memory_order_relaxed) == GetCurrentThreadId() &&
        !atomic_load_explicit(&watch->renewed, memory_order_relaxed))
        return;
    atomic_store_explicit(&watch->renewed, false, memory_order_relaxed);
    adopt(watch);
}

bool
gph_watch_call(gph_watch *watch, void (*body)(void *user), void *user)
{
    /* Without a frame to unwind to: what is left behind has nothing to clean up. */
    if (_setjmp(watch->boundary, NULL) != 0)
        return true;
    atomic_signal_fence(memory_order_seq_cst);
    body(user);
    atomic_signal_fence(memory_order_seq_cst);
    return false;
}

_Noreturn void
gph_watch_leave(gph_watch *watch)
{
    longjmp(watch->boundary, 1);
}

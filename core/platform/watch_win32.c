/* Watches on Windows: who crashes is named, and who computes without end is cut. [control; enter, call: audio; the
 * handler: whichever thread crashes]
 *
 * There are no signals. The control thread holds the watched one, looks where it is, and lets it go on in a call that
 * leaves what it was in. That reaches it in code of a module alone: what waits in the system waits on. Source:
 * Microsoft's pages on SuspendThread, GetThreadContext and SetThreadContext.
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

enum { MAGIC = 0x57484347, MOST_LEFT = 16 };

struct gph_watch {
    uint32_t magic;
    gph_watch_owner owner;
    jmp_buf boundary;
    bool armed;            /* `boundary` is set: gph_watch_call is running */
    _Atomic DWORD thread;  /* that is watched; 0: none */
    _Atomic HANDLE handle; /* of it, or NULL */
    /* Of those before, the last in turn: somebody may be asking for the time of one. */
    HANDLE left[MOST_LEFT];
    uint32_t n_left;
    _Atomic bool renewed;
    _Atomic bool failed;
    uint32_t spared;

    bool begun, cuts;
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
    for (uint32_t n = 0; n < MOST_LEFT; n++)
        if (watch->left[n])
            CloseHandle(watch->left[n]);
    watch->magic = 0;
    free(watch);
}

bool
gph_watch_begin(gph_watch *watch, bool cuts, int64_t limit_ns)
{
    /* No system that is asked sends anything: who looks cuts. */
    (void)limit_ns;
    if (!watch->begun)
        watch->old_filter = SetUnhandledExceptionFilter(crash);
    watch->begun = true;
    watch->cuts = cuts;
    return cuts;
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

/* Lets a thread that is held go on in gph_watch_leave, as if it had called that where it is. */
static bool
send_away(gph_watch *watch, HANDLE thread, CONTEXT *context)
{
    enum { RED_ZONE = 128, SHADOW = 32, CALLED = 8, DIRECTION = 1 << 10 };
    union {
        void (*call)(gph_watch *watch);
        DWORD64 address;
    } leave = {gph_watch_leave};
    context->EFlags &= ~(DWORD)DIRECTION;
    context->Rsp = ((context->Rsp - RED_ZONE) & ~(DWORD64)15) - SHADOW - CALLED;
    context->Rip = leave.address;
    context->Rcx = (DWORD64)(ULONG_PTR)watch;
    return SetThreadContext(thread, context);
}

void
gph_watch_cut(gph_watch *watch, uint32_t mark)
{
    CONTEXT context = {.ContextFlags = CONTEXT_CONTROL | CONTEXT_INTEGER};
    bool left = false;
    HANDLE thread = atomic_load_explicit(&watch->handle, memory_order_acquire);
    if (!watch->cuts || !thread || SuspendThread(thread) == (DWORD)-1)
        return;
    /* It is held for certain once its registers are known. Until it goes on nothing here may wait for a lock. */
    if (GetThreadContext(thread, &context) && watch->armed &&
        watch->owner.may_cut(watch->owner.user, mark))
        left = send_away(watch, thread, &context);
    watch->spared += !left;
    ResumeThread(thread);
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
    HANDLE thread = atomic_load_explicit(&watch->handle, memory_order_acquire);
    if (!thread || !GetThreadTimes(thread, &made, &ended, &kernel, &user))
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
    return watch->spared;
}

/* ---------------------------------------------------------------- audio */

/* A thread that is new here. */
static void
adopt(gph_watch *watch)
{
    void **word = own_word();
    HANDLE self = GetCurrentProcess();
    HANDLE handle = NULL;
    if (*word && *word != watch)
        atomic_store_explicit(&watch->failed, true, memory_order_relaxed);
    else
        *word = watch;
    HANDLE *place = &watch->left[watch->n_left++ % MOST_LEFT];
    if (*place)
        CloseHandle(*place);
    *place = atomic_load_explicit(&watch->handle, memory_order_relaxed);
    if (!DuplicateHandle(self, GetCurrentThread(), self, &handle, 0, FALSE, DUPLICATE_SAME_ACCESS))
        handle = NULL;
    atomic_store_explicit(&watch->handle, handle, memory_order_release);
    atomic_store_explicit(&watch->thread, GetCurrentThreadId(), memory_order_relaxed);
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
    if (_setjmp(watch->boundary, NULL) != 0) {
        watch->armed = false;
        return true;
    }
    watch->armed = true;
    atomic_signal_fence(memory_order_seq_cst);
    body(user);
    atomic_signal_fence(memory_order_seq_cst);
    watch->armed = false;
    return false;
}

_Noreturn void
gph_watch_leave(gph_watch *watch)
{
    longjmp(watch->boundary, 1);
}

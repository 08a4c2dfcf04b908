/*
 * Rung 5: Syscall User Dispatch (Linux 5.11, x86-64). While a thread's selector says so, each entry to the kernel
 * becomes a SIGSYS; the handler notes it, makes the call in the thread's place and returns through a return stub of
 * its own, the one piece of code that may enter the kernel always. See guard.h. [any]
 */
#include "guard.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

#if defined(__x86_64__) && defined(SYS_rt_sigaction)

#ifndef PR_SET_SYSCALL_USER_DISPATCH
#define PR_SET_SYSCALL_USER_DISPATCH 59
#define PR_SYS_DISPATCH_ON           1
#endif

/* What the kernel takes, as the C library's sigaction brings a return stub of its own. */
typedef struct kernel_action {
    void (*handler)(int, siginfo_t *, void *);
    unsigned long flags;
    void (*restorer)(void);
    unsigned long mask;
} kernel_action;
#define RESTORER_FLAG 0x04000000ul

void guard_return(void);
extern const char guard_return_begin[], guard_return_end[];
/* Stack unwinders know a signal frame by exactly these bytes. */
__asm__(".text\n.globl guard_return\n.hidden guard_return\n.type guard_return,@function\n"
        ".globl guard_return_begin\n.hidden guard_return_begin\n"
        "guard_return_begin:\nguard_return:\n movq $15, %rax\n syscall\n"
        ".globl guard_return_end\n.hidden guard_return_end\nguard_return_end:\n nop\n");

enum { LET_PASS = 0, TRAP = 1 };
static GUARD_THREAD volatile char selector;
static GUARD_THREAD int is_open;

static long
call_kernel(const greg_t *r)
{
    long result = (long)r[REG_RAX];
    register long d __asm__("r10") = (long)r[REG_R10];
    register long e __asm__("r8") = (long)r[REG_R8];
    register long f __asm__("r9") = (long)r[REG_R9];
    __asm__ volatile("syscall"
                     : "+a"(result)
                     : "D"((long)r[REG_RDI]), "S"((long)r[REG_RSI]), "d"((long)r[REG_RDX]), "r"(d),
                       "r"(e), "r"(f)
                     : "rcx", "r11", "memory");
    return result;
}

static const char *
name_of(long number)
{
    static const struct {
        long number;
        const char *name;
    } names[] = {
        {SYS_read, "kernel:read"},
        {SYS_write, "kernel:write"},
        {SYS_openat, "kernel:openat"},
        {SYS_open, "kernel:open"},
        {SYS_close, "kernel:close"},
        {SYS_mmap, "kernel:mmap"},
        {SYS_munmap, "kernel:munmap"},
        {SYS_brk, "kernel:brk"},
        {SYS_futex, "kernel:futex"},
        {SYS_nanosleep, "kernel:nanosleep"},
        {SYS_clock_nanosleep, "kernel:clock_nanosleep"},
        {SYS_sched_yield, "kernel:sched_yield"},
        {SYS_getpid, "kernel:getpid"},
        {SYS_clock_gettime, "kernel:clock_gettime"},
        {SYS_madvise, "kernel:madvise"},
        {SYS_sendto, "kernel:sendto"},
        {SYS_poll, "kernel:poll"},
        {SYS_mprotect, "kernel:mprotect"},
    };
    for (size_t n = 0; n < sizeof names / sizeof *names; n++)
        if (names[n].number == number)
            return names[n].name;
    return "kernel:other";
}

static void
trapped(int signal_number, siginfo_t *info, void *context)
{
    greg_t *registers = ((ucontext_t *)context)->uc_mcontext.gregs;

    (void)signal_number;
    (void)info;
    selector = LET_PASS;
    guard_convict(5, name_of((long)registers[REG_RAX]), 1);
    selector = LET_PASS;
    registers[REG_RAX] = call_kernel(registers);
    selector = TRAP;
}

int
guard_kernel_open(void)
{
    kernel_action action;

    memset(&action, 0, sizeof action);
    action.handler = trapped;
    action.flags = SA_SIGINFO | SA_NODEFER | RESTORER_FLAG;
    action.restorer = guard_return;
    selector = LET_PASS;
    if (syscall(SYS_rt_sigaction, SIGSYS, &action, NULL, 8) != 0)
        return 0;
    unsigned long length = (unsigned long)(guard_return_end - guard_return_begin) + 1;
    is_open = prctl(PR_SET_SYSCALL_USER_DISPATCH, PR_SYS_DISPATCH_ON, guard_return_begin, length,
                    &selector) == 0;
    return is_open;
}

void
guard_kernel_trap(int on)
{
    if (is_open)
        selector = on ? TRAP : LET_PASS;
}

int
guard_kernel_handle(int number, void (*handler)(int, siginfo_t *, void *),
                    const struct sigaction *like)
{
    kernel_action action = {
        .handler = handler,
        .flags = (unsigned long)(unsigned)like->sa_flags | RESTORER_FLAG,
        .restorer = guard_return,
    };
    /* The kernel's mask is the first word of the C library's. */
    memcpy(&action.mask, &like->sa_mask, sizeof action.mask);
    return (int)syscall(SYS_rt_sigaction, number, &action, NULL, sizeof action.mask);
}

#else

int
guard_kernel_open(void)
{
    return 0;
}

void
guard_kernel_trap(int on)
{
    (void)on;
}

int
guard_kernel_handle(int number, void (*handler)(int, siginfo_t *, void *),
                    const struct sigaction *like)
{
    void *found = guard_real("sigaction");
    int (*real)(int, const struct sigaction *, struct sigaction *);
    memcpy(&real, &found, sizeof real);
    struct sigaction action = *like;
    action.sa_sigaction = handler;
    return real(number, &action, NULL);
}

#endif

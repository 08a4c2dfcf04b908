/* What ends the court before it has found anything, on POSIX systems. [control; handlers]
 *
 * The state is the process's own: handlers have nowhere else to look. */
#include "verdict_inside.h"

#include <signal.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

#if defined(__x86_64__)
#include <ucontext.h>
#endif

enum { STACK = 65536 };

static bool (*explain_address)(const void *, bool, char *, size_t);

void
verdict_write(const char *line, size_t n)
{
    if (write(STDOUT_FILENO, line, n) < 0)
        _exit(70);
}

static bool
was_write(const void *context)
{
#if defined(__x86_64__)
    const ucontext_t *at = context;
    return (at->uc_mcontext.gregs[REG_ERR] & 2) != 0;
#else
    (void)context;
    return true;
#endif
}

static void
crashed(int number, siginfo_t *info, void *context)
{
    char what[400];
    const bool knows = (number == SIGSEGV || number == SIGBUS) && explain_address &&
                       explain_address(info->si_addr, was_write(context), what, sizeof what);
    const bool is_null = number == SIGSEGV && (uintptr_t)info->si_addr < 4096;
    verdict_crash(knows ? what : NULL, is_null ? verdict_of_null : strsignal(number));
    _exit(1);
}

static void
too_long(int number)
{
    (void)number;
    if (verdict_is_late())
        _exit(1);
}

void
verdict_watch(bool (*explain)(const void *address, bool is_write, char *text, size_t size))
{
    static const int numbers[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};
    static char stack[STACK];
    const stack_t own = {.ss_sp = stack, .ss_size = sizeof stack};
    explain_address = explain;
    sigaltstack(&own, NULL);
    struct sigaction crash = {.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER};
    crash.sa_sigaction = crashed;
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        sigaction(numbers[i], &crash, NULL);
    struct sigaction late = {.sa_flags = SA_RESTART | SA_ONSTACK};
    late.sa_handler = too_long;
    sigaction(SIGALRM, &late, NULL);
    const struct itimerval every = {.it_interval.tv_sec = VERDICT_PATIENCE_S,
                                    .it_value.tv_sec = VERDICT_PATIENCE_S};
    setitimer(ITIMER_REAL, &every, NULL);
}

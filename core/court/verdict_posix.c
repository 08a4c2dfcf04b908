/* What the court finds, and what ends it before it has found anything. [control; handlers]
 *
 * The state is the process's own: handlers have nowhere else to look. */
#include "verdict.h"

#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

#if defined(__x86_64__)
#include <ucontext.h>
#endif

enum { MOST = 8, PATIENCE_S = 10, STACK = 65536 };

static _Atomic uint32_t n_failed;
static const char *_Atomic inside;
static _Atomic uint32_t inside_frames;
static _Atomic uint64_t n_calls;
static uint64_t n_calls_seen;
static bool (*explain_address)(const void *, bool, char *, size_t);

static void
say(const char *word, const char *text)
{
    char line[1024];
    const int n = snprintf(line, sizeof line, "%s\t%s\n", word, text);
    if (write(STDOUT_FILENO, line, (size_t)(n < (int)sizeof line ? n : (int)sizeof line - 1)) < 0)
        _exit(70);
}

void
verdict_fail(const char *format, ...)
{
    char text[900];
    va_list arguments;
    if (atomic_fetch_add(&n_failed, 1) >= MOST)
        return;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    say("fail", text);
}

void
verdict_skip(const char *format, ...)
{
    char text[900];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    say("skip", text);
}

bool
verdict_has_failed(void)
{
    return atomic_load(&n_failed) > 0;
}

void
verdict_enter(const char *function, uint32_t frames)
{
    inside_frames = frames;
    inside = function;
    atomic_fetch_add(&n_calls, 1);
}

void
verdict_leave(void)
{
    inside = NULL;
}

/* ---------------------------------------------------------------- handlers */

static void
place(char *text, size_t size)
{
    if (!inside)
        snprintf(text, size, "outside of its functions");
    else if (inside_frames)
        snprintf(text, size, "in %s, in a block of %u frame%s", inside, inside_frames,
                 inside_frames == 1 ? "" : "s");
    else
        snprintf(text, size, "in %s", inside);
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
    char at[200], what[400], text[900];
    place(at, sizeof at);
    const bool knows = (number == SIGSEGV || number == SIGBUS) && explain_address &&
                       explain_address(info->si_addr, was_write(context), what, sizeof what);
    if (knows)
        snprintf(text, sizeof text, "%s (%s)", what, at);
    else if (number == SIGSEGV && (uintptr_t)info->si_addr < 4096)
        snprintf(text, sizeof text, "crashes %s: follows a NULL pointer", at);
    else
        snprintf(text, sizeof text, "crashes %s: %s", at, strsignal(number));
    say("fail", text);
    _exit(1);
}

static void
too_long(int number)
{
    char at[200], text[400];
    (void)number;
    const uint64_t now = atomic_load(&n_calls);
    if (inside && now == n_calls_seen) {
        place(at, sizeof at);
        snprintf(text, sizeof text, "does not come back for %d s %s", PATIENCE_S, at);
        say("fail", text);
        _exit(1);
    }
    n_calls_seen = now;
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
    const struct itimerval every = {.it_interval.tv_sec = PATIENCE_S,
                                    .it_value.tv_sec = PATIENCE_S};
    setitimer(ITIMER_REAL, &every, NULL);
}

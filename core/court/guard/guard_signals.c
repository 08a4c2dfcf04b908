/*
 * The watchdog's signal may come between guard_enter and guard_leave: a thread that never waits uses up its time. The
 * kernel brings it and not the module, so what its handler does is not judged; and it must return by the stub that may
 * always enter the kernel, as an ordinary return would be trapped, and be made in another frame than its own. All
 * other code goes on being judged. See guard.h. [any]
 */
#include "guard.h"

#include <signal.h>
#include <string.h>

typedef void handler(int, siginfo_t *, void *);
typedef int sigaction_function(int, const struct sigaction *, struct sigaction *);

static _Atomic(handler *) watchdog;

/* A handler that leaves by a jump leaves the rest of its bracket unjudged: the node was cut. */
static void
pass(int number, siginfo_t *info, void *context)
{
    int armed = guard_armed;
    guard_armed = 0;
    guard_kernel_trap(0);
    watchdog(number, info, context);
    guard_armed = armed;
    guard_kernel_trap(armed);
}

GUARD_PUBLIC int
sigaction(int number, const struct sigaction *action, struct sigaction *old)
{
    struct sigaction before;
    void *found = guard_real("sigaction");
    sigaction_function *real;
    memcpy(&real, &found, sizeof real);
    int result = real(number, NULL, &before);
    if (number != SIGXCPU || result != 0)
        return real(number, action, old);
    if (before.sa_flags & SA_SIGINFO && before.sa_sigaction == pass)
        before.sa_sigaction = watchdog;
    if (action && action->sa_flags & SA_SIGINFO) {
        watchdog = action->sa_sigaction;
        result = guard_kernel_handle(number, pass, action);
    } else if (action) {
        result = real(number, action, NULL);
    }
    if (result == 0 && old)
        *old = before;
    return result;
}

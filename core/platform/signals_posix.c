/* Signals held back and asked for, so that no handler and no state is needed. [control] */
#include "signals.h"

#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <time.h>

static sigset_t
ending(void)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGHUP);
    return set;
}

void
gph_signals_hold(void)
{
    sigset_t set = ending();
    pthread_sigmask(SIG_BLOCK, &set, NULL);
    signal(SIGPIPE, SIG_IGN);
}

void
gph_signals_ignore_limits(void)
{
    signal(SIGXFSZ, SIG_IGN);
}

bool
gph_signals_pending(void)
{
    sigset_t set = ending();
    struct timespec now = {0, 0};
    return sigtimedwait(&set, NULL, &now) > 0;
}

void
gph_signals_release(void)
{
    sigset_t set = ending();
    pthread_sigmask(SIG_UNBLOCK, &set, NULL);
}

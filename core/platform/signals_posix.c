/* Signals that a thread of their own waits for, so that no handler is needed, and a program that hangs can be ended.
 * [control; `wait`: signals] */
#include "signals.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <termios.h>
#include <unistd.h>

struct gph_signals {
    pthread_t thread;
    sigset_t ending;       /* what asks for the end */
    struct termios before; /* the terminal as it was found */
    bool terminal;
    _Atomic uint32_t asked;
    _Atomic uint32_t quit;
};

/* A hang-up that is ignored already is no wish: that is what nohup is for. */
static sigset_t
ending(void)
{
    sigset_t set;
    struct sigaction hang_up;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    if (sigaction(SIGHUP, NULL, &hang_up) || hang_up.sa_handler != SIG_IGN)
        sigaddset(&set, SIGHUP);
    return set;
}

/* The program ends here as if nobody had ever held the signal back. */
static void
end(const gph_signals *signals, int number)
{
    sigset_t set;
    /* From the background this would stop the program, but for a mask of all signals. */
    if (signals->terminal)
        tcsetattr(STDIN_FILENO, TCSANOW, &signals->before);
    signal(number, SIG_DFL);
    sigemptyset(&set);
    sigaddset(&set, number);
    pthread_sigmask(SIG_UNBLOCK, &set, NULL);
    pthread_kill(pthread_self(), number);
}

static void *
wait(void *user)
{
    gph_signals *signals = user;
    for (;;) {
        int number = 0;
        if (sigwait(&signals->ending, &number) != 0)
            continue;
        if (atomic_load(&signals->quit))
            return NULL;
        if (atomic_exchange(&signals->asked, 1) && number != SIGHUP)
            end(signals, number);
    }
}

gph_status
gph_signals_new(gph_signals **result)
{
    gph_signals *signals = calloc(1, sizeof *signals);
    if (!signals)
        return GPH_MEMORY;
    signal(SIGPIPE, SIG_IGN);
    signals->terminal = isatty(STDIN_FILENO) == 1 && tcgetpgrp(STDIN_FILENO) == getpgrp() &&
                        tcgetattr(STDIN_FILENO, &signals->before) == 0;
    sigset_t all;
    sigset_t before;
    signals->ending = ending();
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int error = pthread_create(&signals->thread, NULL, wait, signals);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (error) {
        free(signals);
        return GPH_LIMIT;
    }
    pthread_sigmask(SIG_BLOCK, &signals->ending, NULL);
    pthread_setname_np(signals->thread, "gph-signals");
    *result = signals;
    return GPH_OK;
}

bool
gph_signals_asked(const gph_signals *signals)
{
    return atomic_load(&signals->asked) != 0;
}

void
gph_signals_free(gph_signals *signals)
{
    if (!signals)
        return;
    atomic_store(&signals->quit, 1);
    pthread_kill(signals->thread, SIGTERM);
    pthread_join(signals->thread, NULL);
    free(signals);
}

void
gph_signals_ignore_limits(void)
{
    signal(SIGXFSZ, SIG_IGN);
}

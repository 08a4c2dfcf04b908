/*
 * The guard: a library to be preloaded (by `graphophone validate` and the tests) into a program that runs audio code. Between guard_enter and guard_leave
 * the calling thread is an audio thread, and what it must not do is written down, not prevented:
 *
 *   rung 4  calls of functions that allocate, lock, wait, read or write (guard_calls.c)
 *   rung 5  entries to the kernel, whoever makes them: Syscall User Dispatch (guard_kernel.c)
 *           (guard_signals.c: but for the handler of the watchdog's signal)
 *   rung 6  page faults, and waits that gave the processor away: getrusage of the thread (guard.c)
 *
 * Every host that the program loads is bracketed by itself (guard_hosts.c): its engine's cycle() is entered and left,
 * so that the product knows nothing of all this. A program that calls process() on its own finds the two functions
 * with dlsym(RTLD_DEFAULT, ...).
 *
 * The environment says what to do: GUARD_REPORT is the file that the report is written to when the program ends,
 * GUARD_WARM_UP is how many brackets of each thread are not judged (default 1). [any]
 */
#ifndef GPH_COURT_GUARD_H
#define GPH_COURT_GUARD_H

#include <signal.h>
#include <stdint.h>

#define GUARD_PUBLIC __attribute__((visibility("default")))
/* Read in signal handlers and in malloc: no lazy allocation of thread-local storage. */
#define GUARD_THREAD _Thread_local __attribute__((tls_model("initial-exec")))

typedef void guard_bracket(void);

/* From here on this thread is an audio thread; until here. */
GUARD_PUBLIC guard_bracket guard_enter, guard_leave;

/* Calls `found` for each thing that was done on a rung: how often, and the innermost place outside of the guard ("gain.so
 * +0x1234"). 0: this machine has no such rung. */
typedef void guard_conviction_found(void *user, const char *name, uint64_t count,
                                    const char *place);
typedef int guard_each_function(int rung, guard_conviction_found *found, void *user);
GUARD_PUBLIC guard_each_function guard_each;

/* Makes the n-th allocation of this thread from now on fail, once; 0: none. Whether one has failed since; how many there
 * were since; how many pieces this thread has allocated more than it has freed. */
typedef void guard_fail_function(long n);
typedef long guard_count_function(void);
GUARD_PUBLIC guard_fail_function guard_fail_allocation;
/* 1: what this thread allocates from now on is not the module's: it neither fails nor counts; 0: it does again. */
typedef void guard_pause_function(int on);
GUARD_PUBLIC guard_pause_function guard_pause;
GUARD_PUBLIC guard_count_function guard_has_failed, guard_allocated, guard_pieces;

/* Inside the library. */

/* Whether what this thread does now is judged. */
extern GUARD_THREAD int guard_armed;

/* Notes that the thread did what it must not. `name` lives for ever. */
void guard_convict(int rung, const char *name, uint64_t count);

/* The system's own function of a name that the guard stands in front of. */
void *guard_real(const char *name);

/* Traps kernel entries of this thread, or lets them pass. 0 if the machine cannot. */
int guard_kernel_open(void);
void guard_kernel_trap(int on);
/* Sets a handler that returns by the stub that is never trapped; flags and mask are those of `like`. 0, or -1. */
int guard_kernel_handle(int number, void (*handler)(int, siginfo_t *, void *),
                        const struct sigaction *like);

#endif

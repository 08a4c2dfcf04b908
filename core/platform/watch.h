/* Signals that code of others brings about on an audio thread: it does not return, or it crashes.
 *
 * A watch belongs to one run. Its audio thread enters it with each cycle and calls what may hang through it; what
 * hangs is left by a jump out of SIGXCPU. Who crashes is named on standard error, then the system does what it does
 * without us. Signal handlers have no argument and we have no state outside of functions: a handler finds its watch
 * in the memory that a watched thread has as its signal stack. A thread that already had such a stack keeps it and is
 * not watched.
 *
 * Signal handlers belong to the process: between begin and end one watch at a time. */
#ifndef GPH_PLATFORM_WATCH_H
#define GPH_PLATFORM_WATCH_H

#include <graphophone/module.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct gph_watch gph_watch;

/* What handlers ask; nothing in there may allocate, lock or print. */
typedef struct gph_watch_owner {
    void *user;
    /* [handler, on the watched thread] Whether what runs now is to be left. `mark` is what gph_watch_cut was given; 0:
     * the system says that this thread has run for too long without a pause. */
    bool (*may_cut)(void *user, uint32_t mark);
    /* [handler, on the watched thread] Writes what runs now ("[verb] of verb.so, frame 480"), NUL-ended; nothing if
     * nothing does. */
    void (*describe)(void *user, char *text, size_t size);
} gph_watch_owner;

/* [control] */
gph_status gph_watch_new(const gph_watch_owner *owner, gph_watch **watch);
/* No watched thread may be in a cycle any more. NULL is accepted. */
void gph_watch_free(gph_watch *watch);

/* [control] From now on crashes are named, and with `cuts` the system sends its signal to a real-time thread that has
 * run for `limit_ns` without a pause; the calling thread blocks that signal. False: the system does not do that, so
 * nothing is cut by itself. */
bool gph_watch_begin(gph_watch *watch, bool cuts, int64_t limit_ns);
/* [control] All as it was before. */
void gph_watch_end(gph_watch *watch);
/* [control] The limit anew: the system raises it by a second with each signal. */
void gph_watch_limit(gph_watch *watch, int64_t limit_ns);
/* [control] The next cycle may come on another thread, though the system may call it the same. */
void gph_watch_renew(gph_watch *watch);
/* [control] Sends the signal to the watched thread. */
void gph_watch_cut(gph_watch *watch, uint32_t mark);
/* [control] Locks the stack of the watched thread in memory, as far as a plan of steps uses it, once; true: it is. */
bool gph_watch_lock_stack(gph_watch *watch);
/* Bytes that this takes. */
enum { GPH_WATCH_STACK_BYTES = 256 * 1024 };
/* [control] Processor time of the watched thread in nanoseconds; below 0: not known. */
int64_t gph_watch_cpu_ns(const gph_watch *watch);
/* [control] Whether the watched thread sleeps: it waits for something, and not for a processor. */
bool gph_watch_sleeps(const gph_watch *watch);
/* [control] Whether a thread could not be watched since begin. */
bool gph_watch_failed(const gph_watch *watch);
/* [control] Signals by which nothing was cut so far. */
uint32_t gph_watch_spared(const gph_watch *watch);

/* [audio] At the start of each cycle. Enters the kernel in the first one of a thread. */
void gph_watch_enter(gph_watch *watch) GPH_AUDIO;
/* [audio] Calls body(user). True: it was left where it was, and will not return. */
bool gph_watch_call(gph_watch *watch, void (*body)(void *user), void *user) GPH_AUDIO;
/* [audio, inside of gph_watch_call] Leaves it. */
_Noreturn void gph_watch_leave(gph_watch *watch) GPH_AUDIO;

#endif

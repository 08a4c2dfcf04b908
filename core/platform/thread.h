/* Threads, and a bell by which one wakes another. [control, worker, writer] */
#ifndef GPH_PLATFORM_THREAD_H
#define GPH_PLATFORM_THREAD_H

#include <graphophone/module.h>
#include <stdbool.h>

typedef struct gph_thread gph_thread;
typedef struct gph_bell gph_bell;
typedef struct gph_lock gph_lock;

/* A thread of ordinary priority that blocks all signals. At most 15 bytes of the name are seen. */
gph_status gph_thread_new(const char *name, void (*run)(void *user), void *user,
                          gph_thread **thread);
/* Waits for its end, then frees it; NULL is fine. */
void gph_thread_join(gph_thread *thread);
/* Lets go of a thread that does not come back: it ends by itself, or with the program. */
void gph_thread_leave(gph_thread *thread);
/* Lets others run for about as long: for waiting where waiting is allowed. */
void gph_thread_sleep_ns(int64_t nanoseconds);

/* A bell that was rung stays rung until somebody has waited for it. */
gph_status gph_bell_new(gph_bell **bell);
void gph_bell_free(gph_bell *bell);
void gph_bell_ring(gph_bell *bell);
/* True: rung; false: the time is over. */
bool gph_bell_wait(gph_bell *bell, int64_t nanoseconds);

/* A plain mutex, never taken by an audio thread. */
gph_status gph_lock_new(gph_lock **lock);
void gph_lock_free(gph_lock *lock);
void gph_lock_take(gph_lock *lock);
void gph_lock_give(gph_lock *lock);

#endif

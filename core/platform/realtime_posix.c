/* Threads that must run on time, by pthreads. [control] */
#include "realtime.h"

#include "now.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>

enum { priority_wanted = 70, stack_bytes = 1 << 20 };

struct gph_realtime {
    pthread_t id;
    void (*run)(void *arg);
    void *arg;
};

/* Ways to be urgent, best first. */
static const struct {
    int policy;
    int priority;
    const char *level;
} ladder[] = {
    {SCHED_FIFO, priority_wanted, "FIFO 70"},
    {SCHED_FIFO, 40, "FIFO 40"},
    {SCHED_FIFO, 10, "FIFO 10"},
    {SCHED_RR, priority_wanted, "RR 70"},
    {SCHED_RR, 1, "RR 1"},
};

static void *
begin(void *arg)
{
    gph_realtime *thread = arg;
    thread->run(thread->arg);
    return NULL;
}

static int
create(gph_realtime *thread, bool urgent, int policy, int priority)
{
    pthread_attr_t attributes;
    int error = pthread_attr_init(&attributes);
    if (error != 0)
        return error;
    pthread_attr_setstacksize(&attributes, stack_bytes);
    if (urgent) {
        struct sched_param parameters = {.sched_priority = priority};
        pthread_attr_setinheritsched(&attributes, PTHREAD_EXPLICIT_SCHED);
        pthread_attr_setschedpolicy(&attributes, policy);
        pthread_attr_setschedparam(&attributes, &parameters);
    }
    error = pthread_create(&thread->id, &attributes, begin, thread);
    pthread_attr_destroy(&attributes);
    return error;
}

gph_status
gph_realtime_start(const char *name, bool urgent, void (*run)(void *arg), void *arg,
                   gph_realtime **made, const char **level)
{
    *made = NULL;
    gph_realtime *thread = malloc(sizeof *thread);
    if (thread == NULL)
        return GPH_MEMORY;
    *thread = (gph_realtime){.run = run, .arg = arg};

    /* Signals are for the control thread; faults and SIGXCPU (the watchdog's) hit who causes them. */
    sigset_t blocked, before;
    sigfillset(&blocked);
    static const int own[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGSYS, SIGXCPU, SIGTRAP};
    for (size_t n = 0; n < sizeof own / sizeof *own; n++)
        sigdelset(&blocked, own[n]);
    pthread_sigmask(SIG_SETMASK, &blocked, &before);
    const char *obtained = "normal";
    int error = -1;
    for (size_t n = 0; urgent && error != 0 && n < sizeof ladder / sizeof *ladder; n++) {
        error = create(thread, true, ladder[n].policy, ladder[n].priority);
        if (error == 0)
            obtained = ladder[n].level;
    }
    if (error != 0)
        error = create(thread, false, 0, 0);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (error != 0) {
        free(thread);
        return GPH_MEMORY;
    }
    char cut[16] = "";
    for (size_t n = 0; name != NULL && n < 15 && name[n] != 0; n++)
        cut[n] = name[n];
    pthread_setname_np(thread->id, cut);
    if (level != NULL)
        *level = obtained;
    *made = thread;
    return GPH_OK;
}

gph_status
gph_realtime_join(gph_realtime *thread, int32_t timeout_ms)
{
    if (thread == NULL)
        return GPH_OK;
    if (timeout_ms < 0) {
        pthread_join(thread->id, NULL);
    } else {
        /* The system's join with a limit goes by the time of day, which somebody may set. */
        int64_t until = gph_now_ns() + timeout_ms * INT64_C(1000000);
        while (pthread_tryjoin_np(thread->id, NULL) != 0) {
            if (gph_now_ns() >= until) {
                pthread_detach(thread->id);
                return GPH_STATE; /* it may still be using its struct */
            }
            gph_now_sleep_until_ns(gph_now_ns() + 1000000);
        }
    }
    free(thread);
    return GPH_OK;
}

static void
do_nothing(void *arg)
{
    (void)arg;
}

const char *
gph_realtime_level(void)
{
    gph_realtime *thread;
    const char *level = "normal";
    if (gph_realtime_start("gph-probe", true, do_nothing, NULL, &thread, &level) == GPH_OK)
        gph_realtime_join(thread, -1);
    return level;
}

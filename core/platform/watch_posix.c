/* Watches, by SIGXCPU, the signals of faults, and signal stacks. [control; enter, call: audio; handlers] */
#include "watch.h"

#include "residence.h"

#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

/* The size of a signal stack says whose it is, before a byte of it is read: no one else has this one. */
enum { STACK_BYTES = 64 * 1024 + 4096 + 16, MAGIC = 0x57484347 };

static const int crashes[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};
enum { N_CRASHES = sizeof crashes / sizeof *crashes };

struct gph_watch {
    gph_watch_owner owner;
    void *stack; /* its first bytes are a mark */
    sigjmp_buf boundary;
    bool armed;               /* `boundary` is set: gph_watch_call is running */
    _Atomic uint32_t entered; /* threads that were watched so far */
    uint32_t locked;          /* the one of them whose stack was to be locked */
    bool stack_locked;
    pthread_t thread;
    _Atomic clockid_t clock; /* of the thread's time; 0: none */
    _Atomic pid_t id;        /* the system's name of it; 0: none */
    _Atomic bool renewed;
    _Atomic bool failed;
    _Atomic uint32_t spared;

    /* What was there before begin. */
    bool begun, cuts;
    struct sigaction old_crashes[N_CRASHES];
    struct sigaction old_cut;
    struct rlimit old_limit;
    sigset_t old_mask;
};

/* At the base of a signal stack of ours. */
typedef struct owner_mark {
    uint32_t magic;
    gph_watch *watch;
} owner_mark;

static size_t
mapped_bytes(void)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    return (STACK_BYTES + page - 1) / page * page;
}

/* [handler] The watch of the calling thread, or NULL. */
static gph_watch *
present(void)
{
    stack_t now;
    if (sigaltstack(NULL, &now) != 0 || (now.ss_flags & SS_DISABLE) || now.ss_size != STACK_BYTES)
        return NULL;
    const owner_mark *found = now.ss_sp;
    return found->magic == MAGIC ? found->watch : NULL;
}

/* ---------------------------------------------------------------- handlers */

static void
cut(int signal_number, siginfo_t *info, void *context)
{
    gph_watch *watch = present();
    (void)signal_number;
    (void)context;
    if (!watch)
        return;
    uint32_t mark = info->si_code == SI_QUEUE ? (uint32_t)info->si_value.sival_int : 0;
    if (watch->armed && watch->owner.may_cut(watch->owner.user, mark))
        siglongjmp(watch->boundary, 1);
    atomic_fetch_add_explicit(&watch->spared, 1, memory_order_relaxed);
}

static const char *
name_of(int signal_number)
{
    switch (signal_number) {
    case SIGSEGV:
        return "SIGSEGV: memory that is not its own";
    case SIGBUS:
        return "SIGBUS: memory that is not there";
    case SIGFPE:
        return "SIGFPE: a division by zero";
    case SIGILL:
        return "SIGILL: an instruction that does not exist";
    default:
        return "SIGABRT: it gave up";
    }
}

static void
say(const char *text)
{
    size_t n = strlen(text);
    while (n > 0) {
        ssize_t written = write(STDERR_FILENO, text, n);
        if (written <= 0)
            return;
        text += written;
        n -= (size_t)written;
    }
}

static void
crash(int signal_number, siginfo_t *info, void *context)
{
    char what[512] = "";
    gph_watch *watch = present();
    (void)info;
    (void)context;
    if (watch)
        watch->owner.describe(watch->owner.user, what, sizeof what);
    say("\ngraphophone: error: ");
    say(what[0] ? what : "the program");
    say(" crashed (");
    say(name_of(signal_number));
    say(")\n");
    signal(signal_number, SIG_DFL);
    /* Comes when this handler returns, in the place of what caused it. */
    raise(signal_number);
}

/* ---------------------------------------------------------------- life */

gph_status
gph_watch_new(const gph_watch_owner *owner, gph_watch **made)
{
    *made = NULL;
    gph_watch *watch = calloc(1, sizeof *watch);
    if (!watch)
        return GPH_MEMORY;
    watch->owner = *owner;
    watch->stack = mmap(NULL, mapped_bytes(), PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
    if (watch->stack == MAP_FAILED) {
        free(watch);
        return GPH_MEMORY;
    }
    *(owner_mark *)watch->stack = (owner_mark){.magic = MAGIC, .watch = watch};
    *made = watch;
    return GPH_OK;
}

void
gph_watch_free(gph_watch *watch)
{
    if (!watch)
        return;
    gph_watch_end(watch);
    /* The thread that offline cycles ran on lives on. */
    if (present() == watch) {
        const stack_t none = {.ss_flags = SS_DISABLE};
        sigaltstack(&none, NULL);
    }
    munmap(watch->stack, mapped_bytes());
    free(watch);
}

static void
mask_cut(int how, sigset_t *before)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGXCPU);
    pthread_sigmask(how, &set, before);
}

void
gph_watch_limit(gph_watch *watch, int64_t limit_ns)
{
#ifdef RLIMIT_RTTIME
    struct rlimit limit = watch->old_limit;
    rlim_t wanted = (rlim_t)(limit_ns / 1000);
    if (!watch->cuts)
        return;
    limit.rlim_cur =
        limit.rlim_max != RLIM_INFINITY && limit.rlim_max < wanted ? limit.rlim_max : wanted;
    setrlimit(RLIMIT_RTTIME, &limit);
#else
    (void)watch, (void)limit_ns;
#endif
}

bool
gph_watch_begin(gph_watch *watch, bool cuts, int64_t limit_ns)
{
    if (watch->begun)
        return watch->cuts;
    watch->begun = true;
    struct sigaction action = {.sa_sigaction = crash, .sa_flags = SA_SIGINFO | SA_ONSTACK};
    sigemptyset(&action.sa_mask);
    for (size_t n = 0; n < N_CRASHES; n++)
        sigaction(crashes[n], &action, &watch->old_crashes[n]);
#ifdef RLIMIT_RTTIME
    watch->cuts = cuts && getrlimit(RLIMIT_RTTIME, &watch->old_limit) == 0;
#endif
    if (!watch->cuts)
        return false;
    /* Not blocked inside of itself: it is left by a jump that restores no mask. */
    action =
        (struct sigaction){.sa_sigaction = cut, .sa_flags = SA_SIGINFO | SA_NODEFER | SA_RESTART};
    sigemptyset(&action.sa_mask);
    sigaction(SIGXCPU, &action, &watch->old_cut);
    mask_cut(SIG_BLOCK, &watch->old_mask);
    gph_watch_limit(watch, limit_ns);
    return true;
}

void
gph_watch_end(gph_watch *watch)
{
    if (!watch->begun)
        return;
#ifdef RLIMIT_RTTIME
    if (watch->cuts)
        setrlimit(RLIMIT_RTTIME, &watch->old_limit);
#endif
    if (watch->cuts) {
        sigaction(SIGXCPU, &watch->old_cut, NULL);
        pthread_sigmask(SIG_SETMASK, &watch->old_mask, NULL);
    }
    for (size_t n = 0; n < N_CRASHES; n++)
        sigaction(crashes[n], &watch->old_crashes[n], NULL);
    watch->begun = watch->cuts = false;
}

void
gph_watch_renew(gph_watch *watch)
{
    atomic_store_explicit(&watch->renewed, true, memory_order_release);
}

void
gph_watch_cut(gph_watch *watch, uint32_t mark)
{
    const union sigval value = {.sival_int = (int)mark};
    if (watch->cuts)
        pthread_sigqueue(watch->thread, SIGXCPU, value);
}

bool
gph_watch_lock_stack(gph_watch *watch)
{
    pthread_attr_t attributes;
    void *base = NULL;
    size_t bytes = 0;
    uint32_t entered = atomic_load_explicit(&watch->entered, memory_order_acquire);
    if (entered == watch->locked)
        return watch->stack_locked;
    watch->locked = entered;
    watch->stack_locked = false;
    if (pthread_getattr_np(watch->thread, &attributes) != 0)
        return false;
    pthread_attr_getstack(&attributes, &base, &bytes);
    pthread_attr_destroy(&attributes);
    /* It grows downwards. */
    size_t wanted = bytes < GPH_WATCH_STACK_BYTES ? bytes : GPH_WATCH_STACK_BYTES;
    watch->stack_locked = gph_residence_lock((char *)base + bytes - wanted, wanted, 0) == wanted;
    return watch->stack_locked;
}

int64_t
gph_watch_cpu_ns(const gph_watch *watch)
{
    clockid_t id = atomic_load_explicit(&watch->clock, memory_order_relaxed);
    struct timespec now;
    if (id == 0 || clock_gettime(id, &now) != 0)
        return -1;
    return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

bool
gph_watch_sleeps(const gph_watch *watch)
{
    char path[64];
    char line[256] = "";
    snprintf(path, sizeof path, "/proc/self/task/%d/stat",
             (int)atomic_load_explicit(&watch->id, memory_order_relaxed));
    FILE *file = fopen(path, "re");
    if (!file)
        return false;
    size_t n = fread(line, 1, sizeof line - 1, file);
    fclose(file);
    line[n] = 0;
    /* The name in brackets may hold anything; the state stands behind it. */
    const char *state = strrchr(line, ')');
    return state && strncmp(state, ") S", 3) == 0;
}

bool
gph_watch_failed(const gph_watch *watch)
{
    return atomic_load_explicit(&watch->failed, memory_order_relaxed);
}

uint32_t
gph_watch_spared(const gph_watch *watch)
{
    return atomic_load_explicit(&watch->spared, memory_order_relaxed);
}

/* ---------------------------------------------------------------- audio */

/* A thread that is new here. */
static void
adopt(gph_watch *watch)
{
    stack_t before = {.ss_flags = SS_DISABLE};
    const stack_t ours = {.ss_sp = watch->stack, .ss_size = STACK_BYTES};
    bool free_to_take = sigaltstack(NULL, &before) == 0 &&
                        ((before.ss_flags & SS_DISABLE) || before.ss_sp == watch->stack);
    if (!free_to_take || sigaltstack(&ours, NULL) != 0)
        atomic_store_explicit(&watch->failed, true, memory_order_relaxed);
    watch->thread = pthread_self();
    atomic_store_explicit(&watch->id, gettid(), memory_order_relaxed);
    clockid_t id = 0;
    if (pthread_getcpuclockid(watch->thread, &id) == 0)
        atomic_store_explicit(&watch->clock, id, memory_order_relaxed);
    atomic_store_explicit(&watch->entered,
                          atomic_load_explicit(&watch->entered, memory_order_relaxed) + 1,
                          memory_order_release);
    if (watch->cuts)
        mask_cut(SIG_UNBLOCK, NULL);
}

void
gph_watch_enter(gph_watch *watch)
{
    if (atomic_load_explicit(&watch->entered, memory_order_relaxed) &&
        pthread_equal(watch->thread, pthread_self()) &&
        !atomic_load_explicit(&watch->renewed, memory_order_relaxed))
        return;
    atomic_store_explicit(&watch->renewed, false, memory_order_relaxed);
    adopt(watch);
}

bool
gph_watch_call(gph_watch *watch, void (*body)(void *user), void *user)
{
    if (sigsetjmp(watch->boundary, 0) != 0) {
        watch->armed = false;
        return true;
    }
    watch->armed = true;
    atomic_signal_fence(memory_order_seq_cst);
    body(user);
    atomic_signal_fence(memory_order_seq_cst);
    watch->armed = false;
    return false;
}

_Noreturn void
gph_watch_leave(gph_watch *watch)
{
    siglongjmp(watch->boundary, 1);
}

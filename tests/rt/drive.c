/*
 * drive MODULE TYPE [signal]: runs process of one type of a module file, 200 blocks of 64 frames at one channel, each
 * between guard_enter and guard_leave. No runtime is needed, so that the guard is tested by itself. With `signal` the
 * watchdog's signal comes between guard_enter and process, and its handler enters the kernel. [test program]
 */
#include "../../core/court/guard/guard.h"

#include <dlfcn.h>
#include <graphophone/module.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define FRAMES 64
#define BLOCKS 200

static const gph_type *
find_type(const gph_module *module, const char *id)
{
    for (uint32_t n = 0; n < module->n_types; n++)
        if (strcmp(module->types[n]->id, id) == 0)
            return module->types[n];
    return NULL;
}

static guard_bracket *
find_bracket(const char *name)
{
    guard_bracket *bracket;
    void *symbol = dlsym(RTLD_DEFAULT, name);
    memcpy(&bracket, &symbol, sizeof bracket);
    return bracket;
}

static atomic_int n_wanted, n_handled;
static pthread_t judged;

static void
handle(int number, siginfo_t *info, void *context)
{
    (void)number, (void)info, (void)context;
    syscall(SYS_getpid);
    atomic_fetch_add(&n_handled, 1);
}

/* One signal for each that is wanted, from outside: the judged thread does not enter the kernel for it. */
static void *
send(void *unused)
{
    for (int n = 0; n < BLOCKS; n++) {
        while (atomic_load(&n_wanted) <= n)
            ;
        pthread_kill(judged, SIGXCPU);
    }
    return unused;
}

static void
be_interrupted(void)
{
    int n = atomic_fetch_add(&n_wanted, 1) + 1;
    while (atomic_load(&n_handled) < n)
        ;
}

int
main(int argc, char **argv)
{
    void *library = argc >= 3 ? dlopen(argv[1], RTLD_NOW | RTLD_LOCAL) : NULL;
    const gph_module *module = library ? dlsym(library, "gph_module_1") : NULL;
    const gph_type *type = module ? find_type(module, argv[2]) : NULL;
    guard_bracket *enter = find_bracket("guard_enter");
    guard_bracket *leave = find_bracket("guard_leave");
    if (!type || !enter || !leave) {
        fprintf(stderr, "drive: no such type, or no guard is loaded\n");
        return 2;
    }

    static float samples[FRAMES], result[FRAMES];
    const float *in_channels[] = {samples};
    float *out_channels[] = {result};
    const gph_in in = {.channels = 1, .ch = in_channels};
    gph_out out = {.channels = 1, .ch = out_channels};
    gph_io io = {.frames = FRAMES, .in = &in, .out = &out};
    const gph_runtime runtime = {.size = sizeof runtime, .abi_minor = GPH_ABI_MINOR};
    gph_node *node = type->create(&runtime, type);
    if (!node)
        return 1;
    bool interrupted = argc == 4 && strcmp(argv[3], "signal") == 0;
    pthread_t sender;
    if (interrupted) {
        const struct sigaction action = {.sa_sigaction = handle, .sa_flags = SA_SIGINFO};
        judged = pthread_self();
        if (sigaction(SIGXCPU, &action, NULL) != 0 ||
            pthread_create(&sender, NULL, send, NULL) != 0)
            return 1;
    }
    for (int n = 0; n < BLOCKS; n++) {
        enter();
        if (interrupted)
            be_interrupted();
        type->process(node, &io);
        leave();
        io.clock += FRAMES;
    }
    if (interrupted)
        pthread_join(sender, NULL);
    type->destroy(node);
    return 0;
}

/* A program that is run to its end for what it prints, on POSIX systems. [control] */
#include "child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

static int64_t
now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Ours, with `variables` before it: the first of a name counts. NULL: memory is out. */
static char **
environment_with(const char *const *variables)
{
    size_t n = 0;
    size_t n_own = 0;
    while (variables[n])
        n++;
    while (environ[n_own])
        n_own++;
    char **all = calloc(n + n_own + 1, sizeof *all);
    if (!all)
        return NULL;
    for (size_t i = 0; i < n; i++)
        all[i] = (char *)(uintptr_t)variables[i];
    for (size_t i = 0; i < n_own; i++)
        all[n + i] = environ[i];
    return all;
}

static int
spawn(const char *const *words, char **environment, int out, pid_t *id)
{
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attributes;
    int error = posix_spawn_file_actions_init(&files);
    if (error)
        return error;
    error = posix_spawnattr_init(&attributes);
    if (!error) {
        posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
        error = posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
        if (!error)
            error = posix_spawn_file_actions_adddup2(&files, out, STDOUT_FILENO);
        if (!error)
            error = posix_spawn(id, words[0], &files, &attributes, (char *const *)(uintptr_t)words,
                                environment);
        posix_spawnattr_destroy(&attributes);
    }
    posix_spawn_file_actions_destroy(&files);
    return error;
}

/* Until it closes its output or the time is over. */
static void
listen_to(int out, int64_t until_ms, gph_child_end *end)
{
    size_t n = 0;
    for (;;) {
        const int64_t left = until_ms - now_ms();
        struct pollfd wait = {.fd = out, .events = POLLIN};
        const int ready = left > 0 ? poll(&wait, 1, (int)left) : 0;
        if (ready < 0 && errno == EINTR)
            continue;
        end->timed_out = ready == 0;
        if (ready <= 0)
            break;
        char more[4096];
        const ssize_t got = read(out, more, sizeof more);
        if (got <= 0)
            break;
        const size_t room = sizeof end->text - 1 - n;
        const size_t taken = (size_t)got < room ? (size_t)got : room;
        memcpy(end->text + n, more, taken);
        n += taken;
    }
    end->text[n] = '\0';
}

gph_status
gph_child_run(const char *const *words, const char *const *variables, int32_t timeout_ms,
              gph_child_end *end)
{
    int ends[2];
    pid_t id;
    *end = (gph_child_end){.status = -1};
    char **environment = environment_with(variables);
    if (!environment)
        return GPH_MEMORY;
    if (pipe2(ends, O_CLOEXEC) != 0) {
        free(environment);
        return GPH_LIMIT;
    }
    const int error = spawn(words, environment, ends[1], &id);
    free(environment);
    close(ends[1]);
    if (!error) {
        int status = 0;
        listen_to(ends[0], now_ms() + timeout_ms, end);
        /* What it may have started must not outlive it, nor it itself the limit. */
        if (end->timed_out)
            kill(-id, SIGKILL);
        while (waitpid(id, &status, 0) < 0 && errno == EINTR) {
        }
        end->status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
        end->signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
    }
    close(ends[0]);
    return error ? GPH_IO : GPH_OK;
}

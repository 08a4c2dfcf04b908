/* Another process, on POSIX systems. [control, link] */
#include "process.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

enum {
    CHANNEL = 3,         /* where the started one finds its end */
    MEMORY_STEP = 300,   /* of the kernel's 2,000 steps of who goes first */
    MEMORY_FIRST = 1000, /* the last of them */
    PAUSE_MS = 2
};

struct gph_process {
    pid_t id;
    bool ended;
    int status;
};

const char *
gph_process_own_program(void)
{
    return "/proc/self/exe";
}

/* All that the started process gets and does not get. */
static int
spawn(const char *const *arguments, int end, pid_t *id)
{
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attributes;
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    int error = posix_spawn_file_actions_init(&files);
    if (error)
        return error;
    error = posix_spawnattr_init(&attributes);
    if (error) {
        posix_spawn_file_actions_destroy(&files);
        return error;
    }
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &all);
    posix_spawnattr_setflags(
        &attributes, (short)(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSID));
    error = posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    if (!error)
        error = posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    if (!error)
        error = posix_spawn_file_actions_adddup2(&files, end, CHANNEL);
    if (!error)
        error = posix_spawn(id, arguments[0], &files, &attributes,
                            (char *const *)(uintptr_t)arguments, environ);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&files);
    return error;
}

gph_status
gph_process_start(const char *const *arguments, gph_process **result, gph_channel **channel)
{
    int ends[2];
    gph_process *process = calloc(1, sizeof *process);
    if (!process)
        return GPH_MEMORY;
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) {
        free(process);
        return GPH_LIMIT;
    }
    gph_status status = gph_channel_new(ends[0], channel);
    if (status == GPH_OK && spawn(arguments, ends[1], &process->id) != 0) {
        gph_channel_free(*channel);
        status = GPH_IO;
    } else if (status != GPH_OK) {
        close(ends[0]);
    }
    close(ends[1]);
    if (status != GPH_OK) {
        free(process);
        return status;
    }
    *result = process;
    return GPH_OK;
}

uint32_t
gph_process_id(const gph_process *process)
{
    return (uint32_t)process->id;
}

bool
gph_process_ended(gph_process *process, int32_t timeout_ms, char *how, size_t size)
{
    for (int32_t waited = 0; !process->ended; waited += PAUSE_MS) {
        pid_t found = waitpid(process->id, &process->status, WNOHANG);
        process->ended = found == process->id || (found < 0 && errno == ECHILD);
        if (process->ended || waited >= timeout_ms)
            break;
        nanosleep(&(struct timespec){0, PAUSE_MS * 1000000L}, NULL);
    }
    *how = '\0';
    if (!process->ended)
        return false;
    if (WIFSIGNALED(process->status))
        snprintf(how, size, "was killed by signal %d", WTERMSIG(process->status));
    else if (WEXITSTATUS(process->status))
        snprintf(how, size, "ended with status %d", WEXITSTATUS(process->status));
    return true;
}

void
gph_process_free(gph_process *process)
{
    free(process);
}

/* Moves this process along the kernel's list of whom to end when memory is out. */
static bool
move_on_list(int by)
{
    FILE *file = fopen("/proc/self/oom_score_adj", "re");
    int now = 0;
    bool known = file && fscanf(file, "%d", &now) == 1;
    if (file)
        fclose(file);
    int wanted = now + by;
    wanted = wanted > MEMORY_FIRST ? MEMORY_FIRST : wanted < -MEMORY_FIRST ? -MEMORY_FIRST : wanted;
    file = known ? fopen("/proc/self/oom_score_adj", "we") : NULL;
    if (!file)
        return false;
    bool written = fprintf(file, "%d", wanted) > 0;
    return fclose(file) == 0 && written;
}

void
gph_process_persist(void)
{
    static const int ignored[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE, SIGXFSZ};
    for (size_t n = 0; n < sizeof ignored / sizeof *ignored; n++)
        signal(ignored[n], SIG_IGN);
    /* One that is started later inherits the place of the one that goes first; without privilege it
     * can go back to where that began, and no further. */
    move_on_list(-MEMORY_STEP);
}

void
gph_process_let_go(void)
{
    int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
    if (nowhere < 0)
        return;
    dup2(nowhere, STDERR_FILENO);
    close(nowhere);
}

bool
gph_process_goes_first(void)
{
    return move_on_list(MEMORY_STEP);
}

/* Has work done in a process of its own and reads what it says. [control] */
#include "apart.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

/* ---------------------------------------------------------------- what it says */

typedef struct ear {
    const apart_work *work;
    uint32_t item; /* the one that is spoken of */
    char *text;
    size_t n;
    bool silent; /* nothing came for too long, or too much */
} ear;

/* Hands on the lines of an item that end at `end`. */
static void
tell(ear *self, char *end)
{
    for (char *line = self->text; line < end;) {
        char *next = memchr(line, '\n', (size_t)(end - line));
        if (next == NULL)
            break;
        *next = '\0';
        self->work->line(self->work->user, self->item, line);
        line = next + 1;
    }
}

/* An item counts once its end is there. */
static void
take_items(ear *self)
{
    const size_t n_mark = sizeof APART_END - 1;
    char *mark;
    while (self->item < self->work->n &&
           (mark = memmem(self->text, self->n, APART_END, n_mark)) != NULL) {
        tell(self, mark);
        self->n -= (size_t)(mark + n_mark - self->text);
        memmove(self->text, mark + n_mark, self->n);
        self->item++;
    }
}

static void
hear(ear *self, int file)
{
    struct pollfd ready = {.fd = file, .events = POLLIN};
    for (;;) {
        const int found = poll(&ready, 1, APART_SECONDS * 1000);
        if (found < 0 && errno == EINTR)
            continue;
        self->silent = found <= 0 || self->n == APART_MOST;
        if (self->silent)
            return;
        const ssize_t got = read(file, self->text + self->n, APART_MOST - self->n);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return;
        self->n += (size_t)got;
        take_items(self);
    }
}

static void
blame(ear *self, int status)
{
    char why[160];
    if (self->silent)
        snprintf(why, sizeof why, "it did not come back within %d s", APART_SECONDS);
    else if (WIFSIGNALED(status))
        snprintf(why, sizeof why, "it crashes when it is loaded: %s", strsignal(WTERMSIG(status)));
    else
        snprintf(why, sizeof why, "it ends the program when it is loaded");
    self->work->lost(self->work->user, self->item++, why);
}

/* ---------------------------------------------------------------- the process */

/* It is beside the module that this is a part of. */
static bool
find_look(const char *name, char *path, size_t size)
{
    static const char here = 0; /* an address in the module */
    Dl_info module;
    if (dladdr(&here, &module) == 0 || module.dli_fname == NULL)
        return false;
    const char *slash = strrchr(module.dli_fname, '/');
    const int n =
        snprintf(path, size, "%.*s%s", slash != NULL ? (int)(slash + 1 - module.dli_fname) : 0,
                 module.dli_fname, name);
    return n > 0 && (size_t)n < size;
}

/* The handlers, masks and terminal of the program are not for others. */
static int
spawn_with(const char *path, char *const *words, int out, pid_t *id)
{
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attributes;
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    int error = posix_spawn_file_actions_init(&files);
    if (error != 0)
        return error;
    error = posix_spawnattr_init(&attributes);
    if (error == 0) {
        posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF |
                                                  POSIX_SPAWN_SETPGROUP);
        posix_spawnattr_setsigmask(&attributes, &none);
        posix_spawnattr_setsigdefault(&attributes, &all);
        error = posix_spawn_file_actions_adddup2(&files, out, STDOUT_FILENO);
        if (error == 0)
            error = posix_spawn(id, path, &files, &attributes, words, environ);
        posix_spawnattr_destroy(&attributes);
    }
    posix_spawn_file_actions_destroy(&files);
    return error;
}

static bool
spawn(const ear *self, int out, pid_t *id)
{
    char path[4096];
    const uint32_t n = self->work->n - self->item;
    char **words = calloc((size_t)n + 2, sizeof *words);
    bool good = words != NULL && find_look(self->work->look, path, sizeof path);
    if (good) {
        words[0] = path;
        memcpy(words + 1, self->work->items + self->item, n * sizeof *words);
        good = spawn_with(path, words, out, id) == 0;
    }
    free(words);
    return good;
}

/* From the item of `self` on, until the process ends. What it started must not outlive it. */
static bool
send_one(ear *self)
{
    int ends[2], status = 0;
    pid_t id = 0;
    if (pipe2(ends, O_CLOEXEC) != 0)
        return false;
    const bool sent = spawn(self, ends[1], &id);
    close(ends[1]);
    self->n = 0;
    if (sent) {
        hear(self, ends[0]);
        if (self->silent)
            kill(-id, SIGKILL);
        while (waitpid(id, &status, 0) < 0 && errno == EINTR)
            continue;
        if (self->item < self->work->n)
            blame(self, status);
    }
    close(ends[0]);
    return sent;
}

bool
gph_apart(const apart_work *work)
{
    ear self = {.work = work, .text = malloc(APART_MOST)};
    bool good = self.text != NULL;
    while (good && self.item < work->n)
        good = send_one(&self);
    for (; self.item < work->n; self.item++)
        work->lost(work->user, self.item, "no process could be had to look at it");
    free(self.text);
    return good;
}

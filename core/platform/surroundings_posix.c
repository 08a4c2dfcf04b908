/* Surroundings of a process on POSIX systems. [control] */
#include "surroundings.h"

#include "float_mode.h"

#include <fcntl.h>
#include <locale.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SIGNALS = 32 }; /* real-time signals are nobody's by agreement */

struct gph_surroundings {
    uint64_t float_mode;
    mode_t creation;
    int folder; /* below 0: it could not be opened */
    struct stat folder_is;
    char *locale;
    locale_t thread_locale;
    sigset_t mask;
    struct sigaction actions[SIGNALS];
};

static mode_t
creation_mask(void)
{
    mode_t mask = umask(0);
    umask(mask);
    return mask;
}

gph_surroundings *
gph_surroundings_new(void)
{
    gph_surroundings *s = calloc(1, sizeof *s);
    const char *locale = setlocale(LC_ALL, NULL);
    if (!s)
        return NULL;
    s->locale = strdup(locale ? locale : "C");
    if (!s->locale) {
        free(s);
        return NULL;
    }
    s->float_mode = gph_float_mode_get() & ~(uint64_t)GPH_FLOAT_STICKY;
    s->creation = creation_mask();
    s->folder = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (s->folder >= 0)
        fstat(s->folder, &s->folder_is);
    s->thread_locale = uselocale((locale_t)0);
    pthread_sigmask(SIG_SETMASK, NULL, &s->mask);
    for (int n = 1; n < SIGNALS; n++)
        sigaction(n, NULL, &s->actions[n]);
    return s;
}

void
gph_surroundings_free(gph_surroundings *s)
{
    if (!s)
        return;
    if (s->folder >= 0)
        close(s->folder);
    free(s->locale);
    free(s);
}

static bool
restore_locale(const gph_surroundings *s)
{
    const char *now = setlocale(LC_ALL, NULL);
    bool changed = uselocale(s->thread_locale) != s->thread_locale;
    if (now && strcmp(now, s->locale) == 0)
        return changed;
    setlocale(LC_ALL, s->locale);
    return true;
}

static bool
restore_folder(const gph_surroundings *s)
{
    struct stat now;
    if (s->folder < 0 || (stat(".", &now) == 0 && now.st_ino == s->folder_is.st_ino &&
                          now.st_dev == s->folder_is.st_dev))
        return false;
    return fchdir(s->folder) == 0;
}

static bool
same_action(const struct sigaction *a, const struct sigaction *b)
{
    if ((a->sa_flags ^ b->sa_flags) & SA_SIGINFO)
        return false;
    return a->sa_flags & SA_SIGINFO ? a->sa_sigaction == b->sa_sigaction
                                    : a->sa_handler == b->sa_handler;
}

static bool
restore_signals(const gph_surroundings *s)
{
    bool changed = false;
    sigset_t mask;
    pthread_sigmask(SIG_SETMASK, &s->mask, &mask);
    for (int n = 1; n < SIGNALS; n++) {
        struct sigaction now;
        changed |= sigismember(&mask, n) != sigismember(&s->mask, n);
        if (sigaction(n, NULL, &now) != 0 || same_action(&now, &s->actions[n]))
            continue;
        sigaction(n, &s->actions[n], NULL);
        changed = true;
    }
    return changed;
}

void
gph_surroundings_restore(gph_surroundings *s, char *changed, size_t size)
{
    bool modes = (gph_float_mode_get() & ~(uint64_t)GPH_FLOAT_STICKY) != s->float_mode;
    if (modes)
        gph_float_mode_set(s->float_mode);
    bool creation = creation_mask() != s->creation;
    if (creation)
        umask(s->creation);
    const struct {
        bool is;
        const char *name;
    } what[] = {
        {modes, "the floating-point control word"},
        {restore_locale(s), "the locale"},
        {restore_signals(s), "signals"},
        {restore_folder(s), "the current folder"},
        {creation, "the file creation mask"},
    };
    size_t n = 0;
    changed[0] = 0;
    for (size_t w = 0; w < sizeof what / sizeof *what; w++)
        if (what[w].is && n < size)
            n += (size_t)snprintf(changed + n, size - n, "%s%s", n ? ", " : "", what[w].name);
}

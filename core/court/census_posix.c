/* What belongs to the process, on POSIX systems. [control] */
#include "census.h"

#include <dirent.h>
#include <limits.h>
#include <locale.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SIGNALS = 65 };

struct census {
    char locale[512];
    char folder[PATH_MAX];
    mode_t umask;
    sigset_t mask;
    struct sigaction actions[SIGNALS];
    char **environment;
    size_t n_environment;
};

extern char **environ;

static uint32_t
entries(const char *folder)
{
    DIR *listing = opendir(folder);
    uint32_t n = 0;
    while (listing && readdir(listing))
        n++;
    if (listing)
        closedir(listing);
    return n;
}

uint32_t
census_threads(void)
{
    return entries("/proc/self/task");
}

uint32_t
census_files(void)
{
    return entries("/proc/self/fd");
}

census *
census_take(void)
{
    census *c = calloc(1, sizeof *c);
    if (!c)
        exit(70);
    strncpy(c->locale, setlocale(LC_ALL, NULL), sizeof c->locale - 1);
    if (!getcwd(c->folder, sizeof c->folder))
        c->folder[0] = '\0';
    c->umask = umask(0);
    umask(c->umask);
    sigprocmask(SIG_SETMASK, NULL, &c->mask);
    for (int s = 1; s < SIGNALS; s++)
        sigaction(s, NULL, &c->actions[s]);
    for (size_t n = 0; environ && environ[n]; n++)
        c->n_environment = n + 1;
    c->environment = environ;
    return c;
}

void
census_compare(const census *before, void (*tell)(const char *what))
{
    census *now = census_take();
    if (strcmp(before->locale, now->locale) != 0)
        tell("the locale");
    if (strcmp(before->folder, now->folder) != 0)
        tell("the current folder");
    if (before->umask != now->umask)
        tell("the umask");
    if (before->environment != now->environment || before->n_environment != now->n_environment)
        tell("the environment");
    for (int s = 1; s < SIGNALS; s++) {
        if (sigismember(&before->mask, s) != sigismember(&now->mask, s))
            tell("which signals are blocked");
        if (before->actions[s].sa_sigaction != now->actions[s].sa_sigaction)
            tell("what a signal does");
    }
    census_free(now);
}

void
census_free(census *c)
{
    free(c);
}

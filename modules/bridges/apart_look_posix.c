/* Does the work of a bridge's look, and says what it finds. [a process of its own] */
#include "apart.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

/* What is loaded may write what it likes to where programs write; the lines go another way. */
static FILE *
open_out(void)
{
    const int file = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    const int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (file < 0 || nothing < 0)
        return NULL;
    for (int standard = STDIN_FILENO; standard <= STDERR_FILENO; standard++)
        (void)dup2(nothing, standard);
    return fdopen(file, "w");
}

int
gph_apart_serve(int n_words, char **words, void (*look)(const char *item, FILE *out))
{
    const struct rlimit no_core = {0, 0};
    const struct rlimit cpu = {APART_SECONDS * 6,
                               APART_SECONDS * 6}; /* should nobody wait for it */
    (void)setrlimit(RLIMIT_CORE, &no_core);
    (void)setrlimit(RLIMIT_CPU, &cpu);
    FILE *out = open_out();
    for (int i = 1; out != NULL && i < n_words; i++) {
        look(words[i], out);
        if (fputs(APART_END, out) < 0 || fflush(out) != 0)
            break;
    }
    _exit(0); /* what was loaded has no say any more */
}

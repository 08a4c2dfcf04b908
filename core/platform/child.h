/* A program that is run to its end for what it prints. [control] */
#ifndef GPH_PLATFORM_CHILD_H
#define GPH_PLATFORM_CHILD_H

#include <graphophone/module.h>

#include <stdbool.h>

/* How it ended, and what it printed on its standard output. */
typedef struct gph_child_end {
    int status;     /* exit status; -1: it was killed */
    int signal;     /* that killed it; 0: none */
    bool timed_out; /* it was ended after the time limit */
    char text[32768];
} gph_child_end;

/* Runs a program, a path (on Windows without its .exe), with words behind it, ended by NULL. `variables` (NAME=VALUE, ended by NULL) are put before
 * our environment; standard input is empty, standard error ours. After `timeout_ms` it and what it has started are
 * ended. GPH_IO: it could not be started. */
gph_status gph_child_run(const char *const *words, const char *const *variables, int32_t timeout_ms,
                         gph_child_end *end);

#endif

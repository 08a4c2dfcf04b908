/* The parts of the manual that belong to no one command. [control] */
#ifndef GPH_CLI_MANUAL_H
#define GPH_CLI_MANUAL_H

#include <stddef.h>

/* A name and what it means. */
typedef struct gph_term {
    const char *name;
    const char *text;
} gph_term;

/* Tables ended by a NULL name. */
extern const gph_term gph_exit_statuses[];
extern const gph_term gph_environment[];

/* Prints the manual page in the mdoc language, from the same tables as the help. */
void gph_manual_print(void);

#endif

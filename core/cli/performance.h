/* Runs a rig from its patch to its takes, with a display. [control] */
#ifndef GPH_CLI_PERFORMANCE_H
#define GPH_CLI_PERFORMANCE_H

#include "command.h"

/* `host` replaces the host of patch and command line where it is not NULL. Returns the exit status. */
int gph_perform(const gph_arguments *arguments, const char *host);

#endif

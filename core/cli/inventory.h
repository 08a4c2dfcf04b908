/* What is installed, for the commands that show it. [control] */
#ifndef GPH_CLI_INVENTORY_H
#define GPH_CLI_INVENTORY_H

#include "command.h"

#include <graphophone/graphophone.h>

/* Finds modules and hosts as a command's options say and hands them to `show`, whose exit status is returned. */
int gph_inventory_show(const gph_arguments *arguments,
                       int (*show)(const gph_arguments *arguments, gph_catalogue *catalogue));

#endif

/* Where the modules and hosts are that came with this library, and what is installed beside them. [control] */
#ifndef GPH_GRAPH_INSTALLATION_H
#define GPH_GRAPH_INSTALLATION_H

#include "../patch/arena.h"

/* The folder of "modules", "hosts", "templates" or "court": that of the installation, or, for a library that still lies in the tree it was
 * built in, that of the tree. NULL when memory is out. */
char *gph_installation_folder(gph_arena *arena, const char *what);

#endif

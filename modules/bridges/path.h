/* What is in the folders of a search path of other systems. [control] */
#ifndef GPH_BRIDGES_PATH_H
#define GPH_BRIDGES_PATH_H

#include <stdbool.h>
#include <stddef.h>

enum { PATH_MOST = 1024 }; /* bytes of a folder's path */

/* Calls `each` with every folder of the path in the variable, or else of `usual`, and with every name in it, in order,
 * until it returns false. A folder must be absolute or begin with "~/"; an empty one is none. In a privileged process
 * the variable has no say. */
void gph_path_each(const char *variable, const char *usual,
                   bool (*each)(void *user, const char *folder, const char *name), void *user);

/* Whether there is anything of that name. */
bool gph_file_is_there(const char *path);

/* Whether a file may be loaded: it is there, a file, nobody but root and the user may change it, and if it is a
 * library it is whole. Else a sentence is in `why`. */
bool gph_file_may_load(const char *path, char *why, size_t size);

#endif

/* Which disk a file is on. [any but audio] */
#ifndef GPH_PLATFORM_DISK_H
#define GPH_PLATFORM_DISK_H

#include "file.h"

/* Whether two open files or folders are on one file system, and so are full together. False, too, where it cannot be
 * told. */
bool gph_disk_is_same(gph_file one, gph_file other);
/* The same of two folders by path, opened by a table whose handles are the system's. */
bool gph_disk_has_both(const gph_file_system *files, const char *one, const char *other);

#endif

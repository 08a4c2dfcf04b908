/* What a path begins with, and where a person's own files are. [any] */
#ifndef GPH_PLATFORM_PATH_H
#define GPH_PLATFORM_PATH_H

#include <stdbool.h>
#include <stddef.h>

enum { GPH_PATH_MOST = 4096 /* bytes of a path that is spoken of */ };

/* Bytes of what makes a path absolute, with the separator at its end: "/", "C:/", "//server/share/". 0: it is relative. */
size_t gph_path_root(const char *path);
bool gph_path_is_absolute(const char *path);
/* Whether it stands between two names: '/', and what else the system takes for one. */
bool gph_path_is_separator(char c);

/* Bytes that no name of a file or folder may have. Not "": names of devices are kept from files, too, and the '.' or ' ' at
 * a name's end would be lost. */
extern const char gph_path_refused[];

/* The environment variable that names the folder "~". */
extern const char gph_path_home[];
/* The variable that names the folder below which a user's own modules are, and where they are in it. */
extern const char gph_path_own[];
extern const char gph_path_own_modules[];

#endif

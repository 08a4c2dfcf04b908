/* Libraries of LADSPA plugins on the system's search path. [control] */
#ifndef GPH_BRIDGES_LADSPA_LIBRARY_H
#define GPH_BRIDGES_LADSPA_LIBRARY_H

#include <ladspa.h>
#include <stdbool.h>
#include <stddef.h>

enum { LADSPA_MOST_PLUGINS = 4096 }; /* of a library */
enum { LIBRARY_PATH = 1024, LIBRARY_NAME = 256, LIBRARY_WHY = 256 };

typedef struct ladspa_library {
    char name[LIBRARY_NAME]; /* of the file, without its ending */
    char path[LIBRARY_PATH];
    char why[LIBRARY_WHY];                  /* it cannot be used; else "" */
    LADSPA_Descriptor_Function descriptors; /* NULL where it cannot be used */
} ladspa_library;

/* Calls `each` for every library on the path until it returns false: LADSPA_PATH, or else the usual
 * folders. Of two files of one name the first counts. With `name` only that one. Nothing is loaded. */
void gph_ladspa_libraries(const char *name, bool (*each)(void *user, const ladspa_library *library),
                          void *user);

/* Puts its path into it, and its name, which is a part of that. */
void gph_ladspa_name_library(ladspa_library *library, const char *path);

/* Loads it, for as long as the program runs: what a plugin has registered while it was loaded may be
 * called later. */
void gph_ladspa_load(ladspa_library *library);

#endif

/* Reads small regular files as a whole. [control] */
#ifndef GPH_PLATFORM_WHOLEFILE_H
#define GPH_PLATFORM_WHOLEFILE_H

#include <graphophone/module.h>

/* Lives on the caller's stack; zeroed is closed. */
typedef struct gph_wholefile {
    int descriptor_plus_1;
    size_t size;   /* bytes when it was opened */
    char why[160]; /* on failure: what the path is, or the system's words */
} gph_wholefile;

/* Opens `path` if it is a regular file of at most `most` bytes; anything else (a folder, a pipe, a
 * device) is refused without being opened. GPH_IO, or GPH_LIMIT when it is too large. */
gph_status gph_wholefile_open(gph_wholefile *file, const char *path, size_t most);

/* Reads at most `size` bytes; *n is less if the file has been cut meanwhile. */
gph_status gph_wholefile_read(gph_wholefile *file, char *bytes, size_t *n);

void gph_wholefile_close(gph_wholefile *file);

#endif

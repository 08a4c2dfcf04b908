/* Bytes in memory that other code can open by a file name. [control] */
#ifndef GPH_PLATFORM_MEMFILE_H
#define GPH_PLATFORM_MEMFILE_H

#include <graphophone/module.h>

/* Lives on the caller's stack; zeroed is closed. */
typedef struct gph_memfile {
    int descriptor_plus_1;
    char path[272]; /* opens a fresh reader of the bytes, in this process only */
} gph_memfile;

/* Makes an empty file. GPH_IO when the system will not. */
gph_status gph_memfile_init(gph_memfile *file);
/* Adds bytes at its end. */
gph_status gph_memfile_append(gph_memfile *file, const char *bytes, size_t n);
void gph_memfile_finish(gph_memfile *file);

#endif

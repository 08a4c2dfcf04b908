/* A file being recovered as libsndfile reads it, perhaps with another header before it. [control] */
#ifndef GPH_DISK_RECOVER_SOURCE_H
#define GPH_DISK_RECOVER_SOURCE_H

#include "../platform/file.h"
#include "format.h"

#include <sndfile.h>

typedef struct gph_recover_source {
    const gph_file_system *files;
    gph_file file;
    int64_t size;        /* as it is to be seen; what the file is shorter by is zeros */
    const uint8_t *head; /* instead of its first bytes, or NULL */
    size_t n_head;
    int64_t at;
    int error; /* of the disk */
    SNDFILE *sound;
    SF_INFO info;
} gph_recover_source;

/* False: libsndfile cannot read it, or it does not begin as a file of this container. */
bool gph_recover_source_open(gph_recover_source *source, gph_container container);
void gph_recover_source_close(gph_recover_source *source);

#endif

/* Places in a file that have a name: chunks `cue ` and `LIST adtl`, which stand behind the sound, as
 * they are known at its end. [writer] */
#ifndef GPH_DISK_CUES_H
#define GPH_DISK_CUES_H

#include "chunk.h"

enum { GPH_CUES_MOST = 1000 };

/* A mark, or the place of frames that are missing. */
typedef struct gph_cue {
    uint64_t position; /* frame in the file */
    int64_t gap;       /* frames missing; 0: a mark */
} gph_cue;

/* At most GPH_CUES_MOST of them, in the order given; positions beyond 32 bits cannot be told. */
void gph_cues_put(gph_chunks *chunks, const gph_cue *cues, uint32_t n);

#endif

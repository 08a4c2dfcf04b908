/* What a file says of itself beside its sound: which take it is of, when and where that began, what
 * its channels are called. [writer] */
#ifndef GPH_DISK_SLATE_H
#define GPH_DISK_SLATE_H

#include "../platform/clock.h"

enum { GPH_SLATE_ID = 32, GPH_SLATE_TEXT = 128 };

typedef struct gph_slate {
    const char *project; /* name of the patch */
    const char *node;
    const char *const *labels; /* of the file's channels, UTF-8; NULL: none */
    uint32_t take, part;       /* from 1 */
    uint32_t channel;          /* of the recorder, from 1; 0: the file has all */
    uint32_t n_files;          /* of the part, one or as many as channels */
    char id[GPH_SLATE_ID + 1]; /* the same for all files of a take, in all recorders */
    gph_calendar begin;        /* of the first frame */
    uint64_t reference;        /* frames from midnight to the first frame */
} gph_slate;

/* Fills in id, begin and reference. `take_wall_ns` is the time of day of the take's trigger, `frames`
 * from there to the file's first frame: below 0 for pre-roll and for what the sound took from the
 * microphone to us. References of the parts of a take differ by exactly the frames between them,
 * across midnight, and by the hour that a clock is turned. */
void gph_slate_place(gph_slate *slate, int64_t take_wall_ns, int64_t frames, uint32_t rate,
                     bool utc);

#endif

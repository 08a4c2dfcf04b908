/* The files of one part of a take: one, or one for each channel, of the same length; under names
 * that end in `.part` until they are whole, never over anything that is there. [writer] */
#ifndef GPH_DISK_PART_H
#define GPH_DISK_PART_H

#include "convert.h"
#include "name.h"
#include "output.h"
#include "stream.h"

typedef struct gph_part gph_part;

/* What all parts of a recorder have in common. */
typedef struct gph_part_plan {
    const gph_file_system *files;
    const gph_name *name;
    const char *const *labels; /* sanitized, or NULL */
    const char *const *titles; /* the same as a person wrote them, or NULL */
    const char *node, *patch;
    gph_output_spec output; /* `channels`: of the stream */
    gph_converter converter;
    uint32_t batch_frames; /* most in one call of put */
    /* Takes over the description of a finished file. */
    void (*report)(void *user, gph_take_file *file);
    void *report_user;
} gph_part_plan;

/* Which part it is. */
typedef struct gph_part_place {
    uint32_t take, part;      /* from 1 */
    int64_t wall_ns;          /* time of day of the part's first frame */
    int64_t first_frame;      /* clock of the part's first frame */
    int64_t start_clock;      /* of the take */
    int64_t take_wall_ns;     /* time of day at `start_clock` */
    uint32_t capture_latency; /* frames from the microphone to us */
    uint64_t *dither;         /* one state a channel, the take's */
} gph_part_place;

/* Makes the files; on failure (negated errno, a sentence) none is left. */
int gph_part_new(const gph_part_plan *plan, const gph_part_place *place, gph_part **part,
                 char *text, size_t size);
/* One batch, planar. 0: on the disk. Below 0: kept, `flush` tries again before the next put. */
int gph_part_put(gph_part *part, const float *const *ch, uint32_t frames);
int gph_part_flush(gph_part *part);
/* Whether a file can take no more frames whatever the disk does; close it then. */
bool gph_part_is_spoilt(const gph_part *part);
/* Notes for the report; false: the list is full. */
bool gph_part_gap(gph_part *part, int64_t frames, bool dropped);
bool gph_part_cue(gph_part *part, int64_t position);
/* Ends, syncs and renames the files and reports each; frees the part. `error` says what is wrong with
 * it already, or is NULL. With `give_up` what the disk does not take at once stays `.part`; without
 * it a result below 0 means: still there, try again. */
int gph_part_close(gph_part *part, const char *error, bool give_up);

int64_t gph_part_frames(const gph_part *part);
/* Of the longest of its files. */
int64_t gph_part_bytes(const gph_part *part);
/* Sums over all files so far, and the name of the first. */
void gph_part_sums(const gph_part *part, int64_t *clipped, int64_t *not_finite);
const char *gph_part_name(const gph_part *part);
gph_file gph_part_handle(const gph_part *part);

#endif

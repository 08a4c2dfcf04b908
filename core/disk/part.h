/* The files of one part of a take: one, or one for each channel, of the same length; under names
 * that end in `.part` until they are whole, never over anything that is there.
 *
 * A part belongs to one thread at a time, but for gph_part_sync, which the barrier's thread calls while
 * the writer goes on with the part. [writer; sync, complete: barrier] */
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
    uint32_t batch_frames;   /* most in one call of put */
    bool sync;               /* the kernel is not left to itself: what is made is synced */
    int64_t min_free;        /* bytes that a disk is to keep; 0: none */
    uint64_t reserve_frames; /* disk taken ahead, as sound; 0: none */
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

/* Makes the files, and their names last; on failure (negated errno, a sentence) none is left. */
int gph_part_new(const gph_part_plan *plan, const gph_part_place *place, gph_part **part,
                 char *text, size_t size);
/* One batch, planar; `silence`: of a gap. 0: written. Below 0: kept, `flush` tries again before the next
 * put. */
int gph_part_put(gph_part *part, const float *const *ch, uint32_t frames, bool silence);
int gph_part_flush(gph_part *part);
/* Whether a file can take no more frames whatever the disk does; close it then. */
bool gph_part_is_spoilt(const gph_part *part);
/* Whether somebody deleted, renamed or cut one of the files; negated errno, 0: all are there. Of a
 * file that was cut, `left` is how many frames are in it still. */
int gph_part_is_lost(const gph_part *part, int64_t *left);
/* The same, after a look at how long they are. */
int gph_part_look(gph_part *part);
/* The next `frames` that are put are silence of a gap, of which `left` may be to come. */
void gph_part_gap(gph_part *part, int64_t frames, int64_t left, bool dropped);
/* Frames are missing before the part's first one; for one that has none yet. */
void gph_part_begins_late(gph_part *part, int64_t frames, bool dropped);
/* Frames are missing behind its last one; no more are put. */
void gph_part_ends_early(gph_part *part, int64_t frames, bool dropped);
/* The gaps at both ends; 0 frames: there is none. */
void gph_part_ends(const gph_part *part, gph_take_gap *head, gph_take_gap *tail);
/* Whether it can note one more gap. */
bool gph_part_has_room(const gph_part *part);
/* A mark, for the report; false: the list is full. */
bool gph_part_cue(gph_part *part, int64_t position);

/* ---- barriers; part_barrier.c */

/* The header for all frames so far is made, and kept for after the sync; -EAGAIN: some wait. */
int gph_part_make_header(gph_part *part);
/* Brings what is written to the disk, with `header` the header too, which the journal then tells; and sees whether the files are still there. An error is final:
 * it is never asked again. */
int gph_part_sync(gph_part *part, bool header);
int gph_part_write_header(gph_part *part);
/* The frames that the header made last tells of are safe, and so is the header. */
void gph_part_keep(gph_part *part);
/* Frames so far can be cut to, though nobody has synced them. */
int gph_part_mark(gph_part *part);
/* Frames before a point; below 0: there is no such point. */
int64_t gph_part_point(const gph_part *part, gph_output_point point);
bool gph_part_can_cut(const gph_part *part);
/* The part ends at a point, whatever came after it; to be completed then. */
void gph_part_cut(gph_part *part, gph_output_point point);
/* The part ends where somebody has cut it. */
void gph_part_shorten(gph_part *part);
/* It stays as it is, and another begins at this frame within it or behind it. */
void gph_part_goes_on_elsewhere(gph_part *part, int64_t frame);
bool gph_part_is_dropped(const gph_part *part);
/* The part is closed as it is, without a sync that means nothing any more. */
void gph_part_accept(gph_part *part);
/* The part is to leave nothing behind; to be completed then. */
void gph_part_drop(gph_part *part);
/* Ends, syncs and renames the files; may be called again after a failure, unless gph_part_sync_error
 * says that it is final. */
int gph_part_complete(gph_part *part);
/* Whether all of it is on the disk, under whatever name. */
bool gph_part_is_synced(const gph_part *part);
/* What a barrier said of the files, for ever; 0: nothing bad. */
int gph_part_sync_error(const gph_part *part);
/* What is to be said of the files besides, if nothing worse is; before they are completed. */
void gph_part_blame(gph_part *part, const char *text);
/* Reports each file and frees the part. */
void gph_part_finish(gph_part *part);

int64_t gph_part_frames(const gph_part *part);
int64_t gph_part_first(const gph_part *part);
/* Of the longest of its files. */
int64_t gph_part_bytes(const gph_part *part);
/* Bytes of disk that are taken and not yet written, all files. */
int64_t gph_part_reserved(const gph_part *part);
/* Sums over all files so far, and the name of the first. */
void gph_part_sums(const gph_part *part, int64_t *clipped, int64_t *not_finite);
/* Those of one channel of the stream, from 0. */
const gph_channel_sums *gph_part_channel_sums(const gph_part *part, uint32_t channel);
const char *gph_part_name(const gph_part *part);
/* Where it is: of which plan, the folder below the root and the `.part` of its first file. */
const gph_part_plan *gph_part_plan_of(const gph_part *part);
const char *gph_part_below(const gph_part *part);
const char *gph_part_part_name(const gph_part *part);
gph_file gph_part_handle(const gph_part *part);
/* The cues from a position on, and forgets them: up to `room`. */
uint32_t gph_part_take_cues(gph_part *part, int64_t from, int64_t *cues, uint32_t room);

#endif

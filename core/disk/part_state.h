/* The inside of a part, shared by part.c (frames), part_barrier.c (what makes them last) and part_report.c
 * (what is told of them).
 * [writer, barrier] */
#ifndef GPH_DISK_PART_STATE_H
#define GPH_DISK_PART_STATE_H

#include "journal.h"
#include "part_file.h"

#include <stdatomic.h>

enum { GPH_PART_NOTES = GPH_CUES_MOST }; /* cues, and gaps, in the report of a file */

struct gph_part {
    const gph_part_plan *plan;
    gph_part_place place;
    uint32_t channels; /* of the stream */
    uint32_t n_files;
    uint32_t width; /* channels of each file */
    int64_t frames;
    int64_t flushed; /* of these, so many all files have on their disk, synced or not */
    int64_t points[GPH_OUTPUT_POINTS]; /* frames before each */
    int64_t clipped, not_finite;
    _Atomic int sync_error;          /* negated errno of the first barrier that failed */
    _Atomic int lost;                /* negated errno: a file is not what we wrote any more */
    int64_t left;                    /* with `lost`: frames that are in the file still */
    int cut;                         /* point to which it is cut, or -1 */
    bool dropped;                    /* leaves nothing behind */
    int64_t head, tail;              /* frames missing before the first and behind the last one */
    bool head_dropped, tail_dropped; /* by the ring */
    int64_t resumed;      /* where another part begins within this one; INT64_MAX: none does */
    char blame[160];      /* what is to be said of the files, or "" */
    gph_journal *journal; /* NULL: the disk has not taken one, or it is closed */
    void *buffer;         /* one batch of one file, as libsndfile takes it */
    uint32_t n_gaps, n_cues, n_places;
    gph_take_gap gaps[GPH_PART_NOTES]; /* for which silence was put */
    int64_t cues[GPH_PART_NOTES];
    gph_cue places[GPH_CUES_MOST]; /* all of them in the order of the file, at its end */
    gph_part_file files[];         /* n_files */
};

/* Finds out whether somebody cut a file. */
void gph_part_see_lengths(gph_part *part);
/* Frames missing behind the last one: none of them is noted elsewhere. */
void gph_part_set_tail(gph_part *part, int64_t frames, bool dropped);
/* Clipped and not finite samples, from those of the files. */
void gph_part_add_up(gph_part *part);
/* What is to be said of a file; NULL: it is whole. */
const char *gph_part_fault(const gph_part *part, const gph_part_file *file, char *text,
                           size_t size);
/* Frees it, without a word. */
void gph_part_free(gph_part *part);
/* Says it in the journal, and closes that. */
void gph_part_end_journal(gph_part *part);

#endif

/* One file of a part: its names, its `.part`, the way to its last name. [writer, barrier] */
#ifndef GPH_DISK_PART_FILE_H
#define GPH_DISK_PART_FILE_H

#include "part.h"

typedef struct gph_part_file {
    const gph_part_plan *plan;
    gph_name_values values;
    uint32_t repeat;  /* the first name that is free */
    uint32_t channel; /* from 1; 0: all */
    uint32_t width;   /* channels in it */
    gph_file folder;  /* that holds it */
    gph_output *output;
    gph_channel_sums *sums;                      /* one a channel */
    gph_channel_sums *points[GPH_OUTPUT_POINTS]; /* the same at each point */
    gph_take_file *about; /* made at the start, so that the end needs no memory */
    int64_t empty;        /* bytes of the file without a frame */
    int64_t written;      /* bytes of it that were */
    int64_t reserved;     /* bytes for which disk was taken */
    int spoilt;           /* negated errno: it can take no more frames */
    int failed;           /* negated errno of the last try to complete it */
    bool has_fork;        /* an SD2 file: `._NAME` goes with it */
    bool unsynced;        /* closed without a sync */
    bool settled, ended, synced, renamed;
    char relative[GPH_NAME_PATH];       /* folder below the root */
    char part_name[GPH_NAME_PART + 1];  /* as it is written */
    char final_name[GPH_NAME_PART + 1]; /* as it will be called */
} gph_part_file;

/* Called with a file that has a folder and names, before it is made. -EEXIST: not with these names. */
typedef int gph_part_announce(void *user, const gph_part_file *file);

/* Finish it in any case; `output` is NULL where it could not be made, and then none is left. */
int gph_part_file_init(gph_part_file *file, const gph_part_plan *plan, const gph_part_place *place,
                       uint32_t channel, gph_part_announce *announce, void *user, char *text,
                       size_t size);
/* Removes what init made. */
void gph_part_file_undo(gph_part_file *file);
/* Brings the empty file and its name to the disk. */
int gph_part_file_settle(gph_part_file *file);
/* Takes disk ahead, where that is wanted and can be done. */
void gph_part_file_reserve(gph_part_file *file);
/* Notes or goes back to the sums of a point. */
void gph_part_file_note_sums(gph_part_file *file, gph_output_point point);
/* All that is left to do, the same cues each time; may be called again after a failure. `*sync_error` is set, and nothing is
 * synced again, once a sync has failed. `cut`: a point, or -1 for all of it. */
int gph_part_file_complete(gph_part_file *file, const gph_cue *cues, uint32_t n_cues, int cut,
                           int *sync_error);
/* Puts the full path, `.part` or not, into a description. */
void gph_part_file_path(const gph_part_file *file, gph_take_file *about);
void gph_part_file_finish(gph_part_file *file);

#endif

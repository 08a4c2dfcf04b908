/* One file of a part: its names, its `.part`, the way to its last name. [writer] */
#ifndef GPH_DISK_PART_FILE_H
#define GPH_DISK_PART_FILE_H

#include "part.h"

typedef struct gph_part_file {
    const gph_part_plan *plan;
    gph_name_values values;
    uint32_t repeat;  /* the first name that is free */
    uint32_t channel; /* from 1; 0: all */
    gph_file folder;  /* that holds it */
    gph_output *output;
    gph_channel_sums *sums;
    gph_take_file *about; /* made at the start, so that the end needs no memory */
    int spoilt;           /* negated errno: it can take no more frames */
    int failed;           /* negated errno of the last try to complete it */
    bool has_fork;        /* an SD2 file: `._NAME` goes with it */
    bool ended, synced, renamed;
    char relative[GPH_NAME_PATH];       /* folder below the root */
    char part_name[GPH_NAME_PART + 1];  /* as it is written */
    char final_name[GPH_NAME_PART + 1]; /* as it will be called */
} gph_part_file;

int gph_part_file_init(gph_part_file *file, const gph_part_plan *plan, const gph_part_place *place,
                       uint32_t channel, char *text, size_t size);
/* Removes what init made. */
void gph_part_file_undo(gph_part_file *file);
/* All that is left to do, the same cues each time; may be called again after a failure. */
int gph_part_file_complete(gph_part_file *file, const gph_cue *cues, uint32_t n_cues);
/* Puts the full path, `.part` or not, into a description. */
void gph_part_file_path(const gph_part_file *file, gph_take_file *about);
void gph_part_file_finish(gph_part_file *file);

/* Frees a description. */
void gph_take_file_free(gph_take_file *about);

#endif

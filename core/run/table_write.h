/* Writes the sound of a table to a file, as a recorder's are written. [control, worker] */
#ifndef GPH_RUN_TABLE_WRITE_H
#define GPH_RUN_TABLE_WRITE_H

#include "../disk/stream.h"

/* The file to be. */
typedef struct gph_table_file {
    gph_stream_site site;
    const char *name;   /* template */
    const char *format; /* container-sample, or NULL: by the ending, wav-f32 */
    uint32_t channels;
    int64_t
        when; /* absolute frame: {take} and the time in a name are of the take that starts there */
    bool whole_or_none; /* a file that fails is removed: the sound is kept elsewhere */
} gph_table_file;

/* Points ch[channel] to `n` frames from `at` on. False: they cannot be had. */
typedef bool gph_table_frames(void *user, uint64_t at, uint32_t n, const float **ch);

/* Frames that are asked for at once, at most. */
uint32_t gph_table_write_block(uint32_t channels);

/* Checks names, format and folder; makes no file. */
gph_status gph_table_write_check(const gph_table_file *file, gph_stream_problem *problem);

/* Writes `frames` frames to a new file; nothing is overwritten. `path` (may be NULL) gets where it
 * is. On failure the problem says why. */
gph_status gph_table_write(const gph_table_file *file, uint64_t frames, gph_table_frames *give,
                           void *user, char *path, size_t path_size, gph_stream_problem *problem);

#endif

/* A sound file being read, at the rate of the run: what its header says is believed only as far as
 * the file bears it out. [control at open, then the reader] */
#ifndef GPH_DISK_SOURCE_H
#define GPH_DISK_SOURCE_H

#include "../platform/file.h"

#include <graphophone/module.h>

enum { GPH_SOURCE_MAX_RATE = 768000 };

typedef struct gph_source gph_source;

/* GPH_IO or GPH_MEMORY: a sentence is in `text`. */
gph_status gph_source_open(const gph_file_system *files, const char *path, gph_source **source,
                           char *text, size_t size);
void gph_source_close(gph_source *source);

uint32_t gph_source_channels(const gph_source *source);
double gph_source_rate(const gph_source *source);
/* What the header says; -1: nothing that can be true. */
int64_t gph_source_frames(const gph_source *source);

/* From now on frames are at another rate; before anything is read. */
gph_status gph_source_convert(gph_source *source, double rate);
/* Interleaved frames, NaN and Inf made 0 and counted; fewer than asked only at the end. */
uint32_t gph_source_read(gph_source *source, float *samples, uint32_t frames, int64_t *not_finite);
/* Goes to a frame at the rate that is read; false: the file cannot. */
bool gph_source_seek(gph_source *source, int64_t frame);
/* A negated errno if the disk failed rather than the file ended, else 0. */
int gph_source_error(const gph_source *source);

#endif

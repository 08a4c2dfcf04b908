/* The header of a WAV file, which becomes that of an RF64 file in its place when the lengths no longer
 * fit into 32 bits:
 *
 *     RIFF JUNK(28) fmt fact, chunks of texts, JUNK    4,096 bytes or a multiple, with what follows
 *     data                                             its first 8 bytes end the header
 *     RF64 ds64(28) ...                                the same, longer
 *
 * A pure function of what it is given: no disk, no clock, no memory of its own. [writer] */
#ifndef GPH_DISK_RIFF_H
#define GPH_DISK_RIFF_H

#include "format.h"

enum { GPH_RIFF_STEP = 4096 };

typedef struct gph_riff {
    bool rf64;         /* from the first byte; else when it has to be */
    gph_sample sample; /* not GPH_VORBIS */
    uint32_t channels; /* 1 to 1,024 */
    uint32_t rate;
    const uint8_t *texts; /* whole chunks, or NULL */
    size_t n_texts;       /* their bytes, even, below 1 GiB */
} gph_riff;

/* Bytes before the sound. */
size_t gph_riff_size(const gph_riff *riff);
/* Most frames that a file has which is not RF64, if nothing stands behind them. */
uint64_t gph_riff_most_frames(const gph_riff *riff);
/* Fills in the header, gph_riff_size bytes, of a file of so many frames with `tail` bytes behind
 * them (counting the one that makes their length even). */
void gph_riff_compose(const gph_riff *riff, uint64_t frames, uint64_t tail, uint8_t *bytes);

#endif

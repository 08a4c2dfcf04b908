/* The lengths that stand in the header of a sound file whose writer died: found, and set to what is
 * there. A pure function of the header's bytes, which are hostile until checked; it touches lengths
 * only, so it does not matter who wrote the header. [control] */
#ifndef GPH_DISK_LENGTHS_H
#define GPH_DISK_LENGTHS_H

#include "format.h"

/* More than any header of ours: the labels of 1,024 channels and all tags. */
enum { GPH_LENGTHS_MOST = 4 << 20 };

typedef struct gph_lengths {
    gph_container container;
    uint32_t channels, rate;
    uint32_t frame_bytes;
    int64_t sound;  /* offset of the first frame */
    int64_t frames; /* as the header says; it may lie */
    size_t form;    /* RIFF, FORM or its like */
    size_t data;    /* the chunk that holds the sound */
    size_t count;   /* the chunk that says how many frames, or 0 */
    size_t wide;    /* room for 64-bit lengths in a WAV, or 0 */
    bool large;     /* RF64 already */
} gph_lengths;

/* Containers with lengths in a header: not raw, sd2, flac, ogg. */
bool gph_lengths_has(gph_container container);
/* `n` bytes from the beginning of the file, up to GPH_LENGTHS_MOST. False: a sentence is in `text`. */
bool gph_lengths_find(gph_container container, const uint8_t *bytes, size_t n, gph_lengths *lengths,
                      char *text, size_t size);
/* Sets them for so many frames. False: they do not fit. */
bool gph_lengths_set(const gph_lengths *lengths, uint8_t *bytes, int64_t frames);
/* Size of the file then, with the byte that makes it even where the container wants one. */
int64_t gph_lengths_file(const gph_lengths *lengths, int64_t frames);

#endif

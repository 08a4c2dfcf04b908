/* Containers and sample formats: which exist, which go together, what their names are. [any] */
#ifndef GPH_DISK_FORMAT_H
#define GPH_DISK_FORMAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Order of the table in format.c; the first eight in no order of pyo's. */
typedef enum gph_container {
    GPH_WAV,
    GPH_RF64,
    GPH_W64,
    GPH_AU,
    GPH_CAF,
    GPH_RAW,
    GPH_AIFF,
    GPH_SD2,
    GPH_FLAC,
    GPH_OGG,
    GPH_N_CONTAINERS
} gph_container;

typedef enum gph_sample {
    GPH_S16,
    GPH_S24,
    GPH_S32,
    GPH_F32,
    GPH_F64,
    GPH_ULAW,
    GPH_ALAW,
    GPH_N_SAMPLES,
    GPH_VORBIS = GPH_N_SAMPLES /* what ogg has, and nobody names */
} gph_sample;

typedef struct gph_format {
    gph_container container;
    gph_sample sample;
} gph_format;

/* "wav", "s24"; "vorbis" for ogg's. */
const char *gph_container_word(gph_container container);
const char *gph_sample_word(gph_sample sample);
/* "wav-s24", or "ogg"; at most 15 bytes. */
void gph_format_text(gph_format format, char *text, size_t size);

/* What a file's ending (after its last dot) belongs to; false if to nothing we know. */
bool gph_container_of_name(const char *name, gph_container *container);

/* Finds out what `format` ("wav-s24", "flac", "s24", NULL: by the ending) and the name's ending ask
 * for together. With `codes` the format came from pyo's numbers: the ending wins, and what pyo
 * ignores is ignored. On failure a sentence is in `text`; on success a warning or "". */
bool gph_format_find(const char *format, const char *name, bool codes, gph_format *found,
                     char *text, size_t size);

/* Whether files of this kind can have these channels and this rate (0: not known yet). */
bool gph_format_carries(gph_format format, uint32_t channels, double rate, char *text, size_t size);

/* Bytes of a sample, 0 where it depends on the sound. */
uint32_t gph_sample_bytes(gph_sample sample);
/* Greatest |x| comes out as this much or less: integers are the ones that can be dithered. */
bool gph_sample_is_integer(gph_sample sample);
bool gph_sample_is_float(gph_sample sample);

/* Whether gaps and cues have a place in the file itself. */
bool gph_format_has_cues(gph_format format);

/* SF_FORMAT_* of libsndfile for files with so many channels. */
int gph_format_sndfile(gph_format format, uint32_t channels);

/* Greatest length of a file's sound in bytes; INT64_MAX where the format has no limit. */
int64_t gph_format_limit(gph_format format);

#endif

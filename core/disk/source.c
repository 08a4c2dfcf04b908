/* A sound file being read through libsndfile, and converted by libsamplerate where that was asked
 * for. [control at open, then the reader] */
#include "source.h"

#include <errno.h>
#include <math.h>
#include <samplerate.h>
#include <sndfile.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CHUNK = 2048 }; /* frames read at once for the converter */

struct gph_source {
    const gph_file_system *files;
    gph_file file;
    int64_t at, bytes;
    int error; /* negated errno of the disk */
    SNDFILE *sound;
    SF_INFO info;
    SRC_STATE *converter; /* NULL: the rate is the file's */
    double ratio;         /* frames out for one in */
    float *chunk;         /* CHUNK frames before conversion */
    uint32_t chunk_from, chunk_frames;
    bool input_ended;
};

/* What we read, and nothing else: the decoders that remain are the ones that are well tested. */
static const int majors[] = {SF_FORMAT_WAV,  SF_FORMAT_WAVEX, SF_FORMAT_RF64,
                             SF_FORMAT_W64,  SF_FORMAT_AU,    SF_FORMAT_CAF,
                             SF_FORMAT_AIFF, SF_FORMAT_FLAC,  SF_FORMAT_OGG};
static const int subtypes[] = {
    SF_FORMAT_PCM_S8, SF_FORMAT_PCM_U8, SF_FORMAT_PCM_16, SF_FORMAT_PCM_24, SF_FORMAT_PCM_32,
    SF_FORMAT_FLOAT,  SF_FORMAT_DOUBLE, SF_FORMAT_ULAW,   SF_FORMAT_ALAW,   SF_FORMAT_VORBIS};

static sf_count_t
length_of(void *user)
{
    return ((gph_source *)user)->bytes;
}

static sf_count_t
seek(sf_count_t offset, int whence, void *user)
{
    gph_source *source = user;
    int64_t base = whence == SEEK_CUR ? source->at : whence == SEEK_END ? source->bytes : 0;
    /* Both come from the file. */
    if (offset <= INT64_MAX / 2 && offset >= -(INT64_MAX / 2) && base + offset >= 0)
        source->at = base + offset;
    return source->at;
}

static sf_count_t
read_bytes(void *bytes, sf_count_t count, void *user)
{
    gph_source *source = user;
    int64_t done = 0;
    while (done < count) {
        int64_t got =
            source->files->read_at(source->files->user, source->file, (char *)bytes + done,
                                   (size_t)(count - done), source->at);
        if (got < 0)
            source->error = (int)got;
        if (got <= 0)
            break;
        done += got;
        source->at += got;
    }
    return done;
}

static sf_count_t
write_none(const void *bytes, sf_count_t count, void *user)
{
    (void)bytes, (void)count, (void)user;
    return 0;
}

static sf_count_t
tell(void *user)
{
    return ((gph_source *)user)->at;
}

static bool
is_in(const int *list, size_t count, int value)
{
    for (size_t n = 0; n < count; n++)
        if (list[n] == value)
            return true;
    return false;
}

/* libsndfile takes what it does not know for MPEG and hands it to a decoder that has no business
 * here, so only what begins like something that we read gets that far. */
static bool
begins_well(gph_source *source)
{
    static const char *const beginnings[] = {"RIFF", "RIFX", "RF64", "riff", "FORM",
                                             ".snd", "dns.", "caff", "fLaC", "OggS"};
    char first[4];
    if (read_bytes(first, sizeof first, source) != sizeof first)
        return false;
    source->at = 0;
    for (size_t n = 0; n < sizeof beginnings / sizeof *beginnings; n++)
        if (memcmp(first, beginnings[n], sizeof first) == 0)
            return true;
    return false;
}

static bool
check_header(const SF_INFO *info, const char *path, char *text, size_t size)
{
    if (!is_in(majors, sizeof majors / sizeof *majors, info->format & SF_FORMAT_TYPEMASK) ||
        !is_in(subtypes, sizeof subtypes / sizeof *subtypes, info->format & SF_FORMAT_SUBMASK))
        snprintf(text, size,
                 "'%s' is of a kind that is not read; wav rf64 w64 au caf aiff flac "
                 "ogg are, with plain samples",
                 path);
    else if (info->channels < 1 || info->channels > (int)GPH_MAX_CHANNELS)
        snprintf(text, size, "'%s' claims %d channels; 1 to %u are possible", path, info->channels,
                 GPH_MAX_CHANNELS);
    else if (info->samplerate < 1 || info->samplerate > GPH_SOURCE_MAX_RATE)
        snprintf(text, size, "'%s' claims %d Hz; 1 to %d are possible", path, info->samplerate,
                 GPH_SOURCE_MAX_RATE);
    else
        return true;
    return false;
}

gph_status
gph_source_open(const gph_file_system *files, const char *path, gph_source **result, char *text,
                size_t size)
{
    SF_VIRTUAL_IO io = {length_of, seek, read_bytes, write_none, tell};
    gph_source *source = calloc(1, sizeof *source);
    if (!source) {
        snprintf(text, size, "no memory to read '%s'", path);
        return GPH_MEMORY;
    }
    source->files = files;
    source->file = files->open_read(files->user, path);
    if (source->file < 0) {
        char reason[100];
        snprintf(text, size, "cannot read '%s': %s", path,
                 gph_file_error(source->file, reason, sizeof reason));
        const bool no_memory = source->file == -ENOMEM;
        free(source);
        return no_memory ? GPH_MEMORY : GPH_IO;
    }
    source->bytes = files->size(files->user, source->file);
    bool known = begins_well(source);
    if (known)
        source->sound = sf_open_virtual(&io, SFM_READ, &source->info, source);
    bool fine = source->sound != NULL;
    if (!fine)
        snprintf(text, size, "'%s' is no sound file: %s", path,
                 known ? sf_strerror(NULL) : "it begins like none that is read");
    if (!fine || !check_header(&source->info, path, text, size)) {
        gph_source_close(source);
        return GPH_IO;
    }
    *result = source;
    return GPH_OK;
}

void
gph_source_close(gph_source *source)
{
    if (!source)
        return;
    if (source->converter)
        src_delete(source->converter);
    if (source->sound)
        sf_close(source->sound);
    source->files->close(source->files->user, source->file);
    free(source->chunk);
    free(source);
}

uint32_t
gph_source_channels(const gph_source *source)
{
    return (uint32_t)source->info.channels;
}

double
gph_source_rate(const gph_source *source)
{
    return source->info.samplerate;
}

int64_t
gph_source_frames(const gph_source *source)
{
    /* A frame takes a bit of the file at the very least; more than that is a lie. */
    bool possible = source->info.frames >= 0 && source->info.frames / 4096 <= source->bytes;
    return possible ? source->info.frames : -1;
}

gph_status
gph_source_convert(gph_source *source, double rate)
{
    double ratio = rate / source->info.samplerate;
    int error = 0;
    if (!src_is_valid_ratio(ratio))
        return GPH_UNSUPPORTED;
    source->chunk = calloc((size_t)CHUNK * (size_t)source->info.channels, sizeof(float));
    source->converter = src_new(SRC_SINC_MEDIUM_QUALITY, source->info.channels, &error);
    source->ratio = ratio;
    return source->chunk && source->converter ? GPH_OK : GPH_MEMORY;
}

static uint32_t
read_file(gph_source *source, float *samples, uint32_t frames, int64_t *not_finite)
{
    sf_count_t got = sf_readf_float(source->sound, samples, frames);
    size_t n = got > 0 ? (size_t)got * (size_t)source->info.channels : 0;
    for (size_t s = 0; s < n; s++)
        if (!isfinite(samples[s])) {
            samples[s] = 0.0f;
            ++*not_finite;
        }
    return got > 0 ? (uint32_t)got : 0;
}

static uint32_t
read_converted(gph_source *source, float *samples, uint32_t frames, int64_t *not_finite)
{
    size_t channels = (size_t)source->info.channels;
    uint32_t done = 0;
    while (done < frames) {
        if (!source->chunk_frames && !source->input_ended) {
            source->chunk_from = 0;
            source->chunk_frames = read_file(source, source->chunk, CHUNK, not_finite);
            source->input_ended = source->chunk_frames < CHUNK;
        }
        SRC_DATA data = {
            .data_in = source->chunk + source->chunk_from * channels,
            .data_out = samples + done * channels,
            .input_frames = (long)source->chunk_frames,
            .output_frames = (long)(frames - done),
            .end_of_input = source->input_ended,
            .src_ratio = source->ratio,
        };
        if (src_process(source->converter, &data))
            break;
        source->chunk_from += (uint32_t)data.input_frames_used;
        source->chunk_frames -= (uint32_t)data.input_frames_used;
        done += (uint32_t)data.output_frames_gen;
        if (!data.output_frames_gen && !data.input_frames_used && source->input_ended)
            break;
    }
    return done;
}

uint32_t
gph_source_read(gph_source *source, float *samples, uint32_t frames, int64_t *not_finite)
{
    return source->converter ? read_converted(source, samples, frames, not_finite)
                             : read_file(source, samples, frames, not_finite);
}

bool
gph_source_seek(gph_source *source, int64_t frame)
{
    if (source->converter) {
        frame = (int64_t)llrint((double)frame / source->ratio);
        src_reset(source->converter);
        source->chunk_frames = 0;
        source->input_ended = false;
    }
    return sf_seek(source->sound, frame, SEEK_SET) == frame;
}

int
gph_source_error(const gph_source *source)
{
    return source->error;
}

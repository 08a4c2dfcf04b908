/* Files of the offline host. [the caller's thread of step] */
#include "sound.h"

#include "place.h"

#include <errno.h>
#include <sndfile.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { CHUNK = 1024 };

struct sound_file {
    SNDFILE *file;
    uint32_t channels;
    int64_t frames; /* written */
    char *path;     /* of a file that was made */
    float *samples; /* CHUNK interleaved frames */
};

static const struct {
    const char *ending;
    int format;
} containers[] = {
    {".wav", SF_FORMAT_RF64 | SF_FORMAT_FLOAT},  {".rf64", SF_FORMAT_RF64 | SF_FORMAT_FLOAT},
    {".w64", SF_FORMAT_W64 | SF_FORMAT_FLOAT},   {".caf", SF_FORMAT_CAF | SF_FORMAT_FLOAT},
    {".aiff", SF_FORMAT_AIFF | SF_FORMAT_FLOAT}, {".aif", SF_FORMAT_AIFF | SF_FORMAT_FLOAT},
    {".au", SF_FORMAT_AU | SF_FORMAT_FLOAT},     {".flac", SF_FORMAT_FLAC | SF_FORMAT_PCM_24},
};

static int
container_of(const char *path)
{
    const char *ending = strrchr(path, '.');
    for (size_t n = 0; ending != NULL && n < sizeof containers / sizeof *containers; n++)
        if (strcasecmp(ending, containers[n].ending) == 0)
            return containers[n].format;
    return 0;
}

static gph_status
fail(sound_file *sound, char *why, uint32_t n, const char *path, const char *reason)
{
    snprintf(why, n, "'%s': %s", path, reason);
    sound_close(sound);
    return GPH_IO;
}

static sound_file *
make(uint32_t channels)
{
    sound_file *sound = calloc(1, sizeof *sound);
    if (sound == NULL)
        return NULL;
    sound->channels = channels;
    sound->samples = calloc((size_t)channels * CHUNK, sizeof *sound->samples);
    if (sound->samples == NULL) {
        free(sound);
        return NULL;
    }
    return sound;
}

gph_status
sound_open_read(const char *path, sound_file **made, double *rate, uint32_t *channels,
                int64_t *frames, char *why, uint32_t n)
{
    *made = NULL;
    SF_INFO info = {0};
    SNDFILE *file = place_open(path, &info);
    if (file == NULL)
        return fail(NULL, why, n, path, sf_strerror(NULL));
    if (info.channels < 1 || info.channels > (int)GPH_MAX_CHANNELS || info.samplerate < 1000 ||
        info.samplerate > 768000) {
        sf_close(file);
        return fail(NULL, why, n, path, "its channels or its rate make no sense");
    }
    sound_file *sound = make((uint32_t)info.channels);
    if (sound == NULL) {
        sf_close(file);
        return GPH_MEMORY;
    }
    sound->file = file;
    *rate = info.samplerate;
    *channels = sound->channels;
    *frames = info.frames;
    *made = sound;
    return GPH_OK;
}

gph_status
sound_open_write(const char *path, double rate, uint32_t channels, sound_file **made, char *why,
                 uint32_t n)
{
    *made = NULL;
    SF_INFO info = {
        .samplerate = (int)rate, .channels = (int)channels, .format = container_of(path)};
    if (info.format == 0)
        return fail(NULL, why, n, path, "ends in none of .wav .rf64 .w64 .caf .aiff .au .flac");
    if (!sf_format_check(&info))
        return fail(NULL, why, n, path, "this container cannot hold so many channels");
    sound_file *sound = make(channels);
    if (sound == NULL)
        return GPH_MEMORY;
    int error = place_new(path, &info, &sound->file);
    if (error != 0)
        return fail(sound, why, n, path,
                    error == EEXIST ? "exists, and nothing is overwritten" : strerror(error));
    sound->path = strdup(path);
    if (sound->file == NULL || sound->path == NULL) {
        place_remove(path);
        return fail(sound, why, n, path, sf_strerror(NULL));
    }
    /* A short file is plain WAV. */
    sf_command(sound->file, SFC_RF64_AUTO_DOWNGRADE, NULL, SF_TRUE);
    *made = sound;
    return GPH_OK;
}

uint32_t
sound_read(sound_file *sound, float *const *ch, uint32_t frames)
{
    uint32_t done = 0;
    while (done < frames) {
        sf_count_t want = frames - done < CHUNK ? frames - done : CHUNK;
        sf_count_t got = sf_readf_float(sound->file, sound->samples, want);
        for (uint32_t c = 0; c < sound->channels; c++)
            for (sf_count_t k = 0; k < got; k++)
                ch[c][done + k] = sound->samples[k * sound->channels + c];
        done += (uint32_t)(got > 0 ? got : 0);
        if (got < want)
            break;
    }
    return done;
}

uint32_t
sound_write(sound_file *sound, const float *const *ch, uint32_t frames)
{
    uint32_t done = 0;
    while (done < frames) {
        sf_count_t want = frames - done < CHUNK ? frames - done : CHUNK;
        for (uint32_t c = 0; c < sound->channels; c++)
            for (sf_count_t k = 0; k < want; k++)
                sound->samples[k * sound->channels + c] = ch[c][done + k];
        sf_count_t put = sf_writef_float(sound->file, sound->samples, want);
        done += (uint32_t)(put > 0 ? put : 0);
        sound->frames += put > 0 ? put : 0;
        if (put < want)
            break;
    }
    return done;
}

void
sound_rewind(sound_file *sound)
{
    sf_seek(sound->file, 0, SEEK_SET);
}

gph_status
sound_close(sound_file *sound)
{
    if (sound == NULL)
        return GPH_OK;
    int error = sound->file != NULL ? sf_close(sound->file) : 0;
    if (sound->path != NULL && sound->frames == 0)
        place_remove(sound->path);
    free(sound->path);
    free(sound->samples);
    free(sound);
    return error == 0 ? GPH_OK : GPH_IO;
}

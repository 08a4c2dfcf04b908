/* The resource fork of an SD2 file. libsndfile makes it by path only: through virtual I/O it reports
 * success over a file that nobody can read. So it makes an empty file in a folder of ours, and the
 * fork, which says nothing of the length, is taken from there. [writer] */
#include "../platform/scratch.h"
#include "output.h"

#include <errno.h>
#include <sndfile.h>
#include <stdio.h>
#include <stdlib.h>

enum { MOST_BYTES = 65536 };

static int
read_whole(const char *path, void **bytes, size_t *size)
{
    FILE *file = fopen(path, "rb");
    if (!file)
        return -errno;
    void *buffer = malloc(MOST_BYTES);
    size_t count = buffer ? fread(buffer, 1, MOST_BYTES, file) : 0;
    fclose(file);
    if (!count) {
        free(buffer);
        return buffer ? -EIO : -ENOMEM;
    }
    *bytes = buffer;
    *size = count;
    return 0;
}

int
gph_output_fork(const gph_output_spec *spec, void **bytes, size_t *size)
{
    char folder[256];
    char path[272];
    int error = gph_scratch_new(folder, sizeof folder);
    if (error)
        return error;
    SF_INFO info = {
        .samplerate = (int)spec->rate,
        .channels = (int)spec->channels,
        .format = gph_format_sndfile(spec->format, spec->channels),
    };
    snprintf(path, sizeof path, "%s/sound", folder);
    SNDFILE *sound = sf_open(path, SFM_WRITE, &info);
    error = sound && !sf_close(sound) ? 0 : -EIO;
    if (!error) {
        snprintf(path, sizeof path, "%s/._sound", folder);
        error = read_whole(path, bytes, size);
    }
    gph_scratch_remove(folder);
    return error;
}

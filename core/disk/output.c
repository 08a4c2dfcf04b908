/* One sound file being written: a maker of bytes, a spool, the disk. [writer] */
#include "output_state.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

/* Who makes which bytes. FLAC's and Ogg's headers lose sound when they are written anew. */
static const gph_output_maker *const makers[GPH_N_CONTAINERS] = {
    [GPH_WAV] = &gph_output_riff,     [GPH_RF64] = &gph_output_riff,
    [GPH_W64] = &gph_output_sndfile,  [GPH_AU] = &gph_output_sndfile,
    [GPH_CAF] = &gph_output_sndfile,  [GPH_RAW] = &gph_output_bare,
    [GPH_AIFF] = &gph_output_sndfile, [GPH_SD2] = &gph_output_bare,
    [GPH_FLAC] = &gph_output_stream,  [GPH_OGG] = &gph_output_stream,
};

static void
release(gph_output *output)
{
    output->maker->finish(output);
    gph_spool_finish(&output->spool);
    gph_spool_finish(&output->header);
    for (uint32_t n = 0; n < GPH_OUTPUT_POINTS; n++)
        gph_spool_finish(&output->points[n].header);
    free(output);
}

int
gph_output_new(const gph_file_system *files, gph_file file, const gph_output_spec *spec,
               gph_output **result)
{
    gph_output *output = calloc(1, sizeof *output);
    if (!output)
        return -ENOMEM;
    *output = (gph_output){
        .files = files,
        .file = file,
        .maker = makers[spec->format.container],
        .format = spec->format,
        .channels = spec->channels,
        .told = -1,
    };
    int error = output->maker->begin(output, spec);
    if (error) {
        release(output);
        return error;
    }
    *result = output;
    return 0;
}

bool
gph_output_probe(const gph_output_spec *spec, char *text, size_t size)
{
    gph_output *output;
    SF_INFO info = {
        .samplerate = (int)spec->rate,
        .channels = (int)spec->channels,
        .format = gph_format_sndfile(spec->format, spec->channels),
    };
    bool takes = sf_format_check(&info) != 0;
    if (takes && makers[spec->format.container] == &gph_output_stream) {
        /* The encoders have rules of their own, for instance on rates. */
        static const float silence[GPH_MAX_CHANNELS];
        takes = !gph_output_new(NULL, -1, spec, &output);
        if (takes) {
            takes = !gph_output_put(output, silence, 1);
            gph_output_free(output);
        }
    }
    if (!takes) {
        char format[16];
        gph_format_text(spec->format, format, sizeof format);
        snprintf(text, size, "%s does not take %u channels at %u Hz", format, spec->channels,
                 spec->rate);
    }
    return takes;
}

int
gph_output_put(gph_output *output, const void *samples, uint32_t frames)
{
    if (output->failed)
        return -ENOMEM;
    int error = output->maker->put(output, samples, frames);
    output->failed = error != 0;
    output->frames += error ? 0 : frames;
    return error;
}

void
gph_output_silence(gph_output *output, bool silence)
{
    output->spool.silence = silence;
}

static int
flush_header(gph_output *output)
{
    output->told = -1;
    return gph_spool_flush(&output->header, output->files, output->file);
}

/* A WAV that nobody asks for headers gets that of an RF64 file when it needs one. */
static int
look_at_length(gph_output *output)
{
    bool due = output->maker == &gph_output_riff && !output->riff.rf64 && !output->barriers &&
               !output->outgrown && !output->ended &&
               (uint64_t)output->frames > gph_riff_most_frames(&output->riff);
    if (!due)
        return 0;
    int error = output->maker->make_header(output);
    error = error ? error : flush_header(output);
    output->outgrown = !error;
    return error;
}

int
gph_output_flush(gph_output *output)
{
    int error = gph_spool_flush(&output->spool, output->files, output->file);
    return error ? error : look_at_length(output);
}

int
gph_output_end(gph_output *output, const gph_cue *cues, uint32_t n_cues)
{
    if (output->ended)
        return 0;
    output->ended = true;
    output->told = -1;
    gph_spool_clear(&output->header);
    gph_spool_clear(&output->points[GPH_OUTPUT_MADE].header);
    return output->maker->end(output, cues, n_cues);
}

/* Composes a header and notes it with where the file ends. */
static int
note_point(gph_output *output, gph_output_point which)
{
    gph_output_place *noted = &output->points[which];
    if (output->ended)
        return 0;
    output->barriers = true;
    if (output->spool.n_runs)
        return -EAGAIN;
    if (output->failed)
        return -ENOMEM;
    int error = output->maker->make_header ? output->maker->make_header(output) : 0;
    if (error)
        return error;
    if (!gph_spool_copy(&noted->header, &output->header))
        return -ENOMEM;
    gph_spool_clear(&output->header);
    noted->frames = output->frames;
    noted->length = output->length;
    return 0;
}

int
gph_output_make_header(gph_output *output)
{
    return note_point(output, GPH_OUTPUT_MADE);
}

int
gph_output_mark(gph_output *output)
{
    return note_point(output, GPH_OUTPUT_MARK);
}

int
gph_output_write_header(gph_output *output)
{
    const gph_output_place *made = &output->points[GPH_OUTPUT_MADE];
    if (!made->header.n_runs)
        return 0;
    if (!gph_spool_copy(&output->header, &made->header))
        return -ENOMEM;
    int error = flush_header(output);
    if (!error)
        output->told = made->frames;
    return error;
}

void
gph_output_keep(gph_output *output)
{
    gph_output_place before = output->points[GPH_OUTPUT_SAFE];
    output->points[GPH_OUTPUT_SAFE] = output->points[GPH_OUTPUT_MADE];
    output->points[GPH_OUTPUT_MADE] = before;
}

bool
gph_output_can_cut(const gph_output *output)
{
    return output->maker != &gph_output_stream;
}

int64_t
gph_output_bytes_at(const gph_output *output, gph_output_point point)
{
    return output->points[point].length;
}

int
gph_output_cut(gph_output *output, gph_output_point which)
{
    const gph_output_place *back = &output->points[which];
    output->failed = true;
    output->ended = true;
    gph_spool_clear(&output->spool);
    output->frames = back->frames;
    output->length = back->length;
    /* A disk that takes nothing any more has the header of the last barrier. */
    if (output->told != back->frames) {
        if (!gph_spool_copy(&output->header, &back->header))
            return -ENOMEM;
        int error = flush_header(output);
        if (error)
            return error;
        output->told = back->frames;
    }
    return output->files->resize(output->files->user, output->file, output->length);
}

int64_t
gph_output_bytes(const gph_output *output)
{
    return output->length;
}

int64_t
gph_output_frames(const gph_output *output)
{
    return output->frames;
}

gph_file
gph_output_file(const gph_output *output)
{
    return output->file;
}

int
gph_output_sync(gph_output *output)
{
    int error = output->files->resize(output->files->user, output->file, output->length);
    return error ? error : output->files->sync(output->files->user, output->file);
}

void
gph_output_free(gph_output *output)
{
    if (!output)
        return;
    if (output->file >= 0)
        output->files->close(output->files->user, output->file);
    release(output);
}

/* One sound file being written through libsndfile and a spool. [writer] */
#include "output.h"

#include "spool.h"

#include <errno.h>
#include <sndfile.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct gph_output {
    const gph_file_system *files;
    gph_file file; /* below 0: a probe, bytes go nowhere */
    SNDFILE *sound;
    gph_format format;
    int64_t frames; /* put */
    int64_t at;     /* where libsndfile stands */
    int64_t length; /* of the file, spool included */
    gph_spool spool;
    gph_spool header; /* made and not yet written */
    bool in_header;   /* libsndfile's bytes go to `header` */
    bool failed;      /* no memory: bytes are missing, so the file cannot go on */
};

static const struct {
    const char *key;
    int number; /* of libsndfile */
} tag_keys[] = {
    {"title", SF_STR_TITLE},     {"artist", SF_STR_ARTIST},     {"album", SF_STR_ALBUM},
    {"comment", SF_STR_COMMENT}, {"date", SF_STR_DATE},         {"copyright", SF_STR_COPYRIGHT},
    {"genre", SF_STR_GENRE},     {"track", SF_STR_TRACKNUMBER}, {"license", SF_STR_LICENSE},
};

static sf_count_t
tell_length(void *user)
{
    return ((gph_output *)user)->length;
}

static sf_count_t
seek(sf_count_t offset, int whence, void *user)
{
    gph_output *output = user;
    int64_t base = whence == SEEK_CUR ? output->at : whence == SEEK_END ? output->length : 0;
    if (base + offset >= 0)
        output->at = base + offset;
    return output->at;
}

static sf_count_t
read_none(void *bytes, sf_count_t count, void *user)
{
    (void)bytes, (void)count, (void)user;
    return 0;
}

static sf_count_t
add_to_spool(const void *bytes, sf_count_t count, void *user)
{
    gph_output *output = user;
    gph_spool *spool = output->in_header ? &output->header : &output->spool;
    void *place = NULL;
    if (!output->failed && count > 0)
        place = gph_spool_extend(spool, (size_t)count, output->at);
    if (!place) {
        output->failed = output->failed || count > 0;
        return 0;
    }
    memcpy(place, bytes, (size_t)count);
    output->at += count;
    if (output->at > output->length)
        output->length = output->at;
    return count;
}

static sf_count_t
tell(void *user)
{
    return ((gph_output *)user)->at;
}

static void
set_up(SNDFILE *sound, const gph_output_spec *spec)
{
    gph_container container = spec->format.container;
    /* The PEAK chunk makes writes 2.4 times slower at 64 channels; AIFF and CAF of one or two
     * channels keep it, as programs expect it there. */
    bool peak = (container == GPH_AIFF || container == GPH_CAF) && spec->channels <= 2;
    sf_command(sound, SFC_SET_ADD_PEAK_CHUNK, NULL, peak ? SF_TRUE : SF_FALSE);
    double quality = spec->quality;
    if (container == GPH_OGG)
        sf_command(sound, SFC_SET_VBR_ENCODING_QUALITY, &quality, sizeof quality);
    if (container == GPH_FLAC)
        sf_command(sound, SFC_SET_COMPRESSION_LEVEL, &quality, sizeof quality);
    for (uint32_t t = 0; t < spec->n_tags; t++)
        for (size_t n = 0; n < sizeof tag_keys / sizeof *tag_keys; n++)
            if (!strcmp(spec->tags[t].key, tag_keys[n].key))
                sf_set_string(sound, tag_keys[n].number, spec->tags[t].value);
}

static SF_INFO
info_of(const gph_output_spec *spec)
{
    gph_format format = spec->format;
    /* Of SD2 we write the data, big-endian and bare; the rest is in the fork. */
    if (format.container == GPH_SD2)
        format.container = GPH_RAW;
    SF_INFO info = {
        .samplerate = (int)spec->rate,
        .channels = (int)spec->channels,
        .format = gph_format_sndfile(format, spec->channels),
    };
    if (spec->format.container == GPH_SD2)
        info.format = (info.format & ~SF_FORMAT_ENDMASK) | SF_ENDIAN_BIG;
    return info;
}

int
gph_output_new(const gph_file_system *files, gph_file file, const gph_output_spec *spec,
               gph_output **result)
{
    SF_VIRTUAL_IO io = {tell_length, seek, read_none, add_to_spool, tell};
    gph_output *output = calloc(1, sizeof *output);
    if (!output)
        return -ENOMEM;
    *output = (gph_output){.files = files, .file = file, .format = spec->format};
    SF_INFO info = info_of(spec);
    output->sound = sf_open_virtual(&io, SFM_WRITE, &info, output);
    if (!output->sound) {
        int error = output->failed || sf_error(NULL) == SF_ERR_SYSTEM ? -ENOMEM : -EINVAL;
        gph_spool_finish(&output->spool);
        free(output);
        return error;
    }
    set_up(output->sound, spec);
    *result = output;
    return 0;
}

bool
gph_output_probe(const gph_output_spec *spec, char *text, size_t size)
{
    gph_output *output;
    SF_INFO info = info_of(spec);
    bool takes = sf_format_check(&info) != 0;
    if (takes && (spec->format.container == GPH_OGG || spec->format.container == GPH_FLAC)) {
        /* The encoders have rules of their own, for instance on rates. */
        static const float silence[GPH_MAX_CHANNELS];
        takes = !gph_output_new(NULL, -1, spec, &output);
        if (takes) {
            takes = sf_writef_float(output->sound, silence, 1) == 1 && !output->failed;
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
    sf_count_t written;
    gph_sample sample = output->format.sample;
    if (sample == GPH_S16)
        written = sf_writef_short(output->sound, samples, frames);
    else if (gph_sample_is_integer(sample))
        written = sf_writef_int(output->sound, samples, frames);
    else
        written = sf_writef_float(output->sound, samples, frames);
    output->frames += written;
    return output->failed ? -ENOMEM : written != frames ? -EIO : 0;
}

int
gph_output_flush(gph_output *output)
{
    return gph_spool_flush(&output->spool, output->files, output->file);
}

/* Whether the lengths stand in a header that can be written anew; FLAC's and Ogg's lose sound. */
static bool
has_lengths(gph_container container)
{
    return container != GPH_RAW && container != GPH_SD2 && container != GPH_FLAC &&
           container != GPH_OGG;
}

int
gph_output_make_header(gph_output *output)
{
    if (!has_lengths(output->format.container) || !output->sound)
        return 0;
    if (output->spool.n_runs)
        return -EAGAIN;
    if (output->failed)
        return -ENOMEM;
    gph_spool_clear(&output->header);
    output->in_header = true;
    sf_command(output->sound, SFC_UPDATE_HEADER_NOW, NULL, 0);
    output->in_header = false;
    if (!output->failed)
        return 0;
    /* What is missing is missing in the header alone. */
    gph_spool_clear(&output->header);
    output->failed = false;
    return -ENOMEM;
}

int
gph_output_write_header(gph_output *output)
{
    return gph_spool_flush(&output->header, output->files, output->file);
}

int
gph_output_end(gph_output *output)
{
    gph_spool_clear(&output->header);
    if (!output->sound)
        return 0;
    int error = sf_close(output->sound);
    output->sound = NULL;
    return output->failed ? -ENOMEM : error ? -EIO : 0;
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
    output->failed = true; /* what sf_close has to say is of no use any more */
    if (output->sound)
        sf_close(output->sound);
    if (output->file >= 0)
        output->files->close(output->files->user, output->file);
    gph_spool_finish(&output->spool);
    gph_spool_finish(&output->header);
    free(output);
}

bool
gph_output_is_tag(const char *key)
{
    for (size_t n = 0; n < sizeof tag_keys / sizeof *tag_keys; n++)
        if (!strcmp(key, tag_keys[n].key))
            return true;
    return false;
}

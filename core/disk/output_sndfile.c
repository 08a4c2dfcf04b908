/* Files whose bytes libsndfile makes, through virtual I/O that never fails but for want of memory.
 * [writer] */
#include "output_state.h"

#include <errno.h>
#include <string.h>

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
        if (gph_tag_is_known(spec->tags[t].key))
            sf_set_string(sound, gph_tag_sndfile(spec->tags[t].key), spec->tags[t].value);
}

static int
begin(gph_output *output, const gph_output_spec *spec)
{
    SF_VIRTUAL_IO io = {tell_length, seek, read_none, add_to_spool, tell};
    SF_INFO info = {
        .samplerate = (int)spec->rate,
        .channels = (int)spec->channels,
        .format = gph_format_sndfile(spec->format, spec->channels),
    };
    output->sound = sf_open_virtual(&io, SFM_WRITE, &info, output);
    if (!output->sound)
        return output->failed || sf_error(NULL) == SF_ERR_SYSTEM ? -ENOMEM : -EINVAL;
    set_up(output->sound, spec);
    return 0;
}

static int
put(gph_output *output, const void *samples, uint32_t frames)
{
    sf_count_t written;
    gph_sample sample = output->format.sample;
    if (sample == GPH_S16)
        written = sf_writef_short(output->sound, samples, frames);
    else if (gph_sample_is_integer(sample))
        written = sf_writef_int(output->sound, samples, frames);
    else
        written = sf_writef_float(output->sound, samples, frames);
    return output->failed ? -ENOMEM : written != frames ? -EIO : 0;
}

static int
end(gph_output *output, const gph_cue *cues, uint32_t n_cues)
{
    (void)cues, (void)n_cues;
    int error = sf_close(output->sound);
    output->sound = NULL;
    return output->failed ? -ENOMEM : error ? -EIO : 0;
}

static int
make_header(gph_output *output)
{
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

static void
finish(gph_output *output)
{
    output->failed = true; /* what sf_close has to say is of no use any more */
    if (output->sound)
        sf_close(output->sound);
    output->sound = NULL;
}

const gph_output_maker gph_output_sndfile = {begin, put, end, make_header, finish};
const gph_output_maker gph_output_stream = {begin, put, end, NULL, finish};

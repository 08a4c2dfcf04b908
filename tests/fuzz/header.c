/* Any geometry and any texts as a WAV or RF64 file in memory: libsndfile reads back the geometry, the
 * frames, and what it knows of the texts. The first bytes are the geometry, the rest is cut into
 * texts at each zero byte. [fuzzer] */
#include "../../core/disk/bext.h"
#include "../../core/disk/cues.h"
#include "../../core/disk/ixml.h"
#include "../../core/disk/riff.h"
#include "../../core/disk/tags.h"

#include <sndfile.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { GEOMETRY = 24, MOST_TEXTS = 64, MOST_FRAMES = 100 };

static void
demand(int truth)
{
    if (!truth)
        abort();
}

/* ---------------------------------------------------------------- a file in memory */

typedef struct image {
    const uint8_t *bytes;
    sf_count_t length, at;
} image;

static sf_count_t
length_of(void *user)
{
    return ((image *)user)->length;
}

static sf_count_t
seek_to(sf_count_t offset, int whence, void *user)
{
    image *file = user;
    sf_count_t base = whence == SEEK_CUR ? file->at : whence == SEEK_END ? file->length : 0;
    if (base + offset >= 0)
        file->at = base + offset;
    return file->at;
}

static sf_count_t
read_from(void *bytes, sf_count_t count, void *user)
{
    image *file = user;
    sf_count_t left = file->at < file->length ? file->length - file->at : 0;
    count = count < left ? count : left;
    memcpy(bytes, file->bytes + file->at, (size_t)count);
    file->at += count;
    return count;
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
    return ((image *)user)->at;
}

/* ---------------------------------------------------------------- what goes in */

typedef struct input {
    gph_riff riff;
    uint64_t frames;
    gph_slate slate;
    gph_tag tags[9];
    uint32_t n_tags;
    gph_cue cues[16];
    uint32_t n_cues;
    char *texts; /* a copy of the input with a zero at its end */
    const char *labels[1024];
} input;

static uint64_t
number(const uint8_t *at, int bytes)
{
    uint64_t value = 0;
    for (int n = 0; n < bytes; n++)
        value |= (uint64_t)at[n] << 8 * n;
    return value;
}

static const char *
next_text(const char **at, const char *end)
{
    const char *text = *at;
    *at += strlen(*at) + 1;
    if (*at > end)
        *at = end;
    return text;
}

static void
read_texts(input *in, const uint8_t *data, size_t size)
{
    static const char *const keys[] = {"title", "artist", "album", "comment", "copyright",
                                       "genre", "date",   "track", "license"};
    in->texts = malloc(size + 1);
    demand(in->texts != NULL);
    if (size)
        memcpy(in->texts, data, size);
    in->texts[size] = '\0';
    const char *at = in->texts;
    const char *end = in->texts + size;
    in->slate.project = next_text(&at, end);
    in->slate.node = next_text(&at, end);
    for (uint32_t n = 0; n < in->n_tags; n++)
        in->tags[n] = (gph_tag){keys[n], next_text(&at, end)};
    for (uint32_t n = 0; n < in->riff.channels; n++)
        in->labels[n] = next_text(&at, end);
}

static void
read_input(input *in, const uint8_t *data, size_t size)
{
    static const uint16_t widths[] = {1, 2, 3, 5, 8, 33, 128, 1024};
    memset(in, 0, sizeof *in);
    in->riff.sample = (gph_sample)(data[0] % GPH_N_SAMPLES);
    in->riff.rf64 = data[0] & 0x80;
    in->riff.channels = data[1] & 0x80 ? data[1] % 64 + 1u : widths[data[1] % 8];
    in->riff.rate = (uint32_t)(number(data + 2, 4) % INT32_MAX) + 1;
    in->frames = data[6] % MOST_FRAMES;
    in->n_tags = data[7] % 16 % 10;
    in->n_cues = data[7] / 16;
    in->slate.take = (uint32_t)number(data + 8, 4);
    in->slate.part = data[9];
    in->slate.channel = data[10] & 1 ? data[11] : 0;
    in->slate.n_files = data[12];
    in->slate.labels = data[10] & 2 ? in->labels : NULL;
    for (uint32_t n = 0; n < in->n_cues; n++)
        in->cues[n] = (gph_cue){n * 3 + data[13], data[14] & 1 << (n % 8) ? data[15] : 0};
    gph_slate_place(&in->slate, (int64_t)number(data + 16, 7), (int64_t)data[23] * 1000000,
                    in->riff.rate, true);
    read_texts(in, data + GEOMETRY, size - GEOMETRY);
}

/* ---------------------------------------------------------------- what comes out */

/* A chunk that is no readable XML would be one with a bare '<', '&' or a control character. */
static void
check_xml(const uint8_t *bytes, size_t size)
{
    int depth = 0;
    for (size_t n = 0; n < size; n++) {
        demand(bytes[n] >= ' ' || bytes[n] == '\n');
        demand(bytes[n] != 127);
        depth += bytes[n] == '<';
        depth -= bytes[n] == '>';
        demand(depth == 0 || depth == 1);
        if (bytes[n] == '&')
            demand(memchr(bytes + n, ';', size - n < 7 ? size - n : 7) != NULL);
    }
    demand(depth == 0);
}

static void
check_tags(SNDFILE *sound, const input *in)
{
    for (uint32_t n = 0; n < in->n_tags; n++) {
        char clean[GPH_TAG_BYTES + 1];
        gph_chunk_clean(in->tags[n].value, clean, sizeof clean);
        const char *got = sf_get_string(sound, gph_tag_sndfile(in->tags[n].key));
        /* libsndfile knows no licence in LIST INFO, and an album or genre not in RF64. */
        if (got)
            demand(!strcmp(got, clean));
        else
            demand(!*clean || n == 8 || in->riff.rf64);
    }
}

static void
check_bext(SNDFILE *sound, const input *in)
{
    SF_BROADCAST_INFO about;
    demand(sf_command(sound, SFC_GET_BROADCAST_INFO, &about, sizeof about) == SF_TRUE);
    demand(!strncmp(about.originator, "graphophone", sizeof about.originator));
    demand(!strncmp(about.originator_reference, in->slate.id, GPH_SLATE_ID));
    demand(((uint64_t)about.time_reference_high << 32 | about.time_reference_low) ==
           in->slate.reference);
}

static void
check_cues(SNDFILE *sound, const input *in)
{
    SF_CUES cues;
    memset(&cues, 0, sizeof cues);
    int there = sf_command(sound, SFC_GET_CUE, &cues, sizeof cues);
    demand(in->riff.rf64 || cues.cue_count == in->n_cues);
    for (uint32_t n = 0; there && !in->riff.rf64 && n < in->n_cues; n++)
        demand(cues.cue_points[n].sample_offset == in->cues[n].position);
}

static void
check_file(const input *in, const uint8_t *bytes, size_t size)
{
    SF_VIRTUAL_IO io = {length_of, seek_to, read_from, write_none, tell};
    image file = {bytes, (sf_count_t)size, 0};
    SF_INFO info = {0};
    SNDFILE *sound = sf_open_virtual(&io, SFM_READ, &info, &file);
    demand(sound != NULL);
    gph_format format = {GPH_WAV, in->riff.sample};
    demand(info.frames == (sf_count_t)in->frames);
    demand(info.channels == (int)in->riff.channels);
    demand(info.samplerate == (int)in->riff.rate);
    demand((info.format & SF_FORMAT_SUBMASK) ==
           (gph_format_sndfile(format, 1) & SF_FORMAT_SUBMASK));
    float *samples = calloc(MOST_FRAMES * 1024, sizeof *samples);
    demand(samples != NULL);
    demand(sf_readf_float(sound, samples, MOST_FRAMES) == (sf_count_t)in->frames);
    free(samples);
    check_bext(sound, in);
    check_tags(sound, in);
    check_cues(sound, in);
    sf_close(sound);
}

static void
compose(input *in)
{
    gph_chunks texts = {.bytes = NULL};
    gph_chunks tail = {.bytes = NULL};
    gph_sample sample = in->riff.sample;
    gph_bext_put(&texts, &in->slate, sample, in->riff.channels, in->riff.rate);
    size_t xml = texts.used;
    gph_ixml_put(&texts, &in->slate, sample, in->riff.channels, in->riff.rate);
    demand(!texts.failed);
    check_xml(texts.bytes + xml + 8, texts.used - xml - 8);
    gph_tags_put(&texts, in->tags, in->n_tags);
    in->riff.texts = texts.bytes;
    in->riff.n_texts = texts.used;
    size_t header = gph_riff_size(&in->riff);
    size_t sound = (size_t)in->frames * in->riff.channels * gph_sample_bytes(sample);
    gph_chunk_zeros(&tail, sound & 1);
    gph_cues_put(&tail, in->cues, in->n_cues);
    demand(header % GPH_RIFF_STEP == 0 && !texts.failed && !tail.failed);
    uint8_t *bytes = calloc(1, header + sound + tail.used);
    demand(bytes != NULL);
    gph_riff_compose(&in->riff, in->frames, tail.used, bytes);
    if (tail.used)
        memcpy(bytes + header + sound, tail.bytes, tail.used);
    check_file(in, bytes, header + sound + tail.used);
    free(bytes);
    gph_chunks_finish(&texts);
    gph_chunks_finish(&tail);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static input in;
    if (size < GEOMETRY)
        return 0;
    read_input(&in, data, size < 65536 ? size : 65536);
    compose(&in);
    free(in.texts);
    return 0;
}

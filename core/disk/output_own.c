/* Files whose bytes we make: wav and rf64, and the bare samples of raw and sd2. [writer] */
#include "bext.h"
#include "ixml.h"
#include "output_state.h"
#include "pack.h"

#include <errno.h>
#include <string.h>

static int
put(gph_output *output, const void *samples, uint32_t frames)
{
    size_t n = (size_t)frames * output->channels;
    size_t size = n * gph_sample_bytes(output->format.sample);
    if (!size)
        return 0;
    uint8_t *bytes = gph_spool_extend(&output->spool, size, output->length);
    if (!bytes)
        return -ENOMEM;
    gph_pack(output->format.sample, output->format.container == GPH_SD2, samples, n, bytes);
    output->length += (int64_t)size;
    return 0;
}

static int
begin_bare(gph_output *output, const gph_output_spec *spec)
{
    (void)output, (void)spec;
    return 0;
}

static int
end_bare(gph_output *output, const gph_cue *cues, uint32_t n_cues)
{
    (void)output, (void)cues, (void)n_cues;
    return 0;
}

static void
finish_bare(gph_output *output)
{
    (void)output;
}

/* A header for all frames and what stands behind them. */
static int
add_header(gph_output *output, gph_spool *spool, uint64_t tail)
{
    uint8_t *bytes = gph_spool_extend(spool, gph_riff_size(&output->riff), 0);
    if (!bytes)
        return -ENOMEM;
    gph_riff_compose(&output->riff, (uint64_t)output->frames, tail, bytes);
    return 0;
}

static int
begin_riff(gph_output *output, const gph_output_spec *spec)
{
    gph_chunks *texts = &output->texts;
    gph_sample sample = spec->format.sample;
    if (spec->slate) {
        gph_bext_put(texts, spec->slate, sample, spec->channels, spec->rate);
        gph_ixml_put(texts, spec->slate, sample, spec->channels, spec->rate);
    }
    gph_tags_put(texts, spec->tags, spec->n_tags);
    if (texts->failed)
        return -ENOMEM;
    output->riff = (gph_riff){
        .rf64 = spec->format.container == GPH_RF64,
        .sample = sample,
        .channels = spec->channels,
        .rate = spec->rate,
        .texts = texts->bytes,
        .n_texts = texts->used,
    };
    output->length = (int64_t)gph_riff_size(&output->riff);
    return add_header(output, &output->spool, 0);
}

static int
make_header(gph_output *output)
{
    gph_spool_clear(&output->header);
    return add_header(output, &output->header, 0);
}

static int
end_riff(gph_output *output, const gph_cue *cues, uint32_t n_cues)
{
    gph_chunks tail = {.bytes = NULL};
    gph_chunk_zeros(&tail, output->length & 1);
    gph_cues_put(&tail, cues, n_cues);
    uint8_t *bytes = NULL;
    if (!tail.failed && tail.used)
        bytes = gph_spool_extend(&output->spool, tail.used, output->length);
    if (bytes) {
        memcpy(bytes, tail.bytes, tail.used);
        output->length += (int64_t)tail.used;
    }
    int error = tail.failed || (tail.used && !bytes) ? -ENOMEM : 0;
    int without = add_header(output, &output->spool, bytes ? tail.used : 0);
    gph_chunks_finish(&tail);
    return error ? error : without;
}

static void
finish_riff(gph_output *output)
{
    gph_chunks_finish(&output->texts);
}

const gph_output_maker gph_output_riff = {begin_riff, put, end_riff, make_header, finish_riff};
const gph_output_maker gph_output_bare = {begin_bare, put, end_bare, NULL, finish_bare};

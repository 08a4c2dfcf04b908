/* The chunk `bext` of the Broadcast Wave Format. [writer] */
#include "bext.h"

#include <stdio.h>

enum { UMID = 64, RESERVED = 190 };

/* One line, as EBU R 98 has it: what made these samples. */
static void
put_history(gph_chunks *chunks, gph_sample sample, uint32_t channels, uint32_t rate)
{
    const char *coding = sample == GPH_ULAW ? "ULAW" : sample == GPH_ALAW ? "ALAW" : "PCM";
    const char *mode = channels == 1 ? "mono" : channels == 2 ? "stereo" : "multitrack";
    gph_chunk_format(chunks, "A=%s,F=%u,W=%u,M=%s,T=graphophone " GPH_VERSION "\r\n", coding, rate,
                     8 * gph_sample_bytes(sample), mode);
}

/* Of even length: libsndfile passes over the byte that makes it even in WAV, not in RF64. */
void
gph_bext_put(gph_chunks *chunks, const gph_slate *slate, gph_sample sample, uint32_t channels,
             uint32_t rate)
{
    char text[2 * GPH_SLATE_TEXT + 64];
    const gph_calendar *begin = &slate->begin;
    size_t chunk = gph_chunk_begin(chunks, "bext");
    snprintf(text, sizeof text, "%.*s %.*s, take %u, part %u", GPH_SLATE_TEXT, slate->project,
             GPH_SLATE_TEXT, slate->node, slate->take, slate->part);
    gph_chunk_ascii(chunks, text, 256);
    gph_chunk_ascii(chunks, "graphophone", 32);
    gph_chunk_ascii(chunks, slate->id, GPH_SLATE_ID);
    snprintf(text, sizeof text, "%04d-%02d-%02d", begin->year, begin->month, begin->day);
    gph_chunk_ascii(chunks, text, 10);
    snprintf(text, sizeof text, "%02d:%02d:%02d", begin->hour, begin->minute, begin->second);
    gph_chunk_ascii(chunks, text, 8);
    gph_chunk_64(chunks, slate->reference);
    gph_chunk_16(chunks, 1);
    gph_chunk_zeros(chunks, UMID + RESERVED);
    put_history(chunks, sample, channels, rate);
    gph_chunk_zeros(chunks, (chunks->used - chunk) & 1);
    gph_chunk_end(chunks, chunk);
}

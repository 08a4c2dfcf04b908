/* Chunks `cue ` and `LIST adtl`. [writer] */
#include "cues.h"

#include <inttypes.h>

static void
put_points(gph_chunks *chunks, const gph_cue *cues, uint32_t n)
{
    size_t chunk = gph_chunk_begin(chunks, "cue ");
    gph_chunk_32(chunks, n);
    for (uint32_t c = 0; c < n; c++) {
        gph_chunk_32(chunks, c + 1);
        gph_chunk_32(chunks, (uint32_t)cues[c].position);
        gph_chunk_bytes(chunks, "data", 4);
        gph_chunk_zeros(chunks, 8);
        gph_chunk_32(chunks, (uint32_t)cues[c].position);
    }
    gph_chunk_end(chunks, chunk);
}

static void
put_labels(gph_chunks *chunks, const gph_cue *cues, uint32_t n)
{
    size_t list = gph_chunk_begin(chunks, "LIST");
    gph_chunk_bytes(chunks, "adtl", 4);
    for (uint32_t c = 0; c < n; c++) {
        size_t label = gph_chunk_begin(chunks, "labl");
        gph_chunk_32(chunks, c + 1);
        if (cues[c].gap)
            gph_chunk_format(chunks, "gap %" PRId64 " frames", cues[c].gap);
        else
            gph_chunk_format(chunks, "mark");
        gph_chunk_zeros(chunks, 1);
        gph_chunk_end(chunks, label);
    }
    gph_chunk_end(chunks, list);
}

void
gph_cues_put(gph_chunks *chunks, const gph_cue *cues, uint32_t n)
{
    n = n < GPH_CUES_MOST ? n : GPH_CUES_MOST;
    uint32_t told = 0;
    while (told < n && cues[told].position <= UINT32_MAX)
        told++;
    if (!told)
        return;
    put_points(chunks, cues, told);
    put_labels(chunks, cues, told);
}

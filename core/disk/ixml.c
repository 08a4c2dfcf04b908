/* The chunk `iXML`. [writer] */
#include "ixml.h"

#include <stdio.h>
#include <string.h>

/* One element; the text may hold anything. */
static void
put_element(gph_chunks *chunks, const char *name, const char *text)
{
    char clean[GPH_SLATE_TEXT + 1];
    gph_chunk_clean(text, clean, sizeof clean);
    gph_chunk_format(chunks, "<%s>", name);
    for (const char *at = clean; *at; at++) {
        const char *escape = *at == '&'    ? "&amp;"
                             : *at == '<'  ? "&lt;"
                             : *at == '>'  ? "&gt;"
                             : *at == '"'  ? "&quot;"
                             : *at == '\'' ? "&apos;"
                                           : NULL;
        gph_chunk_bytes(chunks, escape ? escape : at, escape ? strlen(escape) : 1);
    }
    gph_chunk_format(chunks, "</%s>\n", name);
}

static void
put_number(gph_chunks *chunks, const char *name, uint32_t number)
{
    gph_chunk_format(chunks, "<%s>%u</%s>\n", name, number, name);
}

static void
put_speed(gph_chunks *chunks, const gph_slate *slate, gph_sample sample, uint32_t rate)
{
    gph_chunk_format(chunks, "<SPEED>\n");
    put_number(chunks, "FILE_SAMPLE_RATE", rate);
    put_number(chunks, "AUDIO_BIT_DEPTH", 8 * gph_sample_bytes(sample));
    put_number(chunks, "TIMESTAMP_SAMPLE_RATE", rate);
    put_number(chunks, "TIMESTAMP_SAMPLES_SINCE_MIDNIGHT_HI", (uint32_t)(slate->reference >> 32));
    put_number(chunks, "TIMESTAMP_SAMPLES_SINCE_MIDNIGHT_LO", (uint32_t)slate->reference);
    gph_chunk_format(chunks, "</SPEED>\n");
}

/* Which file of the part this is, and which part it belongs to. */
static void
put_identity(gph_chunks *chunks, const gph_slate *slate)
{
    enum { NODE = 64 }; /* bytes of its name that tell recorders of one take apart */
    char text[GPH_SLATE_TEXT];
    snprintf(text, sizeof text, "%s-%03u-%03u-%.*s", slate->id, slate->part, slate->channel, NODE,
             slate->node);
    put_element(chunks, "FILE_UID", text);
    snprintf(text, sizeof text, "%s-%03u-%.*s", slate->id, slate->part, NODE, slate->node);
    gph_chunk_format(chunks, "<FILE_SET>\n");
    put_number(chunks, "TOTAL_FILES", slate->n_files);
    put_element(chunks, "FAMILY_UID", text);
    put_element(chunks, "FAMILY_NAME", slate->node);
    put_number(chunks, "FILE_SET_INDEX", slate->channel ? slate->channel : 1);
    gph_chunk_format(chunks, "</FILE_SET>\n");
}

static void
put_tracks(gph_chunks *chunks, const gph_slate *slate, uint32_t channels)
{
    gph_chunk_format(chunks, "<TRACK_LIST>\n");
    put_number(chunks, "TRACK_COUNT", channels);
    for (uint32_t n = 0; n < channels; n++) {
        gph_chunk_format(chunks, "<TRACK>\n");
        put_number(chunks, "CHANNEL_INDEX", slate->channel ? slate->channel : n + 1);
        put_number(chunks, "INTERLEAVE_INDEX", n + 1);
        if (slate->labels)
            put_element(chunks, "NAME", slate->labels[n]);
        gph_chunk_format(chunks, "</TRACK>\n");
    }
    gph_chunk_format(chunks, "</TRACK_LIST>\n");
}

void
gph_ixml_put(gph_chunks *chunks, const gph_slate *slate, gph_sample sample, uint32_t channels,
             uint32_t rate)
{
    size_t chunk = gph_chunk_begin(chunks, "iXML");
    gph_chunk_format(chunks, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<BWFXML>\n");
    gph_chunk_format(chunks, "<IXML_VERSION>1.61</IXML_VERSION>\n");
    put_element(chunks, "PROJECT", slate->project);
    put_element(chunks, "TAPE", slate->project);
    put_number(chunks, "TAKE", slate->take);
    put_identity(chunks, slate);
    put_speed(chunks, slate, sample, rate);
    /* Without names a list would say what everybody knows. */
    if (slate->labels || slate->channel)
        put_tracks(chunks, slate, channels);
    gph_chunk_format(chunks, "</BWFXML>\n");
    if ((chunks->used - chunk) & 1)
        gph_chunk_format(chunks, "\n");
    gph_chunk_end(chunks, chunk);
}

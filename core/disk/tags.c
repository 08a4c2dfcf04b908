/* Tags of a file. [control, writer] */
#include "tags.h"

#include <sndfile.h>
#include <string.h>

static const struct {
    const char *key;
    int number;       /* of libsndfile */
    const char *name; /* in LIST INFO */
} keys[] = {
    {"title", SF_STR_TITLE, "INAM"},         {"artist", SF_STR_ARTIST, "IART"},
    {"album", SF_STR_ALBUM, "IPRD"},         {"comment", SF_STR_COMMENT, "ICMT"},
    {"copyright", SF_STR_COPYRIGHT, "ICOP"}, {"genre", SF_STR_GENRE, "IGNR"},
    {"date", SF_STR_DATE, "ICRD"},           {"track", SF_STR_TRACKNUMBER, "ITRK"},
    {"license", SF_STR_LICENSE, "ILIC"}, /* has no agreed name; readers pass over it */
};

enum { N_KEYS = sizeof keys / sizeof *keys };

static uint32_t
find(const char *key)
{
    uint32_t n = 0;
    while (n < N_KEYS && strcmp(key, keys[n].key) != 0)
        n++;
    return n;
}

bool
gph_tag_is_known(const char *key)
{
    return find(key) < N_KEYS;
}

int
gph_tag_sndfile(const char *key)
{
    return keys[find(key)].number;
}

static void
put_text(gph_chunks *chunks, const char *name, const char *text)
{
    char clean[GPH_TAG_BYTES + 1];
    gph_chunk_clean(text, clean, sizeof clean);
    size_t chunk = gph_chunk_begin(chunks, name);
    gph_chunk_bytes(chunks, clean, strlen(clean) + 1);
    gph_chunk_end(chunks, chunk);
}

void
gph_tags_put(gph_chunks *chunks, const gph_tag *tags, uint32_t n)
{
    size_t list = gph_chunk_begin(chunks, "LIST");
    gph_chunk_bytes(chunks, "INFO", 4);
    put_text(chunks, "ISFT", "graphophone " GPH_VERSION);
    for (uint32_t t = 0; t < n; t++)
        if (gph_tag_is_known(tags[t].key))
            put_text(chunks, keys[find(tags[t].key)].name, tags[t].value);
    gph_chunk_end(chunks, list);
}

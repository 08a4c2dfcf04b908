/* A file being recovered as libsndfile reads it. [control] */
#include "recover_source.h"

#include <string.h>

static sf_count_t
length(void *user)
{
    return ((gph_recover_source *)user)->size;
}

static sf_count_t
seek(sf_count_t offset, int whence, void *user)
{
    gph_recover_source *s = user;
    int64_t base = whence == SEEK_CUR ? s->at : whence == SEEK_END ? s->size : 0;
    if (base + offset >= 0)
        s->at = base + offset;
    return s->at;
}

static sf_count_t
read_some(void *bytes, sf_count_t count, void *user)
{
    gph_recover_source *s = user;
    int64_t left = s->at < s->size ? s->size - s->at : 0;
    size_t n = (size_t)(count < left ? count : left);
    size_t from_head = s->at < (int64_t)s->n_head ? s->n_head - (size_t)s->at : 0;
    if (from_head) {
        n = n < from_head ? n : from_head;
        memcpy(bytes, s->head + s->at, n);
    } else {
        int64_t got = s->files->read_at(s->files->user, s->file, bytes, n, s->at);
        if (got < 0) {
            s->error = (int)got;
            return 0;
        }
        memset((char *)bytes + got, 0, n - (size_t)got);
    }
    s->at += (int64_t)n;
    /* A header that ends within what was asked for. */
    return from_head && (sf_count_t)n < count && s->at < s->size
               ? (sf_count_t)n + read_some((char *)bytes + n, count - (sf_count_t)n, s)
               : (sf_count_t)n;
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
    return ((gph_recover_source *)user)->at;
}

/* No decoder of something else is to see it: libsndfile takes what it does not know for MPEG. */
static bool
begins_right(gph_recover_source *s, gph_container container)
{
    static const char *const beginnings[GPH_N_CONTAINERS] = {
        [GPH_WAV] = "RIFF", [GPH_RF64] = "RF64", [GPH_W64] = "riff",  [GPH_AU] = ".snd",
        [GPH_CAF] = "caff", [GPH_AIFF] = "FORM", [GPH_FLAC] = "fLaC", [GPH_OGG] = "OggS",
    };
    char begins[4] = "";
    s->at = 0;
    if (read_some(begins, 4, s) != 4 || !beginnings[container])
        return false;
    bool riff = container == GPH_WAV || container == GPH_RF64;
    return !memcmp(begins, beginnings[container], 4) ||
           (riff && (!memcmp(begins, "RIFF", 4) || !memcmp(begins, "RF64", 4)));
}

bool
gph_recover_source_open(gph_recover_source *source, gph_container container)
{
    SF_VIRTUAL_IO io = {length, seek, read_some, write_none, tell};
    source->sound = NULL;
    if (!begins_right(source, container))
        return false;
    source->at = 0;
    source->info = (SF_INFO){.format = 0};
    source->sound = sf_open_virtual(&io, SFM_READ, &source->info, source);
    return source->sound != NULL;
}

void
gph_recover_source_close(gph_recover_source *source)
{
    if (source->sound)
        sf_close(source->sound);
    source->sound = NULL;
}

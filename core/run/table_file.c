/* Reads files into tables. [control, worker]
 *
 * A header may lie: what counts is what can be read. libsndfile reads through our own file calls,
 * which open regular files only. */
#include "../platform/file.h"
#include "table.h"
#include "table_body.h"

#include <float.h>
#include <math.h>
#include <sndfile.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BUFFER_FLOATS = 65536 };

/* A file being read. */
typedef struct source {
    const gph_file_system *files;
    gph_file file;
    int64_t position;
    SNDFILE *sound;
    SF_INFO info;
} source;

static sf_count_t
source_length(void *user)
{
    const source *s = user;
    return s->files->size(s->files->user, s->file);
}

static sf_count_t
source_seek(sf_count_t offset, int whence, void *user)
{
    source *s = user;
    int64_t length = source_length(s);
    int64_t base = whence == SEEK_CUR ? s->position : whence == SEEK_END ? length : 0;
    if (offset > INT64_MAX - base || base + offset < 0)
        return -1;
    s->position = base + offset;
    return s->position;
}

static sf_count_t
source_read(void *data, sf_count_t bytes, void *user)
{
    source *s = user;
    sf_count_t done = 0;
    while (done < bytes) {
        int64_t n = s->files->read_at(s->files->user, s->file, (char *)data + done,
                                      (size_t)(bytes - done), s->position);
        if (n <= 0)
            break;
        done += n;
        s->position += n;
    }
    return done;
}

static sf_count_t
source_write(const void *data, sf_count_t bytes, void *user)
{
    (void)data, (void)bytes, (void)user;
    return 0;
}

static sf_count_t
source_tell(void *user)
{
    const source *s = user;
    return s->position;
}

/* Readers of other codecs have had holes; none of these has state worth attacking. */
static bool
is_plain(int format)
{
    static const int codecs[] = {
        SF_FORMAT_PCM_S8, SF_FORMAT_PCM_U8, SF_FORMAT_PCM_16, SF_FORMAT_PCM_24, SF_FORMAT_PCM_32,
        SF_FORMAT_FLOAT,  SF_FORMAT_DOUBLE, SF_FORMAT_ULAW,   SF_FORMAT_ALAW,   SF_FORMAT_VORBIS};
    for (size_t n = 0; n < sizeof codecs / sizeof *codecs; n++)
        if ((format & SF_FORMAT_SUBMASK) == codecs[n])
            return true;
    return false;
}

static void
source_finish(source *s)
{
    if (s->sound)
        sf_close(s->sound);
    if (s->file >= 0)
        s->files->close(s->files->user, s->file);
}

/* What is wrong with an open file; NULL: nothing. */
static const char *
unfit(const source *s)
{
    if (s->info.channels < 1 || s->info.channels > (int)GPH_MAX_CHANNELS)
        return "has no width that a table can have (1 to 1024 channels)";
    if (s->info.samplerate < 1)
        return "has no rate";
    return is_plain(s->info.format) ? NULL : "has a codec that is not read here";
}

static gph_status
source_init(source *s, const gph_table_set *set, const char *node, const char *path)
{
    char why[160];
    *s = (source){.files = &gph_file_system_real};
    s->file = s->files->open_read(s->files->user, path);
    if (s->file < 0) {
        gph_table_say(set, GPH_LOG_ERROR, node, "load", "'%s' cannot be read: %s", path,
                      gph_file_error(s->file, why, sizeof why));
        return GPH_IO;
    }
    SF_VIRTUAL_IO calls = {source_length, source_seek, source_read, source_write, source_tell};
    s->sound = sf_open_virtual(&calls, SFM_READ, &s->info, s);
    const char *wrong = s->sound ? unfit(s) : sf_strerror(NULL);
    if (wrong) {
        gph_table_say(set, GPH_LOG_ERROR, node, "load", "'%s'%s %s", path,
                      s->sound ? "" : " is no sound file:", wrong);
        source_finish(s);
        return GPH_IO;
    }
    if (set->rate > 0 && fabs(set->rate - s->info.samplerate) > 0.5) {
        gph_table_say(set, GPH_LOG_ERROR, node, "load",
                      "'%s' has %d frames a second, this run has %.10g", path, s->info.samplerate,
                      set->rate);
        source_finish(s);
        return GPH_ARGUMENT;
    }
    return GPH_OK;
}

/* Frames that a buffer holds. */
static sf_count_t
block_of(const source *s)
{
    return BUFFER_FLOATS / s->info.channels;
}

gph_status
gph_table_measure(const gph_table_set *set, const char *node, const char *path, uint32_t *channels,
                  uint64_t *frames)
{
    source s;
    gph_status status = source_init(&s, set, node, path);
    if (status != GPH_OK)
        return status;
    *channels = (uint32_t)s.info.channels;
    *frames = 0;
    float *buffer = calloc(BUFFER_FLOATS, sizeof *buffer);
    if (buffer) {
        sf_count_t n;
        while (*frames <= GPH_TABLE_MAX_FRAMES &&
               (n = sf_readf_float(s.sound, buffer, block_of(&s))) > 0)
            *frames += (uint64_t)n;
    } else {
        gph_table_say(set, GPH_LOG_ERROR, node, "load", "out of memory");
        status = GPH_MEMORY;
    }
    free(buffer);
    source_finish(&s);
    return status;
}

/* Spreads interleaved frames over the channels of the table; returns how many samples were not
 * finite. */
static uint64_t
spread(const gph_table_live *live, uint32_t bank, const float *buffer, uint32_t channels,
       uint64_t at, uint64_t frames)
{
    uint64_t bad = 0;
    for (uint32_t c = 0; c < live->channels; c++) {
        float *to = live->banks[bank][c] + at;
        const float *from = buffer + c % channels;
        for (uint64_t f = 0; f < frames; f++) {
            float x = from[f * channels];
            bool sound = fabsf(x) <= FLT_MAX;
            to[f] = sound ? x : 0.0f;
            bad += !sound;
        }
    }
    return bad;
}

/* Tells what of the file is not in the table as it was. */
static void
warn(const gph_table_set *set, const gph_table_body *body, const source *s, uint64_t filled_frames,
     bool longer, uint64_t bad)
{
    unsigned long long frames = body->live.frames, filled = filled_frames;
    if (longer)
        gph_table_say(set, GPH_LOG_WARNING, body->name, "load",
                      "'%s' is longer than the table; it was cut to %llu frames", body->load,
                      frames);
    if (filled < frames)
        gph_table_say(set, GPH_LOG_WARNING, body->name, "load",
                      "'%s' fills %llu of the table's %llu frames; the rest is silence", body->load,
                      filled, frames);
    if ((uint32_t)s->info.channels != body->live.channels)
        gph_table_say(set, GPH_LOG_WARNING, body->name, "load",
                      "'%s' has %d channels, the table has %u; %s", body->load, s->info.channels,
                      body->live.channels,
                      (uint32_t)s->info.channels > body->live.channels ? "the rest is left out"
                                                                       : "they are repeated");
    if (bad)
        gph_table_say(set, GPH_LOG_WARNING, body->name, "load",
                      "%llu samples of '%s' were not finite and became 0", (unsigned long long)bad,
                      body->load);
}

gph_status
gph_table_load(const gph_table_set *set, const gph_table_body *body, uint32_t bank,
               uint64_t *filled)
{
    source s;
    gph_status status = source_init(&s, set, body->name, body->load);
    if (status != GPH_OK)
        return status;
    float *buffer = calloc(BUFFER_FLOATS, sizeof *buffer);
    if (!buffer) {
        gph_table_say(set, GPH_LOG_ERROR, body->name, "load", "out of memory");
        source_finish(&s);
        return GPH_MEMORY;
    }
    const gph_table_live *live = &body->live;
    uint64_t at = 0, bad = 0, n;
    bool longer = false;
    while (!longer && (n = (uint64_t)sf_readf_float(s.sound, buffer, block_of(&s))) > 0) {
        uint64_t fits = n < live->frames - at ? n : live->frames - at;
        bad += spread(live, bank, buffer, (uint32_t)s.info.channels, at, fits);
        at += fits;
        longer = fits < n;
    }
    *filled = at;
    warn(set, body, &s, at, longer, bad);
    free(buffer);
    source_finish(&s);
    return GPH_OK;
}

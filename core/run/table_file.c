/* Reads files into tables. [control, worker]
 *
 * A header may lie: what counts is what can be read. */
#include "../disk/source.h"
#include "table.h"
#include "table_body.h"

#include <math.h>
#include <stdlib.h>

enum { BUFFER_FLOATS = 65536 };

/* Opens a file of the right rate. */
static gph_status
open_file(const gph_table_set *set, const char *node, const char *path, gph_source **source)
{
    char text[512];
    gph_status status = gph_source_open(&gph_file_system_real, path, source, text, sizeof text);
    if (status != GPH_OK) {
        gph_table_say(set, GPH_LOG_ERROR, node, "load", "%s", text);
        return status;
    }
    double rate = gph_source_rate(*source);
    if (set->rate <= 0 || fabs(set->rate - rate) <= 0.5)
        return GPH_OK;
    gph_table_say(set, GPH_LOG_ERROR, node, "load",
                  "'%s' has %.10g frames a second, this run has %.10g", path, rate, set->rate);
    gph_source_close(*source);
    return GPH_ARGUMENT;
}

static float *
new_buffer(const gph_table_set *set, const char *node)
{
    float *buffer = calloc(BUFFER_FLOATS, sizeof *buffer);
    if (!buffer)
        gph_table_say(set, GPH_LOG_ERROR, node, "load", "out of memory");
    return buffer;
}

/* Whether the disk failed, rather than the file ended. */
static gph_status
check_end(const gph_table_set *set, const char *node, const char *path, const gph_source *source)
{
    char why[160];
    int error = gph_source_error(source);
    if (error == 0)
        return GPH_OK;
    gph_table_say(set, GPH_LOG_ERROR, node, "load", "cannot read '%s': %s", path,
                  gph_file_error(error, why, sizeof why));
    return GPH_IO;
}

gph_status
gph_table_measure(const gph_table_set *set, const char *node, const char *path, uint32_t *channels,
                  uint64_t *frames)
{
    gph_source *source;
    gph_status status = open_file(set, node, path, &source);
    if (status != GPH_OK)
        return status;
    *channels = gph_source_channels(source);
    *frames = 0;
    float *buffer = new_buffer(set, node);
    uint32_t n = 1;
    for (int64_t bad = 0; buffer && n > 0 && *frames <= GPH_TABLE_MAX_FRAMES; *frames += n)
        n = gph_source_read(source, buffer, BUFFER_FLOATS / *channels, &bad);
    status = buffer ? check_end(set, node, path, source) : GPH_MEMORY;
    free(buffer);
    gph_source_close(source);
    return status;
}

/* Spreads interleaved frames over the channels of the table. */
static void
spread(const gph_table_live *live, uint32_t bank, const float *buffer, uint32_t channels,
       uint64_t at, uint64_t frames)
{
    for (uint32_t c = 0; c < live->channels; c++) {
        float *to = live->banks[bank][c] + at;
        const float *from = buffer + c % channels;
        for (uint64_t f = 0; f < frames; f++)
            to[f] = from[f * channels];
    }
}

/* Tells what of the file is not in the table as it was. */
static void
warn(const gph_table_set *set, const gph_table_body *body, uint32_t channels,
     uint64_t filled_frames, bool longer, int64_t bad)
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
    if (channels != body->live.channels)
        gph_table_say(
            set, GPH_LOG_WARNING, body->name, "load", "'%s' has %u channels, the table has %u; %s",
            body->load, channels, body->live.channels,
            channels > body->live.channels ? "the rest is left out" : "they are repeated");
    if (bad)
        gph_table_say(set, GPH_LOG_WARNING, body->name, "load",
                      "%lld samples of '%s' were not finite and became 0", (long long)bad,
                      body->load);
}

gph_status
gph_table_load(const gph_table_set *set, const gph_table_body *body, uint32_t bank,
               uint64_t *filled)
{
    gph_source *source;
    gph_status status = open_file(set, body->name, body->load, &source);
    if (status != GPH_OK)
        return status;
    const gph_table_live *live = &body->live;
    uint32_t channels = gph_source_channels(source), n = 1;
    float *buffer = new_buffer(set, body->name);
    int64_t bad = 0;
    bool longer = false;
    *filled = 0;
    while (buffer && n > 0 && !longer) {
        n = gph_source_read(source, buffer, BUFFER_FLOATS / channels, &bad);
        uint64_t fits = n < live->frames - *filled ? n : live->frames - *filled;
        spread(live, bank, buffer, channels, *filled, fits);
        *filled += fits;
        longer = fits < n;
    }
    status = buffer ? check_end(set, body->name, body->load, source) : GPH_MEMORY;
    if (status == GPH_OK)
        warn(set, body, channels, *filled, longer, bad);
    free(buffer);
    gph_source_close(source);
    return status;
}

/* Writes tables to files, through the streams that recorders use. [control, worker] */
#include "../disk/stream.h"
#include "table.h"
#include "table_body.h"

#include <stdlib.h>
#include <string.h>

enum {
    BLOCK = 4096, /* frames given to a stream at once */
    ATTEMPTS = 3  /* to copy a table that is being written to */
};
/* For a file to be closed; network folders take their time. */
#define CLOSE_NS (60 * (int64_t)1000000000)

/* What of a table is to be saved, and where it stands in its life. */
typedef struct snapshot {
    const float **ch; /* pointers to copies or to the table itself */
    float *copy;      /* NULL: no copy */
    uint32_t channels;
    uint64_t frames, generation, written, pass;
} snapshot;

static uint64_t
moving(const _Atomic uint64_t *value)
{
    return atomic_load_explicit(value, memory_order_acquire);
}

static gph_stream *
open_stream(const gph_table_set *set, const gph_table_body *body, gph_take_counter *takes)
{
    gph_stream_site site = {.node = body->name,
                            .patch = set->patch_name,
                            .folder = body->save_folder ? body->save_folder : "/",
                            .rate = set->rate,
                            .takes = takes};
    gph_stream_write what = {.size = sizeof what,
                             .channels = body->live.channels,
                             .file = body->save,
                             .format = body->save_format};
    gph_stream_problem problem = {0};
    gph_stream *stream = NULL;
    if (gph_stream_open_write(&site, &what, &problem, &stream) != GPH_OK) {
        gph_table_say(set, GPH_LOG_ERROR, body->name, "save", "%s", problem.text);
        return NULL;
    }
    if (problem.warning[0])
        gph_table_say(set, GPH_LOG_WARNING, body->name, "save", "%s", problem.warning);
    return stream;
}

gph_status
gph_table_set_check_save(gph_table_set *set, struct gph_take_counter *takes)
{
    gph_status status = GPH_OK;
    for (const gph_table_body *body = set->first; body; body = body->next) {
        if (!body->save)
            continue;
        gph_stream *stream = open_stream(set, body, takes);
        if (!stream)
            status = GPH_ARGUMENT;
        gph_stream_free(stream);
    }
    return status;
}

/* Where the table stands now, without its samples. */
static void
note(const gph_table_body *body, snapshot *shot)
{
    const gph_table_header *header = body->live.header;
    shot->channels = body->live.channels;
    shot->generation = moving(&header->generation);
    shot->written = moving(&header->written);
    shot->pass = moving(&header->pass);
    shot->frames = moving(&header->filled);
}

/* Points to the samples, or copies them; false: no memory, or the table does not keep still. */
static bool
take_samples(const gph_table_body *body, bool copy, snapshot *shot)
{
    const gph_table_header *header = body->live.header;
    shot->ch = calloc(shot->channels, sizeof *shot->ch);
    if (!shot->ch)
        return false;
    if (copy) {
        shot->copy = malloc((size_t)(shot->frames * shot->channels) * sizeof(float));
        if (!shot->copy)
            return false;
    }
    float *const *from = body->live.banks[moving(&header->bank) & 1];
    for (uint32_t c = 0; c < shot->channels; c++) {
        shot->ch[c] = copy ? shot->copy + c * shot->frames : from[c];
        if (copy)
            memcpy(shot->copy + c * shot->frames, from[c], (size_t)shot->frames * sizeof(float));
    }
    return !copy ||
           (moving(&header->generation) == shot->generation && moving(&header->pass) == shot->pass);
}

static void
snapshot_finish(snapshot *shot)
{
    free(shot->ch);
    free(shot->copy);
    *shot = (snapshot){0};
}

static bool
snapshot_init(const gph_table_body *body, bool copy, snapshot *shot)
{
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
        *shot = (snapshot){0};
        note(body, shot);
        if (take_samples(body, copy, shot))
            return true;
        snapshot_finish(shot);
    }
    return false;
}

/* Whether there is anything to be saved that was not saved before. */
static bool
is_due(const gph_table_body *body)
{
    const gph_table_header *header = body->live.header;
    return body->save && header && moving(&header->filled) > 0 &&
           (moving(&header->written) != body->saved_written ||
            moving(&header->generation) != body->saved_generation);
}

static gph_status
write_frames(gph_stream *stream, const gph_table_set *set, const snapshot *shot,
             gph_stream_problem *problem)
{
    gph_status status = gph_stream_activate(stream, set->rate, BLOCK, NULL, problem);
    if (status != GPH_OK)
        return status;
    const float **at = calloc(shot->channels, sizeof *at);
    if (!at)
        return GPH_MEMORY;
    gph_stream_freewheel(stream, true);
    status = gph_stream_start(stream, 0);
    for (uint64_t f = 0; status == GPH_OK && f < shot->frames; f += BLOCK) {
        uint64_t n = shot->frames - f < BLOCK ? shot->frames - f : BLOCK;
        for (uint32_t c = 0; c < shot->channels; c++)
            at[c] = shot->ch[c] + f;
        if (gph_stream_put(stream, (int64_t)f, at, (uint32_t)n) != n)
            status = GPH_IO;
    }
    free(at);
    (void)gph_stream_stop(stream, (int64_t)shot->frames);
    gph_status finished = gph_stream_finish(stream, CLOSE_NS, problem);
    return status == GPH_OK ? finished : status;
}

gph_status
gph_table_save(const gph_table_set *set, gph_table_body *body, gph_take_counter *takes, bool copy)
{
    snapshot shot;
    if (!snapshot_init(body, copy, &shot)) {
        gph_table_say(set, GPH_LOG_WARNING, body->name, "save",
                      "not saved now: it is being written to, or there is no memory for a copy");
        return copy ? GPH_OK : GPH_MEMORY;
    }
    gph_stream *stream = open_stream(set, body, takes);
    gph_stream_problem problem = {0};
    gph_status status = stream ? write_frames(stream, set, &shot, &problem) : GPH_IO;
    if (stream && status != GPH_OK)
        gph_table_say(set, GPH_LOG_ERROR, body->name, "save", "not saved: %s",
                      problem.text[0] ? problem.text : "the disk refused");
    gph_stream_free(stream);
    if (status == GPH_OK) {
        body->saved_generation = shot.generation;
        body->saved_written = shot.written;
    }
    snapshot_finish(&shot);
    return status;
}

gph_status
gph_table_set_save(gph_table_set *set, struct gph_take_counter *takes)
{
    gph_status status = GPH_OK;
    for (gph_table_body *body = set->first; body; body = body->next)
        if (is_due(body) && gph_table_save(set, body, takes, false) != GPH_OK)
            status = GPH_IO;
    return status;
}

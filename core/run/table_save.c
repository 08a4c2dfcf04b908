/* Saves tables: copies what is written to meanwhile, until the copy is whole. [control, worker] */
#include "table.h"
#include "table_body.h"
#include "table_write.h"

#include <stdlib.h>
#include <string.h>

enum { ATTEMPTS = 3 /* to copy a table that is being written to */ };

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

static gph_table_file
file_of(const gph_table_set *set, const gph_table_body *body, gph_take_counter *takes)
{
    return (gph_table_file){.site = {.node = body->name,
                                     .patch = set->patch_name,
                                     .folder = body->save_folder ? body->save_folder : "/",
                                     .below = set->below,
                                     .rate = set->rate,
                                     .takes = takes},
                            .name = body->save,
                            .format = body->save_format,
                            .channels = body->live.channels};
}

gph_status
gph_table_check_save(const gph_table_set *set, const gph_table_body *body, gph_take_counter *takes)
{
    gph_stream_problem problem = {0};
    const gph_table_file file = file_of(set, body, takes);
    gph_status status = gph_table_write_check(&file, &problem);
    bool format = problem.setting && strcmp(problem.setting, "format") == 0;
    if (status != GPH_OK)
        gph_table_say(set, GPH_LOG_ERROR, body->name, format ? "format" : "save", "%s",
                      problem.text);
    else if (problem.warning[0])
        gph_table_say(set, GPH_LOG_WARNING, body->name, "save", "%s", problem.warning);
    return status;
}

gph_status
gph_table_set_check_save(gph_table_set *set, struct gph_take_counter *takes)
{
    gph_status status = GPH_OK;
    for (const gph_table_body *body = set->first; body; body = body->next)
        if (body->save && gph_table_check_save(set, body, takes) != GPH_OK)
            status = GPH_ARGUMENT;
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

static bool
give(void *user, uint64_t at, uint32_t n, const float **ch)
{
    const snapshot *shot = user;
    (void)n;
    for (uint32_t c = 0; c < shot->channels; c++)
        ch[c] = shot->ch[c] + at;
    return true;
}

gph_status
gph_table_save(const gph_table_set *set, gph_table_body *body, gph_take_counter *takes,
               int64_t when, bool copy)
{
    snapshot shot;
    gph_stream_problem problem = {0};
    if (!snapshot_init(body, copy, &shot)) {
        gph_table_say(set, GPH_LOG_ERROR, body->name, "save",
                      "not saved: it does not keep still, or there is no memory for a copy");
        return GPH_MEMORY;
    }
    gph_table_file file = file_of(set, body, takes);
    file.when = when;
    gph_status status = gph_table_write(&file, shot.frames, give, &shot, NULL, 0, &problem);
    if (status != GPH_OK)
        gph_table_say(set, GPH_LOG_ERROR, body->name, "save", "not saved: %s", problem.text);
    if (status == GPH_OK) {
        body->saved_generation = shot.generation;
        body->saved_written = shot.written;
    }
    snapshot_finish(&shot);
    return status;
}

gph_status
gph_table_set_save(gph_table_set *set, struct gph_take_counter *takes, int64_t when)
{
    gph_status status = GPH_OK;
    for (gph_table_body *body = set->first; body; body = body->next)
        if (is_due(body) && gph_table_save(set, body, takes, when, false) != GPH_OK)
            status = GPH_IO;
    return status;
}

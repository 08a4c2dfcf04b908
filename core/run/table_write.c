/* Writes the sound of a table to a file, as a recorder's are written. [control, worker] */
#include "table_write.h"

#include <stdio.h>
#include <stdlib.h>

enum {
    MOST_FRAMES = 4096,
    MOST_FLOATS = 262144 /* of a block, all channels */
};
/* For a file to be closed; network folders take their time. */
#define CLOSE_NS (60 * (int64_t)1000000000)

uint32_t
gph_table_write_block(uint32_t channels)
{
    uint32_t most = MOST_FLOATS / channels;
    return most < MOST_FRAMES ? most : MOST_FRAMES;
}

static gph_status
open_stream(const gph_table_file *file, gph_stream_problem *problem, gph_stream **stream)
{
    gph_stream_write what = {.size = sizeof what,
                             .channels = file->channels,
                             .file = file->name,
                             .format = file->format};
    *stream = NULL;
    return gph_stream_open_write(&file->site, &what, problem, stream);
}

gph_status
gph_table_write_check(const gph_table_file *file, gph_stream_problem *problem)
{
    gph_stream *stream;
    gph_status status = open_stream(file, problem, &stream);
    gph_stream_free(stream);
    return status;
}

static gph_status
write_frames(gph_stream *stream, const gph_table_file *file, uint64_t frames,
             gph_table_frames *give, void *user)
{
    uint32_t block = gph_table_write_block(file->channels);
    const float **ch = calloc(file->channels, sizeof *ch);
    if (!ch)
        return GPH_MEMORY;
    gph_stream_freewheel(stream, true);
    gph_status status = gph_stream_start(stream, file->when);
    for (uint64_t f = 0; status == GPH_OK && f < frames; f += block) {
        uint32_t n = frames - f < block ? (uint32_t)(frames - f) : block;
        if (!give(user, f, n, ch) || gph_stream_put(stream, file->when + (int64_t)f, ch, n) != n)
            status = GPH_IO;
    }
    free(ch);
    (void)gph_stream_stop(stream, file->when + (int64_t)frames);
    return status;
}

/* Where the file is; that there is none or that it lacks something is an error. */
static gph_status
look_at_file(gph_stream *stream, uint64_t frames, char *path, size_t path_size,
             gph_stream_problem *problem)
{
    const gph_take_file *made = gph_stream_file(stream, 0);
    bool whole = made && !made->error && made->path && made->frames == (int64_t)frames;
    if (!whole) {
        snprintf(problem->text, sizeof problem->text, "%s",
                 made && made->error ? made->error : "the file is not whole");
        return GPH_IO;
    }
    if (path)
        snprintf(path, path_size, "%s", made->path);
    return GPH_OK;
}

gph_status
gph_table_write(const gph_table_file *file, uint64_t frames, gph_table_frames *give, void *user,
                char *path, size_t path_size, gph_stream_problem *problem)
{
    gph_stream *stream;
    gph_status status = open_stream(file, problem, &stream);
    if (status != GPH_OK)
        return status;
    status = gph_stream_activate(stream, file->site.rate, MOST_FRAMES, NULL, problem);
    if (status == GPH_OK) {
        status = write_frames(stream, file, frames, give, user);
        gph_status finished = gph_stream_finish(stream, CLOSE_NS, problem);
        status = status == GPH_OK ? finished : status;
    }
    if (status == GPH_OK)
        status = look_at_file(stream, frames, path, path_size, problem);
    if (status != GPH_OK && file->whole_or_none)
        gph_stream_discard(stream);
    gph_stream_free(stream);
    if (status != GPH_OK && !problem->text[0])
        snprintf(problem->text, sizeof problem->text, "%s",
                 status == GPH_MEMORY ? "memory is out" : "the disk refused");
    return status;
}

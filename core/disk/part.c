/* The files of one part of a take. [writer] */
#include "part.h"

#include "part_state.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

void
gph_part_free(gph_part *part)
{
    for (uint32_t n = 0; n < part->n_files; n++)
        gph_part_file_finish(&part->files[n]);
    free(part->buffer);
    free(part);
}

/* The journal speaks of a file before there is one, so that whoever finds it knows whose it is. Without
 * a journal the part is recorded all the same. */
static int
announce(void *user, const gph_part_file *file)
{
    gph_part *part = user;
    const gph_part_plan *plan = part->plan;
    const gph_part_place *place = &part->place;
    if (!part->n_files) {
        gph_journal_about about = {.format = plan->output.format,
                                   .channels = part->width,
                                   .rate = plan->output.rate,
                                   .patch = plan->patch,
                                   .node = plan->node,
                                   .below = file->relative,
                                   .take = place->take,
                                   .part = place->part,
                                   .start_clock = place->start_clock,
                                   .wall_ns = place->wall_ns,
                                   .first_frame = place->first_frame};
        int error =
            gph_journal_new(plan->files, file->folder, file->final_name, &about, &part->journal);
        if (error)
            part->journal = NULL;
        if (error == -EEXIST)
            return error;
    }
    if (part->journal)
        gph_journal_file(part->journal, file->relative, file->part_name, file->channel);
    return 0;
}

static void
begin_journal(gph_part *part)
{
    if (!part->journal || !gph_journal_begin(part->journal))
        return;
    gph_journal_undo(part->journal);
    part->journal = NULL;
}

/* Headers, and names that outlast the power. */
static int
begin_files(gph_part *part)
{
    int error = gph_part_flush(part);
    for (uint32_t n = 0; n < part->n_files && !error; n++) {
        if (part->plan->sync)
            error = gph_part_file_settle(&part->files[n]);
        gph_part_file_reserve(&part->files[n]);
    }
    if (!error)
        error = gph_part_make_header(part);
    if (!error)
        error = gph_part_mark(part);
    gph_part_keep(part);
    return error;
}

int
gph_part_new(const gph_part_plan *plan, const gph_part_place *place, gph_part **result, char *text,
             size_t size)
{
    bool per_channel = plan->name->per_channel;
    uint32_t channels = plan->output.channels;
    uint32_t n_files = per_channel ? channels : 1;
    gph_part *part = calloc(1, sizeof *part + n_files * sizeof(gph_part_file));
    if (part)
        part->buffer = malloc((size_t)plan->batch_frames * (per_channel ? 1 : channels) *
                              gph_convert_bytes(plan->output.format.sample));
    if (!part || !part->buffer) {
        free(part);
        snprintf(text, size, "no memory for a file");
        return -ENOMEM;
    }
    part->plan = plan;
    part->place = *place;
    part->cut = -1;
    part->resumed = INT64_MAX;
    part->channels = channels;
    part->width = per_channel ? 1 : channels;
    int error = 0;
    while (part->n_files < n_files && !error) {
        uint32_t channel = per_channel ? part->n_files + 1 : 0;
        error = gph_part_file_init(&part->files[part->n_files], plan, place, channel, announce,
                                   part, text, size);
        part->n_files++;
    }
    if (!error && (error = begin_files(part)) != 0) {
        char reason[100];
        snprintf(text, size, "cannot begin '%s': %s", part->files[0].final_name,
                 gph_file_error(error, reason, sizeof reason));
    }
    if (error) {
        for (uint32_t n = 0; n < part->n_files; n++)
            if (part->files[n].output)
                gph_part_file_undo(&part->files[n]);
        if (part->journal)
            gph_journal_undo(part->journal);
        gph_part_free(part);
        return error;
    }
    begin_journal(part);
    *result = part;
    return 0;
}

/* Interleaves and converts the channels of one file. */
static void
convert_file(gph_part *part, uint32_t file, const float *const *ch, uint32_t frames)
{
    size_t bytes = gph_convert_bytes(part->plan->output.format.sample);
    for (uint32_t c = 0; c < part->width; c++) {
        uint32_t channel = file * part->width + c;
        gph_convert(&part->plan->converter, ch[channel], frames, (char *)part->buffer + c * bytes,
                    part->width, &part->place.dither[channel], &part->files[file].sums[c]);
    }
}

void
gph_part_add_up(gph_part *part)
{
    part->clipped = 0;
    part->not_finite = 0;
    for (uint32_t n = 0; n < part->n_files; n++)
        for (uint32_t c = 0; c < part->width; c++) {
            part->clipped += part->files[n].sums[c].clipped;
            part->not_finite += part->files[n].sums[c].not_finite;
        }
}

int
gph_part_put(gph_part *part, const float *const *ch, uint32_t frames, bool silence)
{
    for (uint32_t n = 0; n < part->n_files; n++) {
        convert_file(part, n, ch, frames);
        gph_output_silence(part->files[n].output, silence);
        int error = gph_output_put(part->files[n].output, part->buffer, frames);
        if (error && !part->files[n].spoilt)
            part->files[n].spoilt = error;
        gph_output_silence(part->files[n].output, false);
    }
    part->frames += frames;
    gph_part_add_up(part);
    return gph_part_flush(part);
}

/* A file that somebody cut is found out before a write makes a hole of what is missing. */
static void
see_length(gph_part *part, const gph_part_file *file)
{
    const gph_file_system *files = part->plan->files;
    int64_t size = files->size(files->user, gph_output_file(file->output));
    if (size < 0 || size >= file->written)
        return;
    int64_t frame = (int64_t)part->width * gph_sample_bytes(part->plan->output.format.sample);
    int64_t left = frame && size > file->empty ? (size - file->empty) / frame : 0;
    if (!atomic_load(&part->lost) || left < part->left)
        part->left = left;
    atomic_store(&part->lost, -ENODATA);
}

void
gph_part_see_lengths(gph_part *part)
{
    for (uint32_t n = 0; n < part->n_files; n++)
        see_length(part, &part->files[n]);
}

int
gph_part_flush(gph_part *part)
{
    int error = 0;
    gph_part_see_lengths(part);
    if (atomic_load(&part->lost) == -ENODATA)
        return -ENODATA;
    for (uint32_t n = 0; n < part->n_files; n++) {
        gph_part_file *file = &part->files[n];
        int one = gph_output_flush(file->output);
        error = one && !error ? one : error;
        if (one)
            continue;
        file->written = gph_output_bytes(file->output);
        gph_part_file_reserve(file);
    }
    part->flushed = error ? part->flushed : part->frames;
    return error;
}

bool
gph_part_is_spoilt(const gph_part *part)
{
    for (uint32_t n = 0; n < part->n_files; n++)
        if (part->files[n].spoilt)
            return true;
    return false;
}

void
gph_part_gap(gph_part *part, int64_t frames, int64_t left, bool dropped)
{
    gph_take_gap *last = part->n_gaps ? &part->gaps[part->n_gaps - 1] : NULL;
    if (last && last->position + last->frames == part->frames && !last->dropped == !dropped) {
        last->frames += frames;
        return;
    }
    gph_journal_gap(part->journal, part->frames, left, dropped);
    if (part->n_gaps < GPH_PART_NOTES)
        part->gaps[part->n_gaps++] = (gph_take_gap){part->frames, frames, dropped};
}

void
gph_part_begins_late(gph_part *part, int64_t frames, bool dropped)
{
    part->head = frames;
    part->head_dropped = dropped;
    gph_journal_gap(part->journal, -frames, frames, dropped);
}

void
gph_part_set_tail(gph_part *part, int64_t frames, bool dropped)
{
    part->tail = frames > 0 ? frames : 0;
    part->tail_dropped = dropped;
    if (part->tail)
        gph_journal_gap(part->journal, part->frames, part->tail, dropped);
}

void
gph_part_ends_early(gph_part *part, int64_t frames, bool dropped)
{
    gph_part_set_tail(part, part->tail + frames, dropped);
}

void
gph_part_ends(const gph_part *part, gph_take_gap *head, gph_take_gap *tail)
{
    *head = (gph_take_gap){-part->head, part->head, part->head_dropped};
    *tail = (gph_take_gap){part->frames, part->tail, part->tail_dropped};
}

bool
gph_part_has_room(const gph_part *part)
{
    return part->n_gaps < GPH_PART_NOTES;
}

bool
gph_part_cue(gph_part *part, int64_t position)
{
    gph_journal_cue(part->journal, position);
    if (part->n_cues == GPH_PART_NOTES)
        return false;
    part->cues[part->n_cues++] = position;
    return true;
}

int64_t
gph_part_frames(const gph_part *part)
{
    return part->frames;
}

int64_t
gph_part_bytes(const gph_part *part)
{
    int64_t most = 0;
    for (uint32_t n = 0; n < part->n_files; n++) {
        int64_t bytes = gph_output_bytes(part->files[n].output);
        most = bytes > most ? bytes : most;
    }
    return most;
}

void
gph_part_sums(const gph_part *part, int64_t *clipped, int64_t *not_finite)
{
    *clipped = part->clipped;
    *not_finite = part->not_finite;
}

const gph_channel_sums *
gph_part_channel_sums(const gph_part *part, uint32_t channel)
{
    return &part->files[channel / part->width].sums[channel % part->width];
}

const char *
gph_part_name(const gph_part *part)
{
    return part->files[0].final_name;
}

gph_file
gph_part_handle(const gph_part *part)
{
    return part->files[0].folder;
}

int64_t
gph_part_first(const gph_part *part)
{
    return part->place.first_frame;
}

int64_t
gph_part_reserved(const gph_part *part)
{
    int64_t bytes = 0;
    for (uint32_t n = 0; n < part->n_files; n++) {
        int64_t ahead = part->files[n].reserved - gph_output_bytes(part->files[n].output);
        bytes += ahead > 0 ? ahead : 0;
    }
    return bytes;
}

uint32_t
gph_part_take_cues(gph_part *part, int64_t from, int64_t *cues, uint32_t room)
{
    uint32_t n = 0;
    for (uint32_t c = 0; c < part->n_cues && n < room; c++)
        if (part->cues[c] >= from)
            cues[n++] = part->cues[c];
    part->n_cues -= n;
    return n;
}

int
gph_part_is_lost(const gph_part *part, int64_t *left)
{
    *left = part->left;
    return atomic_load(&part->lost);
}

const gph_part_plan *
gph_part_plan_of(const gph_part *part)
{
    return part->plan;
}

const char *
gph_part_below(const gph_part *part)
{
    return part->files[0].relative;
}

const char *
gph_part_part_name(const gph_part *part)
{
    return part->files[0].part_name;
}

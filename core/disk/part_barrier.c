/* What makes the files of a part last: headers that promise no more than is there, syncs, the points
 * to which they can be cut, the end. [writer; sync, complete: barrier] */
#include "part_state.h"

#include <errno.h>
#include <string.h>

int
gph_part_make_header(gph_part *part)
{
    for (uint32_t n = 0; n < part->n_files; n++) {
        int error = gph_output_make_header(part->files[n].output);
        if (error)
            return error;
        gph_part_file_note_sums(&part->files[n], GPH_OUTPUT_MADE);
    }
    part->points[GPH_OUTPUT_MADE] = part->frames;
    return 0;
}

/* Whether each name still leads to the file that we write. */
static void
see_names(gph_part *part)
{
    const gph_file_system *files = part->plan->files;
    for (uint32_t n = 0; n < part->n_files; n++) {
        const gph_part_file *file = &part->files[n];
        if (file->renamed)
            continue;
        int still = files->is_still(files->user, file->folder, file->part_name,
                                    gph_output_file(file->output));
        int none = 0;
        if (still == -ENOENT)
            atomic_compare_exchange_strong(&part->lost, &none, still);
    }
}

int
gph_part_sync(gph_part *part, bool header)
{
    const gph_file_system *files = part->plan->files;
    for (uint32_t n = 0; n < part->n_files && !atomic_load(&part->sync_error); n++) {
        int error = files->sync_data(files->user, gph_output_file(part->files[n].output));
        if (error)
            atomic_store(&part->sync_error, error);
    }
    see_names(part);
    int error = atomic_load(&part->sync_error);
    /* What an encoder still holds is on no disk. */
    if (!error && header && part->journal && gph_part_can_cut(part))
        gph_journal_sync(part->journal, part->points[GPH_OUTPUT_MADE]);
    return error;
}

int
gph_part_write_header(gph_part *part)
{
    for (uint32_t n = 0; n < part->n_files; n++) {
        int error = gph_output_write_header(part->files[n].output);
        if (error)
            return error;
    }
    return 0;
}

void
gph_part_keep(gph_part *part)
{
    for (uint32_t n = 0; n < part->n_files; n++) {
        gph_part_file *file = &part->files[n];
        gph_output_keep(file->output);
        memcpy(file->points[GPH_OUTPUT_SAFE], file->points[GPH_OUTPUT_MADE],
               file->width * sizeof *file->sums);
    }
    part->points[GPH_OUTPUT_SAFE] = part->points[GPH_OUTPUT_MADE];
}

int
gph_part_mark(gph_part *part)
{
    part->points[GPH_OUTPUT_MARK] = -1;
    for (uint32_t n = 0; n < part->n_files; n++) {
        int error = gph_output_mark(part->files[n].output);
        if (error)
            return error;
        gph_part_file_note_sums(&part->files[n], GPH_OUTPUT_MARK);
    }
    part->points[GPH_OUTPUT_MARK] = part->frames;
    return 0;
}

int64_t
gph_part_point(const gph_part *part, gph_output_point point)
{
    return part->points[point];
}

bool
gph_part_can_cut(const gph_part *part)
{
    return gph_output_can_cut(part->files[0].output);
}

bool
gph_part_is_synced(const gph_part *part)
{
    for (uint32_t n = 0; n < part->n_files; n++)
        if (!part->files[n].synced)
            return false;
    return true;
}

int
gph_part_sync_error(const gph_part *part)
{
    return atomic_load(&part->sync_error);
}

/* What lies behind the end is noted once more where the sound is. */
static void
forget_notes(gph_part *part)
{
    while (part->n_gaps && part->gaps[part->n_gaps - 1].position >= part->frames)
        part->n_gaps--;
    gph_take_gap *last = part->n_gaps ? &part->gaps[part->n_gaps - 1] : NULL;
    if (last && last->position + last->frames > part->frames)
        last->frames = part->frames - last->position;
    while (part->n_cues && part->cues[part->n_cues - 1] >= part->frames)
        part->n_cues--;
}

void
gph_part_cut(gph_part *part, gph_output_point point)
{
    part->cut = (int)point;
    if (part->points[point] < part->frames)
        part->tail = 0;
    part->frames = part->points[point];
    for (uint32_t n = 0; n < part->n_files; n++) {
        gph_part_file *file = &part->files[n];
        memcpy(file->sums, file->points[point], file->width * sizeof *file->sums);
        file->spoilt = 0;
        file->synced = false; /* others of the part may have come further */
        /* Shorter than this only somebody else makes it. */
        int64_t bytes = gph_output_bytes_at(file->output, point);
        file->written = bytes < file->written ? bytes : file->written;
    }
    gph_part_add_up(part);
    forget_notes(part);
}

int
gph_part_look(gph_part *part)
{
    gph_part_see_lengths(part);
    return atomic_load(&part->lost);
}

void
gph_part_shorten(gph_part *part)
{
    if (atomic_load(&part->lost) != -ENODATA || part->left >= part->frames)
        return;
    part->frames = part->left;
    part->tail = 0;
    forget_notes(part);
}

void
gph_part_goes_on_elsewhere(gph_part *part, int64_t frame)
{
    part->resumed = frame;
}

void
gph_part_accept(gph_part *part)
{
    for (uint32_t n = 0; n < part->n_files; n++)
        part->files[n].unsynced = true;
}

void
gph_part_drop(gph_part *part)
{
    part->dropped = true;
}

bool
gph_part_is_dropped(const gph_part *part)
{
    return part->dropped;
}

static void
add_place(gph_part *part, int64_t position, int64_t gap)
{
    if (part->n_places < GPH_CUES_MOST)
        part->places[part->n_places++] = (gph_cue){(uint64_t)position, gap};
}

/* Gaps and marks as the file is to tell them. */
static void
find_places(gph_part *part)
{
    uint32_t c = 0;
    part->n_places = 0;
    if (part->head)
        add_place(part, 0, part->head);
    for (uint32_t g = 0; g < part->n_gaps; g++) {
        for (; c < part->n_cues && part->cues[c] < part->gaps[g].position; c++)
            add_place(part, part->cues[c], 0);
        add_place(part, part->gaps[g].position, part->gaps[g].frames);
    }
    for (; c < part->n_cues; c++)
        add_place(part, part->cues[c], 0);
    if (part->tail)
        add_place(part, part->frames, part->tail);
}

int
gph_part_complete(gph_part *part)
{
    int error = 0;
    int sync_error = atomic_load(&part->sync_error);
    see_names(part);
    gph_part_see_lengths(part);
    if (!part->dropped)
        gph_journal_end(part->journal, part->frames);
    find_places(part);
    for (uint32_t n = 0; n < part->n_files; n++) {
        gph_part_file *file = &part->files[n];
        int lost = atomic_load(&part->lost);
        int one = 0;
        /* What has the name now is somebody else's. */
        if (lost == -ENOENT)
            continue;
        /* Ending a file that was cut would put silence where its sound was. */
        file->synced = file->synced || lost == -ENODATA;
        if (part->dropped)
            gph_part_file_undo(file);
        else
            one =
                gph_part_file_complete(file, part->places, part->n_places, part->cut, &sync_error);
        error = one && !error ? one : error;
    }
    atomic_store(&part->sync_error, sync_error);
    if (!error && part->journal)
        gph_part_end_journal(part);
    return error;
}

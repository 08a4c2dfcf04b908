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

/* What lies behind the end is noted once more where the sound is, but for a gap after which there is
 * none of this part. */
static void
forget_notes(gph_part *part)
{
    bool keeps = part->ends_in_gap;
    while (part->n_gaps && part->gaps[part->n_gaps - 1].position >= part->frames + keeps)
        part->n_gaps--;
    while (part->n_cues && part->cues[part->n_cues - 1] >= part->frames)
        part->n_cues--;
    while (part->n_places && (int64_t)part->places[part->n_places - 1].position >= part->frames)
        part->n_places--;
}

void
gph_part_cut(gph_part *part, gph_output_point point)
{
    part->cut = (int)point;
    part->frames = part->points[point];
    for (uint32_t n = 0; n < part->n_files; n++) {
        gph_part_file *file = &part->files[n];
        memcpy(file->sums, file->points[point], file->width * sizeof *file->sums);
        file->spoilt = 0;
        file->synced = false; /* others of the part may have come further */
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
    forget_notes(part);
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

int
gph_part_complete(gph_part *part)
{
    int error = 0;
    int sync_error = atomic_load(&part->sync_error);
    see_names(part);
    /* What is cut on purpose may be so since an earlier try. */
    if (part->cut < 0)
        gph_part_see_lengths(part);
    if (!part->dropped)
        gph_journal_end(part->journal, part->frames);
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

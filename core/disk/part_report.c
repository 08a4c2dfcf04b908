/* What is told of the files of a part, to the journal and to whoever asked for them. [writer, barrier] */
#include "part_state.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *
copy_of(const void *from, size_t bytes)
{
    void *copy = bytes ? malloc(bytes) : NULL;
    if (copy)
        memcpy(copy, from, bytes);
    return copy;
}

static int64_t
least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* Frames that a file has for certain: what no disk has taken is in none. */
static int64_t
frames_of(gph_part *part, const gph_part_file *file)
{
    bool whole = file->synced || part->cut >= 0 || atomic_load(&part->lost);
    return whole ? part->frames : least(part->flushed, part->frames);
}

/* The gaps of a file, but for what is in another part; and where it ends before its part does, what it
 * lacks. */
static void
report_gaps(const gph_part *part, gph_take_file *about)
{
    gph_take_gap *gaps = calloc((size_t)part->n_gaps + 2, sizeof *gaps);
    int64_t inner = least(about->frames, part->resumed);
    int64_t end = least(part->frames + part->tail, part->resumed);
    bool dropped = about->frames < part->frames || part->tail_dropped;
    uint32_t n = 0;
    if (gaps && part->head)
        gaps[n++] = (gph_take_gap){-part->head, part->head, part->head_dropped};
    for (uint32_t g = 0; gaps && g < part->n_gaps && part->gaps[g].position < inner; g++) {
        gph_take_gap gap = part->gaps[g];
        gap.frames = least(gap.frames, inner - gap.position);
        gaps[n++] = gap;
    }
    if (gaps && end > about->frames)
        gaps[n++] = (gph_take_gap){about->frames, end - about->frames, dropped};
    if (n)
        about->gaps = gaps;
    else
        free(gaps);
    about->n_gaps = n;
}

/* Fills in the description and hands it over. */
static void
report(gph_part *part, gph_part_file *file, const char *error)
{
    gph_take_file *about = file->about;
    file->about = NULL;
    gph_format_text(part->plan->output.format, about->format, sizeof about->format);
    about->take = part->place.take;
    about->part = part->place.part;
    about->channel = file->channel;
    about->channels = part->width;
    about->rate = part->plan->output.rate;
    about->first_frame = part->place.first_frame;
    about->frames = frames_of(part, file);
    about->bytes = gph_output_bytes(file->output);
    for (uint32_t c = 0; c < part->width; c++) {
        about->peak[c] = file->sums[c].peak;
        about->rms[c] = gph_channel_rms(&file->sums[c], about->frames);
        about->clipped += file->sums[c].clipped;
        about->not_finite += file->sums[c].not_finite;
    }
    report_gaps(part, about);
    about->cues = copy_of(part->cues, part->n_cues * sizeof *part->cues);
    about->n_cues = about->cues ? part->n_cues : 0;
    about->error = error ? strdup(error) : NULL;
    part->plan->report(part->plan->report_user, about);
}

const char *
gph_part_fault(const gph_part *part, const gph_part_file *file, char *text, size_t size)
{
    char reason[100];
    int lost = atomic_load(&part->lost);
    if (lost == -ENODATA)
        snprintf(text, size, "somebody cut it while it was written; %lld frames are left",
                 (long long)part->left);
    else if (lost)
        snprintf(text, size, "somebody deleted or renamed it while it was written");
    else if (file->spoilt)
        snprintf(text, size, "the sound ends early: %s",
                 gph_file_error(file->spoilt, reason, sizeof reason));
    else if (!file->renamed && !file->synced && part->points[GPH_OUTPUT_SAFE] < part->frames)
        snprintf(text, size,
                 "not completed: %s; what is not on the disk for certain begins at frame %lld",
                 gph_file_error(file->failed, reason, sizeof reason),
                 (long long)part->points[GPH_OUTPUT_SAFE]);
    else if (!file->renamed || !file->synced)
        snprintf(text, size, "not completed: %s",
                 gph_file_error(file->failed, reason, sizeof reason));
    else
        return *part->blame ? part->blame : NULL;
    return text;
}

void
gph_part_blame(gph_part *part, const char *text)
{
    snprintf(part->blame, sizeof part->blame, "%s", text);
}

void
gph_part_end_journal(gph_part *part)
{
    bool whole = true;
    for (uint32_t n = 0; n < part->n_files && !part->dropped; n++) {
        const gph_part_file *file = &part->files[n];
        char text[200];
        const char *fault = gph_part_fault(part, file, text, sizeof text);
        int lost = atomic_load(&part->lost);
        if (fault)
            gph_journal_error(part->journal,
                              lost           ? lost
                              : file->spoilt ? file->spoilt
                                             : file->failed,
                              fault);
        whole = whole && !fault;
    }
    if (part->dropped)
        gph_journal_undo(part->journal);
    else
        gph_journal_close(part->journal, part->frames, whole);
    part->journal = NULL;
}

void
gph_part_finish(gph_part *part)
{
    int64_t before = part->frames;
    int64_t end = least(before + part->tail, part->resumed);
    gph_part_shorten(part);
    if (part->frames < before)
        gph_part_set_tail(part, end - part->frames, true);
    if (part->journal)
        gph_part_end_journal(part);
    for (uint32_t n = 0; n < part->n_files && !part->dropped; n++) {
        gph_part_file *file = &part->files[n];
        char text[200];
        const char *fault = gph_part_fault(part, file, text, sizeof text);
        gph_part_file_path(file, file->about);
        report(part, file, fault);
    }
    gph_part_free(part);
}

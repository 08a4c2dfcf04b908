/* How a writer goes on where another has died. [writer] */
#include "writer_inherit.h"

#include "journal_read.h"
#include "part_file.h"
#include "recover.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One part being taken over. */
typedef struct heritage {
    const gph_writer *writer;
    const gph_memo_part *part;
    const gph_part_plan *plan;
    const gph_channel_sums *sums; /* of its channels; NULL: not known */
    gph_journal_facts facts;
    int64_t kept; /* frames in the file that has fewest; -1: none was seen */
    bool told;    /* a file was reported, with its gaps */
    bool failed;  /* a file stays as it was */
} heritage;

static char *
path_of(const gph_recover_found *found)
{
    const char *name = *found->became ? found->became : found->name;
    size_t size = strlen(found->folder) + strlen(name) + 2;
    char *path = malloc(size);
    if (path)
        snprintf(path, size, "%s%s%s", found->folder,
                 found->folder[strlen(found->folder) - 1] == '/' ? "" : "/", name);
    return path;
}

static void
add_gap(gph_take_file *about, int64_t position, int64_t frames, bool dropped)
{
    if (about->gaps && frames > 0)
        about->gaps[about->n_gaps++] = (gph_take_gap){position, frames, dropped};
}

/* Gaps and cues as the journal has them, but none behind the end: whoever goes on there notes them once
 * more. What is missing at the ends the dead writer has noted, and behind the last frame only if all are
 * there. */
static void
copy_notes(const heritage *h, gph_take_file *about)
{
    const gph_journal_facts *facts = &h->facts;
    const gph_memo_part *part = h->part;
    about->gaps = calloc((size_t)facts->n_notes + 2, sizeof *about->gaps);
    about->cues = calloc((size_t)facts->n_notes + 1, sizeof *about->cues);
    add_gap(about, part->head.position, part->head.frames, part->head.dropped);
    for (uint32_t n = 0; about->gaps && about->cues && n < facts->n_notes; n++) {
        const gph_journal_note *note = &facts->notes[n];
        int64_t left = about->frames - note->at;
        if (note->at >= 0 && note->frames)
            add_gap(about, note->at, gph_least(note->frames, left), note->dropped);
        else if (note->at >= 0 && left >= 0)
            about->cues[about->n_cues++] = note->at;
    }
    if (part->role == GPH_MEMO_CLOSED && about->frames == part->frames)
        add_gap(about, about->frames, part->tail.frames, part->tail.dropped);
}

/* The one who saw the samples is dead; what it noted of them is true if the file is as long as it was then. */
static void
copy_sums(const heritage *h, gph_take_file *about)
{
    bool known = h->sums && about->frames == h->part->frames;
    for (uint32_t c = 0; about->peak && about->rms && c < about->channels; c++) {
        const gph_channel_sums *sums =
            known ? &h->sums[about->channel ? about->channel - 1 : c] : NULL;
        about->peak[c] = sums ? sums->peak : NAN;
        about->rms[c] = sums ? gph_channel_rms(sums, about->frames) : NAN;
        about->clipped += sums ? sums->clipped : 0;
        about->not_finite += sums ? sums->not_finite : 0;
    }
}

/* The description that the dead writer would have given. */
static void
report(heritage *h, const gph_recover_found *found)
{
    const gph_memo_part *part = h->part;
    gph_take_file *about = calloc(1, sizeof *about);
    if (!about)
        return;
    h->told = true;
    const gph_journal_entry *entry = gph_journal_find(&h->facts, part->below, found->name);
    about->path = path_of(found);
    about->take = part->take.number;
    about->part = h->facts.has_about ? h->facts.part : part->take.part_number;
    about->channel = entry ? entry->channel : 0;
    about->channels = about->channel ? 1 : h->plan->output.channels;
    about->rate = h->plan->output.rate;
    about->first_frame = part->first;
    about->frames = found->frames > 0 ? found->frames : 0;
    about->peak = calloc(about->channels, sizeof *about->peak);
    about->rms = calloc(about->channels, sizeof *about->rms);
    gph_format_text(h->plan->output.format, about->format, sizeof about->format);
    about->bytes =
        about->frames * about->channels * gph_sample_bytes(h->plan->output.format.sample);
    copy_sums(h, about);
    copy_notes(h, about);
    if (found->state != GPH_RECOVER_DONE)
        about->error = strdup(*found->reason ? found->reason : "not completed");
    if (about->path && about->peak && about->rms && about->gaps && about->cues)
        h->plan->report(h->plan->report_user, about);
    else
        gph_take_file_free(about);
}

static void
hear(void *user, const gph_recover_found *found)
{
    heritage *h = user;
    if (found->state == GPH_RECOVER_EMPTY) {
        h->kept = 0;
        return;
    }
    if (found->state == GPH_RECOVER_DONE) {
        h->kept = h->kept < 0 || found->frames < h->kept ? found->frames : h->kept;
        if (h->part->role == GPH_MEMO_AHEAD && !found->frames)
            return;
    } else {
        h->failed = true;
    }
    report(h, found);
}

static void
read_journal(heritage *h, gph_file folder)
{
    const gph_file_system *files = h->plan->files;
    char plain[GPH_NAME_PART + 1];
    char name[GPH_NAME_PART + 1];
    snprintf(plain, sizeof plain, "%s", h->part->name);
    char *end = strrchr(plain, '.');
    if (end)
        *end = '\0';
    gph_journal_name(plain, name, sizeof name);
    gph_file file = files->open_in(files->user, folder, name, false);
    if (file < 0)
        return;
    gph_journal_read(files, file, &h->facts);
    files->close(files->user, file);
}

/* Another writer died after it had completed these files, and before it had noted so. */
static bool
was_recovered(heritage *h, const char *path)
{
    const gph_journal_facts *facts = &h->facts;
    if (!facts->closed || facts->ended < 0)
        return false;
    h->kept = facts->ended;
    for (uint32_t n = 0; n < facts->n_files; n++) {
        const gph_journal_entry *entry = &facts->files[n];
        const gph_recover_found found = {
            .state = GPH_RECOVER_DONE,
            .folder = path,
            .name = entry->part_name,
            .became = entry->recovered ? entry->recovered : "",
            .frames = facts->ended,
        };
        if (entry->recovered)
            report(h, &found);
    }
    return true;
}

/* Completes what the dead writer had begun; its locks are gone with it. */
static void
recover(heritage *h)
{
    const gph_part_plan *plan = h->plan;
    const gph_memo_part *part = h->part;
    const gph_file_system *files = plan->files;
    char path[2 * GPH_NAME_PATH];
    snprintf(path, sizeof path, "%s%s%s", plan->name->root, *part->below ? "/" : "", part->below);
    gph_file root = files->open_folder(files->user, plan->name->root);
    gph_file folder = root < 0 ? root : files->open_beneath(files->user, root, part->below, false);
    if (root >= 0)
        files->close(files->user, root);
    if (folder < 0) {
        h->failed = true;
        return;
    }
    read_journal(h, folder);
    const gph_recover_options options = {
        .files = files,
        .nameless = true,
        .most_frames = part->role == GPH_MEMO_CLOSED ? -1 : part->frames,
        .found = hear,
        .user = h,
    };
    if (!was_recovered(h, path) && gph_recover_part(&options, folder, path, part->name) < 0)
        h->failed = true;
    files->close(files->user, folder);
}

/* The first frame that is in no file and no list: what is missing before a part that left no file is in none. */
static int64_t
listed(const gph_memo_part *part, int64_t kept, bool told)
{
    return kept || told ? part->first + kept : part->first - part->head.frames;
}

/* What a closed part has not kept is written once more. */
static void
make_good(gph_writer *writer, const gph_memo_part *part, int64_t kept, bool told)
{
    bool all = kept >= part->frames && listed(part, kept, told) >= part->first;
    if (all || writer->n_rescues == GPH_WRITER_RESCUES)
        return;
    gph_take *rescue = &writer->rescues[writer->n_rescues++];
    *rescue = part->take;
    rescue->stop = part->take.clock;
    rescue->clock = part->first + kept;
    rescue->graph = gph_timeline_graph_of(&writer->timeline, rescue->clock);
    rescue->flushed = rescue->graph;
    rescue->listed = listed(part, kept, told);
    rescue->active = true;
    rescue->closing = rescue->last = rescue->noted = rescue->parted = false;
}

/* The take that had been writing this part goes on behind it. */
static void
go_on(gph_writer *writer, const gph_memo_part *part, int64_t kept, bool told)
{
    bool parked = part->role == GPH_MEMO_PARKED;
    gph_take now = writer->take;
    if (parked)
        writer->take = writer->away_take;
    writer->take.frames += kept;
    gph_take_resume(writer, part->first + kept);
    writer->take.listed = listed(part, kept, told);
    if (parked) {
        writer->away_take = writer->take;
        writer->take = now;
    }
}

bool
gph_writer_take_over(gph_writer *writer)
{
    writer->left = calloc(1, sizeof *writer->left);
    if (!writer->left || !gph_memo_read(writer, writer->left))
        return false;
    const gph_take *take = &writer->take;
    if (take->active)
        gph_take_counter_remember(writer->plan.takes, take->start, take->number, take->wall_ns);
    for (uint32_t c = 0; c < writer->ring.geometry.channels; c++)
        writer->dither[c] = gph_dither_seed(take->number, c + 1);
    return true;
}

void
gph_writer_inherit(gph_writer *writer)
{
    const gph_memo_parts *parts = writer->left;
    for (uint32_t n = 0; n < parts->n; n++) {
        const gph_memo_part *part = &parts->parts[n];
        heritage h = {.writer = writer, .part = part, .sums = parts->sums[n], .kept = -1};
        h.plan = part->spare && writer->plan.spare.name ? &writer->plan.spare : &writer->plan.part;
        recover(&h);
        /* One of which nothing was found had its last name already. */
        int64_t kept = h.kept < 0 || h.kept > part->frames ? part->frames : h.kept;
        if (part->role == GPH_MEMO_CLOSED)
            make_good(writer, part, kept, h.told);
        else if (part->role != GPH_MEMO_AHEAD)
            go_on(writer, part, kept, h.told);
        if (h.failed)
            gph_writer_say(writer, -EIO, "cannot complete a file of the writer before");
        gph_journal_facts_finish(&h.facts);
    }
    gph_memo_parts_free(writer->left);
    writer->left = NULL;
}

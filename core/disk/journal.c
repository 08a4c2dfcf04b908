/* The journal of a part of a take, being written. [writer; gph_journal_sync from any thread] */
#include "journal.h"

#include "../platform/thread.h"
#include "journal_line.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct gph_journal {
    const gph_file_system *files;
    gph_file folder, file; /* `folder` is the part's */
    bool tells_notes;      /* gaps and cues have no other place */
    bool has_to_tell;
    bool incomplete; /* a line at the beginning was lost */
    gph_lock *lock;  /* of what follows */
    int64_t length;  /* of the file, in whole lines */
    char *waiting;   /* lines that the disk has not taken yet */
    size_t n_waiting, room;
    char name[GPH_NAME_PART + 1];
};

void
gph_journal_name(const char *name, char *text, size_t size)
{
    snprintf(text, size, "%.*s.journal", GPH_NAME_PART - 8, name);
}

/* More than this a disk that takes nothing does not cost us. */
enum { MOST_WAITING = 1 << 20 };

static bool
keep_line(gph_journal *journal, gph_journal_line *line)
{
    if (!gph_journal_line_end(line))
        return false;
    if (line->length > journal->room - journal->n_waiting) {
        size_t room = (journal->n_waiting + line->length) * 2;
        char *waiting = room <= MOST_WAITING ? realloc(journal->waiting, room) : NULL;
        if (!waiting)
            return false;
        journal->waiting = waiting;
        journal->room = room;
    }
    memcpy(journal->waiting + journal->n_waiting, line->text, line->length);
    journal->n_waiting += line->length;
    return true;
}

/* What the disk takes in part is written once more, whole, the next time. */
static int
write_lines(gph_journal *journal)
{
    size_t done = 0;
    while (done < journal->n_waiting) {
        int64_t n =
            journal->files->write_at(journal->files->user, journal->file, journal->waiting + done,
                                     journal->n_waiting - done, journal->length + (int64_t)done);
        if (n <= 0)
            return n ? (int)n : -ENOSPC;
        done += (size_t)n;
    }
    journal->length += (int64_t)done;
    journal->n_waiting = 0;
    return 0;
}

/* Adds a line and brings it to the file; with `sync` to the disk. */
static int
put(gph_journal *journal, gph_journal_line *line, bool sync)
{
    gph_lock_take(journal->lock);
    bool kept = keep_line(journal, line);
    int error = write_lines(journal);
    gph_lock_give(journal->lock);
    if (!error && !kept)
        error = -ENOMEM;
    /* A sync that failed said of this journal's bytes that they may be lost: they are not the
     * sound's, and a line that is lost is only one that was never written. */
    if (!error && sync)
        error = journal->files->sync(journal->files->user, journal->file);
    return error;
}

/* One of the lines at the beginning, which come to the disk together. */
static void
begin_with(gph_journal *journal, gph_journal_line *line)
{
    if (!keep_line(journal, line))
        journal->incomplete = true;
}

static void
say_about(gph_journal *journal, const gph_journal_about *about)
{
    gph_journal_line line;
    char text[GPH_BOOT_ID];
    gph_journal_line_begin(&line, "open");
    gph_journal_line_number(&line, "version", 1);
    gph_journal_line_text(&line, "program", GPH_VERSION);
    gph_format_text(about->format, text, sizeof text);
    gph_journal_line_text(&line, "format", text);
    gph_journal_line_number(&line, "channels", about->channels);
    gph_journal_line_number(&line, "rate", about->rate);
    gph_journal_line_text(&line, "patch", about->patch ? about->patch : "");
    gph_journal_line_text(&line, "node", about->node ? about->node : "");
    gph_boot_id(text);
    gph_journal_line_text(&line, "boot", text);
    gph_journal_line_number(&line, "pid", gph_boot_process());
    gph_journal_line_text(&line, "below", about->below ? about->below : "");
    begin_with(journal, &line);
    gph_journal_line_begin(&line, "start");
    gph_journal_line_number(&line, "take", about->take);
    gph_journal_line_number(&line, "clock", about->start_clock);
    gph_journal_line_number(&line, "wall", about->wall_ns);
    begin_with(journal, &line);
    gph_journal_line_begin(&line, "part");
    gph_journal_line_number(&line, "number", about->part);
    gph_journal_line_number(&line, "first", about->first_frame);
    begin_with(journal, &line);
}

static void
journal_free(gph_journal *journal)
{
    gph_lock_free(journal->lock);
    free(journal->waiting);
    free(journal);
}

int
gph_journal_new(const gph_file_system *files, gph_file folder, const char *name,
                const gph_journal_about *about, gph_journal **result)
{
    gph_journal *journal = calloc(1, sizeof *journal);
    if (!journal || gph_lock_new(&journal->lock)) {
        free(journal);
        return -ENOMEM;
    }
    journal->files = files;
    journal->folder = folder;
    gph_journal_name(name, journal->name, sizeof journal->name);
    journal->tells_notes = !gph_format_has_cues(about->format);
    journal->file = files->create(files->user, folder, journal->name);
    if (journal->file < 0) {
        int error = (int)journal->file;
        journal_free(journal);
        return error;
    }
    say_about(journal, about);
    *result = journal;
    return 0;
}

void
gph_journal_file(gph_journal *journal, const char *below, const char *part_name, uint32_t channel)
{
    gph_journal_line line;
    gph_journal_line_begin(&line, "file");
    gph_journal_line_number(&line, "channel", channel);
    gph_journal_line_text(&line, "name", part_name);
    gph_journal_line_text(&line, "below", below);
    begin_with(journal, &line);
}

int
gph_journal_begin(gph_journal *journal)
{
    const gph_file_system *files = journal->files;
    int error = journal->incomplete ? -ENOMEM : write_lines(journal);
    error = error ? error : files->sync(files->user, journal->file);
    return error ? error : files->sync(files->user, journal->folder);
}

int
gph_journal_sync(gph_journal *journal, int64_t frames)
{
    gph_journal_line line;
    if (!journal)
        return 0;
    gph_journal_line_begin(&line, "sync");
    gph_journal_line_number(&line, "frames", frames);
    return put(journal, &line, true);
}

void
gph_journal_gap(gph_journal *journal, int64_t at, int64_t frames, bool dropped)
{
    gph_journal_line line;
    if (!journal)
        return;
    journal->has_to_tell = journal->has_to_tell || journal->tells_notes;
    gph_journal_line_begin(&line, "gap");
    gph_journal_line_number(&line, "at", at);
    gph_journal_line_number(&line, "frames", frames);
    gph_journal_line_text(&line, "by", dropped ? "ring" : "host");
    put(journal, &line, false);
}

void
gph_journal_cue(gph_journal *journal, int64_t at)
{
    gph_journal_line line;
    if (!journal)
        return;
    journal->has_to_tell = journal->has_to_tell || journal->tells_notes;
    gph_journal_line_begin(&line, "cue");
    gph_journal_line_number(&line, "at", at);
    put(journal, &line, false);
}

void
gph_journal_error(gph_journal *journal, int64_t code, const char *text)
{
    gph_journal_line line;
    if (!journal)
        return;
    journal->has_to_tell = true;
    gph_journal_line_begin(&line, "error");
    gph_journal_line_number(&line, "code", code);
    gph_journal_line_text(&line, "text", text);
    put(journal, &line, true);
}

void
gph_journal_close(gph_journal *journal, int64_t frames, bool whole)
{
    if (!journal)
        return;
    if (whole && !journal->has_to_tell) {
        gph_journal_undo(journal);
        return;
    }
    gph_journal_line line;
    gph_journal_line_begin(&line, "close");
    gph_journal_line_number(&line, "frames", frames);
    gph_journal_line_number(&line, "whole", whole);
    put(journal, &line, true);
    journal->files->close(journal->files->user, journal->file);
    journal_free(journal);
}

void
gph_journal_undo(gph_journal *journal)
{
    if (!journal)
        return;
    journal->files->remove(journal->files->user, journal->folder, journal->name);
    journal->files->close(journal->files->user, journal->file);
    journal_free(journal);
}

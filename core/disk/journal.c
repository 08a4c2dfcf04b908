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
    bool has_end;
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

static gph_journal *
journal_new(const gph_file_system *files, gph_file folder, const char *name)
{
    gph_journal *journal = calloc(1, sizeof *journal);
    if (!journal || gph_lock_new(&journal->lock)) {
        free(journal);
        return NULL;
    }
    journal->files = files;
    journal->folder = folder;
    snprintf(journal->name, sizeof journal->name, "%s", name);
    return journal;
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
    gph_journal_line_text(&line, "boot", about->boot ? about->boot : text);
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
    char own_name[GPH_NAME_PART + 1];
    gph_journal_name(name, own_name, sizeof own_name);
    gph_journal *journal = journal_new(files, folder, own_name);
    if (!journal)
        return -ENOMEM;
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
    /* What cannot be written now is written, and told, with the rest. */
    write_lines(journal);
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
gph_journal_end(gph_journal *journal, int64_t frames)
{
    gph_journal_line line;
    if (!journal || journal->has_end)
        return;
    journal->has_end = true;
    gph_journal_line_begin(&line, "end");
    gph_journal_line_number(&line, "frames", frames);
    put(journal, &line, false);
}

int
gph_journal_close(gph_journal *journal, int64_t frames, bool whole)
{
    if (!journal)
        return 0;
    if (whole && !journal->has_to_tell)
        return gph_journal_undo(journal);
    gph_journal_line line;
    gph_journal_line_begin(&line, "close");
    if (frames >= 0)
        gph_journal_line_number(&line, "frames", frames);
    gph_journal_line_number(&line, "whole", whole);
    int error = put(journal, &line, true);
    gph_journal_leave(journal);
    return error;
}

void
gph_journal_leave(gph_journal *journal)
{
    if (!journal)
        return;
    journal->files->close(journal->files->user, journal->file);
    journal_free(journal);
}

int
gph_journal_undo(gph_journal *journal)
{
    if (!journal)
        return 0;
    const gph_file_system *files = journal->files;
    int error = files->remove(files->user, journal->folder, journal->name);
    gph_journal_leave(journal);
    return error;
}

int
gph_journal_resume(const gph_file_system *files, gph_file folder, const char *name,
                   gph_journal **result)
{
    char last = '\n';
    gph_journal *journal = journal_new(files, folder, name);
    if (!journal)
        return -ENOMEM;
    journal->has_to_tell = true;
    journal->file = files->open_in(files->user, folder, name, true);
    int64_t error = journal->file < 0 ? journal->file : files->size(files->user, journal->file);
    journal->length = error > 0 ? error : 0;
    if (error > 0)
        error = files->read_at(files->user, journal->file, &last, 1, journal->length - 1);
    /* A line that was torn ends here, or the next one would be spoilt by it. */
    if (error >= 0 && last != '\n') {
        journal->waiting = malloc(1);
        journal->room = journal->n_waiting = journal->waiting != NULL;
        if (journal->waiting)
            journal->waiting[0] = '\n';
        else
            error = -ENOMEM;
    }
    if (error < 0) {
        if (journal->file >= 0)
            files->close(files->user, journal->file);
        journal_free(journal);
        return (int)error;
    }
    *result = journal;
    return 0;
}

static void
name_file(gph_journal_line *line, const char *word, const char *below, const char *part_name)
{
    gph_journal_line_begin(line, word);
    gph_journal_line_text(line, "name", part_name);
    gph_journal_line_text(line, "below", below);
}

void
gph_journal_header(gph_journal *journal, const char *below, const char *part_name, int64_t at,
                   const void *bytes, size_t n)
{
    gph_journal_line line;
    name_file(&line, "header", below, part_name);
    gph_journal_line_number(&line, "at", at);
    gph_journal_line_bytes(&line, "was", bytes, n);
    gph_lock_take(journal->lock);
    begin_with(journal, &line);
    gph_lock_give(journal->lock);
}

int
gph_journal_flush(gph_journal *journal)
{
    gph_lock_take(journal->lock);
    int error = journal->incomplete ? -ENOMEM : write_lines(journal);
    gph_lock_give(journal->lock);
    return error ? error : journal->files->sync(journal->files->user, journal->file);
}

int
gph_journal_deed(gph_journal *journal, const char *word, const char *below, const char *part_name,
                 const char *as, int64_t frames, int64_t doubt, int64_t cut)
{
    gph_journal_line line;
    name_file(&line, word, below, part_name);
    gph_journal_line_text(&line, "as", as);
    if (frames >= 0)
        gph_journal_line_number(&line, "frames", frames);
    if (frames >= 0 && doubt + cut > 0) {
        gph_journal_line_number(&line, "doubt", doubt);
        gph_journal_line_number(&line, "cut", cut);
    }
    int error = put(journal, &line, true);
    return error ? error : journal->incomplete ? -ENOMEM : 0;
}

/* What a journal says. All of it is hostile until checked: names must be plain, numbers must be
 * within what a recorder can be. [control] */
#include "journal_read.h"

#include "journal_line.h"

#include <graphophone/module.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
    CHUNK = 65536,
    MOST_LINES = 1 << 26 /* a line a second for two years; nobody's zip bomb */
};

typedef struct reading {
    gph_journal_facts *facts;
    int error;
    bool skipping; /* a line longer than any of ours */
    uint32_t n_lines;
    size_t length;
    char line[GPH_JOURNAL_LINE + 1];
} reading;

static bool
copy_text(reading *r, char **to, const char *text)
{
    char *copy = strdup(text);
    if (!copy) {
        r->error = -ENOMEM;
        return false;
    }
    free(*to);
    *to = copy;
    return true;
}

/* A name in a folder, not a way to somewhere else. */
static bool
is_plain(const char *name)
{
    size_t length = strlen(name);
    return length && length <= GPH_NAME_PART && !strchr(name, '/') && strcmp(name, ".") != 0 &&
           strcmp(name, "..") != 0;
}

static bool
is_part(const char *name)
{
    size_t length = strlen(name);
    return is_plain(name) && length > 5 && !strcmp(name + length - 5, ".part");
}

static void
take_about(reading *r, const gph_journal_words *words)
{
    gph_journal_facts *facts = r->facts;
    gph_format format;
    char text[400];
    int64_t channels;
    int64_t rate;
    if (!gph_format_find(gph_journal_words_text(words, "format"), "x", false, &format, text,
                         sizeof text) ||
        !gph_journal_words_number(words, "channels", false, &channels) ||
        !gph_journal_words_number(words, "rate", false, &rate) || channels < 1 ||
        channels > GPH_MAX_CHANNELS || rate < 1 || rate > INT32_MAX)
        return;
    if (!copy_text(r, &facts->patch, gph_journal_words_text(words, "patch")) ||
        !copy_text(r, &facts->node, gph_journal_words_text(words, "node")) ||
        !copy_text(r, &facts->below, gph_journal_words_text(words, "below")))
        return;
    facts->format = format;
    facts->channels = (uint32_t)channels;
    facts->rate = (uint32_t)rate;
    const char *boot = gph_journal_words_text(words, "boot");
    facts->boot[0] = '\0';
    if (strlen(boot) < sizeof facts->boot)
        memcpy(facts->boot, boot, strlen(boot) + 1);
    facts->has_about = true;
}

static void
take_numbers(gph_journal_facts *facts, const gph_journal_words *words, bool start)
{
    int64_t number;
    if (gph_journal_words_number(words, start ? "take" : "number", false, &number) &&
        number <= UINT32_MAX)
        *(start ? &facts->take : &facts->part) = (uint32_t)number;
    gph_journal_words_number(words, start ? "clock" : "first", true,
                             start ? &facts->start_clock : &facts->first_frame);
    if (start)
        gph_journal_words_number(words, "wall", true, &facts->wall_ns);
}

static void
take_file(reading *r, const gph_journal_words *words)
{
    gph_journal_facts *facts = r->facts;
    const char *name = gph_journal_words_text(words, "name");
    const char *below = gph_journal_words_text(words, "below");
    int64_t channel = 0;
    if (!is_part(name) || gph_journal_find(facts, below, name) ||
        facts->n_files == GPH_MAX_CHANNELS)
        return;
    gph_journal_words_number(words, "channel", false, &channel);
    if (facts->n_files == facts->room) {
        uint32_t room = facts->room * 2 + 4;
        gph_journal_entry *files = realloc(facts->files, room * sizeof *files);
        if (!files) {
            r->error = -ENOMEM;
            return;
        }
        facts->files = files;
        facts->room = room;
    }
    gph_journal_entry *entry = &facts->files[facts->n_files];
    *entry = (gph_journal_entry){.channel = channel <= GPH_MAX_CHANNELS ? (uint32_t)channel : 0};
    facts->n_files++;
    if (copy_text(r, &entry->part_name, name))
        copy_text(r, &entry->below, below);
}

static void
take_note(reading *r, const gph_journal_words *words, bool gap)
{
    gph_journal_facts *facts = r->facts;
    gph_journal_note note = {0, 0, !strcmp(gph_journal_words_text(words, "by"), "ring")};
    if (facts->n_notes == GPH_JOURNAL_NOTES ||
        !gph_journal_words_number(words, "at", gap, &note.at) ||
        (gap && (!gph_journal_words_number(words, "frames", false, &note.frames) || !note.frames)))
        return;
    if (!facts->notes)
        facts->notes = calloc(GPH_JOURNAL_NOTES, sizeof *facts->notes);
    if (facts->notes)
        facts->notes[facts->n_notes++] = note;
    else
        r->error = -ENOMEM;
}

/* What an earlier recovery did to a file. */
static void
take_deed(reading *r, const gph_journal_words *words, const char *word)
{
    const char *below = gph_journal_words_text(words, "below");
    const char *name = gph_journal_words_text(words, "name");
    gph_journal_entry *entry = gph_journal_find(r->facts, below, name);
    const char *as = gph_journal_words_text(words, "as");
    if (!entry || !is_plain(as))
        return;
    copy_text(r,
              !strcmp(word, "becomes") ? &entry->becomes
              : !strcmp(word, "fresh") ? &entry->fresh
                                       : &entry->recovered,
              as);
}

static void
take_line(reading *r)
{
    gph_journal_facts *facts = r->facts;
    gph_journal_words words;
    int64_t frames;
    r->line[r->length] = '\0';
    if (r->skipping || !gph_journal_words_of(r->line, r->length, &words)) {
        facts->n_damaged++;
        return;
    }
    facts->is_journal = true;
    const char *word = words.word;
    if (!strcmp(word, "open"))
        take_about(r, &words);
    else if (!strcmp(word, "start") || !strcmp(word, "part"))
        take_numbers(facts, &words, *word == 's');
    else if (!strcmp(word, "file"))
        take_file(r, &words);
    else if (!strcmp(word, "gap") || !strcmp(word, "cue"))
        take_note(r, &words, *word == 'g');
    else if (!strcmp(word, "becomes") || !strcmp(word, "fresh") || !strcmp(word, "recovered"))
        take_deed(r, &words, word);
    else if (!strcmp(word, "error"))
        facts->n_errors++;
    else if (!strcmp(word, "close") && gph_journal_words_number(&words, "whole", false, &frames))
        facts->closed = frames == 1;
    else if (!strcmp(word, "end") && gph_journal_words_number(&words, "frames", false, &frames))
        facts->ended = frames;
    else if (!strcmp(word, "sync") && gph_journal_words_number(&words, "frames", false, &frames) &&
             frames > facts->synced)
        facts->synced = frames;
}

static void
take_bytes(reading *r, const char *bytes, size_t n)
{
    for (size_t i = 0; i < n && !r->error; i++) {
        if (bytes[i] == '\n') {
            take_line(r);
            r->length = 0;
            r->skipping = false;
            if (++r->n_lines == MOST_LINES)
                r->error = -EFBIG;
        } else if (r->length < GPH_JOURNAL_LINE) {
            r->line[r->length++] = bytes[i];
        } else {
            r->skipping = true;
        }
    }
}

int
gph_journal_read(const gph_file_system *files, gph_file file, gph_journal_facts *facts)
{
    *facts = (gph_journal_facts){.synced = -1, .ended = -1};
    reading *r = calloc(1, sizeof *r);
    char *chunk = malloc(CHUNK);
    int64_t n = r && chunk ? 1 : -ENOMEM;
    for (int64_t at = 0; n > 0 && !r->error; at += n) {
        if (at == 0)
            r->facts = facts;
        n = files->read_at(files->user, file, chunk, CHUNK, at);
        take_bytes(r, chunk, n > 0 ? (size_t)n : 0);
    }
    int error = n < 0 ? (int)n : r->error;
    /* What no newline ends was never finished. */
    if (!error && (r->length || r->skipping))
        facts->n_damaged++;
    free(chunk);
    free(r);
    return error;
}

void
gph_journal_facts_finish(gph_journal_facts *facts)
{
    for (uint32_t n = 0; n < facts->n_files; n++) {
        free(facts->files[n].below);
        free(facts->files[n].part_name);
        free(facts->files[n].becomes);
        free(facts->files[n].fresh);
        free(facts->files[n].recovered);
    }
    free(facts->files);
    free(facts->notes);
    free(facts->patch);
    free(facts->node);
    free(facts->below);
    *facts = (gph_journal_facts){.synced = -1, .ended = -1};
}

gph_journal_entry *
gph_journal_find(const gph_journal_facts *facts, const char *below, const char *part_name)
{
    for (uint32_t n = 0; n < facts->n_files; n++) {
        gph_journal_entry *entry = &facts->files[n];
        if (entry->part_name && entry->below && !strcmp(entry->part_name, part_name) &&
            !strcmp(entry->below, below))
            return entry;
    }
    return NULL;
}

/* A line of a journal: making it, and taking it apart. [writer, control] */
#ifndef GPH_DISK_JOURNAL_LINE_H
#define GPH_DISK_JOURNAL_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { GPH_JOURNAL_LINE = 4096, GPH_JOURNAL_FIELDS = 24 };

/* A line being made; too much of it makes it fail. */
typedef struct gph_journal_line {
    size_t length;
    bool full;
    char text[GPH_JOURNAL_LINE];
} gph_journal_line;

void gph_journal_line_begin(gph_journal_line *line, const char *word);
void gph_journal_line_number(gph_journal_line *line, const char *key, int64_t value);
void gph_journal_line_text(gph_journal_line *line, const char *key, const char *value);
void gph_journal_line_bytes(gph_journal_line *line, const char *key, const void *bytes, size_t n);
/* Adds check and newline; false: it did not fit. */
bool gph_journal_line_end(gph_journal_line *line);

/* A line taken apart; the texts stand in the bytes that were given. */
typedef struct gph_journal_words {
    const char *word;
    uint32_t n_fields;
    struct {
        const char *key, *value;
    } fields[GPH_JOURNAL_FIELDS];
} gph_journal_words;

/* `line` without its newline, ended by NUL; it is changed. False: it does not check. */
bool gph_journal_words_of(char *line, size_t length, gph_journal_words *words);
/* "" where there is no such field. */
const char *gph_journal_words_text(const gph_journal_words *words, const char *key);
/* False: there is no such field, or it is no number of 0 to INT64_MAX (below 0 too with `sign`). */
bool gph_journal_words_number(const gph_journal_words *words, const char *key, bool sign,
                              int64_t *value);

uint32_t gph_journal_crc(const void *bytes, size_t n);

#endif

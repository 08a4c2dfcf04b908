/* What a journal says, read line by line from whatever a crash has left of it. [control] */
#ifndef GPH_DISK_JOURNAL_READ_H
#define GPH_DISK_JOURNAL_READ_H

#include "journal.h"

/* A file that the part has. */
typedef struct gph_journal_entry {
    char *below;     /* its folder below the root of the recorder's names */
    char *part_name; /* in that folder; a plain name that ends in `.part` */
    char *becomes;   /* what a decoded one is or was to be called, or NULL */
    char *fresh;     /* what it was decoded into, or NULL */
    char *recovered; /* what it is called since it was recovered, or NULL */
    uint32_t channel;
} gph_journal_entry;

typedef struct gph_journal_note {
    int64_t at, frames; /* frames of a gap; 0: a cue */
    bool dropped;
} gph_journal_note;

enum { GPH_JOURNAL_NOTES = 2000 }; /* that are kept: as many as a file has room for */

typedef struct gph_journal_facts {
    bool is_journal; /* at least one line checks */
    bool has_about;  /* the line `open` does, and makes sense */
    bool closed;     /* nothing is left to be done */
    gph_format format;
    uint32_t channels, rate;
    char boot[GPH_BOOT_ID];
    char *patch, *node, *below; /* never NULL with has_about */
    uint32_t take, part;
    int64_t wall_ns, start_clock, first_frame;
    int64_t synced; /* frames that were on the disk; -1: it does not say */
    int64_t ended;  /* frames of sound in its files; -1: it does not say */
    uint32_t n_errors;
    uint32_t n_damaged; /* lines that do not check */
    uint32_t n_files, room;
    gph_journal_entry *files;
    uint32_t n_notes;
    gph_journal_note *notes;
} gph_journal_facts;

/* 0, or below 0 (negated errno) if the file cannot be read or memory is out. Finish it in any case. */
int gph_journal_read(const gph_file_system *files, gph_file file, gph_journal_facts *facts);
void gph_journal_facts_finish(gph_journal_facts *facts);
/* The entry of a `.part` in a folder below the root, or NULL. */
gph_journal_entry *gph_journal_find(const gph_journal_facts *facts, const char *below,
                                    const char *part_name);

#endif

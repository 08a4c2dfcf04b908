/* The inside of a recovery: what its files share. [control] */
#ifndef GPH_DISK_RECOVER_STATE_H
#define GPH_DISK_RECOVER_STATE_H

#include "journal_read.h"
#include "recover.h"

#include <graphophone/module.h>

/* One file being recovered. */
typedef struct gph_recovery {
    const gph_recover_options *options;
    const gph_file_system *files;
    const gph_journal_facts *facts; /* NULL: no journal */
    const gph_journal_entry *entry; /* likewise */
    gph_journal **journal;          /* to be added to; made when first needed */
    gph_file journal_folder;        /* where it is, or is to be */
    const char *below;              /* of the file, "" without a journal */
    gph_file folder;                /* that holds the file */
    const char *path;               /* of that folder */
    const char *name;               /* the `.part` */
    gph_format format;              /* of which the sample is known only with a journal */
    bool has_fork;                  /* SD2, and its fork is still called `._NAME.part` */
    gph_recover_found found;
    char format_text[16];
    char became[GPH_NAME_PART + 1];
    char reason[200];
} gph_recovery;

/* All return 0, or below 0 after `found` says FAILED; REFUSED and its like are 0. */
int gph_recover_file(gph_recovery *r);
/* flac and ogg; recover_decode.c. */
int gph_recover_decode(gph_recovery *r, gph_file file, int64_t size);

/* Says why a file is as it was. */
int gph_recover_say(gph_recovery *r, gph_recover_state state, const char *reason);
int gph_recover_fail(gph_recovery *r, int error, const char *what);
/* The journal of the part, for adding to it; begins one where there is none. */
int gph_recover_open_journal(gph_recovery *r, uint32_t channels, uint32_t rate);
/* Finds a name for the file that nothing has, from the n-th try on: *repeat is that of the one
 * found. Fills in `became`. Below 0: cannot. */
int gph_recover_name(gph_recovery *r, uint32_t *repeat);
/* From one name to the free one in `became`, or the next that is free. */
int gph_recover_rename(gph_recovery *r, const char *from);
/* All bytes, or below 0. */
int gph_recover_write(const gph_recovery *r, gph_file file, const uint8_t *bytes, size_t n,
                      int64_t at);
/* The fork of an SD2 file: whether there is one; away with it; a new one if the crash has cost it. */
void gph_recover_find_fork(gph_recovery *r);
void gph_recover_remove_fork(gph_recovery *r);
int gph_recover_mend_fork(gph_recovery *r);

#endif

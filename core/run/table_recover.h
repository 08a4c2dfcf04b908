/* Saves the sound of shared tables that outlived a crash of their owner. [control]
 *
 * A shared table is a file in /dev/shm that its owner keeps locked. One that can be locked has no
 * living owner, whatever process id stands in it; one that cannot is left alone. What it says of
 * itself is checked before anything is read or allocated, and it is read like a file: one that
 * shrinks meanwhile is an error, not a crash. */
#ifndef GPH_RUN_TABLE_RECOVER_H
#define GPH_RUN_TABLE_RECOVER_H

#include <graphophone/module.h>

#include <stdbool.h>

typedef enum gph_table_fate {
    GPH_TABLE_SAVED,    /* it is in `path`; the memory is free */
    GPH_TABLE_IS_LEFT,  /* dry run: it would be saved */
    GPH_TABLE_IS_BARE,  /* nothing was recorded in it; the memory is free (dry run: would be) */
    GPH_TABLE_NOT_SAVED /* `why` says why; it is still there */
} gph_table_fate;

/* A table without a living owner. Texts live until the report returns. */
typedef struct gph_table_left {
    gph_table_fate fate;
    const char *memory; /* path of the shared memory */
    const char *table;  /* name of the table's section, "" if not known */
    const char *path;   /* SAVED: full path of the file; else "" */
    const char *why;    /* NOT_SAVED: a sentence without a full stop; else "" */
    uint32_t process;   /* id of its owner, as it wrote it */
    uint32_t channels;  /* of these three 0 if not known */
    uint64_t frames;
    double rate;
} gph_table_left;

typedef void gph_table_left_report(void *user, const gph_table_left *left);

/* Looks at all tables that processes of this user have left: with `dry_run` only that, else saves
 * each as PATCH.TABLE.wav (wav-f32, bit for bit) in `folder`, a full path, and then frees its memory.
 * Nothing is overwritten. GPH_IO if one could not be saved (reported), or the list could not be had;
 * GPH_MEMORY. */
gph_status gph_table_recover(const char *folder, bool dry_run, gph_table_left_report *report,
                             void *user);

/* The same for one table, by the name of its memory, and what was set aside under that name. */
gph_status gph_table_recover_name(const char *name, const char *folder,
                                  gph_table_left_report *report, void *user);

#endif

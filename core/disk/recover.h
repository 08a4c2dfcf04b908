/* Gives the files that a crash left as `.part` their names, with headers that tell what is in them.
 * Audio bytes are never written, and nothing is written over. What was kept and what was cut is told
 * file by file, and stands in the journal beside them.
 *
 *     same start of the machine    whole frames to the end of the file: the kernel had them
 *     another one                  to the last `sync` of the journal, as the rest may be holes;
 *                                  all of it, in doubt, where the journal tells of no sync
 *     no journal                   only what is named itself; all of it, in doubt
 *     flac, ogg                    what can be decoded before the first error, in a new file
 *
 * A `.part` or journal that a living writer has locked is left alone. What is interrupted is completed
 * by the next recovery. [control] */
#ifndef GPH_DISK_RECOVER_H
#define GPH_DISK_RECOVER_H

#include "../platform/file.h"

typedef enum gph_recover_state {
    GPH_RECOVER_DONE,    /* it has its name now */
    GPH_RECOVER_EMPTY,   /* there was no sound in it; it is gone */
    GPH_RECOVER_LIVE,    /* somebody writes to it; left alone */
    GPH_RECOVER_UNKNOWN, /* no journal speaks of it, nobody named it; left alone */
    GPH_RECOVER_REFUSED, /* it is not what it should be; left alone */
    GPH_RECOVER_FAILED   /* the disk or memory refused; it may be tried again */
} gph_recover_state;

/* What became of a file; texts live during the call. */
typedef struct gph_recover_found {
    gph_recover_state state;
    const char *folder; /* path as it was given or found */
    const char *name;   /* of the `.part` */
    const char *became; /* its new name in that folder, or "" */
    const char *format; /* "wav-s24"; "wav" where only the name says it */
    const char *reason; /* why it is not DONE; "" otherwise */
    int64_t frames;     /* in the file now; -1: not known */
    int64_t doubt;      /* of these, so many at the end may be holes */
    int64_t cut;        /* cut off at the end, as they may be holes */
    int64_t missing;    /* that the journal had seen on the disk, and are not there */
} gph_recover_found;

typedef struct gph_recover_options {
    const gph_file_system *files; /* NULL: the system's */
    bool dry_run;                 /* changes nothing, tells what it would do */
    bool tail;                    /* keeps what may be holes */
    bool nameless;                /* takes files without a journal, too */
    uint32_t levels;     /* of folders that are looked into; 1: only the one named; 0: all */
    int64_t most_frames; /* of each file, instead of what the boot says; below 0: not said */
    const char *boot;    /* which start of the machine this is; NULL: ask it */
    void (*found)(void *user, const gph_recover_found *found);
    /* Now and then during long work; false: end it. NULL is fine. */
    bool (*goes_on)(void *user, const char *folder, const char *name, int64_t frames);
    void *user;
} gph_recover_options;

/* One part of a take: the file `name` (`X.part`, or the journal `X.journal`) of an open folder and,
 * if a journal speaks of it, all others of that part. `path` is the folder's, for messages and for
 * files of the part in folders beside it. 0, or below 0 (negated errno): the worst that was
 * reported as FAILED. */
int gph_recover_part(const gph_recover_options *options, gph_file folder, const char *path,
                     const char *name);

/* Everything below a folder, or one file. */
int gph_recover_path(const gph_recover_options *options, const char *path);

#endif

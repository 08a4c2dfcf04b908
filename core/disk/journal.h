/* The journal of a part of a take: what a `.part` alone does not tell, for the one who finds it after
 * a crash. A text file beside the part's first file, named after it: `1-dry.wav.journal`; so no two
 * recorders and no two parts share one. A name whose journal is there counts as taken, whoever made
 * it: nothing is written over.
 *
 *     open version=1 program=0.1.0 format=wav-f32 channels=2 rate=48000 patch=rig node=dry ... ~5d1f0c2e
 *     start take=1 clock=4800 wall=1764115200000000000 ~...
 *     part number=1 first=4800 ~...
 *     file channel=0 name=1-dry.wav.part below= ~...     each file of the part, a line a file
 *     sync frames=48000 ~...                             so many frames are on the disk whatever comes
 *     gap at=1200 frames=480 by=host ~...                or by=ring; `at` is a frame of the file
 *     cue at=1200 ~...
 *     error code=5 text=... ~...
 *     end frames=96000 ~...                              the sound ends there, whatever is behind it
 *     close frames=96000 ~...
 *
 * and from `recover`:
 *
 *     header name=1-dry.wav.part below= at=4 was=... ~...    bytes of a header before they change
 *     fresh name=1-dry.flac.part below= as=... ~...          what it is decoded into
 *     becomes name=1-dry.flac.part below= as=1-dry.flac ~... what that will be called
 *     recovered name=1-dry.wav.part below= as=1-dry.wav frames=48000 ... ~...
 *
 * A word, fields, and the CRC-32 of all before the blank in front of `~`. In texts a blank, `%`, `~`
 * and control characters are written %20. A line that was torn or spoilt does not check and is passed
 * over; every line that checks is believed, as it was written only after what it says was true.
 *
 * A gap, a cue and an end are on the disk with the next `sync`; all other lines when the call returns. The
 * journal goes when its part is whole and there is nothing to tell. What is worth keeping: an error,
 * a file left `.part`, a recovery, and gaps and cues where the container has no place for them.
 * [writer; gph_journal_sync from any thread] */
#ifndef GPH_DISK_JOURNAL_H
#define GPH_DISK_JOURNAL_H

#include "../platform/boot.h"
#include "../platform/file.h"
#include "format.h"
#include "name.h"

typedef struct gph_journal gph_journal;

/* What is said of a part when it is begun. */
typedef struct gph_journal_about {
    gph_format format;
    uint32_t channels; /* of each file */
    uint32_t rate;
    const char *patch, *node; /* NULL: not said */
    const char *below;        /* folder of the journal below the root of the recorder's names */
    uint32_t take, part;      /* from 1 */
    int64_t start_clock;      /* of the take */
    int64_t wall_ns;          /* time of day of the part's first frame */
    int64_t first_frame;      /* its clock */
    const char *boot;         /* NULL: this one; "": nobody knows */
} gph_journal_about;

/* Makes `NAME.journal` for a first file `NAME`, with `open`, `start` and `part`, not yet on the disk.
 * Below 0 (EEXIST: there is something of that name): there is none, the part can do without. */
int gph_journal_new(const gph_file_system *files, gph_file folder, const char *name,
                    const gph_journal_about *about, gph_journal **journal);
/* One call for each file, before it is made. `below`: its folder below the root. */
void gph_journal_file(gph_journal *journal, const char *below, const char *part_name,
                      uint32_t channel);
/* Brings all this, and the name in the folder, to the disk. 0, or below 0: the journal is of no use,
 * free it with `gone`. */
int gph_journal_begin(gph_journal *journal);

/* NULL is fine in all that follow. Below 0: it is not on the disk; it is tried again with the next. */
int gph_journal_sync(gph_journal *journal, int64_t frames);
void gph_journal_gap(gph_journal *journal, int64_t at, int64_t frames, bool dropped);
void gph_journal_cue(gph_journal *journal, int64_t at);
/* `code` below 0 is an errno. */
void gph_journal_error(gph_journal *journal, int64_t code, const char *text);
/* No more sound comes; what is added to the files now is no sound. */
void gph_journal_end(gph_journal *journal, int64_t frames);
/* The part's files are as they will stay. With `whole`, and nothing to tell, the journal is removed;
 * else it says `close` and stays. Frees it. Below 0: that is not on the
 * disk. */
int gph_journal_close(gph_journal *journal, int64_t frames, bool whole);
/* Frees one that is to be gone on with later. */
void gph_journal_leave(gph_journal *journal);
/* Frees a journal whose part came to nothing, and removes it. */
int gph_journal_undo(gph_journal *journal);

/* Goes on with one that a crash has left; `name` ends in `.journal`. EAGAIN: its writer lives. */
int gph_journal_resume(const gph_file_system *files, gph_file folder, const char *name,
                       gph_journal **journal);
/* Bytes of a file's header, before they are changed; on the disk with the next flush or deed. */
void gph_journal_header(gph_journal *journal, const char *below, const char *part_name, int64_t at,
                        const void *bytes, size_t n);
/* 0: all lines so far are on the disk. */
int gph_journal_flush(gph_journal *journal);
/* `fresh`, `becomes` or `recovered`; frames below 0 are not said. 0: it is on the disk. */
int gph_journal_deed(gph_journal *journal, const char *word, const char *below,
                     const char *part_name, const char *as, int64_t frames, int64_t doubt,
                     int64_t cut);

/* `NAME.journal`, cut so that it can be a name. */
void gph_journal_name(const char *name, char *text, size_t size);

#endif

/* Collects what is wrong with a patch and prints it with its place. [control]
 *
 * A pass finds all its problems, then gph_diagnostics_end_pass() brings them into the order of the
 * file and says whether to go on:
 *
 *     looper.ini:21:9: error: no table 'lop'; did you mean 'loop' (line 4)?
 *        21 | table = lop
 *           |         ^
 *     looper.ini:4:2: note: ...
 *
 * A message is one sentence without a full stop: what was found; what is possible. The same message
 * at the same place is kept once (the copies of a `repeat` share their lines). When memory is out,
 * that fact is kept without memory. */
#ifndef GPH_PATCH_DIAGNOSTICS_H
#define GPH_PATCH_DIAGNOSTICS_H

#include "arena.h"
#include "text.h"

#include <stdbool.h>
#include <stdio.h>

#if defined(__GNUC__)
#define GPH_FORMAT(format_, first_) __attribute__((format(printf, format_, first_)))
#else
#define GPH_FORMAT(format_, first_)
#endif

enum {
    GPH_DIAGNOSTICS_PER_PASS = 20, /* errors printed of one pass; the rest is counted */
    GPH_DIAGNOSTICS_KEPT = 1000    /* errors kept of one pass to be sorted */
};

typedef enum gph_severity { GPH_SEVERITY_ERROR, GPH_SEVERITY_WARNING } gph_severity;

/* Owns its messages and the source texts that they point into: it must outlive each patch loaded
 * with it. */
typedef struct gph_diagnostics gph_diagnostics;

/* NULL when memory is out. `allocator` may be NULL. */
gph_diagnostics *gph_diagnostics_new(const gph_allocator *allocator);
void gph_diagnostics_free(gph_diagnostics *diagnostics);

/* Keeps a copy of a source text; NULL when memory is out (which is then noted). */
const gph_text *gph_diagnostics_text(gph_diagnostics *diagnostics, const char *name,
                                     const char *bytes, size_t n);

/* Adds an error. `at.text` may be NULL: the message then stands behind "error:" alone. Control
 * characters and bad UTF-8 in what is printed become '?'. */
void gph_diagnostics_error(gph_diagnostics *diagnostics, gph_position at, const char *format, ...)
    GPH_FORMAT(3, 4);
void gph_diagnostics_warning(gph_diagnostics *diagnostics, gph_position at, const char *format, ...)
    GPH_FORMAT(3, 4);

/* Adds a note to the message that was added last (also if that was dropped as a repetition: then
 * the note is too). Notes print without the source line. */
void gph_diagnostics_note(gph_diagnostics *diagnostics, gph_position at, const char *format, ...)
    GPH_FORMAT(3, 4);

/* Notes that memory is out; the pass fails with GPH_MEMORY. */
void gph_diagnostics_out_of_memory(gph_diagnostics *diagnostics);

/* Ends a pass: sorts its messages, drops errors beyond 20. GPH_OK when it had no error, else
 * GPH_ARGUMENT or GPH_MEMORY. */
gph_status gph_diagnostics_end_pass(gph_diagnostics *diagnostics);

/* Whether this pass has an error at this place, among the 64 that were added last. */
bool gph_diagnostics_has(const gph_diagnostics *diagnostics, gph_position at);

/* Whether the pass has more errors than are printed: no more hints need to be searched for. */
bool gph_diagnostics_is_full(const gph_diagnostics *diagnostics);

/* Errors so far, of all passes, the dropped ones too. */
size_t gph_diagnostics_n_errors(const gph_diagnostics *diagnostics);

/* Prints all messages of ended passes; colour uses ANSI sequences. */
void gph_diagnostics_print(const gph_diagnostics *diagnostics, FILE *out, bool colour);

/* Prints message `index` of an ended pass with its notes. */
void gph_diagnostics_print_one(const gph_diagnostics *diagnostics, size_t index, FILE *out,
                               bool colour);

/* One message of an ended pass, for those who print otherwise (`--json`). */
typedef struct gph_message {
    gph_severity severity;
    const char *file; /* NULL without a position */
    uint32_t line;    /* from 1; 0 without a position */
    uint32_t column;  /* from 1, in characters */
    const char *text;
    uint32_t n_notes;
} gph_message;

size_t gph_diagnostics_count(const gph_diagnostics *diagnostics);
void gph_diagnostics_get(const gph_diagnostics *diagnostics, size_t index, gph_message *message);
/* Note `note` of message `index`; its severity and n_notes mean nothing. */
void gph_diagnostics_get_note(const gph_diagnostics *diagnostics, size_t index, uint32_t note,
                              gph_message *message);

#endif

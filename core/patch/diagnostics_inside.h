/* What the two files of diagnostics share. [control] */
#ifndef GPH_PATCH_DIAGNOSTICS_INSIDE_H
#define GPH_PATCH_DIAGNOSTICS_INSIDE_H

#include "diagnostics.h"

typedef struct note {
    gph_position at;
    const char *text;
    struct note *next;
} note;

typedef struct diagnostic {
    gph_severity severity;
    uint32_t n_notes;
    gph_position at;
    const char *text;
    note *notes;
} diagnostic;

struct gph_diagnostics {
    gph_arena *arena;
    diagnostic *list;
    size_t n;
    size_t capacity;
    size_t first_of_pass; /* what stands before it is sorted and printed */
    size_t n_errors;
    size_t n_dropped; /* errors beyond the limit of their pass */
    uint32_t n_texts;
    bool drops_notes; /* the message added last was dropped */
    bool out_of_memory;
};

#endif

/* A source text (a file, or an argument of the command line) and positions in it. [control] */
#ifndef GPH_PATCH_TEXT_H
#define GPH_PATCH_TEXT_H

#include "../platform/utf8.h"
#include "arena.h"

#include <graphophone/module.h>

#include <stdint.h>

enum {
    GPH_TEXT_MAX_BYTES = 1 << 20, /* a file that a person writes is far below 1 MiB */
    GPH_TEXT_MAX_LINE = 1000,     /* bytes; iniparser gives up at 1,023 */
    GPH_NAME_MAX_BYTES = 63,      /* of a node, key component, port, variable */
    GPH_PATCH_MAX_KEYS = 65536,   /* also after `repeat` */
    GPH_PATCH_MAX_NODES = 65536,  /* also after `repeat` */
    GPH_PATCH_MAX_DEPTH = 8,      /* of include and of ${} */
    GPH_PATCH_MAX_FILES = 64      /* of one patch with all it includes */
};

/* Bytes as they were read. Owned by a gph_diagnostics; `bytes` has a NUL behind it. */
typedef struct gph_text {
    const char *name;  /* as printed in front of the line number */
    const char *bytes; /* without byte-order mark */
    uint32_t n_bytes;
    uint32_t order;        /* of opening: what sorts the messages of several files */
    const uint32_t *lines; /* offset of the first byte of each line */
    uint32_t n_lines;
} gph_text;

/* A byte of a text. `text` NULL: no position. */
typedef struct gph_position {
    const gph_text *text;
    uint32_t offset;
} gph_position;

/* A part of a string: of a value, say. */
typedef struct gph_span {
    uint32_t offset; /* bytes */
    uint32_t length; /* bytes */
} gph_span;

/* Fills *text with a copy of `n` bytes (its name is not copied) and finds its lines. Skips a byte-order mark. */
gph_status gph_text_init(gph_text *text, gph_arena *arena, const char *name, const char *bytes,
                         size_t n);

/* Line from 1. */
uint32_t gph_position_line(gph_position at);

/* Column from 1, in characters. */
uint32_t gph_position_column(gph_position at);

/* Below, at or above 0: whether `a` stands before, at or behind `b` in the order of reading. */
int gph_position_compare(gph_position a, gph_position b);

/* Bytes of line `line` (from 1), without its end of line. */
const char *gph_text_line(const gph_text *text, uint32_t line, uint32_t *n);

#endif

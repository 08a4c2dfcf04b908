/* A stream whose bytes end up in memory. [control] */
#ifndef GPH_PLATFORM_TEXTSTREAM_H
#define GPH_PLATFORM_TEXTSTREAM_H

#include <stddef.h>
#include <stdio.h>

/* Lives on the caller's stack. */
typedef struct gph_textstream {
    FILE *out; /* to print to */
    char *text;
    size_t size;
} gph_textstream;

/* NULL: no memory. Else the stream, to be ended. */
FILE *gph_textstream_begin(gph_textstream *stream);
/* Closes it. The text, NUL-ended, to be freed, and in *size (may be NULL) its bytes; NULL: no memory. */
char *gph_textstream_end(gph_textstream *stream, size_t *size);

#endif

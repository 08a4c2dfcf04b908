/* The terminal that a person sits at: width, colour, keys. [control] */
#ifndef GPH_PLATFORM_TERMINAL_H
#define GPH_PLATFORM_TERMINAL_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

typedef struct gph_terminal gph_terminal;

/* Texts go out as they are written, in UTF-8. To be called before the first one. */
void gph_terminal_prepare(void);

/* Whether a stream is a terminal. */
bool gph_terminal_is(FILE *stream);

/* Whether a stream is a terminal that shows colours, and nobody asked for none (NO_COLOR, TERM=dumb). */
bool gph_terminal_has_colour(FILE *stream);

/* Whether text is shown as UTF-8. */
bool gph_terminal_is_utf8(void);

/* Columns and rows of a stream's terminal; 80 and 24 where it does not say. */
void gph_terminal_size(FILE *stream, uint32_t *columns, uint32_t *rows);

/* Makes standard input give single keys without echo, if it is a terminal and we are in its foreground. NULL when memory
 * is out. Freed, the terminal is as it was. */
gph_terminal *gph_terminal_new(void);
void gph_terminal_free(gph_terminal *terminal);

/* The next key pressed, as a patch names it ("r", "space", "enter", "tab", "up", "f1"), or NULL if there is none. Never
 * waits. Lives until the next call. */
const char *gph_terminal_key(gph_terminal *terminal);

#endif

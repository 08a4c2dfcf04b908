/* What a process has only once, and code of others may change: floating-point control word, locale, handlers and mask of
 * signals, current folder, file creation mask. [control] */
#ifndef GPH_PLATFORM_SURROUNDINGS_H
#define GPH_PLATFORM_SURROUNDINGS_H

#include <stdbool.h>
#include <stddef.h>

typedef struct gph_surroundings gph_surroundings;

/* As they are now; NULL: memory is out. */
gph_surroundings *gph_surroundings_new(void);
/* NULL is accepted. */
void gph_surroundings_free(gph_surroundings *surroundings);
/* Puts back what is not as it was, and names it: "the locale, the current folder"; "" where all is well. */
void gph_surroundings_restore(gph_surroundings *surroundings, char *changed, size_t size);

#endif

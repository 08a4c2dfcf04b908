/* The status page of a rig: a text in shared memory that other programs of the user may read while it
 * runs, and that outlives a crash. [control]
 *
 *      0 char[8] GPHSTATE     8 u32 version 1    12 u32 bytes of the header, 64
 *     16 u64 sequence, odd while it is written   24 u32 process           28 u32 bytes of the text
 *     32 i64 nanoseconds since 1970 when it was written                  64 the text, UTF-8
 *
 * little-endian. A reader copies all, and again if the sequence was odd or has moved meanwhile. */
#ifndef GPH_RUN_PAGE_H
#define GPH_RUN_PAGE_H

#include <graphophone/graphophone.h>

typedef struct gph_page_writer gph_page_writer;

/* A page for a patch of this name. GPH_STATE: a running rig has one of the name. */
gph_status gph_page_new(const char *patch, gph_page_writer **page);
/* Ends it. NULL is fine. */
void gph_page_free(gph_page_writer *page);
/* GPH_LIMIT: it is longer than a page. */
gph_status gph_page_write(gph_page_writer *page, const char *text);

#endif

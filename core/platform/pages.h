/* Memory with a wall on either side: what reads or writes past it is stopped at once. [control] */
#ifndef GPH_PLATFORM_PAGES_H
#define GPH_PLATFORM_PAGES_H

#include <stdbool.h>
#include <stddef.h>

/* What may be done with the memory between the walls. */
enum { GPH_PAGES_NONE, GPH_PAGES_READ, GPH_PAGES_WRITE };

/* Memory that ends at a wall: `end` is the first byte that may not be touched. */
typedef struct gph_pages {
    char *begin; /* of what may be touched: at least `bytes` before `end`, from a wall on */
    char *end;
} gph_pages;

/* At least `bytes`, zeroed. false: memory is out; *pages is then zeroed. */
bool gph_pages_new(size_t bytes, gph_pages *pages);
/* What may be done with it from now on: GPH_PAGES_*. */
void gph_pages_protect(const gph_pages *pages, int how);
/* Whether an address lies in it or in one of its walls. [any] */
bool gph_pages_hold(const gph_pages *pages, const void *address);
void gph_pages_free(gph_pages *pages);

#endif

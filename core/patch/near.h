/* Finds the name that was probably meant. [control] */
#ifndef GPH_PATCH_NEAR_H
#define GPH_PATCH_NEAR_H

#include <stddef.h>

/* Collects candidates one by one; no memory. */
typedef struct gph_near {
    const char *wanted;
    size_t n_wanted;
    const char *best; /* NULL: none is near */
    size_t best_edits;
    const void *best_user; /* what was given along with `best` */
} gph_near;

void gph_near_init(gph_near *near, const char *wanted, size_t n_wanted);

/* Offers a NUL-ended candidate. Near is at most 2 edits (insert, delete, replace, swap neighbours)
 * and at most half the length of what was written; case is ignored; the first of equals stays. */
void gph_near_offer(gph_near *near, const char *candidate, const void *user);

/* Edits between two strings, at most `limit` + 1. Strings beyond 63 bytes are never near. */
size_t gph_near_edits(const char *a, size_t n_a, const char *b, size_t n_b, size_t limit);

#endif

/* A sorted index of names: no hash that a hostile file could make slow. [control] */
#ifndef GPH_PATCH_NAMES_H
#define GPH_PATCH_NAMES_H

#include <stddef.h>
#include <stdint.h>

typedef struct gph_name {
    const char *name; /* lower case */
    uint32_t value;   /* what it names: equal names are sorted by it */
} gph_name;

/* Sorts in place, without memory, in n log n whatever the order. */
void gph_names_sort(gph_name *names, size_t n);

/* The first of that name (in any case, `length` bytes), or NULL. */
const gph_name *gph_names_find(const gph_name *names, size_t n, const char *name, size_t length);

#endif

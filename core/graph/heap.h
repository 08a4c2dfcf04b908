/* A heap of numbers, smallest first, in an array that the caller has made large enough. [any] */
#ifndef GPH_GRAPH_HEAP_H
#define GPH_GRAPH_HEAP_H

#include <stddef.h>
#include <stdint.h>

typedef struct gph_heap {
    uint64_t *keys;
    size_t n;
} gph_heap;

void gph_heap_push(gph_heap *heap, uint64_t key);

/* The smallest, taken out. There must be one. */
uint64_t gph_heap_pop(gph_heap *heap);

#endif

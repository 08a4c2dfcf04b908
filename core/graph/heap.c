/* A heap of numbers, smallest first. [any] */
#include "heap.h"

void
gph_heap_push(gph_heap *heap, uint64_t key)
{
    size_t at = heap->n++;
    while (at > 0 && key < heap->keys[(at - 1) / 2]) {
        heap->keys[at] = heap->keys[(at - 1) / 2];
        at = (at - 1) / 2;
    }
    heap->keys[at] = key;
}

uint64_t
gph_heap_pop(gph_heap *heap)
{
    const uint64_t top = heap->keys[0];
    const uint64_t last = heap->keys[--heap->n];
    size_t at = 0;
    for (size_t child = 1; child < heap->n; child = 2 * at + 1) {
        if (child + 1 < heap->n && heap->keys[child + 1] < heap->keys[child])
            child++;
        if (last <= heap->keys[child])
            break;
        heap->keys[at] = heap->keys[child];
        at = child;
    }
    heap->keys[at] = last;
    return top;
}

/* A ring of small fixed structs from one thread to one other. [setting up: control; put, get: any]
 *
 * The one lock-free pattern of core/run. `head` is written by the putter alone, `tail` by the getter
 * alone. The putter fills a slot and then releases `head`; the getter acquires `head` before it
 * reads the slot, and releases `tail` when it has read, which the putter acquires before it writes
 * there again. Nobody waits: a full queue refuses, an empty one gives nothing. */
#ifndef GPH_RUN_QUEUE_H
#define GPH_RUN_QUEUE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

typedef struct gph_queue {
    _Alignas(64) _Atomic uint32_t head; /* messages put so far */
    _Alignas(64) _Atomic uint32_t tail; /* messages got so far */
    _Alignas(64) unsigned char *slots;
    uint32_t mask; /* slots - 1; their number is a power of two */
    uint32_t size; /* bytes of a message */
} gph_queue;

/* `slots` is memory for `n` messages of `size` bytes, n a power of two; the queue does not own it. */
static inline void
gph_queue_init(gph_queue *queue, void *slots, uint32_t n, uint32_t size)
{
    atomic_init(&queue->head, 0);
    atomic_init(&queue->tail, 0);
    queue->slots = slots;
    queue->mask = n - 1;
    queue->size = size;
}

/* False: full. */
static inline bool
gph_queue_put(gph_queue *queue, const void *message)
{
    uint32_t head = atomic_load_explicit(&queue->head, memory_order_relaxed);
    uint32_t tail = atomic_load_explicit(&queue->tail, memory_order_acquire);
    if (head - tail > queue->mask)
        return false;
    memcpy(queue->slots + (size_t)(head & queue->mask) * queue->size, message, queue->size);
    atomic_store_explicit(&queue->head, head + 1, memory_order_release);
    return true;
}

/* False: empty. */
static inline bool
gph_queue_get(gph_queue *queue, void *message)
{
    uint32_t tail = atomic_load_explicit(&queue->tail, memory_order_relaxed);
    uint32_t head = atomic_load_explicit(&queue->head, memory_order_acquire);
    if (head == tail)
        return false;
    memcpy(message, queue->slots + (size_t)(tail & queue->mask) * queue->size, queue->size);
    atomic_store_explicit(&queue->tail, tail + 1, memory_order_release);
    return true;
}

#endif

/* Memory that is freed all at once, from one allocator that a test may let fail. [control] */
#include "arena.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum {
    FIRST_BLOCK = 4096,   /* a small patch fits into a few of these */
    LARGEST_BLOCK = 65536 /* blocks double up to here; larger things get a block of their own */
};

/* A block's bytes stand behind this header, which keeps them aligned. */
typedef union block {
    struct {
        union block *next;
        size_t used;
        size_t size;
    } head;
    max_align_t alignment;
} block;

struct gph_arena {
    gph_allocator allocator;
    block *blocks; /* the one being filled comes first */
    size_t next_size;
    size_t used;
};

static void *
allocate_from_c(void *user, size_t size)
{
    (void)user;
    return malloc(size);
}

static void
release_to_c(void *user, void *memory)
{
    (void)user;
    free(memory);
}

gph_arena *
gph_arena_new(const gph_allocator *allocator)
{
    static const gph_allocator c_library = {allocate_from_c, release_to_c, NULL};
    const gph_allocator *from = allocator != NULL ? allocator : &c_library;
    gph_arena *arena = from->allocate(from->user, sizeof(*arena));
    if (arena == NULL)
        return NULL;
    *arena = (gph_arena){.allocator = *from, .next_size = FIRST_BLOCK};
    return arena;
}

void
gph_arena_free(gph_arena *arena)
{
    if (arena == NULL)
        return;
    const gph_allocator allocator = arena->allocator;
    for (block *b = arena->blocks; b != NULL;) {
        block *next = b->head.next;
        allocator.release(allocator.user, b);
        b = next;
    }
    allocator.release(allocator.user, arena);
}

void
gph_arena_each(const gph_arena *arena, void (*each)(void *user, const void *base, size_t bytes),
               void *user)
{
    for (const block *b = arena->blocks; b != NULL; b = b->head.next)
        each(user, b, sizeof(block) + b->head.size);
}

static block *
add_block(gph_arena *arena, size_t bytes)
{
    const size_t size = bytes > arena->next_size ? bytes : arena->next_size;
    if (size > SIZE_MAX - sizeof(block))
        return NULL;
    block *b = arena->allocator.allocate(arena->allocator.user, sizeof(block) + size);
    if (b == NULL)
        return NULL;
    b->head.used = 0;
    b->head.size = size;
    if (arena->next_size < LARGEST_BLOCK)
        arena->next_size *= 2;
    if (bytes > LARGEST_BLOCK / 4 && arena->blocks != NULL) {
        /* A large thing stands behind the block that is still being filled. */
        b->head.next = arena->blocks->head.next;
        arena->blocks->head.next = b;
    } else {
        b->head.next = arena->blocks;
        arena->blocks = b;
    }
    return b;
}

void *
gph_arena_allocate(gph_arena *arena, size_t count, size_t size)
{
    const size_t unit = sizeof(max_align_t) < 16 ? 8 : 16;
    if (size != 0 && count > (SIZE_MAX - unit) / size)
        return NULL;
    size_t bytes = count * size;
    bytes = bytes == 0 ? unit : (bytes + unit - 1) / unit * unit;
    block *b = arena->blocks;
    if (b == NULL || b->head.size - b->head.used < bytes)
        b = add_block(arena, bytes);
    if (b == NULL)
        return NULL;
    char *memory = (char *)(b + 1) + b->head.used;
    b->head.used += bytes;
    arena->used += bytes;
    return memset(memory, 0, bytes);
}

char *
gph_arena_copy(gph_arena *arena, const char *bytes, size_t n)
{
    char *copy = n == SIZE_MAX ? NULL : gph_arena_allocate(arena, n + 1, 1);
    if (copy != NULL && n > 0)
        memcpy(copy, bytes, n);
    return copy;
}

int
gph_arena_grow(gph_arena *arena, void *things, size_t n, size_t *capacity, size_t size)
{
    if (n < *capacity)
        return 1;
    void *old;
    memcpy(&old, things, sizeof(old));
    /* Large things come in small numbers: most sections have a handful of keys. */
    const size_t first = size > 64 ? 2 : 8;
    const size_t more = *capacity == 0 ? first : *capacity * 2;
    void *grown = gph_arena_allocate(arena, more, size);
    if (grown == NULL)
        return 0;
    if (n > 0)
        memcpy(grown, old, n * size);
    memcpy(things, &grown, sizeof(grown));
    *capacity = more;
    return 1;
}

size_t
gph_arena_used(const gph_arena *arena)
{
    return arena->used;
}

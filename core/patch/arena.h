/* Memory that is freed all at once, from one allocator that a test may let fail. [control] */
#ifndef GPH_PATCH_ARENA_H
#define GPH_PATCH_ARENA_H

#include <stddef.h>

/* Where memory comes from. `allocate` returns NULL when there is none; both get `user`. */
typedef struct gph_allocator {
    void *(*allocate)(void *user, size_t size);
    void (*release)(void *user, void *memory);
    void *user;
} gph_allocator;

typedef struct gph_arena gph_arena;

/* A new arena, or NULL. `allocator` may be NULL (the C library's) and is copied. */
gph_arena *gph_arena_new(const gph_allocator *allocator);

/* Frees the arena and all that came from it. */
void gph_arena_free(gph_arena *arena);

/* Zeroed memory for `count` things of `size` bytes, aligned for anything; NULL when memory is out
 * or the product overflows. `count` 0 gives a pointer that is not NULL. */
void *gph_arena_allocate(gph_arena *arena, size_t count, size_t size);

/* A copy of `n` bytes with a NUL behind them, or NULL. */
char *gph_arena_copy(gph_arena *arena, const char *bytes, size_t n);

/* Makes room for one more thing in an array that grows by doubling: `*things` has `n` used of
 * `*capacity` things of `size` bytes and moves when it must (the old one stays until the arena is
 * freed, so at most twice the memory is used). Returns 0 when memory is out. */
int gph_arena_grow(gph_arena *arena, void *things, size_t n, size_t *capacity, size_t size);

/* Calls `each` with the memory that it has got so far, piece by piece. */
void gph_arena_each(const gph_arena *arena,
                    void (*each)(void *user, const void *base, size_t bytes), void *user);

/* Bytes handed out so far, for tests of limits. */
size_t gph_arena_used(const gph_arena *arena);

#endif

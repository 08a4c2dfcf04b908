/* Allocations that fail: the n-th, once or from then on. For a program linked with --wrap, so that those
 * of our own code fail and those of libsndfile do not, which is known to crash on them. [test program] */
#ifndef GPH_TEST_DISK_FAILING_H
#define GPH_TEST_DISK_FAILING_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

void *__real_malloc(size_t bytes);
void *__real_calloc(size_t n, size_t bytes);
void *__real_realloc(void *old, size_t bytes);
void *__real_gph_aligned_new(size_t bytes);
void *__wrap_malloc(size_t bytes);
void *__wrap_calloc(size_t n, size_t bytes);
void *__wrap_realloc(void *old, size_t bytes);
void *__wrap_gph_aligned_new(size_t bytes);
char *__wrap_strdup(const char *text);

static _Atomic int left = -1; /* allocations before the one that fails; below 0: none does */
static _Atomic int failed;
static _Atomic int for_ever;

static bool
fails(void)
{
    int now = atomic_load(&left);
    if (now < 0 || atomic_fetch_sub(&left, 1) > 0)
        return false;
    atomic_store(&left, atomic_load(&for_ever) ? 0 : -1);
    atomic_fetch_add(&failed, 1);
    return true;
}

void *
__wrap_malloc(size_t bytes)
{
    return fails() ? NULL : __real_malloc(bytes);
}

void *
__wrap_calloc(size_t n, size_t bytes)
{
    return fails() ? NULL : __real_calloc(n, bytes);
}

void *
__wrap_realloc(void *old, size_t bytes)
{
    return fails() ? NULL : __real_realloc(old, bytes);
}

void *
__wrap_gph_aligned_new(size_t bytes)
{
    return fails() ? NULL : __real_gph_aligned_new(bytes);
}

char *
__wrap_strdup(const char *text)
{
    size_t bytes = strlen(text) + 1;
    char *copy = fails() ? NULL : __real_malloc(bytes);
    if (copy)
        memcpy(copy, text, bytes);
    return copy;
}

#endif

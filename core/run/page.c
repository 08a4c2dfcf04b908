/* Status pages: written by a rig, read by whoever wants to know. [control] */
#include "page.h"

#include "../platform/clock.h"
#include "../platform/shm_left.h"
#include "../platform/thread.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PAUSE_NS INT64_C(1000000)

enum { PAGE_BYTES = 512 << 10, MOST_TRIES = 1000, NAME_BYTES = GPH_SHM_NAME_MAX + 1 };

static const char magic[8] = {'G', 'P', 'H', 'S', 'T', 'A', 'T', 'E'};

typedef struct page_header {
    char magic[8];
    uint32_t version;
    uint32_t header;
    _Atomic uint64_t sequence;
    uint32_t process;
    uint32_t size;
    int64_t wall_ns;
    char reserved[24];
} page_header;

_Static_assert(sizeof(page_header) == 64, "page.h says so");

struct gph_page_writer {
    gph_shm *memory;
};

static void
prefix_of(char *prefix, size_t size)
{
    snprintf(prefix, size, "graphophone-%u-", gph_shm_user());
}

static void
begin(void *context, void *base)
{
    page_header *header = base;
    (void)context;
    memcpy(header->magic, magic, sizeof magic);
    header->version = 1;
    header->header = sizeof *header;
    header->process = gph_shm_process();
}

gph_status
gph_page_new(const char *patch, gph_page_writer **result)
{
    char name[NAME_BYTES];
    char prefix[32];
    int error;
    prefix_of(prefix, sizeof prefix);
    if ((size_t)snprintf(name, sizeof name, "%s%s", prefix, patch) >= sizeof name)
        return GPH_LIMIT;
    gph_page_writer *page = calloc(1, sizeof *page);
    if (!page)
        return GPH_MEMORY;
    gph_status status =
        gph_shm_new_named(name, PAGE_BYTES, NULL, begin, NULL, &error, &page->memory);
    if (status) {
        free(page);
        return status;
    }
    *result = page;
    return GPH_OK;
}

void
gph_page_free(gph_page_writer *page)
{
    if (!page)
        return;
    gph_shm_free(page->memory);
    free(page);
}

gph_status
gph_page_write(gph_page_writer *page, const char *text)
{
    page_header *header = gph_shm_base(page->memory);
    size_t size = strlen(text);
    if (size >= PAGE_BYTES - sizeof *header)
        return GPH_LIMIT;
    uint64_t sequence = atomic_load_explicit(&header->sequence, memory_order_relaxed);
    atomic_store_explicit(&header->sequence, sequence + 1, memory_order_relaxed);
    atomic_thread_fence(memory_order_seq_cst);
    header->size = (uint32_t)size;
    header->wall_ns = gph_clock_system.wall_ns(NULL);
    memcpy((char *)header + sizeof *header, text, size + 1);
    atomic_store_explicit(&header->sequence, sequence + 2, memory_order_release);
    return GPH_OK;
}

/* ---------------------------------------------------------------- reading */

typedef struct search {
    const char *patch; /* NULL: any */
    gph_page_function each;
    void *user;
    char *copies[2]; /* PAGE_BYTES each */
} search;

static bool
is_sound(const page_header *header)
{
    return !memcmp(header->magic, magic, sizeof magic) && header->version == 1 &&
           header->header == sizeof *header && header->sequence % 2 == 0 &&
           header->size < PAGE_BYTES - sizeof *header;
}

/* A copy that nobody wrote meanwhile: two that are alike. NULL: it is no page, or never rests. */
static const page_header *
copy_of(const search *s, const char *name)
{
    for (int n = 0; n < MOST_TRIES; n++) {
        char *first = s->copies[0];
        char *second = s->copies[1];
        if (gph_shm_peek(name, first, PAGE_BYTES) != PAGE_BYTES || memcmp(first, magic, 8) ||
            gph_shm_peek(name, second, PAGE_BYTES) != PAGE_BYTES)
            return NULL;
        const page_header *header = (const page_header *)(const void *)first;
        if (header->sequence % 2 == 0 && !memcmp(first, second, PAGE_BYTES))
            return is_sound(header) ? header : NULL;
    }
    return NULL;
}

/* The same of one that nobody can write to. */
static const page_header *
copy_of_claimed(const search *s, const gph_shm_left *left)
{
    const page_header *header = (const page_header *)(const void *)s->copies[0];
    bool whole = gph_shm_left_bytes(left) == PAGE_BYTES &&
                 gph_shm_left_read(left, 0, s->copies[0], PAGE_BYTES);
    return whole && is_sound(header) ? header : NULL;
}

/* Who owns it is asked before it is copied: the page of a dead rig is read while it is ours and nobody can
 * take its name, and what has the name after a living one was seen is that one or a later one. */
static const page_header *
look_into(const search *s, const char *name, bool *alive)
{
    gph_shm_left *left;
    int error = gph_shm_claim(name, &left);
    /* Another looks at it, or a new rig is taking its place. */
    for (int n = 0; (error == EAGAIN || error == ENOENT) && n < MOST_TRIES; n++) {
        gph_thread_sleep_ns(PAUSE_NS);
        error = gph_shm_claim(name, &left);
    }
    *alive = error != 0;
    if (error == ENOENT)
        return NULL;
    if (error)
        return copy_of(s, name);
    const page_header *header = copy_of_claimed(s, left);
    gph_shm_left_free(left);
    return header;
}

static void
look_at(void *user, const char *name)
{
    const search *s = user;
    char prefix[32];
    bool alive;
    prefix_of(prefix, sizeof prefix);
    const char *patch = name + strlen(prefix);
    /* Those with a dot are tables. */
    if (strchr(patch, '.') || (s->patch && strcmp(patch, s->patch) != 0))
        return;
    const page_header *header = look_into(s, name, &alive);
    if (!header)
        return;
    s->copies[0][sizeof *header + header->size] = '\0';
    const gph_page page = {
        .size = sizeof page,
        .alive = alive,
        .process = header->process,
        .name = patch,
        .text = s->copies[0] + sizeof *header,
        .wall_ns = header->wall_ns,
    };
    s->each(s->user, &page);
}

gph_status
gph_page_each(const char *patch, gph_page_function each, void *user)
{
    char prefix[32];
    prefix_of(prefix, sizeof prefix);
    search s = {patch, each, user, {malloc(PAGE_BYTES + 1), malloc(PAGE_BYTES)}};
    gph_status status = GPH_MEMORY;
    if (s.copies[0] && s.copies[1])
        status = gph_shm_list(prefix, look_at, &s) == 0 ? GPH_OK : GPH_IO;
    free(s.copies[0]);
    free(s.copies[1]);
    return status;
}

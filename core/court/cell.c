/* Arrays that are given to the module. [control; explain: handlers] */
#include "cell.h"

#include "sanitized.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* All there are: a handler has nothing but an address. */
static cell *all_cells;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

enum { PATTERN = 0xd7, FRONT = 256 };

/* Whoever plays beside others goes through here: to a sanitizer all that they do would be in order. */
static void
take_lock(void)
{
    sanitized_pause(true);
    pthread_mutex_lock(&lock);
}

static void
give_lock(void)
{
    pthread_mutex_unlock(&lock);
    sanitized_pause(false);
}

cell *
cell_new(cell_kind kind, const char *what, uint32_t index, uint32_t bytes, uint32_t most)
{
    cell *c = calloc(1, sizeof *c);
    if (!c || !gph_pages_new((size_t)bytes * most + FRONT, &c->pages)) {
        fprintf(stderr, "court: out of memory\n");
        exit(70);
    }
    c->kind = kind;
    c->what = what;
    c->index = index;
    c->bytes = bytes;
    c->most = most;
    take_lock();
    c->next = all_cells;
    all_cells = c;
    give_lock();
    return c;
}

void *
cell_use(cell *c, uint32_t count)
{
    c->count = count;
    return c->pages.end - (size_t)count * c->bytes;
}

static char *
front(const cell *c)
{
    return c->pages.end - (size_t)c->count * c->bytes - FRONT;
}

void
cell_guard(cell *c)
{
    memset(front(c), PATTERN, FRONT);
}

uint32_t
cell_broken(const cell *c)
{
    const unsigned char *bytes = (const unsigned char *)front(c);
    for (uint32_t i = 0; i < FRONT; i++)
        if (bytes[i] != PATTERN)
            return (FRONT - i + c->bytes - 1) / c->bytes;
    return 0;
}

void
cell_protect(cell *c, int how)
{
    gph_pages_protect(&c->pages, how);
}

void
cell_free(cell *c)
{
    cell **at = &all_cells;
    if (!c)
        return;
    take_lock();
    while (*at && *at != c)
        at = &(*at)->next;
    if (*at)
        *at = c->next;
    give_lock();
    gph_pages_free(&c->pages);
    free(c);
}

/* ---------------------------------------------------------------- sentences */

static void
say_where(const cell *c, long at, bool is_write, char *text, size_t size)
{
    static const char *const units[] = {"frame", "frame", "channel", "item",
                                        "item",  "entry", "frame"};
    const char *unit = units[c->kind];
    const char *verb = is_write ? "writes" : "reads";
    char channel[32] = "";
    if (c->kind == CELL_FRAMES || c->kind == CELL_TABLE)
        snprintf(channel, sizeof channel, ", channel %u", c->index + 1);
    const long past = at - (long)c->count;
    if (past >= 0)
        snprintf(text, size, "%s %ld %s%s past the end of %s%s", verb, past + 1, unit,
                 past == 0 ? "" : (c->kind == CELL_LIST ? "" : "s"), c->what, channel);
    else if (at < 0)
        snprintf(text, size, "%s %ld %s%s before the start of %s%s", verb, -at, unit,
                 at == -1 ? "" : "s", c->what, channel);
    else
        snprintf(text, size, "%s %s%s, %s %ld, which it may not%s",
                 is_write ? "writes to" : "reads", c->what, channel, unit, at + 1,
                 c->kind == CELL_TABLE ? ": a pointer into a table is good for one block" : "");
}

bool
cell_explain(const void *address, bool is_write, char *text, size_t size)
{
    for (const cell *c = all_cells; c; c = c->next) {
        if (!gph_pages_hold(&c->pages, address))
            continue;
        const char *begin = c->pages.end - (size_t)c->count * c->bytes;
        const long bytes = (long)((intptr_t)address - (intptr_t)begin);
        const long width = (long)c->bytes;
        say_where(c, bytes >= 0 ? bytes / width : -((-bytes + width - 1) / width), is_write, text,
                  size);
        return true;
    }
    return false;
}

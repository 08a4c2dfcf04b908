/* Gives tables their memory and takes it back. [control] */
#include "../platform/shm_left.h"
#include "table.h"
#include "table_body.h"
#include "table_recover.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    LINE = 64, /* bytes that a channel begins at a multiple of */
    PAGE = 4096
};

gph_status
gph_table_layout(const gph_table_body *body, uint64_t *stride, uint64_t *bank_size, uint64_t *bytes)
{
    /* Both factors are bounded (31 and 10 bits), so nothing here wraps in 64 bits. */
    *stride = (body->live.frames * sizeof(float) + LINE - 1) / LINE * LINE;
    *bank_size = (*stride * body->live.channels + PAGE - 1) / PAGE * PAGE;
    *bytes = GPH_TABLE_HEADER + *bank_size * (body->spare ? 2 : 1);
    return *bytes > SIZE_MAX / 2 ? GPH_LIMIT : GPH_OK;
}

/* Whether a crash left sound here that nobody has saved. */
static bool
worth(const void *base, size_t bytes)
{
    const gph_table_header *header = base;
    return bytes >= GPH_TABLE_HEADER && memcmp(header->magic, "GPHTABLE", 8) == 0 &&
           (atomic_load_explicit(&header->written, memory_order_acquire) > 0 ||
            atomic_load_explicit(&header->generation, memory_order_acquire) > 1);
}

static void
fill_header(void *context, void *base)
{
    const gph_table_body *body = context;
    gph_table_header *header = base;
    uint64_t bytes;
    (void)gph_table_layout(body, &header->stride, &header->bank_size, &bytes);
    header->version = 1;
    header->header = GPH_TABLE_HEADER;
    header->channels = body->live.channels;
    header->rate = body->live.rate;
    header->frames = body->live.frames;
    header->banks = body->spare ? 2 : 1;
    header->process = gph_shm_process();
    strncpy(header->name, body->name, sizeof header->name - 1);
    memcpy(header->magic, "GPHTABLE", 8);
}

static const char *
print_bytes(uint64_t bytes, char *text, size_t size)
{
    static const struct {
        uint64_t unit;
        const char *name;
    } units[] = {{1ull << 30, "GiB"}, {1ull << 20, "MiB"}, {1ull << 10, "KiB"}, {1, "B"}};
    size_t n = 0;
    while (n + 1 < sizeof units / sizeof *units && bytes < units[n].unit)
        n++;
    uint64_t tenths = bytes / units[n].unit * 10 + bytes % units[n].unit * 10 / units[n].unit;
    snprintf(text, size, "%llu.%llu %s", (unsigned long long)(tenths / 10),
             (unsigned long long)(tenths % 10), units[n].name);
    return text;
}

/* The process that a block says it belongs to, as " (process 77)". */
static const char *
print_owner(const char *name, char *text, size_t size)
{
    gph_table_header header;
    text[0] = '\0';
    if (gph_shm_peek(name, &header, sizeof header) == sizeof header &&
        memcmp(header.magic, "GPHTABLE", 8) == 0)
        snprintf(text, size, " (process %u)", header.process);
    return text;
}

/* Says why a table has no memory. */
static void
complain(const gph_table_set *set, const gph_table_body *body, gph_status status, int error,
         uint64_t bytes)
{
    char wanted[32], there[32], owner[32], path[GPH_SHM_NAME_MAX + 32] = "";
    (void)gph_shm_path(body->shared_name, path, sizeof path);
    const char *setting = body->live.frames && !body->load ? "length" : "load";
    if (status == GPH_MEMORY)
        gph_table_say(set, GPH_LOG_ERROR, body->name, setting,
                      "this table takes %s of memory; %s are available",
                      print_bytes(bytes, wanted, sizeof wanted),
                      print_bytes(gph_shm_available(body->share), there, sizeof there));
    else if (status == GPH_STATE)
        gph_table_say(set, GPH_LOG_ERROR, body->name, "share",
                      "'%s' belongs to another program that runs%s; give this patch another 'name'",
                      path, print_owner(body->shared_name, owner, sizeof owner));
    else if (error == EEXIST)
        gph_table_say(set, GPH_LOG_ERROR, body->name, "share",
                      "'%s' and nine more of its name hold sound that nobody has saved; "
                      "'graphophone recover' saves it",
                      path);
    else
        gph_table_say(set, GPH_LOG_ERROR, body->name, "share", "'%s' cannot be made: %s", path,
                      strerror(error));
}

static float **
channel_pointers(const gph_table_body *body, uint32_t bank)
{
    const gph_table_header *header = body->live.header;
    float **channels = calloc(body->live.channels, sizeof *channels);
    if (!channels)
        return NULL;
    char *first = (char *)gph_shm_base(body->memory) + header->header + header->bank_size * bank;
    for (uint32_t c = 0; c < body->live.channels; c++)
        channels[c] = (float *)(void *)(first + header->stride * c);
    return channels;
}

/* A table that is there has been left by a run that did not end. */
static void
tell_left(void *user, const gph_table_left *left)
{
    const gph_table_body *body = user;
    if (left->fate == GPH_TABLE_SAVED)
        gph_table_say(body->set, GPH_LOG_WARNING, body->name, "share",
                      "a run that broke off (process %u) had left %llu frames here; they are in %s",
                      left->process, (unsigned long long)left->frames, left->path);
    else if (left->fate == GPH_TABLE_NOT_SAVED)
        gph_table_say(body->set, GPH_LOG_WARNING, body->name, "share",
                      "'%s', which a run that broke off has left, is not saved: %s; "
                      "it stays in memory for 'graphophone recover'",
                      left->memory, left->why);
}

static gph_status
get_memory(gph_table_body *body, uint64_t bytes, int *error)
{
    if (body->share && body->save_folder)
        (void)gph_table_recover_name(body->shared_name, body->save_folder, tell_left, body);
    if (body->share)
        return gph_shm_new_named(body->shared_name, (size_t)bytes, worth, fill_header, body, error,
                                 &body->memory);
    gph_status status = gph_shm_new((size_t)bytes, &body->memory);
    if (status == GPH_OK)
        fill_header(body, gph_shm_base(body->memory));
    return status;
}

static void
release(gph_table_body *body)
{
    for (int bank = 0; bank < 2; bank++) {
        free(body->live.banks[bank]);
        body->live.banks[bank] = NULL;
    }
    body->live.header = NULL;
    body->live.bank = 0;
    body->live.lent = false;
    gph_table_desk_init(&body->desk, body);
    body->live.mark = (gph_table_mark){0};
    body->live.written_before = 0;
    body->live.generation = 0;
    body->saved_generation = body->saved_written = 0;
    gph_shm_free(body->memory);
    body->memory = NULL;
    body->locked = false;
}

static gph_status
load(const gph_table_set *set, gph_table_body *body)
{
    gph_status status = gph_table_load(set, body, 0, &body->live.mark.filled);
    body->saved_generation = ++body->live.generation;
    gph_table_publish(&body->live);
    return status;
}

static gph_status
allocate(const gph_table_set *set, gph_table_body *body)
{
    uint64_t stride, bank_size, bytes = 0;
    int error = 0;
    gph_status status = gph_table_layout(body, &stride, &bank_size, &bytes);
    if (status == GPH_OK)
        status = get_memory(body, bytes, &error);
    else
        status = GPH_MEMORY;
    if (status == GPH_OK) {
        body->live.header = gph_shm_base(body->memory);
        body->live.banks[0] = channel_pointers(body, 0);
        body->live.banks[1] = body->spare ? channel_pointers(body, 1) : NULL;
        if (!body->live.banks[0] || (body->spare && !body->live.banks[1]))
            status = GPH_MEMORY;
    }
    if (status != GPH_OK) {
        complain(set, body, status, error, bytes);
        return status;
    }
    body->locked = gph_shm_lock(body->memory);
    return body->load ? load(set, body) : GPH_OK;
}

gph_status
gph_table_set_allocate(gph_table_set *set)
{
    for (gph_table_body *body = set->first; body; body = body->next) {
        if (body->memory)
            continue;
        gph_status status = allocate(set, body);
        if (status != GPH_OK) {
            gph_table_set_release(set);
            return status;
        }
    }
    return GPH_OK;
}

void
gph_table_set_release(gph_table_set *set)
{
    if (!set)
        return;
    for (gph_table_body *body = set->first; body; body = body->next)
        release(body);
}

void
gph_table_set_each_memory(const gph_table_set *set,
                          void (*each)(void *user, const void *base, size_t bytes), void *user)
{
    for (const gph_table_body *body = set->first; body; body = body->next)
        if (body->memory)
            each(user, gph_shm_base(body->memory), gph_shm_bytes(body->memory));
}

/* Keeps the tables of a run and lends them to nodes, one writer each. [control] */
#include "table.h"
#include "../disk/stream.h"
#include "table_body.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

void
gph_table_say(const gph_table_set *set, uint32_t level, const char *node, const char *setting,
              const char *format, ...)
{
    char text[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    if (set->report)
        set->report(set->context, level, node, setting, text);
}

/* A copy of a text in a name of shared memory: what does not belong there becomes '-'. */
static void
name_part(const char *text, char *part, size_t size)
{
    size_t n = 0;
    for (; text[n] && n + 1 < size; n++) {
        char c = text[n];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        part[n] = letter || c == '_' || c == '-' ? c : '-';
    }
    part[n] = '\0';
}

gph_table_set *
gph_table_set_new(const char *patch, double rate, gph_table_report *report, void *context)
{
    gph_table_set *set = calloc(1, sizeof *set);
    if (!set)
        return NULL;
    set->rate = rate;
    set->report = report;
    set->context = context;
    patch = patch && *patch ? patch : "patch";
    name_part(patch, set->patch, sizeof set->patch);
    set->patch_name = strdup(patch);
    if (!set->patch_name) {
        free(set);
        return NULL;
    }
    return set;
}

void
gph_table_set_move(gph_table_set *set, const char *below)
{
    set->below = below;
}

static void
body_free(gph_table_body *body)
{
    if (!body)
        return;
    for (gph_table *table = body->handles, *next; table; table = next) {
        next = table->next;
        free(table);
    }
    for (int bank = 0; bank < 2; bank++)
        free(body->live.banks[bank]);
    gph_shm_free(body->memory);
    free(body->name);
    free(body->load);
    free(body->save);
    free(body->save_folder);
    free(body->save_format);
    free(body->other);
    free(body);
}

void
gph_table_set_free(gph_table_set *set)
{
    if (!set)
        return;
    (void)gph_table_set_end_service(set);
    for (gph_table_body *body = set->first, *next; body; body = next) {
        next = body->next;
        body_free(body);
    }
    free(set->patch_name);
    free(set);
}

static bool
copy_text(const char *text, char **copy)
{
    *copy = text && *text ? strdup(text) : NULL;
    return *copy || !text || !*text;
}

static gph_table_body *
body_new(gph_table_set *set, const gph_table_spec *spec)
{
    gph_table_body *body = calloc(1, sizeof *body);
    if (!body)
        return NULL;
    if (!copy_text(spec->name, &body->name) || !body->name || !copy_text(spec->load, &body->load) ||
        !copy_text(spec->save, &body->save) || !copy_text(spec->folder, &body->save_folder) ||
        !copy_text(spec->save_format, &body->save_format) ||
        !copy_text(spec->other, &body->other)) {
        body_free(body);
        return NULL;
    }
    body->set = set;
    gph_table_desk_init(&body->desk, body);
    body->spare = spec->spare;
    body->share = spec->share;
    body->live.rate = set->rate;
    if (spec->share) {
        char name[64]; /* of a section: 63 bytes */
        name_part(body->name, name, sizeof name);
        snprintf(body->shared_name, sizeof body->shared_name, "graphophone-%u-%s.%s",
                 gph_shm_user(), set->patch, name);
    }
    return body;
}

/* Width and length: the patch's, or else the file's. */
static gph_status
size_up(const gph_table_set *set, const gph_table_spec *spec, gph_table_body *body)
{
    uint32_t channels = spec->channels;
    uint64_t frames = spec->frames, file_frames = 0;
    if (body->load) {
        uint32_t file_channels = 0;
        gph_status status =
            gph_table_measure(set, body->name, body->load, &file_channels, &file_frames);
        if (status != GPH_OK)
            return status;
        channels = channels ? channels : file_channels;
        frames = frames ? frames : file_frames;
    }
    body->live.channels = channels ? channels : 1;
    body->live.frames = frames;
    if (body->live.channels > GPH_MAX_CHANNELS) {
        gph_table_say(set, GPH_LOG_ERROR, body->name, "channels",
                      "a table has 1 to %u channels, not %u", GPH_MAX_CHANNELS,
                      body->live.channels);
        return GPH_LIMIT;
    }
    if (frames == 0 && (set->rate > 0 || body->load)) {
        gph_table_say(set, GPH_LOG_ERROR, body->name, body->load ? "load" : "length",
                      body->load ? "'%s' has no frames, so the table has no length"
                                 : "a table needs a length above 0%s",
                      body->load ? body->load : "");
        return GPH_ARGUMENT;
    }
    if (frames > GPH_TABLE_MAX_FRAMES) {
        gph_table_say(set, GPH_LOG_ERROR, body->name, "length",
                      "a table has at most %u frames, not %llu", GPH_TABLE_MAX_FRAMES,
                      (unsigned long long)frames);
        return GPH_LIMIT;
    }
    return GPH_OK;
}

/* By itself; whether others have the same names shows before the run. */
static gph_status
check_save(const gph_table_set *set, const gph_table_body *body)
{
    gph_take_counter *takes;
    if (gph_take_counter_new(&takes) != GPH_OK)
        return GPH_MEMORY;
    gph_status status = gph_table_check_save(set, body, takes);
    gph_take_counter_free(takes);
    return status;
}

gph_table_body *
gph_table_find(const gph_table_set *set, const char *name)
{
    for (gph_table_body *body = set->first; body; body = body->next)
        if (strcasecmp(body->name, name) == 0)
            return body;
    return NULL;
}

gph_status
gph_table_set_add(gph_table_set *set, const gph_table_spec *spec)
{
    gph_table_body *body = body_new(set, spec);
    if (!body) {
        gph_table_say(set, GPH_LOG_ERROR, spec->name, NULL, "out of memory");
        return GPH_MEMORY;
    }
    gph_status status = GPH_OK;
    if (gph_table_find(set, body->name)) {
        gph_table_say(set, GPH_LOG_ERROR, spec->name, NULL, "there is a table of this name");
        status = GPH_ARGUMENT;
    } else {
        status = size_up(set, spec, body);
    }
    if (status == GPH_OK && body->save)
        status = check_save(set, body);
    if (status != GPH_OK) {
        body_free(body);
        return status;
    }
    gph_table_body **end = &set->first;
    while (*end)
        end = &(*end)->next;
    *end = body;
    set->count++;
    return GPH_OK;
}

size_t
gph_table_set_count(const gph_table_set *set)
{
    return set->count;
}

/* Who writes a table; NULL: nobody. */
static gph_table *
writer_of(const gph_table_body *body)
{
    for (gph_table *table = body->handles; table; table = table->next)
        if (table->access == GPH_TABLE_WRITE && table->users > 0)
            return table;
    return NULL;
}

/* The mark as other threads may read it. */
static gph_table_mark
mark_of(const gph_table_header *header)
{
    return (gph_table_mark){
        .filled = atomic_load_explicit(&header->filled, memory_order_acquire),
        .head = atomic_load_explicit(&header->head, memory_order_acquire),
        .written = atomic_load_explicit(&header->written, memory_order_acquire),
        .pass = atomic_load_explicit(&header->pass, memory_order_acquire),
        .clock = atomic_load_explicit(&header->clock, memory_order_acquire),
        .state = (uint32_t)atomic_load_explicit(&header->state, memory_order_acquire),
    };
}

void
gph_table_set_get(const gph_table_set *set, size_t index, gph_table_info *info)
{
    *info = (gph_table_info){0};
    const gph_table_body *body = set->first;
    for (size_t n = 0; body && n < index; n++)
        body = body->next;
    if (!body)
        return;
    uint64_t stride, bank_size, bytes;
    const gph_table *writer = writer_of(body);
    *info = (gph_table_info){.name = body->name,
                             .channels = body->live.channels,
                             .spare = body->spare,
                             .shared = body->share,
                             .locked = body->locked,
                             .frames = body->live.frames,
                             .writer = writer ? writer->node : NULL,
                             .shared_name = body->shared_name};
    if (gph_table_layout(body, &stride, &bank_size, &bytes) == GPH_OK)
        info->bytes = bytes;
    if (body->live.header)
        info->mark = mark_of(body->live.header);
}

uint64_t
gph_table_set_bytes(const gph_table_set *set)
{
    uint64_t sum = 0;
    for (const gph_table_body *body = set->first; body; body = body->next) {
        uint64_t stride, bank_size, bytes;
        if (gph_table_layout(body, &stride, &bank_size, &bytes) == GPH_OK)
            sum = bytes > UINT64_MAX - sum ? UINT64_MAX : sum + bytes;
    }
    return sum;
}

/* Whether the node may have this access; says so if not. */
static bool
may_open(const gph_table_set *set, const gph_table_body *body, const char *node, uint32_t access)
{
    const gph_table *writer = access == GPH_TABLE_WRITE ? writer_of(body) : NULL;
    if (!writer || strcmp(writer->node, node) == 0)
        return true;
    gph_table_say(set, GPH_LOG_ERROR, node, "table",
                  "table '%s' has a writer already: '%s'; '%s' needs one of its own", body->name,
                  writer->node, node);
    return false;
}

gph_table *
gph_table_open(gph_table_set *set, const char *name, const char *node, uint32_t access)
{
    gph_table_body *body = gph_table_find(set, name);
    if (!body) {
        gph_table_say(set, GPH_LOG_ERROR, node, "table", "no table '%s'", name);
        return NULL;
    }
    if (!may_open(set, body, node, access))
        return NULL;
    gph_table *table = body->handles;
    while (table && (table->access != access || strcmp(table->node, node) != 0))
        table = table->next;
    if (!table) {
        table = calloc(1, sizeof *table);
        if (!table) {
            gph_table_say(set, GPH_LOG_ERROR, node, "table", "out of memory");
            return NULL;
        }
        snprintf(table->node, sizeof table->node, "%s", node);
        table->live = &body->live;
        table->access = access;
        table->next = body->handles;
        body->handles = table;
    }
    table->users++;
    return table;
}

void
gph_table_close(gph_table *table)
{
    if (!table || table->users == 0)
        return;
    table->users--;
    if (table->users == 0 && table->access == GPH_TABLE_WRITE) {
        /* The next writer counts from 0 again. */
        table->live->written_before += table->live->mark.written;
        table->live->mark.written = 0;
    }
}

/* Saves the sound of shared tables that outlived a crash of their owner. [control] */
#include "table_recover.h"

#include "../platform/shm_left.h"
#include "table_body.h"
#include "table_write.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOST_RATE 1e6 /* frames a second: above it a header lies */

/* One search. */
typedef struct search {
    const char *prefix; /* of names of shared memory, which a file's name goes without */
    const char *folder;
    bool dry_run;
    gph_table_left_report *report;
    void *user;
    char **names;
    size_t n_names, room;
    gph_status status;
} search;

/* A table being read. */
typedef struct source {
    gph_shm_left *left;
    gph_table_header header;
    uint32_t channels;
    uint64_t filled;
    uint64_t first; /* byte of the first sample in use */
    float *buffer;  /* a block of each channel */
    uint32_t block;
} source;

/* ---------------------------------------------------------------- what it says of itself */

/* What is wrong with a header, a sentence; NULL: nothing, and all that it points to is there. */
static const char *
find_lie(const gph_table_header *header, uint64_t bytes)
{
    if (header->version != 1)
        return "it is of a version that this program does not know";
    if (header->header != GPH_TABLE_HEADER || header->channels < 1 ||
        header->channels > GPH_MAX_CHANNELS || header->frames < 1 ||
        header->frames > GPH_TABLE_MAX_FRAMES || header->banks < 1 || header->banks > 2)
        return "its header is damaged: no table has such a size";
    if (!(header->rate >= 1 && header->rate <= MOST_RATE) || header->rate != floor(header->rate))
        return "its header is damaged: no table has such a rate";
    /* With a stride that fits into the file none of these products wraps. */
    if (header->stride % sizeof(float) || header->stride < header->frames * sizeof(float) ||
        header->stride > bytes || header->bank_size < header->stride * header->channels ||
        header->bank_size > bytes || header->bank_size * header->banks > bytes - GPH_TABLE_HEADER)
        return "it is shorter than its header says";
    if (header->bank >= header->banks || header->filled > header->frames)
        return "its header is damaged: it points behind its end";
    return NULL;
}

/* Whether anybody recorded in it, or made something new of it. */
static bool
has_work(const gph_table_header *header)
{
    return header->filled > 0 && (header->written > 0 || header->generation > 1);
}

/* ---------------------------------------------------------------- saving */

static bool
give(void *user, uint64_t at, uint32_t n, const float **ch)
{
    const source *s = user;
    for (uint32_t c = 0; c < s->channels; c++) {
        float *to = s->buffer + (size_t)c * s->block;
        uint64_t from = s->first + s->header.stride * c + at * sizeof(float);
        if (!gph_shm_left_read(s->left, from, to, n * sizeof(float)))
            return false;
        ch[c] = to;
    }
    return true;
}

static gph_status
write_file(const search *look, source *s, const char *name, char *path, size_t path_size,
           gph_stream_problem *problem)
{
    char file_name[GPH_SHM_NAME_MAX + 32];
    const char *rest = name + strlen(look->prefix);
    snprintf(file_name, sizeof file_name, "%s.wav", rest);
    gph_table_file file = {.site = {.node = "table",
                                    .patch = "recovered",
                                    .folder = look->folder,
                                    .rate = s->header.rate},
                           .name = file_name,
                           .format = "wav-f32",
                           .channels = s->channels,
                           .whole_or_none = true};
    s->block = gph_table_write_block(s->channels);
    s->buffer = calloc((size_t)s->block * s->channels, sizeof(float));
    gph_status status = s->buffer ? gph_take_counter_new(&file.site.takes) : GPH_MEMORY;
    if (status == GPH_OK)
        status = gph_table_write(&file, s->filled, give, s, path, path_size, problem);
    gph_take_counter_free(file.site.takes);
    free(s->buffer);
    return status;
}

/* ---------------------------------------------------------------- one table */

static void
tell(search *look, gph_table_left *left)
{
    if (left->fate == GPH_TABLE_NOT_SAVED)
        look->status = GPH_IO;
    look->report(look->user, left);
}

/* Saves a table that is ours now. */
static void
save(search *look, source *s, const char *name, gph_table_left *left)
{
    char path[4096] = "";
    gph_stream_problem problem = {.text = ""};
    bool bare = !has_work(&s->header);
    if (look->dry_run) {
        left->fate = bare ? GPH_TABLE_IS_BARE : GPH_TABLE_IS_LEFT;
        tell(look, left);
        return;
    }
    gph_status status = bare ? GPH_OK : write_file(look, s, name, path, sizeof path, &problem);
    left->fate = status != GPH_OK ? GPH_TABLE_NOT_SAVED
                 : bare           ? GPH_TABLE_IS_BARE
                                  : GPH_TABLE_SAVED;
    left->why = status == GPH_OK       ? ""
                : problem.text[0]      ? problem.text
                : status == GPH_MEMORY ? "memory is out"
                                       : "it could not be read";
    left->path = path;
    /* A name that cannot be removed is found again, and saved again, which is better than not. */
    if (status == GPH_OK)
        (void)gph_shm_left_remove(s->left);
    tell(look, left);
}

static void
look_at(search *look, const char *name, gph_shm_left *claimed)
{
    char memory[GPH_SHM_NAME_MAX + 32];
    source s = {.left = claimed};
    if (gph_shm_path(name, memory, sizeof memory) != GPH_OK ||
        !gph_shm_left_read(claimed, 0, &s.header, sizeof s.header) ||
        memcmp(s.header.magic, "GPHTABLE", 8) != 0)
        return; /* not a table */
    s.header.name[sizeof s.header.name - 1] = '\0';
    gph_table_left left = {.memory = memory, .table = "", .path = "", .why = ""};
    const char *lie = find_lie(&s.header, gph_shm_left_bytes(claimed));
    left.process = s.header.process;
    if (lie) {
        left.fate = GPH_TABLE_NOT_SAVED;
        left.why = lie;
        tell(look, &left);
        return;
    }
    left.table = s.header.name;
    left.rate = s.header.rate;
    left.channels = s.channels = s.header.channels;
    left.frames = s.filled = s.header.filled;
    s.first = GPH_TABLE_HEADER + s.header.bank * s.header.bank_size;
    save(look, &s, name, &left);
}

/* ---------------------------------------------------------------- all of them */

static void
note_name(void *user, const char *name)
{
    search *look = user;
    if (look->n_names == look->room) {
        size_t room = look->room * 2 + 16;
        char **more = realloc(look->names, room * sizeof *more);
        if (!more) {
            look->status = GPH_MEMORY;
            return;
        }
        look->names = more;
        look->room = room;
    }
    char *copy = strdup(name);
    if (copy)
        look->names[look->n_names++] = copy;
    else
        look->status = GPH_MEMORY;
}

static int
by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static gph_status
search_for(search *look, const char *begin, const char *only)
{
    size_t length = only ? strlen(only) : 0;
    if (gph_shm_list(begin, note_name, look) != 0)
        look->status = GPH_IO;
    if (look->n_names)
        qsort(look->names, look->n_names, sizeof *look->names, by_name);
    for (size_t n = 0; n < look->n_names; n++) {
        const char *name = look->names[n];
        gph_shm_left *claimed = NULL;
        bool wanted = !only || !name[length] || strncmp(name + length, ".lost-", 6) == 0;
        if (wanted && gph_shm_claim(name, &claimed) == 0)
            look_at(look, name, claimed);
        gph_shm_left_free(claimed);
        free(look->names[n]);
    }
    free(look->names);
    return look->status;
}

gph_status
gph_table_recover(const char *folder, bool dry_run, gph_table_left_report *report, void *user)
{
    char prefix[64];
    snprintf(prefix, sizeof prefix, "graphophone-%u-", gph_shm_user());
    search look = {
        .prefix = prefix, .folder = folder, .dry_run = dry_run, .report = report, .user = user};
    return search_for(&look, prefix, NULL);
}

gph_status
gph_table_recover_name(const char *name, const char *folder, gph_table_left_report *report,
                       void *user)
{
    char prefix[64];
    snprintf(prefix, sizeof prefix, "graphophone-%u-", gph_shm_user());
    search look = {.prefix = prefix, .folder = folder, .report = report, .user = user};
    return strncmp(name, prefix, strlen(prefix)) == 0 ? search_for(&look, name, name)
                                                      : GPH_ARGUMENT;
}

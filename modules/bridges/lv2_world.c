/* Reads what LV2 bundles say of their plugins. [control] */
#include "lv2_node.h"

#include "path.h"

#include <serd/serd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#ifndef LV2_FOLDERS /* of this installation and of lilv's; the build says them */
#define LV2_FOLDERS "/usr/local/lib/lv2"
#endif

/* LV2 names no path for those that set none; these are where distributions put bundles. */
static const char usual[] = "~/.lv2:" LV2_FOLDERS ":/usr/lib/lv2:/usr/local/lib/lv2";

/* Readers of Turtle call themselves for each bracket: what is nested deeper than the stack is a crash. */
enum { MOST_BRACKETS = 2000, MOST_BYTES = 4 << 20 };

/* ---------------------------------------------------------------- bundles */

typedef struct visit {
    bool (*each)(void *user, const char *folder);
    void *user;
} visit;

static bool
take_folder(void *user, const char *folder, const char *name)
{
    const visit *self = user;
    char path[2 * PATH_MOST], manifest[2 * PATH_MOST];
    const int n = snprintf(path, sizeof path, "%s/%s", folder, name);
    if (n < 0 || (size_t)n >= sizeof path - sizeof "/manifest.ttl")
        return true;
    snprintf(manifest, sizeof manifest, "%.*s/manifest.ttl", n, path);
    return !gph_file_is_there(manifest) || self->each(self->user, path);
}

void
gph_lv2_bundles(bool (*each)(void *user, const char *folder), void *user)
{
    visit self = {each, user};
    gph_path_each("LV2_PATH", usual, take_folder, &self);
}

/* ---------------------------------------------------------------- manifests */

static const char *
objection(FILE *file)
{
    char part[4096];
    size_t got, bytes = 0, brackets = 0;
    while ((got = fread(part, 1, sizeof part, file)) > 0) {
        bytes += got;
        for (size_t i = 0; i < got; i++)
            brackets += part[i] == '[' || part[i] == '(';
        if (bytes > MOST_BYTES)
            return "its manifest.ttl is longer than 4 MiB";
        if (brackets > MOST_BRACKETS)
            return "its manifest.ttl has more than 2000 brackets";
    }
    return NULL;
}

/* It is read only if it is a file: a FIFO would be waited for. */
static bool
may_read(const char *folder, char *why, uint32_t size)
{
    char path[2 * PATH_MOST];
    snprintf(path, sizeof path, "%.*s/manifest.ttl", PATH_MOST, folder);
    if (!gph_file_may_load(path, why, size))
        return false;
    FILE *file = fopen(path, "rbe");
    const char *objects = file != NULL ? objection(file) : "its manifest.ttl cannot be read";
    if (file != NULL)
        fclose(file);
    if (objects != NULL)
        snprintf(why, size, "%s", objects);
    return objects == NULL;
}

typedef struct note_place {
    char *why;
    uint32_t size;
} note_place;

/* Where a manifest is no Turtle. */
static SerdStatus
note(void *user, const SerdError *error)
{
    note_place *place = user;
    const int n = place->why[0] == '\0' ? snprintf(place->why, place->size,
                                                   "manifest.ttl:%u:%u: ", error->line, error->col)
                                        : -1;
    if (n < 0 || (uint32_t)n >= place->size)
        return SERD_SUCCESS;
    vsnprintf(place->why + n, place->size - (uint32_t)n, error->fmt, *error->args);
    place->why[strcspn(place->why, "\n")] = '\0';
    return SERD_SUCCESS;
}

/* As lilv will read it, which would give up as well, and tell the terminal instead of us. */
static bool
is_turtle(const char *folder, char *why, uint32_t size)
{
    char path[2 * PATH_MOST];
    note_place place = {why, size};
    SerdReader *reader = serd_reader_new(SERD_TURTLE, NULL, NULL, NULL, NULL, NULL, NULL);
    snprintf(path, sizeof path, "%.*s/manifest.ttl", PATH_MOST, folder);
    SerdNode uri = serd_node_new_file_uri((const uint8_t *)path, NULL, NULL, true);
    why[0] = '\0';
    serd_reader_set_error_sink(reader, note, &place);
    if (serd_reader_read_file(reader, uri.buf) != SERD_SUCCESS && why[0] == '\0')
        snprintf(why, size, "its manifest.ttl cannot be read");
    serd_node_free(&uri);
    serd_reader_free(reader);
    return why[0] == '\0';
}

static void
load(LilvWorld *world, const char *folder)
{
    char path[2 * PATH_MOST];
    snprintf(path, sizeof path, "%.*s/", PATH_MOST, folder);
    LilvNode *uri = lilv_new_file_uri(world, NULL, path);
    if (uri != NULL)
        lilv_world_load_bundle(world, uri);
    lilv_node_free(uri);
}

bool
gph_lv2_add_bundle(LilvWorld *world, const char *folder, char *why, uint32_t size)
{
    if (!may_read(folder, why, size) || !is_turtle(folder, why, size))
        return false;
    load(world, folder);
    return true;
}

/* ---------------------------------------------------------------- those that are wanted */

typedef struct wanted {
    LilvWorld *world;
    const char *text;
} wanted;

/* A URI may be put together of a prefix and a name, but its end is there as it is; who writes it in escapes is not found
 * this way, and then all manifests are read. */
static bool
mentions(const char *folder, const char *text)
{
    char path[2 * PATH_MOST];
    snprintf(path, sizeof path, "%.*s/manifest.ttl", PATH_MOST, folder);
    FILE *file = fopen(path, "rbe");
    char *content = file != NULL ? malloc(MOST_BYTES + 1) : NULL;
    const size_t n = content != NULL ? fread(content, 1, MOST_BYTES, file) : 0;
    bool found = false;
    for (size_t at = 0, m = strlen(text); !found && at + m <= n; at++)
        found = strncasecmp(content + at, text, m) == 0;
    free(content);
    if (file != NULL)
        fclose(file);
    return found;
}

static bool
add(void *user, const char *folder)
{
    char why[256];
    const wanted *self = user;
    if (self->text == NULL || (may_read(folder, why, sizeof why) && mentions(folder, self->text)))
        (void)gph_lv2_add_bundle(self->world, folder, why, sizeof why);
    return true;
}

gph_status
gph_lv2_open_world(gph_node *self, const char *text)
{
    gph_lv2_forget(self);
    lilv_world_free(self->world);
    self->plugin = NULL;
    self->world = lilv_world_new();
    if (self->world == NULL)
        return GPH_MEMORY;
    wanted all = {self->world, text};
    gph_lv2_bundles(add, &all);
    return GPH_OK;
}

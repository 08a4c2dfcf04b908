/* Finds, checks and loads hosts. [control] */
#include "hosts.h"

#include "../graph/installation.h"
#include "../patch/near.h"
#include "../platform/library.h"
#include "../platform/path.h"

#include <stdlib.h>
#include <string.h>

enum { MOST_FOLDERS = 32, MOST_SETTINGS = 64 };

static const gph_library_wanted wanted = {
    .symbol = "gph_host_1",
    .magic = GPH_MAGIC,
    .what = "host",
    .major = GPH_ABI_MAJOR,
    .minor = GPH_ABI_MINOR,
};

/* A name in a folder, looked into when it is asked for. */
typedef struct found_host {
    gph_host_info info;
    bool loaded; /* or refused */
} found_host;

struct gph_hosts {
    gph_arena *arena;
    const char *folders[MOST_FOLDERS];
    uint32_t n_folders;
    found_host **found; /* by name */
    size_t n_found;
    size_t capacity;
    const char *folder; /* being listed */
    bool out_of_memory;
};

static void
add_folder(gph_hosts *hosts, const char *path, size_t n)
{
    char *copy = gph_arena_copy(hosts->arena, path, n);
    if (!copy)
        hosts->out_of_memory = true;
    else if (n && gph_path_is_absolute(copy) && hosts->n_folders < MOST_FOLDERS)
        hosts->folders[hosts->n_folders++] = copy;
}

static void
add_folders(gph_hosts *hosts, const char *const *folders, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        char *absolute = gph_library_absolute(folders[i]);
        if (absolute)
            add_folder(hosts, absolute, strlen(absolute));
        free(absolute);
    }
    const char *list = gph_library_privileged() ? NULL : getenv("GRAPHOPHONE_HOST_PATH");
    while (list && *list) {
        const char *end = strchr(list, gph_library_separator);
        size_t length = end ? (size_t)(end - list) : strlen(list);
        add_folder(hosts, list, length);
        list = end ? end + 1 : NULL;
    }
    const char *own = gph_installation_folder(hosts->arena, "hosts");
    add_folder(hosts, own ? own : "", own ? strlen(own) : 0);
    hosts->out_of_memory |= !own;
}

static found_host *
known(const gph_hosts *hosts, const char *id)
{
    for (size_t i = 0; i < hosts->n_found; i++)
        if (!strcmp(hosts->found[i]->info.id, id))
            return hosts->found[i];
    return NULL;
}

static char *
join(gph_arena *arena, const char *folder, const char *stem)
{
    size_t n_folder = strlen(folder);
    size_t n_stem = strlen(stem);
    size_t n_ending = strlen(gph_library_ending);
    char *path = gph_arena_allocate(arena, n_folder + n_stem + n_ending + 2, 1);
    if (!path)
        return NULL;
    memcpy(path, folder, n_folder);
    path[n_folder] = '/';
    memcpy(path + n_folder + 1, stem, n_stem);
    memcpy(path + n_folder + 1 + n_stem, gph_library_ending, n_ending);
    return path;
}

static void
take_name(void *user, const char *stem)
{
    gph_hosts *hosts = user;
    if (known(hosts, stem))
        return;
    found_host *found = gph_arena_allocate(hosts->arena, 1, sizeof *found);
    if (!found || !gph_arena_grow(hosts->arena, &hosts->found, hosts->n_found, &hosts->capacity,
                                  sizeof(found_host *))) {
        hosts->out_of_memory = true;
        return;
    }
    found->info.id = gph_arena_copy(hosts->arena, stem, strlen(stem));
    found->info.path = join(hosts->arena, hosts->folder, stem);
    if (found->info.id && found->info.path)
        hosts->found[hosts->n_found++] = found;
    else
        hosts->out_of_memory = true;
}

static int
by_name(const void *a, const void *b)
{
    const found_host *const *x = a;
    const found_host *const *y = b;
    return strcmp((*x)->info.id, (*y)->info.id);
}

gph_status
gph_hosts_new(const char *const *folders, uint32_t n_folders, const gph_allocator *allocator,
              gph_hosts **hosts)
{
    gph_arena *arena = gph_arena_new(allocator);
    gph_hosts *made = arena ? gph_arena_allocate(arena, 1, sizeof *made) : NULL;
    *hosts = NULL;
    if (!made) {
        gph_arena_free(arena);
        return GPH_MEMORY;
    }
    made->arena = arena;
    add_folders(made, folders, n_folders);
    for (uint32_t i = 0; i < made->n_folders; i++) {
        made->folder = made->folders[i];
        gph_library_list(made->folder, take_name, made);
    }
    if (made->out_of_memory) {
        gph_arena_free(arena);
        return GPH_MEMORY;
    }
    if (made->n_found)
        qsort(made->found, made->n_found, sizeof *made->found, by_name);
    *hosts = made;
    return GPH_OK;
}

void
gph_hosts_free(gph_hosts *hosts)
{
    if (hosts)
        gph_arena_free(hosts->arena);
}

static size_t
smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* The settings in structs of our own size, whatever size theirs have. */
static bool
copy_settings(gph_hosts *hosts, gph_host_info *info, const gph_host *host)
{
    gph_setting *copies = gph_arena_allocate(hosts->arena, host->n_settings, sizeof *copies);
    if (!copies)
        return false;
    const unsigned char *given = (const unsigned char *)host->settings;
    for (uint32_t i = 0; i < host->n_settings; i++)
        memcpy(&copies[i], given + (size_t)i * host->setting_stride,
               smaller(sizeof *copies, host->setting_stride));
    info->settings = copies;
    info->n_settings = host->n_settings;
    return true;
}

/* Why a host's descriptor cannot be used, or NULL. */
static const char *
fault_of(const gph_host *host, const char *id)
{
    if (!host->id || strcmp(host->id, id) != 0)
        return "has another name inside than its file";
    if (!host->label || !host->doc || !host->probe || !host->create || !host->destroy ||
        !host->list || !host->open || !host->start || !host->stop || !host->close ||
        !host->latency || !host->stats || !host->dispatch)
        return "lacks a function or text that every host has";
    if (host->n_settings > MOST_SETTINGS ||
        (host->n_settings && (!host->settings || host->setting_stride < 8)))
        return "has a table of settings that makes no sense";
    return NULL;
}

static bool
load(gph_hosts *hosts, found_host *found)
{
    char why[GPH_LIBRARY_SENTENCE];
    char changed[GPH_LIBRARY_SENTENCE]; /* put back; a host is not a stranger who is to be named */
    const void *object = NULL;
    gph_host_info *info = &found->info;
    gph_status status = gph_library_load(info->path, &wanted, &object, why, changed);
    if (status == GPH_MEMORY)
        return false;
    if (status < 0) {
        info->refused = gph_arena_copy(hosts->arena, why, strlen(why));
        return info->refused != NULL;
    }
    const gph_host *given = object;
    gph_host *host = gph_arena_allocate(hosts->arena, 1, sizeof *host);
    if (!host)
        return false;
    memcpy(host, given, smaller(given->size, sizeof *host));
    info->refused = fault_of(host, info->id);
    if (!info->refused)
        info->host = host;
    return info->refused || copy_settings(hosts, info, host);
}

static const gph_host_info *
loaded(gph_hosts *hosts, found_host *found)
{
    if (!found->loaded && !load(hosts, found))
        return NULL;
    found->loaded = true;
    return &found->info;
}

const gph_host_info *
gph_hosts_find(gph_hosts *hosts, const char *id, const char **nearest)
{
    found_host *found = known(hosts, id);
    if (found)
        return loaded(hosts, found);
    gph_near near;
    gph_near_init(&near, id, strlen(id));
    for (size_t i = 0; i < hosts->n_found; i++)
        gph_near_offer(&near, hosts->found[i]->info.id, NULL);
    if (nearest)
        *nearest = near.best;
    return NULL;
}

const gph_host_info *
gph_hosts_get(gph_hosts *hosts, uint32_t index)
{
    return index < hosts->n_found ? loaded(hosts, hosts->found[index]) : NULL;
}

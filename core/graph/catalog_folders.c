/* The folders in which the catalog searches, and all that is in them. [control] */
#include "catalog_inside.h"

#include "../platform/path.h"
#include "installation.h"
#include "sentence.h"

#include <stdlib.h>
#include <string.h>

const gph_type_info *
gph_catalog_builtin(const gph_catalog *catalog, uint32_t index)
{
    return index < GPH_N_BUILTINS ? catalog->builtins[index] : NULL;
}

const char *
gph_catalog_folder(const gph_catalog *catalog, uint32_t index, const char **refused)
{
    if (index >= catalog->n_folders)
        return NULL;
    *refused = catalog->folders[index].refused;
    return catalog->folders[index].path;
}

/* ---------------------------------------------------------------- folders */

static gph_status
add_folder(gph_catalog *catalog, const char *path, const char *refused)
{
    char why[GPH_LIBRARY_SENTENCE];
    if (path == NULL || !gph_arena_grow(catalog->arena, &catalog->folders, catalog->n_folders,
                                        &catalog->folders_capacity, sizeof *catalog->folders))
        return GPH_MEMORY;
    if (refused == NULL && gph_library_trust(path, why) != GPH_OK) {
        refused = gph_sentence(catalog->arena, "%s", why);
        if (refused == NULL)
            return GPH_MEMORY;
    }
    catalog->folders[catalog->n_folders++] = (search_folder){path, refused};
    return GPH_OK;
}

/* A folder that a person gave on the command line: relative ones mean the current folder. */
static gph_status
add_given(gph_catalog *catalog, const char *path)
{
    char *absolute = gph_library_absolute(path);
    const char *kept = absolute != NULL ? absolute : path;
    const gph_status status =
        add_folder(catalog, gph_arena_copy(catalog->arena, kept, strlen(kept)),
                   absolute != NULL ? NULL : "is not there");
    free(absolute);
    return status;
}

/* Folders of the environment variable, which must say where they are by themselves. */
static gph_status
add_list(gph_catalog *catalog, const char *list)
{
    for (const char *from = list; from != NULL;) {
        const char *colon = strchr(from, gph_library_separator);
        const size_t n = colon != NULL ? (size_t)(colon - from) : strlen(from);
        const char *refused = n == 0 ? "is empty, which would be the current folder"
                              : !gph_path_is_absolute(from) ? "is no absolute path"
                                                            : NULL;
        const gph_status status =
            add_folder(catalog, gph_arena_copy(catalog->arena, from, n), refused);
        if (status != GPH_OK)
            return status;
        from = colon != NULL ? colon + 1 : NULL;
    }
    return GPH_OK;
}

static const char *
environment(const gph_catalog_options *options, const char *name)
{
    if (options->environment != NULL)
        return options->environment(options->environment_user, name);
    return gph_library_privileged() ? NULL : getenv(name);
}

static gph_status
add_folders(gph_catalog *catalog, const gph_catalog_options *options)
{
    gph_status status = GPH_OK;
    for (uint32_t i = 0; i < options->n_folders && status == GPH_OK; i++)
        status = add_given(catalog, options->folders[i]);
    const char *list = environment(options, "GRAPHOPHONE_MODULE_PATH");
    if (status == GPH_OK && list != NULL && list[0] != '\0')
        status = add_list(catalog, list);
    const char *home = environment(options, gph_path_own);
    if (status == GPH_OK && home != NULL && gph_path_is_absolute(home))
        status = add_folder(catalog,
                            gph_sentence(catalog->arena, "%s%s", home, gph_path_own_modules), NULL);
    if (status == GPH_OK)
        status = add_folder(catalog, gph_installation_folder(catalog->arena, "modules"), NULL);
    return status;
}

static gph_status
read_builtins(gph_catalog *catalog)
{
    for (uint32_t i = 0; i < GPH_N_BUILTINS; i++) {
        gph_type_info *type = NULL;
        const char *why = NULL;
        const gph_status status =
            gph_type_normalise(gph_builtins[i].type, NULL, catalog->arena, &type, &why);
        if (status != GPH_OK)
            return status;
        type->kind = gph_builtins[i].kind;
        type->given = NULL;
        catalog->builtins[i] = type;
    }
    return GPH_OK;
}

gph_status
gph_catalog_new(const gph_catalog_options *options, gph_catalog **catalog)
{
    static const gph_catalog_options none;
    *catalog = NULL;
    options = options != NULL ? options : &none;
    gph_arena *arena = gph_arena_new(options->allocator);
    gph_catalog *made = arena != NULL ? gph_arena_allocate(arena, 1, sizeof *made) : NULL;
    if (made == NULL) {
        gph_arena_free(arena);
        return GPH_MEMORY;
    }
    made->arena = arena;
    gph_status status = read_builtins(made);
    if (status == GPH_OK)
        status = add_folders(made, options);
    if (status == GPH_OK)
        *catalog = made;
    else
        gph_arena_free(arena);
    return status;
}

void
gph_catalog_free(gph_catalog *catalog)
{
    if (catalog != NULL)
        gph_arena_free(catalog->arena);
}

/* ---------------------------------------------------------------- all there is */

/* Names of one folder on their way into the catalog. */
typedef struct stem_list {
    gph_catalog *catalog;
    const char **stems;
    size_t n, capacity;
    bool out_of_memory;
} stem_list;

static void
take_stem(void *user, const char *stem)
{
    stem_list *list = user;
    const char *copy = gph_arena_copy(list->catalog->arena, stem, strlen(stem));
    if (copy == NULL || !gph_arena_grow(list->catalog->arena, &list->stems, list->n,
                                        &list->capacity, sizeof *list->stems)) {
        list->out_of_memory = true;
        return;
    }
    list->stems[list->n++] = copy;
}

static int
by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Reads the names of `folder` behind those that the list has, in order. */
static gph_status
list_folder(stem_list *list, const search_folder *from)
{
    const size_t before = list->n;
    if (from->refused != NULL || gph_library_list(from->path, take_stem, list) != GPH_OK)
        return GPH_OK;
    if (list->out_of_memory)
        return GPH_MEMORY;
    if (list->n > before)
        qsort(list->stems + before, list->n - before, sizeof *list->stems, by_name);
    return GPH_OK;
}

gph_status
gph_catalog_stems(gph_catalog *catalog)
{
    stem_list list = {.catalog = catalog};
    if (catalog->has_stems)
        return GPH_OK;
    for (size_t i = 0; i < catalog->n_folders; i++)
        if (list_folder(&list, &catalog->folders[i]) != GPH_OK)
            return GPH_MEMORY;
    catalog->stems = list.stems;
    catalog->n_stems = list.n;
    catalog->has_stems = true;
    return GPH_OK;
}

/* The module of that stem that is used instead of one found now. */
static const char *
shadowing(const gph_module_info *const *listed, size_t n, const char *stem)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(listed[i]->stem, stem) == 0)
            return listed[i]->path;
    return NULL;
}

static gph_status
list_modules(gph_catalog *catalog, const search_folder *from, const gph_module_info ***listed,
             size_t *n, size_t *capacity)
{
    stem_list list = {.catalog = catalog};
    if (list_folder(&list, from) != GPH_OK)
        return GPH_MEMORY;
    for (size_t i = 0; i < list.n; i++) {
        found_module *found = NULL;
        const char *above = shadowing(*listed, *n, list.stems[i]);
        const gph_status status =
            gph_catalog_look(catalog, from->path, list.stems[i], NULL, above == NULL, &found);
        if (status == GPH_ARGUMENT)
            continue;
        if (status != GPH_OK ||
            !gph_arena_grow(catalog->arena, listed, *n, capacity, sizeof **listed))
            return GPH_MEMORY;
        found->info.shadowed_by = above;
        (*listed)[(*n)++] = &found->info;
    }
    return GPH_OK;
}

gph_status
gph_catalog_list(gph_catalog *catalog, const gph_module_info *const **modules, uint32_t *n_modules)
{
    const gph_module_info **listed = NULL;
    size_t n = 0, capacity = 0;
    *modules = NULL;
    *n_modules = 0;
    for (size_t i = 0; i < catalog->n_folders; i++)
        if (list_modules(catalog, &catalog->folders[i], &listed, &n, &capacity) != GPH_OK)
            return GPH_MEMORY;
    *modules = listed;
    *n_modules = (uint32_t)n;
    return GPH_OK;
}

gph_status
gph_catalog_open_file(gph_catalog *catalog, const char *path, const gph_module_info **module,
                      const char **why)
{
    *module = NULL;
    *why = "there is no such file";
    char *absolute = gph_library_absolute(path);
    char *slash = absolute != NULL ? strrchr(absolute, '/') : NULL;
    const size_t n_ending = strlen(gph_library_ending);
    const size_t n = slash != NULL ? strlen(slash + 1) : 0;
    gph_status status = GPH_ARGUMENT;
    if (n > n_ending && strcmp(slash + 1 + n - n_ending, gph_library_ending) == 0) {
        found_module *found = NULL;
        slash[1 + n - n_ending] = '\0';
        *slash = '\0';
        status = gph_catalog_look(catalog, absolute, slash + 1, NULL, true, &found);
        if (status == GPH_OK) {
            *module = &found->info;
            *why = found->info.refused;
            status = *why != NULL ? GPH_UNSUPPORTED : GPH_OK;
        }
    } else if (absolute != NULL) {
        *why = "its name does not end as a module's";
    }
    free(absolute);
    return status;
}

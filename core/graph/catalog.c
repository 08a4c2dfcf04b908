/* Finds, checks and loads modules. [control] */
#include "catalog_inside.h"

#include "../patch/near.h"
#include "sentence.h"

#include <string.h>

/* ---------------------------------------------------------------- one file */

static found_module *
known_module(const gph_catalog *catalog, const char *folder, const char *stem)
{
    for (size_t i = 0; i < catalog->n_modules; i++)
        if (strcmp(catalog->modules[i]->info.stem, stem) == 0 &&
            strcmp(catalog->modules[i]->info.folder, folder) == 0)
            return catalog->modules[i];
    return NULL;
}

static found_module *
new_module(gph_catalog *catalog, const char *folder, const char *stem)
{
    gph_arena *arena = catalog->arena;
    found_module *found = gph_arena_allocate(arena, 1, sizeof *found);
    if (found == NULL)
        return NULL;
    found->info.folder = gph_arena_copy(arena, folder, strlen(folder));
    found->info.stem = gph_arena_copy(arena, stem, strlen(stem));
    found->info.path = gph_sentence(arena, "%s/%s%s", folder, stem, gph_library_ending);
    if (found->info.folder == NULL || found->info.stem == NULL || found->info.path == NULL)
        return NULL;
    return found;
}

static gph_status
remember(gph_catalog *catalog, found_module *found)
{
    if (!gph_arena_grow(catalog->arena, &catalog->modules, catalog->n_modules,
                        &catalog->modules_capacity, sizeof *catalog->modules))
        return GPH_MEMORY;
    catalog->modules[catalog->n_modules++] = found;
    return GPH_OK;
}

/* Checks the file, and loads and reads it with `load`. GPH_ARGUMENT: it is not there. */
static gph_status
examine(gph_catalog *catalog, found_module *found, const uint8_t *sha256, bool load)
{
    char why[GPH_LIBRARY_SENTENCE];
    char changed[GPH_LIBRARY_SENTENCE] = "";
    const void *object = NULL;
    gph_library_wanted wanted = gph_module_wanted;
    wanted.sha256 = sha256;
    gph_status status = load ? gph_library_load(found->info.path, &wanted, &object, why, changed)
                             : gph_library_check(found->info.path, &wanted, why);
    if (changed[0] != '\0')
        found->info.changed = gph_sentence(catalog->arena, "%s", changed);
    if (status == GPH_OK && sha256 != NULL) {
        found->pinned = true;
        memcpy(found->sha256, sha256, sizeof found->sha256);
    }
    if (status == GPH_OK && load) {
        status = gph_module_read(catalog, found, object);
        found->loaded = status == GPH_OK;
        return status == GPH_UNSUPPORTED ? GPH_OK : status;
    }
    if (status == GPH_OK || status == GPH_MEMORY)
        return status;
    if (status == GPH_IO && gph_library_is_missing(found->info.path))
        return GPH_ARGUMENT;
    found->info.refused = gph_sentence(catalog->arena, "%s", why);
    return found->info.refused != NULL ? GPH_OK : GPH_MEMORY;
}

gph_status
gph_catalog_look(gph_catalog *catalog, const char *folder, const char *stem, const uint8_t *sha256,
                 bool load, found_module **result)
{
    found_module *found = known_module(catalog, folder, stem);
    *result = found;
    if (found != NULL) {
        const bool wants_more = load && !found->loaded && found->info.refused == NULL;
        return wants_more ? examine(catalog, found, sha256, load) : GPH_OK;
    }
    found = new_module(catalog, folder, stem);
    if (found == NULL)
        return GPH_MEMORY;
    gph_status status = examine(catalog, found, sha256, load);
    if (status == GPH_OK)
        status = remember(catalog, found);
    *result = found;
    return status;
}

/* Why a known module must not be used under a pin; NULL: it may. */
static gph_status
check_pin(gph_catalog *catalog, found_module *found, const uint8_t *sha256, const char **why)
{
    char sentence[GPH_LIBRARY_SENTENCE];
    *why = NULL;
    if (sha256 == NULL || (found->pinned && memcmp(found->sha256, sha256, 32) == 0))
        return GPH_OK;
    gph_library_wanted wanted = gph_module_wanted;
    wanted.sha256 = sha256;
    if (gph_library_check(found->info.path, &wanted, sentence) == GPH_OK)
        return GPH_OK;
    *why = gph_sentence(catalog->arena, "%s", sentence);
    return *why != NULL ? GPH_OK : GPH_MEMORY;
}

/* ---------------------------------------------------------------- nearest names */

static void
offer_type(gph_near *near, const gph_type_info *type, const char *stem)
{
    /* `strings/chorus` is longer than what near looks at in most cases: the bare id is offered. */
    if (stem == NULL || strcmp(stem, type->type.id) == 0)
        gph_near_offer(near, type->type.id, NULL);
}

const char *
gph_catalog_nearest(gph_catalog *catalog, const char *name)
{
    gph_near near;
    gph_near_init(&near, name, strlen(name));
    for (uint32_t i = 0; i < GPH_N_BUILTINS; i++)
        offer_type(&near, catalog->builtins[i], NULL);
    if (gph_catalog_stems(catalog) != GPH_OK)
        return near.best;
    for (size_t i = 0; i < catalog->n_stems; i++)
        gph_near_offer(&near, catalog->stems[i], NULL);
    return near.best;
}

/* ---------------------------------------------------------------- a type by its name */

enum { MAX_NAME = 64 };

/* What `type = NAME` names. */
typedef struct type_name {
    char stem[MAX_NAME];
    char id[MAX_NAME];
} type_name;

static bool
take_name(const char *text, size_t n, char *name)
{
    if (n == 0 || n >= MAX_NAME || strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-_") < n)
        return false;
    memcpy(name, text, n);
    name[n] = '\0';
    return true;
}

/* Plain names only: nothing that a folder's path could be made of. */
static bool
split_name(const char *text, type_name *name)
{
    const char *slash = strchr(text, '/');
    if (slash == NULL)
        return take_name(text, strlen(text), name->stem) && take_name(text, strlen(text), name->id);
    return take_name(text, (size_t)(slash - text), name->stem) &&
           take_name(slash + 1, strlen(slash + 1), name->id);
}

static gph_status
say(gph_status status, const char *sentence, const char **why)
{
    *why = sentence;
    return sentence != NULL ? status : GPH_MEMORY;
}

static gph_status
say_unknown(gph_catalog *catalog, const char *name, const char **why)
{
    const char *near = gph_catalog_nearest(catalog, name);
    return say(GPH_ARGUMENT,
               near != NULL
                   ? gph_sentence(catalog->arena, "no type '%.70s'; did you mean '%s'?", name, near)
                   : gph_sentence(catalog->arena,
                                  "no type '%.70s'; 'graphophone modules' lists what "
                                  "there is",
                                  name),
               why);
}

static gph_status
type_of_module(gph_catalog *catalog, const found_module *found, const char *name,
               const type_name *wanted, const gph_type_info **type, const char **why)
{
    gph_near near;
    if (found->info.refused != NULL)
        return say(GPH_UNSUPPORTED,
                   gph_sentence(catalog->arena, "'%s' %s (%s)", name, found->info.refused,
                                found->info.folder),
                   why);
    gph_near_init(&near, wanted->id, strlen(wanted->id));
    for (uint32_t i = 0; i < found->info.n_types; i++) {
        if (strcmp(found->info.types[i]->type.id, wanted->id) == 0) {
            *type = found->info.types[i];
            return GPH_OK;
        }
        gph_near_offer(&near, found->info.types[i]->type.id, NULL);
    }
    const char *best = near.best != NULL ? near.best : found->info.types[0]->type.id;
    return say(GPH_ARGUMENT,
               gph_sentence(catalog->arena, "module '%s' has no type '%s'; it has '%s' (%s)",
                            wanted->stem, wanted->id, best, found->info.folder),
               why);
}

static gph_status
find_in_folders(gph_catalog *catalog, const char *name, const type_name *wanted,
                const uint8_t *sha256, const gph_type_info **type, const char **why)
{
    for (size_t i = 0; i < catalog->n_folders; i++) {
        found_module *found = NULL;
        if (catalog->folders[i].refused != NULL)
            continue;
        gph_status status =
            gph_catalog_look(catalog, catalog->folders[i].path, wanted->stem, sha256, true, &found);
        if (status == GPH_ARGUMENT)
            continue;
        if (status == GPH_OK && found->info.refused == NULL)
            status = check_pin(catalog, found, sha256, why);
        if (status != GPH_OK)
            return status;
        if (*why != NULL)
            return say(GPH_UNSUPPORTED,
                       gph_sentence(catalog->arena, "'%s' %s (%s)", name, *why, found->info.folder),
                       why);
        return type_of_module(catalog, found, name, wanted, type, why);
    }
    return say_unknown(catalog, name, why);
}

gph_status
gph_catalog_find(gph_catalog *catalog, const char *name, const uint8_t *sha256,
                 const gph_type_info **type, const char **why)
{
    type_name wanted;
    *type = NULL;
    *why = NULL;
    for (uint32_t i = 0; i < GPH_N_BUILTINS; i++) {
        if (strcmp(catalog->builtins[i]->type.id, name) == 0) {
            *type = catalog->builtins[i];
            return GPH_OK;
        }
    }
    if (!split_name(name, &wanted))
        return say(GPH_ARGUMENT,
                   gph_sentence(catalog->arena,
                                "'%.70s' is no type; a type is a plain name or MODULE/TYPE", name),
                   why);
    return find_in_folders(catalog, name, &wanted, sha256, type, why);
}

/* Reads what a loaded module says of itself. [control] */
#include "catalog_inside.h"

#include "limits.h"
#include "sentence.h"

#include <string.h>

const gph_library_wanted gph_module_wanted = {
    .symbol = "gph_module_1",
    .magic = GPH_MAGIC,
    .what = "module",
    .major = GPH_ABI_MAJOR,
    .minor = GPH_ABI_MINOR,
};

/* A text of the module, copied; "" for none. NULL: memory is out, or it has no end. */
static const char *
copy_text(gph_arena *arena, const char *text)
{
    const size_t n = text != NULL ? strnlen(text, GPH_MODULE_MAX_TEXT) : 0;
    return gph_arena_copy(arena, text != NULL ? text : "", n);
}

static gph_status
refuse(found_module *found, const char *sentence)
{
    found->info.refused = sentence;
    return sentence != NULL ? GPH_UNSUPPORTED : GPH_MEMORY;
}

/* Type ids are unique in a module, and each type can run. */
static gph_status
check_type(found_module *found, gph_arena *arena, const gph_type_info *type, uint32_t n_before)
{
    if (type->type.process == NULL)
        return refuse(found,
                      gph_sentence(arena, "has a type '%s' that has no process", type->type.id));
    for (uint32_t k = 0; k < n_before; k++)
        if (strcmp(found->info.types[k]->type.id, type->type.id) == 0)
            return refuse(found, gph_sentence(arena, "has two types '%s'", type->type.id));
    return GPH_OK;
}

static gph_status
read_types(gph_catalog *catalog, found_module *found, const gph_module *module)
{
    gph_arena *arena = catalog->arena;
    const gph_type_info **types = gph_arena_allocate(arena, module->n_types, sizeof *types);
    if (types == NULL)
        return GPH_MEMORY;
    found->info.types = types;
    for (uint32_t i = 0; i < module->n_types; i++) {
        gph_type_info *type = NULL;
        const char *why = NULL;
        if (module->types[i] == NULL)
            return refuse(found, gph_sentence(arena, "says it has %u types and gives %u",
                                              module->n_types, i));
        gph_status status = gph_type_normalise(module->types[i], &found->info, arena, &type, &why);
        if (status == GPH_ARGUMENT)
            return refuse(found, why);
        if (status == GPH_OK)
            status = check_type(found, arena, type, i);
        if (status != GPH_OK)
            return status;
        types[i] = type;
    }
    found->info.n_types = module->n_types;
    return GPH_OK;
}

gph_status
gph_module_read(gph_catalog *catalog, found_module *found, const gph_module *given)
{
    gph_arena *arena = catalog->arena;
    gph_module module = {0};
    const uint32_t least = offsetof(gph_module, n_types) + sizeof module.n_types;
    if (given->size < least || given->size > GPH_TYPE_MAX_STRIDE)
        return refuse(found, gph_sentence(arena, "says that it is %u bytes", given->size));
    memcpy(&module, given, given->size < sizeof module ? given->size : sizeof module);
    if (module.n_types == 0 || module.n_types > GPH_MODULE_MAX_TYPES || module.types == NULL)
        return refuse(found, gph_sentence(arena, "says it has %u types", module.n_types));
    found->info.name = copy_text(arena, module.name);
    found->info.version = copy_text(arena, module.version);
    found->info.author = copy_text(arena, module.author);
    found->info.license = copy_text(arena, module.license);
    found->info.url = copy_text(arena, module.url);
    if (found->info.name == NULL || found->info.version == NULL || found->info.author == NULL ||
        found->info.license == NULL || found->info.url == NULL)
        return GPH_MEMORY;
    const gph_status status = read_types(catalog, found, &module);
    if (status != GPH_OK) {
        found->info.types = NULL;
        found->info.n_types = 0;
    }
    return status;
}

/* Asks a type which plugins of another system it finds. [control] */
#include "catalogue_plugins.h"

#include <stdio.h>
#include <string.h>

/* An instance that is only asked has nothing to run, to log or to write. */
static const void *GPH_CALL
get(const gph_runtime *rt, const char *id)
{
    (void)rt, (void)id;
    return NULL;
}

static void GPH_CALL
tell(const gph_runtime *rt, uint32_t level, const char *text)
{
    (void)rt, (void)level, (void)text;
}

static void GPH_CALL
fault(const gph_runtime *rt, uint32_t code, int64_t a, int64_t b)
{
    (void)rt, (void)code, (void)a, (void)b;
}

static void GPH_CALL
emit(const gph_runtime *rt, const gph_event *event)
{
    (void)rt, (void)event;
}

static void GPH_CALL
restart(const gph_runtime *rt)
{
    (void)rt;
}

static const gph_runtime nobody = {sizeof nobody, GPH_ABI_MINOR, get, tell, fault, emit, restart};

void
gph_asker_finish(gph_asker *asker)
{
    if (asker->node != NULL && asker->type->type.destroy != NULL)
        asker->type->type.destroy(asker->node);
    gph_arena_free(asker->arena);
    *asker = (gph_asker){0};
}

const gph_plugins *
gph_asker_ask(gph_asker *asker, const gph_type_info *type)
{
    gph_asker_finish(asker);
    if (type->given == NULL || type->type.create == NULL || type->type.extension == NULL ||
        type->type.describe == NULL || gph_type_find_setting(type, "plugin") == UINT32_MAX)
        return NULL;
    asker->type = type;
    asker->node = type->type.create(&nobody, type->given);
    const gph_plugins *plugins =
        asker->node != NULL ? type->type.extension(asker->node, GPH_PLUGINS_ID) : NULL;
    return plugins != NULL && plugins->size >= sizeof *plugins ? plugins : NULL;
}

const gph_type_info *
gph_asker_look(gph_asker *asker, const gph_plugins *plugins, const char *plugin, char *error,
               uint32_t error_size)
{
    gph_type_info *info = NULL;
    const char *why = NULL;
    error[0] = '\0';
    const gph_type *given = plugins->look(asker->node, plugin, error, error_size);
    error[error_size - 1] = '\0';
    asker->arena = given != NULL ? gph_arena_new(NULL) : NULL;
    if (asker->arena == NULL)
        return NULL;
    if (gph_type_normalise(given, asker->type->module, asker->arena, &info, &why) != GPH_OK)
        snprintf(error, error_size, "its %s %s", asker->type->type.id,
                 why != NULL ? why : "cannot be read: memory is out");
    return info;
}

/* What is installed, for those who embed the library: modules and hosts on the search paths. [control] */
#include "../graph/catalog.h"
#include "../graph/installation.h"
#include "catalogue_plugins.h"
#include "hosts.h"
#include "services.h"

#include <graphophone/graphophone.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WHY = 512 };

/* What a host says of itself when it is asked. */
typedef struct asked_host {
    const gph_host_info *info;
    gph_services *services;
    gph_host_self *self; /* made when its devices are asked for */
    bool usable;
    char why[WHY];
} asked_host;

struct gph_catalogue {
    gph_catalog *modules;
    gph_hosts *hosts;
    asked_host *asked;
    uint32_t n_hosts;
    const gph_module_info *const *listed;
    uint32_t n_listed;
    const gph_type **types; /* of the module that was asked for last */
    gph_asker asker;        /* of the type that was asked for plugins last */
};

static bool
ask(asked_host *host)
{
    if (!host->info || !host->info->host)
        return host->info != NULL;
    if (gph_services_new(host->info->id, NULL, NULL, &host->services) < 0)
        return false;
    host->usable = host->info->host->probe(gph_services_table(host->services), host->why, WHY) >= 0;
    return true;
}

static bool
ask_hosts(gph_catalogue *catalogue)
{
    uint32_t n = 0;
    while (gph_hosts_get(catalogue->hosts, n))
        n++;
    catalogue->asked = calloc((size_t)n + 1, sizeof *catalogue->asked);
    for (bool good = catalogue->asked != NULL; good && catalogue->n_hosts < n;
         catalogue->n_hosts++) {
        asked_host *host = &catalogue->asked[catalogue->n_hosts];
        host->info = gph_hosts_get(catalogue->hosts, catalogue->n_hosts);
        good = ask(host);
    }
    return catalogue->asked && catalogue->n_hosts == n;
}

int
gph_catalogue_new(const gph_rig_options *options, gph_catalogue **catalogue)
{
    static const gph_rig_options none;
    options = options ? options : &none;
    const gph_catalog_options modules = {.folders = options->module_folders,
                                         .n_folders = options->n_module_folders};
    gph_catalogue *made = calloc(1, sizeof *made);
    *catalogue = made;
    if (made && gph_catalog_new(&modules, &made->modules) == GPH_OK &&
        gph_hosts_new(options->host_folders, options->n_host_folders, NULL, &made->hosts) ==
            GPH_OK &&
        gph_catalog_list(made->modules, &made->listed, &made->n_listed) == GPH_OK &&
        ask_hosts(made))
        return GPH_EXIT_OK;
    gph_catalogue_free(made);
    *catalogue = NULL;
    return GPH_EXIT_MACHINE;
}

void
gph_catalogue_free(gph_catalogue *catalogue)
{
    if (!catalogue)
        return;
    for (uint32_t i = 0; i < catalogue->n_hosts; i++) {
        asked_host *host = &catalogue->asked[i];
        if (host->self)
            host->info->host->destroy(host->self);
        gph_services_free(host->services);
    }
    gph_asker_finish(&catalogue->asker);
    free(catalogue->asked);
    free(catalogue->types);
    gph_hosts_free(catalogue->hosts);
    gph_catalog_free(catalogue->modules);
    free(catalogue);
}

/* Gives a caller's struct, which may be older and shorter than ours, what it has room for. */
static void
give(void *to, const void *from, uint32_t mine)
{
    uint32_t size;
    memcpy(&size, to, sizeof size);
    if (size > sizeof size)
        memcpy((unsigned char *)to + sizeof size, (const unsigned char *)from + sizeof size,
               (size < mine ? size : mine) - sizeof size);
}

static gph_status
give_module(gph_catalogue *catalogue, const gph_module_info *info, gph_catalogue_module *module)
{
    const gph_type **types = realloc(catalogue->types, ((size_t)info->n_types + 1) * sizeof *types);
    if (!types)
        return GPH_MEMORY;
    catalogue->types = types;
    for (uint32_t i = 0; i < info->n_types; i++)
        types[i] = &info->types[i]->type;
    const gph_catalogue_module out = {
        .n_types = info->n_types,
        .path = info->path,
        .name = info->name ? info->name : info->stem,
        .version = info->version,
        .author = info->author,
        .license = info->license,
        .refused = info->refused,
        .shadowed_by = info->shadowed_by,
        .types = types,
    };
    give(module, &out, sizeof out);
    return GPH_OK;
}

gph_status
gph_catalogue_get_module(gph_catalogue *catalogue, uint32_t index, gph_catalogue_module *module)
{
    if (index >= catalogue->n_listed)
        return GPH_LIMIT;
    return give_module(catalogue, catalogue->listed[index], module);
}

gph_status
gph_catalogue_open_file(gph_catalogue *catalogue, const char *path, gph_catalogue_module *module)
{
    const gph_module_info *info = NULL;
    const char *why = NULL;
    const gph_status status = gph_catalog_open_file(catalogue->modules, path, &info, &why);
    if (info == NULL)
        return status;
    return give_module(catalogue, info, module);
}

const gph_type *
gph_catalogue_type(gph_catalogue *catalogue, const char *name, const char **nearest)
{
    const gph_type_info *type = NULL;
    const char *why = NULL;
    if (nearest)
        *nearest = NULL;
    if (gph_catalog_find(catalogue->modules, name, NULL, &type, &why) == GPH_OK)
        return &type->type;
    if (nearest)
        *nearest = gph_catalog_nearest(catalogue->modules, name);
    return NULL;
}

/* A type that the catalogue gave out is the first member of what it knows of it. */
static const gph_plugins *
ask_plugins(gph_catalogue *catalogue, const gph_type *type)
{
    return gph_asker_ask(&catalogue->asker, (const gph_type_info *)(const void *)type);
}

gph_status
gph_catalogue_plugins(gph_catalogue *catalogue, const gph_type *type,
                      void(GPH_CALL *each)(void *user, const gph_plugin *plugin), void *user)
{
    const gph_plugins *plugins = ask_plugins(catalogue, type);
    if (plugins == NULL)
        return GPH_UNSUPPORTED;
    return plugins->list(catalogue->asker.node, each, user);
}

const gph_type *
gph_catalogue_plugin(gph_catalogue *catalogue, const gph_type *type, const char *plugin,
                     char *error, uint32_t error_size)
{
    const gph_plugins *plugins = ask_plugins(catalogue, type);
    if (plugins == NULL) {
        snprintf(error, error_size, "%s loads no plugins", type->id);
        return NULL;
    }
    const gph_type_info *info =
        gph_asker_look(&catalogue->asker, plugins, plugin, error, error_size);
    return info != NULL ? &info->type : NULL;
}

const gph_type *
gph_catalogue_builtin(gph_catalogue *catalogue, uint32_t index)
{
    const gph_type_info *type = gph_catalog_builtin(catalogue->modules, index);
    return type ? &type->type : NULL;
}

gph_status
gph_catalogue_get_host(gph_catalogue *catalogue, uint32_t index, gph_catalogue_host *host)
{
    if (index >= catalogue->n_hosts)
        return GPH_LIMIT;
    const asked_host *asked = &catalogue->asked[index];
    const gph_host *loaded = asked->info->host;
    const gph_catalogue_host out = {
        .usable = asked->usable,
        .path = asked->info->path,
        .id = asked->info->id,
        .label = loaded ? loaded->label : NULL,
        .doc = loaded ? loaded->doc : NULL,
        .reason = asked->info->refused ? asked->info->refused : asked->why,
        .host = loaded,
    };
    give(host, &out, sizeof out);
    return GPH_OK;
}

/* The host that is asked, with a self; NULL: *status says why not. */
static asked_host *
begin_asking(gph_catalogue *catalogue, uint32_t host, gph_status *status)
{
    *status = GPH_ARGUMENT;
    if (host >= catalogue->n_hosts || !catalogue->asked[host].usable)
        return NULL;
    asked_host *asked = &catalogue->asked[host];
    if (!asked->self)
        asked->self = asked->info->host->create(gph_services_table(asked->services));
    *status = asked->self ? GPH_OK : GPH_MEMORY;
    return asked->self ? asked : NULL;
}

gph_status
gph_catalogue_devices(gph_catalogue *catalogue, uint32_t host,
                      void(GPH_CALL *each)(void *user, const gph_device *device), void *user)
{
    gph_status status;
    asked_host *asked = begin_asking(catalogue, host, &status);
    return asked ? asked->info->host->list(asked->self, NULL, each, user) : status;
}

gph_status
gph_catalogue_device_caps(gph_catalogue *catalogue, uint32_t host, const char *id,
                          uint32_t direction, gph_device_caps *caps)
{
    gph_status status;
    asked_host *asked = begin_asking(catalogue, host, &status);
    if (!asked)
        return status;
    if (!asked->info->host->caps_of)
        return GPH_UNSUPPORTED;
    return asked->info->host->caps_of(asked->self, id, direction, caps);
}

gph_status
gph_installed_folder(const char *what, char *path, uint32_t size)
{
    gph_arena *arena = gph_arena_new(NULL);
    const char *folder = arena ? gph_installation_folder(arena, what) : NULL;
    gph_status status = folder ? GPH_OK : GPH_MEMORY;
    if (folder && strlen(folder) >= size)
        status = GPH_LIMIT;
    if (status == GPH_OK)
        memcpy(path, folder, strlen(folder) + 1);
    gph_arena_free(arena);
    return status;
}

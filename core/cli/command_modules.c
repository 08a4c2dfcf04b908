/* graphophone modules: what is installed. [control] */
#include "command.h"
#include "inventory.h"
#include "json.h"
#include "rig_options.h"

#include <graphophone/graphophone.h>

#include <stdio.h>

static void
print_module(const gph_catalogue_module *module)
{
    if (module->refused) {
        printf("%-16s refused: %s (%s)\n", module->name, module->refused, module->path);
        return;
    }
    for (uint32_t t = 0; t < module->n_types; t++)
        printf("%-16s %s\n", module->types[t]->id, module->types[t]->doc);
    if (module->shadowed_by)
        printf("%-16s   %s is not used: %s comes first\n", "", module->path, module->shadowed_by);
}

static json_t *
module_json(const gph_catalogue_module *module)
{
    json_t *types = json_array();
    for (uint32_t t = 0; t < module->n_types; t++)
        json_array_append_new(types,
                              json_pack("{ss ss ss}", "id", module->types[t]->id, "name",
                                        module->types[t]->name, "doc", module->types[t]->doc));
    return json_pack("{ss ss ss? ss? ss? ss? ss? so}", "name", module->name, "path", module->path,
                     "version", module->version, "author", module->author, "license",
                     module->license, "refused", module->refused, "shadowed_by",
                     module->shadowed_by, "types", types);
}

static void
print_all(gph_catalogue *catalogue)
{
    const gph_type *type;
    for (uint32_t i = 0; (type = gph_catalogue_builtin(catalogue, i)); i++)
        printf("%-16s %s (built in)\n", type->id, type->doc);
    gph_catalogue_module module = {.size = sizeof module};
    for (uint32_t i = 0; gph_catalogue_get_module(catalogue, i, &module) == GPH_OK; i++)
        print_module(&module);
}

static void
print_json(gph_catalogue *catalogue)
{
    json_t *modules = json_array();
    gph_catalogue_module module = {.size = sizeof module};
    for (uint32_t i = 0; gph_catalogue_get_module(catalogue, i, &module) == GPH_OK; i++)
        json_array_append_new(modules, module_json(&module));
    gph_json_print(modules);
}

/* ---------------------------------------------------------------- plugins */

/* One that is listed, of which type. */
typedef struct listing {
    const gph_type *type;
    json_t *rows; /* NULL: as text */
} listing;

static void GPH_CALL
show_plugin(void *user, const gph_plugin *plugin)
{
    listing *self = user;
    const char *refused = plugin->refused && plugin->refused[0] ? plugin->refused : NULL;
    if (self->rows)
        json_array_append_new(
            self->rows, json_pack("{ss ss ss si si si ss? ss? ss ss?}", "type", self->type->id,
                                  "plugin", plugin->id, "name", plugin->name, "inputs",
                                  (int)plugin->n_in, "outputs", (int)plugin->n_out, "parameters",
                                  (int)plugin->n_params, "author", plugin->author, "license",
                                  plugin->license, "path", plugin->path, "refused", refused));
    else if (refused)
        printf("%-8s %-40s refused: %s (%s)\n", self->type->id, plugin->id, refused, plugin->path);
    else
        printf("%-8s %-40s %u > %u  %s\n", self->type->id, plugin->id, plugin->n_in, plugin->n_out,
               plugin->name);
}

/* Whether a type is listed as one of an earlier module: a folder may be searched twice. */
static bool
is_listed(gph_catalogue *catalogue, uint32_t module, const gph_type *type)
{
    gph_catalogue_module earlier = {.size = sizeof earlier};
    for (uint32_t i = 0; i < module; i++) {
        (void)gph_catalogue_get_module(catalogue, i, &earlier);
        for (uint32_t t = 0; t < earlier.n_types; t++)
            if (earlier.types[t] == type)
                return true;
    }
    return false;
}

/* Of every type that loads plugins. */
static bool
show_plugins(gph_catalogue *catalogue, json_t *rows)
{
    bool any = false;
    gph_catalogue_module module = {.size = sizeof module};
    for (uint32_t i = 0; gph_catalogue_get_module(catalogue, i, &module) == GPH_OK; i++) {
        for (uint32_t t = 0; t < module.n_types; t++) {
            listing self = {module.types[t], rows};
            if (!is_listed(catalogue, i, self.type) &&
                gph_catalogue_plugins(catalogue, self.type, show_plugin, &self) != GPH_UNSUPPORTED)
                any = true;
            /* The array of types lives until the next module is asked for. */
            (void)gph_catalogue_get_module(catalogue, i, &module);
        }
    }
    return any;
}

static int
show_all_plugins(const gph_arguments *arguments, gph_catalogue *catalogue)
{
    json_t *rows = gph_arguments_has(arguments, "json") ? json_array() : NULL;
    const bool any = show_plugins(catalogue, rows);
    if (rows)
        gph_json_print(rows);
    else if (!any)
        puts("No module is installed that loads plugins; 'ladspa' and 'lv2' do.");
    return GPH_EXIT_OK;
}

static int
show(const gph_arguments *arguments, gph_catalogue *catalogue)
{
    if (gph_arguments_has(arguments, "plugins"))
        return show_all_plugins(arguments, catalogue);
    if (gph_arguments_has(arguments, "json"))
        print_json(catalogue);
    else
        print_all(catalogue);
    return GPH_EXIT_OK;
}

static int
run(const gph_arguments *arguments)
{
    return gph_inventory_show(arguments, show);
}

static const gph_option options[] = {
    {"plugins", NULL, "Lists the plugins that bridges (ladspa, lv2) find instead."},
    {NULL, NULL, NULL},
};
static const gph_option *const tables[] = {gph_folder_option_table, gph_json_option_table, options,
                                           NULL};

const gph_command gph_command_modules = {
    .name = "modules",
    .words = "",
    .summary = "List the types that a patch may use.",
    .text = "Lists the types of all modules found, and the modules that were refused or that "
            "another one\n"
            "of the same name comes before, and why. With --plugins: for each plugin the type "
            "that loads\n"
            "it, what 'plugin =' takes, channels in and out, and its name.",
    .options = tables,
    .run = run,
};

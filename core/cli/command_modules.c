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

static int
show(const gph_arguments *arguments, gph_catalogue *catalogue)
{
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

static const gph_option *const tables[] = {gph_folder_option_table, gph_json_option_table, NULL};

const gph_command gph_command_modules = {
    .name = "modules",
    .words = "",
    .summary = "List the types that a patch may use.",
    .text = "Lists the types of all modules found, and the modules that were refused or that "
            "another one\n"
            "of the same name comes before, and why.",
    .options = tables,
    .run = run,
};

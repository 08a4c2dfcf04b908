/* graphophone describe: the reference page of a type. [control] */
#include "command.h"
#include "inventory.h"
#include "reference.h"
#include "rig_options.h"

#include "../platform/terminal.h"

#include <graphophone/graphophone.h>

#include <stdio.h>
#include <string.h>

static int
refuse(const char *name, const char *nearest)
{
    fprintf(stderr, "graphophone: there is no type '%s'", name);
    if (nearest)
        fprintf(stderr, "; did you mean '%s'?\n", nearest);
    else
        fprintf(stderr, "; 'graphophone modules' lists them\n");
    return GPH_EXIT_MODULE;
}

static void
print(const gph_arguments *arguments, const gph_type *type)
{
    if (gph_arguments_has(arguments, "markdown"))
        gph_reference_print_markdown(type);
    else
        gph_reference_print(type, gph_terminal_has_colour(stdout));
}

static int
describe_type(const gph_arguments *arguments, gph_catalogue *catalogue)
{
    const char *nearest = NULL;
    const gph_type *type = gph_catalogue_type(catalogue, arguments->words[0], &nearest);
    if (!type)
        return refuse(arguments->words[0], nearest);
    if (arguments->n_words > 1) {
        char why[512];
        const char *plugin = arguments->words[1];
        type = gph_catalogue_plugin(catalogue, type, plugin, why, sizeof why);
        if (!type) {
            fprintf(stderr, "graphophone: %s\n", why);
            return GPH_EXIT_MODULE;
        }
    }
    if (gph_arguments_has(arguments, "json"))
        gph_json_print(gph_reference_json(type));
    else
        print(arguments, type);
    return GPH_EXIT_OK;
}

/* All types of a file, in its order. */
static int
describe_file(const gph_arguments *arguments, gph_catalogue *catalogue)
{
    gph_catalogue_module module = {.size = sizeof module};
    if (gph_catalogue_open_file(catalogue, arguments->words[0], &module) != GPH_OK) {
        fprintf(stderr, "graphophone: there is no module file '%s'\n", arguments->words[0]);
        return GPH_EXIT_MODULE;
    }
    if (module.refused) {
        fprintf(stderr, "graphophone: %s %s\n", module.path, module.refused);
        return GPH_EXIT_MODULE;
    }
    json_t *pages = json_array();
    for (uint32_t t = 0; t < module.n_types; t++) {
        if (gph_arguments_has(arguments, "json"))
            json_array_append_new(pages, gph_reference_json(module.types[t]));
        else
            print(arguments, module.types[t]);
        if (t + 1 < module.n_types && !gph_arguments_has(arguments, "json"))
            puts("");
    }
    if (gph_arguments_has(arguments, "json"))
        gph_json_print(json_incref(pages));
    json_decref(pages);
    return GPH_EXIT_OK;
}

static int
run(const gph_arguments *arguments)
{
    /* No type's name has a dot, and every file's has. */
    const bool is_file = strchr(arguments->words[0], '.') && arguments->n_words == 1;
    return gph_inventory_show(arguments, is_file ? describe_file : describe_type);
}

static const gph_option options[] = {
    {"markdown", NULL, "Prints Markdown."},
    {NULL, NULL, NULL},
};
static const gph_option *const tables[] = {gph_folder_option_table, gph_json_option_table, options,
                                           NULL};

const gph_command gph_command_describe = {
    .name = "describe",
    .words = "TYPE|FILE [PLUGIN]",
    .summary = "Print what a type takes and gives.",
    .text =
        "Prints the reference page of a type, from its module alone: ports, settings, parameters,\n"
        "triggers and meters, with ranges and defaults. FILE is a module file anywhere, a word "
        "with a\n"
        "dot in it, such as gain.so: all types in it; with --json a list of them.\n"
        "PLUGIN is what 'plugin =' takes in a node of such a type (ladspa, lv2): the page then\n"
        "shows what a node with that plugin has.",
    .options = tables,
    .least_words = 1,
    .most_words = 2,
    .run = run,
};

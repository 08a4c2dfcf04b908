/* graphophone describe: the reference page of a type. [control] */
#include "command.h"
#include "inventory.h"
#include "reference.h"
#include "rig_options.h"

#include "../platform/terminal.h"

#include <graphophone/graphophone.h>

#include <stdio.h>

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

static int
describe(const gph_arguments *arguments, gph_catalogue *catalogue)
{
    const char *nearest = NULL;
    const gph_type *type = gph_catalogue_type(catalogue, arguments->words[0], &nearest);
    if (!type)
        return refuse(arguments->words[0], nearest);
    if (gph_arguments_has(arguments, "json"))
        gph_json_print(gph_reference_json(type));
    else if (gph_arguments_has(arguments, "markdown"))
        gph_reference_print_markdown(type);
    else
        gph_reference_print(type, gph_terminal_has_colour(stdout));
    return GPH_EXIT_OK;
}

static int
run(const gph_arguments *arguments)
{
    return gph_inventory_show(arguments, describe);
}

static const gph_option options[] = {
    {"markdown", NULL, "Prints Markdown."},
    {NULL, NULL, NULL},
};
static const gph_option *const tables[] = {gph_folder_option_table, gph_json_option_table, options,
                                           NULL};

const gph_command gph_command_describe = {
    .name = "describe",
    .words = "TYPE",
    .summary = "Print what a type takes and gives.",
    .text =
        "Prints the reference page of a type, from its module alone: ports, settings, parameters,\n"
        "triggers and meters, with ranges and defaults.",
    .options = tables,
    .least_words = 1,
    .most_words = 1,
    .run = run,
};

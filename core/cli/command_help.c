/* graphophone help: the list of commands, the help of one, the manual page. [control] */
#include "command.h"
#include "manual.h"

#include <graphophone/graphophone.h>

#include <stdio.h>

static void
print_overview(void)
{
    puts("graphophone: a recording rig you write down\n\nCommands:");
    for (size_t i = 0; gph_commands[i]; i++) {
        char head[40];
        snprintf(head, sizeof head, "%s %s", gph_commands[i]->name, gph_commands[i]->words);
        printf("  %-20s %s\n", head, gph_commands[i]->summary);
    }
    puts("\n'graphophone help COMMAND' and 'graphophone COMMAND --help' say more.\n"
         "'graphophone --version' prints the version.\n\nExit status:");
    for (const gph_term *t = gph_exit_statuses; t->name; t++)
        printf("  %-8s %s\n", t->name, t->text);
}

static int
run(const gph_arguments *arguments)
{
    if (gph_arguments_has(arguments, "man")) {
        gph_manual_print();
        return GPH_EXIT_OK;
    }
    if (arguments->n_words == 0) {
        print_overview();
        return GPH_EXIT_OK;
    }
    const gph_command *command = gph_command_find(arguments->words[0]);
    if (!command)
        return GPH_EXIT_PATCH;
    gph_command_print_help(command);
    return GPH_EXIT_OK;
}

static const gph_option options[] = {
    {"man", NULL, "Prints the manual page in the mdoc language."},
    {NULL, NULL, NULL},
};
static const gph_option *const tables[] = {options, NULL};

const gph_command gph_command_help = {
    .name = "help",
    .words = "[COMMAND]",
    .summary = "Say what the commands do.",
    .text = "Prints the list of commands, or the help of one.",
    .options = tables,
    .most_words = 1,
    .run = run,
};

/* The program graphophone: finds the command and hands over. [control] */
#include "../platform/signals.h"
#include "../platform/terminal.h"
#include "command.h"
#include "rig_options.h"

#include <graphophone/graphophone.h>

#include <locale.h>
#include <stdio.h>
#include <string.h>

static int
run_help(void)
{
    const gph_arguments none = {&gph_command_help, NULL, 0, NULL, 0};
    return gph_command_help.run(&none);
}

int
main(int argc, char **argv)
{
    /* How many bytes a character has, and nothing else: numbers stay as the patch writes them. */
    setlocale(LC_CTYPE, "");
    gph_signals_ignore_limits();
    gph_terminal_prepare();
    if (argc < 2) {
        run_help();
        return GPH_EXIT_PATCH;
    }
    if (argc == 2 && !strcmp(argv[1], GPH_WRITER_WORD))
        return gph_writer_main();
    if (!strcmp(argv[1], "--version")) {
        printf("graphophone %s\n", gph_version());
        return GPH_EXIT_OK;
    }
    if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h"))
        return run_help();
    if (argv[1][0] == '-') {
        fprintf(
            stderr,
            "graphophone: a command stands before its options; 'graphophone help' lists them\n");
        return GPH_EXIT_PATCH;
    }
    const gph_command *command = gph_command_find(argv[1]);
    return command ? gph_command_start(command, argc - 1, argv + 1) : GPH_EXIT_PATCH;
}

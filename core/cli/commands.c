/* The list of commands: a new one is one file and one line here. [control] */
#include "command.h"

/* clang-format off */
const gph_command *const gph_commands[] = {
    &gph_command_run,
    &gph_command_check,
    &gph_command_render,
    &gph_command_graph,
    &gph_command_modules,
    &gph_command_hosts,
    &gph_command_describe,
    &gph_command_new,
    &gph_command_validate,
    &gph_command_status,
    &gph_command_recover,
    &gph_command_help,
    NULL,
};
/* clang-format on */

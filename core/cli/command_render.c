/* graphophone render: the rig offline, as fast as the machine allows. [control] */
#include "command.h"
#include "performance.h"
#include "rig_options.h"

static int
run(const gph_arguments *arguments)
{
    return gph_perform(arguments, "offline");
}

static const gph_option options[] = {
    {"quiet", NULL, "Prints lines when something changes instead of the live display."},
    {NULL, NULL, NULL},
};
static const gph_option *const tables[] = {gph_rig_option_table, gph_folder_option_table,
                                           gph_json_option_table, options, NULL};

const gph_command gph_command_render = {
    .name = "render",
    .words = "PATCH",
    .summary = "Run a patch offline, as fast as the machine allows.",
    .text =
        "The same as 'run --host offline': time comes from the samples, disks are waited for, and\n"
        "nothing can be lost. Ends with the players and their tails unless a length is given.",
    .options = tables,
    .least_words = 1,
    .most_words = 1,
    .run = run,
};

/* graphophone run: the rig, live. [control] */
#include "command.h"
#include "performance.h"
#include "rig_options.h"

static int
run(const gph_arguments *arguments)
{
    return gph_perform(arguments, NULL);
}

static const gph_option options[] = {
    {"quiet", NULL, "Prints lines when something changes instead of the live display."},
    {NULL, NULL, NULL},
};
static const gph_option *const tables[] = {gph_rig_option_table, gph_folder_option_table,
                                           gph_json_option_table, options, NULL};

const gph_command gph_command_run = {
    .name = "run",
    .words = "PATCH",
    .summary = "Run a patch.",
    .text =
        "Checks the patch, opens its host and runs it until its length has passed, its players "
        "have\n"
        "ended, or Ctrl-C. The takes are then finished and listed. On a terminal a live "
        "display shows\n"
        "time, recorders and meters, and the keys of the patch's [control] section work.\n\n"
        "A module that does not return within 50 ms is cut off and muted, the others play on; one\n"
        "that crashes is named before the program ends. The line at the start says whether this\n"
        "watchdog is on, and which rights the machine gave.\n\n"
        "A first Ctrl-C (SIGINT, SIGTERM), or the end of the terminal (SIGHUP, unless nohup has\n"
        "it ignored), finishes the takes;\n"
        "a second Ctrl-C ends at once, also where a disk hangs: what is recorded is then finished "
        "by\n"
        "the writer, which is a process of its own.",
    .options = tables,
    .least_words = 1,
    .most_words = 1,
    .run = run,
};

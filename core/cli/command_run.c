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
    {"rehearse", "FAULT[=HOW LONG]",
     "Rehearses stall, full, xrun or unplug, or several (stall=5s,unplug), then ends; see above."},
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
        "the writer, which is a process of its own.\n\n"
        "With --rehearse the rig runs as it is, and has faults before opening night. Each comes "
        "where "
        "a\n"
        "real one would, 2 s after a take began or the last fault was got over, is said before and "
        "after\n"
        "in lines that begin with 'rehearsal:', and ends by itself. Faults:\n"
        "  stall[=3s]    what writes to the disk of the takes stands still so long\n"
        "  full[=3s]     that disk has room for 64 KiB, then none for so long; full=1MiB: for 1 "
        "MiB, "
        "3 s.\n"
        "                A 'failover' on another disk has room\n"
        "  xrun[=50ms]   the host loses so much sound, in whole blocks\n"
        "  unplug[=2s]   the device, or the server, is gone so long; then it may be opened again\n"
        "xrun and unplug need a host with a device: not offline. Takes go into folders 'rehearsal' "
        "below\n"
        "those of the real ones and of 'failover', have numbers of their own, and stay there. "
        "Start "
        "them as\n"
        "on the night where they do not start by themselves. The summary says of each fault how "
        "many\n"
        "frames are missing and where, and how long the rings last. The exit status is what real "
        "faults\n"
        "would have given (a full disk: 5, also where failover saved all; missing frames: 1), and "
        "1 "
        "where\n"
        "a fault could not take place or was not got over.",
    .options = tables,
    .least_words = 1,
    .most_words = 1,
    .run = run,
};

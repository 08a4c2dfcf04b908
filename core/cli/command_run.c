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
    {"rehearse", "FAULTS", "Rehearses faults, such as stall=5s,unplug, then ends; see above."},
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
        "With --rehearse the rig runs as it is and has faults, before it matters. Each comes from\n"
        "where a real one would, 2 s after a take began or the fault before was got over; it is\n"
        "said before and after in lines that begin with 'rehearsal:', and is over by itself. "
        "Start\n"
        "takes as on the night if they do not start by themselves; when all faults are over they\n"
        "are finished.\n\n"
        "stall, or stall=5s: what writes to the disk of the takes stands still, 3 s if nothing is\n"
        "said.\n\n"
        "full, or full=5s: that disk has room for 64 KiB, then none for 3 s; full=1MiB: room for\n"
        "so much, then none for 3 s. A 'failover' on another disk has room.\n\n"
        "xrun, or xrun=480fr: the host loses so much sound, in whole blocks; 50 ms.\n\n"
        "unplug, or unplug=10s: device or server are gone, and not to be had for 2 s.\n\n"
        "Takes of a rehearsal go into folders 'rehearsal' below those of real ones and of\n"
        "'failover', are numbered by themselves and stay there; real ones are not touched. The\n"
        "summary says of each fault how many frames are missing, where, and how long the rings\n"
        "last. The exit status is that of real faults: 5 for a full disk, also where nothing is\n"
        "lost; 1 for missing frames; and 1 where a fault could not take place or was not got "
        "over.\n"
        "A host without a device (offline) cannot lose it: xrun and unplug are refused, with 2.",
    .options = tables,
    .least_words = 1,
    .most_words = 1,
    .run = run,
};

/* Reads the options that every command with a patch has. [control] */
#include "rig_options.h"

#include "../platform/terminal.h"

#include <stdlib.h>

const gph_option gph_rig_option_table[] = {
    {"host", "NAME", "Runs on this host instead of the patch's: jack, clock, offline or auto."},
    {"rate", "RATE", "Demands this rate, as in 48kHz, or takes what comes with any."},
    {"block", "FRAMES", "Asks for this block."},
    {"device", "NAME", "Uses this device, both ways, as 'graphophone hosts' prints it."},
    {"length", "TIME",
     "Ends after this time (90s, 1h), at the players' end (end), or never (endless)."},
    {"set", "NODE.KEY=VALUE", "Replaces or adds one key of the patch; may come several times."},
    {NULL, NULL, NULL},
};

const gph_option gph_folder_option_table[] = {
    {"module-dir", "FOLDER", "Looks for modules here first; may come several times."},
    {"host-dir", "FOLDER", "Looks for hosts here first; may come several times."},
    {NULL, NULL, NULL},
};

const gph_option gph_json_option_table[] = {
    {"json", NULL, "Prints JSON for programs to read."},
    {NULL, NULL, NULL},
};

bool
gph_rig_options_init(const gph_arguments *arguments, gph_rig_options *options)
{
    size_t n_sets = 0;
    size_t n_modules = 0;
    size_t n_hosts = 0;
    size_t n_faults = 0;
    *options = (gph_rig_options){
        .size = sizeof *options,
        .flags = GPH_RIG_OWNS_PROCESS | (gph_terminal_has_colour(stderr) ? GPH_RIG_COLOUR : 0),
        .sets = gph_arguments_values(arguments, "set", &n_sets),
        .module_folders = gph_arguments_values(arguments, "module-dir", &n_modules),
        .host_folders = gph_arguments_values(arguments, "host-dir", &n_hosts),
        .host = gph_arguments_value(arguments, "host"),
        .rate = gph_arguments_value(arguments, "rate"),
        .block = gph_arguments_value(arguments, "block"),
        .device = gph_arguments_value(arguments, "device"),
        .length = gph_arguments_value(arguments, "length"),
        .writer = GPH_WRITER_WORD,
        .faults = gph_arguments_values(arguments, "rehearse", &n_faults),
    };
    options->n_sets = (uint32_t)n_sets;
    options->n_module_folders = (uint32_t)n_modules;
    options->n_host_folders = (uint32_t)n_hosts;
    options->n_faults = (uint32_t)n_faults;
    if (options->sets && options->module_folders && options->host_folders && options->faults)
        return true;
    fprintf(stderr, "graphophone: out of memory\n");
    return false;
}

/* The arrays are ours, though the library only reads them. */
static void
release(const char *const *values)
{
    union {
        const char *const *shared;
        void *own;
    } array = {values};
    free(array.own);
}

void
gph_rig_options_finish(gph_rig_options *options)
{
    release(options->sets);
    release(options->module_folders);
    release(options->host_folders);
    release(options->faults);
}

/* A rig: loads a patch, checks it, and frees it all again. [control] */
#include "../disk/writer_link.h"
#include "../platform/library.h"
#include "../platform/now.h"
#include "../platform/ticks.h"
#include "rig_inside.h"

#include <limits.h>
#include <stdlib.h>

/* What the command line says beside --set, as keys of the patch. */
static uint32_t
collect_sets(const gph_rig_options *options, gph_patch_set *sets)
{
    const struct {
        const char *option, *target, *argument;
    } named[] = {
        {"--host", "patch.host", options->host},
        {"--rate", "patch.rate", options->rate},
        {"--block", "patch.block", options->block},
        {"--device", "patch.device", options->device},
        {"--length", "patch.length", options->length},
    };
    uint32_t n = 0;
    for (uint32_t i = 0; i < options->n_sets; i++)
        sets[n++] = (gph_patch_set){.option = "--set", .argument = options->sets[i]};
    for (uint32_t i = 0; i < sizeof named / sizeof *named; i++)
        if (named[i].argument)
            sets[n++] = (gph_patch_set){named[i].option, named[i].target, named[i].argument};
    return n;
}

static int
load_patch(gph_rig *rig, const char *path, const gph_rig_options *options)
{
    gph_patch_set *sets = calloc((size_t)options->n_sets + 8, sizeof *sets);
    if (!sets)
        return GPH_EXIT_MACHINE;
    const gph_patch_options given = {.sets = sets, .n_sets = collect_sets(options, sets)};
    gph_status status = gph_patch_load(path, &given, rig->diagnostics, &rig->patch);
    free(sets);
    gph_rig_tell_diagnostics(rig);
    return status == GPH_OK ? 0 : status == GPH_MEMORY ? GPH_EXIT_MACHINE : GPH_EXIT_PATCH;
}

/* The absolute folder of takes; one that is not there is left for the recorders to refuse. */
static char *
absolute_folder(const char *folder)
{
    char *real = gph_library_absolute(folder);
    return real ? real : strdup(folder);
}

static int
load_all(gph_rig *rig, const char *path, const gph_rig_options *options)
{
    const gph_catalog_options folders = {.folders = options->module_folders,
                                         .n_folders = options->n_module_folders};
    int exit = gph_rig_begin_rehearsal(rig, options);
    if (!exit)
        exit = load_patch(rig, path, options);
    if (exit)
        return exit;
    rig->folder = absolute_folder(rig->patch->settings.folder);
    if (!rig->folder || gph_catalog_new(&folders, &rig->catalog) != GPH_OK ||
        gph_hosts_new(options->host_folders, options->n_host_folders, NULL, &rig->hosts) !=
            GPH_OK ||
        gph_workers_new(&rig->context.workers) != GPH_OK)
        return GPH_EXIT_MACHINE;
    rig->context.patch = rig->patch;
    rig->context.folder = rig->folder;
    rig->context.log = gph_rig_log;
    rig->context.log_user = rig;
    rig->graph_services = gph_context_services(&rig->context);
    exit = gph_rig_find_host(rig);
    if (!exit)
        exit = gph_rig_start_writer(rig, options->writer);
    if (!exit)
        exit = gph_rig_build(rig, 0);
    if (!exit)
        exit = gph_rig_check_end(rig);
    if (!exit)
        exit = gph_rig_check_rehearsal(rig);
    if (!exit)
        gph_rig_check_rates(rig);
    if (!exit && (rig->flags & GPH_RIG_REPORT))
        exit = gph_rig_report(rig);
    return exit;
}

static gph_rig *
rig_new(const gph_rig_options *options)
{
    gph_rig *rig = calloc(1, sizeof *rig);
    if (!rig)
        return NULL;
    rig->flags = options->flags;
    rig->message = options->message;
    rig->message_user = options->user;
    rig->ticks_at = gph_ticks();
    rig->ns_at = gph_now_ns();
    rig->diagnostics = gph_diagnostics_new(NULL);
    rig->scratch = calloc(1, sizeof *rig->scratch);
    if (!rig->diagnostics || !rig->scratch) {
        gph_rig_free(rig);
        return NULL;
    }
    return rig;
}

int
gph_rig_load(const char *path, const gph_rig_options *given, gph_rig **result)
{
    gph_rig_options options = {.size = sizeof options};
    *result = NULL;
    if (given) {
        memcpy(&options, given, given->size < sizeof options ? given->size : sizeof options);
        options.size = sizeof options;
    }
    gph_rig *rig = rig_new(&options);
    if (!rig)
        return GPH_EXIT_MACHINE;
    int exit = load_all(rig, path, &options);
    if (exit) {
        gph_rig_free(rig);
        return exit;
    }
    *result = rig;
    return GPH_EXIT_OK;
}

void
gph_rig_free(gph_rig *rig)
{
    if (!rig)
        return;
    gph_rig_stop(rig);
    gph_rig_unbuild(rig);
    gph_writer_link_free(rig->context.link);
    gph_page_free(rig->page);
    gph_rig_free_rehearsal(rig);
    gph_workers_free(rig->context.workers);
    gph_hosts_free(rig->hosts);
    gph_catalog_free(rig->catalog);
    gph_patch_free(rig->patch);
    gph_diagnostics_free(rig->diagnostics);
    for (uint32_t t = 0; t < rig->n_takes; t++) {
        gph_take_file_free(rig->takes[t].ours);
        free(rig->takes[t].gaps);
    }
    free(rig->takes);
    free(rig->watches);
    free(rig->dot);
    free(rig->print);
    free(rig->scratch);
    free(rig->folder);
    free(rig);
}

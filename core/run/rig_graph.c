/* From a patch to something that runs: tables, graph, plan, for the rate of the host. [control] */
#include "rig_inside.h"

#include <math.h>
#include <stdlib.h>

/* The block for which a rig that is only looked at is activated. */
enum { REPORT_FRAMES = 1024 };

int
gph_rig_exit_of(gph_status status)
{
    switch (status) {
    case GPH_OK:
        return 0;
    case GPH_UNSUPPORTED:
        return GPH_EXIT_MODULE;
    case GPH_IO:
        return GPH_EXIT_DISK;
    case GPH_MEMORY:
        return GPH_EXIT_MACHINE;
    default:
        return GPH_EXIT_PATCH;
    }
}

bool
gph_rig_is_offline(const gph_rig *rig)
{
    return rig->host && rig->host->host && (rig->host->host->caps & GPH_HOST_IS_OFFLINE);
}

int64_t
gph_rig_length(const gph_rig *rig, double rate)
{
    const gph_patch_settings *settings = &rig->patch->settings;
    switch (settings->length_kind) {
    case GPH_LENGTH_TIME:
        return settings->length.form == GPH_FORM_FRAMES
                   ? (int64_t)settings->length.value
                   : (int64_t)floor(settings->length.value * rate + 0.5);
    case GPH_LENGTH_END:
        return -1;
    case GPH_LENGTH_ENDLESS:
        return -2;
    default:
        return gph_rig_is_offline(rig) ? -1 : -2;
    }
}

void
gph_rig_unbuild(gph_rig *rig)
{
    gph_workers_drain(rig->context.workers);
    gph_rig_unguard(rig);
    free(rig->restarts);
    rig->restarts = NULL;
    gph_run_free(rig->run);
    gph_plan_free(rig->plan);
    gph_graph_free(rig->graph);
    gph_table_set_free(rig->context.tables);
    gph_take_counter_free(rig->context.takes);
    rig->run = NULL;
    rig->plan = NULL;
    rig->graph = NULL;
    rig->context.tables = NULL;
    rig->context.takes = NULL;
}

static int
make_watches(gph_rig *rig)
{
    uint32_t n = 0;
    while (gph_context_writer(rig->graph, n))
        n++;
    free(rig->watches);
    rig->watches = calloc((size_t)n + 1, sizeof *rig->watches);
    rig->n_writers = n;
    return rig->watches ? 0 : GPH_EXIT_MACHINE;
}

int
gph_rig_build(gph_rig *rig, double rate)
{
    const gph_graph_options options = {.rate = rate,
                                       .flags = gph_rig_is_offline(rig) ? GPH_SETUP_OFFLINE : 0};
    double known = rate > 0 ? rate : rig->patch->settings.rate;
    gph_rig_unbuild(rig);
    rig->context.tables = gph_table_set_new(rig->patch->settings.name, known,
                                            gph_context_table_report, &rig->context);
    if (!rig->context.tables || gph_take_counter_new(&rig->context.takes) != GPH_OK)
        return GPH_EXIT_MACHINE;
    gph_table_set_move(rig->context.tables, rig->context.below);
    gph_status status = gph_graph_build(rig->patch, rig->catalog, &rig->graph_services, &options,
                                        rig->diagnostics, &rig->graph);
    gph_rig_tell_diagnostics(rig);
    return status == GPH_OK ? make_watches(rig) : gph_rig_exit_of(status);
}

/* A device channel that a node names and the device does not have. */
static int
check_width(gph_rig *rig, const gph_got *got)
{
    int exit = 0;
    for (uint32_t n = 0; n < rig->graph->n_nodes; n++) {
        const gph_graph_node *node = &rig->graph->nodes[n];
        bool in = node->kind == GPH_NODE_INPUT;
        if ((!in && node->kind != GPH_NODE_OUTPUT) || (in && node->absent_silence))
            continue;
        uint32_t has = in ? got->channels_in : got->channels_out;
        uint32_t channels = in ? node->out[0].channels : node->in[0].channels;
        for (uint32_t c = 0; c < channels; c++) {
            if (node->device_channels[c] < has)
                continue;
            const char *device = in ? got->device_in : got->device_out;
            gph_rig_tell(rig, GPH_LOG_ERROR, n, -1,
                         "'%s' has %u %s channels, this names channel %u",
                         device && *device ? device : rig->host->id, has, in ? "input" : "output",
                         node->device_channels[c] + 1);
            exit = GPH_EXIT_HOST;
            break;
        }
    }
    return exit;
}

int
gph_rig_report(gph_rig *rig)
{
    gph_status status = gph_graph_activate(rig->graph, REPORT_FRAMES, rig->diagnostics);
    gph_rig_tell_diagnostics(rig);
    return gph_rig_exit_of(status);
}

static int
activate(gph_rig *rig, const gph_got *got)
{
    gph_status status = gph_table_set_allocate(rig->context.tables);
    if (status != GPH_OK)
        return status == GPH_MEMORY || status == GPH_STATE ? GPH_EXIT_MACHINE
                                                           : gph_rig_exit_of(status);
    if (gph_table_set_check_save(rig->context.tables, rig->context.takes) != GPH_OK)
        return GPH_EXIT_DISK;
    if (gph_table_set_serve(rig->context.tables, rig->context.takes, !gph_rig_is_offline(rig)) !=
        GPH_OK)
        return GPH_EXIT_MACHINE;
    status = gph_graph_activate(rig->graph, got->max_frames, rig->diagnostics);
    gph_rig_tell_diagnostics(rig);
    if (status != GPH_OK)
        return gph_rig_exit_of(status);
    if (gph_context_attach_workers(&rig->context, rig->graph) != GPH_OK)
        return GPH_EXIT_MACHINE;
    gph_stream_problem problem = {.text = ""};
    uint32_t node = GPH_NONE;
    status = gph_context_activate_streams(rig->graph, got->max_frames, &node, &problem);
    if (problem.warning[0])
        gph_rig_tell(rig, GPH_LOG_WARNING, node, -1, "%s", problem.warning);
    if (status == GPH_OK)
        return 0;
    gph_rig_tell(rig, GPH_LOG_ERROR, node, -1, "%s",
                 problem.text[0] ? problem.text : gph_status_text(status));
    return gph_rig_exit_of(status == GPH_UNSUPPORTED ? GPH_ARGUMENT : status);
}

int
gph_rig_ready(gph_rig *rig, const gph_got *got)
{
    int exit = check_width(rig, got);
    if (!exit)
        exit = activate(rig, got);
    if (exit)
        return exit;
    rig->length = gph_rig_length(rig, got->rate);
    rig->finds_end = rig->length == -1;
    gph_rig_measure_ticks(rig);
    const gph_run_options options = {.rate = got->rate,
                                     .block = got->block ? got->block : got->max_frames,
                                     .host_in = got->channels_in,
                                     .host_out = got->channels_out,
                                     .length = rig->length,
                                     .ends_with_players = rig->finds_end,
                                     .realtime = !gph_rig_is_offline(rig),
                                     .offline = gph_rig_is_offline(rig),
                                     .tables = rig->context.tables,
                                     .ticks_per_second =
                                         rig->ns_per_tick > 0 ? 1e9 / rig->ns_per_tick : 0};
    if (gph_plan_build(rig->graph, got->max_frames, &rig->plan) != GPH_OK ||
        gph_run_new(rig->plan, &options, &rig->run) != GPH_OK) {
        gph_rig_tell(rig, GPH_LOG_ERROR, GPH_NONE, -1, "memory is out");
        return GPH_EXIT_MACHINE;
    }
    return 0;
}

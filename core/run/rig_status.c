/* What can be seen of a rig: itself, its nodes, how it goes. [control] */
#include "../platform/textstream.h"
#include "rig_inside.h"

#include <stdio.h>
#include <stdlib.h>

uint32_t
gph_rig_host_latency(const gph_rig *rig, uint32_t direction, uint32_t channels)
{
    uint32_t greatest = 0;
    for (uint32_t c = 0; rig->stream && c < channels; c++) {
        uint32_t min = 0;
        uint32_t max = 0;
        if (rig->host->host->latency(rig->stream, direction, c, &min, &max) >= 0 && max > greatest)
            greatest = max;
    }
    return greatest;
}

void
gph_rig_get_info(const gph_rig *rig, gph_rig_info *info)
{
    const gph_graph *graph = rig->graph;
    double rate = rig->configured ? rig->got.rate : graph->rate;
    const gph_rig_info out = {
        .n_nodes = graph->n_nodes,
        .n_recorders = rig->n_writers,
        .n_takes = rig->n_takes,
        .name = rig->patch->settings.name,
        .path = rig->patch->path,
        .host = rig->host ? rig->host->id : rig->patch->settings.host,
        .device = rig->device,
        .deviations = rig->deviations,
        .rights = rig->rights,
        .rate = rate,
        .rate_known = rig->configured || graph->rate_known,
        .block = rig->configured ? rig->got.block : rig->patch->settings.block,
        .channels_in = graph->n_device_in,
        .channels_out = graph->n_device_out,
        .latency = graph->latency,
        .latency_in = gph_rig_host_latency(rig, GPH_DIRECTION_IN, graph->n_device_in),
        .latency_out = gph_rig_host_latency(rig, GPH_DIRECTION_OUT, graph->n_device_out),
        .offline = gph_rig_is_offline(rig),
        .length = gph_rig_length(rig, rate),
        .table_bytes = gph_table_set_bytes(rig->context.tables),
        .buffer_bytes = rig->run ? gph_run_bytes(rig->run) : 0,
        .n_faults = rig->rehearsal ? rig->rehearsal->n_faults : 0,
    };
    gph_rig_give(info, &out, sizeof out);
}

static uint32_t
mute_reason(uint32_t notice)
{
    switch (notice) {
    case GPH_NOTICE_FAILED:
        return GPH_NODE_MUTED_ERROR;
    case GPH_NOTICE_NOT_FINITE:
        return GPH_NODE_MUTED_NOT_FINITE;
    case GPH_NOTICE_CUT:
        return GPH_NODE_MUTED_CUT;
    default:
        return GPH_NODE_PLAYS;
    }
}

gph_status
gph_rig_get_node(const gph_rig *rig, uint32_t index, gph_rig_node *node)
{
    if (index >= rig->graph->n_nodes)
        return GPH_ARGUMENT;
    uint32_t place = rig->graph->order[index];
    const gph_graph_node *found = &rig->graph->nodes[place];
    const gph_type_info *type = found->type;
    uint32_t *in = rig->scratch->widths[0];
    uint32_t *out = rig->scratch->widths[1];
    for (uint32_t p = 0; p < type->n_in && p < GPH_TYPE_MAX_PORTS; p++)
        in[p] = found->in[p].channels;
    for (uint32_t p = 0; p < type->n_out && p < GPH_TYPE_MAX_PORTS; p++)
        out[p] = found->out[p].channels;
    gph_run_node_figures figures = {.muted_at = -1};
    if (rig->run)
        gph_run_get_node(rig->run, place, &figures);
    const gph_rig_node given = {
        .line = gph_position_line(found->at),
        .file = found->at.text ? found->at.text->name : "",
        .name = found->name,
        .type = found->patch->type,
        .descriptor = &type->type,
        .n_in = type->n_in,
        .n_out = type->n_out,
        .in_channels = in,
        .out_channels = out,
        .copies = found->n_copies ? found->n_copies : 1,
        .latency = found->latency,
        .tail = found->tail,
        .muted = mute_reason(figures.muted_why),
        .resets = figures.resets,
        .process_ns = figures.ticks * rig->ns_per_tick,
        .process_ns_max = figures.ticks_max * rig->ns_per_tick,
        .late = figures.late,
        .muted_at = figures.muted_at,
    };
    gph_rig_give(node, &given, sizeof given);
    return GPH_OK;
}

/* Frames that are missing in the present take of a recorder. */
static uint64_t
lost_of(const gph_rig *rig, uint32_t writer)
{
    gph_stream_status *now = &rig->scratch->status;
    gph_stream_status_get(gph_context_writer(rig->graph, writer)->stream, now);
    return now->lost > 0 ? (uint64_t)now->lost : 0;
}

void
gph_rig_get_status(gph_rig *rig, gph_rig_status *status)
{
    gph_run_figures *figures = &rig->figures;
    if (rig->run)
        gph_run_get_figures(rig->run, figures);
    if (rig->stream) {
        rig->stats = (gph_host_stats){.size = sizeof rig->stats};
        rig->host->host->stats(rig->stream, &rig->stats);
    }
    gph_rig_measure_ticks(rig);
    uint64_t gaps = 0;
    uint64_t missing = 0;
    for (uint32_t t = 0; t < rig->n_takes; t++) {
        gaps += rig->takes[t].file->n_gaps;
        for (uint32_t g = 0; g < rig->takes[t].file->n_gaps; g++)
            missing += (uint64_t)rig->takes[t].file->gaps[g].frames;
    }
    /* Of a recorder that has not one file nobody else tells. */
    for (uint32_t w = 0; rig->run && w < rig->n_writers; w++)
        if (!rig->watches[w].n_files && !rig->watches[w].n_before)
            missing += lost_of(rig, w);
    double us = rig->ns_per_tick / 1000;
    const gph_rig_status out = {
        .host_state = rig->host_state,
        .frame = figures->ended && figures->end_frame < figures->frame ? figures->end_frame
                                                                       : figures->frame,
        .xruns = rig->stats.late,
        .lost_in = rig->stats.lost_in > figures->lost ? rig->stats.lost_in : figures->lost,
        .lost_out = rig->stats.lost_out,
        .gaps = gaps,
        .lost_frames = missing,
        .load = rig->stats.load,
        .drift_ppm = rig->stats.drift_ppm,
        .cycle_us_p50 = figures->ticks_p50 * us,
        .cycle_us_p99 = figures->ticks_p99 * us,
        .cycle_us_max = figures->ticks_max * us,
        .late_cycles = figures->late,
        .dropped_triggers = figures->dropped + figures->moved + rig->osc_refused,
        .not_finite = figures->not_finite,
        .muted_nodes = figures->muted,
        .host_text = rig->host_text,
        .writer_deaths = rig->writer_deaths,
    };
    gph_rig_give(status, &out, sizeof out);
}

gph_status
gph_rig_get(gph_rig *rig, const char *target, double *value)
{
    gph_graph_target found;
    char sentence[GPH_GRAPH_MAX_SENTENCE] = "";
    if (!target || !rig->run)
        return rig->run ? GPH_ARGUMENT : GPH_STATE;
    gph_status status = gph_graph_resolve(rig->graph, target, &found, sentence);
    if (status == GPH_OK && found.kind == GPH_TARGET_TRIGGER) {
        snprintf(sentence, sizeof sentence, "'%s' is a trigger and has no value", target);
        status = GPH_ARGUMENT;
    }
    if (status != GPH_OK) {
        gph_rig_tell(rig, GPH_LOG_ERROR, GPH_NONE, -1, "%s", sentence);
        return status;
    }
    uint32_t item = found.has_item ? found.item : 0;
    *value = (double)(found.kind == GPH_TARGET_METER
                          ? gph_run_meter_value(rig->run, found.node, found.index, item)
                          : gph_run_param_value(rig->run, found.node, found.index, item));
    return GPH_OK;
}

gph_status
gph_rig_publish(gph_rig *rig, const char *text)
{
    gph_status status = GPH_OK;
    if (!rig->page)
        status = gph_page_new(rig->patch->settings.name, &rig->page);
    return status ? status : gph_page_write(rig->page, text);
}

/* ---------------------------------------------------------------- pictures */

const char *
gph_rig_dot(gph_rig *rig)
{
    gph_textstream stream;
    if (rig->dot)
        return rig->dot;
    FILE *out = gph_textstream_begin(&stream);
    if (!out)
        return NULL;
    gph_status status = gph_graph_dot(rig->graph, out);
    rig->dot = gph_textstream_end(&stream, NULL);
    if (status != GPH_OK) {
        free(rig->dot);
        rig->dot = NULL;
    }
    return rig->dot;
}

const char *
gph_rig_print(gph_rig *rig)
{
    if (!rig->print)
        rig->print = gph_patch_print(rig->patch);
    return rig->print;
}

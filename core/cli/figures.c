/* All that can be seen of a rig, as JSON. [control] */
#include "figures.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

/* Finished files on a status page: a rig that runs for months has more than a page holds. */
enum { TAKES_ON_PAGE = 20 };

static const char *
word(const char *const *words, uint32_t n, uint32_t index)
{
    return words[index < n ? index : n - 1];
}

const char *
gph_recorder_word(uint32_t state)
{
    static const char *const words[] = {"armed", "recording", "degraded", "closing", "failed"};
    return word(words, sizeof words / sizeof *words, state);
}

const char *
gph_host_word(uint32_t state)
{
    static const char *const words[] = {"closed", "ready", "running", "lost", "failed"};
    return word(words, sizeof words / sizeof *words, state);
}

static json_t *
reals(const float *values, uint32_t n)
{
    json_t *array = json_array();
    for (uint32_t i = 0; values && i < n; i++)
        json_array_append_new(array,
                              isfinite(values[i]) ? json_real((double)values[i]) : json_null());
    return array;
}

static json_t *
take_json(const gph_rig_take *take)
{
    json_t *gaps = json_array();
    for (uint32_t i = 0; i < take->n_gaps; i++)
        json_array_append_new(gaps, json_pack("{sI sI}", "at", (json_int_t)take->gaps[i].at,
                                              "frames", (json_int_t)take->gaps[i].frames));
    return json_pack("{ss ss ss sf sI si sI sI sI sI sI sb so so so}", "path", take->path, "node",
                     take->node, "format", take->format, "rate", take->rate, "frames",
                     (json_int_t)take->frames, "channels", (int)take->channels, "bytes",
                     (json_int_t)take->bytes, "first_frame", (json_int_t)take->first_frame, "lost",
                     (json_int_t)take->lost, "clipped", (json_int_t)take->clipped, "not_finite",
                     (json_int_t)take->not_finite, "complete", (int)take->complete, "peaks",
                     reals(take->peaks, take->channels), "rms", reals(take->rms, take->channels),
                     "gaps", gaps);
}

static json_t *
takes_json(const gph_rig *rig, uint32_t n_takes, uint32_t most)
{
    json_t *takes = json_array();
    for (uint32_t i = n_takes > most ? n_takes - most : 0; i < n_takes; i++) {
        gph_rig_take take = {.size = sizeof take};
        if (gph_rig_get_take(rig, i, &take) == GPH_OK)
            json_array_append_new(takes, take_json(&take));
    }
    return takes;
}

static json_t *
recorder_json(const gph_rig_recorder *r)
{
    return json_pack(
        "{ss ss ss ss ss si si sI sI sI sI sf sf sf sf sI sI so sI sI sI sf sf so}", "node",
        r->node, "state", gph_recorder_word(r->state), "reason", r->reason, "file", r->file,
        "format", r->format, "channels", (int)r->channels, "takes", (int)r->takes, "frames",
        (json_int_t)r->frames, "bytes", (json_int_t)r->bytes, "lost", (json_int_t)r->lost, "gaps",
        (json_int_t)r->gaps, "ring", r->fill, "ring_peak", r->fill_peak, "seconds_left",
        r->seconds_left, "bytes_per_second", r->bytes_per_second, "clipped", (json_int_t)r->clipped,
        "not_finite", (json_int_t)r->not_finite, "peaks", reals(r->peaks, r->channels), "synced",
        (json_int_t)r->synced, "parts", (json_int_t)r->parts, "failovers", (json_int_t)r->failovers,
        "longest_write_ms", r->longest_write_ms, "longest_barrier_ms", r->longest_barrier_ms, "rms",
        reals(r->rms, r->channels));
}

static json_t *
recorders_json(gph_rig *rig, uint32_t n)
{
    json_t *recorders = json_array();
    for (uint32_t i = 0; i < n; i++) {
        gph_rig_recorder recorder = {.size = sizeof recorder};
        if (gph_rig_get_recorder(rig, i, &recorder) == GPH_OK)
            json_array_append_new(recorders, recorder_json(&recorder));
    }
    return recorders;
}

static const char *
mute_word(uint32_t muted)
{
    static const char *const words[] = {"", "error", "not-finite", "cut", "unknown"};
    return word(words, sizeof words / sizeof *words, muted);
}

static json_t *
node_json(const gph_rig_node *node)
{
    return json_pack("{ss ss sb ss sI si sI sf sf}", "name", node->name, "type", node->type,
                     "muted", (int)(node->muted != GPH_NODE_PLAYS), "muted_why",
                     mute_word(node->muted), "muted_at", (json_int_t)node->muted_at, "resets",
                     (int)node->resets, "late", (json_int_t)node->late, "us",
                     node->process_ns / 1000, "us_max", node->process_ns_max / 1000);
}

static json_t *
nodes_json(const gph_rig *rig, uint32_t n)
{
    json_t *nodes = json_array();
    for (uint32_t i = 0; i < n; i++) {
        gph_rig_node node = {.size = sizeof node};
        if (gph_rig_get_node(rig, i, &node) == GPH_OK)
            json_array_append_new(nodes, node_json(&node));
    }
    return nodes;
}

static json_t *
fault_json(const gph_rig_rehearsal *fault)
{
    static const char *const states[] = {"waits", "under-way", "over", "done"};
    json_t *gaps = json_array();
    for (uint32_t g = 0; g < fault->n_gaps; g++)
        json_array_append_new(gaps, json_pack("{ss sI sI}", "path", fault->gaps[g].path, "at",
                                              (json_int_t)fault->gaps[g].at, "frames",
                                              (json_int_t)fault->gaps[g].frames));
    return json_pack("{ss sf ss ss sI sI sI sf sf sb so}", "fault", fault->word, "seconds",
                     fault->seconds, "state", word(states, 4, fault->state), "verdict",
                     fault->verdict, "begun", (json_int_t)fault->begun, "ended",
                     (json_int_t)fault->ended, "lost", (json_int_t)fault->lost, "ring_peak",
                     fault->ring_peak, "ring_seconds", fault->ring_seconds, "took_over",
                     (int)fault->took_over, "gaps", gaps);
}

/* Empty where nothing is rehearsed. */
static json_t *
rehearsal_json(const gph_rig *rig, uint32_t n)
{
    json_t *faults = json_array();
    for (uint32_t i = 0; i < n; i++) {
        gph_rig_rehearsal fault = {.size = sizeof fault};
        if (gph_rig_get_rehearsal(rig, i, &fault) == GPH_OK)
            json_array_append_new(faults, fault_json(&fault));
    }
    return faults;
}

json_t *
gph_figures_json(gph_rig *rig, uint32_t most_takes)
{
    gph_rig_info info = {.size = sizeof info};
    gph_rig_status status = {.size = sizeof status};
    gph_rig_get_info(rig, &info);
    gph_rig_get_status(rig, &status);
    json_t *all =
        json_pack("{ss ss ss ss ss ss sf si ss ss}", "patch", info.path, "name", info.name, "host",
                  info.host, "device", info.device, "state", gph_host_word(status.host_state),
                  "reason", status.host_text, "rate", info.rate, "block", (int)info.block, "rights",
                  info.rights, "deviations", info.deviations);
    json_t *counters = json_pack(
        "{sI sI sI sI sI sI sI sI sI sI sf sf sf sf sf sI}", "frame", (json_int_t)status.frame,
        "xruns", (json_int_t)status.xruns, "lost_in", (json_int_t)status.lost_in, "lost_out",
        (json_int_t)status.lost_out, "gaps", (json_int_t)status.gaps, "lost_frames",
        (json_int_t)status.lost_frames, "dropped_triggers", (json_int_t)status.dropped_triggers,
        "not_finite", (json_int_t)status.not_finite, "muted_nodes", (json_int_t)status.muted_nodes,
        "late_cycles", (json_int_t)status.late_cycles, "load", status.load, "drift_ppm",
        status.drift_ppm, "cycle_us_p50", status.cycle_us_p50, "cycle_us_p99", status.cycle_us_p99,
        "cycle_us_max", status.cycle_us_max, "writer_deaths", (json_int_t)status.writer_deaths);
    json_t *lists =
        json_pack("{so so so so}", "recorders", recorders_json(rig, info.n_recorders), "nodes",
                  nodes_json(rig, info.n_nodes), "takes", takes_json(rig, info.n_takes, most_takes),
                  "rehearsal", rehearsal_json(rig, info.n_faults));
    bool whole = all && counters && lists && json_object_update(all, counters) == 0 &&
                 json_object_update(all, lists) == 0;
    json_decref(counters);
    json_decref(lists);
    if (whole)
        return all;
    json_decref(all);
    return NULL;
}

gph_status
gph_figures_publish(gph_rig *rig)
{
    json_t *figures = gph_figures_json(rig, TAKES_ON_PAGE);
    char *text = figures ? json_dumps(figures, JSON_PRESERVE_ORDER | JSON_COMPACT) : NULL;
    gph_status status = text ? gph_rig_publish(rig, text) : GPH_MEMORY;
    free(text);
    json_decref(figures);
    return status;
}

/* Triggers and parameters from outside: API, keys, OSC. [control] */
#include "rig_inside.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* Node and index of a target; tells what is wrong with it. */
static gph_status
resolve(gph_rig *rig, const char *target, gph_graph_target *found)
{
    char sentence[GPH_GRAPH_MAX_SENTENCE] = "";
    if (!target || !rig->graph)
        return GPH_ARGUMENT;
    gph_status status = gph_graph_resolve(rig->graph, target, found, sentence);
    if (status != GPH_OK)
        gph_rig_tell(rig, GPH_LOG_ERROR, GPH_NONE, -1, "%s", sentence);
    return status;
}

static gph_status
send(gph_rig *rig, uint32_t kind, uint32_t node, uint32_t index, uint32_t item, double value)
{
    const gph_command command = {.kind = kind,
                                 .node = node,
                                 .index = index,
                                 .item = item,
                                 .frame = GPH_RUN_NOW,
                                 .value = (float)value};
    return rig->stage == GPH_RIG_OPEN || rig->stage == GPH_RIG_RUNNING
               ? gph_run_send(rig->run, &command)
               : GPH_STATE;
}

gph_status
gph_rig_trigger(gph_rig *rig, const char *target)
{
    gph_graph_target found;
    gph_status status = resolve(rig, target, &found);
    if (status != GPH_OK)
        return status;
    if (found.kind != GPH_TARGET_TRIGGER) {
        gph_rig_tell(rig, GPH_LOG_ERROR, GPH_NONE, -1, "'%s' is no trigger", target);
        return GPH_ARGUMENT;
    }
    return send(rig, GPH_COMMAND_TRIGGER, found.node, found.index, 0, 1);
}

static gph_status
resolve_param(gph_rig *rig, const char *target, gph_graph_target *found)
{
    gph_status status = resolve(rig, target, found);
    if (status == GPH_OK && found->kind != GPH_TARGET_PARAM) {
        gph_rig_tell(rig, GPH_LOG_ERROR, GPH_NONE, -1, "'%s' is no parameter", target);
        status = GPH_ARGUMENT;
    }
    return status;
}

gph_status
gph_rig_set(gph_rig *rig, const char *target, double value)
{
    gph_graph_target found;
    gph_status status = resolve_param(rig, target, &found);
    if (status != GPH_OK || isnan(value))
        return status != GPH_OK ? status : GPH_ARGUMENT;
    return send(rig, GPH_COMMAND_SET, found.node, found.index,
                found.has_item ? found.item : GPH_RUN_ALL_ITEMS, value);
}

gph_status
gph_rig_set_text(gph_rig *rig, const char *target, const char *text)
{
    gph_graph_target found;
    char sentence[GPH_GRAPH_MAX_SENTENCE] = "";
    double value = 0;
    gph_status status = resolve_param(rig, target, &found);
    if (status != GPH_OK || !text)
        return status != GPH_OK ? status : GPH_ARGUMENT;
    status = gph_graph_parse_param(rig->graph, found.node, found.index, text, &value, sentence);
    if (status != GPH_OK) {
        gph_rig_tell(rig, GPH_LOG_ERROR, GPH_NONE, -1, "%s: %s", target, sentence);
        return status;
    }
    return send(rig, GPH_COMMAND_SET, found.node, found.index,
                found.has_item ? found.item : GPH_RUN_ALL_ITEMS, value);
}

/* ---------------------------------------------------------------- bindings */

/* Every item that a binding is about goes to `value`, or is turned over. */
static void
move_items(gph_rig *rig, const gph_graph_binding *binding, uint32_t kind, double value)
{
    if (binding->n_items == 0)
        send(rig, kind, binding->node, binding->index, GPH_RUN_ALL_ITEMS, value);
    for (uint32_t i = 0; i < binding->n_items; i++)
        send(rig, kind, binding->node, binding->index, binding->items[i], value);
}

static void
press(gph_rig *rig, const gph_graph_binding *binding)
{
    if (binding->is_trigger)
        send(rig, GPH_COMMAND_TRIGGER, binding->node, binding->index, 0, 1);
    else if (binding->toggles)
        move_items(rig, binding, GPH_COMMAND_FLIP, 0);
    else
        move_items(rig, binding, GPH_COMMAND_SET, (double)binding->high);
}

/* The character of a name such as "r" or "space". */
static bool
is_key(uint32_t key, const char *name)
{
    const char *word = gph_key_word(key);
    if (word && strcmp(word, name) == 0)
        return true;
    /* Some characters have a word only because a patch cannot hold them: they come as themselves. */
    char utf8[5] = {0};
    if (key < 0x80) {
        utf8[0] = (char)key;
    } else if (key < 0x800) {
        utf8[0] = (char)(0xc0 | key >> 6);
        utf8[1] = (char)(0x80 | (key & 0x3f));
    } else if (key < 0x10000) {
        utf8[0] = (char)(0xe0 | key >> 12);
        utf8[1] = (char)(0x80 | (key >> 6 & 0x3f));
        utf8[2] = (char)(0x80 | (key & 0x3f));
    } else {
        utf8[0] = (char)(0xf0 | key >> 18);
        utf8[1] = (char)(0x80 | (key >> 12 & 0x3f));
        utf8[2] = (char)(0x80 | (key >> 6 & 0x3f));
        utf8[3] = (char)(0x80 | (key & 0x3f));
    }
    return strcmp(utf8, name) == 0;
}

uint32_t
gph_rig_key(gph_rig *rig, const char *key)
{
    uint32_t n = 0;
    for (uint32_t b = 0; key && rig->graph && b < rig->graph->n_bindings; b++) {
        const gph_graph_binding *binding = &rig->graph->bindings[b];
        if (binding->source->kind != GPH_SOURCE_KEY || !is_key(binding->source->key, key))
            continue;
        press(rig, binding);
        n++;
    }
    return n;
}

/* ---------------------------------------------------------------- OSC */

/* A trigger fires on what is not zero. A parameter with a range takes 0 to 1 of it, one without
 * takes the number as it is. */
static void
heard(void *user, const gph_osc_message *message)
{
    gph_rig *rig = user;
    for (uint32_t b = 0; b < rig->graph->n_bindings; b++) {
        const gph_graph_binding *binding = &rig->graph->bindings[b];
        if (binding->source->kind != GPH_SOURCE_OSC ||
            !gph_osc_matches(message->path, binding->source->path))
            continue;
        if (binding->is_trigger) {
            if (message->value != 0)
                press(rig, binding);
        } else if (!message->has_value) {
            press(rig, binding);
        } else {
            float value =
                binding->has_range ? gph_binding_value(binding, message->value) : message->value;
            if (!isnan(value))
                move_items(rig, binding, GPH_COMMAND_SET, (double)value);
        }
    }
}

gph_status
gph_rig_open_osc(gph_rig *rig)
{
    const gph_patch_endpoint *osc = &rig->patch->osc;
    char why[256] = "";
    if (!osc->host)
        return GPH_OK;
    gph_status status = gph_osc_new(osc->host, osc->port, heard, rig, why, sizeof why, &rig->osc);
    if (status == GPH_OK)
        return GPH_OK;
    gph_patch_error(rig->diagnostics, NULL, osc->entry, 0, "cannot listen at %s:%u: %s", osc->host,
                    osc->port, why[0] ? why : gph_status_text(status));
    gph_diagnostics_end_pass(rig->diagnostics);
    gph_rig_tell_diagnostics(rig);
    return status;
}

void
gph_rig_poll_osc(gph_rig *rig)
{
    if (!rig->osc)
        return;
    /* One round: a flood must not keep the control thread from its other work. */
    gph_osc_poll(rig->osc);
    uint64_t refused = gph_osc_n_refused(rig->osc);
    if (refused > 0 && rig->osc_refused == 0)
        gph_rig_tell(
            rig, GPH_LOG_WARNING, GPH_NONE, -1,
            "what comes in at %s:%u is no OSC or too much of it; it is dropped and counted",
            rig->patch->osc.host, rig->patch->osc.port);
    rig->osc_refused = refused;
}

void
gph_rig_close_osc(gph_rig *rig)
{
    gph_rig_poll_osc(rig);
    gph_osc_free(rig->osc);
    rig->osc = NULL;
}

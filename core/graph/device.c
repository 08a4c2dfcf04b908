/* Reads what input, output, table and feedback nodes say of the world outside. [control] */
#include "inside.h"

#include "../patch/letters.h"

#include <math.h>
#include <string.h>

/* ---------------------------------------------------------------- device channels */

static gph_status
refuse(gph_graph_inside *inside, uint32_t node, const setting_value *value, const gph_fault *fault)
{
    gph_graph_fail(inside, node);
    gph_patch_fault(inside->diagnostics, inside->nodes[node].patch, value->entry, 0, fault);
    return GPH_OK;
}

/* Writes the channels of a list, from 0. */
static gph_status
resolve_channels(gph_graph_inside *inside, uint32_t node, const setting_value *value,
                 const gph_list *list, uint32_t **channels, uint32_t *n)
{
    gph_fault fault;
    uint64_t n_indexes = 0;
    uint32_t highest = 0;
    if (!gph_list_is_closed(list, &n_indexes, &highest)) {
        gph_fault_set(&fault, list->span.offset, list->span.length,
                      "how many channels the device has is not known here; write them out, 1-8");
        return refuse(inside, node, value, &fault);
    }
    if (highest > GPH_GRAPH_MAX_DEVICE_CHANNEL || n_indexes > GPH_MAX_CHANNELS) {
        gph_fault_set(&fault, list->span.offset, list->span.length,
                      highest > GPH_GRAPH_MAX_DEVICE_CHANNEL
                          ? "no device has a channel %u; %u is the limit"
                          : "%u channels are more than a node can have, %u",
                      highest > GPH_GRAPH_MAX_DEVICE_CHANNEL ? highest : (uint32_t)n_indexes,
                      GPH_MAX_CHANNELS);
        return refuse(inside, node, value, &fault);
    }
    *channels = gph_arena_allocate(inside->arena, (size_t)n_indexes, sizeof **channels);
    if (*channels == NULL)
        return GPH_MEMORY;
    const gph_status status =
        gph_list_resolve(list, highest, *channels, (uint32_t)n_indexes, n, &fault);
    if (status != GPH_OK)
        return refuse(inside, node, value, &fault);
    for (uint32_t i = 0; i < *n; i++)
        (*channels)[i]--;
    return GPH_OK;
}

/* `channels = 2` is the first two, `channels = 1-2` these, `channel = 17` that one. */
static gph_status
read_channels(gph_graph_inside *inside, uint32_t node, const setting_value *value, bool count,
              uint32_t **channels, uint32_t *n)
{
    gph_list list = {0};
    gph_fault fault;
    gph_range range;
    const gph_status status = gph_list_parse(value->entry->value, 0, value->entry->n_value,
                                             inside->scratch, &list, &fault);
    if (status == GPH_MEMORY)
        return status;
    if (status != GPH_OK)
        return refuse(inside, node, value, &fault);
    const bool one = list.n_ranges == 1 && list.ranges[0].kind == GPH_RANGE_FROM_TO &&
                     memchr(value->entry->value, '-', value->entry->n_value) == NULL;
    if (!count && !one) {
        gph_fault_set(&fault, 0, value->entry->n_value, "'channel' is one; 'channels' are several");
        return refuse(inside, node, value, &fault);
    }
    if (count && one) {
        range = (gph_range){GPH_RANGE_FROM_TO, 1, list.ranges[0].last, list.ranges[0].span};
        list.ranges = &range;
    }
    return resolve_channels(inside, node, value, &list, channels, n);
}

static gph_status
read_device_channels(gph_graph_inside *inside, uint32_t node, uint32_t **channels, uint32_t *n)
{
    const gph_graph_node *at = &inside->nodes[node];
    const setting_value *several = gph_graph_setting(inside, node, "channels");
    const setting_value *single = gph_graph_setting(inside, node, "channel");
    if (several != NULL && single != NULL) {
        gph_graph_fail(inside, node);
        gph_patch_error_at_key(inside->diagnostics, at->patch, single->entry, 0,
                               "'channels' is there already; one of the two is enough");
    } else if (several == NULL && single == NULL) {
        if (!inside->states[node].failed)
            gph_diagnostics_error(inside->diagnostics, at->at,
                                  "[%s] needs 'channels': which of the device, such as 1-2",
                                  at->name);
        gph_graph_fail(inside, node);
    } else {
        return read_channels(inside, node, several != NULL ? several : single, several != NULL,
                             channels, n);
    }
    return GPH_OK;
}

/* ---------------------------------------------------------------- connect */

static bool
is_word(const gph_setting_item *item, const char *word)
{
    return gph_compare_names(item->text, item->span.length, word) == 0;
}

static gph_status
read_connect(gph_graph_inside *inside, uint32_t node)
{
    gph_graph_node *at = &inside->nodes[node];
    const setting_value *value = gph_graph_setting(inside, node, "connect");
    if (value == NULL || value->n_items == 0 || is_word(&value->items[0], "auto"))
        return GPH_OK;
    at->connect = is_word(&value->items[0], "none") ? GPH_CONNECT_NONE : GPH_CONNECT_PORTS;
    if (at->connect == GPH_CONNECT_NONE)
        return GPH_OK;
    const char **ports = gph_arena_allocate(inside->arena, value->n_items, sizeof *ports);
    if (ports == NULL)
        return GPH_MEMORY;
    for (uint32_t i = 0; i < value->n_items; i++)
        ports[i] = value->items[i].text;
    at->connect_ports = ports;
    at->n_connect_ports = value->n_items;
    return GPH_OK;
}

gph_status
gph_graph_read_device(gph_graph_inside *inside, uint32_t node)
{
    gph_graph_node *at = &inside->nodes[node];
    uint32_t *channels = NULL;
    uint32_t n = 0;
    if (at->kind != GPH_NODE_INPUT && at->kind != GPH_NODE_OUTPUT)
        return GPH_OK;
    const gph_status status = read_device_channels(inside, node, &channels, &n);
    if (status != GPH_OK || channels == NULL)
        return status;
    uint32_t *wanted =
        at->kind == GPH_NODE_INPUT ? &inside->graph.n_device_in : &inside->graph.n_device_out;
    for (uint32_t i = 0; i < n; i++)
        *wanted = channels[i] >= *wanted ? channels[i] + 1 : *wanted;
    const setting_value *absent = gph_graph_setting(inside, node, "absent");
    at->absent_silence = absent != NULL && absent->n_items > 0 && absent->items[0].number == 1;
    at->device_channels = channels;
    at->n_device_channels = n;
    return read_connect(inside, node);
}

/* ---------------------------------------------------------------- tables and feedback */

static double
number_of(const gph_graph_inside *inside, uint32_t node, const char *name, double otherwise)
{
    const setting_value *value = gph_graph_setting(inside, node, name);
    return value != NULL && value->n_items > 0 ? value->items[0].number : otherwise;
}

static const char *
text_of(const gph_graph_inside *inside, uint32_t node, const char *name)
{
    const setting_value *value = gph_graph_setting(inside, node, name);
    return value != NULL && value->n_items > 0 ? value->items[0].text : NULL;
}

static void
read_table(gph_graph_inside *inside, uint32_t node)
{
    gph_graph_node *at = &inside->nodes[node];
    gph_graph_table *table = &at->table;
    table->rate = inside->graph.rate;
    table->load = text_of(inside, node, "load");
    table->save = text_of(inside, node, "save");
    table->format = text_of(inside, node, "format");
    table->other = text_of(inside, node, "other");
    table->channels = (uint32_t)number_of(inside, node, "channels", table->load != NULL ? 0 : 1);
    table->frames = (uint64_t)floor(number_of(inside, node, "length", 0) * table->rate + 0.5);
    table->spare = number_of(inside, node, "spare", 0) != 0;
    table->share = number_of(inside, node, "share", 0) != 0;
    if (inside->states[node].failed || table->load != NULL || table->frames > 0)
        return;
    if (gph_graph_setting(inside, node, "length") != NULL)
        gph_graph_complain(inside, node, "length", "a table has at least one frame");
    else
        gph_diagnostics_error(inside->diagnostics, at->at,
                              "[%s] needs 'length', or 'load' with a file", at->name);
    gph_graph_fail(inside, node);
}

gph_status
gph_graph_read_table(gph_graph_inside *inside, uint32_t node)
{
    gph_graph_node *at = &inside->nodes[node];
    if (at->kind == GPH_NODE_TABLE)
        read_table(inside, node);
    if (at->kind == GPH_NODE_FEEDBACK)
        at->feedback_frames = number_of(inside, node, "time", 0) * inside->graph.rate;
    return GPH_OK;
}

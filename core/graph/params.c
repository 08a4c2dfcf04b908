/* Reads the values with which the parameters of a node begin. [control] */
#include "inside.h"

#include <math.h>

/* ---------------------------------------------------------------- values */

static uint32_t
count_values(const gph_patch_entry *entry)
{
    uint32_t n = 1;
    for (uint32_t i = 0; i < entry->n_value; i++)
        n += entry->value[i] == ',';
    return n;
}

/* Reads each of the comma-separated values. GPH_ARGUMENT: the error has been added. */
static gph_status
read_values(gph_graph_inside *inside, uint32_t node, const gph_patch_entry *entry,
            const gph_param *param, float **values, uint32_t *n)
{
    const gph_graph_node *at = &inside->nodes[node];
    gph_status status = GPH_OK;
    gph_fault fault;
    gph_span item;
    size_t cursor = 0;
    *n = 0;
    *values = gph_arena_allocate(inside->scratch, count_values(entry), sizeof **values);
    if (*values == NULL)
        return GPH_MEMORY;
    while (status == GPH_OK && gph_value_next_item(entry->value, entry->n_value, &cursor, &item)) {
        status = gph_param_parse(entry->value + item.offset, item.length, param, at->type->type.id,
                                 inside->graph.rate, &(*values)[(*n)++], &fault);
        if (status == GPH_ARGUMENT) {
            gph_graph_fail(inside, node);
            gph_patch_fault(inside->diagnostics, at->patch, entry, item.offset, &fault);
        }
    }
    return status;
}

gph_status
gph_graph_check_params(gph_graph_inside *inside, uint32_t node)
{
    const gph_graph_node *at = &inside->nodes[node];
    for (uint32_t i = 0; i < at->patch->n_entries; i++) {
        const gph_patch_entry *entry = &at->patch->entries[i];
        const uint32_t param = gph_type_find_param(at->type, entry->name);
        float *values;
        uint32_t n;
        if (param == UINT32_MAX)
            continue;
        const gph_status status =
            read_values(inside, node, entry, &at->type->type.params[param], &values, &n);
        if (status == GPH_MEMORY)
            return status;
    }
    return GPH_OK;
}

/* ---------------------------------------------------------------- items */

/* How many items one copy sees. */
static uint32_t
items_of_copy(const gph_graph_node *node, uint32_t rule, uint32_t items)
{
    const uint32_t n_in = node->type->n_in > 0 ? node->in[0].copy_channels : 0;
    const uint32_t n_out = node->type->n_out > 0 ? node->out[0].copy_channels : 0;
    switch (rule) {
    case GPH_INDEX_CHANNEL:
        return node->type->n_in > 0 ? n_in : n_out;
    case GPH_INDEX_CROSSPOINT:
        return n_in * n_out;
    case GPH_INDEX_ITEM:
        return items;
    default:
        return 1;
    }
}

static gph_status
refuse_at_index(gph_graph_inside *inside, uint32_t node, const gph_patch_entry *entry,
                gph_span span, const char *sentence)
{
    gph_graph_fail(inside, node);
    if (sentence == NULL)
        return GPH_MEMORY;
    gph_patch_error_at_key(inside->diagnostics, inside->nodes[node].patch, entry, span.offset, "%s",
                           sentence);
    return GPH_ARGUMENT;
}

/* Resolves a list of what there are `width`; none written means all. */
static gph_status
resolve(gph_graph_inside *inside, uint32_t node, const gph_param *param, const gph_list *list,
        uint32_t width, const char *what, const gph_patch_entry *entry, uint32_t **items,
        uint32_t *n_items)
{
    uint64_t closed = 0;
    uint32_t highest = 0;
    gph_fault fault;
    uint64_t most = (uint64_t)width * (list->n_ranges + 1);
    if (gph_list_is_closed(list, &closed, &highest) && closed < most)
        most = closed;
    most = most < GPH_GRAPH_MAX_ITEMS ? most : GPH_GRAPH_MAX_ITEMS;
    *items = gph_arena_allocate(inside->arena, most, sizeof **items);
    if (*items == NULL)
        return GPH_MEMORY;
    const gph_status status =
        gph_list_resolve(list, width, *items, (uint32_t)most, n_items, &fault);
    if (status != GPH_OK)
        return refuse_at_index(inside, node, entry, list->span,
                               gph_sentence(inside->scratch, "'%s' of '%s' has %u %s%s",
                                            param->name, inside->nodes[node].name, width, what,
                                            width == 1 ? "" : "s"));
    for (uint32_t i = 0; i < *n_items; i++)
        (*items)[i]--;
    return GPH_OK;
}

/* gain[2>1]: from input 2 to output 1. */
static gph_status
resolve_crosspoints(gph_graph_inside *inside, uint32_t node, const gph_param *info,
                    const gph_list *from, const gph_list *to, const gph_patch_entry *entry,
                    const uint32_t **items, uint32_t *n_items)
{
    const gph_graph_node *at = &inside->nodes[node];
    const uint32_t n_in = at->in[0].copy_channels, n_out = at->out[0].copy_channels;
    uint32_t *ins, *outs, n_ins = 0, n_outs = 0;
    gph_status status = resolve(inside, node, info, from, n_in, "input", entry, &ins, &n_ins);
    if (status == GPH_OK)
        status = resolve(inside, node, info, to, n_out, "output", entry, &outs, &n_outs);
    if (status != GPH_OK)
        return status;
    uint32_t *pairs = gph_arena_allocate(inside->arena, (size_t)n_ins * n_outs, sizeof *pairs);
    if (pairs == NULL)
        return GPH_MEMORY;
    for (uint32_t i = 0; i < n_ins; i++)
        for (uint32_t o = 0; o < n_outs; o++)
            pairs[i * n_outs + o] = outs[o] * n_in + ins[i];
    *items = pairs;
    *n_items = n_ins * n_outs;
    return GPH_OK;
}

static const char *
word_of_items(const gph_param *param)
{
    return param->rule == GPH_INDEX_CHANNEL ? "channel" : "item";
}

gph_status
gph_graph_items(gph_graph_inside *inside, uint32_t node, uint32_t param, const gph_list *index,
                const gph_list *index_to, const gph_patch_entry *entry, const uint32_t **items,
                uint32_t *n_items)
{
    const gph_graph_param *of = &inside->nodes[node].params[param];
    const bool crosspoint = of->info->rule == GPH_INDEX_CROSSPOINT;
    if (index->n_ranges > 0 && crosspoint != (index_to->n_ranges > 0))
        return refuse_at_index(
            inside, node, entry, index->span,
            crosspoint
                ? gph_sentence(inside->scratch, "'%s' has one value a crosspoint: write %s[IN>OUT]",
                               of->info->name, of->info->name)
                : gph_sentence(inside->scratch,
                               "'%s' has one value a %s, not a crosspoint; write %s[3]",
                               of->info->name, word_of_items(of->info), of->info->name));
    if (index->n_ranges > 0 && crosspoint)
        return resolve_crosspoints(inside, node, of->info, index, index_to, entry, items, n_items);
    if (index->n_ranges > 0) {
        uint32_t *resolved;
        const gph_status status = resolve(inside, node, of->info, index, of->n_items,
                                          word_of_items(of->info), entry, &resolved, n_items);
        *items = resolved;
        return status;
    }
    uint32_t *all = gph_arena_allocate(inside->arena, of->n_items, sizeof *all);
    if (all == NULL)
        return GPH_MEMORY;
    for (uint32_t i = 0; i < of->n_items; i++)
        all[i] = i;
    *items = all;
    *n_items = of->n_items;
    return GPH_OK;
}

/* ---------------------------------------------------------------- beginning */

static float
default_of(const gph_graph_param *param, uint32_t item, uint32_t n_in)
{
    const gph_param *info = param->info;
    if ((info->flags & GPH_PARAM_DIAGONAL) && info->rule == GPH_INDEX_CROSSPOINT && n_in > 0 &&
        item / n_in != item % n_in)
        return info->flags & GPH_PARAM_GAIN ? -INFINITY : 0.0f;
    return info->def > param->max ? param->max : info->def;
}

/* Puts the values of one key into their items. */
static gph_status
apply(gph_graph_inside *inside, uint32_t node, uint32_t param, const gph_patch_entry *entry,
      float *initial)
{
    const gph_graph_param *of = &inside->nodes[node].params[param];
    const uint32_t *items = NULL;
    float *values;
    uint32_t n_values = 0, n_items = of->n_items;
    gph_status status = read_values(inside, node, entry, of->info, &values, &n_values);
    if (status == GPH_OK && entry->index.n_ranges > 0)
        status = gph_graph_items(inside, node, param, &entry->index, &entry->index_to, entry,
                                 &items, &n_items);
    if (status != GPH_OK)
        return status == GPH_ARGUMENT ? GPH_OK : status;
    if (n_values != 1 && n_values != n_items) {
        gph_graph_fail(inside, node);
        gph_patch_error(inside->diagnostics, inside->nodes[node].patch, entry, 0,
                        "%u values for %u %s%s of '%s'; one for all is possible, or one each",
                        n_values, n_items, word_of_items(of->info), n_items == 1 ? "" : "s",
                        of->info->name);
        return GPH_OK;
    }
    for (uint32_t i = 0; i < n_items; i++)
        initial[items != NULL ? items[i] : i] = values[n_values == 1 ? 0 : i];
    return GPH_OK;
}

/* `gain =` first, wherever it stands: `gain[3] =` is about a part of it. */
static gph_status
apply_entries(gph_graph_inside *inside, uint32_t node, uint32_t param, float *initial)
{
    const gph_patch_node *from = inside->nodes[node].patch;
    gph_status status = GPH_OK;
    for (int indexed = 0; indexed <= 1; indexed++) {
        for (uint32_t i = 0; i < from->n_entries && status == GPH_OK; i++) {
            const gph_patch_entry *entry = &from->entries[i];
            if ((entry->index.n_ranges > 0) == indexed &&
                gph_type_find_param(inside->nodes[node].type, entry->name) == param)
                status = apply(inside, node, param, entry, initial);
        }
    }
    return status;
}

static gph_status
count_items(gph_graph_inside *inside, uint64_t more)
{
    inside->n_items += more;
    if (inside->n_items <= GPH_GRAPH_MAX_ITEMS)
        return GPH_OK;
    gph_diagnostics_error(inside->diagnostics, (gph_position){0},
                          "more than %d values of parameters and meters; that is the limit",
                          GPH_GRAPH_MAX_ITEMS);
    return GPH_LIMIT;
}

static gph_status
set_param(gph_graph_inside *inside, uint32_t node, uint32_t index)
{
    const gph_graph_node *at = &inside->nodes[node];
    gph_graph_param *param = &inside->states[node].params[index];
    param->info = &at->type->type.params[index];
    param->copy_items = items_of_copy(at, param->info->rule, param->info->items);
    const bool apart = param->info->rule == GPH_INDEX_CHANNEL && at->n_copies > 1;
    param->copy_stride = apart ? param->copy_items : 0;
    param->n_items = apart ? param->copy_items * at->n_copies : param->copy_items;
    param->min = param->info->min;
    param->max = gph_param_max(param->info, inside->graph.rate);
    param->smooth_frames =
        (uint32_t)lround((double)param->info->smooth_ms * inside->graph.rate / 1000);
    gph_status status = count_items(inside, param->n_items);
    if (status != GPH_OK)
        return status;
    float *initial = gph_arena_allocate(inside->arena, param->n_items, sizeof *initial);
    if (initial == NULL)
        return GPH_MEMORY;
    const uint32_t n_in = at->type->n_in > 0 ? at->in[0].copy_channels : 0;
    for (uint32_t i = 0; i < param->n_items; i++)
        initial[i] = default_of(param, i, n_in);
    param->initial = initial;
    return apply_entries(inside, node, index, initial);
}

static gph_status
set_meters(gph_graph_inside *inside, uint32_t node)
{
    gph_graph_node *at = &inside->nodes[node];
    const uint32_t n = at->type->type.n_meters;
    gph_graph_meter *meters = gph_arena_allocate(inside->arena, n, sizeof *meters);
    if (meters == NULL)
        return GPH_MEMORY;
    at->meters = meters;
    for (uint32_t i = 0; i < n; i++) {
        meters[i].info = &at->type->type.meters[i];
        meters[i].copy_items = items_of_copy(at, meters[i].info->rule, meters[i].info->items);
        meters[i].n_items = meters[i].copy_items * at->n_copies;
        const gph_status status = count_items(inside, meters[i].n_items);
        if (status != GPH_OK)
            return status;
    }
    return GPH_OK;
}

gph_status
gph_graph_set_params(gph_graph_inside *inside, uint32_t node)
{
    gph_graph_node *at = &inside->nodes[node];
    node_state *state = &inside->states[node];
    state->params =
        gph_arena_allocate(inside->arena, at->type->type.n_params, sizeof *state->params);
    if (state->params == NULL)
        return GPH_MEMORY;
    at->params = state->params;
    gph_status status = GPH_OK;
    for (uint32_t i = 0; i < at->type->type.n_params && status == GPH_OK; i++)
        status = set_param(inside, node, i);
    if (status == GPH_OK && at->type->type.describe != NULL)
        gph_graph_check_keys(inside, node);
    return status == GPH_OK ? set_meters(inside, node) : status;
}

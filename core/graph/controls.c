/* Finds what [control] aims at and listens to. [control] */
#include "inside.h"

#include <math.h>
#include <string.h>

/* One line of [control] for one node. */
typedef struct aim {
    const gph_patch_control *control;
    uint32_t node;
    uint32_t trigger; /* GPH_NONE: `param` it is */
    uint32_t param;
} aim;

/* ---------------------------------------------------------------- names */

static gph_status
refuse_at_key(gph_graph_inside *inside, const gph_patch_control *control, gph_span span,
              const char *sentence)
{
    if (sentence == NULL)
        return GPH_MEMORY;
    gph_patch_error_at_key(inside->diagnostics, NULL, control->entry, span.offset, "%s", sentence);
    return GPH_ARGUMENT;
}

static gph_status
refuse(gph_graph_inside *inside, const gph_patch_control *control, gph_span span,
       const char *sentence)
{
    if (sentence == NULL)
        return GPH_MEMORY;
    gph_patch_error(inside->diagnostics, NULL, control->entry, span.offset, "%s", sentence);
    return GPH_ARGUMENT;
}

/* A node, or all copies of a repeated section. */
static uint32_t
named(const gph_graph_inside *inside, const char *name, uint32_t *first)
{
    const uint32_t n = gph_graph_named(inside, name, false, first);
    return n > 0 ? n : gph_graph_named(inside, name, true, first);
}

static void
offer_triggers(gph_near *near, const gph_type_info *type, uint32_t direction)
{
    for (uint32_t i = 0; i < type->type.n_triggers; i++)
        if (type->type.triggers[i].direction == direction)
            gph_near_offer(near, type->type.triggers[i].name, NULL);
}

static const char *
no_target(gph_graph_inside *inside, uint32_t node, const char *target)
{
    const gph_type_info *type = inside->nodes[node].type;
    gph_near near;
    gph_near_init(&near, target, strlen(target));
    offer_triggers(&near, type, GPH_TRIGGER_IN);
    for (uint32_t i = 0; i < type->type.n_params; i++)
        gph_near_offer(&near, type->type.params[i].name, NULL);
    if (near.best != NULL)
        return gph_sentence(inside->scratch,
                            "%s has no trigger or parameter '%s'; did you mean '%s'?",
                            type->type.id, target, near.best);
    return gph_sentence(inside->scratch,
                        "%s has no trigger or parameter '%s'; 'graphophone describe %s' lists them",
                        type->type.id, target, type->type.id);
}

static const char *
no_trigger(gph_graph_inside *inside, uint32_t node, const char *trigger)
{
    const gph_type_info *type = inside->nodes[node].type;
    gph_near near;
    gph_near_init(&near, trigger, strlen(trigger));
    offer_triggers(&near, type, GPH_TRIGGER_OUT);
    if (near.best != NULL)
        return gph_sentence(inside->scratch, "%s gives no trigger '%s'; did you mean '%s'?",
                            type->type.id, trigger, near.best);
    return gph_sentence(inside->scratch,
                        "%s gives no trigger '%s'; 'graphophone describe %s' lists them",
                        type->type.id, trigger, type->type.id);
}

/* ---------------------------------------------------------------- triggers */

static gph_status
too_many(gph_graph_inside *inside)
{
    gph_diagnostics_error(inside->diagnostics, (gph_position){0},
                          "more than %d bindings in [control], copies counted; that is the limit",
                          GPH_GRAPH_MAX_BINDINGS);
    return GPH_LIMIT;
}

static gph_status
add_edge(gph_graph_inside *inside, const aim *at, const gph_source *source, uint32_t from)
{
    const gph_graph_node *giver = &inside->nodes[from];
    if (giver->type == NULL)
        return GPH_OK;
    const uint32_t gives = gph_type_find_trigger(giver->type, source->trigger, GPH_TRIGGER_OUT);
    if (gives == UINT32_MAX)
        return refuse(inside, at->control, source->trigger_span,
                      no_trigger(inside, from, source->trigger));
    if (inside->n_edges >= GPH_GRAPH_MAX_BINDINGS)
        return too_many(inside);
    if (!gph_arena_grow(inside->arena, &inside->edges, inside->n_edges, &inside->edges_capacity,
                        sizeof *inside->edges))
        return GPH_MEMORY;
    const bool late =
        source->late || (inside->nodes[at->node].type->type.flags & GPH_TYPE_LATE) != 0;
    inside->edges[inside->n_edges++] = (gph_graph_edge){.from = from,
                                                        .gives = gives,
                                                        .to = at->node,
                                                        .takes = at->trigger,
                                                        .late = late,
                                                        .source = source,
                                                        .entry = at->control->entry};
    inside->states[from].used = true;
    return late ? GPH_OK : gph_graph_add_point_edge(inside, from, at->node, false);
}

/* `on NODE.TRIGGER`: from each copy of the node. */
static gph_status
add_edges(gph_graph_inside *inside, const aim *at, const gph_source *source)
{
    uint32_t first;
    const uint32_t n = named(inside, source->node, &first);
    gph_status status = GPH_OK;
    if (n == 0)
        return refuse(inside, at->control, source->node_span,
                      gph_graph_no_node(inside, source->node, false));
    for (uint32_t i = 0; i < n && status == GPH_OK; i++)
        status = add_edge(inside, at, source, first + i);
    return status;
}

static gph_status
add_binding(gph_graph_inside *inside, gph_graph_binding binding)
{
    const double rate = inside->graph.rate;
    if (binding.source->kind == GPH_SOURCE_AT || binding.source->kind == GPH_SOURCE_EVERY) {
        binding.time_seconds = gph_quantity_seconds(binding.source->time, rate);
        binding.time_frames = llround(gph_quantity_frames(binding.source->time, rate));
    }
    if (inside->n_bindings >= GPH_GRAPH_MAX_BINDINGS)
        return too_many(inside);
    if (!gph_arena_grow(inside->arena, &inside->bindings, inside->n_bindings,
                        &inside->bindings_capacity, sizeof *inside->bindings))
        return GPH_MEMORY;
    inside->bindings[inside->n_bindings++] = binding;
    return GPH_OK;
}

static gph_status
bind_trigger(gph_graph_inside *inside, const aim *at, const gph_source *source)
{
    const gph_patch_control *control = at->control;
    if (source->has_range)
        return refuse(
            inside, control, source->low,
            gph_sentence(inside->scratch, "'%s' is a trigger and takes no range", control->target));
    if (control->index.n_ranges > 0)
        return refuse_at_key(
            inside, control, control->index.span,
            gph_sentence(inside->scratch, "'%s' is a trigger and has no index", control->target));
    const char *lacks = inside->nodes[at->node].kind == GPH_NODE_TABLE
                            ? gph_graph_table_lacks(inside, at->node, at->trigger)
                            : "";
    if (lacks == NULL || lacks[0] != '\0')
        return refuse_at_key(inside, control, control->target_span, lacks);
    if (source->kind == GPH_SOURCE_TRIGGER)
        return add_edges(inside, at, source);
    return add_binding(inside, (gph_graph_binding){.source = source,
                                                   .entry = control->entry,
                                                   .node = at->node,
                                                   .is_trigger = true,
                                                   .index = at->trigger});
}

/* ---------------------------------------------------------------- parameters */

static gph_status
read_bound(gph_graph_inside *inside, const aim *at, gph_span span, float *value)
{
    const gph_type *type = &inside->nodes[at->node].type->type;
    const gph_patch_entry *entry = at->control->entry;
    gph_fault fault;
    const gph_status status =
        gph_param_parse(entry->value + span.offset, span.length, &type->params[at->param], type->id,
                        inside->graph.rate, value, &fault);
    if (status == GPH_ARGUMENT)
        gph_patch_fault(inside->diagnostics, NULL, entry, span.offset, &fault);
    return status;
}

/* What the source moves the parameter between. */
static gph_status
read_range(gph_graph_inside *inside, const aim *at, const gph_source *source,
           gph_graph_binding *binding)
{
    const gph_param *param = &inside->nodes[at->node].type->type.params[at->param];
    const bool moves = source->kind == GPH_SOURCE_MIDI_CC || source->kind == GPH_SOURCE_OSC ||
                       source->kind == GPH_SOURCE_MIDI_NOTE;
    if (source->kind == GPH_SOURCE_TRIGGER)
        return refuse(inside, at->control, source->span,
                      gph_sentence(inside->scratch, "'%s' is a parameter; 'on' moves triggers only",
                                   param->name));
    binding->has_range = source->has_range;
    binding->toggles = !source->has_range && (param->flags & GPH_PARAM_SWITCH) &&
                       source->kind != GPH_SOURCE_MIDI_CC && source->kind != GPH_SOURCE_OSC;
    binding->low = param->min;
    binding->high = gph_param_max(param, inside->graph.rate);
    if (!source->has_range && !moves && !binding->toggles)
        return refuse(inside, at->control, source->span,
                      gph_sentence(inside->scratch,
                                   "'%s' is a parameter; say what it goes to, LOW..HIGH",
                                   param->name));
    if (!source->has_range)
        return GPH_OK;
    const gph_status status = read_bound(inside, at, source->low, &binding->low);
    return status == GPH_OK ? read_bound(inside, at, source->high, &binding->high) : status;
}

static gph_status
bind_param(gph_graph_inside *inside, const aim *at, const gph_source *source, bool items_known)
{
    gph_graph_binding binding = {
        .source = source, .entry = at->control->entry, .node = at->node, .index = at->param};
    gph_status status = read_range(inside, at, source, &binding);
    if (status != GPH_OK || !items_known)
        return status;
    status =
        gph_graph_items(inside, at->node, at->param, &at->control->index, &at->control->index_to,
                        at->control->entry, &binding.items, &binding.n_items);
    return status == GPH_OK ? add_binding(inside, binding) : status;
}

/* ---------------------------------------------------------------- both passes */

/* Finds what a line aims at. *known is false when only an instance can say. */
static gph_status
find_target(gph_graph_inside *inside, aim *at, bool configured, bool *known)
{
    const gph_type_info *type = inside->nodes[at->node].type;
    *known = true;
    at->trigger = gph_type_find_trigger(type, at->control->target, GPH_TRIGGER_IN);
    at->param = gph_type_find_param(type, at->control->target);
    if (at->trigger != UINT32_MAX || at->param != UINT32_MAX)
        return GPH_OK;
    *known = false;
    if (!configured && type->type.describe != NULL)
        return GPH_OK;
    return refuse_at_key(inside, at->control, at->control->target_span,
                         no_target(inside, at->node, at->control->target));
}

static gph_status
take_aim(gph_graph_inside *inside, aim *at, bool configured)
{
    bool known;
    if (inside->nodes[at->node].type == NULL || (configured && inside->states[at->node].failed))
        return GPH_OK;
    gph_status status = find_target(inside, at, configured, &known);
    if (status == GPH_OK && known && at->trigger == UINT32_MAX && configured &&
        inside->nodes[at->node].params == NULL)
        return GPH_OK;
    for (uint32_t i = 0; i < at->control->n_sources && status == GPH_OK && known; i++) {
        const gph_source *source = &at->control->sources[i];
        if (at->trigger == UINT32_MAX)
            status = bind_param(inside, at, source, configured);
        else if (!configured)
            status = bind_trigger(inside, at, source);
        status = status == GPH_ARGUMENT ? GPH_OK : status;
    }
    return status;
}

static gph_status
take_control(gph_graph_inside *inside, const gph_patch_control *control, bool configured)
{
    uint32_t first;
    const uint32_t n = named(inside, control->node, &first);
    gph_status status = GPH_OK;
    if (n == 0 && !configured)
        status = refuse_at_key(inside, control, control->node_span,
                               gph_graph_no_node(inside, control->node, false));
    for (uint32_t i = 0; i < n && status == GPH_OK; i++) {
        aim at = {.control = control, .node = first + i};
        status = take_aim(inside, &at, configured);
        status = status == GPH_ARGUMENT ? GPH_OK : status;
    }
    return status == GPH_ARGUMENT ? GPH_OK : status;
}

static gph_status
take_controls(gph_graph_inside *inside, bool configured)
{
    const gph_patch *patch = inside->graph.patch;
    gph_status status = GPH_OK;
    for (uint32_t i = 0; i < patch->n_controls && status == GPH_OK; i++)
        status = take_control(inside, &patch->controls[i], configured);
    return status;
}

gph_status
gph_graph_check_controls(gph_graph_inside *inside)
{
    return take_controls(inside, false);
}

gph_status
gph_graph_bind_params(gph_graph_inside *inside)
{
    return take_controls(inside, true);
}

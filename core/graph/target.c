/* Finds what OSC, the API and keys name: NODE.TRIGGER, NODE.PARAMETER[3], NODE.METER. [control] */
#include "graph.h"
#include "value_check.h"

#include "../patch/near.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

uint32_t
gph_graph_find(const gph_graph *graph, const char *name)
{
    const gph_patch_node *node = gph_patch_find_node(graph->patch, name);
    return node != NULL ? (uint32_t)(node - graph->patch->nodes) : GPH_NONE;
}

/* A name of at most 63 bytes in lower case; returns what is behind it, or NULL. */
static const char *
take_name(const char *text, char *name)
{
    size_t n = 0;
    while (n < GPH_NAME_MAX_BYTES && text[n] != '\0' && text[n] != '.' && text[n] != '[') {
        name[n] = text[n] >= 'A' && text[n] <= 'Z' ? (char)(text[n] - 'A' + 'a') : text[n];
        n++;
    }
    name[n] = '\0';
    return n > 0 && (text[n] == '\0' || text[n] == '.' || text[n] == '[') ? text + n : NULL;
}

/* A number from 1 of at most 7 digits; returns what is behind it, or NULL. */
static const char *
take_number(const char *text, uint32_t *number)
{
    *number = 0;
    size_t n = 0;
    while (n < 7 && text[n] >= '0' && text[n] <= '9')
        *number = *number * 10 + (uint32_t)(text[n++] - '0');
    return n > 0 && *number > 0 ? text + n : NULL;
}

static gph_status
say_no_node(const gph_graph *graph, const char *name, char *sentence)
{
    gph_near near;
    gph_near_init(&near, name, strlen(name));
    for (uint32_t i = 0; i < graph->n_nodes; i++)
        gph_near_offer(&near, graph->nodes[i].name, NULL);
    snprintf(sentence, GPH_GRAPH_MAX_SENTENCE,
             near.best != NULL ? "no node '%s'; did you mean '%s'?" : "no node '%s'", name,
             near.best);
    return GPH_ARGUMENT;
}

static gph_status
say_no_name(const gph_graph_node *node, const char *name, char *sentence)
{
    const gph_type *type = &node->type->type;
    gph_near near;
    gph_near_init(&near, name, strlen(name));
    for (uint32_t i = 0; i < type->n_triggers; i++)
        if (type->triggers[i].direction == GPH_TRIGGER_IN)
            gph_near_offer(&near, type->triggers[i].name, NULL);
    for (uint32_t i = 0; i < type->n_params; i++)
        gph_near_offer(&near, type->params[i].name, NULL);
    for (uint32_t i = 0; i < type->n_meters; i++)
        gph_near_offer(&near, type->meters[i].name, NULL);
    if (near.best != NULL)
        snprintf(sentence, GPH_GRAPH_MAX_SENTENCE, "%s has no '%s'; did you mean '%s'?", type->id,
                 name, near.best);
    else
        snprintf(sentence, GPH_GRAPH_MAX_SENTENCE, "%s has no trigger, parameter or meter '%s'",
                 type->id, name);
    return GPH_ARGUMENT;
}

static gph_status
find_name(const gph_graph_node *node, const char *name, gph_graph_target *target, char *sentence)
{
    target->kind = GPH_TARGET_TRIGGER;
    target->index = gph_type_find_trigger(node->type, name, GPH_TRIGGER_IN);
    if (target->index != UINT32_MAX)
        return GPH_OK;
    target->kind = GPH_TARGET_PARAM;
    target->index = gph_type_find_param(node->type, name);
    if (target->index != UINT32_MAX)
        return GPH_OK;
    target->kind = GPH_TARGET_METER;
    target->index = gph_type_find_meter(node->type, name);
    return target->index != UINT32_MAX ? GPH_OK : say_no_name(node, name, sentence);
}

/* "[3]" or "[2>1]" */
static gph_status
find_item(const gph_graph_node *node, const char *text, gph_graph_target *target, char *sentence)
{
    const bool param = target->kind == GPH_TARGET_PARAM;
    const uint32_t n_items = target->kind == GPH_TARGET_TRIGGER ? 0
                             : param ? node->params[target->index].n_items
                                     : node->meters[target->index].n_items;
    const uint32_t rule = target->kind == GPH_TARGET_TRIGGER ? GPH_INDEX_ONE
                          : param ? node->params[target->index].info->rule
                                  : node->meters[target->index].info->rule;
    uint32_t from = 0, to = 0;
    const char *at = take_number(text + 1, &from);
    if (at != NULL && *at == '>')
        at = take_number(at + 1, &to);
    const bool crosspoint = rule == GPH_INDEX_CROSSPOINT;
    if (at == NULL || strcmp(at, "]") != 0 || crosspoint != (to > 0)) {
        snprintf(sentence, GPH_GRAPH_MAX_SENTENCE, "'%s' is no index here; %s is possible", text,
                 crosspoint ? "[IN>OUT]" : "[3]");
        return GPH_ARGUMENT;
    }
    const uint32_t n_in = crosspoint ? node->in[0].copy_channels : 0;
    target->has_item = true;
    target->item = crosspoint ? (to - 1) * n_in + from - 1 : from - 1;
    if (target->item < n_items && (!crosspoint || from <= n_in))
        return GPH_OK;
    snprintf(sentence, GPH_GRAPH_MAX_SENTENCE, "'%s' is beyond the last of %u", text, n_items);
    return GPH_ARGUMENT;
}

gph_status
gph_graph_resolve(const gph_graph *graph, const char *text, gph_graph_target *target,
                  char *sentence)
{
    char node[GPH_NAME_MAX_BYTES + 1], name[GPH_NAME_MAX_BYTES + 1];
    *target = (gph_graph_target){.node = GPH_NONE};
    const char *at = take_name(text, node);
    if (at != NULL && *at == '.')
        at = take_name(at + 1, name);
    else
        at = NULL;
    if (at == NULL || *at == '.') {
        snprintf(sentence, GPH_GRAPH_MAX_SENTENCE, "'%.100s' is no NODE.NAME", text);
        return GPH_ARGUMENT;
    }
    target->node = gph_graph_find(graph, node);
    if (target->node == GPH_NONE)
        return say_no_node(graph, node, sentence);
    const gph_status status = find_name(&graph->nodes[target->node], name, target, sentence);
    if (status != GPH_OK || *at == '\0')
        return status;
    return find_item(&graph->nodes[target->node], at, target, sentence);
}

gph_status
gph_graph_parse_param(const gph_graph *graph, uint32_t node, uint32_t param, const char *text,
                      double *value, char *sentence)
{
    const gph_type *type = &graph->nodes[node].type->type;
    gph_fault fault;
    float number = 0;
    const gph_status status = gph_param_parse(text, strlen(text), &type->params[param], type->id,
                                              graph->rate, &number, &fault);
    *value = (double)number;
    if (status != GPH_OK)
        snprintf(sentence, GPH_GRAPH_MAX_SENTENCE, "%s", fault.text);
    return status;
}

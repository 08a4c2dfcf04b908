/* Builds a graph from a patch: the two passes, and the end of a graph. [control] */
#include "inside.h"

#include <string.h>

enum { NEAR_BUDGET = 100 };

/* ---------------------------------------------------------------- messages */

void
gph_graph_fail(gph_graph_inside *inside, uint32_t node)
{
    inside->states[node].failed = true;
}

bool
gph_graph_may_search(gph_graph_inside *inside)
{
    if (inside->near_budget == 0)
        return false;
    inside->near_budget--;
    return true;
}

const gph_patch_entry *
gph_graph_entry(const gph_graph_inside *inside, uint32_t node, const char *key)
{
    const gph_patch_node *from = inside->nodes[node].patch;
    for (uint32_t i = 0; i < from->n_entries; i++)
        if (strcmp(from->entries[i].name, key) == 0)
            return &from->entries[i];
    return NULL;
}

void
gph_graph_complain(gph_graph_inside *inside, uint32_t node, const char *key, const char *sentence)
{
    const gph_graph_node *at = &inside->nodes[node];
    const gph_patch_entry *entry = key != NULL ? gph_graph_entry(inside, node, key) : NULL;
    gph_graph_fail(inside, node);
    if (entry != NULL)
        gph_patch_error(inside->diagnostics, at->patch, entry, 0, "%s", sentence);
    else
        gph_diagnostics_error(inside->diagnostics, at->at, "'%s': %s", at->name, sentence);
}

setting_value *
gph_graph_setting(const gph_graph_inside *inside, uint32_t node, const char *name)
{
    const node_state *state = &inside->states[node];
    for (uint32_t i = 0; i < state->n_settings; i++)
        if (strcmp(state->settings[i].name, name) == 0)
            return &state->settings[i];
    return NULL;
}

/* ---------------------------------------------------------------- a new one */

static gph_on_error
on_error_of(const gph_patch *patch, const gph_patch_node *node)
{
    if (node->on_error != GPH_ON_ERROR_INHERIT)
        return node->on_error;
    return patch->settings.on_error != GPH_ON_ERROR_INHERIT ? patch->settings.on_error
                                                            : GPH_ON_ERROR_SILENCE;
}

static gph_status
take_nodes(gph_graph_inside *inside, const gph_patch *patch)
{
    const size_t n = patch->n_nodes;
    inside->nodes = gph_arena_allocate(inside->arena, n, sizeof *inside->nodes);
    inside->states = gph_arena_allocate(inside->arena, n, sizeof *inside->states);
    inside->feedbacks = gph_arena_allocate(inside->arena, n, sizeof *inside->feedbacks);
    inside->write_points = gph_arena_allocate(inside->arena, n, sizeof *inside->write_points);
    if (inside->nodes == NULL || inside->states == NULL || inside->feedbacks == NULL ||
        inside->write_points == NULL)
        return GPH_MEMORY;
    for (uint32_t i = 0; i < n; i++) {
        gph_graph_node *node = &inside->nodes[i];
        node->name = patch->nodes[i].name;
        node->at = patch->nodes[i].at;
        node->patch = &patch->nodes[i];
        node->on_error = on_error_of(patch, node->patch);
        node->table.writer = GPH_NONE;
        inside->write_points[i] = i;
    }
    inside->graph.nodes = inside->nodes;
    inside->graph.n_nodes = (uint32_t)n;
    return GPH_OK;
}

static gph_status
new_graph(const gph_patch *patch, gph_catalog *catalog, const gph_graph_services *services,
          const gph_graph_options *options, gph_diagnostics *diagnostics, gph_graph_inside **made)
{
    gph_arena *arena = gph_arena_new(options->allocator);
    gph_graph_inside *inside = arena != NULL ? gph_arena_allocate(arena, 1, sizeof *inside) : NULL;
    *made = inside;
    if (inside == NULL) {
        gph_arena_free(arena);
        return GPH_MEMORY;
    }
    const double rate = options->rate > 0 ? options->rate : (double)patch->settings.rate;
    if (options->allocator != NULL)
        inside->allocator = *options->allocator;
    inside->arena = arena;
    inside->catalog = catalog;
    inside->services = services;
    inside->diagnostics = diagnostics;
    inside->near_budget = NEAR_BUDGET;
    inside->n_errors = gph_diagnostics_n_errors(diagnostics);
    inside->graph.patch = patch;
    inside->graph.rate_known = rate > 0;
    inside->graph.rate = rate > 0 ? rate : 48000;
    inside->graph.flags = options->flags;
    inside->graph.inside = inside;
    inside->scratch = gph_arena_new(options->allocator);
    return inside->scratch != NULL ? take_nodes(inside, patch) : GPH_MEMORY;
}

/* ---------------------------------------------------------------- the passes */

/* What one node says, as far as its type alone can tell. */
static gph_status
read_node(gph_graph_inside *inside, uint32_t node)
{
    gph_status status = GPH_OK;
    if (inside->nodes[node].type == NULL)
        return GPH_OK;
    status = gph_graph_read_settings(inside, node);
    if (status == GPH_OK)
        status = gph_graph_check_params(inside, node);
    if (status == GPH_OK)
        status = gph_graph_read_device(inside, node);
    return status == GPH_OK ? gph_graph_read_table(inside, node) : status;
}

static gph_status
first_pass(gph_graph_inside *inside)
{
    gph_status status = gph_graph_find_types(inside);
    for (uint32_t i = 0; i < inside->graph.n_nodes && status == GPH_OK; i++)
        status = read_node(inside, i);
    if (status == GPH_OK)
        status = gph_graph_check_wires(inside);
    if (status == GPH_OK)
        status = gph_graph_check_controls(inside);
    return status == GPH_OK ? gph_graph_sort(inside) : status;
}

static gph_status
second_pass(gph_graph_inside *inside)
{
    gph_graph_keep_surroundings(inside);
    gph_status status = gph_graph_make_nodes(inside);
    gph_graph_forget_surroundings(inside);
    if (status == GPH_OK)
        status = gph_graph_make_sums(inside);
    if (status == GPH_OK)
        status = gph_graph_bind_params(inside);
    if (status == GPH_OK)
        status = gph_graph_add_table_edges(inside);
    if (status == GPH_OK)
        status = gph_graph_sort(inside);
    if (status == GPH_OK)
        gph_graph_warn(inside);
    return status;
}

/* What a pass comes to: its status, or what the messages that it added mean. */
static gph_status
end_pass(gph_graph_inside *inside, gph_status status)
{
    if (status == GPH_MEMORY)
        gph_diagnostics_out_of_memory(inside->diagnostics);
    const gph_status told = gph_diagnostics_end_pass(inside->diagnostics);
    if (status != GPH_OK)
        return status;
    if (told == GPH_ARGUMENT && inside->no_module)
        return GPH_UNSUPPORTED;
    /* Files only: the patch itself may be right. */
    const size_t n_errors = gph_diagnostics_n_errors(inside->diagnostics) - inside->n_errors;
    return told == GPH_ARGUMENT && inside->n_file_errors >= n_errors ? GPH_IO : told;
}

/* Gives out what the passes have collected. */
static void
finish(gph_graph_inside *inside)
{
    gph_graph *graph = &inside->graph;
    graph->sums = inside->sums;
    graph->n_sums = (uint32_t)inside->n_sums;
    graph->sources = inside->sources;
    graph->n_sources = (uint32_t)inside->n_sources;
    graph->bindings = inside->bindings;
    graph->n_bindings = (uint32_t)inside->n_bindings;
    graph->edges = inside->edges;
    graph->n_edges = (uint32_t)inside->n_edges;
    gph_arena_free(inside->scratch);
    inside->scratch = NULL;
    inside->diagnostics = NULL;
}

gph_status
gph_graph_build(const gph_patch *patch, gph_catalog *catalog, const gph_graph_services *services,
                const gph_graph_options *options, gph_diagnostics *diagnostics, gph_graph **graph)
{
    static const gph_graph_options none;
    gph_graph_inside *inside = NULL;
    *graph = NULL;
    gph_status status = new_graph(patch, catalog, services, options != NULL ? options : &none,
                                  diagnostics, &inside);
    if (inside == NULL) {
        gph_diagnostics_out_of_memory(diagnostics);
        return gph_diagnostics_end_pass(diagnostics);
    }
    if (status == GPH_OK)
        status = first_pass(inside);
    status = end_pass(inside, status);
    if (status == GPH_OK)
        status = end_pass(inside, second_pass(inside));
    if (status != GPH_OK) {
        gph_graph_free(&inside->graph);
        return status;
    }
    finish(inside);
    *graph = &inside->graph;
    return GPH_OK;
}

/* ---------------------------------------------------------------- the end */

static void
free_copies(gph_graph_inside *inside, uint32_t node)
{
    const gph_type *type = &inside->nodes[node].type->type;
    node_state *state = &inside->states[node];
    for (uint32_t k = inside->nodes[node].n_copies; k-- > 0;) {
        gph_graph_copy *copy = &state->copies[k];
        if (copy->created && type->destroy != NULL)
            type->destroy(copy->instance);
        if (copy->runtime != NULL)
            inside->services->runtime_free(inside->services->user, copy->runtime);
    }
}

void
gph_graph_free(gph_graph *graph)
{
    if (graph == NULL)
        return;
    gph_graph_inside *inside = graph->inside;
    gph_graph_deactivate(graph);
    for (uint32_t i = graph->n_nodes; i-- > 0 && inside->states != NULL;) {
        if (inside->states[i].copies != NULL)
            free_copies(inside, i);
        if (inside->states[i].has_table)
            inside->services->table_free(inside->services->user, graph, i);
    }
    gph_arena_free(inside->scratch);
    gph_arena_free(inside->arena);
}

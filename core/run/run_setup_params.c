/* Makes the parameters and meters of a run. [control] */
#include "run_setup.h"

static void
make_items(gph_run *run, gph_run_param *param, float *curves)
{
    const gph_graph_param *info = param->info;
    for (uint32_t i = 0; i < info->n_items; i++) {
        gph_run_item *item = &param->items[i];
        item->curve = curves + (size_t)i * run->limit;
        item->to = gph_run_param_linear(info->info, info->initial[i]);
        atomic_init(&item->target, info->initial[i]);
        for (uint32_t f = 0; f < run->limit; f++)
            item->curve[f] = item->to;
        param->curves[i] = item->curve;
    }
}

static gph_status
make_param(gph_run *run, gph_run_param *param, uint32_t node, uint32_t index)
{
    param->info = &run->plan->graph->nodes[node].params[index];
    param->node = node;
    param->index = index;
    param->items = gph_run_take(run, param->info->n_items, sizeof *param->items);
    param->curves = gph_run_take(run, param->info->n_items, sizeof *param->curves);
    float *curves = gph_run_take_samples(run, (size_t)param->info->n_items * run->limit);
    if (!param->items || !param->curves || !curves)
        return GPH_MEMORY;
    make_items(run, param, curves);
    return GPH_OK;
}

gph_status
gph_run_make_params(gph_run *run)
{
    const gph_graph *graph = run->plan->graph;
    uint32_t *first = gph_run_take(run, graph->n_nodes + 1u, sizeof *first);
    if (!first)
        return GPH_MEMORY;
    for (uint32_t n = 0; n < graph->n_nodes; n++) {
        first[n] = run->n_params;
        if (graph->nodes[n].params)
            run->n_params += graph->nodes[n].type->type.n_params;
    }
    first[graph->n_nodes] = run->n_params;
    run->first_param = first;
    run->params = gph_run_take(run, run->n_params + 1u, sizeof *run->params);
    run->moving = gph_run_take(run, run->n_params + 1u, sizeof *run->moving);
    if (!run->params || !run->moving)
        return GPH_MEMORY;
    for (uint32_t n = 0; n < graph->n_nodes; n++)
        for (uint32_t p = first[n]; p < first[n + 1]; p++)
            if (make_param(run, &run->params[p], n, p - first[n]) != GPH_OK)
                return GPH_MEMORY;
    return GPH_OK;
}

/* A value that the parameter can have here: what it may be depends on the rate. */
static void
adopt(gph_run *run, gph_run_param *param, uint32_t i, float value)
{
    gph_run_item *item = &param->items[i];
    value = gph_run_param_clamp(param->info, value);
    item->to = gph_run_param_linear(param->info->info, value);
    atomic_store_explicit(&item->target, value, memory_order_relaxed);
    for (uint32_t f = 0; f < run->limit; f++)
        item->curve[f] = item->to;
}

/* The first value that process of each copy sees. */
static void
show_copies(gph_run *run, const gph_run_param *param)
{
    const gph_graph_node *node = &run->plan->graph->nodes[param->node];
    for (uint32_t c = 0; c < node->n_copies; c++) {
        uint32_t item = c * param->info->copy_stride;
        gph_run_step *step = &run->steps[run->plan->first_step[param->node] + c];
        if (item < param->info->n_items)
            step->values[param->index].value = param->items[item].to;
    }
}

void
gph_run_adopt_params(gph_run *run, const gph_run *from)
{
    for (uint32_t p = 0; p < run->n_params && p < from->n_params; p++) {
        gph_run_param *param = &run->params[p];
        const gph_run_param *other = &from->params[p];
        for (uint32_t i = 0; i < param->info->n_items && i < other->info->n_items; i++)
            adopt(run, param, i,
                  atomic_load_explicit(&other->items[i].target, memory_order_relaxed));
        show_copies(run, param);
    }
}

gph_status
gph_run_make_meters(gph_run *run)
{
    const gph_graph *graph = run->plan->graph;
    const uint32_t **first = gph_run_take(run, graph->n_nodes + 1u, sizeof *first);
    if (!first)
        return GPH_MEMORY;
    for (uint32_t n = 0; n < graph->n_nodes; n++) {
        const gph_graph_node *node = &graph->nodes[n];
        uint32_t n_meters = node->kind == GPH_NODE_MODULE ? node->type->type.n_meters : 0;
        uint32_t *places = gph_run_take(run, n_meters + 1u, sizeof *places);
        if (!places)
            return GPH_MEMORY;
        for (uint32_t m = 0; m < n_meters; m++) {
            places[m] = run->n_meters;
            run->n_meters += node->meters[m].n_items;
        }
        first[n] = places;
    }
    run->first_meter = first;
    run->meters = gph_run_take(run, run->n_meters + 1u, sizeof *run->meters);
    run->meters_seen = gph_run_take(run, run->n_meters + 1u, sizeof *run->meters_seen);
    return run->meters && run->meters_seen ? GPH_OK : GPH_MEMORY;
}

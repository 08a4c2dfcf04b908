/* Makes the gph_runtime of each instance. [control; log: control, worker] */
#include "runtime.h"

#include "../platform/aligned.h"
#include "context.h"

#include <stdio.h>
#include <stdlib.h>

static void GPH_CALL
tell(const gph_runtime *rt, uint32_t level, const char *text)
{
    const gph_node_runtime *runtime = gph_runtime_of(rt);
    const gph_context *context = runtime->context;
    if (context->log)
        context->log(context->log_user, level, runtime->node, text ? text : "");
}

static const gph_runtime *
runtime_new(void *user, gph_graph *graph, uint32_t node, uint32_t copy)
{
    gph_context *context = user;
    /* Queues in it keep their two ends on cache lines of their own. */
    gph_node_runtime *runtime = gph_aligned_new(sizeof *runtime);
    if (!runtime)
        return NULL;
    runtime->public_ = (gph_runtime){.size = sizeof(gph_runtime),
                                     .abi_minor = GPH_ABI_MINOR,
                                     .get = gph_runtime_get,
                                     .log = tell,
                                     .fault = gph_runtime_fault,
                                     .emit = gph_runtime_emit,
                                     .restart = gph_runtime_restart};
    runtime->context = context;
    runtime->graph = graph;
    runtime->node = node;
    runtime->copy = copy;
    runtime->next = context->first;
    context->first = runtime;
    return &runtime->public_;
}

static void
runtime_free(void *user, const gph_runtime *rt)
{
    gph_context *context = user;
    gph_node_runtime *runtime = gph_runtime_of(rt);
    for (gph_node_runtime **at = &context->first; *at; at = &(*at)->next)
        if (*at == runtime) {
            *at = runtime->next;
            break;
        }
    gph_runtime_close_tables(runtime);
    gph_runtime_close_streams(runtime);
    free(runtime->answer_slots);
    gph_aligned_free(runtime);
}

static gph_status
table_make(void *user, gph_graph *graph, uint32_t node, gph_graph_table *table,
           gph_graph_fault *fault)
{
    gph_context *context = user;
    const gph_table_spec spec = {.name = graph->nodes[node].name,
                                 .channels = table->channels,
                                 .frames = table->frames,
                                 .load = table->load,
                                 .save = table->save,
                                 .save_format = table->format,
                                 .folder = context->folder,
                                 .other = table->other,
                                 .spare = table->spare,
                                 .share = table->share};
    context->table_fault = fault;
    gph_status status = gph_table_set_add(context->tables, &spec);
    context->table_fault = NULL;
    if (status != GPH_OK)
        return status;
    gph_table_info info;
    gph_table_set_get(context->tables, gph_table_set_count(context->tables) - 1, &info);
    table->channels = info.channels;
    table->frames = info.frames;
    table->bytes = info.bytes;
    return GPH_OK;
}

static void
table_free(void *user, gph_graph *graph, uint32_t node)
{
    /* All tables go at once, with their set. */
    (void)user, (void)graph, (void)node;
}

static gph_status
why_refused(void *user, const gph_runtime *rt, gph_status status)
{
    const gph_node_runtime *runtime = gph_runtime_of(rt);
    (void)user;
    return runtime->refused < 0 ? runtime->refused : status;
}

gph_graph_services
gph_context_services(gph_context *context)
{
    return (gph_graph_services){.user = context,
                                .runtime_new = runtime_new,
                                .runtime_free = runtime_free,
                                .table_make = table_make,
                                .table_free = table_free,
                                .why_refused = why_refused};
}

/* An error while a table is made is the graph's to tell, with its place; the rest is told here. */
void
gph_context_table_report(void *user, uint32_t level, const char *node, const char *setting,
                         const char *text)
{
    gph_context *context = user;
    if (context->table_fault && level == GPH_LOG_ERROR) {
        context->table_fault->key = setting;
        snprintf(context->table_fault->sentence, sizeof context->table_fault->sentence, "%s", text);
        return;
    }
    uint32_t place = GPH_NONE;
    for (uint32_t n = 0; node && n < context->patch->n_nodes; n++)
        if (strcmp(context->patch->nodes[n].name, node) == 0)
            place = n;
    if (context->log)
        context->log(context->log_user, level, place, text);
}

bool
gph_context_wants_restart(gph_context *context, uint32_t *node, bool *holds)
{
    for (gph_node_runtime *runtime = context->first; runtime; runtime = runtime->next)
        if (atomic_exchange_explicit(&runtime->restart, false, memory_order_acquire)) {
            *node = runtime->node;
            *holds = runtime->n_streams > 0 || runtime->n_tables > 0;
            return true;
        }
    return false;
}

static gph_status
attach_worker(gph_context *context, const gph_graph_node *node, const gph_graph_copy *copy)
{
    gph_node_runtime *runtime = gph_runtime_of(copy->runtime);
    runtime->instance = copy->instance;
    const gph_worker_node *offer =
        node->type->type.extension ? node->type->type.extension(copy->instance, GPH_WORKER_NODE_ID)
                                   : NULL;
    runtime->worker = offer && offer->work ? offer : NULL;
    return runtime->worker ? gph_workers_attach(context->workers, runtime) : GPH_OK;
}

gph_status
gph_context_attach_workers(gph_context *context, const gph_graph *graph)
{
    gph_status status = GPH_OK;
    for (uint32_t n = 0; n < graph->n_nodes; n++)
        for (uint32_t c = 0;
             graph->nodes[n].kind == GPH_NODE_MODULE && c < graph->nodes[n].n_copies; c++)
            if (status == GPH_OK)
                status = attach_worker(context, &graph->nodes[n], &graph->nodes[n].copies[c]);
    return status;
}

/* The service gph.tables/1 over table.h. [open: control; the rest: audio] */
#include "context.h"

static gph_table *GPH_CALL
open_table(const gph_runtime *rt, const char *setting, uint32_t access)
{
    gph_node_runtime *runtime = gph_runtime_of(rt);
    gph_context *context = runtime->context;
    gph_graph *graph = runtime->graph;
    uint32_t table = GPH_NONE;
    if (!setting || access > GPH_TABLE_FOLLOW || runtime->n_tables == GPH_RUN_MAX_TABLES ||
        gph_graph_table_of(graph, runtime->node, setting, 0, &table) != GPH_OK ||
        gph_graph_note_table(graph, runtime->node, table, setting, access) != GPH_OK)
        return NULL;
    gph_table *handle = gph_table_open(context->tables, graph->nodes[table].name,
                                       graph->nodes[runtime->node].name, access);
    if (!handle)
        return NULL;
    for (uint32_t n = 0; n < runtime->n_tables; n++)
        if (runtime->tables[n] == handle)
            return handle;
    runtime->tables[runtime->n_tables++] = handle;
    runtime->writes_table |= access == GPH_TABLE_WRITE;
    if (access == GPH_TABLE_FOLLOW)
        runtime->followed[runtime->n_followed++] = table;
    return handle;
}

void
gph_runtime_close_tables(gph_node_runtime *runtime)
{
    for (uint32_t n = 0; n < runtime->n_tables; n++)
        gph_table_close(runtime->tables[n]);
    runtime->n_tables = 0;
    runtime->n_followed = 0;
    runtime->writes_table = false;
}

const gph_tables gph_runtime_tables = {.size = sizeof(gph_tables),
                                       .open = open_table,
                                       .view = gph_table_look,
                                       .mark = gph_table_put_mark,
                                       .swap = gph_table_swap};

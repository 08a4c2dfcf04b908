/* Who uses which table, and in which order that makes them run. [control] */
#include "builtin.h"
#include "inside.h"

#include <string.h>

gph_status
gph_graph_table_of(const gph_graph *graph, uint32_t node, const char *setting, uint32_t index,
                   uint32_t *table)
{
    const setting_value *value = gph_graph_setting(graph->inside, node, setting);
    if (value == NULL || value->info->kind != GPH_SETTING_TABLE || index >= value->n_items)
        return GPH_ARGUMENT;
    *table = gph_graph_find(graph, value->items[index].text);
    return *table != GPH_NONE && graph->nodes[*table].kind == GPH_NODE_TABLE ? GPH_OK
                                                                             : GPH_ARGUMENT;
}

/* Whether a node has said before that it uses a table so: its copies share one access. */
static bool
is_noted(const gph_graph_inside *inside, uint32_t node, uint32_t table, uint32_t access)
{
    for (size_t i = 0; i < inside->n_uses; i++)
        if (inside->uses[i].node == node && inside->uses[i].table == table &&
            inside->uses[i].access == access)
            return true;
    return false;
}

static gph_status
refuse_writer(gph_graph_inside *inside, uint32_t node, const gph_graph_node *table,
              const char *setting)
{
    const char *sentence =
        gph_sentence(inside->scratch, "table '%s' has a writer already, '%s'; it can have one",
                     table->name, inside->nodes[table->table.writer].name);
    inside->states[node].told = true;
    if (sentence == NULL)
        return GPH_MEMORY;
    gph_graph_complain(inside, node, setting, sentence);
    return GPH_STATE;
}

gph_status
gph_graph_note_table(gph_graph *graph, uint32_t node, uint32_t table, const char *setting,
                     uint32_t access)
{
    gph_graph_inside *inside = graph->inside;
    gph_graph_node *of = &inside->nodes[table];
    if (is_noted(inside, node, table, access))
        return GPH_OK;
    if (access == GPH_TABLE_WRITE && of->table.writer != GPH_NONE)
        return refuse_writer(inside, node, of, setting);
    const char *name = gph_arena_copy(inside->arena, setting, strlen(setting));
    if (name == NULL || !gph_arena_grow(inside->arena, &inside->uses, inside->n_uses,
                                        &inside->uses_capacity, sizeof *inside->uses))
        return GPH_MEMORY;
    inside->uses[inside->n_uses++] = (table_use){node, table, access, name};
    if (access == GPH_TABLE_WRITE)
        of->table.writer = node;
    else
        of->table.n_readers++;
    return GPH_OK;
}

gph_status
gph_graph_add_table_edges(gph_graph_inside *inside)
{
    gph_status status = GPH_OK;
    for (size_t i = 0; i < inside->n_uses && status == GPH_OK; i++) {
        const table_use *use = &inside->uses[i];
        const uint32_t writer = inside->nodes[use->table].table.writer;
        if (use->access == GPH_TABLE_WRITE || writer == GPH_NONE || writer == use->node)
            continue;
        status = use->access == GPH_TABLE_FOLLOW
                     ? gph_graph_add_point_edge(inside, use->node, writer, false)
                     : gph_graph_add_point_edge(inside, writer, use->node, false);
    }
    return status;
}

bool
gph_graph_get_table_use(const gph_graph *graph, uint32_t index, gph_graph_table_use *use)
{
    const gph_graph_inside *inside = graph->inside;
    if (index >= inside->n_uses)
        return false;
    *use = (gph_graph_table_use){inside->uses[index].node, inside->uses[index].table,
                                 inside->uses[index].access};
    return true;
}

const char *
gph_graph_table_lacks(const gph_graph_inside *inside, uint32_t node, uint32_t trigger)
{
    const gph_graph_node *at = &inside->nodes[node];
    const gph_graph_table *table = &at->table;
    const char *word = at->type->type.triggers[trigger].name;
    const char *key = trigger == GPH_TABLE_DO_SAVE && table->save == NULL    ? "save = FILE"
                      : trigger == GPH_TABLE_DO_LOAD && table->load == NULL  ? "load = FILE"
                      : trigger == GPH_TABLE_DO_COPY && table->other == NULL ? "other = TABLE"
                                                                             : NULL;
    if (key != NULL)
        return gph_sentence(inside->scratch, "'%s' needs '%s' in [%s]", word, key, at->name);
    if (trigger >= GPH_TABLE_DO_FIRST_SPARE && !table->spare)
        return gph_sentence(inside->scratch,
                            "'%s' works in a second bank; it needs 'spare = on' in [%s]", word,
                            at->name);
    return "";
}

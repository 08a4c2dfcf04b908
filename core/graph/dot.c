/* Draws a graph in the language of graphviz. [control] */
#include "graph.h"

#include <stdlib.h>

/* ---------------------------------------------------------------- nodes */

/* Shapes say what a node is to the world: boxes compute, houses are the device, drums are memory. */
static const char *
shape_of(const gph_graph_node *node)
{
    switch (node->kind) {
    case GPH_NODE_INPUT:
        return "invhouse";
    case GPH_NODE_OUTPUT:
        return "house";
    case GPH_NODE_TABLE:
        return "cylinder";
    case GPH_NODE_FEEDBACK:
        return "cds";
    case GPH_NODE_MODULE:
        break;
    }
    return node->type->n_out == 0 ? "note" : "box";
}

static void
draw_node(const gph_graph_node *node, FILE *out)
{
    fprintf(out, "    \"%s\" [shape=%s, label=\"%s\\n%s", node->name, shape_of(node), node->name,
            node->type->type.id);
    if (node->kind == GPH_NODE_TABLE)
        fprintf(out, "\\n%u x %llu frames", node->table.channels,
                (unsigned long long)node->table.frames);
    if (node->n_copies > 1)
        fprintf(out, "\\n%u copies", node->n_copies);
    if (node->latency > 0)
        fprintf(out, "\\n%u frames late", node->latency);
    fputs("\"];\n", out);
}

/* ---------------------------------------------------------------- wires */

/* What one input port takes from each node of the graph. */
typedef struct tally {
    uint32_t channels; /* that a node brings to this port */
    uint32_t last;     /* the last of them, plus 1: a channel that mixes a node twice counts once */
} tally;

static void
count_channels(const gph_graph *graph, const gph_graph_port *in, tally *tallies)
{
    for (uint32_t c = 0; c < in->channels; c++) {
        const gph_graph_sum *sum = &graph->sums[in->first + c];
        for (uint32_t s = 0; s < sum->n; s++) {
            tally *of = &tallies[graph->sources[sum->first + s].node];
            of->channels += of->last != c + 1;
            of->last = c + 1;
        }
    }
}

/* Draws the wires of one port and clears its tallies. */
static void
draw_port(const gph_graph *graph, const gph_graph_node *to, uint32_t port, tally *tallies,
          FILE *out)
{
    const gph_graph_port *in = &to->in[port];
    count_channels(graph, in, tallies);
    for (uint32_t c = 0; c < in->channels; c++) {
        const gph_graph_sum *sum = &graph->sums[in->first + c];
        for (uint32_t s = 0; s < sum->n; s++) {
            const uint32_t from = graph->sources[sum->first + s].node;
            if (tallies[from].channels == 0)
                continue;
            fprintf(out, "    \"%s\" -> \"%s\" [label=\"%u", graph->nodes[from].name, to->name,
                    tallies[from].channels);
            if (port > 0)
                fprintf(out, " (%s)", in->info->name);
            fputs("\"];\n", out);
            tallies[from] = (tally){0, 0};
        }
    }
}

static gph_status
draw_wires(const gph_graph *graph, FILE *out)
{
    tally *tallies = calloc((size_t)graph->n_nodes + 1, sizeof *tallies);
    if (tallies == NULL)
        return GPH_MEMORY;
    for (uint32_t i = 0; i < graph->n_nodes; i++) {
        const gph_graph_node *to = &graph->nodes[graph->order[i]];
        for (uint32_t p = 0; p < to->type->n_in; p++)
            draw_port(graph, to, p, tallies, out);
    }
    free(tallies);
    return GPH_OK;
}

/* ---------------------------------------------------------------- the rest */

static void
draw_triggers(const gph_graph *graph, FILE *out)
{
    for (uint32_t i = 0; i < graph->n_edges; i++) {
        const gph_graph_edge *edge = &graph->edges[i];
        const gph_graph_node *from = &graph->nodes[edge->from], *to = &graph->nodes[edge->to];
        fprintf(out, "    \"%s\" -> \"%s\" [style=dashed, label=\"%s -> %s%s\"];\n", from->name,
                to->name, from->type->type.triggers[edge->gives].name,
                to->type->type.triggers[edge->takes].name, edge->late ? " (late)" : "");
    }
}

static void
draw_tables(const gph_graph *graph, FILE *out)
{
    gph_graph_table_use use;
    for (uint32_t i = 0; gph_graph_get_table_use(graph, i, &use); i++) {
        const char *node = graph->nodes[use.node].name, *table = graph->nodes[use.table].name;
        const bool writes = use.access == GPH_TABLE_WRITE;
        fprintf(out, "    \"%s\" -> \"%s\" [style=dotted%s];\n", writes ? node : table,
                writes ? table : node, use.access == GPH_TABLE_FOLLOW ? ", label=\"follows\"" : "");
    }
}

gph_status
gph_graph_dot(const gph_graph *graph, FILE *out)
{
    fputs("digraph \"", out);
    for (const char *c = graph->patch->settings.name; *c != '\0'; c++)
        fputs(*c == '"' || *c == '\\' ? (char[3]){'\\', *c, '\0'} : (char[2]){*c, '\0'}, out);
    fputs("\" {\n    rankdir=LR;\n    node [fontname=\"sans-serif\"];\n", out);
    for (uint32_t i = 0; i < graph->n_nodes; i++)
        draw_node(&graph->nodes[graph->order[i]], out);
    const gph_status status = draw_wires(graph, out);
    draw_triggers(graph, out);
    draw_tables(graph, out);
    fputs("}\n", out);
    return ferror(out) ? GPH_IO : status;
}

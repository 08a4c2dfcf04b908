/* Tells what a patch has and nobody uses. [control] */
#include "inside.h"

void
gph_graph_warn(gph_graph_inside *inside)
{
    for (uint32_t i = 0; i < inside->graph.n_nodes; i++) {
        const gph_graph_node *node = &inside->nodes[i];
        if (inside->states[i].used || node->type == NULL)
            continue;
        if (node->kind == GPH_NODE_TABLE)
            gph_diagnostics_warning(inside->diagnostics, node->at,
                                    "nobody plays or records table '%s'", node->name);
        else if (node->type->n_out > 0)
            gph_diagnostics_warning(inside->diagnostics, node->at, "nothing takes what '%s' gives",
                                    node->name);
    }
}

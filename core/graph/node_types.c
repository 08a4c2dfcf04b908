/* Finds the type of each node. [control] */
#include "inside.h"

#include <string.h>

/* The digest that [modules] pins for a type's file, or NULL. */
static const uint8_t *
pin_of(const gph_patch *patch, const char *type)
{
    const char *slash = strchr(type, '/');
    const size_t n = slash != NULL ? (size_t)(slash - type) : strlen(type);
    for (uint32_t i = 0; i < patch->n_pins; i++)
        if (strlen(patch->pins[i].type) == n && memcmp(patch->pins[i].type, type, n) == 0)
            return patch->pins[i].sha256;
    return NULL;
}

static gph_status
find_type(gph_graph_inside *inside, uint32_t index)
{
    gph_graph_node *node = &inside->nodes[index];
    const char *name = node->patch->type;
    const char *why = NULL;
    /* The copies of a `repeat` are neighbours of one type. */
    if (index > 0 && inside->nodes[index - 1].type != NULL &&
        strcmp(inside->nodes[index - 1].patch->type, name) == 0)
        node->type = inside->nodes[index - 1].type;
    else {
        const gph_status status = gph_catalog_find(
            inside->catalog, name, pin_of(inside->graph.patch, name), &node->type, &why);
        if (status == GPH_MEMORY)
            return status;
        if (status != GPH_OK) {
            inside->no_module = true;
            gph_graph_fail(inside, index);
            gph_patch_error(inside->diagnostics, node->patch, node->patch->type_entry, 0, "%s",
                            why);
            return GPH_OK;
        }
    }
    node->kind = node->type->kind;
    return GPH_OK;
}

gph_status
gph_graph_find_types(gph_graph_inside *inside)
{
    gph_status status = GPH_OK;
    for (uint32_t i = 0; i < inside->graph.n_nodes && status == GPH_OK; i++) {
        status = find_type(inside, i);
        if (inside->nodes[i].kind != GPH_NODE_FEEDBACK)
            continue;
        inside->write_points[i] = inside->graph.n_nodes + inside->n_feedbacks;
        inside->feedbacks[inside->n_feedbacks++] = i;
    }
    return status;
}

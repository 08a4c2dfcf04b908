/* Finds the nodes and ports that wires name. [control] */
#include "inside.h"

#include <string.h>

/* ---------------------------------------------------------------- names */

uint32_t
gph_graph_named(const gph_graph_inside *inside, const char *name, bool all, uint32_t *first)
{
    const gph_patch *patch = inside->graph.patch;
    if (all) {
        const gph_patch_group *group = gph_patch_find_group(patch, name);
        *first = group != NULL ? group->first_node : 0;
        return group != NULL ? group->n_nodes : 0;
    }
    const gph_patch_node *node = gph_patch_find_node(patch, name);
    *first = node != NULL ? (uint32_t)(node - patch->nodes) : 0;
    return node != NULL;
}

/* "no node 'mc'; did you mean 'mic' (line 4)?" */
const char *
gph_graph_no_node(gph_graph_inside *inside, const char *name, bool all)
{
    const gph_patch *patch = inside->graph.patch;
    const gph_patch_group *group = gph_patch_find_group(patch, name);
    gph_near near;
    if (all && gph_patch_find_node(patch, name) != NULL)
        return gph_sentence(inside->scratch, "[%s] is not repeated; leave the '*' away", name);
    if (group != NULL)
        return gph_sentence(inside->scratch,
                            "[%s] is repeated; write %s* for all copies, or one of them, '%s'",
                            name, name, patch->nodes[group->first_node].name);
    gph_near_init(&near, name, strlen(name));
    const uint32_t n = gph_graph_may_search(inside) ? patch->n_nodes : 0;
    for (uint32_t i = 0; i < n; i++)
        gph_near_offer(&near, patch->nodes[i].name, &patch->nodes[i].at);
    const gph_position *defined = near.best_user;
    if (near.best == NULL)
        return gph_sentence(inside->scratch, "no node '%s'; a node is a section with a 'type'",
                            name);
    return gph_sentence(inside->scratch, "no node '%s'; did you mean '%s' (line %u)?", name,
                        near.best, gph_position_line(*defined));
}

/* "it has 'out' and 'wet'"; at most some of them. */
static const char *
list_ports(gph_arena *arena, const gph_type_info *type, uint32_t direction)
{
    const uint32_t *places = direction == GPH_PORT_IN ? type->in_ports : type->out_ports;
    const uint32_t n = direction == GPH_PORT_IN ? type->n_in : type->n_out;
    const char *text = "";
    for (uint32_t i = 0; i < n && i < 8 && text != NULL; i++)
        text = gph_sentence(arena, "%s%s'%s'", text, i > 0 ? ", " : "",
                            type->type.ports[places[i]].name);
    return text;
}

const char *
gph_graph_no_port(gph_graph_inside *inside, const gph_type_info *type, const char *name,
                  uint32_t direction)
{
    const uint32_t *places = direction == GPH_PORT_IN ? type->in_ports : type->out_ports;
    const uint32_t n = direction == GPH_PORT_IN ? type->n_in : type->n_out;
    const char *word = direction == GPH_PORT_IN ? "input" : "output";
    gph_near near;
    gph_near_init(&near, name, strlen(name));
    for (uint32_t i = 0; i < n; i++)
        gph_near_offer(&near, type->type.ports[places[i]].name, NULL);
    if (near.best != NULL)
        return gph_sentence(inside->scratch, "%s has no %s '%s'; did you mean '%s'?", type->type.id,
                            word, name, near.best);
    const char *ports = list_ports(inside->scratch, type, direction);
    return ports == NULL ? NULL
                         : gph_sentence(inside->scratch, "%s has no %s '%s'; it has %s",
                                        type->type.id, word, name, ports);
}

/* ---------------------------------------------------------------- where a term takes from */

uint32_t
gph_graph_term_port(const gph_graph_inside *inside, const gph_term *term, uint32_t node)
{
    const gph_type_info *type = inside->nodes[node].type;
    if (term->port != NULL)
        return gph_type_find_port(type, term->port, GPH_PORT_OUT);
    return type->n_out > 0 ? 0 : GPH_NONE;
}

const char *
gph_graph_no_output(gph_graph_inside *inside, const gph_term *term, uint32_t source)
{
    const gph_graph_node *node = &inside->nodes[source];
    if (node->kind == GPH_NODE_TABLE)
        return gph_sentence(inside->scratch,
                            "'%s' is a table, which a table-player plays; it has no output",
                            node->name);
    if (node->type->n_out == 0)
        return gph_sentence(inside->scratch, "'%s' is of type %s, which has no output", node->name,
                            node->type->type.id);
    return gph_graph_no_port(inside, node->type, term->port, GPH_PORT_OUT);
}

static gph_status
complain(gph_graph_inside *inside, uint32_t node, const gph_patch_wire *wire, gph_span span,
         const char *sentence)
{
    gph_graph_fail(inside, node);
    if (sentence == NULL)
        return GPH_MEMORY;
    gph_patch_error_in(inside->diagnostics, inside->nodes[node].patch, wire->entry, span, "%s",
                       sentence);
    return GPH_OK;
}

/* One of the nodes that a term names. */
static gph_status
check_source(gph_graph_inside *inside, uint32_t node, const gph_patch_wire *wire,
             const gph_term *term, uint32_t source)
{
    const gph_type_info *type = inside->nodes[source].type;
    inside->states[source].used = true;
    /* What `describe` says of an instance is known when there is one. */
    if (type != NULL && type->type.describe == NULL &&
        gph_graph_term_port(inside, term, source) == GPH_NONE)
        return complain(inside, node, wire, term->port != NULL ? term->port_span : term->node_span,
                        gph_graph_no_output(inside, term, source));
    return gph_graph_add_point_edge(inside, source, inside->write_points[node], true);
}

static gph_status
check_term(gph_graph_inside *inside, uint32_t node, const gph_patch_wire *wire,
           const gph_term *term)
{
    uint32_t first;
    const uint32_t n = gph_graph_named(inside, term->node, term->all_copies, &first);
    gph_status status = GPH_OK;
    if (n == 0)
        return complain(inside, node, wire, term->node_span,
                        gph_graph_no_node(inside, term->node, term->all_copies));
    for (uint32_t i = 0; i < n && status == GPH_OK; i++)
        status = check_source(inside, node, wire, term, first + i);
    return status;
}

/* ---------------------------------------------------------------- what goes into a node */

/* Input port of a wire, GPH_NONE with an error told. */
static uint32_t
port_of_wire(gph_graph_inside *inside, uint32_t node, const gph_patch_wire *wire)
{
    const gph_type_info *type = inside->nodes[node].type;
    const gph_patch_node *at = inside->nodes[node].patch;
    const uint32_t port =
        wire->port != NULL ? gph_type_find_port(type, wire->port, GPH_PORT_IN) : 0;
    if (port < type->n_in)
        return port;
    gph_graph_fail(inside, node);
    if (type->n_in == 0) {
        gph_patch_error_at_key(inside->diagnostics, at, wire->entry, 0,
                               "nothing goes into '%s': %s has no input", at->name, type->type.id);
        return GPH_NONE;
    }
    const char *sentence = gph_graph_no_port(inside, type, wire->port, GPH_PORT_IN);
    gph_patch_error_at_key(inside->diagnostics, at, wire->entry, 5, "%s",
                           sentence != NULL ? sentence : "no such input");
    return GPH_NONE;
}

static gph_status
check_wire(gph_graph_inside *inside, uint32_t node, uint32_t index)
{
    const gph_patch_node *at = inside->nodes[node].patch;
    const gph_patch_wire *wire = &at->wires[index];
    const uint32_t port = port_of_wire(inside, node, wire);
    uint32_t *wired_by = inside->states[node].wired_by;
    gph_status status = GPH_OK;
    if (port != GPH_NONE && wired_by[port] != GPH_NONE) {
        gph_graph_fail(inside, node);
        gph_patch_error_at_key(
            inside->diagnostics, at, wire->entry, 0,
            "'%s' is wired by '%s' already; write a + b to mix, a, b side by side",
            wire->entry->key, at->wires[wired_by[port]].entry->key);
    } else if (port != GPH_NONE) {
        wired_by[port] = index;
    }
    for (uint32_t b = 0; b < wire->wiring.n_bundles; b++) {
        const gph_bundle *bundle = &wire->wiring.bundles[b];
        for (uint32_t t = 0; t < bundle->n_terms && status == GPH_OK; t++)
            status = check_term(inside, node, wire, &bundle->terms[t]);
    }
    return status;
}

/* Inputs that must be wired and are not. */
static void
check_open_inputs(gph_graph_inside *inside, uint32_t node)
{
    const gph_graph_node *at = &inside->nodes[node];
    for (uint32_t i = 0; i < at->type->n_in; i++) {
        const gph_port *port = &at->type->type.ports[at->type->in_ports[i]];
        if (inside->states[node].wired_by[i] != GPH_NONE || (port->flags & GPH_PORT_OPTIONAL))
            continue;
        gph_graph_fail(inside, node);
        if (i == 0)
            gph_diagnostics_error(inside->diagnostics, at->at,
                                  "nothing goes into '%s'; 'from' says what should", at->name);
        else
            gph_diagnostics_error(inside->diagnostics, at->at,
                                  "nothing goes into '%s' of '%s'; 'from.%s' says what should",
                                  port->name, at->name, port->name);
    }
}

static gph_status
check_node(gph_graph_inside *inside, uint32_t node)
{
    const gph_graph_node *at = &inside->nodes[node];
    const uint32_t n_in = at->type->n_in;
    uint32_t *wired_by = gph_arena_allocate(inside->arena, n_in, sizeof *wired_by);
    gph_status status = GPH_OK;
    if (wired_by == NULL)
        return GPH_MEMORY;
    for (uint32_t i = 0; i < n_in; i++)
        wired_by[i] = GPH_NONE;
    inside->states[node].wired_by = wired_by;
    for (uint32_t i = 0; i < at->patch->n_wires && status == GPH_OK; i++)
        status = check_wire(inside, node, i);
    if (status == GPH_OK)
        check_open_inputs(inside, node);
    return status;
}

gph_status
gph_graph_check_wires(gph_graph_inside *inside)
{
    gph_status status = GPH_OK;
    for (uint32_t i = 0; i < inside->graph.n_nodes && status == GPH_OK; i++)
        if (inside->nodes[i].type != NULL)
            status = check_node(inside, i);
    return status;
}

/* Brings the points of a graph into the order in which they run. [control]
 *
 * Tables first, inputs, then recorders that inputs alone feed, then the rest; among those that may
 * come next the first in the file comes next. What is left when nothing may come next are circles
 * and what hangs on them. */
#include "order.h"

#include <string.h>

/* ---------------------------------------------------------------- edges by point */

gph_status
gph_graph_add_point_edge(gph_graph_inside *inside, uint32_t from, uint32_t to, bool wire)
{
    if (inside->n_points_edges >= GPH_GRAPH_MAX_EDGES) {
        gph_diagnostics_error(inside->diagnostics, (gph_position){0},
                              "more than %d connections between nodes; that is the limit",
                              GPH_GRAPH_MAX_EDGES);
        return GPH_LIMIT;
    }
    if (!gph_arena_grow(inside->arena, &inside->points_edges, inside->n_points_edges,
                        &inside->points_edges_capacity, sizeof *inside->points_edges))
        return GPH_MEMORY;
    inside->points_edges[inside->n_points_edges++] = (point_edge){from, to, wire};
    return GPH_OK;
}

/* Sorts the edges by the point that they leave. */
static void
fill_edges(gph_sorting *sorting, const gph_graph_inside *inside)
{
    for (size_t i = 0; i < inside->n_points_edges; i++) {
        sorting->first[inside->points_edges[i].from + 1]++;
        sorting->waits[inside->points_edges[i].to]++;
    }
    for (uint32_t p = 0; p < sorting->n; p++)
        sorting->first[p + 1] += sorting->first[p];
    uint32_t *next = sorting->order; /* not in use yet */
    memcpy(next, sorting->first, sorting->n * sizeof *next);
    for (size_t i = 0; i < inside->n_points_edges; i++)
        sorting->to[next[inside->points_edges[i].from]++] = inside->points_edges[i].to;
}

/* ---------------------------------------------------------------- what comes next */

uint32_t
gph_graph_node_of(const gph_graph_inside *inside, uint32_t point)
{
    return point < inside->graph.n_nodes ? point : inside->feedbacks[point - inside->graph.n_nodes];
}

/* Whether a point is a recorder or meter that nothing but inputs feeds. */
static void
find_early(const gph_graph_inside *inside, uint8_t *rank)
{
    const uint32_t n = inside->graph.n_nodes;
    for (uint32_t p = 0; p < n + inside->n_feedbacks; p++) {
        const gph_graph_node *node = &inside->nodes[gph_graph_node_of(inside, p)];
        const bool sink =
            node->kind == GPH_NODE_MODULE && node->type != NULL && node->type->n_out == 0;
        rank[p] = node->kind == GPH_NODE_TABLE   ? GPH_RANK_TABLE
                  : node->kind == GPH_NODE_INPUT ? GPH_RANK_INPUT
                  : sink                         ? GPH_RANK_EARLY
                                                 : GPH_RANK_REST;
    }
    for (size_t i = 0; i < inside->n_points_edges; i++) {
        const point_edge *edge = &inside->points_edges[i];
        if (rank[edge->to] == GPH_RANK_EARLY &&
            inside->nodes[gph_graph_node_of(inside, edge->from)].kind != GPH_NODE_INPUT)
            rank[edge->to] = GPH_RANK_REST;
    }
}

/* Ranks first, then the order of the file. */
static void
push(gph_sorting *sorting, uint32_t point)
{
    gph_heap_push(&sorting->next, (uint64_t)sorting->rank[point] << 32 | point);
}

void
gph_graph_release(gph_sorting *sorting, uint32_t point)
{
    sorting->done[point] = true;
    sorting->order[sorting->n_order++] = point;
    for (uint32_t e = sorting->first[point]; e < sorting->first[point + 1]; e++)
        if (--sorting->waits[sorting->to[e]] == 0 && !sorting->done[sorting->to[e]])
            push(sorting, sorting->to[e]);
}

static void
run_out(gph_sorting *sorting)
{
    while (sorting->next.n > 0)
        gph_graph_release(sorting, (uint32_t)gph_heap_pop(&sorting->next));
}

/* ---------------------------------------------------------------- all of it */

static bool
new_sorting(gph_sorting *sorting, const gph_graph_inside *inside)
{
    gph_arena *arena = inside->scratch;
    const size_t n = inside->graph.n_nodes + inside->n_feedbacks;
    *sorting = (gph_sorting){
        .n = (uint32_t)n,
        .first = gph_arena_allocate(arena, n + 1, sizeof *sorting->first),
        .to = gph_arena_allocate(arena, inside->n_points_edges, sizeof *sorting->to),
        .waits = gph_arena_allocate(arena, n, sizeof *sorting->waits),
        .next.keys = gph_arena_allocate(arena, n, sizeof *sorting->next.keys),
        .rank = gph_arena_allocate(inside->arena, n, sizeof *sorting->rank),
        .done = gph_arena_allocate(arena, n, sizeof *sorting->done),
        .order = gph_arena_allocate(inside->arena, n, sizeof *sorting->order),
    };
    return sorting->first != NULL && sorting->to != NULL && sorting->waits != NULL &&
           sorting->next.keys != NULL && sorting->rank != NULL && sorting->done != NULL &&
           sorting->order != NULL;
}

/* The order of nodes is that of points; a feedback stands where it is written. */
static gph_status
order_nodes(gph_graph_inside *inside)
{
    uint32_t n = 0;
    uint32_t *order = gph_arena_allocate(inside->arena, inside->graph.n_nodes, sizeof *order);
    if (order == NULL)
        return GPH_MEMORY;
    for (uint32_t i = 0; i < inside->n_points; i++) {
        const uint32_t node = gph_graph_node_of(inside, inside->points[i]);
        if (inside->write_points[node] == inside->points[i])
            order[n++] = node;
    }
    inside->graph.order = order;
    return GPH_OK;
}

gph_status
gph_graph_sort(gph_graph_inside *inside)
{
    gph_sorting sorting;
    if (!new_sorting(&sorting, inside))
        return GPH_MEMORY;
    fill_edges(&sorting, inside);
    find_early(inside, sorting.rank);
    for (uint32_t p = 0; p < sorting.n; p++)
        if (sorting.waits[p] == 0)
            push(&sorting, p);
    run_out(&sorting);
    gph_status status = GPH_OK;
    for (uint32_t n_circles = 0; sorting.n_order < sorting.n && status == GPH_OK; n_circles++) {
        /* More than are printed are not looked for. */
        if (n_circles >= GPH_DIAGNOSTICS_PER_PASS)
            break;
        status = gph_graph_tell_circle(inside, &sorting);
        run_out(&sorting);
    }
    if (status != GPH_OK || sorting.n_order < sorting.n)
        return status;
    inside->points = sorting.order;
    inside->n_points = sorting.n;
    inside->ranks = sorting.rank;
    return order_nodes(inside);
}

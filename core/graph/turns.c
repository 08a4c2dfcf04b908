/* Whose turn it is while nodes are made. [control] */
#include "turns.h"

/* Edges by the node that they leave; points of feedbacks become their nodes. */
static void
fill_edges(gph_turns *turns, const gph_graph_inside *inside, uint32_t *next)
{
    const uint32_t n = inside->graph.n_nodes;
    for (size_t i = 0; i < inside->n_points_edges; i++) {
        if (!inside->points_edges[i].wire)
            continue;
        turns->first[inside->points_edges[i].from + 1]++;
        turns->missing[gph_graph_node_of(inside, inside->points_edges[i].to)]++;
    }
    for (uint32_t u = 0; u < n; u++) {
        turns->first[u + 1] += turns->first[u];
        next[u] = turns->first[u];
    }
    for (size_t i = 0; i < inside->n_points_edges; i++) {
        if (!inside->points_edges[i].wire)
            continue;
        turns->to[next[inside->points_edges[i].from]++] =
            gph_graph_node_of(inside, inside->points_edges[i].to);
    }
}

gph_status
gph_turns_init(gph_turns *turns, const gph_graph_inside *inside)
{
    gph_arena *arena = inside->scratch;
    const size_t n = inside->graph.n_nodes, n_edges = inside->n_points_edges;
    *turns = (gph_turns){
        .first = gph_arena_allocate(arena, n + 1, sizeof *turns->first),
        .to = gph_arena_allocate(arena, n_edges, sizeof *turns->to),
        .missing = gph_arena_allocate(arena, n, sizeof *turns->missing),
        .place = gph_arena_allocate(arena, n, sizeof *turns->place),
        .order = inside->graph.order,
        .made = gph_arena_allocate(arena, n, sizeof *turns->made),
        .ready.keys = gph_arena_allocate(arena, n, sizeof *turns->ready.keys),
        .partly.keys = gph_arena_allocate(arena, n_edges, sizeof *turns->partly.keys),
    };
    if (turns->first == NULL || turns->to == NULL || turns->missing == NULL ||
        turns->place == NULL || turns->made == NULL || turns->ready.keys == NULL ||
        turns->partly.keys == NULL)
        return GPH_MEMORY;
    fill_edges(turns, inside, turns->place); /* not in use yet */
    for (uint32_t i = 0; i < n; i++) {
        turns->place[turns->order[i]] = i;
        if (turns->missing[turns->order[i]] == 0)
            gph_heap_push(&turns->ready, i);
    }
    return GPH_OK;
}

bool
gph_turns_next(gph_turns *turns, uint32_t *node, bool *guess)
{
    *guess = turns->ready.n == 0;
    while (turns->ready.n > 0 || turns->partly.n > 0) {
        gph_heap *from = turns->ready.n > 0 ? &turns->ready : &turns->partly;
        *node = turns->order[gph_heap_pop(from)];
        if (!turns->made[*node])
            return true;
    }
    return false;
}

void
gph_turns_done(gph_turns *turns, uint32_t node)
{
    turns->made[node] = true;
    for (uint32_t e = turns->first[node]; e < turns->first[node + 1]; e++) {
        const uint32_t to = turns->to[e];
        turns->missing[to]--;
        if (!turns->made[to])
            gph_heap_push(turns->missing[to] == 0 ? &turns->ready : &turns->partly,
                          turns->place[to]);
    }
}

/* Finds a circle in what could not be sorted, and tells who closes it. [control] */
#include "order.h"

#include <string.h>

enum {
    MAX_NAMED = 8 /* nodes of a circle that are written out */
};

/* Why `to` runs after `from`, and where that is written. */
typedef struct reason {
    enum { NO_REASON, BY_WIRE, BY_TRIGGER, BY_TABLE } kind;
    gph_position at;
} reason;

/* ---------------------------------------------------------------- the circle */

/* Some point of a circle: each point that is left has a predecessor that is left, so going back
 * comes round. */
static uint32_t
point_on_circle(const gph_sorting *sorting, uint32_t *before, bool *seen)
{
    uint32_t at = UINT32_MAX;
    for (uint32_t p = 0; p < sorting->n; p++) {
        if (sorting->done[p])
            continue;
        at = at == UINT32_MAX ? p : at;
        for (uint32_t e = sorting->first[p]; e < sorting->first[p + 1]; e++)
            before[sorting->to[e]] = p;
    }
    while (!seen[at]) {
        seen[at] = true;
        at = before[at];
    }
    return at;
}

/* The first point in the file of the circle through `at` that `before` makes. */
static uint32_t
first_of_circle(const uint32_t *before, uint32_t at)
{
    uint32_t lowest = at;
    for (uint32_t p = before[at]; p != at; p = before[p])
        lowest = p < lowest ? p : lowest;
    return lowest;
}

/* The shortest way from `start` back to it, as predecessors in `before`. */
static void
shorten(const gph_sorting *sorting, uint32_t start, uint32_t *before, uint32_t *queue, bool *seen)
{
    uint32_t n = 0, done = 0;
    memset(seen, 0, sorting->n * sizeof *seen);
    queue[n++] = start;
    while (done < n) {
        const uint32_t p = queue[done++];
        for (uint32_t e = sorting->first[p]; e < sorting->first[p + 1]; e++) {
            const uint32_t next = sorting->to[e];
            if (seen[next] || sorting->done[next])
                continue;
            seen[next] = true;
            before[next] = p;
            if (next == start)
                return;
            queue[n++] = next;
        }
    }
}

/* ---------------------------------------------------------------- why */

static bool
takes_from(const gph_graph_inside *inside, const gph_term *term, uint32_t from)
{
    uint32_t first;
    const uint32_t n = gph_graph_named(inside, term->node, term->all_copies, &first);
    return from >= first && from < first + n;
}

static reason
reason_in_wires(const gph_graph_inside *inside, uint32_t from, uint32_t to)
{
    const gph_patch_node *node = inside->nodes[to].patch;
    for (uint32_t w = 0; w < node->n_wires; w++) {
        const gph_patch_wire *wire = &node->wires[w];
        for (uint32_t b = 0; b < wire->wiring.n_bundles; b++) {
            const gph_bundle *bundle = &wire->wiring.bundles[b];
            for (uint32_t t = 0; t < bundle->n_terms; t++)
                if (takes_from(inside, &bundle->terms[t], from))
                    return (reason){BY_WIRE, gph_patch_entry_position(
                                                 wire->entry, bundle->terms[t].span.offset)};
        }
    }
    return (reason){NO_REASON, {0}};
}

static reason
find_reason(const gph_graph_inside *inside, uint32_t from, uint32_t to)
{
    const reason wired = reason_in_wires(inside, from, to);
    if (wired.kind != NO_REASON)
        return wired;
    for (size_t i = 0; i < inside->n_edges; i++) {
        const gph_graph_edge *edge = &inside->edges[i];
        if (edge->from == from && edge->to == to && !edge->late)
            return (reason){BY_TRIGGER,
                            gph_patch_entry_position(edge->entry, edge->source->span.offset)};
    }
    for (size_t i = 0; i < inside->n_uses; i++) {
        const table_use *use = &inside->uses[i];
        const gph_patch_entry *entry =
            use->node == to ? gph_graph_entry(inside, to, use->setting) : NULL;
        if (entry != NULL)
            return (reason){BY_TABLE, gph_patch_entry_position(entry, 0)};
    }
    return (reason){BY_TABLE, inside->nodes[to].at};
}

static const char *
way_out(const bool *kinds)
{
    if (kinds[BY_TABLE])
        return "let a player 'follow' the recorder";
    return kinds[BY_TRIGGER] ? "mark one of its triggers 'late'" : "put a 'feedback' node into it";
}

/* ---------------------------------------------------------------- telling */

/* "comp -> verb -> comp" of the n nodes in the way of the sound. */
static const char *
write_circle(const gph_graph_inside *inside, const uint32_t *nodes, uint32_t n)
{
    const char *text = inside->nodes[nodes[0]].name;
    for (uint32_t i = 1; i < n && text != NULL; i++) {
        if (i == MAX_NAMED - 1 && n > MAX_NAMED) {
            text = gph_sentence(inside->scratch, "%s -> (%u more)", text, n - MAX_NAMED);
            i = n - 1;
        }
        if (text != NULL)
            text = gph_sentence(inside->scratch, "%s -> %s", text, inside->nodes[nodes[i]].name);
    }
    return text == NULL
               ? NULL
               : gph_sentence(inside->scratch, "%s -> %s", text, inside->nodes[nodes[0]].name);
}

static gph_status
tell(gph_graph_inside *inside, const uint32_t *nodes, uint32_t n)
{
    bool kinds[BY_TABLE + 1] = {false};
    for (uint32_t i = 0; i < n; i++)
        kinds[find_reason(inside, nodes[(i + n - 1) % n], nodes[i]).kind] = true;
    const char *circle = write_circle(inside, nodes, n);
    if (circle == NULL)
        return GPH_MEMORY;
    const reason closed = find_reason(inside, nodes[n - 1], nodes[0]);
    gph_diagnostics_error(inside->diagnostics, closed.at, "the wiring is a circle: %s; %s", circle,
                          way_out(kinds));
    for (uint32_t i = 1; i < n && i < MAX_NAMED; i++)
        gph_diagnostics_note(inside->diagnostics, find_reason(inside, nodes[i - 1], nodes[i]).at,
                             "[%s] takes %s here", inside->nodes[nodes[i]].name,
                             inside->nodes[nodes[i - 1]].name);
    return GPH_OK;
}

/* Nodes of the circle in the way of the sound, `start` first. */
static uint32_t
collect(const gph_graph_inside *inside, const uint32_t *before, uint32_t start, uint32_t *points,
        uint32_t *nodes)
{
    uint32_t n = 0;
    for (uint32_t p = before[start]; p != start; p = before[p])
        n++;
    uint32_t at = n;
    for (uint32_t p = before[start]; p != start; p = before[p])
        points[at--] = p;
    points[0] = start;
    for (uint32_t i = 0; i <= n; i++)
        nodes[i] = gph_graph_node_of(inside, points[i]);
    return n + 1;
}

gph_status
gph_graph_tell_circle(gph_graph_inside *inside, gph_sorting *sorting)
{
    gph_arena *arena = inside->scratch;
    uint32_t *before = gph_arena_allocate(arena, sorting->n, sizeof *before);
    uint32_t *points = gph_arena_allocate(arena, (size_t)sorting->n + 1, sizeof *points);
    uint32_t *nodes = gph_arena_allocate(arena, (size_t)sorting->n + 1, sizeof *nodes);
    bool *seen = gph_arena_allocate(arena, sorting->n, sizeof *seen);
    if (before == NULL || points == NULL || nodes == NULL || seen == NULL)
        return GPH_MEMORY;
    const uint32_t start = first_of_circle(before, point_on_circle(sorting, before, seen));
    shorten(sorting, start, before, points, seen);
    const uint32_t n = collect(inside, before, start, points, nodes);
    const gph_status status = tell(inside, nodes, n);
    for (uint32_t i = 0; i < n; i++) {
        gph_graph_fail(inside, nodes[i]);
        sorting->done[points[i]] = true;
    }
    for (uint32_t i = 0; i < n; i++)
        gph_graph_release(sorting, points[i]);
    return status;
}

/* Widths of wires, and the sums of channels that they mean. [control] */
#include "inside.h"

/* ---------------------------------------------------------------- widths */

/* Channels of all that a term names, before its selection; 0: not known yet. A port that is not
 * there counts as one channel: that it is not is told when the sums are made. */
static uint32_t
full_width(const gph_graph_inside *inside, const gph_term *term)
{
    uint32_t first, width = 0;
    const uint32_t n = gph_graph_named(inside, term->node, term->all_copies, &first);
    for (uint32_t i = 0; i < n; i++) {
        if (!inside->states[first + i].has_widths)
            return 0;
        const uint32_t port = gph_graph_term_port(inside, term, first + i);
        width += port != GPH_NONE ? inside->nodes[first + i].out[port].channels : 1;
    }
    return width;
}

/* Channels that a term brings; 0: not known yet. A closed list says it by itself. */
static uint32_t
term_width(const gph_graph_inside *inside, const gph_term *term)
{
    uint64_t n_indexes = 0;
    uint32_t highest = 0, n = 0;
    gph_fault fault;
    const uint32_t width = full_width(inside, term);
    if (term->channels.n_ranges == 0)
        return width;
    if (gph_list_is_closed(&term->channels, &n_indexes, &highest))
        return n_indexes > GPH_MAX_CHANNELS ? GPH_MAX_CHANNELS + 1 : (uint32_t)n_indexes;
    if (width == 0)
        return 0;
    uint32_t indexes[GPH_MAX_CHANNELS];
    const gph_status status =
        gph_list_resolve(&term->channels, width, indexes, GPH_MAX_CHANNELS, &n, &fault);
    return status == GPH_OK ? n : GPH_MAX_CHANNELS + 1;
}

uint32_t
gph_graph_wire_width(const gph_graph_inside *inside, const gph_patch_wire *wire, bool guess)
{
    uint32_t total = 0;
    for (uint32_t b = 0; b < wire->wiring.n_bundles; b++) {
        const gph_bundle *bundle = &wire->wiring.bundles[b];
        uint32_t widest = 0;
        for (uint32_t t = 0; t < bundle->n_terms; t++) {
            const uint32_t width = term_width(inside, &bundle->terms[t]);
            if (width == 0 && !guess)
                return 0;
            widest = width > widest ? width : widest;
        }
        if (widest == 0)
            return 0;
        total += widest;
        if (total > GPH_MAX_CHANNELS)
            return GPH_MAX_CHANNELS + 1;
    }
    return total;
}

/* ---------------------------------------------------------------- one term */

/* A wire on its way into sums. */
typedef struct wire_walk {
    gph_graph_inside *inside;
    uint32_t node;
    const gph_patch_wire *wire;
    gph_graph_source *channels; /* of the present term: GPH_MAX_CHANNELS + 1 */
    uint32_t *indexes;          /* likewise */
} wire_walk;

static gph_status
refuse(wire_walk *walk, gph_span span, const char *sentence)
{
    gph_graph_inside *inside = walk->inside;
    gph_graph_fail(inside, walk->node);
    if (sentence == NULL)
        return GPH_MEMORY;
    gph_patch_error_in(inside->diagnostics, inside->nodes[walk->node].patch, walk->wire->entry,
                       span, "%s", sentence);
    return GPH_ARGUMENT;
}

/* The part of a term without its level. */
static gph_span
span_of_channels(const gph_term *term, const gph_patch_wire *wire)
{
    gph_span span = term->span;
    if (term->has_level)
        span.length = term->level_span.offset - span.offset;
    while (span.length > 0 && (wire->entry->value[span.offset + span.length - 1] == ' ' ||
                               wire->entry->value[span.offset + span.length - 1] == '\t' ||
                               wire->entry->value[span.offset + span.length - 1] == '@'))
        span.length--;
    return span;
}

/* Writes each channel of the nodes of a term, up to one more than there may be. */
static gph_status
all_channels(wire_walk *walk, const gph_term *term, uint32_t *n)
{
    gph_graph_inside *inside = walk->inside;
    uint32_t first;
    const uint32_t n_nodes = gph_graph_named(inside, term->node, term->all_copies, &first);
    *n = 0;
    for (uint32_t i = 0; i < n_nodes; i++) {
        const uint32_t source = first + i;
        const uint32_t port = gph_graph_term_port(inside, term, source);
        if (port == GPH_NONE)
            return refuse(walk, term->port != NULL ? term->port_span : term->node_span,
                          gph_graph_no_output(inside, term, source));
        const uint32_t width = inside->nodes[source].out[port].channels;
        for (uint32_t c = 0; c < width && *n <= GPH_MAX_CHANNELS; c++)
            walk->channels[(*n)++] =
                (gph_graph_source){.node = source, .port = (uint16_t)port, .channel = (uint16_t)c};
    }
    return GPH_OK;
}

static gph_status
select_channels(wire_walk *walk, const gph_term *term, uint32_t *n)
{
    gph_arena *scratch = walk->inside->scratch;
    uint32_t n_selected = 0;
    gph_fault fault;
    const gph_status status =
        gph_list_resolve(&term->channels, *n, walk->indexes, GPH_MAX_CHANNELS, &n_selected, &fault);
    if (status == GPH_LIMIT)
        return refuse(walk, span_of_channels(term, walk->wire),
                      gph_sentence(scratch, "more than %u channels", GPH_MAX_CHANNELS));
    if (status != GPH_OK)
        return refuse(walk, span_of_channels(term, walk->wire),
                      gph_sentence(scratch, "'%s%s' has %u channel%s", term->node,
                                   term->all_copies ? "*" : "", *n, *n == 1 ? "" : "s"));
    gph_graph_source *picked = gph_arena_allocate(scratch, n_selected, sizeof *picked);
    if (picked == NULL)
        return GPH_MEMORY;
    for (uint32_t i = 0; i < n_selected; i++)
        picked[i] = walk->channels[walk->indexes[i] - 1];
    for (uint32_t i = 0; i < n_selected; i++)
        walk->channels[i] = picked[i];
    *n = n_selected;
    return GPH_OK;
}

/* ---------------------------------------------------------------- bundles */

static gph_status
make_room(gph_graph_inside *inside, uint32_t width, uint32_t n_terms)
{
    const uint64_t wanted = inside->n_sources + (uint64_t)width * n_terms;
    if (wanted > GPH_GRAPH_MAX_SOURCES) {
        gph_diagnostics_error(inside->diagnostics, (gph_position){0},
                              "the wires have more than %d terms, channels counted; that is the "
                              "limit",
                              GPH_GRAPH_MAX_SOURCES);
        return GPH_LIMIT;
    }
    while (inside->sources_capacity < wanted)
        if (!gph_arena_grow(inside->arena, &inside->sources, inside->sources_capacity,
                            &inside->sources_capacity, sizeof *inside->sources))
            return GPH_MEMORY;
    return GPH_OK;
}

static uint32_t
count_audible(const gph_bundle *bundle)
{
    uint32_t n = 0;
    for (uint32_t t = 0; t < bundle->n_terms; t++)
        n += (float)bundle->terms[t].gain != 0.0f;
    return n;
}

/* Puts one term as number `column` into each of the sums of its bundle. */
static void
put_term(wire_walk *walk, const gph_term *term, uint32_t n, uint32_t width, size_t base,
         uint32_t n_columns, uint32_t column)
{
    for (uint32_t c = 0; c < width; c++) {
        gph_graph_source *source = &walk->inside->sources[base + (size_t)c * n_columns + column];
        *source = walk->channels[n == 1 ? 0 : c];
        source->gain = (float)term->gain;
    }
}

/* The sums of one bundle, which is `width` wide. */
static gph_status
sum_bundle(wire_walk *walk, const gph_bundle *bundle, uint32_t width, uint32_t first_sum)
{
    gph_graph_inside *inside = walk->inside;
    const uint32_t n_columns = count_audible(bundle);
    const size_t base = inside->n_sources;
    uint32_t column = 0;
    gph_status status = make_room(inside, width, n_columns);
    for (uint32_t t = 0; t < bundle->n_terms && status == GPH_OK; t++) {
        const gph_term *term = &bundle->terms[t];
        uint32_t n = 0;
        status = all_channels(walk, term, &n);
        if (status == GPH_OK && term->channels.n_ranges > 0)
            status = select_channels(walk, term, &n);
        if (status == GPH_OK && n != 1 && n != width)
            status = refuse(walk, term->span,
                            gph_sentence(inside->scratch,
                                         "'%s' has %u channels and is mixed with %u; '+' takes "
                                         "equal widths, or 1 to all",
                                         term->node, n, width));
        if (status == GPH_OK && (float)term->gain != 0.0f)
            put_term(walk, term, n, width, base, n_columns, column++);
    }
    if (status != GPH_OK)
        return status;
    inside->n_sources += (size_t)width * n_columns;
    for (uint32_t c = 0; c < width; c++)
        inside->sums[first_sum + c] =
            (gph_graph_sum){(uint32_t)(base + (size_t)c * n_columns), n_columns};
    return GPH_OK;
}

/* Width of a bundle when all widths are known. */
static uint32_t
bundle_width(const gph_graph_inside *inside, const gph_bundle *bundle)
{
    uint32_t widest = 0;
    for (uint32_t t = 0; t < bundle->n_terms; t++) {
        const uint32_t width = term_width(inside, &bundle->terms[t]);
        widest = width > widest ? width : widest;
    }
    return widest;
}

static gph_status
sum_port(wire_walk *walk, uint32_t port)
{
    gph_graph_inside *inside = walk->inside;
    const gph_graph_port *in = &inside->nodes[walk->node].in[port];
    uint32_t done = 0;
    for (uint32_t b = 0; b < walk->wire->wiring.n_bundles; b++) {
        const gph_bundle *bundle = &walk->wire->wiring.bundles[b];
        const uint32_t width = bundle_width(inside, bundle);
        if (done + width > in->channels)
            return refuse(walk, bundle->span,
                          gph_sentence(inside->scratch,
                                       "this makes '%s' wider than the %u channels that the rest "
                                       "of the circle has",
                                       inside->nodes[walk->node].name, in->channels));
        const gph_status status = sum_bundle(walk, bundle, width, in->first + done);
        if (status != GPH_OK)
            return status;
        done += width;
    }
    return GPH_OK;
}

/* ---------------------------------------------------------------- all of them */

static gph_status
sum_node(wire_walk *walk)
{
    gph_graph_inside *inside = walk->inside;
    const gph_graph_node *node = &inside->nodes[walk->node];
    const node_state *state = &inside->states[walk->node];
    for (uint32_t port = 0; port < node->type->n_in; port++) {
        if (state->wired_by[port] == GPH_NONE)
            continue;
        walk->wire = &node->patch->wires[state->wired_by[port]];
        const gph_status status = sum_port(walk, port);
        if (status != GPH_OK && status != GPH_ARGUMENT)
            return status;
    }
    return GPH_OK;
}

gph_status
gph_graph_make_sums(gph_graph_inside *inside)
{
    wire_walk walk = {
        .inside = inside,
        .channels =
            gph_arena_allocate(inside->scratch, GPH_MAX_CHANNELS + 1, sizeof *walk.channels),
        .indexes = gph_arena_allocate(inside->scratch, GPH_MAX_CHANNELS + 1, sizeof *walk.indexes),
    };
    gph_status status = walk.channels != NULL && walk.indexes != NULL ? GPH_OK : GPH_MEMORY;
    for (uint32_t i = 0; i < inside->graph.n_nodes && status == GPH_OK; i++) {
        walk.node = i;
        if (!inside->states[i].failed && inside->states[i].has_widths)
            status = sum_node(&walk);
    }
    return status;
}

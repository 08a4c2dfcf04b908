/* How often a type must be copied to take the channels that are wired to it. [control] */
#include "copies.h"

/* The widest copy that takes an even share of `width`; 0: there is none. */
static uint32_t
share_of(uint32_t width, const gph_port *port)
{
    for (uint32_t share = port->max < width ? port->max : width; share >= port->min; share--)
        if (width % share == 0)
            return share;
    return 0;
}

static gph_status
refuse(gph_graph_inside *inside, uint32_t node, uint32_t port, const char *sentence)
{
    const gph_patch_node *at = inside->nodes[node].patch;
    const uint32_t wire = inside->states[node].wired_by[port];
    gph_graph_fail(inside, node);
    if (sentence == NULL)
        return GPH_MEMORY;
    gph_patch_error(inside->diagnostics, at, at->wires[wire].entry, 0, "%s", sentence);
    return GPH_OK;
}

/* "1 to 2 channels", "2 channels" */
static const char *
range_of(gph_arena *arena, const gph_port *port)
{
    if (port->min == port->max)
        return gph_sentence(arena, "%u channel%s", port->min, port->min == 1 ? "" : "s");
    return gph_sentence(arena, "%u to %u channels", port->min, port->max);
}

static gph_status
refuse_width(gph_graph_inside *inside, uint32_t node, uint32_t port, bool copies)
{
    const gph_graph_port *in = &inside->states[node].in[port];
    const char *id = inside->nodes[node].type->type.id;
    const char *range = range_of(inside->scratch, in->info);
    if (range == NULL)
        return GPH_MEMORY;
    if (in->channels > GPH_MAX_CHANNELS)
        return refuse(inside, node, port,
                      gph_sentence(inside->scratch,
                                   "more than %u channels, the most that a port has",
                                   GPH_MAX_CHANNELS));
    if (copies && in->channels > in->info->max)
        return refuse(inside, node, port,
                      gph_sentence(inside->scratch,
                                   "%u channels cannot be shared out to copies of %s, which takes "
                                   "%s",
                                   in->channels, id, range));
    return refuse(inside, node, port,
                  gph_sentence(inside->scratch, "%u channel%s for '%s' of %s, which takes %s",
                               in->channels, in->channels == 1 ? "" : "s", in->info->name, id,
                               range));
}

/* Whether an input that is as wide as another one is. */
static bool
is_same(const gph_graph_inside *inside, uint32_t node, uint32_t port)
{
    const gph_type_info *type = inside->nodes[node].type;
    const gph_graph_port *in = inside->states[node].in;
    for (uint32_t i = 0; i < type->n_in; i++)
        if (type->in_ports[i] == in[port].info->ref)
            return in[i].channels == in[port].channels;
    return false;
}

/* An input beside the first: shared by all copies if it fits so, else in equal parts. */
static gph_status
divide_other(gph_graph_inside *inside, uint32_t node, uint32_t port, uint32_t n_copies)
{
    gph_graph_port *in = &inside->states[node].in[port];
    const bool same = in->info->rule == GPH_WIDTH_SAME_AS;
    if (same && !is_same(inside, node, port))
        return refuse(inside, node, port,
                      gph_sentence(inside->scratch,
                                   "%u channels for '%s' of %s, which takes as many as '%s'",
                                   in->channels, in->info->name, inside->nodes[node].type->type.id,
                                   inside->nodes[node].type->type.ports[in->info->ref].name));
    in->copy_channels = in->channels;
    in->copy_stride = 0;
    if ((!same || n_copies == 1) && in->channels >= in->info->min && in->channels <= in->info->max)
        return GPH_OK;
    const uint32_t share = in->channels / n_copies;
    if (share * n_copies != in->channels || share < in->info->min || share > in->info->max)
        return refuse_width(inside, node, port, n_copies > 1);
    in->copy_channels = share;
    in->copy_stride = share;
    return GPH_OK;
}

gph_status
gph_graph_divide(gph_graph_inside *inside, uint32_t node, uint32_t *n_copies)
{
    const gph_graph_node *at = &inside->nodes[node];
    gph_graph_port *in = inside->states[node].in;
    const bool may_copy = (at->type->type.flags & (GPH_TYPE_INDEPENDENT | GPH_TYPE_COPIES)) != 0;
    *n_copies = 1;
    for (uint32_t i = 0; i < at->type->n_in; i++) {
        if (in[i].channels == 0)
            continue;
        if (in[i].channels > GPH_MAX_CHANNELS)
            return refuse_width(inside, node, i, false);
        if (i > 0) {
            const gph_status status = divide_other(inside, node, i, *n_copies);
            if (status != GPH_OK || inside->states[node].failed)
                return status;
            continue;
        }
        const uint32_t share = may_copy || in[0].channels <= in[0].info->max
                                   ? share_of(in[0].channels, in[0].info)
                                   : 0;
        if (share == 0 || (!may_copy && share != in[0].channels))
            return refuse_width(inside, node, 0, may_copy);
        *n_copies = in[0].channels / share;
        in[0].copy_channels = share;
        in[0].copy_stride = *n_copies > 1 ? share : 0;
    }
    return GPH_OK;
}

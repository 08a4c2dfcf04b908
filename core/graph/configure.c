/* Makes the instances of a module node and configures them. [control] */
#include "config.h"
#include "copies.h"

#include <string.h>

/* ---------------------------------------------------------------- widths by rule */

/* What an output is wide by its rule alone, one copy. */
static uint32_t
width_by_rule(const gph_graph_inside *inside, uint32_t node, const gph_port *port,
              const uint32_t *out_channels)
{
    const gph_type_info *type = inside->nodes[node].type;
    if (port->rule == GPH_WIDTH_RANGE)
        return port->min;
    for (uint32_t i = 0; i < type->n_in; i++)
        if (type->in_ports[i] == port->ref && inside->states[node].in[i].copy_channels > 0)
            return inside->states[node].in[i].copy_channels;
    for (uint32_t i = 0; i < type->n_out; i++)
        if (type->out_ports[i] == port->ref)
            return out_channels[i];
    return port->min;
}

void
gph_graph_widths_by_rule(const gph_graph_inside *inside, uint32_t node, uint32_t *out_channels,
                         bool same_only)
{
    const gph_type_info *type = inside->nodes[node].type;
    for (int pass = GPH_WIDTH_RANGE; pass <= GPH_WIDTH_SAME_AS; pass++) {
        for (uint32_t i = 0; i < type->n_out; i++) {
            const gph_port *port = &type->type.ports[type->out_ports[i]];
            if (port->rule == (uint32_t)pass && (pass == GPH_WIDTH_SAME_AS || !same_only))
                out_channels[i] = width_by_rule(inside, node, port, out_channels);
        }
    }
}

/* ---------------------------------------------------------------- when it fails */

/* A module that does what it said it would not. */
static gph_status
blame_module(gph_graph_inside *inside, uint32_t node, const char *sentence)
{
    inside->no_module = true;
    if (sentence == NULL)
        return GPH_MEMORY;
    gph_graph_complain(inside, node, NULL, sentence);
    return GPH_OK;
}

const char *
gph_graph_word_of(gph_status status)
{
    switch (status) {
    case GPH_MEMORY:
        return "memory could not be had";
    case GPH_ARGUMENT:
        return "a setting makes no sense to it";
    case GPH_UNSUPPORTED:
        return "it does not offer this";
    case GPH_IO:
        return "a file, device or server fails";
    case GPH_LIMIT:
        return "this is beyond a limit";
    default:
        return "it does not say why";
    }
}

/* Its own fault, unless it names a setting or a file: then the patch's or the disk's. */
static bool
is_modules_fault(gph_status status, const node_config *config)
{
    return status != GPH_ARGUMENT && status != GPH_IO && status != GPH_MEMORY &&
           config->config.bad_setting == NULL;
}

static gph_status
tell_failure(gph_graph_inside *inside, uint32_t node, gph_status status, node_config *config)
{
    gph_graph_fail(inside, node);
    inside->n_file_errors += status == GPH_IO;
    inside->no_module = inside->no_module || is_modules_fault(status, config);
    if (inside->states[node].told)
        return status == GPH_MEMORY ? GPH_MEMORY : GPH_OK;
    config->error[sizeof config->error - 1] = '\0';
    if (config->error[0] != '\0')
        gph_graph_complain(inside, node, config->config.bad_setting, config->error);
    else {
        const char *sentence =
            gph_sentence(inside->scratch, "%s cannot be set up: %s",
                         inside->nodes[node].type->type.id, gph_graph_word_of(status));
        if (sentence == NULL)
            return GPH_MEMORY;
        gph_graph_complain(inside, node, config->config.bad_setting, sentence);
    }
    return status == GPH_MEMORY ? GPH_MEMORY : GPH_OK;
}

/* ---------------------------------------------------------------- one copy */

static gph_status
create_copy(gph_graph_inside *inside, uint32_t node, uint32_t index)
{
    const gph_type_info *type = inside->nodes[node].type;
    const gph_graph_services *services = inside->services;
    gph_graph_copy *copy = &inside->states[node].copies[index];
    if (copy->runtime != NULL)
        return GPH_OK;
    copy->runtime = services->runtime_new(services->user, &inside->graph, node, index);
    if (copy->runtime == NULL)
        return GPH_MEMORY;
    if (type->type.create == NULL)
        return GPH_OK;
    copy->instance = type->type.create(copy->runtime, type->given);
    copy->created = copy->instance != NULL;
    gph_graph_put_back(inside, node, "created");
    return copy->created ? GPH_OK
                         : blame_module(inside, node,
                                        gph_sentence(inside->scratch,
                                                     "%s cannot be made: its "
                                                     "create gives nothing",
                                                     type->type.id));
}

/* Whether what configure wrote is in the range of each output. */
static gph_status
check_widths(gph_graph_inside *inside, uint32_t node, const uint32_t *out_channels)
{
    const gph_type_info *type = inside->nodes[node].type;
    for (uint32_t i = 0; i < type->n_out; i++) {
        const gph_port *port = &type->type.ports[type->out_ports[i]];
        if (out_channels[i] < port->min || out_channels[i] > port->max)
            return blame_module(
                inside, node,
                gph_sentence(inside->scratch, "%s gives %u channels at '%s', of %u to %u",
                             type->type.id, out_channels[i], port->name, port->min, port->max));
    }
    return GPH_OK;
}

static gph_status
configure_copy(gph_graph_inside *inside, uint32_t node, uint32_t index, const uint32_t *in_channels,
               uint32_t *out_channels)
{
    const gph_type *type = &inside->nodes[node].type->type;
    node_config config;
    gph_status status = create_copy(inside, node, index);
    if (status != GPH_OK || inside->states[node].failed)
        return status;
    gph_graph_widths_by_rule(inside, node, out_channels, false);
    gph_node_config_init(&config, inside, node, in_channels, out_channels);
    if (type->configure != NULL)
        status = type->configure(inside->states[node].copies[index].instance, &config.config);
    if (status < 0 && inside->services->why_refused != NULL)
        status = inside->services->why_refused(inside->services->user,
                                               inside->states[node].copies[index].runtime, status);
    if (status < 0)
        return tell_failure(inside, node, status, &config);
    gph_graph_widths_by_rule(inside, node, out_channels, true);
    return check_widths(inside, node, out_channels);
}

/* ---------------------------------------------------------------- what it turned out to be */

/* An instance may lack inputs of its type, from the last on, that nothing is wired to. */
static bool
has_its_wires(const gph_graph_inside *inside, uint32_t node, const gph_type_info *described)
{
    const uint32_t n_in = inside->nodes[node].type->n_in;
    for (uint32_t i = described->n_in; i < n_in; i++)
        if (inside->states[node].in[i].channels > 0)
            return false;
    return described->n_in <= n_in;
}

/* Takes what `describe` says of the first copy in the place of the type. */
static gph_status
take_description(gph_graph_inside *inside, uint32_t node, uint32_t **out_channels)
{
    gph_graph_node *at = &inside->nodes[node];
    const gph_type_info *base = at->type;
    gph_type_info *described = NULL;
    const char *why = NULL;
    const gph_type *given = base->type.describe != NULL
                                ? base->type.describe(inside->states[node].copies[0].instance)
                                : NULL;
    if (given == NULL)
        return GPH_OK;
    const gph_status status =
        gph_type_normalise(given, base->module, inside->arena, &described, &why);
    if (status == GPH_MEMORY)
        return status;
    if (status != GPH_OK || !has_its_wires(inside, node, described))
        return blame_module(inside, node,
                            gph_sentence(inside->scratch, "its %s %s", base->type.id,
                                         status != GPH_OK ? why : "changes its inputs"));
    /* Tables are the instance's, functions and most flags the type's. */
    const uint32_t own_flags = GPH_TYPE_IN_PLACE | GPH_TYPE_INDEPENDENT | GPH_TYPE_COPIES;
    gph_type *type = &described->type;
    type->flags = (base->type.flags & ~own_flags) | (type->flags & own_flags);
    memcpy((char *)type + offsetof(gph_type, create),
           (const char *)&base->type + offsetof(gph_type, create),
           sizeof *type - offsetof(gph_type, create));
    described->given = base->given;
    at->type = described;
    if (described->n_out == base->n_out)
        return GPH_OK;
    *out_channels = gph_arena_allocate(inside->scratch, described->n_out, sizeof **out_channels);
    if (*out_channels == NULL)
        return GPH_MEMORY;
    gph_graph_widths_by_rule(inside, node, *out_channels, false);
    return GPH_OK;
}

static gph_status
settle_ports(gph_graph_inside *inside, uint32_t node, const uint32_t *out_channels)
{
    gph_graph_node *at = &inside->nodes[node];
    node_state *state = &inside->states[node];
    state->out = gph_arena_allocate(inside->arena, at->type->n_out, sizeof *state->out);
    if (state->out == NULL)
        return GPH_MEMORY;
    at->out = state->out;
    for (uint32_t i = 0; i < at->type->n_in; i++)
        state->in[i].info = &at->type->type.ports[at->type->in_ports[i]];
    for (uint32_t i = 0; i < at->type->n_out; i++) {
        gph_graph_port *out = &state->out[i];
        out->info = &at->type->type.ports[at->type->out_ports[i]];
        out->copy_channels = out_channels[i];
        out->channels = out_channels[i] * at->n_copies;
        out->copy_stride = at->n_copies > 1 ? out_channels[i] : 0;
        if (out->channels > GPH_MAX_CHANNELS)
            return blame_module(inside, node,
                                gph_sentence(inside->scratch,
                                             "%u copies of %s give more than %u channels",
                                             at->n_copies, at->type->type.id, GPH_MAX_CHANNELS));
    }
    return GPH_OK;
}

/* ---------------------------------------------------------------- all copies */

/* Room for all copies; those there are already stay the first. */
static gph_status
make_copies(gph_graph_inside *inside, uint32_t node, uint32_t n_copies)
{
    gph_graph_node *at = &inside->nodes[node];
    const uint32_t n_had = at->copies != NULL ? at->n_copies : 0;
    inside->n_copies += n_copies - n_had;
    if (inside->n_copies > GPH_GRAPH_MAX_COPIES) {
        gph_diagnostics_error(inside->diagnostics, at->at,
                              "more than %d instances with all copies; that is the limit",
                              GPH_GRAPH_MAX_COPIES);
        return GPH_LIMIT;
    }
    gph_graph_copy *copies = gph_arena_allocate(inside->arena, n_copies, sizeof *copies);
    if (copies == NULL)
        return GPH_MEMORY;
    if (n_had > 0)
        memcpy(copies, at->copies, n_had * sizeof *copies);
    inside->states[node].copies = copies;
    at->copies = copies;
    at->n_copies = n_copies;
    return GPH_OK;
}

/* Configures each copy; *out_channels gets the widths that one gives. */
static gph_status
configure_copies(gph_graph_inside *inside, uint32_t node, uint32_t **out_channels)
{
    const gph_graph_node *at = &inside->nodes[node];
    const gph_type_info *type = at->type;
    uint32_t *in_channels = gph_arena_allocate(inside->scratch, type->n_in, sizeof *in_channels);
    uint32_t *first = gph_arena_allocate(inside->scratch, 2 * (size_t)type->n_out, sizeof *first);
    if (in_channels == NULL || first == NULL)
        return GPH_MEMORY;
    for (uint32_t i = 0; i < type->n_in; i++)
        in_channels[i] = inside->states[node].in[i].copy_channels;
    *out_channels = first;
    for (uint32_t k = 0; k < at->n_copies; k++) {
        uint32_t *out = k == 0 ? first : first + type->n_out;
        const gph_status status = configure_copy(inside, node, k, in_channels, out);
        if (status != GPH_OK || inside->states[node].failed)
            return status;
        if (k > 0 && memcmp(first, out, type->n_out * sizeof *first) != 0)
            return blame_module(inside, node,
                                gph_sentence(inside->scratch,
                                             "two copies of %s have outputs of different widths",
                                             type->type.id));
    }
    gph_graph_put_back(inside, node, "set up");
    return take_description(inside, node, out_channels);
}

/* Only now is it known how wide the inputs of a described instance are: it may take more copies. */
static gph_status
divide_described(gph_graph_inside *inside, uint32_t node, const gph_type_info *base,
                 uint32_t **out_channels)
{
    gph_graph_node *at = &inside->nodes[node];
    uint32_t n_copies;
    for (uint32_t i = 0; i < at->type->n_in; i++)
        inside->states[node].in[i].info = &at->type->type.ports[at->type->in_ports[i]];
    gph_status status = gph_graph_divide(inside, node, &n_copies);
    if (status != GPH_OK || inside->states[node].failed || n_copies == at->n_copies)
        return status;
    /* What it said lives until it is configured again. */
    at->type = base;
    status = make_copies(inside, node, n_copies);
    return status == GPH_OK ? configure_copies(inside, node, out_channels) : status;
}

gph_status
gph_graph_configure(gph_graph_inside *inside, uint32_t node)
{
    const gph_type_info *type = inside->nodes[node].type;
    uint32_t *out_channels = NULL;
    uint32_t n_copies;
    gph_status status = gph_graph_divide(inside, node, &n_copies);
    if (status == GPH_OK && !inside->states[node].failed)
        status = make_copies(inside, node, n_copies);
    if (status == GPH_OK && !inside->states[node].failed)
        status = configure_copies(inside, node, &out_channels);
    if (status == GPH_OK && !inside->states[node].failed && inside->nodes[node].type != type)
        status = divide_described(inside, node, type, &out_channels);
    if (status == GPH_OK && !inside->states[node].failed)
        status = settle_ports(inside, node, out_channels);
    if (status == GPH_OK && !inside->states[node].failed)
        status = gph_graph_set_params(inside, node);
    return status;
}

/* Copies descriptors into structs of our own size, and looks things up in them. [control]
 *
 * What a module says of itself is not trusted: sizes, strides and counts are checked before they
 * are used (here), and then what it says is checked for sense (type_check.c). */
#include "type_check.h"

#include "limits.h"
#include "sentence.h"

#include <string.h>

/* One of the five tables of a type. */
typedef struct table_shape {
    const char *word; /* for messages */
    uint32_t most;
    uint32_t least_size; /* of an element, as ABI 1.0 has it */
    uint32_t size;       /* of ours */
} table_shape;

/* Bytes up to the end of a member. */
#define TO_END_OF(type_, member_) (offsetof(type_, member_) + sizeof(((type_ *)0)->member_))

static const table_shape port_shape = {"port", GPH_TYPE_MAX_PORTS, TO_END_OF(gph_port, doc),
                                       sizeof(gph_port)};
static const table_shape param_shape = {"parameter", GPH_TYPE_MAX_PARAMS,
                                        TO_END_OF(gph_param, choices), sizeof(gph_param)};
static const table_shape meter_shape = {"meter", GPH_TYPE_MAX_METERS, TO_END_OF(gph_meter, doc),
                                        sizeof(gph_meter)};
static const table_shape setting_shape = {"setting", GPH_TYPE_MAX_SETTINGS,
                                          TO_END_OF(gph_setting, choices), sizeof(gph_setting)};
static const table_shape trigger_shape = {"trigger", GPH_TYPE_MAX_TRIGGERS,
                                          TO_END_OF(gph_trigger, doc), sizeof(gph_trigger)};

/* Copies a growing struct: what the giver does not know becomes zero, what we do not know is left.
 */
static bool
copy_grown(void *to, uint32_t size, const void *from, uint32_t least, uint32_t most)
{
    uint32_t given;
    memcpy(&given, from, sizeof given);
    if (given < least || given > most)
        return false;
    memset(to, 0, size);
    memcpy(to, from, given < size ? given : size);
    memcpy(to, &size, sizeof size);
    return true;
}

static gph_status
copy_table(const table_shape *shape, const void *given, uint32_t n, uint32_t stride,
           gph_arena *arena, void *out, const char **why)
{
    if (n == 0)
        return GPH_OK;
    if (given == NULL || n > shape->most) {
        *why = given == NULL
                   ? gph_sentence(arena, "says it has %u %ss and gives none", n, shape->word)
                   : gph_sentence(arena, "has %u %ss; %u is the most", n, shape->word, shape->most);
        return GPH_ARGUMENT;
    }
    if (stride < shape->least_size || stride > GPH_TYPE_MAX_STRIDE ||
        stride % sizeof(void *) != 0) {
        *why = gph_sentence(arena, "has %ss that are %u bytes apart", shape->word, stride);
        return GPH_ARGUMENT;
    }
    uint8_t *copies = gph_arena_allocate(arena, n, shape->size);
    if (copies == NULL)
        return GPH_MEMORY;
    const uint8_t *elements = given;
    for (uint32_t i = 0; i < n; i++) {
        if (copy_grown(copies + (size_t)i * shape->size, shape->size, elements + (size_t)i * stride,
                       shape->least_size, stride))
            continue;
        *why = gph_sentence(arena, "has a %s of a wrong size (number %u)", shape->word, i + 1);
        return GPH_ARGUMENT;
    }
    memcpy(out, &copies, sizeof copies);
    return GPH_OK;
}

static gph_status
copy_tables(const gph_type *given, gph_type *type, gph_port **ports, gph_param **params,
            gph_arena *arena, const char **why)
{
    type->meters = NULL;
    type->settings = NULL;
    type->triggers = NULL;
    const struct {
        const table_shape *shape;
        const void *given;
        uint32_t n, stride;
        void *out;
    } tables[] = {
        {&port_shape, given->ports, type->n_ports, type->port_stride, ports},
        {&param_shape, given->params, type->n_params, type->param_stride, params},
        {&meter_shape, given->meters, type->n_meters, type->meter_stride, &type->meters},
        {&setting_shape, given->settings, type->n_settings, type->setting_stride, &type->settings},
        {&trigger_shape, given->triggers, type->n_triggers, type->trigger_stride, &type->triggers},
    };
    gph_status status = GPH_OK;
    for (size_t i = 0; i < sizeof tables / sizeof *tables && status == GPH_OK; i++)
        status = copy_table(tables[i].shape, tables[i].given, tables[i].n, tables[i].stride, arena,
                            tables[i].out, why);
    type->ports = *ports;
    type->params = *params;
    type->port_stride = sizeof(gph_port);
    type->param_stride = sizeof(gph_param);
    type->meter_stride = sizeof(gph_meter);
    type->setting_stride = sizeof(gph_setting);
    type->trigger_stride = sizeof(gph_trigger);
    return status;
}

/* Places of the ports of one direction in the table of ports. */
static gph_status
number_ports(gph_type_info *info, gph_arena *arena)
{
    uint32_t *places = gph_arena_allocate(arena, (size_t)info->type.n_ports + 1, sizeof *places);
    if (places == NULL)
        return GPH_MEMORY;
    info->n_in = 0;
    for (uint32_t i = 0; i < info->type.n_ports; i++)
        if (info->type.ports[i].direction == GPH_PORT_IN)
            places[info->n_in++] = i;
    info->n_out = 0;
    for (uint32_t i = 0; i < info->type.n_ports; i++)
        if (info->type.ports[i].direction == GPH_PORT_OUT)
            places[info->n_in + info->n_out++] = i;
    info->in_ports = places;
    info->out_ports = places + info->n_in;
    return GPH_OK;
}

gph_status
gph_type_normalise(const gph_type *given, const gph_module_info *module, gph_arena *arena,
                   gph_type_info **type, const char **why)
{
    *type = NULL;
    *why = NULL;
    gph_type_info *info = gph_arena_allocate(arena, 1, sizeof *info);
    if (info == NULL)
        return GPH_MEMORY;
    if (!copy_grown(&info->type, sizeof info->type, given, TO_END_OF(gph_type, extension),
                    GPH_TYPE_MAX_STRIDE)) {
        *why = gph_sentence(arena, "has a type of a wrong size");
        return *why != NULL ? GPH_ARGUMENT : GPH_MEMORY;
    }
    info->given = given;
    info->module = module;
    info->kind = GPH_NODE_MODULE;
    gph_port *ports = NULL;
    gph_param *params = NULL;
    gph_status status = copy_tables(given, &info->type, &ports, &params, arena, why);
    if (status == GPH_OK)
        status = gph_type_check(&info->type, ports, params, arena, why);
    if (status == GPH_OK)
        status = number_ports(info, arena);
    if (status == GPH_OK)
        *type = info;
    return status == GPH_ARGUMENT && *why == NULL ? GPH_MEMORY : status;
}

/* ---------------------------------------------------------------- looking into a type */

uint32_t
gph_type_find_param(const gph_type_info *type, const char *name)
{
    for (uint32_t i = 0; i < type->type.n_params; i++)
        if (strcmp(type->type.params[i].name, name) == 0)
            return i;
    return UINT32_MAX;
}

uint32_t
gph_type_find_setting(const gph_type_info *type, const char *name)
{
    for (uint32_t i = 0; i < type->type.n_settings; i++)
        if (strcmp(type->type.settings[i].name, name) == 0)
            return i;
    return UINT32_MAX;
}

uint32_t
gph_type_find_meter(const gph_type_info *type, const char *name)
{
    for (uint32_t i = 0; i < type->type.n_meters; i++)
        if (strcmp(type->type.meters[i].name, name) == 0)
            return i;
    return UINT32_MAX;
}

uint32_t
gph_type_find_trigger(const gph_type_info *type, const char *name, uint32_t direction)
{
    for (uint32_t i = 0; i < type->type.n_triggers; i++)
        if (type->type.triggers[i].direction == direction &&
            strcmp(type->type.triggers[i].name, name) == 0)
            return i;
    return UINT32_MAX;
}

uint32_t
gph_type_find_port(const gph_type_info *type, const char *name, uint32_t direction)
{
    const uint32_t *places = direction == GPH_PORT_IN ? type->in_ports : type->out_ports;
    const uint32_t n = direction == GPH_PORT_IN ? type->n_in : type->n_out;
    for (uint32_t i = 0; i < n; i++)
        if (strcmp(type->type.ports[places[i]].name, name) == 0)
            return i;
    return UINT32_MAX;
}

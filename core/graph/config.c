/* What a module sees of its settings while it is configured. [control] */
#include "config.h"

#include <string.h>

/* Whether the type has a setting of that name; of a KEYED family, one that begins so. */
static bool
is_setting(const gph_type_info *type, const char *name)
{
    for (uint32_t i = 0; i < type->type.n_settings; i++) {
        const gph_setting *setting = &type->type.settings[i];
        const size_t n = strlen(setting->name);
        if (strncmp(name, setting->name, n) != 0)
            continue;
        if (name[n] == '\0' || (name[n] == '.' && (setting->flags & GPH_SETTING_KEYED)))
            return true;
    }
    return false;
}

static const setting_value *
find(const gph_config *config, const char *name)
{
    const node_config *self = (const node_config *)config;
    return gph_graph_setting(self->inside, self->node, name);
}

static const char *GPH_CALL
text(const gph_config *config, const char *name, uint32_t index)
{
    const setting_value *value = find(config, name);
    return value != NULL && index < value->n_items ? value->items[index].text : NULL;
}

static int32_t GPH_CALL
number(const gph_config *config, const char *name, uint32_t index, double *value, uint32_t *unit)
{
    const node_config *self = (const node_config *)config;
    const setting_value *setting = find(config, name);
    if (setting == NULL)
        return is_setting(self->inside->nodes[self->node].type, name) ? 0 : GPH_ARGUMENT;
    if (index < setting->n_items) {
        *value = setting->items[index].number;
        if (unit != NULL)
            *unit = setting->items[index].unit;
    }
    return (int32_t)setting->n_items;
}

void
gph_node_config_init(node_config *config, const gph_graph_inside *inside, uint32_t node,
                     const uint32_t *in_channels, uint32_t *out_channels)
{
    *config = (node_config){.inside = inside, .node = node};
    config->config = (gph_config){
        .size = sizeof config->config,
        .flags = inside->graph.flags,
        .rate = inside->graph.rate,
        .in_channels = in_channels,
        .out_channels = out_channels,
        .text = text,
        .number = number,
        .error = config->error,
        .error_size = sizeof config->error,
    };
}

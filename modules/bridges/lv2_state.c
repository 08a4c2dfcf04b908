/* Presets and states of an LV2 plugin. [control] */
#include "lv2_node.h"

#include <lv2/presets/presets.h>
#include <lv2/state/state.h>
#include <stdio.h>
#include <string.h>

#define LABEL "http://www.w3.org/2000/01/rdf-schema#label"

/* ---------------------------------------------------------------- which preset */

/* By its label, its URI or the end of that. */
static bool
is_meant(const char *uri, const char *label, const char *name)
{
    const size_t n = strlen(uri), m = strlen(name);
    return gph_same_name(label, name) || strcmp(uri, name) == 0 ||
           (m < n && gph_same_name(uri + n - m, name) && strchr("/#:", uri[n - m - 1]) != NULL);
}

static LilvState *
find_preset(gph_node *self, const char *name, near_name *near)
{
    LilvNode *kind = lilv_new_uri(self->world, LV2_PRESETS__Preset);
    LilvNode *label_is = lilv_new_uri(self->world, LABEL);
    LilvNodes *presets = lilv_plugin_get_related(self->plugin, kind);
    LilvState *found = NULL;
    LILV_FOREACH(nodes, i, presets)
    {
        const LilvNode *preset = lilv_nodes_get(presets, i);
        lilv_world_load_resource(self->world, preset);
        LilvNode *node = lilv_world_get(self->world, preset, label_is, NULL);
        const char *label = node != NULL ? lilv_node_as_string(node) : "";
        gph_near_name_offer(near, label);
        if (found == NULL && lilv_node_is_uri(preset) &&
            is_meant(lilv_node_as_uri(preset), label, name))
            found = lilv_state_new_from_world(self->world, &self->map, preset);
        lilv_node_free(node);
    }
    lilv_nodes_free(presets);
    lilv_node_free(label_is);
    lilv_node_free(kind);
    return found;
}

/* ---------------------------------------------------------------- what is in it */

static bool
read_value(gph_node *self, const void *value, uint32_t size, uint32_t type, float *out)
{
    int32_t whole;
    double wide;
    if (type == gph_lv2_map(self, LV2_ATOM__Float) && size == sizeof *out) {
        memcpy(out, value, sizeof *out);
    } else if (type == gph_lv2_map(self, LV2_ATOM__Double) && size == sizeof wide) {
        memcpy(&wide, value, sizeof wide);
        *out = (float)wide;
    } else if ((type == gph_lv2_map(self, LV2_ATOM__Int) ||
                type == gph_lv2_map(self, LV2_ATOM__Bool)) &&
               size == sizeof whole) {
        memcpy(&whole, value, sizeof whole);
        *out = (float)whole;
    } else {
        return false;
    }
    return true;
}

/* The value of a port becomes the default of its parameter. */
static void
take_value(const char *symbol, void *user, const void *value, uint32_t size, uint32_t type)
{
    gph_node *self = user;
    LilvNode *node = lilv_new_string(self->world, symbol);
    const LilvPort *port = lilv_plugin_get_port_by_symbol(self->plugin, node);
    lilv_node_free(node);
    float number;
    if (port == NULL || !read_value(self, value, size, type, &number))
        return;
    const uint32_t index = lilv_port_get_index(self->plugin, port);
    for (uint32_t i = 0; i < self->controls.n; i++)
        if (self->controls.all[i].port == index)
            self->controls.all[i].def = number;
}

gph_status
gph_lv2_state_load(gph_node *self, const char *preset, char *error, uint32_t error_size)
{
    near_name near = {.wanted = preset != NULL ? preset : ""};
    if (preset != NULL)
        self->state = find_preset(self, preset, &near);
    else
        self->state =
            lilv_state_new_from_world(self->world, &self->map, lilv_plugin_get_uri(self->plugin));
    if (self->state != NULL && preset != NULL)
        lilv_state_emit_port_values(self->state, take_value, self);
    if (self->state != NULL || preset == NULL)
        return GPH_OK;
    if (near.best[0] != '\0')
        snprintf(error, error_size, "'%.100s' has no preset '%.100s'; did you mean '%s'?",
                 self->label, preset, near.best);
    else
        snprintf(error, error_size, "'%.100s' has no preset '%.100s'", self->label, preset);
    return GPH_ARGUMENT;
}

void
gph_lv2_state_restore(gph_node *self)
{
    if (self->state != NULL)
        lilv_state_restore(self->state, self->instance, NULL, NULL, 0, self->features);
}

/* What an LV2 plugin says of itself and its ports, and whether it needs what is not here. [control] */
#include "lv2_node.h"

#include "float_guard.h"
#include "path.h"

#include <dlfcn.h>
#include <lv2/core/lv2.h>
#include <lv2/midi/midi.h>
#include <lv2/port-groups/port-groups.h>
#include <stdio.h>
#include <string.h>

/* lv2core has had it since 1.16; the headers of Debian 12 name it, older ones do not. */
#define IS_SIDE_CHAIN LV2_CORE_PREFIX "isSideChain"

bool
gph_lv2_is_a(gph_node *self, const LilvPlugin *plugin, const LilvPort *port, const char *class)
{
    LilvNode *node = lilv_new_uri(self->world, class);
    const bool is = lilv_port_is_a(plugin, port, node);
    lilv_node_free(node);
    return is;
}

bool
gph_lv2_has(gph_node *self, const LilvPlugin *plugin, const LilvPort *port, const char *property)
{
    LilvNode *node = lilv_new_uri(self->world, property);
    const bool has = lilv_port_has_property(plugin, port, node);
    lilv_node_free(node);
    return has;
}

bool
gph_lv2_is_designated(gph_node *self, const LilvPlugin *plugin, const LilvPort *port,
                      const char *designation)
{
    LilvNode *predicate = lilv_new_uri(self->world, LV2_CORE__designation);
    LilvNode *found = lilv_port_get(plugin, port, predicate);
    const bool is = found != NULL && lilv_node_is_uri(found) &&
                    strcmp(lilv_node_as_uri(found), designation) == 0;
    lilv_node_free(found);
    lilv_node_free(predicate);
    return is;
}

/* By its own word, or as one of a group that is the sidechain of another. */
bool
gph_lv2_is_side(gph_node *self, const LilvPlugin *plugin, const LilvPort *port)
{
    if (gph_lv2_has(self, plugin, port, IS_SIDE_CHAIN))
        return true;
    LilvNode *in_group = lilv_new_uri(self->world, LV2_PORT_GROUPS__group);
    LilvNode *side_of = lilv_new_uri(self->world, LV2_PORT_GROUPS__sideChainOf);
    LilvNode *group = lilv_port_get(plugin, port, in_group);
    LilvNode *main = group != NULL ? lilv_world_get(self->world, group, side_of, NULL) : NULL;
    const bool is = main != NULL;
    lilv_node_free(main);
    lilv_node_free(group);
    lilv_node_free(side_of);
    lilv_node_free(in_group);
    return is;
}

/* ---------------------------------------------------------------- what it needs */

static bool
lacks_features(const LilvPlugin *plugin, char *why, uint32_t size)
{
    LilvNodes *needed = lilv_plugin_get_required_features(plugin);
    LILV_FOREACH(nodes, i, needed)
    {
        const char *uri = lilv_node_as_uri(lilv_nodes_get(needed, i));
        if (why[0] == '\0' && uri != NULL && !gph_lv2_has_feature(uri))
            snprintf(why, size, "it needs the feature %.300s, which is not offered here", uri);
    }
    lilv_nodes_free(needed);
    return why[0] != '\0';
}

static bool
takes_midi(gph_node *self, const LilvPlugin *plugin, const LilvPort *port)
{
    LilvNode *event = lilv_new_uri(self->world, LV2_MIDI__MidiEvent);
    const bool takes = lilv_port_supports_event(plugin, port, event);
    lilv_node_free(event);
    return takes;
}

static void
look_at_port(gph_node *self, const LilvPlugin *plugin, const LilvPort *port, bool *hears,
             bool *plays, char *why, uint32_t size)
{
    const char *symbol = lilv_node_as_string(lilv_port_get_symbol(plugin, port));
    const bool input = gph_lv2_is_a(self, plugin, port, LV2_CORE__InputPort);
    const bool optional = gph_lv2_has(self, plugin, port, LV2_CORE__connectionOptional);
    const bool audio = gph_lv2_is_a(self, plugin, port, LV2_CORE__AudioPort);
    const bool atom = gph_lv2_is_a(self, plugin, port, LV2_ATOM__AtomPort);
    *hears = *hears || (audio && input);
    *plays = *plays || (atom && input && !optional && takes_midi(self, plugin, port));
    if (audio || atom || optional || why[0] != '\0' ||
        gph_lv2_is_a(self, plugin, port, LV2_CORE__ControlPort))
        return;
    snprintf(why, size, "its port '%.100s' is %s, which is not offered here",
             symbol != NULL ? symbol : "",
             gph_lv2_is_a(self, plugin, port, LV2_CORE__CVPort) ? "for control voltage"
                                                                : "of an unknown kind");
}

bool
gph_lv2_lacks(gph_node *self, const LilvPlugin *plugin, char *why, uint32_t size)
{
    bool hears = false, plays = false;
    why[0] = '\0';
    if (!lilv_plugin_verify(plugin))
        snprintf(why, size, "what it says of itself is not all there, or cannot be read");
    else if (lilv_plugin_get_num_ports(plugin) > 1000)
        snprintf(why, size, "it has more ports than 1000");
    else if (!lacks_features(plugin, why, size))
        for (uint32_t i = 0; i < lilv_plugin_get_num_ports(plugin); i++)
            look_at_port(self, plugin, lilv_plugin_get_port_by_index(plugin, i), &hears, &plays,
                         why, size);
    if (why[0] == '\0' && plays && !hears)
        snprintf(why, size, "it is played by MIDI, which does not reach plugins");
    return why[0] != '\0';
}

/* ---------------------------------------------------------------- its binary */

static bool
load(const char *path, char *why, uint32_t size)
{
    char objects[200];
    const char *name = strrchr(path, '/') != NULL ? strrchr(path, '/') + 1 : path;
    if (!gph_file_may_load(path, objects, sizeof objects)) {
        snprintf(why, size, "its binary '%.100s': %s", name, objects);
        return false;
    }
    const uint32_t mode = gph_float_guard_enter();
    void *handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    (void)gph_float_guard_leave(mode);
    if (handle == NULL)
        snprintf(why, size, "its binary cannot be loaded: %.300s", dlerror());
    else if (dlsym(handle, "lv2_descriptor") == NULL && dlsym(handle, "lv2_lib_descriptor") == NULL)
        snprintf(why, size, "its binary '%.100s' holds no LV2 plugins", name);
    else
        return true;
    return false;
}

bool
gph_lv2_loads(const LilvPlugin *plugin, char *why, uint32_t size)
{
    const LilvNode *uri = lilv_plugin_get_library_uri(plugin);
    const char *text = uri != NULL && lilv_node_is_uri(uri) ? lilv_node_as_uri(uri) : "";
    char *path = strncmp(text, "file:", 5) == 0 ? lilv_file_uri_parse(text, NULL) : NULL;
    const bool good = path != NULL && load(path, why, size);
    if (path == NULL)
        snprintf(why, size, "it names no file as its binary");
    lilv_free(path);
    return good;
}

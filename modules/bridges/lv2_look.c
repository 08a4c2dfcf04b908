/* Reads LV2 bundles by their folders, loads their plugins and writes what is there. [a process of its own] */
#include "lv2_node.h"

#include "apart.h"
#include "listing.h"

#include <lv2/core/lv2.h>
#include <string.h>

#define LICENSE "http://usefulinc.com/ns/doap#license"

static void
count_ports(gph_node *self, const LilvPlugin *plugin, gph_plugin *out)
{
    for (uint32_t i = 0; i < lilv_plugin_get_num_ports(plugin); i++) {
        const LilvPort *port = lilv_plugin_get_port_by_index(plugin, i);
        const bool in = gph_lv2_is_a(self, plugin, port, LV2_CORE__InputPort);
        if (gph_lv2_is_a(self, plugin, port, LV2_CORE__AudioPort)) {
            out->n_in += in && !gph_lv2_is_side(self, plugin, port);
            out->n_out += !in;
        } else if (gph_lv2_is_a(self, plugin, port, LV2_CORE__ControlPort)) {
            out->n_params += in;
        }
    }
}

static void
show(gph_node *self, const LilvPlugin *plugin, const char *folder, FILE *to)
{
    char name[256], why[400];
    LilvNode *author = lilv_plugin_get_author_name(plugin);
    LilvNode *predicate = lilv_new_uri(self->world, LICENSE);
    LilvNodes *licenses = lilv_plugin_get_value(plugin, predicate);
    const LilvNode *license = lilv_nodes_get_first(licenses);
    gph_plugin out = {.size = sizeof out, .id = gph_lv2_uri(plugin), .name = name, .path = folder};
    gph_lv2_name(plugin, name, sizeof name);
    out.author = author != NULL ? lilv_node_as_string(author) : NULL;
    out.license = license != NULL ? lilv_node_as_string(license) : NULL;
    if (gph_lv2_lacks(self, plugin, why, sizeof why) || !gph_lv2_loads(plugin, why, sizeof why))
        out.refused = why;
    count_ports(self, plugin, &out);
    gph_plugin_write(to, &out);
    lilv_nodes_free(licenses);
    lilv_node_free(predicate);
    lilv_node_free(author);
}

static void
look(const char *folder, FILE *out)
{
    const char *name = strrchr(folder, '/') != NULL ? strrchr(folder, '/') + 1 : folder;
    char why[256] = "";
    gph_node self = {.world = lilv_world_new()};
    if (self.world == NULL)
        return;
    gph_lv2_add_bundle(self.world, folder, why, sizeof why);
    const LilvPlugins *plugins = lilv_world_get_all_plugins(self.world);
    LILV_FOREACH(plugins, i, plugins)
    show(&self, lilv_plugins_get(plugins, i), folder, out);
    if (why[0] != '\0') {
        const gph_plugin refused = gph_plugin_refused(name, folder, why);
        gph_plugin_write(out, &refused);
    }
    lilv_world_free(self.world);
}

int
main(int n_words, char **words)
{
    return gph_apart_serve(n_words, words, look);
}

/* Loads LADSPA libraries by their paths and writes what is in them. [a process of its own] */
#include "apart.h"
#include "ladspa_find.h"
#include "listing.h"

#include <string.h>

static void
count_ports(const LADSPA_Descriptor *plugin, gph_plugin *out)
{
    for (unsigned long i = 0; i < plugin->PortCount; i++) {
        const LADSPA_PortDescriptor kind = plugin->PortDescriptors[i];
        const bool in = LADSPA_IS_PORT_INPUT(kind) != 0;
        if (LADSPA_IS_PORT_AUDIO(kind)) {
            out->n_in += in;
            out->n_out += !in;
        } else {
            out->n_params += in;
        }
    }
}

static void
show(const ladspa_library *library, const LADSPA_Descriptor *plugin, FILE *to)
{
    char id[2 * LIBRARY_NAME];
    snprintf(id, sizeof id, "%s/%.255s", library->name, plugin->Label);
    gph_plugin out = {.size = sizeof out,
                      .id = id,
                      .name = plugin->Name != NULL ? plugin->Name : plugin->Label,
                      .author = plugin->Maker,
                      .license = plugin->Copyright,
                      .path = library->path,
                      .refused = gph_ladspa_lacks(plugin)};
    if (out.refused == NULL)
        count_ports(plugin, &out);
    gph_plugin_write(to, &out);
}

static void
look(const char *path, FILE *out)
{
    ladspa_library library = {0};
    gph_ladspa_name_library(&library, path);
    gph_ladspa_load(&library);
    if (library.descriptors == NULL) {
        const gph_plugin refused = gph_plugin_refused(library.name, path, library.why);
        gph_plugin_write(out, &refused);
        return;
    }
    for (unsigned long i = 0; i < LADSPA_MOST_PLUGINS; i++) {
        const LADSPA_Descriptor *plugin = library.descriptors(i);
        if (plugin == NULL)
            break;
        if (plugin->Label != NULL)
            show(&library, plugin, out);
    }
}

int
main(int n_words, char **words)
{
    return gph_apart_serve(n_words, words, look);
}

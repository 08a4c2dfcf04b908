/* Lists the LADSPA plugins that are installed. [control] */
#include "apart.h"
#include "ladspa_find.h"
#include "listing.h"

#include <string.h>

typedef struct libraries {
    texts paths;
    void(GPH_CALL *each)(void *user, const gph_plugin *plugin);
    void *user;
} libraries;

static void
take_line(void *user, uint32_t item, char *text)
{
    const libraries *self = user;
    gph_plugin plugin;
    (void)item;
    if (gph_plugin_read(text, &plugin))
        self->each(self->user, &plugin);
}

static void
take_loss(void *user, uint32_t item, const char *why)
{
    const libraries *self = user;
    ladspa_library library;
    gph_ladspa_name_library(&library, self->paths.all[item]);
    const gph_plugin refused = gph_plugin_refused(library.name, library.path, why);
    self->each(self->user, &refused);
}

static bool
collect(void *user, const ladspa_library *library)
{
    libraries *self = user;
    return gph_texts_add(&self->paths, library->path);
}

gph_status
gph_ladspa_list(void(GPH_CALL *each)(void *user, const gph_plugin *plugin), void *user)
{
    libraries self = {.each = each, .user = user};
    gph_ladspa_libraries(NULL, collect, &self);
    const apart_work work = {"ladspa-look", self.paths.n, self.paths.all,
                             take_line,     take_loss,    &self};
    const gph_status status = self.paths.full ? GPH_MEMORY : GPH_OK;
    if (status == GPH_OK)
        gph_apart(&work);
    gph_texts_finish(&self.paths);
    return status;
}

/* Lists the LV2 plugins that are installed. [control] */
#include "lv2_node.h"

#include "apart.h"
#include "listing.h"

#include <stdlib.h>
#include <string.h>

typedef struct bundles {
    texts folders;
    texts lines; /* of plugins */
    void(GPH_CALL *each)(void *user, const gph_plugin *plugin);
    void *user;
} bundles;

static void
take_line(void *user, uint32_t item, char *text)
{
    bundles *self = user;
    (void)item;
    (void)gph_texts_add(&self->lines, text);
}

static void
take_loss(void *user, uint32_t item, const char *why)
{
    const bundles *self = user;
    const char *folder = self->folders.all[item];
    const char *name = strrchr(folder, '/') != NULL ? strrchr(folder, '/') + 1 : folder;
    const gph_plugin refused = gph_plugin_refused(name, folder, why);
    self->each(self->user, &refused);
}

static bool
collect(void *user, const char *folder)
{
    bundles *self = user;
    return gph_texts_add(&self->folders, folder);
}

/* The end of the URI will do where it is one plugin's alone. */
static const char *
short_id(const gph_plugin *all, uint32_t n, const char *uri)
{
    const char *tail = gph_lv2_tail(uri);
    uint32_t meant = 0;
    for (uint32_t i = 0; i < n; i++)
        meant += gph_lv2_ends_with(all[i].id, tail);
    return meant == 1 ? tail : uri;
}

static void
tell(const bundles *self)
{
    gph_plugin *all = calloc((size_t)self->lines.n + 1, sizeof *all);
    uint32_t n = 0;
    for (uint32_t i = 0; all != NULL && i < self->lines.n; i++)
        n += gph_plugin_read(self->lines.all[i], &all[n]);
    for (uint32_t i = 0; i < n; i++) {
        gph_plugin out = all[i];
        out.id = short_id(all, n, out.id);
        self->each(self->user, &out);
    }
    free(all);
}

gph_status
gph_lv2_list(void(GPH_CALL *each)(void *user, const gph_plugin *plugin), void *user)
{
    bundles self = {.each = each, .user = user};
    gph_lv2_bundles(collect, &self);
    const apart_work work = {"lv2-look", self.folders.n, self.folders.all,
                             take_line,  take_loss,      &self};
    if (!self.folders.full)
        gph_apart(&work);
    const gph_status status = self.folders.full || self.lines.full ? GPH_MEMORY : GPH_OK;
    if (status == GPH_OK)
        tell(&self);
    gph_texts_finish(&self.folders);
    gph_texts_finish(&self.lines);
    return status;
}

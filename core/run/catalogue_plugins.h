/* Asks a type which plugins of another system it finds. [control] */
#ifndef GPH_RUN_CATALOGUE_PLUGINS_H
#define GPH_RUN_CATALOGUE_PLUGINS_H

#include "../graph/catalog.h"

/* An instance that is asked, and never set up. Zeroed: nobody is asked yet. */
typedef struct gph_asker {
    const gph_type_info *type;
    gph_node *node;
    gph_arena *arena; /* of what it said last */
} gph_asker;

/* What the type offers under GPH_PLUGINS_ID, or NULL; the instance before is gone. */
const gph_plugins *gph_asker_ask(gph_asker *asker, const gph_type_info *type);

/* What `plugins` says of one plugin, checked as any descriptor is; or NULL and why. */
const gph_type_info *gph_asker_look(gph_asker *asker, const gph_plugins *plugins,
                                    const char *plugin, char *error, uint32_t error_size);

void gph_asker_finish(gph_asker *asker);

#endif

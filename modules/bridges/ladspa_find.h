/* A LADSPA plugin by the name that a patch gives it. [control] */
#ifndef GPH_BRIDGES_LADSPA_FIND_H
#define GPH_BRIDGES_LADSPA_FIND_H

#include "ladspa_library.h"

#include <graphophone/module.h>

/* `name` is a label (`amp_mono`), LIBRARY/LABEL (`amp/amp_mono`), or a library that holds one plugin
 * alone. GPH_ARGUMENT, GPH_MEMORY: a sentence is in `error`. */
gph_status gph_ladspa_find(const char *name, const LADSPA_Descriptor **plugin, char *error,
                           uint32_t error_size);

/* Why a plugin cannot be used, or NULL. */
const char *gph_ladspa_lacks(const LADSPA_Descriptor *plugin);

/* ladspa_list.c: calls `each` for each plugin, and for each library that cannot be used. They are
 * loaded in other processes only. */
gph_status gph_ladspa_list(void(GPH_CALL *each)(void *user, const gph_plugin *plugin), void *user);

#endif

/* What configure sees of the settings: those that the test was given, the defaults, and for what must be there something
 * that makes sense. [control] */
#ifndef GPH_COURT_SETTINGS_H
#define GPH_COURT_SETTINGS_H

#include "../graph/catalog.h"

typedef struct settings settings;

/* `sets` is KEY=VALUE, ended by NULL; NULL: none. A value that cannot be read ends the process, with a word why. */
settings *settings_new(const gph_type_info *type, const char *const *sets, double rate);
gph_config *settings_config(settings *s, const uint32_t *in, uint32_t *out);
void settings_free(settings *s);

#endif

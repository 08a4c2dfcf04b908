/* A plugin that was found, as a line of text. [control] */
#ifndef GPH_BRIDGES_LISTING_H
#define GPH_BRIDGES_LISTING_H

#include <graphophone/module.h>
#include <stdbool.h>
#include <stdio.h>

/* Texts become valid UTF-8 without control characters, whatever the plugin put into them. */
void gph_plugin_write(FILE *out, const gph_plugin *plugin);

/* The texts of `plugin` are parts of `line`. False: it is no such line. */
bool gph_plugin_read(char *line, gph_plugin *plugin);

/* A file or bundle that cannot be used, as one plugin that is refused. */
gph_plugin gph_plugin_refused(const char *name, const char *path, const char *why);

/* Texts that are copied; `full`: no memory for more. Zeroed: none. */
typedef struct texts {
    char **all;
    uint32_t n;
    bool full;
} texts;

/* False: it is full. */
bool gph_texts_add(texts *self, const char *text);
void gph_texts_finish(texts *self);

#endif

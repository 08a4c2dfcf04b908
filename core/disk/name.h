/* Names of takes: templates with the time of day and tokens, taken apart once and filled in for each
 * file.
 *
 *     file = /data/rec/%Y-%m-%d/{take}-{node}.wav
 *            literal  | below: folders we make, no links, never upwards
 *
 * strftime's Y y m d H M S j F s and %% without locale; {take} {node} {ch} {label} {part} {patch}.
 * [control, writer] */
#ifndef GPH_DISK_NAME_H
#define GPH_DISK_NAME_H

#include "../platform/clock.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { GPH_NAME_PATH = 4096, GPH_NAME_PART = 255 };

/* Which tokens a template has. */
enum {
    GPH_NAME_TAKE = 1,
    GPH_NAME_NODE = 2,
    GPH_NAME_CH = 4,
    GPH_NAME_LABEL = 8,
    GPH_NAME_PART_TOKEN = 16,
    GPH_NAME_PATCH = 32,
    GPH_NAME_TIME = 64
};

/* What stays the same for all files of a stream. */
typedef struct gph_name {
    char root[GPH_NAME_PATH];  /* the literal folder: must exist, may hold links */
    char below[GPH_NAME_PATH]; /* the rest of the template, {node} and {patch} filled in */
    uint32_t tokens;           /* GPH_NAME_* */
    bool per_channel;
    bool utc;
} gph_name;

/* What differs from file to file. */
typedef struct gph_name_values {
    gph_calendar time;
    uint32_t take;
    uint32_t channel;  /* from 1; 0: all in one */
    uint32_t channels; /* of the stream: how many digits {ch} has */
    const char *label; /* sanitized; NULL: none */
    uint32_t part;     /* from 1 */
} gph_name_values;

/* Takes a template apart. `folder` is what relative ones are below. False: a sentence is in `text`. */
bool gph_name_parse(const char *file, const char *folder, const char *node, const char *patch,
                    bool per_channel, bool utc, gph_name *name, char *text, size_t size);

/* All its files go into a folder below the root, a plain word, that is made like others. False: the name is too long. */
bool gph_name_move(gph_name *name, const char *folder);

/* Fills in all values: a path below `root`. `repeat` from 1 appends -2, -3 for names that are taken.
 * False: a component is longer than 255 bytes, or the whole than GPH_NAME_PATH. */
bool gph_name_fill(const gph_name *name, const gph_name_values *values, uint32_t repeat, char *path,
                   size_t size);

/* The component that holds {take} with all but take, channel, label and part filled in, and what is
 * above it. False: there is no {take}. */
bool gph_name_folder_of_takes(const gph_name *name, const gph_name_values *values, char *folder,
                              char *component, size_t size);
/* The number that stands for {take} in a name that such a component could have made, suffixes and
 * `.part` included; 0: it could not. */
uint32_t gph_name_take_of(const char *component, const char *found);

/* Whether Windows keeps a name of `length` bytes for a device, whatever its ending. */
bool gph_name_is_device(const char *name, size_t length);

/* Makes text harmless as a part of a file's name on any system: at most size - 1 and 64 bytes of
 * UTF-8, no separator, control character or reserved name, no '-' or '.' in front. */
void gph_name_sanitize(const char *text, char *clean, size_t size);

#endif

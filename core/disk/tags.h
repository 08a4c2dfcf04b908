/* Tags of a file: title artist album comment copyright genre date track license. [control, writer] */
#ifndef GPH_DISK_TAGS_H
#define GPH_DISK_TAGS_H

#include "chunk.h"

#include <graphophone/module.h>

/* Bytes of a value: what every container that has tags can hold and libsndfile reads back. */
enum { GPH_TAG_BYTES = 1000 };

/* Whether `key` is a tag. */
bool gph_tag_is_known(const char *key);
/* SF_STR_* of libsndfile for a known tag. */
int gph_tag_sndfile(const char *key);
/* The chunk `LIST INFO`: these tags, and which program made the file. */
void gph_tags_put(gph_chunks *chunks, const gph_tag *tags, uint32_t n);

#endif

/* The chunk `iXML`: what editors of film sound read of a take, above all the names of its tracks.
 * [writer] */
#ifndef GPH_DISK_IXML_H
#define GPH_DISK_IXML_H

#include "chunk.h"
#include "format.h"
#include "slate.h"

void gph_ixml_put(gph_chunks *chunks, const gph_slate *slate, gph_sample sample, uint32_t channels,
                  uint32_t rate);

#endif

/* The chunk `bext` of the Broadcast Wave Format: which take, and where on the day it stands (EBU Tech
 * 3285, version 1, without a UMID). [writer] */
#ifndef GPH_DISK_BEXT_H
#define GPH_DISK_BEXT_H

#include "chunk.h"
#include "format.h"
#include "slate.h"

void gph_bext_put(gph_chunks *chunks, const gph_slate *slate, gph_sample sample, uint32_t channels,
                  uint32_t rate);

#endif

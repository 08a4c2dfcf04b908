/* From what gph_convert makes to the bytes of a file. [writer] */
#ifndef GPH_DISK_PACK_H
#define GPH_DISK_PACK_H

#include "format.h"

/* Packs `n` values as gph_convert made them (int16_t, int32_t or float) into n * gph_sample_bytes
 * bytes, little-endian or, for integers, big-endian. G.711 is that of libsndfile: from -1 to 1, no
 * NaN. */
void gph_pack(gph_sample sample, bool big_endian, const void *values, size_t n, uint8_t *bytes);

#endif

/* What triggers of a table make of the sound in it. [worker] */
#ifndef GPH_RUN_TABLE_OPS_H
#define GPH_RUN_TABLE_OPS_H

#include <stdint.h>

/* Sound in memory. */
typedef struct gph_table_sound {
    float *const *ch;
    uint32_t channels;
    uint64_t frames;
} gph_table_sound;

/* Makes `to` (as wide as `from`, room for as many frames) out of `from`: GPH_TABLE_DO_* from
 * NORMALIZE on, with the parameters `with`. `other` has the second operand, or is NULL; its channels
 * are repeated over those of the table, and beyond its end nothing is changed. What would not be
 * finite becomes 0; returns how many samples. */
uint64_t gph_table_operate(uint32_t what, const float *with, double rate,
                           const gph_table_sound *from, const gph_table_sound *other,
                           float *const *to);

#endif

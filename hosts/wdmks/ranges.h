/* What formats a pin says it takes: data ranges. [control] */
#ifndef GPH_HOSTS_WDMKS_RANGES_H
#define GPH_HOSTS_WDMKS_RANGES_H

#include "ks_abi.h"

#include <stddef.h>

enum { KS_MAX_RANGES = 32 }; /* of a pin; drivers have a handful */

typedef struct ks_range {
    uint32_t max_channels; /* at least 1 */
    uint32_t min_bits;
    uint32_t max_bits;
    uint32_t min_rate;
    uint32_t max_rate; /* at least min_rate */
    bool pcm;
    bool is_float;
} ks_range;

typedef struct ks_ranges {
    uint32_t n;
    ks_range all[KS_MAX_RANGES];
} ks_ranges;

/* Reads the answer to KS_PIN_DATARANGES: `bytes` of anything. What is no audio is skipped, what is cut off ends it. */
void ks_ranges_read(const void *data, size_t bytes, ks_ranges *ranges);

/* Whether the pin says that it takes this; without a readable range it may take anything. */
bool ks_ranges_take(const ks_ranges *ranges, bool is_float, uint32_t bits, double rate,
                    uint32_t channels);
/* The rate nearest to `rate` that some range has; `rate` itself where there are no ranges. */
double ks_ranges_rate(const ks_ranges *ranges, double rate);
/* Most channels of any range; 0 where there are no ranges. */
uint32_t ks_ranges_channels(const ks_ranges *ranges);

#endif

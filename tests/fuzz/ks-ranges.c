/* Any bytes as a driver's data ranges: what is read is within its bounds, and each candidate that follows is one that the
 * ranges take. [fuzzer] */
#include "../../hosts/wdmks/format.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
demand(int truth)
{
    if (!truth)
        abort();
}

static void
check_candidates(const ks_ranges *ranges, double rate)
{
    ks_format format;
    ks_connect_format connect;
    uint32_t n = 0, n_candidates = 0;
    while (ks_format_candidate(ranges, (uint32_t)rate, 2, -1, &n, &format)) {
        uint32_t frame_bytes = ks_format_frame_bytes(&format);
        demand(++n_candidates < 1000 && format.channels >= 2 &&
               format.channels <= GPH_MAX_CHANNELS);
        demand(frame_bytes >= 2 * format.channels && frame_bytes <= 4 * format.channels);
        uint32_t bytes = ks_format_connect(&format, 0, KS_INTERFACE_LOOPED, &connect);
        demand(bytes <= sizeof connect && connect.wave.frame_bytes == frame_bytes);
    }
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    ks_ranges ranges;
    uint8_t *copy = malloc(size > 0 ? size : 1);
    demand(copy != NULL);
    for (size_t n = 0; n < size; n++)
        copy[n] = data[n];
    ks_ranges_read(copy, size, &ranges);
    free(copy);
    demand(ranges.n <= KS_MAX_RANGES);
    for (uint32_t n = 0; n < ranges.n; n++) {
        const ks_range *range = &ranges.all[n];
        demand(range->max_channels > 0 && range->min_bits <= range->max_bits);
        demand(range->min_rate <= range->max_rate && (range->pcm || range->is_float));
        double rate = ks_ranges_rate(&ranges, range->min_rate);
        demand(rate <= range->min_rate && rate >= range->min_rate);
        demand(ks_ranges_channels(&ranges) >= range->max_channels);
        demand(ks_ranges_take(&ranges, !range->pcm, range->min_bits, rate, range->max_channels));
        check_candidates(&ranges, rate);
    }
    return 0;
}

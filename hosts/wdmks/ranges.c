/* Data ranges, read from what a driver answered. Every size is checked before it is believed. [control] */
#include "ranges.h"

#include <math.h>

/* Each item begins on a multiple of 8 bytes. */
static size_t
step(uint32_t size)
{
    return ((size_t)size + 7) & ~(size_t)7;
}

/* One range, if it is one of plain audio. */
static bool
read_range(const uint8_t *data, size_t bytes, ks_range *range)
{
    ks_range_audio raw = {0};
    if (bytes < KS_RANGE_AUDIO_BYTES)
        return false;
    memcpy(&raw, data, KS_RANGE_AUDIO_BYTES);
    if (!ks_guid_is(&raw.head.major, &ks_type_audio))
        return false;
    bool any = ks_guid_is(&raw.head.sub, &ks_any);
    bool wave = ks_guid_is(&raw.head.specifier, &ks_specifier_wave) ||
                ks_guid_is(&raw.head.specifier, &ks_any);
    *range = (ks_range){.max_channels = raw.max_channels,
                        .min_bits = raw.min_bits,
                        .max_bits = raw.max_bits,
                        .min_rate = raw.min_rate,
                        .max_rate = raw.max_rate,
                        .pcm = any || ks_guid_is(&raw.head.sub, &ks_sub_pcm),
                        .is_float = any || ks_guid_is(&raw.head.sub, &ks_sub_float)};
    return wave && (range->pcm || range->is_float) && range->max_channels > 0 &&
           range->min_bits <= range->max_bits && range->min_rate <= range->max_rate &&
           range->max_rate > 0;
}

void
ks_ranges_read(const void *data, size_t bytes, ks_ranges *ranges)
{
    ranges->n = 0;
    ks_multiple_item list;
    if (bytes < sizeof list)
        return;
    memcpy(&list, data, sizeof list);
    if (list.size < bytes)
        bytes = list.size;
    const uint8_t *at = data;
    size_t offset = sizeof list;
    /* An attribute list may or may not be counted as an item: the bytes end it in any case. */
    for (uint32_t n = 0; n < list.count && ranges->n < KS_MAX_RANGES; n++) {
        ks_dataformat head;
        if (offset > bytes || bytes - offset < sizeof head)
            return;
        memcpy(&head, at + offset, sizeof head);
        if (head.size < sizeof head || head.size > bytes - offset)
            return;
        if (read_range(at + offset, head.size, &ranges->all[ranges->n]))
            ranges->n++;
        offset += step(head.size);
        if ((head.flags & KS_RANGE_ATTRIBUTES) == 0)
            continue;
        ks_multiple_item attributes;
        if (offset > bytes || bytes - offset < sizeof attributes)
            return;
        memcpy(&attributes, at + offset, sizeof attributes);
        if (attributes.size < sizeof attributes || attributes.size > bytes - offset)
            return;
        offset += step(attributes.size);
    }
}

bool
ks_ranges_take(const ks_ranges *ranges, bool is_float, uint32_t bits, double rate,
               uint32_t channels)
{
    for (uint32_t n = 0; n < ranges->n; n++) {
        const ks_range *range = &ranges->all[n];
        if ((is_float ? range->is_float : range->pcm) && bits >= range->min_bits &&
            bits <= range->max_bits && rate >= range->min_rate && rate <= range->max_rate &&
            channels <= range->max_channels)
            return true;
    }
    return ranges->n == 0;
}

double
ks_ranges_rate(const ks_ranges *ranges, double rate)
{
    double best = rate, distance = INFINITY;
    for (uint32_t n = 0; n < ranges->n; n++) {
        double here = fmin(fmax(rate, ranges->all[n].min_rate), ranges->all[n].max_rate);
        if (fabs(here - rate) < distance) {
            distance = fabs(here - rate);
            best = here;
        }
    }
    return best;
}

uint32_t
ks_ranges_channels(const ks_ranges *ranges)
{
    uint32_t most = 0;
    for (uint32_t n = 0; n < ranges->n; n++)
        if (ranges->all[n].max_channels > most)
            most = ranges->all[n].max_channels;
    return most;
}

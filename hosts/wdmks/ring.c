/* Arithmetic of a ring. [audio] */
#include "ring.h"

#include <math.h>
#include <string.h>

uint64_t
ks_ring_step(const ks_ring *ring, uint64_t offset, double expected)
{
    uint64_t here = ring->moved % ring->bytes;
    uint64_t forward = (offset % ring->bytes + ring->bytes - here) % ring->bytes;
    /* Which lap is it? One that the clock does not know of for certain is none: a device that stands still must be seen
     * to stand still. */
    double laps = floor((expected - (double)forward) / ring->bytes + 0.5);
    if (laps > 0 && expected < 0.9 * ring->bytes)
        laps = 0;
    if (laps >= 0)
        return forward + (uint64_t)laps * ring->bytes;
    return 0; /* a little behind where it was: it has not moved */
}

void
ks_ring_read(const ks_ring *ring, uint64_t at, void *to, uint32_t bytes)
{
    uint32_t offset = (uint32_t)(at % ring->bytes);
    uint32_t first = bytes < ring->bytes - offset ? bytes : ring->bytes - offset;
    memcpy(to, ring->memory + offset, first);
    memcpy((uint8_t *)to + first, ring->memory, bytes - first);
}

void
ks_ring_write(ks_ring *ring, uint64_t at, const void *from, uint32_t bytes)
{
    uint32_t offset = (uint32_t)(at % ring->bytes);
    uint32_t first = bytes < ring->bytes - offset ? bytes : ring->bytes - offset;
    if (from == NULL) {
        memset(ring->memory + offset, 0, first);
        memset(ring->memory, 0, bytes - first);
        return;
    }
    memcpy(ring->memory + offset, from, first);
    memcpy(ring->memory, (const uint8_t *)from + first, bytes - first);
}

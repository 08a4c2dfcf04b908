/* The counter: frame n of channel c is n + 65536 c, of 23 bits, in the upper bits of a sample. [lock held] */
#include "driver.h"

enum { BITS = 23, MASK = (1 << BITS) - 1, STEP = 65536 };

void
sound_write(const pin *p, uint64_t frame, uint8_t *to)
{
    for (uint32_t c = 0; c < p->channels; c++) {
        uint32_t value = (((uint32_t)frame + c * STEP) & MASK) << 8;
        for (uint32_t b = 0; b < p->bytes; b++)
            *to++ = (uint8_t)(value >> (8 * (4 - p->bytes + b)));
    }
}

static uint32_t
sample(const pin *p, const uint8_t *from)
{
    uint32_t value = 0;
    for (uint32_t b = 0; b < p->bytes; b++)
        value |= (uint32_t)from[b] << (8 * (4 - p->bytes + b));
    return value >> 8;
}

void
sound_read(pin *p, const uint8_t *from)
{
    uint32_t first = sample(p, from), any = first;
    BOOLEAN whole = TRUE;
    for (uint32_t c = 1; c < p->channels; c++) {
        uint32_t value = sample(p, from + (size_t)c * p->bytes);
        any |= value;
        whole &= value == ((first + c * STEP) & MASK);
    }
    if (any == 0) {
        all.seen.silent++;
        p->silence = TRUE;
        return;
    }
    if (whole && p->heard && !p->silence && first == ((p->last + 1) & MASK))
        all.seen.right++;
    else if (p->heard || !whole) {
        all.seen.breaks++;
        all.seen.break_after = p->last;
        all.seen.break_before = first;
        all.seen.break_silent = all.seen.silent;
    }
    p->heard = TRUE;
    p->silence = FALSE;
    p->last = first;
}

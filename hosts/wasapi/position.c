/* Positions of packets, believed as far as the clock allows. [audio] */
#include "position.h"

#include <math.h>

enum {
    MOST_BACK = 8, /* a position that stands still so often in a row tells nothing */
    MOST_JUMPS = 4 /* one that jumps where no time passed counts something else than frames */
};

static const double follow_ppm = 500e-6; /* crystals differ by no more */

void
wa_position_init(wa_position *position, double rate)
{
    *position = (wa_position){.rate = rate};
}

/* Excess of time over what was had, with what is there still. */
static double
excess(const wa_position *position, uint32_t waiting, int64_t boot_ns)
{
    double passed = (double)(boot_ns - position->start_ns) * 1e-9 * position->rate;
    return passed - (double)position->accounted - waiting;
}

static void
settle(wa_position *position, double now, uint32_t frames)
{
    double rise = now - position->base;
    position->base += rise < 0 ? rise : fmin(rise, follow_ppm * frames);
}

uint64_t
wa_position_turn(wa_position *position, uint64_t at, uint32_t frames, uint32_t waiting,
                 int64_t boot_ns)
{
    bool first = !position->known;
    uint64_t gap = !first && at > position->next ? at - position->next : 0;
    position->n_back = !first && at < position->next ? position->n_back + 1 : 0;
    position->next = at + frames;
    position->accounted += frames;
    if (position->n_back >= MOST_BACK)
        position->distrusted = true;
    if (first) {
        position->known = true;
        position->start_ns = boot_ns;
        position->base = excess(position, waiting, boot_ns);
    }
    double now = excess(position, waiting, boot_ns);
    /* More than the clock has room for cannot be missing. */
    if (gap > 0 && (double)gap > now - position->base + frames / 2.0) {
        gap = 0;
        position->distrusted |= ++position->n_jumps >= MOST_JUMPS;
    }
    if (position->distrusted)
        gap = 0;
    position->accounted += gap;
    settle(position, now - (double)gap, frames);
    return gap;
}

/* Where a frame of the host's clock lies in the ring. [writer] */
#include "timeline.h"

#include <string.h>

void
gph_timeline_add(gph_timeline *timeline, const gph_ring_mark *mark)
{
    uint32_t n = timeline->n_breaks;
    gph_break next = {mark->clock, mark->clock, mark->position, 0, false};
    if (mark->kind == GPH_MARK_ORIGIN) {
        if (n)
            return;
    } else {
        const gph_break *last = n ? &timeline->breaks[n - 1] : NULL;
        if (!last || n == GPH_TIMELINE_BREAKS || mark->frames <= 0 ||
            mark->position < last->position)
            return;
        next.dropped = mark->kind == GPH_MARK_DROP;
        next.frames = mark->frames;
        int64_t run = (int64_t)(mark->position - last->position);
        next.clock = last->clock + run + mark->frames;
        next.graph = last->graph + run + (next.dropped ? mark->frames : 0);
    }
    timeline->breaks[timeline->n_breaks++] = next;
}

bool
gph_timeline_has_room(const gph_timeline *timeline, uint32_t count)
{
    return timeline->n_breaks + count <= GPH_TIMELINE_BREAKS;
}

uint32_t
gph_timeline_forget(gph_timeline *timeline, uint64_t position, uint32_t most)
{
    uint32_t gone = 0;
    while (gone < most && gone + 1 < timeline->n_breaks &&
           timeline->breaks[gone + 1].position < position)
        gone++;
    if (gone) {
        timeline->n_breaks -= gone;
        memmove(timeline->breaks, timeline->breaks + gone,
                timeline->n_breaks * sizeof *timeline->breaks);
    }
    return gone;
}

static const gph_break *
break_at(const gph_timeline *timeline, uint64_t position)
{
    uint32_t n = timeline->n_breaks - 1;
    while (n > 0 && timeline->breaks[n].position > position)
        n--;
    return &timeline->breaks[n];
}

int64_t
gph_timeline_graph_at(const gph_timeline *timeline, uint64_t position)
{
    const gph_break *at = break_at(timeline, position);
    return at->graph + (int64_t)(position - at->position);
}

int64_t
gph_timeline_clock_at(const gph_timeline *timeline, uint64_t position)
{
    const gph_break *at = break_at(timeline, position);
    return at->clock + (int64_t)(position - at->position);
}

int64_t
gph_timeline_graph_of(const gph_timeline *timeline, int64_t clock)
{
    uint32_t n = timeline->n_breaks - 1;
    while (n > 0 && timeline->breaks[n].clock - timeline->breaks[n].frames > clock)
        n--;
    const gph_break *at = &timeline->breaks[n];
    int64_t before = at->clock - clock;
    if (before <= 0 || at->dropped)
        return at->graph - before;
    return before < at->frames ? at->graph : at->graph - (before - at->frames);
}

uint64_t
gph_timeline_position_of(const gph_timeline *timeline, int64_t graph, uint64_t in)
{
    uint32_t n = timeline->n_breaks - 1;
    while (n > 0 && timeline->breaks[n].graph > graph)
        n--;
    const gph_break *at = &timeline->breaks[n];
    uint64_t before = !n && graph < at->graph ? (uint64_t)(at->graph - graph) : 0;
    /* Before all that is remembered: no place that is held for one that is. */
    if (before)
        return at->position > before ? at->position - before : 0;
    uint64_t end = n + 1 < timeline->n_breaks ? timeline->breaks[n + 1].position : in;
    if (graph <= at->graph)
        return at->position < in ? at->position : in;
    uint64_t position = at->position + (uint64_t)(graph - at->graph);
    return position < end ? position : end;
}

/* Graph frames of a run, as far as they are in the ring; false: none are. */
static bool
run_of(const gph_timeline *timeline, uint32_t n, uint64_t out, uint64_t in, uint64_t *begin,
       int64_t *from, int64_t *to)
{
    const gph_break *at = &timeline->breaks[n];
    uint64_t stop = n + 1 < timeline->n_breaks ? timeline->breaks[n + 1].position : in;
    *begin = at->position > out ? at->position : out;
    if (stop > in)
        stop = in;
    if (*begin >= stop)
        return false;
    *from = at->graph + (int64_t)(*begin - at->position);
    *to = *from + (int64_t)(stop - *begin);
    return true;
}

bool
gph_timeline_is_silent(const gph_timeline *timeline, uint64_t out, uint64_t in, int64_t from,
                       int64_t to)
{
    uint64_t begin;
    int64_t first;
    int64_t last;
    for (uint32_t n = 0; n < timeline->n_breaks; n++)
        if (run_of(timeline, n, out, in, &begin, &first, &last) && first < to && last > from)
            return false;
    return true;
}

void
gph_timeline_copy(const gph_timeline *timeline, const gph_ring *ring, uint64_t out, uint64_t in,
                  uint32_t channel, int64_t graph, float *samples, uint32_t frames)
{
    memset(samples, 0, frames * sizeof *samples);
    int64_t end = graph + frames;
    uint64_t begin;
    int64_t from;
    int64_t to;
    for (uint32_t n = 0; n < timeline->n_breaks; n++) {
        if (!run_of(timeline, n, out, in, &begin, &from, &to))
            continue;
        int64_t first = from > graph ? from : graph;
        int64_t last = to < end ? to : end;
        if (first < last)
            gph_ring_copy_out(ring, begin + (uint64_t)(first - from), channel,
                              samples + (first - graph), (uint32_t)(last - first));
    }
}

/* Where a frame of the host's clock lies in the ring, across frames that are missing. Three counts:
 *
 *     clock     absolute frames of the host; goes on over all that is lost
 *     graph     frames that the graph has computed; stands still over what the host lost, since the
 *               graph knew nothing of it; channels that are late by L are so in this count
 *     position  frames in the ring; stands still over what the ring had no room for, too
 *
 * [writer] */
#ifndef GPH_DISK_TIMELINE_H
#define GPH_DISK_TIMELINE_H

#include "ring.h"

enum { GPH_TIMELINE_BREAKS = 1024 }; /* twice the marks: what one poll can bring always fits */

/* A place where counts part; the values are those of the first sample after it. */
typedef struct gph_break {
    int64_t clock;
    int64_t graph;
    uint64_t position;
    int64_t frames; /* missing before it; 0 at the origin */
    bool dropped;   /* by the ring, so that `graph` went on; else lost by the host */
} gph_break;

typedef struct gph_timeline {
    uint32_t n_breaks; /* 0: nothing was written yet */
    gph_break breaks[GPH_TIMELINE_BREAKS];
} gph_timeline;

/* Takes in a mark of kind ORIGIN, LOST or DROP; what makes no sense is left out. */
void gph_timeline_add(gph_timeline *timeline, const gph_ring_mark *mark);
/* Whether `count` more fit. */
bool gph_timeline_has_room(const gph_timeline *timeline, uint32_t count);
/* Forgets breaks that matter to no sample from a position on, nor to what is missing just before it, at
 * most so many. Returns how many. */
uint32_t gph_timeline_forget(gph_timeline *timeline, uint64_t position, uint32_t most);

int64_t gph_timeline_graph_at(const gph_timeline *timeline, uint64_t position);
int64_t gph_timeline_clock_at(const gph_timeline *timeline, uint64_t position);
/* The graph's count at a moment of the clock; a moment that the host lost counts as the next. */
int64_t gph_timeline_graph_of(const gph_timeline *timeline, int64_t clock);
/* The first position that is not before a graph frame, at most `in`. */
uint64_t gph_timeline_position_of(const gph_timeline *timeline, int64_t graph, uint64_t in);

/* Whether no frame from `from` to before `to` is in the ring. */
bool gph_timeline_is_silent(const gph_timeline *timeline, uint64_t out, uint64_t in, int64_t from,
                            int64_t to);

/* One channel from a graph frame on; what is not in the ring (out..in) is zero. */
void gph_timeline_copy(const gph_timeline *timeline, const gph_ring *ring, uint64_t out,
                       uint64_t in, uint32_t channel, int64_t graph, float *samples,
                       uint32_t frames);

#endif

/* The inside of a writer, shared by writer.c (marks, ring, status) and writer_take.c (one take).
 * [writer] */
#ifndef GPH_DISK_WRITER_STATE_H
#define GPH_DISK_WRITER_STATE_H

#include "timeline.h"
#include "writer.h"

/* What a take is and how far it has come. */
typedef struct gph_take {
    bool active;
    bool closing; /* the part is to be closed before anything else */
    bool last;    /* with closing: the take ends with it */
    bool noted;   /* the gap that is being filled stands in the report */
    uint32_t number;
    uint32_t part_number;
    int64_t start;            /* clock of the trigger */
    int64_t stop;             /* first frame not taken; INT64_MAX: not known */
    int64_t clock;            /* of the next frame of the file */
    int64_t graph;            /* the same in the graph's count */
    int64_t wall_ns;          /* time of day at `start` */
    uint32_t capture_latency; /* frames from the microphone to us */
    int64_t part_end;         /* clock at which a new part is to begin */
    int64_t lost;
    int64_t frames;              /* in closed parts */
    int64_t clipped, not_finite; /* in closed parts */
    uint32_t next_break;         /* first that the file has not passed */
} gph_take;

struct gph_writer {
    gph_writer_plan plan;
    gph_ring ring;
    uint64_t in, out; /* of the ring, as checked */
    bool ended;       /* the mark END was seen */
    bool done;
    bool orphaned; /* whoever fills the ring is gone */
    bool give_up;
    int64_t end_clock;
    uint32_t n_commands;
    gph_ring_mark commands[GPH_RING_MARKS]; /* START STOP CUE SPLIT, not yet carried out */
    gph_take take;
    gph_part *part; /* being written, or NULL */
    uint32_t least_latency, greatest_latency;
    uint64_t *dither;   /* one a channel */
    float *samples;     /* one batch, planar */
    const float **ch;   /* its channels */
    int64_t retry_ns;   /* before that the disk is left alone; 0: all is well */
    int64_t trouble_ns; /* when it began */
    int64_t looked_ns;  /* when the disk was last asked how much is free */
    bool half_full;
    uint32_t warned_seconds; /* of disk left, that was told last */
    int64_t gaps;
    gph_ring_status status;
    gph_timeline timeline;
};

/* writer_take.c */
/* As a mark START says. */
void gph_take_begin(gph_writer *writer, const gph_ring_mark *start);
/* Goes on as far as it can in one batch; true: there may be more. */
bool gph_take_step(gph_writer *writer);

/* writer.c */
int64_t gph_writer_now(const gph_writer *writer);
/* The disk refuses: says why, sets the time of the next try. */
void gph_writer_trouble(gph_writer *writer, int error, const char *what);
void gph_writer_drop_command(gph_writer *writer, uint32_t index);

#endif

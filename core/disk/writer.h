/* What empties a ring into files. It knows a mapping, a plan that came by message, and the disk; so
 * it runs as a thread of the engine or, just as well, in a process of its own. [writer] */
#ifndef GPH_DISK_WRITER_H
#define GPH_DISK_WRITER_H

#include "part.h"
#include "ring.h"
#include "spec.h"
#include "takes.h"

typedef struct gph_writer gph_writer;

/* All that a writer is told; it is copied, but not what it points to. */
typedef struct gph_writer_plan {
    gph_ring_geometry ring;
    void *memory;            /* the ring */
    const uint32_t *latency; /* by how many frames each channel is late */
    double rate;
    uint64_t hold_back; /* frames at the end that a late stop may still cut off */
    uint64_t keep;      /* frames behind the writer that a late start may still ask for */
    uint64_t preroll;
    int64_t gap_limit;        /* frames; a longer gap always splits */
    uint32_t gap;             /* GPH_GAP_* */
    bool rotate_clock;        /* at whole multiples of rotate_seconds of the local day */
    double rotate_seconds;    /* a new file so often; 0: never */
    int64_t rotate_bytes;     /* a new file before this size; 0: never */
    int64_t sync_ns;          /* between two barriers */
    void (*wake)(void *user); /* [barrier] there is something to do; or NULL */
    void *wake_user;
    bool barrier_thread; /* barriers have a thread of their own, else the writer waits for them */
    bool notes;          /* what another needs to take its place, beside the ring */
    gph_part_plan part;
    gph_part_plan spare; /* the same in another folder, when the disk fails; `name` NULL: none */
    const gph_time_source *clock;
    gph_take_counter *takes;
} gph_writer_plan;

/* Fills in what a recorder's settings say of barriers, reserves and other folders, after `rate` and
 * `part`; `spec` outlives the plan. */
void gph_writer_plan_safety(gph_writer_plan *plan, const gph_spec *spec);

gph_status gph_writer_new(const gph_writer_plan *plan, gph_writer **writer);
/* False: a thread hangs in the disk and was left behind; what the plan names must outlive it. */
bool gph_writer_free(gph_writer *writer);

/* Takes the place of one that died at this ring. False: what it had noted makes no sense. Before the
 * first step. */
bool gph_writer_take_over(gph_writer *writer);

/* Writes what can be written now. True: there may be more at once; false: come back in 20 ms, or
 * when there is something in the ring. */
bool gph_writer_step(gph_writer *writer);
/* Whether the mark END was seen and all is done. */
bool gph_writer_is_done(const gph_writer *writer);
/* Nothing more comes into the ring, and no mark END either: its author is gone. */
void gph_writer_orphan(gph_writer *writer);
/* Ends as soon as the files can be left as they are. */
void gph_writer_give_up(gph_writer *writer);

#endif

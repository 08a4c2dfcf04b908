/* The inside of a writer, shared by writer.c (steps, status), writer_take.c (one take),
 * writer_ring.c (what it takes out of the ring), writer_part.c (its parts, opened and closed) and writer_guard.c (what makes them last). [writer] */
#ifndef GPH_DISK_WRITER_STATE_H
#define GPH_DISK_WRITER_STATE_H

#include "barrier.h"
#include "packet.h"
#include "timeline.h"
#include "writer.h"

#define GPH_WRITER_SECOND INT64_C(1000000000)

enum {
    GPH_WRITER_CLOSING = 4, /* parts that are being closed at once; then the writer waits */
    GPH_WRITER_RESCUES = 8  /* stretches that have yet to be written once more */
};

/* What a take is and how far it has come. It holds no pointer: a copy is a place to go back to. */
typedef struct gph_take {
    bool active;
    bool closing; /* the part is to be closed before anything else */
    bool last;    /* with closing: the take ends with it */
    bool noted;   /* the gap that is being filled was told */
    bool parted;  /* the part that is open ends here; another begins with the next frame */
    bool by_ring; /* it was the ring that dropped what is missing before `clock` */
    bool spare;   /* parts go to the failover folder */
    uint32_t number;
    uint32_t part_number; /* of the part that was opened last; 0: none was */
    int64_t start;        /* clock of the trigger */
    int64_t stop;         /* first frame not taken; INT64_MAX: not known */
    int64_t clock;        /* of the next frame of the file */
    int64_t listed;  /* before it all is in a file or its list, from it to `clock` all is missing */
    int64_t graph;   /* the same in the graph's count */
    int64_t flushed; /* in the graph's count: what is before it is written */
    int64_t wall_ns; /* time of day at `start` */
    uint32_t capture_latency; /* frames from the microphone to us */
    int64_t part_end;         /* clock at which a new part is to begin */
    int64_t lost;
    int64_t frames;              /* in closed parts */
    int64_t clipped, not_finite; /* in closed parts */
    uint32_t next_break;         /* first that the file has not passed */
} gph_take;

typedef enum gph_guard_phase {
    GPH_GUARD_REST,
    GPH_GUARD_DATA,    /* frames are being synced */
    GPH_GUARD_WRITING, /* they are; the header is to be written */
    GPH_GUARD_HEADER   /* it is being synced */
} gph_guard_phase;

/* The barriers of the part that is being written. */
typedef struct gph_guard {
    gph_guard_phase phase;
    int64_t begun_ns;
    int64_t due_ns;                     /* of the next; 0: after the first batch */
    gph_take points[GPH_OUTPUT_POINTS]; /* the take at each point of the part */
} gph_guard;

/* A part that is being closed. */
typedef struct gph_closing {
    gph_part *part;
    gph_take safe;    /* the take at its last good barrier */
    gph_take end;     /* and at its end */
    bool asked;       /* the barrier has it */
    bool left;        /* what was not safe is written elsewhere */
    int64_t retry_ns; /* after a failure; 0: none yet */
} gph_closing;

struct gph_writer {
    gph_writer_plan plan;
    gph_ring ring;
    uint64_t in, out;            /* of the ring, as checked */
    uint64_t marks;              /* that were taken out of it */
    gph_packet memo;             /* as it was noted last */
    struct gph_memo_parts *left; /* by a dead writer, to be completed; NULL: nothing */
    bool ended;                  /* the mark END was seen */
    bool done;
    bool orphaned; /* whoever fills the ring is gone */
    bool give_up;
    bool lost_sound; /* the end came before all was written */
    bool leaving;    /* nothing more is written, parts are closed as they are */
    int64_t end_clock;
    uint32_t n_commands;
    gph_ring_mark commands[GPH_RING_MARKS]; /* START STOP CUE SPLIT, not yet carried out */
    gph_take take;
    gph_part *part; /* being written, or NULL */
    gph_guard guard;
    gph_barrier *barrier;
    uint32_t n_closing;
    gph_closing closing[GPH_WRITER_CLOSING]; /* in the order in which they began to be */
    gph_part *ahead;                         /* opened for a later frame, or NULL */
    bool ahead_asked;
    bool ahead_spare;
    int64_t ahead_clock;
    uint32_t n_rescues;
    gph_take rescues[GPH_WRITER_RESCUES]; /* stretches that were lost by files: to `stop` each */
    bool away; /* one of them is being written; meanwhile, of the take: */
    gph_take away_take;
    gph_part *away_part;
    gph_guard away_guard;
    uint32_t least_latency, greatest_latency;
    uint64_t *dither;   /* one a channel */
    float *samples;     /* one batch, planar */
    const float **ch;   /* its channels */
    int64_t retry_ns;   /* before that the disk is left alone; 0: all is well */
    int64_t trouble_ns; /* when it began; 0: what was written since is safe */
    int64_t ended_ns;   /* when the mark END was seen */
    uint32_t fruitless; /* parts that were left with nothing safe in them, one after the other */
    int64_t looked_ns;  /* when the disk was last asked how much is free */
    bool starved;       /* the disk has less than it is to keep */
    bool half_full;
    uint32_t warned_seconds; /* of disk left, that was told last */
    int64_t gaps;
    gph_ring_status status;
    gph_timeline timeline;
};

static inline int64_t
gph_least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* writer_take.c */
/* As a mark START says. */
void gph_take_begin(gph_writer *writer, const gph_ring_mark *start);
/* Goes on as far as it can in one batch; true: there may be more. */
bool gph_take_step(gph_writer *writer);
/* The part that was being written is left as it is; the next begins at a clock, out of the ring, or as
 * soon after it as the ring reaches. Frames that it does not reach are noted as a gap. */
void gph_take_resume(gph_writer *writer, int64_t clock);
/* The same from a copy of the take. Returns frames that are passed over. */
int64_t gph_take_go_back(gph_writer *writer, const gph_take *to);
/* A stop counts as soon as it is known, whatever stands before it in the queue. */
void gph_take_find_stop(gph_writer *writer);
/* Finds the next break of the take anew. */
void gph_take_find_break(gph_writer *writer);
int64_t gph_take_frames_ns(const gph_writer *writer, int64_t frames);

/* writer_part.c */
/* False: not now. */
bool gph_writer_open_part(gph_writer *writer);
/* Hands the part over to be closed; false: not now. */
bool gph_writer_close_part(gph_writer *writer);
/* Frames that may be added to the part before it is full. */
int64_t gph_writer_part_room(const gph_writer *writer);
/* Opens the next part when it is near. */
void gph_writer_look_ahead(gph_writer *writer);
void gph_writer_drop_ahead(gph_writer *writer);
/* Asks for what is to be closed, or closed once more. */
void gph_writer_close_on(gph_writer *writer);
void gph_writer_part_answer(gph_writer *writer, const gph_barrier_job *job);
/* The part that goes to be closed; the caller has seen that there is room. */
gph_closing *gph_writer_hand_over(gph_writer *writer);
/* How much disk is left where parts go now. */
int64_t gph_writer_free_bytes(gph_writer *writer);

/* writer_guard.c */
void gph_guard_begin(gph_writer *writer);
/* Begins a barrier when it is time. */
void gph_guard_step(gph_writer *writer);
void gph_guard_answer(gph_writer *writer, const gph_barrier_job *job);
/* After frames were written: makes sure that the ring reaches back to some point of the part. */
void gph_guard_wrote(gph_writer *writer);
/* Ends the part where it is safe, so that the next begins there out of the ring; false: not now. */
bool gph_guard_leave(gph_writer *writer, int error, const char *what);
/* Whether an error is the end of the part, rather than to be waited out. */
bool gph_guard_must_leave(const gph_writer *writer, int error);
/* What a closed part has lost is written once more. */
void gph_guard_rescue(gph_writer *writer, gph_closing *closing, int error);
/* The take ends here: what it has yet to write is in no file, and is told as a gap. */
void gph_guard_give_up(gph_writer *writer);
/* Goes to, or comes back from, such a stretch. */
void gph_guard_turn(gph_writer *writer);

/* writer.c */
int64_t gph_writer_now(const gph_writer *writer);
/* Keeps the greatest of what has taken from then till now. */
void gph_writer_note_longest(const gph_writer *writer, int64_t *longest_ns, int64_t begun_ns);
/* The disk refuses: says why, sets the time of the next try. */
void gph_writer_trouble(gph_writer *writer, int error, const char *what);
/* Says it, and that is all; `tell` in whole sentences. */
void gph_writer_tell(gph_writer *writer, int error, const char *text);
void gph_writer_say(gph_writer *writer, int error, const char *what);
void gph_writer_drop_command(gph_writer *writer, uint32_t index);
/* writer_ring.c */
/* Takes in marks, and samples as far as their marks are known. */
void gph_writer_look_into_ring(gph_writer *writer);
/* Gives room back to the audio side, but not what a later take may begin with. */
void gph_writer_release(gph_writer *writer);
/* Keeps what is in the ring from a position on, or as far as it reaches; returns from where. */
uint64_t gph_writer_reach_back(gph_writer *writer, uint64_t position);
/* The first position that the ring still holds. */
uint64_t gph_writer_oldest(const gph_writer *writer);
/* Where the ring has what the file continues with. */
uint64_t gph_writer_position(const gph_writer *writer, int64_t graph);

#endif

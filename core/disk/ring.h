/* The ring between an audio thread and a writer, and between a reader and an audio thread: all that
 * the two sides share, laid out so that it may lie in memory of two processes.
 *
 * The pattern, used for samples, marks and news alike: one side alone stores the index `in` after it
 * has put its data (release), the other loads it (acquire) before it takes them, and stores `out`
 * (release) when it is done with them. Indices count for ever; they are taken modulo the size when
 * used, and are checked against the geometry, which never comes from the shared memory.
 *
 * A mark precedes the sample at whose position it stands: the audio side publishes the mark before
 * the sample, the writer loads `in` of the samples before `in` of the marks. [audio, writer] */
#ifndef GPH_DISK_RING_H
#define GPH_DISK_RING_H

#include <stdalign.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    GPH_RING_MARKS = 512, /* 20 ms of one mark every 2 frames */
    GPH_RING_NEWS = 64,
    GPH_RING_STATUS_WORDS = 112,
    GPH_RING_MEMO = 96 << 10, /* for what a writer notes for the one after it; writer_memo.h */
    GPH_RING_LINE = 64        /* bytes that two sides had better not share */
};

typedef enum gph_mark_kind {
    GPH_MARK_ORIGIN, /* the very first sample has this clock */
    GPH_MARK_LOST,   /* the host lost frames before the sample at `position` */
    GPH_MARK_DROP,   /* the ring was full: frames of the graph are missing there */
    GPH_MARK_START,  /* a take begins at `clock` */
    GPH_MARK_STOP,   /* `clock` is the first frame not taken any more */
    GPH_MARK_CUE,
    GPH_MARK_SPLIT,
    GPH_MARK_END /* nothing more comes; `clock` is the frame that would have been next */
} gph_mark_kind;

typedef struct gph_ring_mark {
    uint32_t kind;
    uint32_t reserved;
    uint64_t position; /* of the next sample in the ring */
    int64_t clock;     /* absolute frame: of that sample, or of start, stop, cue, split */
    int64_t frames;    /* LOST, DROP: how many are missing; START: from the microphone to us */
} gph_ring_mark;

/* News for the module, GPH_STREAM_*. */
typedef struct gph_ring_news {
    uint32_t index;
    uint32_t reserved;
    int64_t data;
} gph_ring_news;

/* What a writer says of itself; read whole through the seqlock. */
typedef struct gph_ring_status {
    int64_t state; /* gph_stream_state */
    int64_t take;
    int64_t frames, lost, gaps;
    int64_t free_bytes;
    int64_t bytes_per_second; /* of the present format; 0: not known */
    int64_t clipped, not_finite;
    int64_t failures;    /* how often the disk, or somebody, spoilt a file or refused */
    int64_t failed_disk; /* 1: the disk did */
    int64_t synced;      /* frames of the present take that a barrier has made safe */
    int64_t parts;       /* files, or sets of one a channel, that were begun */
    int64_t failovers;   /* of these, those that went to another folder than the one before */
    int64_t longest_write_ns, longest_barrier_ns;
    char trouble[160]; /* what it was the last time */
    char reason[160];
    char file[256];
} gph_ring_status;

/* What lies at the beginning of the shared memory. */
typedef struct gph_ring_shared {
    alignas(GPH_RING_LINE) _Atomic uint64_t in;  /* samples put in */
    alignas(GPH_RING_LINE) _Atomic uint64_t out; /* samples that may be overwritten */
    _Atomic uint64_t done; /* writing: samples in files, or of no further use */
    alignas(GPH_RING_LINE) _Atomic uint64_t marks_in;
    alignas(GPH_RING_LINE) _Atomic uint64_t marks_out;
    alignas(GPH_RING_LINE) _Atomic uint64_t news_in;
    alignas(GPH_RING_LINE) _Atomic uint64_t news_out;
    alignas(GPH_RING_LINE) _Atomic uint64_t seeks; /* reading: how often the audio side has asked */
    _Atomic int64_t seek_frame;
    alignas(GPH_RING_LINE) _Atomic uint64_t sought; /* reading: how many of them are done, */
    _Atomic uint64_t seek_base;                     /* and where the new sound begins */
    _Atomic uint64_t end; /* reading: position after the last sample; UINT64_MAX: not reached */
    alignas(GPH_RING_LINE) _Atomic uint64_t status_version; /* odd while it is being written */
    _Atomic uint64_t status[GPH_RING_STATUS_WORDS];
    gph_ring_mark marks[GPH_RING_MARKS];
    gph_ring_news news[GPH_RING_NEWS];
    alignas(GPH_RING_LINE) _Atomic uint64_t memo_version; /* of the memo that counts; 0: none */
    alignas(GPH_RING_LINE) char memo[2][GPH_RING_MEMO];   /* in turn */
} gph_ring_shared;

/* How a ring is laid out; given by message, never read from the shared memory. */
typedef struct gph_ring_geometry {
    uint32_t channels;
    uint32_t reserved;
    uint64_t frames; /* in the ring, for each channel */
    uint64_t stride; /* floats from one channel to the next */
} gph_ring_geometry;

/* One side's view. */
typedef struct gph_ring {
    gph_ring_shared *shared;
    float *samples;
    gph_ring_geometry geometry;
} gph_ring;

/* A geometry for at least so many frames; false if that is beyond any memory. */
bool gph_ring_plan(uint32_t channels, uint64_t frames, gph_ring_geometry *geometry, size_t *bytes);
/* Looks at mapped memory as a ring. */
void gph_ring_view(void *base, const gph_ring_geometry *geometry, gph_ring *ring);

/* [filling side] Copies frames in at a position, and nothing else. */
void gph_ring_copy_in(const gph_ring *ring, uint64_t position, const float *const *ch,
                      uint32_t frames);
/* [emptying side] Copies one channel out. */
void gph_ring_copy_out(const gph_ring *ring, uint64_t position, uint32_t channel, float *out,
                       uint32_t frames);

/* [audio] False if there is no room, with `spare` marks left free. */
bool gph_ring_put_mark(const gph_ring *ring, const gph_ring_mark *mark, uint32_t spare);
/* [writer] The mark of a number, from 0; false if there is none yet. Its place is given back by a store
 * to `marks_out`. */
bool gph_ring_look_at_mark(const gph_ring *ring, uint64_t number, gph_ring_mark *mark);

/* [writer] News that does not fit is left out. [audio] False if there is none. */
void gph_ring_put_news(const gph_ring *ring, uint32_t index, int64_t data);
bool gph_ring_take_news(const gph_ring *ring, gph_ring_news *news);

/* [writer] [any but writer] */
void gph_ring_put_status(const gph_ring *ring, const gph_ring_status *status);
void gph_ring_take_status(const gph_ring *ring, gph_ring_status *status);

#endif

/* The inside of a stream: what the audio thread owns, and what stands behind it. [control, audio] */
#ifndef GPH_DISK_STREAM_STATE_H
#define GPH_DISK_STREAM_STATE_H

#include "ring.h"
#include "stream.h"

typedef struct gph_recorder gph_recorder;
typedef struct gph_player gph_player;

struct gph_stream {
    gph_ring ring;              /* shared with the writer or reader */
    bool active;                /* there is a ring */
    uint64_t keep;              /* frames of it that are no room: the writer holds them back */
    gph_recorder *writes;       /* control side of a recorder, or NULL */
    gph_player *reads;          /* control side of a player, or NULL */
    _Atomic uint32_t freewheel; /* 1: audio calls wait for the disk */
    _Atomic uint32_t capture_latency; /* frames from the microphone to us, for the next take */
    /* [audio, freewheeling only] Waits until there is room for (writing) or there are (reading) so
     * many frames and 8 marks; false: the disk has given up. */
    bool (*wait)(gph_stream *stream, uint32_t frames) GPH_AUDIO;

    /* Owned by the audio thread. */
    bool begun;        /* the first frame was seen */
    bool stop_waits;   /* a stop found no room among the marks */
    bool dropped;      /* some of `missing` were dropped by us, not lost by the host */
    uint64_t position; /* writing: `in` of the ring; reading: `out` */
    int64_t missing;   /* frames before the next that have no mark yet */
    int64_t stop_at;   /* with stop_waits: where */
    uint64_t seeks;    /* reading: how often was asked */

    /* Written by the audio thread, read by any. */
    _Atomic int64_t clock; /* frame that is expected next; reading: frames since the last seek */
    _Atomic int64_t start, stop; /* of the present take; stop INT64_MAX: not known */
    _Atomic uint32_t recording;
    _Atomic int64_t lost; /* in the present take; reading: since activate */
    _Atomic int64_t gaps; /* since activate */
    _Atomic int64_t peak_fill;
};

/* The wait of a freewheeling stream; stream_wait.c. */
bool gph_stream_wait_room(gph_stream *stream, uint32_t frames);
bool gph_stream_wait_sound(gph_stream *stream, uint32_t frames);

/* The two kinds, each with its thread; stream_write.c and stream_read.c. [control] */
gph_status gph_recorder_activate(gph_stream *stream, double rate, uint32_t max_frames,
                                 const uint32_t *latency, gph_stream_problem *problem);
gph_status gph_recorder_finish(gph_stream *stream, int64_t timeout_ns, gph_stream_problem *problem);
void gph_recorder_free(gph_stream *stream);
void gph_recorder_ring_bell(gph_recorder *recorder);
/* What the writer says of itself, or what is said of it when it cannot. */
void gph_recorder_status(gph_stream *stream, gph_ring_status *status);
/* Format and bytes of a frame. */
void gph_recorder_describe(const gph_recorder *recorder, gph_stream_status *status);
gph_status gph_player_activate(gph_stream *stream, double rate, uint32_t max_frames,
                               gph_stream_problem *problem);
void gph_player_free(gph_stream *stream);
void gph_player_ring_bell(gph_player *player);

/* Writes the sentence and the culprit of a refusal; returns the status. [control] */
gph_status gph_stream_refuse(gph_stream_problem *problem, gph_status status, const char *setting,
                             const char *format, ...) __attribute__((format(printf, 4, 5)));

#endif

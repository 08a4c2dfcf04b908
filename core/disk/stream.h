/* Streams between audio thread and disk: what is behind the service gph.disk/1. A stream knows a
 * rate, channels, frames and files; it knows no graph, node or module.
 *
 * Life: open (checks everything, makes no file, costs little) -> activate (ring, thread) -> audio
 * calls -> finish -> free. A stream that was never activated may be freed. [control, if not said] */
#ifndef GPH_DISK_STREAM_H
#define GPH_DISK_STREAM_H

#include "../platform/clock.h"
#include "../platform/file.h"
#include <graphophone/module.h>
#include <stdbool.h>

/* Numbers takes so that recorders which start at one frame get one number and one time of day, and
 * knows all templates of a rig. One for each built graph; outlives its streams. */
typedef struct gph_take_counter gph_take_counter;

gph_status gph_take_counter_new(gph_take_counter **counter);
void gph_take_counter_free(gph_take_counter *counter);

/* A writer process; writer_link.h. */
typedef struct gph_writer_link gph_writer_link;

/* What the rig says of a stream. Texts are copied. */
typedef struct gph_stream_site {
    const char *node;   /* name of the node, for {node} */
    const char *patch;  /* name of the patch, for {patch} */
    const char *folder; /* relative names are below it; absolute path, must exist */
    const char *
        below; /* a plain word: all files go into a folder of this name below theirs, and are those of a
                                rehearsal, whose disk fails on request; NULL: where the names say */
    double rate;             /* frames a second; 0: not known yet, then rates are checked later */
    gph_take_counter *takes; /* shared by all streams of a rig; not needed for reading */
    gph_writer_link *link;   /* files are written there, by the system's files; NULL: by a thread */
    const gph_file_system *files; /* NULL: the system's */
    const struct gph_faulty
        *faulty;                  /* with `below`, without `link`: the disk that fails; faulty.h */
    const gph_time_source *clock; /* NULL: the system's */
} gph_stream_site;

/* Why something was refused, or what a person should know of what was not. */
typedef struct gph_stream_problem {
    char text[400];      /* one sentence; "" if all is well */
    const char *setting; /* name of the setting at fault, or NULL */
    char warning[400];   /* one sentence, or "" */
} gph_stream_problem;

/* Checks all that `what` says against formats, names and folder. GPH_IO is for what the disk says,
 * the rest for what the patch says. */
gph_status gph_stream_open_write(const gph_stream_site *site, const gph_stream_write *what,
                                 gph_stream_problem *problem, gph_stream **stream);
/* Opens the file, checks its header, fills in channels, rate and frames. */
gph_status gph_stream_open_read(const gph_stream_site *site, gph_stream_read *what,
                                gph_stream_problem *problem, gph_stream **stream);

/* Makes the ring, touched and if possible locked, and starts the writer or reader. `latency`, one
 * for each channel in frames, is what a recorder's channels are late by; NULL: all 0. A reader is
 * filled when this returns. */
gph_status gph_stream_activate(gph_stream *stream, double rate, uint32_t max_frames,
                               const uint32_t *latency, gph_stream_problem *problem);

/* [control or audio] While on, audio calls wait for the disk and nothing is ever dropped. */
void gph_stream_freewheel(gph_stream *stream, bool on);

/* [any] Frames from the microphone to the stream, as the host says: what a take that starts from now
 * on is earlier by in the time that its files name. Frames are not moved. */
void gph_stream_set_capture_latency(gph_stream *stream, uint32_t frames);

/* No audio call runs or will come. Ends the take at the last frame that was written, waits until the
 * file has its name. GPH_IO: the disk failed; GPH_STATE: not done within the time, goes on. */
gph_status gph_stream_finish(gph_stream *stream, int64_t timeout_ns, gph_stream_problem *problem);

/* What it has written is of no use: its files and their journals are removed when it is freed, unless the
 * disk still holds its writer up then. For a stream that is active and has no writer process. */
void gph_stream_discard(gph_stream *stream);

/* Finishes if need be (within 10 s), frees. NULL is fine. */
void gph_stream_free(gph_stream *stream);

/* ---- audio side: the members of gph_disk of the same name; stream_audio.c [audio] */

gph_status gph_stream_start(gph_stream *stream, int64_t when) GPH_AUDIO;
gph_status gph_stream_stop(gph_stream *stream, int64_t when) GPH_AUDIO;
gph_status gph_stream_mark(gph_stream *stream, int64_t when, uint32_t split) GPH_AUDIO;
/* No frame from `when` on is wanted, and none will come: what has not come before it is missing in the take. */
void gph_stream_end(gph_stream *stream, int64_t when) GPH_AUDIO;
uint32_t gph_stream_put(gph_stream *stream, int64_t clock, const float *const *ch,
                        uint32_t frames) GPH_AUDIO;
uint32_t gph_stream_get(gph_stream *stream, float *const *ch, uint32_t frames) GPH_AUDIO;
gph_status gph_stream_seek(gph_stream *stream, int64_t frame) GPH_AUDIO;
/* [any] */
void gph_stream_stats_get(gph_stream *stream, gph_stream_stats *stats) GPH_AUDIO;
/* [audio] The next piece of news of the stream as an event of kind GPH_EVENT_STREAM; `when` and
 * `frame` are 0. False: there is none. */
bool gph_stream_news(gph_stream *stream, gph_event *event) GPH_AUDIO;

/* ---- what a person sees */

/* States of a recorder, each with a reason where it is not the usual one. */
typedef enum gph_stream_state {
    GPH_STREAM_ARMED,     /* fills its ring, writes no file */
    GPH_STREAM_RECORDING, /* a take is being written */
    GPH_STREAM_DEGRADED,  /* the disk refuses, the ring still holds the frames */
    GPH_STREAM_CLOSING,   /* the last frames are being written */
    GPH_STREAM_FINISHED,  /* finished: all is in files */
    GPH_STREAM_BROKEN     /* failed: the reason says why; frames are lost */
} gph_stream_state;

/* The folder that a recorder's files are below, and how many levels of folders they are in, itself
 * counted in; NULL: it reads. */
const char *gph_stream_root(const gph_stream *stream, uint32_t *levels);

/* The word for a state: armed, recording, degraded, closing, finished, failed. */
const char *gph_stream_state_word(gph_stream_state state);

typedef struct gph_stream_status {
    gph_stream_state state;
    char reason[160]; /* "" where there is nothing to say */
    char file[256];   /* name of the file being written, without folder, or "" */
    uint32_t take;    /* number of the present or last take; 0: none yet */
    uint32_t channels;
    double rate;
    int64_t frames;      /* in files of the present take (reading: of the file) */
    int64_t lost;        /* frames missing in the present take, or 0 */
    int64_t gaps;        /* since activate */
    int64_t fill;        /* frames that wait in the ring */
    int64_t peak_fill;   /* most frames that waited */
    int64_t capacity;    /* frames that can wait */
    int64_t free_bytes;  /* on the disk; -1: not known */
    double seconds_left; /* until the disk is full, from the format; below 0: not known */
    int64_t failures;    /* how often the disk refused, or somebody spoilt a file */
    char trouble[160];   /* why, the last time */
    int64_t clipped;     /* samples beyond -1 to 1 in the present take */
    int64_t not_finite;  /* samples that were NaN or Inf */
    int64_t synced;      /* writing: frames of the present take that are on the disk for sure */
    int64_t parts;       /* writing: files begun since activate, a set of one a channel is one */
    int64_t failovers;   /* writing: how often the folder was changed */
    int64_t longest_write_ns, longest_barrier_ns; /* writing: since activate */
    char format[16];                              /* "wav-s24"; writing: since open */
    double bytes_per_frame; /* writing: of disk, all channels; since open; 0: not known */
    bool failover_shares;   /* in a rehearsal: the folder `failover` is on the disk of the takes */
} gph_stream_status;

void gph_stream_status_get(gph_stream *stream, gph_stream_status *status);
/* Where its ring is, once it is active; else 0 bytes. */
size_t gph_stream_memory(const gph_stream *stream, const void **base);

/* Frames that are missing in a file. Silence stands for them but where the file begins or ends with it:
 * before its first frame the position is below 0, behind its last one not below its frames. Each frame of a
 * take is in one of its files or in a gap of one of them. */
typedef struct gph_take_gap {
    int64_t position; /* frame in the file where they would stand */
    int64_t frames;   /* how many */
    uint32_t dropped; /* 1: the ring was full; 0: the host lost them */
} gph_take_gap;

/* One finished file. */
typedef struct gph_take_file {
    char *path;
    char format[16];     /* "wav-s24" */
    uint32_t take, part; /* from 1 */
    uint32_t channel;    /* 0: all channels in one file; else the one, from 1 */
    uint32_t channels;   /* in this file */
    double rate;
    int64_t first_frame; /* clock of its first frame */
    int64_t frames;
    int64_t bytes;
    float *peak;     /* greatest |sample| for each channel, linear; NaN: not known */
    float *rms;      /* likewise, root of the mean square of all its frames */
    int64_t clipped; /* samples beyond -1 to 1 */
    int64_t not_finite;
    uint32_t n_gaps;
    gph_take_gap *gaps;
    uint32_t n_cues;
    int64_t *cues; /* frames in the file */
    char *error;   /* NULL, or why the file is not all it should be; it may then be a `.part` */
} gph_take_file;

/* How many files are finished. */
uint32_t gph_stream_n_files(gph_stream *stream);
/* One of them, in the order in which they were finished; valid until free. */
const gph_take_file *gph_stream_file(gph_stream *stream, uint32_t index);
/* It is finished, and its files are the caller's from now on, each to be freed with gph_take_file_free. */
void gph_stream_give_files(gph_stream *stream);
/* NULL is fine. */
void gph_take_file_free(gph_take_file *file);

#endif

/* One sound file being written: a container makes the bytes, a spool holds them until the disk has
 * taken all of them. So a write that is short or fails is never seen by the container, whose frames
 * would not line up after it; it is tried again with the same bytes. [writer] */
#ifndef GPH_DISK_OUTPUT_H
#define GPH_DISK_OUTPUT_H

#include "../platform/file.h"
#include "cues.h"
#include "format.h"
#include "slate.h"
#include "tags.h"

typedef struct gph_output gph_output;

/* Places in a file to which it can be cut, each with a header that tells of the frames before it. */
typedef enum gph_output_point {
    GPH_OUTPUT_MADE, /* of the barrier that is under way */
    GPH_OUTPUT_SAFE, /* of the last barrier that went well */
    GPH_OUTPUT_MARK, /* of frames that are written, synced or not */
    GPH_OUTPUT_POINTS
} gph_output_point;

typedef struct gph_output_spec {
    gph_format format;
    uint32_t channels;
    uint32_t rate;
    bool has_quality;
    double quality; /* 0 to 1 */
    const gph_tag *tags;
    uint32_t n_tags;
    const gph_slate *slate; /* for containers that have a place for it; NULL: none */
} gph_output_spec;

/* Begins a file that is open already; from now on it is the output's. On failure below 0 (negated
 * errno; -EINVAL where the container refuses) and the file is the caller's still. */
int gph_output_new(const gph_file_system *files, gph_file file, const gph_output_spec *spec,
                   gph_output **output);
/* Whether the container takes all this; touches no disk. */
bool gph_output_probe(const gph_output_spec *spec, char *text, size_t size);
/* Adds frames as gph_convert made them to the spool. Below 0: this file cannot go on. */
int gph_output_put(gph_output *output, const void *samples, uint32_t frames);
/* Whether what is put from now on is the silence of a gap: where zeros are silence it takes no disk. */
void gph_output_silence(gph_output *output, bool silence);
/* Brings the spool to the disk; 0: all is there. */
int gph_output_flush(gph_output *output);
/* Adds what ends the file to the spool, cues where the container takes them; flush comes after it.
 * No more frames then. */
int gph_output_end(gph_output *output, const gph_cue *cues, uint32_t n_cues);
/* Bytes of the file, with what is in the spool; frames that were put. */
int64_t gph_output_bytes(const gph_output *output);
int64_t gph_output_frames(const gph_output *output);

/* The two halves of a barrier's header. `make` composes the header that tells of all frames put so
 * far and keeps it, the file is not touched; -EAGAIN while some are in the spool. Then those frames
 * are synced, and may be while more are put and flushed. `write` brings the header that was made
 * last to the disk, unsynced; below 0: try again, nothing else of the output is touched. Both do
 * nothing where the lengths do not stand in a header (raw, sd2) or an update does harm (flac,
 * ogg). */
int gph_output_make_header(gph_output *output);
int gph_output_write_header(gph_output *output);
/* The header that was made and written is on the disk: SAFE is where MADE is. */
void gph_output_keep(gph_output *output);
/* Makes MARK the present end; -EAGAIN while frames are in the spool. */
int gph_output_mark(gph_output *output);
/* Bytes of the file before a point. */
int64_t gph_output_bytes_at(const gph_output *output, gph_output_point point);
/* Whether a file of this kind can be cut: the frames of flac and ogg have no place of their own. */
bool gph_output_can_cut(const gph_output *output);
/* Goes back to a point: forgets what is in the spool and takes no more frames; brings the header of
 * that point to the disk, unsynced, and cuts the file. Below 0: try again. */
int gph_output_cut(gph_output *output, gph_output_point point);
/* The open file, for a sync in another thread; the output's still. */
gph_file gph_output_file(const gph_output *output);
/* Cuts to length, syncs. */
int gph_output_sync(gph_output *output);
/* Closes the file and forgets what is in the spool; NULL is fine. */
void gph_output_free(gph_output *output);

/* The resource fork that goes with an SD2 file, as libsndfile makes it; the caller frees it. */
int gph_output_fork(const gph_output_spec *spec, void **bytes, size_t *size);

#endif

/* The inside of an output, shared by output.c (spool, disk) and what makes the bytes: output_own.c
 * (wav, rf64, raw, sd2) and output_sndfile.c (the rest). [writer] */
#ifndef GPH_DISK_OUTPUT_STATE_H
#define GPH_DISK_OUTPUT_STATE_H

#include "output.h"
#include "riff.h"
#include "spool.h"

#include <sndfile.h>

/* How the bytes of a file are made. All return 0 or a negated errno, and add to the spool. */
typedef struct gph_output_maker {
    int (*begin)(gph_output *output, const gph_output_spec *spec);
    int (*put)(gph_output *output, const void *samples, uint32_t frames);
    /* What ends the file; makes the last header too. Called once. */
    int (*end)(gph_output *output, const gph_cue *cues, uint32_t n_cues);
    /* The header for all frames so far, into `header`; NULL: there is none to be written anew. */
    int (*make_header)(gph_output *output);
    void (*finish)(gph_output *output); /* at any time after `begin`, successful or not */
} gph_output_maker;

extern const gph_output_maker gph_output_riff;
extern const gph_output_maker gph_output_bare;
extern const gph_output_maker gph_output_sndfile;
extern const gph_output_maker gph_output_stream; /* likewise, but its header is left alone */

/* A place in the file to which it can be cut. */
typedef struct gph_output_place {
    gph_spool header;
    int64_t frames, length;
} gph_output_place;

struct gph_output {
    const gph_file_system *files;
    gph_file file; /* below 0: a probe, bytes go nowhere */
    const gph_output_maker *maker;
    gph_format format;
    uint32_t channels;
    int64_t frames; /* put */
    int64_t length; /* of the file, spool included */
    gph_spool spool;
    gph_spool header; /* made and not yet written */
    bool failed;      /* bytes are missing, so the file cannot go on */
    bool ended;
    bool barriers; /* someone asks for headers */
    int64_t told;  /* frames that the header in the file tells of; below 0: not known */
    gph_output_place points[GPH_OUTPUT_POINTS];

    /* output_own.c */
    gph_riff riff;
    gph_chunks texts;
    bool outgrown; /* the header on the disk is that of an RF64 file */

    /* output_sndfile.c */
    SNDFILE *sound;
    int64_t at;     /* where libsndfile stands */
    bool in_header; /* its bytes go to `header` */
};

#endif

/* What a recorder is asked to write, checked and copied before anything is opened. [control] */
#ifndef GPH_DISK_SPEC_H
#define GPH_DISK_SPEC_H

#include "format.h"
#include "name.h"
#include "stream.h"

typedef struct gph_spec {
    gph_stream_write what; /* texts are our copies; defaults filled in */
    gph_format format;
    gph_name name;
    gph_name *failover; /* the same names in another folder, or NULL */
    bool shares;        /* in a rehearsal: that folder is on the disk of the takes */
    char **labels;      /* sanitized, one for each channel, or NULL */
    char **titles;      /* the same as they were given */
    gph_tag *tags;
    double rate;                /* 0: not known yet */
    char node[128], patch[128]; /* for the journal and files, perhaps cut */
} gph_spec;

/* On failure nothing is left to be finished. */
gph_status gph_spec_init(gph_spec *spec, const gph_stream_site *site, const gph_stream_write *what,
                         gph_stream_problem *problem);
void gph_spec_finish(gph_spec *spec);
/* What depends on the rate alone. */
gph_status gph_spec_check_rate(const gph_spec *spec, double rate, gph_stream_problem *problem);

#endif

/* What the two files of the stage share. [control] */
#ifndef GPH_COURT_STAGE_INSIDE_H
#define GPH_COURT_STAGE_INSIDE_H

#include "settings.h"
#include "stage.h"

struct stage {
    gph_runtime rt; /* first: the module's way back to us */
    stage_ask ask;
    const gph_type_info *type;        /* of the file */
    const gph_type_info *of_instance; /* as describe gave it, else the same */
    gph_arena *arena;
    fakes *fakes;
    settings *settings;
    gph_node *node;
    bool active;
    long fails_at; /* allocations of the module until one fails; 0: none does */
    bool has_failed;
    uint32_t in[STAGE_PORTS], out[STAGE_PORTS];

    /* While it plays. */
    stage_take *take;
    int64_t clock;
    uint32_t frames; /* of the present call; 0: none */
};

#endif

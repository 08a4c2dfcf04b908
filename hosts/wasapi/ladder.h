/* The ladder: exclusive, low latency, shared; and what each rung asks of the system. [owner] */
#ifndef GPH_HOSTS_WASAPI_LADDER_H
#define GPH_HOSTS_WASAPI_LADDER_H

#include "line.h"

/* What a line is to be opened with. */
typedef struct wa_ask {
    bool exclusive;          /* by itself: the ladder below it is another call */
    bool low;                /* a block below the engine's usual one may be asked for */
    const wa_format *device; /* as its properties tell, or NULL */
    uint32_t rate;
    uint32_t block; /* frames; 0: as the system likes */
    int32_t sample; /* GPH_PUMP_SAMPLE_*, below 0: any */
} wa_ask;

/* Opens a prepared line. Where the block could not be had, *why is a text that lives for ever. */
wa_status wa_ladder_climb(wa_line *line, const wa_ask *ask, const char **why);
const char *wa_ladder_name(wa_rung rung);

#endif

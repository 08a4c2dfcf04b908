/* What a result of the system means to us. [any] */
#ifndef GPH_HOSTS_WASAPI_STATUS_H
#define GPH_HOSTS_WASAPI_STATUS_H

#include "wa_abi.h"

#include <graphophone/module.h>

#include <stdbool.h>

typedef enum wa_status {
    WA_OK = 0,
    WA_NOTHING,     /* no packet, no time left: not a failure */
    WA_FORMAT,      /* the format is refused: try another */
    WA_SIZE,        /* the buffer's size is refused: the right one can be asked for */
    WA_PERIOD,      /* the period is refused: try another */
    WA_LOCKED,      /* another program has fixed the engine's period or format */
    WA_NOT_OFFERED, /* the system has no such call or way: take the next rung */
    WA_BUSY,        /* someone else has it */
    WA_NOT_ALLOWED, /* exclusive use is switched off */
    WA_DENIED,      /* by the privacy settings */
    WA_GONE,        /* only release may follow */
    WA_ABSENT,      /* no such device */
    WA_SERVICE,     /* the audio service does not run */
    WA_MEMORY,
    WA_LIES, /* what it said of itself cannot be */
    WA_FAILED
} wa_status;

/* The kind of a result; success of any kind is WA_OK. */
wa_status wa_status_of(wa_result result);
/* One sentence without a stop, which lives for ever. */
const char *wa_status_text(wa_status status);
/* Whether a device that answers so may be there again later. */
bool wa_status_is_loss(wa_status status);
gph_status wa_status_public(wa_status status);

#endif

/* What the position that a device tells with each packet says of lost frames. [audio] */
#ifndef GPH_HOSTS_WASAPI_POSITION_H
#define GPH_HOSTS_WASAPI_POSITION_H

#include <graphophone/module.h>

#include <stdbool.h>

typedef struct wa_position {
    double rate;
    bool known;         /* there was a packet */
    bool distrusted;    /* it was caught lying: the clock alone counts */
    uint64_t next;      /* where the next packet should begin */
    uint64_t accounted; /* frames and losses since the first packet */
    int64_t start_ns;   /* of the first packet */
    double base;        /* least excess of time over frames: what is beyond it may be missing */
    uint32_t n_back;    /* times in a row that it did not go on */
    uint32_t n_jumps;   /* jumps that the clock had no room for */
} wa_position;

/* [control] */
void wa_position_init(wa_position *position, double rate);
/* A packet of `frames` at `at`, had at boot_ns, with `waiting` frames behind it. Frames that are missing before it. */
uint64_t wa_position_turn(wa_position *position, uint64_t at, uint32_t frames, uint32_t waiting,
                          int64_t boot_ns) GPH_AUDIO;

#endif

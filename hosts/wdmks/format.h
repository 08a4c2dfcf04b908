/* The formats that a pin is offered, best first. [control] */
#ifndef GPH_HOSTS_WDMKS_FORMAT_H
#define GPH_HOSTS_WDMKS_FORMAT_H

#include "../pump/pump.h"
#include "ks_abi.h"
#include "ranges.h"

/* One way to ask for sound. */
typedef struct ks_format {
    uint32_t sample;   /* GPH_PUMP_SAMPLE_* */
    uint32_t channels; /* as the device is opened: may be more than are used */
    uint32_t rate;
    uint32_t mask; /* of loudspeakers; 0: just channels */
    bool plain;    /* WAVEFORMATEX, without extension */
} ks_format;

/* The n-th candidate for a wish, or false when there are no more. `sample`: the one wanted, below 0: any. Candidates
 * that the ranges rule out are not told. */
bool ks_format_candidate(const ks_ranges *ranges, uint32_t rate, uint32_t channels, int32_t sample,
                         uint32_t *n, ks_format *format);
uint32_t ks_format_frame_bytes(const ks_format *format);
const char *ks_format_name(const ks_format *format);
/* Writes what creates a pin; returns its bytes. */
uint32_t ks_format_connect(const ks_format *format, uint32_t pin, uint32_t interface,
                           ks_connect_format *connect);

#endif

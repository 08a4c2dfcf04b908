/* Formats: read from what a device tells, written for what it is asked, and the loudspeakers of their channels. [control] */
#ifndef GPH_HOSTS_WASAPI_FORMAT_H
#define GPH_HOSTS_WASAPI_FORMAT_H

#include "../pump/pump.h"
#include "status.h"

typedef struct wa_format {
    uint32_t sample; /* GPH_PUMP_SAMPLE_* */
    uint32_t channels;
    uint32_t rate;
    uint32_t mask; /* of loudspeakers; 0: just channels */
    bool plain;    /* WAVEFORMATEX, without extension */
} wa_format;

/* Reads at most `bytes` bytes that a driver wrote. WA_LIES: they contradict themselves; WA_FORMAT: no samples that we know. */
wa_status wa_format_read(const uint8_t *wave, uint32_t bytes, wa_format *format);
void wa_format_write(const wa_format *format, wa_wave *wave);
uint32_t wa_format_frame_bytes(const wa_format *format);

/* What an exclusive stream is asked for. */
typedef struct wa_wish {
    const wa_format *device; /* as its properties tell, or NULL */
    uint32_t rate;
    uint32_t channels;
    int32_t sample; /* GPH_PUMP_SAMPLE_*, below 0: any */
} wa_wish;

/* The n-th candidate, or false when there are no more: the device's own, then 32, 24 in 32, 24, float, 16 bits; each with
 * a mask, without one, and plain where that will do. */
bool wa_format_candidate(const wa_wish *wish, uint32_t *n, wa_format *format);

/* The usual loudspeakers of so many channels; 0: none are. */
uint32_t wa_format_usual_mask(uint32_t channels);
/* What the n-th channel is called: "front-left", or "3" where the mask has no more. */
void wa_format_channel_name(uint32_t mask, uint32_t channel, char *name, size_t size);

#endif

/* A stream of the clock: a virtual device and the pump that drives it. [control] */
#ifndef GPH_HOSTS_CLOCK_STREAM_H
#define GPH_HOSTS_CLOCK_STREAM_H

#include "device.h"

struct gph_host_stream {
    gph_pump_stream head;
    clock_device device;
    uint32_t block; /* as opened */
    uint32_t max_frames;
    uint32_t n_in;
    uint32_t n_out;
    char deviations[GPH_PUMP_TEXT];
};

/* Finds the device, settles what is wanted with it and makes it ready. On failure a sentence is where `want` says. */
gph_status stream_negotiate(gph_host_stream *stream, const gph_want *want);
/* What it has become. */
void stream_describe(const gph_host_stream *stream, gph_got *got);

#endif

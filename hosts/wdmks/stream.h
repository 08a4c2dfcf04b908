/* A stream of kernel streaming: one or two lines of one piece of hardware. */
#ifndef GPH_HOSTS_WDMKS_STREAM_H
#define GPH_HOSTS_WDMKS_STREAM_H

#include "devices.h"
#include "line.h"

/* How pins are opened: the setting `mode`. */
enum { MODE_AUTO = 0, MODE_WAVERT = 1, MODE_PACKETS = 2 };

struct gph_host_stream {
    gph_pump_stream head;
    ks_system system;

    /* As opened; asked for again when the device is back. The control thread's. */
    char id_in[KS_ID];
    char id_out[KS_ID];
    char name_in[KS_LABEL];
    char name_out[KS_LABEL];
    uint32_t mode;  /* MODE_* */
    int32_t sample; /* GPH_PUMP_SAMPLE_*, below 0: any */
    bool stepped;
    uint32_t rate;
    uint32_t block;
    uint32_t max_frames;
    uint32_t n_in;
    uint32_t n_out;
    uint32_t n_periods;
    char format[96];
    char deviations[GPH_PUMP_TEXT];

    ks_object *filter_in;
    ks_object *filter_out; /* may be the same */
    ks_object *timer;
    atomic_bool gone; /* the system says so, from any thread */

    ks_line in;  /* kind NULL: none */
    ks_line out; /* likewise */

    /* The audio thread's. */
    uint32_t least; /* frames of a turn */
    uint64_t lost_out;
    ks_status refusal; /* of what was played last */
};

/* [control] Finds the device, settles what is wanted, opens its pins; on failure a sentence is where `want` says. */
gph_status stream_open(gph_host_stream *stream, const gph_want *want);
/* [control] What it has become. */
void stream_describe(const gph_host_stream *stream, gph_got *got);
/* [control] Closes pins and filters; `gone`: nothing but close. Once more does no harm. */
void stream_shut(gph_host_stream *stream, bool gone);
/* [control] Runs the pins, or brings them back to STOP. */
ks_status stream_run(gph_host_stream *stream);
ks_status stream_rest(gph_host_stream *stream);

/* [audio] As of the pump's back end. */
gph_status stream_wait(void *self, int64_t until_ns, gph_pump_block *block, const char **reason);
void stream_commit(void *self, const gph_pump_block *block);

#endif

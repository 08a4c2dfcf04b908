/* What hosts share: one stream's time, losses, events, thread and way back. The only header of this folder that a host
 * may include. A back end supplies a table of functions and blocks; the pump owns the rest and knows no system.
 *
 * Two ways to drive it. A back end with `wait` is polled, by a real-time thread of the pump or by gph_pump_step in the
 * caller's thread: the same code. One without (a server that calls us) calls gph_pump_cycle itself.
 */
#ifndef GPH_HOSTS_PUMP_H
#define GPH_HOSTS_PUMP_H

#include <graphophone/host.h>

#include <stdatomic.h>
#include <stdbool.h>

typedef struct gph_pump gph_pump;

/* What every host makes of host.h's two opaque types: a host knows its streams, and a stream begins with this. */
struct gph_host_self {
    const gph_host_services *services;
    gph_host_stream *streams; /* the one opened last; the rest by head.next */
};

typedef struct gph_pump_stream {
    gph_host_self *self;
    gph_host_stream *next;
    gph_pump *pump;
    /* For gph_pump_stream_latency: as of the device, frames beyond the block. */
    atomic_uint latency_in;
    atomic_uint latency_out;
} gph_pump_stream;

/* What a device gives and takes in one turn. */
typedef struct gph_pump_block {
    uint32_t frames;        /* may be more than max_frames: the pump cuts it */
    uint32_t flags;         /* GPH_CLOCK_DISCONT FREEWHEEL DRAINING SILENT_IN */
    const float *const *in; /* one pointer a channel; never NULL where there are channels */
    float *const *out;      /* likewise */
    int64_t now_ns;         /* when the turn began, on the back end's clock */
    uint64_t lost_in;       /* counted by the device, just before this block */
    uint64_t lost_out;      /* likewise */
    uint64_t waiting; /* captured frames that wait in the device still: neither here nor lost */
    bool late;        /* the system spoke of an xrun */
    int64_t late_ns;  /* by how much, 0: not known */
    int64_t woke_ns;  /* how long after its time the turn began; 0: not known */
} gph_pump_block;

/* A back end. `self` is the host's stream. */
typedef struct gph_pump_backend {
    /* [any] The stream's clock, without and with the time that the machine slept. */
    int64_t (*now_ns)(void *self);
    int64_t (*boot_ns)(void *self);
    /* [audio] Waits for a block, at most until `until_ns`. GPH_OK: *block is filled; GPH_DONE: nothing yet; below 0: the
     * device is gone, and *reason a text that lives for ever. NULL: blocks come by themselves. */
    gph_status (*wait)(void *self, int64_t until_ns, gph_pump_block *block, const char **reason);
    /* [audio] The block's outputs are written; `frames` of it were taken by the engine, the rest is silence. */
    void (*commit)(void *self, const gph_pump_block *block);
    /* [control] The device is gone: lets go of what is left of it. No cycle comes after it. NULL: nothing ever is. */
    void (*release)(void *self);
    /* [control] Tries to open the device again (`follow`: or the default one) and describes what it got; below 0 with a
     * sentence in `why`. */
    gph_status (*reopen)(void *self, bool follow, gph_got *got, char *why, uint32_t n);
    /* [control] The engine agreed to what reopen got: cycles may come. */
    gph_status (*resume)(void *self);
    /* [control, in dispatch] What is the back end's own to look after, before events are told. May be NULL. */
    void (*look_after)(void *self);
    /* [control, step] Lets time pass without a device. Only for gph_pump_step. */
    void (*idle)(void *self, int64_t until_ns);
} gph_pump_backend;

/* ---------------------------------------------------------------- a stream */

/* How a pump is made. */
typedef struct gph_pump_plan {
    const gph_host_services *services;
    const gph_pump_backend *backend;
    void *self;
    const gph_engine *engine;
    const char *name;  /* of its thread */
    uint32_t on_loss;  /* GPH_LOSS_* */
    uint32_t timeline; /* GPH_TIMELINE_* */
    bool stepped;      /* gph_pump_step drives it, no thread */
    bool witness;      /* look for losses that the device does not count */
    bool exact_time;   /* frame / rate is the time: no filter */
    bool keeps;        /* a stall leaves the device open: it may go on by itself (servers) */
} gph_pump_plan;

/* [control] */
gph_status gph_pump_new(const gph_pump_plan *plan, gph_pump **pump);
/* [control] Stops first if need be; NULL is accepted. */
void gph_pump_free(gph_pump *pump);
/* [control, no cycle running] Tells the engine what was got; READY when it agrees. */
gph_status gph_pump_configure(gph_pump *pump, const gph_got *got);
/* [control, no cycle running] A device that went while nothing ran: opened anew, as it was; below 0 with a sentence in
 * `why`. */
gph_status gph_pump_open_again(gph_pump *pump, char *why, uint32_t n);
/* [control] Clears all counters before a start: for a back end whose blocks come by themselves, before the first. */
gph_status gph_pump_arm(gph_pump *pump);
/* [control] Starts the thread, if there is one, and returns after the first cycle or after 5 s with a sentence. */
gph_status gph_pump_start(gph_pump *pump, char *why, uint32_t n);
/* [control] See step of host.h; frames that passed, lost ones included, 0 at the end. */
int64_t gph_pump_step(gph_pump *pump, int64_t frames, int64_t timeout_ns);
/* [control] Ends the cycles; the back end's own must have ended or must be refused by it after this. */
gph_status gph_pump_stop(gph_pump *pump, uint32_t drain);
/* [control] Watchdog, retries, filling timer; then events to the engine. */
void gph_pump_dispatch(gph_pump *pump);
/* [control] How long dispatch may wait before it has something to do, at most `timeout_ms`: 0 in steps. */
int32_t gph_pump_patience(gph_pump *pump, int32_t timeout_ms);
/* [any] */
void gph_pump_stats(const gph_pump *pump, gph_host_stats *stats);
/* [any] GPH_STREAM_STATE_*. */
uint32_t gph_pump_state(const gph_pump *pump);
/* [any] What a server says of the thread that it lends us ("server's"). */
void gph_pump_set_scheduling(gph_pump *pump, const char *level);
/* [control] A text for an event: kept with the pump, the last 8 of them. */
const char *gph_pump_keep(gph_pump *pump, const char *text);

/* [audio] Runs the engine for a block: cuts, stamps, counts. 0 or 1 to go on or to end, below 0 after a failure. The
 * outputs are silence when the engine was not called. */
int32_t gph_pump_cycle(gph_pump *pump, const gph_pump_block *block) GPH_AUDIO;
/* [audio, in cycle] Which frames of its block the running cycle has: `*frames` from `*from` on; 0 where it is no block of
 * the device. */
void gph_pump_piece(const gph_pump *pump, uint32_t *from, uint32_t *frames) GPH_AUDIO;
/* [any] The device is gone. `reason` lives for ever. */
void gph_pump_lost(gph_pump *pump, const char *reason);
/* [any] Queues an event; `text` lives for ever or is NULL. */
void gph_pump_post(gph_pump *pump, uint32_t kind, uint32_t flags, int64_t at, int64_t value,
                   const char *text);
/* [audio or control] The usual block has changed: told as an event, the witness begins anew. */
void gph_pump_block_changed(gph_pump *pump, uint32_t frames);
/* [any] In frames: the age of a cycle's newest frame when it starts, which goes into mono_ns; what passes beyond the block
 * until an output is heard, which a stop that drains waits for. */
void gph_pump_set_latency(gph_pump *pump, uint32_t in, uint32_t out);
/* [any] Nanoseconds since the last cycle began; 0 before the first. */
int64_t gph_pump_quiet_ns(const gph_pump *pump);
/* [any] Calls of the engine so far. */
uint64_t gph_pump_cycles(const gph_pump *pump);
/* [any] */
uint64_t gph_pump_dropped_events(const gph_pump *pump);

/* ---------------------------------------------------------------- a host's table */

/* Members of gph_host for a host that has nothing of its own to do there; see host.h. The probe finds all well. */
gph_status GPH_CALL gph_pump_host_probe(const gph_host_services *services, char *why, uint32_t n);
gph_host_self *GPH_CALL gph_pump_host_create(const gph_host_services *services);
void GPH_CALL gph_pump_host_destroy(gph_host_self *self);
gph_status GPH_CALL gph_pump_host_dispatch(gph_host_self *self, int32_t timeout_ms);
int64_t GPH_CALL gph_pump_stream_step(gph_host_stream *stream, int64_t frames, int64_t timeout_ns);
gph_status GPH_CALL gph_pump_stream_stop(gph_host_stream *stream, uint32_t drain);
void GPH_CALL gph_pump_stream_stats(gph_host_stream *stream, gph_host_stats *stats);
/* One figure for all channels of a direction. */
gph_status GPH_CALL gph_pump_stream_latency(gph_host_stream *stream, uint32_t direction,
                                            uint32_t channel, uint32_t *min, uint32_t *max);
/* [control] Tells the pump of it. */
void gph_pump_stream_take_latency(gph_host_stream *stream);
/* Those that no host has its own of, for its table. */
#define GPH_PUMP_HOST                                                                              \
    .create = gph_pump_host_create, .destroy = gph_pump_host_destroy,                              \
    .stats = gph_pump_stream_stats, .dispatch = gph_pump_host_dispatch
/* For a host that has GPH_HOST_CAN_REHEARSE: gph.rehearsal/1. */
const void *GPH_CALL gph_pump_host_extension(gph_host_self *self, gph_host_stream *stream,
                                             const char *id);

/* [control] A zeroed stream of `size` bytes, which begins with a gph_pump_stream; NULL: no memory. */
gph_host_stream *gph_pump_stream_new(gph_host_self *self, size_t size);
/* [control] A plan for the stream's pump: on a loss it does as is wanted, and a witness looks for those that the device does
 * not count. The host adds a name, its back end and what is special about it. */
gph_pump_plan gph_pump_stream_plan(gph_host_stream *stream, const gph_want *want,
                                   const gph_engine *engine);
/* [control] The end of an `open`, which went as `status` says and returns it. Where all is well the caller has the stream
 * and the host's dispatch looks after it; else it is closed. `all` is what was got, *got what the caller has room for. */
gph_status gph_pump_stream_opened(gph_host_stream *stream, gph_status status, const gph_got *all,
                                  void(GPH_CALL *close)(gph_host_stream *stream),
                                  gph_host_stream **made, gph_got *got);
/* [control] Dispatch looks after the stream no longer; once more does no harm. */
void gph_pump_stream_leave(gph_host_stream *stream);
/* [control] Leaves, and frees the struct itself. */
void gph_pump_stream_free(gph_host_stream *stream);

/* ---------------------------------------------------------------- want and got */

enum { GPH_PUMP_TEXT = 1024 };

/* One wish, and what a device offers for it. */
typedef struct gph_pump_offer {
    const gph_wish *wish;
    double *got;      /* what it comes to */
    const char *name; /* "rate" */
    const char *why;  /* "the server's rate": ends the sentence of a deviation */
    double usual;     /* taken where nothing is wished */
    double min;
    double max; /* min = max: dictated */
} gph_pump_offer;

/* [control] Settles n wishes. What differs is added as a line to `deviations` (GPH_PUMP_TEXT bytes). The first that may not
 * be met refuses all: GPH_UNSUPPORTED with a sentence, and its name as the setting to blame. */
gph_status gph_pump_settle(const gph_want *want, const gph_pump_offer *offers, size_t n,
                           char *deviations);
/* [control] Adds a line (printf) to `deviations`: what of a wish came out otherwise, and why. */
void gph_pump_deviate(char *deviations, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* [control] Most frames of a cycle for a device's block: it, or 1,024 if that is more, or what the runtime has room for. */
uint32_t gph_pump_max_frames(uint32_t block);

/* [control] A setting's number, or what counts when there are no options; its text, or NULL. */
double gph_pump_number(const gph_config *options, const char *name, double fallback);
const char *gph_pump_option(const gph_config *options, const char *name, uint32_t index);
/* [control] A failure: its sentence (printf) goes to want->options->error, if there is one, and `setting` is what is to blame
 * for it; NULL: none. */
void gph_pump_refuse(const gph_want *want, const char *setting, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* [control] What caps_of tells. Rates that are usual, for a host that has to ask for each. */
enum { GPH_PUMP_RATES = 12 };
extern const double gph_pump_rates[GPH_PUMP_RATES];
/* [control] Adds a mode, with neither formats nor rates. NULL: no more fit. */
gph_device_mode *gph_pump_caps_mode(gph_device_caps *caps, const char *name);
/* [control] Adds a rate to a mode (NULL: to none) and to those of all, in order and once. */
void gph_pump_caps_rate(gph_device_caps *caps, gph_device_mode *mode, double rate);
/* [control] Fills in as much as the caller knows. */
void gph_pump_caps_give(const gph_device_caps *all, gph_device_caps *caps);

/* ---------------------------------------------------------------- parts */

/* A second-order loop over the times of cycles: what time it was, freed of jitter, and the true rate. */
typedef struct gph_pump_filter {
    double rate;         /* nominal */
    double ns_per_frame; /* measured */
    int64_t base_ns;     /* times below are relative to it */
    double at_ns;        /* filtered time of the last turn */
    double elapsed;      /* seconds observed */
    bool running;
} gph_pump_filter;

/* [control] */
void gph_pump_filter_init(gph_pump_filter *filter, double rate);
/* [audio] A turn that began at now_ns, `frames` (lost ones included) after the one before. Returns its filtered time. */
int64_t gph_pump_filter_turn(gph_pump_filter *filter, int64_t now_ns, double frames) GPH_AUDIO;
/* [audio] Frames a second; nominal until 2 s were observed. */
double gph_pump_filter_rate(const gph_pump_filter *filter) GPH_AUDIO;

/* Sees frames that went missing without a word, by the clock. */
typedef struct gph_pump_witness {
    double rate;
    int64_t start_ns;
    double delivered; /* frames since start, reported losses included; what waited then taken off */
    double base;      /* usual excess of time over frames */
    double rise;      /* excess beyond it in the turn before */
    double usual;     /* how much of it comes and goes */
    double least;     /* of the turns since it was raised by more than half a block */
    uint32_t n_raised; /* how many those are, half a block apart */
    int64_t raised_ns; /* when the last of them was */
    bool armed;
} gph_pump_witness;

/* [any, no turn running] Begins anew with the next turn. */
void gph_pump_witness_init(gph_pump_witness *witness, double rate);
/* [audio] `frames` came in a turn that began at now_ns, `lost` were reported by the device, `waiting` are still to be had.
 * Returns what went missing besides. */
uint64_t gph_pump_witness_turn(gph_pump_witness *witness, int64_t now_ns, uint32_t frames,
                               uint64_t lost, uint64_t waiting) GPH_AUDIO;

/* [any] Ticks of a counter of `hertz` as nanoseconds; the plain product overflows after 15 minutes at 10 MHz. */
int64_t gph_pump_ticks_ns(uint64_t ticks, uint64_t hertz) GPH_AUDIO;

/* [control] A plane of silent frames for each channel, in one piece that free() takes. NULL: no memory. */
float **gph_pump_planes(uint32_t channels, uint32_t frames);

/* Samples of a device, little endian: their bits in GPH_FORMAT_*. */
enum {
    GPH_PUMP_SAMPLE_S16 = 0,
    GPH_PUMP_SAMPLE_S24 = 1,
    GPH_PUMP_SAMPLE_S24_32 = 2, /* in the upper 24 of 32 bits */
    GPH_PUMP_SAMPLE_S32 = 3,
    GPH_PUMP_SAMPLE_F32 = 4
};
/* How formats of Windows describe them. */
typedef struct gph_pump_kind {
    uint32_t sample; /* GPH_PUMP_SAMPLE_* */
    uint16_t bits;   /* of the container */
    uint16_t valid;  /* of them */
    bool is_float;
    const char *name;
} gph_pump_kind;
/* Best first: what keeps 24 bits without a doubt, then what is exact in fewer bytes. */
enum { GPH_PUMP_KINDS = 5 };
extern const gph_pump_kind gph_pump_kinds[GPH_PUMP_KINDS];
/* [any] */
const gph_pump_kind *gph_pump_kind_of(uint32_t sample);
/* [any] Bytes of one. */
uint32_t gph_pump_sample_bytes(uint32_t sample) GPH_AUDIO;
/* [audio] One channel of interleaved samples, `stride` bytes apart, to floats and back. Clips at full scale; dithers to 16
 * bits only, by *random. */
void gph_pump_unpack(uint32_t sample, const uint8_t *from, uint32_t stride, float *to,
                     uint32_t frames) GPH_AUDIO;
void gph_pump_pack(uint32_t sample, const float *from, uint8_t *to, uint32_t stride,
                   uint32_t frames, uint32_t *random) GPH_AUDIO;

/* [any] The counter signal: exact in float and 24 bits, different in each channel and frame. */
static inline float
gph_pump_counter(int64_t frame, uint32_t channel)
{
    uint32_t n = (uint32_t)(((uint64_t)frame + (uint64_t)channel * 65536u) & 0x7fffffu);
    return (float)n * (1.0f / 8388608.0f);
}

#endif

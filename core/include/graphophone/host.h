/* Graphophone host ABI 1: all that the author of an audio host includes.
 *
 * A host is whatever owns time: it takes a device or a server and calls the engine once a block. It is one shared
 * object that exports one constant, `gph_host_1`, of type gph_host (see GPH_HOST at the end). It links nothing of the
 * runtime: threads, clock and log come as services. Threads, ownership and growth are those of module.h.
 *
 * States of a stream: CLOSED -open-> READY -start-> RUNNING -stop-> READY -close-> CLOSED. A device that goes away
 * makes RUNNING LOST; reopened and configured it is RUNNING again, with the frames missed as `lost_in`. With the
 * policy GPH_LOSS_STOP it is FAILED.
 *
 * Time. Frames count on the capture timeline from 0 at the first cycle, lost frames included. Late is not lost: late
 * is what the system calls an xrun, lost is frames that are missing. With a device that is back at another rate, which
 * the engine must have accepted, the timeline goes on in frames of that rate: what was counted is multiplied by the new
 * rate and divided by the old one.
 */
#ifndef GRAPHOPHONE_HOST_H
#define GRAPHOPHONE_HOST_H

#include <graphophone/module.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A host's own state, and one open stream of it. Defined by the host as it likes. */
typedef struct gph_host_self gph_host_self;
typedef struct gph_host_stream gph_host_stream;

/* ---------------------------------------------------------------- a cycle */

/* gph_clock flags. */
#define GPH_CLOCK_FIRST   (1u << 0) /* first cycle after start */
#define GPH_CLOCK_RESUMED (1u << 1) /* first cycle after LOST */
#define GPH_CLOCK_DISCONT                                                                          \
    (1u << 2) /* the system spoke of a discontinuity; `lost_in` says whether frames miss */
#define GPH_CLOCK_ESTIMATED                                                                        \
    (1u << 3) /* lost_in or lost_out was measured by the clock, not counted by the system */
#define GPH_CLOCK_FREEWHEEL (1u << 4) /* not in real time: the engine may wait */
#define GPH_CLOCK_DRAINING  (1u << 5) /* inputs have ended */
#define GPH_CLOCK_SILENT_IN (1u << 6) /* every input is zero */

/* When a cycle is. Frozen. */
typedef struct gph_clock {
    int64_t
        frame; /* of the first frame of this cycle; frame' = frame + n + lost_in' holds for successive cycles */
    uint64_t lost_in;  /* captured frames lost just before this cycle */
    uint64_t lost_out; /* played frames lost just before this cycle */
    int64_t
        mono_ns; /* when `frame` was at the converter, on the services' clock, filtered; offline frame / rate */
    int64_t next_ns; /* when the cycle must be done; 0 offline */
    double rate;     /* measured frames a second of the monotonic clock; nominal while not known */
    uint32_t flags;  /* GPH_CLOCK_* */
    uint32_t reserved; /* 0 */
} gph_clock;

/* One call of the engine: in and out together, planar floats. Frozen. */
typedef struct gph_cycle {
    uint32_t frames;   /* 1 to got->max_frames */
    uint32_t n_in;     /* channels captured: got->channels_in */
    uint32_t n_out;    /* channels played: got->channels_out */
    uint32_t reserved; /* 0 */
    const float *const
        *in; /* in[channel][frame]; never NULL where n_in > 0: silence is a buffer of zeros */
    float *const *out; /* out[channel][frame]: the engine writes every frame of every channel */
    gph_clock clock;
} gph_cycle;

/* What cycle returns. */
enum { GPH_CYCLE_GO_ON = 0, GPH_CYCLE_DRAIN = 1, GPH_CYCLE_ABORT = -1 };

/* ---------------------------------------------------------------- want and got */

/* How much a wish weighs. EXACT not met fails at open; PREFER not met is printed. */
enum { GPH_WISH_ANY = 0, GPH_WISH_PREFER = 1, GPH_WISH_EXACT = 2 };

/* One wish. Frozen. */
typedef struct gph_wish {
    double value;      /* what is wanted */
    double min;        /* least that will do; 0: no bound */
    double max;        /* most that will do; 0: no bound */
    uint32_t policy;   /* GPH_WISH_* */
    uint32_t reserved; /* 0 */
} gph_wish;

/* What becomes of the stream when its device goes: wait for the same device for ever, take the default one, end. */
enum { GPH_LOSS_WAIT = 0, GPH_LOSS_FOLLOW = 1, GPH_LOSS_STOP = 2 };
/* What time does meanwhile: HOLD: no cycles, the gap arrives as one lost_in; CLOCK: a timer drives on with silence. */
enum { GPH_TIMELINE_HOLD = 0, GPH_TIMELINE_CLOCK = 1 };

/* What open is asked for. Valid during open. */
typedef struct gph_want {
    uint32_t size;
    uint32_t on_loss;       /* GPH_LOSS_* */
    uint32_t timeline;      /* GPH_TIMELINE_* */
    uint32_t flags;         /* GPH_SETUP_OFFLINE */
    const char *name;       /* of the patch: a client's name for servers */
    const char *device_in;  /* id or name, as `list` gives it; NULL: the default */
    const char *device_out; /* likewise */
    gph_wish rate;          /* frames a second */
    gph_wish block;         /* frames */
    gph_wish channels_in;   /* value 0: no capture */
    gph_wish channels_out;  /* value 0: no playback */
    gph_wish periods;       /* blocks that the device buffers */
    gph_config *
        options; /* the host's settings as the patch gave them: text() and number(); on failure the host
                               writes one sentence to options->error and may point
                                  options->bad_setting to a setting of its own, "rate", "block" or "device" */
} gph_want;

/* What was obtained. Filled by the host; texts live until close. */
typedef struct gph_got {
    uint32_t size;
    uint32_t flags; /* 0 */
    double rate;    /* frames a second */
    uint32_t block; /* usual frames of a cycle */
    uint32_t
        max_frames; /* most frames of a cycle, at most GPH_MAX_FRAMES: the device's block or 1,024, the larger */
    uint32_t fixed_block; /* 1: every cycle has `block` frames */
    uint32_t channels_in;
    uint32_t channels_out;
    uint32_t periods;
    const char *device_in;        /* name for people, or "" */
    const char *device_out;       /* likewise */
    const char *format;           /* native sample format: "f32", "s24 in 32" */
    const char *deviations;       /* "" or lines such as "block: wanted 64, got 480: shared mode" */
    const char *const *names_in;  /* channels_in names, or NULL */
    const char *const *names_out; /* channels_out names, or NULL */
} gph_got;

/* ---------------------------------------------------------------- events */

/* States of a stream. */
enum {
    GPH_STREAM_STATE_CLOSED = 0,
    GPH_STREAM_STATE_READY = 1,
    GPH_STREAM_STATE_RUNNING = 2,
    GPH_STREAM_STATE_LOST = 3,
    GPH_STREAM_STATE_FAILED = 4
};

/* Kinds of event. */
enum {
    GPH_HOST_STATE = 0,     /* value: the new state; text: why */
    GPH_HOST_LATE = 1,      /* an xrun; value: microseconds if known */
    GPH_HOST_LOST = 2,      /* value: frames, at: where */
    GPH_HOST_DEVICES = 3,   /* the list has changed */
    GPH_HOST_DEFAULT = 4,   /* the default device has changed */
    GPH_HOST_PORTS = 5,     /* ports of a server have come, gone or been renamed */
    GPH_HOST_LATENCY = 6,   /* ask latency again */
    GPH_HOST_BLOCK = 7,     /* value: the new usual block */
    GPH_HOST_FREEWHEEL = 8, /* value: 1 begins, 0 ends */
    GPH_HOST_NOTE = 9 /* text: something a person should know, such as a peer that was cut off */
};

/* gph_host_event flags. */
#define GPH_HOST_EVENT_ESTIMATED (1u << 0) /* frames were measured by the clock */
#define GPH_HOST_EVENT_OUT       (1u << 1) /* about playback, not capture */

/* What has happened; delivered in dispatch only. Frozen. */
typedef struct gph_host_event {
    uint32_t kind;    /* GPH_HOST_* */
    uint32_t flags;   /* GPH_HOST_EVENT_* */
    int64_t at;       /* absolute frame, -1 where it has none */
    int64_t value;    /* by kind */
    const char *text; /* by kind, or NULL; valid during the call */
} gph_host_event;

/* What the host calls. Given to open; lives until close. */
typedef struct gph_engine {
    uint32_t size;
    uint32_t reserved;
    void *user; /* first argument of each */
    /* [control, in open and in dispatch when a device is back; no cycle is running] May refuse (below 0). */
    gph_status(GPH_CALL *configure)(void *user, const gph_got *got);
    /* [audio; never two at once] GPH_CYCLE_*. */
    int32_t(GPH_CALL *cycle)(void *user, const gph_cycle *cycle) GPH_AUDIO;
    /* [control, in dispatch] stop and close are refused in it. */
    void(GPH_CALL *event)(void *user, const gph_host_event *event);
    /* [control, in dispatch] Whether a device that is back with another rate would do, before `configure` is called with
     * it; below 0: no, it stays LOST. Asked at each attempt. NULL, or not there: never. */
    gph_status(GPH_CALL *accepts)(void *user, const gph_got *got);
} gph_engine;

/* ---------------------------------------------------------------- services */

/* A thread that the runtime made for the host. */
typedef struct gph_thread gph_thread;

/* How a thread is to run. */
enum { GPH_THREAD_NORMAL = 0, GPH_THREAD_REALTIME = 1 };

/* What the runtime does for a host: a shared object cannot resolve symbols of the program that loads it. */
typedef struct gph_host_services gph_host_services;
struct gph_host_services {
    uint32_t size;
    uint32_t abi_minor; /* of the runtime */
    /* [control, and the host's own threads that are not audio] Prints a line, with the host's id before it. */
    void(GPH_CALL *log)(const gph_host_services *services, uint32_t level, const char *text);
    /* [any] Monotonic nanoseconds, time asleep of the machine not counted. */
    int64_t(GPH_CALL *now_ns)(const gph_host_services *services) GPH_AUDIO;
    /* [any] Monotonic nanoseconds, time asleep of the machine counted. */
    int64_t(GPH_CALL *boot_ns)(const gph_host_services *services) GPH_AUDIO;
    /* [a host's real-time thread] Sleeps until a time of now_ns, or returns at once when it has passed. */
    void(GPH_CALL *sleep_until_ns)(const gph_host_services *services, int64_t ns);
    /* [control] Starts a thread. With REALTIME: FIFO 70, else RR, else normal; what was got is written as a text that
     * lives for ever ("FIFO 70", "normal") to *level, if not NULL. */
    gph_status(GPH_CALL *thread_start)(const gph_host_services *services, const char *name,
                                       uint32_t how, void(GPH_CALL *run)(void *arg), void *arg,
                                       gph_thread **thread, const char **level);
    /* [control] Waits for its end and frees it; after `timeout_ms` (below 0: for ever) it is left behind and GPH_STATE
     * is returned. */
    gph_status(GPH_CALL *thread_join)(const gph_host_services *services, gph_thread *thread,
                                      int32_t timeout_ms);
    /* [any] Wakes the control thread that waits in wait(), or makes its next wait return at once. */
    void(GPH_CALL *wake)(const gph_host_services *services) GPH_AUDIO;
    /* [control] Waits for wake or a time-out; 1 woken, 0 time-out. For dispatch. */
    int32_t(GPH_CALL *wait)(const gph_host_services *services, int32_t timeout_ms);
};

/* ---------------------------------------------------------------- the host */

/* Capabilities. */
#define GPH_HOST_CAN_STEP      (1u << 0) /* step() runs cycles in the caller's thread */
#define GPH_HOST_CAN_FREEWHEEL (1u << 1) /* cycles may come faster than real time */
#define GPH_HOST_IS_OFFLINE                                                                        \
    (1u << 2) /* always faster than real time; `length = end` is the default */
#define GPH_HOST_IS_SERVER    (1u << 3) /* rate and block are dictated by a server */
#define GPH_HOST_HAS_DEVICES  (1u << 4) /* list() is worth showing */
#define GPH_HOST_ANY_WIDTH    (1u << 5) /* as many channels as asked for: no device to be too narrow */
#define GPH_HOST_CAN_REHEARSE (1u << 6) /* it offers gph.rehearsal/1 */

/* Directions. */
enum { GPH_DIRECTION_IN = 0, GPH_DIRECTION_OUT = 1 };

/* A device in a list. */
typedef struct gph_device {
    uint32_t size;
    uint32_t directions;   /* bit 0 captures, bit 1 plays */
    uint32_t roles;        /* bit 0 default capture, bit 1 default playback */
    uint32_t channels_in;  /* 0: none or not known without opening */
    uint32_t channels_out; /* likewise */
    uint32_t reserved;
    double rate;      /* present rate; 0: not known */
    const char *id;   /* stable: what a patch may say in `device` */
    const char *name; /* for people; a patch may say it too */
} gph_device;

/* Native samples of a device, a bit each. */
#define GPH_FORMAT_S16     (1u << 0)
#define GPH_FORMAT_S24     (1u << 1) /* in 3 bytes */
#define GPH_FORMAT_S24IN32 (1u << 2) /* in the upper 24 of 32 bits */
#define GPH_FORMAT_S32     (1u << 3)
#define GPH_FORMAT_F32     (1u << 4)

/* One way to open a device. Frozen. */
typedef struct gph_device_mode {
    const char *name; /* as the host's setting `mode` says it; lives for ever */
    uint32_t formats; /* GPH_FORMAT_*; 0: not known */
    uint32_t n_rates; /* 0: not known, or any */
    double rates[16]; /* frames a second, rising: the usual ones among those that it takes */
} gph_device_mode;

enum { GPH_DEVICE_MODES = 4 }; /* most of a device */

/* gph_device_caps flags. */
#define GPH_DEVICE_BUSY (1u << 0) /* someone else has it now */

/* What a device could be opened with, one direction of it, as it says itself: what it really takes is seen when it is
 * opened. Filled by the host up to `size`. */
typedef struct gph_device_caps {
    uint32_t size;                           /* of the caller's */
    uint32_t channels_min;                   /* that it can be opened with */
    uint32_t channels_max;                   /* 0: not known */
    uint32_t block_min;                      /* frames; 0: not known */
    uint32_t block_max;                      /* likewise */
    uint32_t n_rates;                        /* 0: not known, or any */
    double rates[16];                        /* frames a second, rising: those of all modes */
    uint32_t flags;                          /* GPH_DEVICE_* */
    uint32_t n_modes;                        /* 0: there is one way, and it has no name */
    gph_device_mode modes[GPH_DEVICE_MODES]; /* the one that is tried first is first */
} gph_device_caps;

/* Figures of a stream since start. */
typedef struct gph_host_stats {
    uint32_t size;
    uint32_t state;    /* GPH_STREAM_STATE_* */
    uint64_t cycles;   /* calls of the engine */
    uint64_t frames;   /* frames delivered to the engine */
    uint64_t late;     /* xruns as the system tells them */
    uint64_t lost_in;  /* frames */
    uint64_t lost_out; /* frames */
    uint64_t reopens;  /* times a device or server came back */
    uint64_t dropped_events;
    int64_t wake_ns_max; /* latest wake-up after its time; 0: not measured */
    double load; /* part of the block's length that the engine takes, 0 to 1 and more; smoothed */
    double drift_ppm;       /* measured rate against nominal */
    const char *scheduling; /* "FIFO 70", "server's", "normal" */
} gph_host_stats;

/* An audio system. */
typedef struct gph_host {
    uint32_t size;      /* sizeof(gph_host) */
    uint32_t magic;     /* GPH_MAGIC */
    uint16_t abi_major; /* GPH_ABI_MAJOR */
    uint16_t abi_minor; /* GPH_ABI_MINOR */
    uint16_t min_minor; /* least minor version of a runtime that will do */
    uint16_t reserved;
    const char *id;    /* [a-z0-9]+: what `host =` says */
    const char *label; /* for people */
    const char *doc;   /* one sentence */
    uint32_t caps;     /* GPH_HOST_* */
    uint32_t n_settings;
    const gph_setting *settings; /* what `ID.NAME =` in [patch] may say */
    uint32_t setting_stride;
    uint32_t reserved2;

    /* [control] Whether this host could work here; starts no server, opens no device. Not: below 0 and a sentence of at
     * most n bytes in `why`. */
    gph_status(GPH_CALL *probe)(const gph_host_services *services, char *why, uint32_t n);
    /* [control] The services live until destroy. */
    gph_host_self *(GPH_CALL *create)(const gph_host_services *services);
    /* [control] After close of all streams. */
    void(GPH_CALL *destroy)(gph_host_self *self);
    /* [control] Calls `each` for each device; a bad one never ends it. `generation` (may be NULL) gets a number that
     * changes when the list does. */
    gph_status(GPH_CALL *list)(gph_host_self *self, uint64_t *generation,
                               void(GPH_CALL *each)(void *user, const gph_device *device),
                               void *user);
    /* [control, no stream of the device open] Fills *caps for a device by its id (NULL: the default) and GPH_DIRECTION_*.
     * May open the device for a moment. GPH_ARGUMENT: there is none that goes that way. NULL: not offered. */
    gph_status(GPH_CALL *caps_of)(gph_host_self *self, const char *id, uint32_t direction,
                                  gph_device_caps *caps);
    /* [control] Calls engine->configure before it returns. On failure a sentence is in want->options->error. */
    gph_status(GPH_CALL *open)(gph_host_self *self, const gph_want *want, const gph_engine *engine,
                               gph_host_stream **stream, gph_got *got);
    /* [control] Returns after the first cycle (with CAN_STEP and `step` in use: at once), or why not. */
    gph_status(GPH_CALL *start)(gph_host_stream *stream);
    /* [control] With CAN_STEP: runs cycles in the caller's thread until `frames` have passed or `timeout_ns` of the
     * host's own time; returns frames run, 0 at the end of the input, below 0 on failure. Call it on a started
     * stream that was opened with the setting `step`, or on an offline one. NULL: not offered. */
    int64_t(GPH_CALL *step)(gph_host_stream *stream, int64_t frames, int64_t timeout_ns);
    /* [control] Ends the cycles; with `drain` after the outputs have been played. Idempotent. After 2 s a thread that
     * does not end is left behind, and GPH_STATE says so. */
    gph_status(GPH_CALL *stop)(gph_host_stream *stream, uint32_t drain);
    /* [control] Idempotent in effect: NULL is accepted. */
    void(GPH_CALL *close)(gph_host_stream *stream);
    /* [any] Frames beyond the block, least and most, of a channel. */
    gph_status(GPH_CALL *latency)(gph_host_stream *stream, uint32_t direction, uint32_t channel,
                                  uint32_t *min, uint32_t *max);
    /* [any] stats->size says how many the caller knows. */
    void(GPH_CALL *stats)(gph_host_stream *stream, gph_host_stats *stats);
    /* [control] Waits up to `timeout_ms` for something to do, then delivers events, makes retries and connections. Not
     * re-entrant. */
    gph_status(GPH_CALL *dispatch)(gph_host_self *self, int32_t timeout_ms);
    /* [control] Asks for another block while running. NULL: not offered. */
    gph_status(GPH_CALL *set_block)(gph_host_stream *stream, uint32_t frames);
    /* [any] An extension by its id, or NULL. `stream` may be NULL for those that need none. */
    const void *(GPH_CALL *extension)(gph_host_self *self, gph_host_stream *stream, const char *id);
} gph_host;

/* ---------------------------------------------------------------- extensions */

#define GPH_PORTS_ID "gph.ports/1"

/* Ports of a server. */
typedef struct gph_host_ports {
    uint32_t size;
    uint32_t reserved;
    /* [control] Calls `each` for each port of other clients that a port of `direction` could be connected to. */
    gph_status(GPH_CALL *list)(gph_host_self *self, uint32_t direction,
                               void(GPH_CALL *each)(void *user, const char *port,
                                                    uint32_t physical),
                               void *user);
    /* [control, stream READY or RUNNING] The rule of one channel, kept for ever: `auto` (physical ports in order), `none`, or
     * a port or a pattern with * and ?. */
    gph_status(GPH_CALL *connect)(gph_host_stream *stream, uint32_t direction, uint32_t channel,
                                  const char *rule);
} gph_host_ports;

#define GPH_FREEWHEEL_ID "gph.freewheel/1"

typedef struct gph_host_freewheel {
    uint32_t size;
    uint32_t reserved;
    /* [control] As fast as the machine allows (1) or back to real time (0). */
    gph_status(GPH_CALL *set)(gph_host_stream *stream, uint32_t on);
} gph_host_freewheel;

#define GPH_MIDI_ID "gph.midi/1"

/* A short MIDI message. Frozen. */
typedef struct gph_midi {
    uint32_t frame;   /* in this cycle */
    uint8_t bytes[3]; /* status and data */
    uint8_t n_bytes;  /* 1 to 3; longer messages are not delivered */
} gph_midi;

typedef struct gph_host_midi {
    uint32_t size;
    uint32_t reserved;
    /* [control, stream READY or RUNNING] Makes the input port; `rule` is `any` or a port or pattern to connect, kept for
     * ever. */
    gph_status(GPH_CALL *open)(gph_host_stream *stream, const char *rule);
    /* [audio, in cycle] Copies up to `n` messages of this cycle, in order; returns how many. */
    uint32_t(GPH_CALL *read)(gph_host_stream *stream, gph_midi *messages, uint32_t n) GPH_AUDIO;
} gph_host_midi;

#define GPH_SCRIPT_ID "gph.script/1"

/* Faults on request. Lines: `48000 lose 480`, `96000 stall 300ms`, `late 3ms`, `vanish 2s`, `return rate=44100`,
 * `refuse 3`, `block 1024`, `drift 200`, `freewheel on`, `no-events`, `xrun`; a leading number is the frame at which. */
typedef struct gph_host_script {
    uint32_t size;
    uint32_t reserved;
    /* [control, before start] Text of the script, lines separated by newlines or semicolons. On failure a sentence is in
     * `why`. */
    gph_status(GPH_CALL *load)(gph_host_stream *stream, const char *text, char *why, uint32_t n);
} gph_host_script;

#define GPH_REHEARSAL_ID "gph.rehearsal/1"

/* Faults on request while a real device runs, for `graphophone run --rehearse`: what comes of them is what comes of real
 * ones. Nothing of them outlives stop. */
typedef struct gph_host_rehearsal {
    uint32_t size;
    uint32_t reserved;
    /* [control, stream RUNNING] Whole blocks of the device, `frames` at least from the next one on, never reach the engine:
     * an xrun. Then the engine is told as of any other. GPH_STATE: not running. */
    gph_status(GPH_CALL *lose)(gph_host_stream *stream, uint64_t frames);
    /* [control, stream RUNNING] The device is gone, and with GPH_LOSS_WAIT cannot be opened for so many nanoseconds. With
     * GPH_LOSS_FOLLOW the default one can. GPH_STATE: not running. */
    gph_status(GPH_CALL *unplug)(gph_host_stream *stream, int64_t ns);
} gph_host_rehearsal;

/* ---------------------------------------------------------------- writing a host */

/* Members of a gph_host, and the declaration that makes it the one visible symbol:
 *     const gph_host gph_host_1 = {GPH_HOST("clock", "Timer", "A timer with a virtual device", CAPS), .open = open, ...};
 */
#define GPH_HOST(id_, label_, doc_, caps_)                                                         \
    .size = sizeof(gph_host), .magic = GPH_MAGIC, .abi_major = GPH_ABI_MAJOR,                      \
    .abi_minor = GPH_ABI_MINOR, .id = (id_), .label = (label_), .doc = (doc_), .caps = (caps_)
#define GPH_HOST_SETTINGS(t)                                                                       \
    .settings = (t), .n_settings = GPH_COUNT(t), .setting_stride = sizeof((t)[0])
extern GPH_EXPORT const gph_host gph_host_1;

#ifdef __cplusplus
}
#endif

#endif

/* Graphophone module ABI 1: all that the author of a module includes.
 *
 * A module is one shared object that exports one constant, `gph_module_1` (see GPH_MODULE at the
 * end). It links nothing of the runtime: what the runtime does for it comes through function
 * pointers.
 *
 * Threads. Each function pointer says in brackets on which thread it is called, and in which state
 * of the node: [control]  one thread; may block, allocate, lock. [audio]    real-time; never two at
 * once in one node; must not allocate, lock, wait or enter the kernel. [worker]   one job at a time
 * for each node; may block. [any]      any of them. States: idle (after create) -> configured ->
 * active (after activate) -> idle (after deactivate).
 *
 * Ownership. Text is UTF-8, NUL-ended, and the giver's until the call returns; what a descriptor
 * points to lives for ever. Nothing is allocated on one side and freed on the other.
 *
 * Growth. A struct that begins with `size` may get longer in a later minor version: whoever fills
 * it sets `size` to what it knows, the reader takes min(size, its own) and zero for the rest, and
 * zero means "default" or "absent". Structs marked "frozen" never change in ABI 1. Arrays of
 * growing structs carry their stride.
 *
 * Samples are planar 32-bit floats, nominal range -1 to 1, never clipped inside the graph. Frames
 * count from 0 at the start of the run (64 bit). Channels and everything else in this header count
 * from 0.
 */
#ifndef GRAPHOPHONE_MODULE_H
#define GRAPHOPHONE_MODULE_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ABI version that this header describes. A runtime of the same major version loads every module
 * whose `min_minor` is at most its own minor version. */
#define GPH_ABI_MAJOR 1
#define GPH_ABI_MINOR 0

/* First bytes of every module and host, after `size`: "GPH1" as it stands in memory of a
 * little-endian machine. */
#define GPH_MAGIC 0x31485047u

/* Calling convention of every function that crosses the ABI. */
#ifdef _WIN32
#define GPH_CALL   __cdecl
#define GPH_EXPORT __declspec(dllexport)
#else
#define GPH_CALL
#define GPH_EXPORT __attribute__((visibility("default")))
#endif

/* Marks a function of the audio thread. clang 20 and later check it (-Wfunction-effects); empty
 * elsewhere. It stands behind the parameter list in a pointer's declaration, and may stand before
 * the name in a function's. */
#if defined(__clang__) && defined(__has_attribute)
#if __has_attribute(nonblocking)
#define GPH_AUDIO __attribute__((nonblocking))
#endif
#endif
#ifndef GPH_AUDIO
#define GPH_AUDIO
#endif

/* Whether the giver of `*p` knew `member`: its size reaches to the member's end. */
#define GPH_HAS(p, type, member)                                                                   \
    ((p)->size >= (uint32_t)(offsetof(type, member) + sizeof(((type *)0)->member)))

/* ---------------------------------------------------------------- status */

/* Result of a call: 0 is success, positive values are success with news, negative values are
 * failures. */
typedef int32_t gph_status;

enum {
    GPH_DONE =
        1, /* process: this source has ended; only silence will follow until the next trigger */
    GPH_OK = 0,           /* done as asked */
    GPH_ARGUMENT = -1,    /* an argument or setting makes no sense */
    GPH_MEMORY = -2,      /* memory could not be had */
    GPH_UNSUPPORTED = -3, /* understood, but not offered here */
    GPH_IO = -4,          /* a file, device or server failed */
    GPH_STATE = -5,       /* not in this state */
    GPH_LIMIT = -6        /* beyond a fixed limit */
};

/* Severity of a log line. */
enum { GPH_LOG_ERROR = 0, GPH_LOG_WARNING = 1, GPH_LOG_INFO = 2, GPH_LOG_DEBUG = 3 };

/* Widest port, and the most channels of a table or stream. */
#define GPH_MAX_CHANNELS 1024u
/* Most frames in one call of process, whatever the host does. */
#define GPH_MAX_FRAMES 8192u
/* Events that one node may emit in one call of process; later ones are counted as lost. */
#define GPH_MAX_EMITTED 64u
/* Largest job for the worker, in bytes. */
#define GPH_MAX_JOB 256u

/* An instance of a type. The module defines `struct gph_node` as it likes; the runtime never looks
 * inside. NULL for a type without `create`. */
typedef struct gph_node gph_node;

/* ---------------------------------------------------------------- descriptors */

/* What a number means. The runtime reads `-6dB`, `250ms`, `60Hz` and the like against it and hands
 * over the base unit. */
enum {
    GPH_UNIT_NONE = 0,     /* a plain number */
    GPH_UNIT_DB = 1,       /* decibels of amplitude; `off` is -infinity, `0.5x` is 20*log10(0.5) */
    GPH_UNIT_HERTZ = 2,    /* hertz */
    GPH_UNIT_SECONDS = 3,  /* seconds; a patch may also say frames (480fr) */
    GPH_UNIT_FRAMES = 4,   /* frames at the rate of the run; a patch may also say a time */
    GPH_UNIT_FRACTION = 5, /* 35% or 0.35 is 0.35 */
    GPH_UNIT_DEGREES = 6,  /* degrees of arc */
    GPH_UNIT_BPM = 7,      /* beats a minute */
    GPH_UNIT_SEMITONES = 8,
    GPH_UNIT_BYTES = 9 /* bytes; 2GiB is 2147483648 */
};

/* Port directions. */
enum { GPH_PORT_IN = 0, GPH_PORT_OUT = 1 };
/* Port kinds. Audio is the only one of ABI 1.0. */
enum { GPH_PORT_AUDIO = 0 };
/* Port width rules. RANGE: an input takes the width of what is wired to it, if in min..max; an
 * output has the width that `configure` sets, or else min. SAME_AS: the width of the port with
 * index `ref`. */
enum { GPH_WIDTH_RANGE = 0, GPH_WIDTH_SAME_AS = 1 };
/* Port flags. */
#define GPH_PORT_OPTIONAL  (1u << 0) /* may stay unwired: `channels` is then 0 and `ch` is NULL */
#define GPH_PORT_SIDECHAIN (1u << 1) /* controls, but is not heard */

/* A place where sound goes in or out. Inputs and outputs are numbered separately, each in the order
 * of the table. */
typedef struct gph_port {
    uint32_t size;      /* sizeof(gph_port) */
    uint32_t flags;     /* GPH_PORT_* */
    uint32_t direction; /* GPH_PORT_IN or GPH_PORT_OUT */
    uint32_t kind;      /* GPH_PORT_AUDIO */
    uint32_t rule;      /* GPH_WIDTH_* */
    uint32_t min;       /* least channels, 1 to GPH_MAX_CHANNELS; 0 means 1 */
    uint32_t max;       /* most channels; 0 means GPH_MAX_CHANNELS */
    uint32_t
        ref; /* with SAME_AS: index in the table of ports of the port whose width this one has */
    const char *name; /* [a-z0-9-]+, unique among the ports of its type; patches say `from.NAME` for
                         inputs */
    const char *doc;  /* one sentence, or NULL */
} gph_port;

/* How many values a parameter or meter has. */
enum {
    GPH_INDEX_ONE = 0, /* one */
    GPH_INDEX_CHANNEL =
        1, /* one for each channel of the first input; for a type without one, its first output */
    GPH_INDEX_CROSSPOINT =
        2, /* one for each pair: index = out * n_in + in, first output and first input */
    GPH_INDEX_ITEM = 3 /* `items`, as the type or its instance (see describe) says */
};

/* Parameter flags. */
#define GPH_PARAM_GAIN                                                                             \
    (1u << 0) /* unit dB, handed over as linear gain; exactly 0 for `off`, ramped linearly */
#define GPH_PARAM_SWITCH                                                                           \
    (1u << 1) /* off or on: 0 or 1, steps at its frame unless smooth_ms is above 0 */
#define GPH_PARAM_CHOICE (1u << 2) /* an index into `choices`; steps at its frame */
#define GPH_PARAM_OF_RATE                                                                          \
    (1u << 3) /* `max` (a fraction) is to be multiplied by the rate: 0.49 is 0.49 * rate */
#define GPH_PARAM_STEP (1u << 4) /* never smoothed: steps at the event's frame */
#define GPH_PARAM_DIAGONAL                                                                         \
    (1u                                                                                            \
     << 5) /* CROSSPOINT: `def` is of the items with out == in; the others are off (a gain) or 0 */

/* A number that changes while running. The runtime reads it from patch, keys, OSC, MIDI and API,
 * clamps and smooths. */
typedef struct gph_param {
    uint32_t size;  /* sizeof(gph_param) */
    uint32_t flags; /* GPH_PARAM_* */
    uint32_t unit;  /* GPH_UNIT_* */
    uint32_t rule;  /* GPH_INDEX_* */
    uint32_t items; /* with GPH_INDEX_ITEM: how many; else 0 */
    float min;      /* least value, in the base unit (dB for GAIN, `off` below it always allowed) */
    float def;      /* value when nobody says one */
    float max;      /* greatest value */
    float smooth_ms;   /* length of the linear ramp to a new value, in milliseconds; 0 means 20 */
    uint32_t reserved; /* 0 */
    const char *name;  /* [a-z0-9-]+, unique among parameters and settings of the type */
    const char *doc;   /* one sentence */
    const char *const *choices; /* with CHOICE: the words, ended by NULL; else NULL */
} gph_param;

/* A value that the module reports, written in process, published by the runtime. */
typedef struct gph_meter {
    uint32_t size;    /* sizeof(gph_meter) */
    uint32_t unit;    /* GPH_UNIT_*; with GPH_UNIT_DB the module writes decibels */
    uint32_t rule;    /* GPH_INDEX_* */
    uint32_t items;   /* with GPH_INDEX_ITEM: how many; else 0 */
    const char *name; /* [a-z0-9-]+ */
    const char *doc;  /* one sentence */
} gph_meter;

/* Setting kinds. */
enum {
    GPH_SETTING_TEXT = 0,    /* any text */
    GPH_SETTING_PATH = 1,    /* a file name; see GPH_SETTING_READS */
    GPH_SETTING_INTEGER = 2, /* a whole number */
    GPH_SETTING_REAL = 3,    /* a number with `unit` */
    GPH_SETTING_CHOICE = 4,  /* one of `choices` */
    GPH_SETTING_TABLE = 5,   /* the name of a table node in the patch */
    GPH_SETTING_SWITCH = 6   /* on or off */
};
/* Setting flags. */
#define GPH_SETTING_REQUIRED (1u << 0) /* must be in the patch */
#define GPH_SETTING_LIST     (1u << 1) /* several values, separated by commas */
#define GPH_SETTING_OR_BYTES (1u << 2) /* REAL: a size (2GiB) is taken as well as the unit */
#define GPH_SETTING_KEYED    (1u << 3) /* a family: `NAME.KEY = value`, asked for by its full name */
#define GPH_SETTING_READS                                                                          \
    (1u << 4) /* PATH: an existing file, relative to the patch; text() gives the full path */
#define GPH_SETTING_OPEN_MIN (1u << 5) /* min itself is not allowed */
#define GPH_SETTING_OR_OFF   (1u << 6) /* REAL: `off` is taken as well, and read as -1 */

/* A value that is fixed while running. */
typedef struct gph_setting {
    uint32_t size;  /* sizeof(gph_setting) */
    uint32_t kind;  /* GPH_SETTING_* */
    uint32_t flags; /* GPH_SETTING_* */
    uint32_t unit;  /* GPH_UNIT_*, for REAL */
    double min;     /* INTEGER, REAL: least value in the base unit; min = max = 0 means no bounds */
    double max;     /* greatest value */
    const char *def; /* what counts when the patch is silent, written as in a patch; NULL: absent */
    const char *name;           /* [a-z0-9-]+ */
    const char *doc;            /* one sentence */
    const char *const *choices; /* CHOICE: the words, ended by NULL; else NULL */
} gph_setting;

/* Trigger directions. */
enum { GPH_TRIGGER_IN = 0, GPH_TRIGGER_OUT = 1 };

/* Something that happens at a frame: taken (IN) or given (OUT). Its index is its place in the
 * type's table. */
typedef struct gph_trigger {
    uint32_t size;      /* sizeof(gph_trigger) */
    uint32_t direction; /* GPH_TRIGGER_* */
    const char *name;   /* [a-z0-9-]+ */
    const char *doc;    /* one sentence, or NULL */
} gph_trigger;

/* ---------------------------------------------------------------- a call of process */

/* What comes in at one port. Frozen. */
typedef struct gph_in {
    uint32_t channels;      /* 0: not wired */
    uint32_t flags;         /* 0 */
    uint64_t silent;        /* a hint: bit c set means that channel c (of the first 64) is all zero;
                               samples are valid */
    const float *const *ch; /* ch[channel][frame]; at least 4-byte aligned */
} gph_in;

/* Where to put what goes out at one port. Every frame of every channel is to be written. Frozen. */
typedef struct gph_out {
    uint32_t channels; /* width of the port */
    uint32_t flags;    /* 0 */
    uint64_t silent;   /* the module may set bit c when channel c is all zero; 0 on entry */
    float *const
        *ch; /* ch[channel][frame]; with GPH_TYPE_IN_PLACE perhaps the same memory as an input */
} gph_out;

/* gph_value flags. */
#define GPH_VALUE_CONSTANT (1u << 0) /* no item moves in this call: every ramp is flat */

/* One parameter in one call. Frozen. */
typedef struct gph_value {
    float value;               /* of item 0 at the last frame of the call */
    uint32_t flags;            /* GPH_VALUE_CONSTANT */
    const float *ramp;         /* item 0: one value a frame, never NULL */
    const float *const *ramps; /* ramps[item][frame], for every item; ramps[0] == ramp */
} gph_value;

/* Event kinds. A reader ignores the kinds that it does not know. */
enum {
    GPH_EVENT_TRIGGER = 0, /* index: the trigger's place in the type's table */
    GPH_EVENT_STREAM =
        1 /* news of a disk stream: index is GPH_STREAM_*, data the frames or bytes it is about */
};

/* Something that happens at a frame. Frozen. */
typedef struct gph_event {
    int64_t when;   /* absolute frame; for a LATE type it may lie before this call */
    uint32_t frame; /* frame in this call, below io->frames; 0 where the runtime splits blocks */
    uint32_t kind;  /* GPH_EVENT_* */
    uint32_t index; /* by kind */
    float value;    /* of a trigger that carries one (MIDI velocity as 0 to 1), else 1 */
    int64_t data;   /* by kind; 0 */
} gph_event;

/* gph_io flags. */
#define GPH_IO_FREEWHEEL                                                                           \
    (1u << 0) /* not in real time: the disk may be waited for by the runtime  \
                                    */
#define GPH_IO_DISCONT                                                                             \
    (1u << 1) /* frames were lost by the host just before this call; `clock` has jumped */
#define GPH_IO_DRAINING (1u << 2) /* inputs have ended; tails are being played out */

/* All of one call of process. Pointers are valid during the call only. Frozen. */
typedef struct gph_io {
    uint32_t frames;         /* 1 to setup->max_frames */
    uint32_t n_events;       /* of `events` */
    int64_t clock;           /* absolute frame of the first frame of this call */
    const gph_in *in;        /* one for each input port */
    gph_out *out;            /* one for each output port */
    const gph_value *params; /* one for each parameter */
    float *const *meters;    /* meters[meter][item]: last written value stays */
    const gph_event *events; /* sorted by frame */
    uint32_t flags;          /* GPH_IO_* */
    uint32_t reserved;       /* 0 */
} gph_io;

/* ---------------------------------------------------------------- setting up */

/* gph_setup flags. */
#define GPH_SETUP_OFFLINE    (1u << 0) /* the run is not in real time */
#define GPH_SETUP_VALIDATING (1u << 1) /* the caller is a test */

/* Given to activate. */
typedef struct gph_setup {
    uint32_t size;                /* sizeof(gph_setup) of the runtime */
    uint32_t max_frames;          /* most frames in a call of process */
    double rate;                  /* frames a second */
    const uint32_t *in_channels;  /* width of each input port; 0: not wired */
    const uint32_t *out_channels; /* width of each output port */
    uint32_t flags;               /* GPH_SETUP_* */
    uint32_t latency; /* the module writes: frames by which the outputs are late; 0 on entry */
    int64_t tail; /* the module writes: frames that sound after the inputs ended; -1: for ever */
} gph_setup;

/* Given to configure. */
typedef struct gph_config gph_config;
struct gph_config {
    uint32_t size;               /* sizeof(gph_config) of the runtime */
    uint32_t flags;              /* GPH_SETUP_* */
    double rate;                 /* frames a second; 0 while `check` does not know it */
    const uint32_t *in_channels; /* width of each input port, resolved; 0: not wired */
    uint32_t
        *out_channels; /* width of each output port by its rule; configure may change RANGE ones */
    /* [control] The text of item `index` of a setting, the default if the patch is silent; NULL if
     * there is none. A setting that is no list has one item. Valid until configure returns. */
    const char *(GPH_CALL *text)(const gph_config *config, const char *name, uint32_t index);
    /* [control] The number of item `index` of a setting, in the base unit: REAL and INTEGER as
     * such, CHOICE the index of the word, SWITCH 0 or 1. Returns how many items the setting has (0:
     * absent, *value is untouched), or GPH_ARGUMENT for a name that is not a setting of the type.
     * `unit`, if not NULL, gets GPH_UNIT_* as written. */
    int32_t(GPH_CALL *number)(const gph_config *config, const char *name, uint32_t index,
                              double *value, uint32_t *unit);
    char *error;             /* on failure the module writes one sentence here; "" on entry */
    uint32_t error_size;     /* bytes of `error` */
    uint32_t reserved;       /* 0 */
    const char *bad_setting; /* on failure the module points to the name of the setting at fault, or
                                leaves NULL */
};

/* What the runtime does for a node. One for each node; valid from create to destroy. */
typedef struct gph_runtime gph_runtime;
struct gph_runtime {
    uint32_t size;      /* sizeof(gph_runtime) of the runtime */
    uint32_t abi_minor; /* minor version of the runtime */
    /* [any] A service by its id, such as GPH_TABLES_ID, or NULL. Never NULL for the profile "base
     * 1": tables, worker, disk. */
    const void *(GPH_CALL *get)(const gph_runtime *rt, const char *id)GPH_AUDIO;
    /* [control, worker] Prints a line; the runtime puts file, line and node before it. */
    void(GPH_CALL *log)(const gph_runtime *rt, uint32_t level, const char *text);
    /* [audio] Reports faults[code] of the type with its %a and %b replaced; wait-free, limited in
     * rate. */
    void(GPH_CALL *fault)(const gph_runtime *rt, uint32_t code, int64_t a, int64_t b) GPH_AUDIO;
    /* [audio, in process] Gives an OUT trigger: event->index names it, event->frame says when (in
     * this call); event->when is filled in by the runtime. */
    void(GPH_CALL *emit)(const gph_runtime *rt, const gph_event *event) GPH_AUDIO;
    /* [any] Asks for deactivate, configure, activate, for instance because the latency has changed.
     */
    void(GPH_CALL *restart)(const gph_runtime *rt) GPH_AUDIO;
};

/* ---------------------------------------------------------------- type and module */

/* gph_type flags. */
#define GPH_TYPE_IN_PLACE                                                                          \
    (1u << 0) /* an output may share memory with the input of equal index and width */
#define GPH_TYPE_INDEPENDENT                                                                       \
    (1u << 1) /* output k needs input k only; a narrow type is replicated over channels */
#define GPH_TYPE_EVENTS                                                                            \
    (1u << 2) /* takes whole blocks with a list of events; others are split at each event */
#define GPH_TYPE_LATE                                                                              \
    (1u << 3) /* takes a trigger in the next cycle by its `when`; makes no ordering edge */
#define GPH_TYPE_VARIES (1u << 4) /* two equal runs may differ (say, it reads a clock) */
/* Like INDEPENDENT a narrow type is replicated over channels; each output of a copy may need all
 * inputs of that copy. */
#define GPH_TYPE_COPIES (1u << 5)

/* A kind of node. */
typedef struct gph_type gph_type;
struct gph_type {
    uint32_t size;    /* sizeof(gph_type) */
    uint32_t flags;   /* GPH_TYPE_* */
    const char *id;   /* [a-z0-9-]+: what `type =` says */
    const char *name; /* for people: "Freeverb" */
    const char *doc;  /* one sentence */

    const gph_port
        *ports; /* table, count, stride; NULL and 0 where there is none: likewise below */
    uint32_t n_ports;
    uint32_t port_stride;
    const gph_param *params;
    uint32_t n_params;
    uint32_t param_stride;
    const gph_meter *meters;
    uint32_t n_meters;
    uint32_t meter_stride;
    const gph_setting *settings;
    uint32_t n_settings;
    uint32_t setting_stride;
    const gph_trigger *triggers;
    uint32_t n_triggers;
    uint32_t trigger_stride;

    const char *const *faults; /* texts for fault(): "table ends %a frames before %b" */
    uint32_t n_faults;
    uint32_t reserved; /* 0 */

    /* All may be NULL but process; NULL means the obvious. */

    /* [control] A new instance, or NULL if memory fails. Cheap: opens no file, device or thread.
     * `rt` lives until destroy. */
    gph_node *(GPH_CALL *create)(const gph_runtime *rt, const gph_type *type);
    /* [control, idle] The end of an instance. */
    void(GPH_CALL *destroy)(gph_node *node);
    /* [control, idle] Reads settings and input widths, opens tables and streams, may set output
     * widths. May come again after deactivate. On failure: a status below 0, a sentence in
     * config->error, config->bad_setting. */
    gph_status(GPH_CALL *configure)(gph_node *node, gph_config *config);
    /* [control, idle, after configure] Ports, parameters, meters of this instance where they differ
     * from the type's, as a type that lives until the next configure or destroy; NULL: as the type
     * says. It has the same input ports, or lacks the last of them. Of its flags IN_PLACE,
     * INDEPENDENT and COPIES count, of its functions none. Where the inputs it shows are narrower
     * than what is wired and it may be replicated, configure comes once more, with the widths of
     * one copy. */
    const gph_type *(GPH_CALL *describe)(gph_node *node);
    /* [control, idle -> active] Allocates for setup->max_frames; writes latency and tail, which
     * hold until deactivate. */
    gph_status(GPH_CALL *activate)(gph_node *node, gph_setup *setup);
    /* [audio, active] One block. GPH_OK, GPH_DONE (a source has ended) or below 0 (the node is then
     * silenced, bypassed or ends the run, as the patch's on_error says). */
    gph_status(GPH_CALL *process)(gph_node *node, const gph_io *io) GPH_AUDIO;
    /* [audio, active] Forgets all history, keeps parameters. */
    void(GPH_CALL *reset)(gph_node *node) GPH_AUDIO;
    /* [control, active -> idle] No call of this node runs or is queued any more. Frees what
     * activate allocated. */
    void(GPH_CALL *deactivate)(gph_node *node);
    /* [any] A const struct by its id (GPH_WORKER_NODE_ID), valid until destroy, or NULL. */
    const void *(GPH_CALL *extension)(gph_node *node, const char *id)GPH_AUDIO;
};

/* What a shared object exports as `gph_module_1`. Its first 16 bytes are read from the file before
 * it is loaded. */
typedef struct gph_module {
    uint32_t size;      /* sizeof(gph_module) */
    uint32_t magic;     /* GPH_MAGIC */
    uint16_t abi_major; /* GPH_ABI_MAJOR the module was built against */
    uint16_t abi_minor; /* GPH_ABI_MINOR the module was built against */
    uint16_t min_minor; /* the least minor version of a runtime that will do; 0 unless the module
                           needs more */
    uint16_t reserved;  /* 0 */
    const char *name;   /* [a-z0-9-]+, the file's name without its ending */
    const char *version;
    const char *author;
    const char *license;          /* SPDX id, such as "MIT" */
    const gph_type *const *types; /* n_types pointers */
    uint32_t n_types;
    uint32_t reserved2; /* 0 */
    const char *url;    /* home page, or NULL */
} gph_module;

/* ---------------------------------------------------------------- service gph.tables/1 */

#define GPH_TABLES_ID "gph.tables/1"

/* Ways to use a table. FOLLOW is a reader that runs before the writer and sees what was there. */
enum { GPH_TABLE_READ = 0, GPH_TABLE_WRITE = 1, GPH_TABLE_FOLLOW = 2 };

/* A handle on a table, from open to deactivate. */
typedef struct gph_table gph_table;

/* Where the writer of a table stands. Frozen. */
typedef struct gph_table_mark {
    uint64_t filled;      /* frames from the start that are real; nobody reads further */
    uint64_t head;        /* next frame to be written */
    uint64_t written;     /* frames written since the node became active */
    uint64_t pass;        /* rounds completed */
    int64_t clock;        /* absolute frame at which `head` will be written */
    uint32_t state;       /* GPH_TABLE_* states */
    uint32_t keeps_spare; /* 1: the writer has something under way in the spare, which no trigger of
                             the table may take away */
    uint64_t round; /* frame at which `head` goes back to 0; 0: it does not, or nobody knows yet */
} gph_table_mark;

/* States of a table's writer. */
enum {
    GPH_TABLE_IDLE = 0,      /* no pass is running */
    GPH_TABLE_RECORDING = 1, /* sound is being written */
    GPH_TABLE_PLAYING = 2    /* the position runs on, nothing is written */
};

/* A table in one block. Valid until process returns; never keep a pointer of it. Frozen.
 *
 * Triggers of the table itself (load, clear, reverse, ...) change it between blocks, though never
 * while its writer is RECORDING: a writer that finds another `generation` than it left goes on from
 * `mark.filled`, and what it kept in the spare is gone; another `bank` means that the spare now has
 * what was here before. */
typedef struct gph_table_view {
    uint32_t channels;
    uint32_t bank;       /* in use: 0 or 1 */
    uint64_t frames;     /* size of the table */
    uint64_t generation; /* one more with every swap, load or clear */
    double rate;         /* frames a second of what is in it */
    float *const *ch;    /* ch[channel][frame]; only the writer may write */
    float *const
        *spare; /* the other bank of a table with `spare = on`, for the writer only; NULL without,
                   and while a trigger of the table works in it */
    gph_table_mark mark; /* as the writer left it */
} gph_table_view;

typedef struct gph_tables {
    uint32_t size;
    uint32_t reserved;
    /* [control, in configure] The table that a setting of kind TABLE names, until deactivate. NULL
     * if there is none or if it has a writer already; the runtime has then said so. At most one
     * writer a table. */
    gph_table *(GPH_CALL *open)(const gph_runtime *rt, const char *setting, uint32_t access);
    /* [audio; control, in configure and activate] What the table is in this block. `ch` is NULL
     * before activate. */
    const gph_table_view *(GPH_CALL *view)(gph_table *table)GPH_AUDIO;
    /* [audio, the writer] Publishes where the writer stands, for readers that run later and for
     * other programs. */
    void(GPH_CALL *mark)(gph_table *table, const gph_table_mark *mark) GPH_AUDIO;
    /* [audio, the writer] Exchanges the bank and the spare; the view changes at once for everyone
     * who runs later. GPH_STATE if `spare` of the view is NULL. */
    gph_status(GPH_CALL *swap)(gph_table *table) GPH_AUDIO;
} gph_tables;

/* ---------------------------------------------------------------- service gph.worker/1 */

#define GPH_WORKER_ID "gph.worker/1"

/* What the runtime offers for work that audio threads may not do. Offline it runs before the next
 * process. */
typedef struct gph_worker {
    uint32_t size;
    uint32_t reserved;
    /* [audio] Copies at most GPH_MAX_JOB bytes to a queue; 1 queued, 0 full. */
    int32_t(GPH_CALL *schedule)(const gph_runtime *rt, const void *data, uint32_t size) GPH_AUDIO;
    /* [worker, in work] Sends at most GPH_MAX_JOB bytes back; 1 sent, 0 full. */
    int32_t(GPH_CALL *respond)(const gph_runtime *rt, const void *data, uint32_t size);
} gph_worker;

/* What a module's `extension` gives for this id. */
#define GPH_WORKER_NODE_ID "gph.worker.node/1"

typedef struct gph_worker_node {
    uint32_t size;
    uint32_t reserved;
    /* [worker] Runs a job. */
    void(GPH_CALL *work)(gph_node *node, const void *data, uint32_t size);
    /* [audio, active] An answer, before the next process; NULL if none is expected. */
    void(GPH_CALL *done)(gph_node *node, const void *data, uint32_t size) GPH_AUDIO;
} gph_worker_node;

/* ---------------------------------------------------------------- extension gph.plugins/1 */

/* What the `extension` of a type gives for this id if the type loads plugins of another system. Such
 * a type has a setting `plugin`, which takes a plugin's name, and `describe`. */
#define GPH_PLUGINS_ID "gph.plugins/1"

/* A plugin that was found. */
typedef struct gph_plugin {
    uint32_t size;       /* sizeof(gph_plugin) */
    uint32_t n_in;       /* channels that one copy takes */
    uint32_t n_out;      /* channels that one copy gives */
    uint32_t n_params;   /* parameters */
    const char *id;      /* what `plugin =` takes */
    const char *name;    /* for people */
    const char *author;  /* or NULL */
    const char *license; /* or NULL */
    const char *path;    /* of its file or folder */
    const char *refused; /* why it cannot be used, a sentence; NULL: it can */
} gph_plugin;

typedef struct gph_plugins {
    uint32_t size;
    uint32_t reserved;
    /* [control, idle] Calls `each` for every plugin that is installed, in the order of the search,
     * and for what cannot be used. A plugin and its texts are valid during that call. What others
     * have made is best loaded in another process, so that nothing of it can end this one. */
    gph_status(GPH_CALL *list)(gph_node *node,
                               void(GPH_CALL *each)(void *user, const gph_plugin *plugin),
                               void *user);
    /* [control, idle] What `describe` would give for one plugin, at 48000 frames a second; valid
     * until the next call for this node. NULL: a sentence is in `error`. */
    const gph_type *(GPH_CALL *look)(gph_node *node, const char *plugin, char *error,
                                     uint32_t error_size);
} gph_plugins;

/* ---------------------------------------------------------------- service gph.disk/1 */

#define GPH_DISK_ID "gph.disk/1"

/* A file, or several, being written or read beside the audio thread. */
typedef struct gph_stream gph_stream;

/* What a file shows for frames that are missing. */
enum { GPH_GAP_SILENCE = 0, GPH_GAP_SPLIT = 1, GPH_GAP_STOP = 2 };
/* One interleaved file, or one file a channel. */
enum { GPH_FILES_ONE = 0, GPH_FILES_PER_CHANNEL = 1 };
/* What happens to NaN and Inf. */
enum { GPH_NAN_ZERO = 0, GPH_NAN_KEEP = 1 };

/* A tag of a file: title artist album comment copyright genre date track license. Frozen. */
typedef struct gph_tag {
    const char *key;
    const char *value;
} gph_tag;

/* What to write. Zero is the default everywhere but in `channels` and `file`. Texts are copied. */
typedef struct gph_stream_write {
    uint32_t size;
    uint32_t channels; /* 1 to GPH_MAX_CHANNELS */
    const char *file;  /* template of the name, as the patch gave it: /data/%Y/{take}-{node}.wav */
    const char
        *format; /* container-sample: "wav-s24"; either half may be left out; NULL: by the ending */
    const char *const *labels; /* n_labels names of channels, or NULL */
    uint32_t n_labels;
    uint32_t files;           /* GPH_FILES_* */
    double buffer_seconds;    /* of the ring; 0: 5 */
    double preroll_seconds;   /* from before the start */
    double sync_seconds;      /* between two barriers; 0: 1; below 0: left to the kernel */
    double gap_limit_seconds; /* a longer gap always splits; 0: 10 */
    double rotate_seconds;    /* a new file so often; 0: never */
    int64_t rotate_bytes;     /* a new file before this size; 0: never */
    int64_t min_free_bytes;   /* stop before the disk has less */
    double reserve_seconds;   /* disk taken ahead; 0: 60; below 0: none */
    double quality;           /* 0 to 1 for ogg and flac; below 0 or not set by flag: 0.4 */
    uint32_t gap;             /* GPH_GAP_* */
    uint32_t nan;             /* GPH_NAN_* */
    uint32_t flags;           /* GPH_STREAM_* flags below */
    uint32_t n_tags;
    const gph_tag *tags;
    const char *failover; /* folder for the next part when the disk fails, or NULL */
} gph_stream_write;

#define GPH_STREAM_DITHER       (1u << 0) /* triangular dither to s16 and s24 */
#define GPH_STREAM_NO_ALIGN     (1u << 1) /* no compensation of latency */
#define GPH_STREAM_UTC          (1u << 2) /* names in UTC */
#define GPH_STREAM_ROTATE_CLOCK (1u << 3) /* rotate at whole multiples of the wall clock */
#define GPH_STREAM_NEW_RATE     (1u << 4) /* another rate of the host begins a new take */
#define GPH_STREAM_QUALITY      (1u << 5) /* `quality` is set */
#define GPH_STREAM_CODES                                                                           \
    (1u << 6) /* format came from pyo's numbers: the file's ending wins, with a warning */

/* What to read. */
typedef struct gph_stream_read {
    uint32_t size;
    uint32_t flags;        /* GPH_STREAM_CONVERT */
    const char *file;      /* full path */
    double buffer_seconds; /* of the ring; 0: 5 */
    int64_t offset;        /* first frame */
    uint32_t channels;     /* written by open_read */
    uint32_t reserved;
    double rate;    /* written by open_read: of the file */
    int64_t frames; /* written by open_read: length from `offset` at the rate of the run; -1: not
                       known */
} gph_stream_read;

#define GPH_STREAM_CONVERT                                                                         \
    (1u << 8) /* convert another rate to the rate of the run instead of refusing it */
#define GPH_STREAM_LOOP (1u << 9) /* go on at the beginning when the file ends */

/* News that comes back as GPH_EVENT_STREAM. */
enum {
    GPH_STREAM_OPENED = 0,    /* a file was opened; data: its first frame */
    GPH_STREAM_CLOSED = 1,    /* a file has its final name; data: its frames */
    GPH_STREAM_GAP = 2,       /* frames are missing; data: how many */
    GPH_STREAM_HALF_FULL = 3, /* the ring is past 50 % */
    GPH_STREAM_DISK_LOW = 4,  /* data: seconds left */
    GPH_STREAM_FAILED = 5     /* the disk refuses; data: errno of the system */
};

/* Figures of a stream. */
typedef struct gph_stream_stats {
    uint32_t size;
    uint32_t recording; /* 1 between start and stop */
    int64_t frames;     /* written to, or read from, the present take */
    int64_t lost;       /* frames missing in the present take */
    int64_t gaps;       /* how many times */
    int64_t fill;       /* frames in the ring */
    int64_t peak_fill;  /* most frames in the ring so far */
    int64_t capacity;   /* frames that the ring holds */
    int64_t free_bytes; /* on the disk; -1: not known */
    int64_t clipped;    /* samples outside -1 to 1 */
    int64_t not_finite; /* samples that were NaN or Inf */
} gph_stream_stats;

typedef struct gph_disk {
    uint32_t size;
    uint32_t reserved;
    /* [control, in configure] Checks everything that can be checked; makes the stream, opens no
     * file. NULL on failure: a sentence is then in config->error and the culprit in
     * config->bad_setting. Closed by the runtime at deactivate if the module does not. */
    gph_stream *(GPH_CALL *open_write)(const gph_runtime *rt, gph_config *config,
                                       const gph_stream_write *what);
    /* [control, in configure] Likewise, for reading; opens the file. */
    gph_stream *(GPH_CALL *open_read)(const gph_runtime *rt, gph_config *config,
                                      gph_stream_read *what);
    /* [control, idle] Finishes what is being written, frees the stream. */
    void(GPH_CALL *close)(gph_stream *stream);
    /* [audio] The take begins with absolute frame `when` (the file with `when` minus pre-roll),
     * which may lie up to the ring's length in the past. GPH_STATE while recording. */
    gph_status(GPH_CALL *start)(gph_stream *stream, int64_t when) GPH_AUDIO;
    /* [audio] `when` is the first frame that is not taken any more; it may lie ahead. */
    gph_status(GPH_CALL *stop)(gph_stream *stream, int64_t when) GPH_AUDIO;
    /* [audio] A cue (`split` = 0) or a new file (1) at absolute frame `when`. */
    gph_status(GPH_CALL *mark)(gph_stream *stream, int64_t when, uint32_t split) GPH_AUDIO;
    /* [audio] The next frames, the first of which is absolute frame `clock`; called between takes
     * too: that is the pre-roll. Never waits in real time; a block that does not fit is dropped
     * whole and becomes a gap of its exact length. Returns frames taken. */
    uint32_t(GPH_CALL *write)(gph_stream *stream, int64_t clock, const float *const *ch,
                              uint32_t frames) GPH_AUDIO;
    /* [audio] The next frames of a file; missing ones are zero and counted. Returns frames read;
     * fewer than asked at the end of the file. */
    uint32_t(GPH_CALL *read)(gph_stream *stream, float *const *ch, uint32_t frames) GPH_AUDIO;
    /* [audio] Goes to a frame, counted from `offset`. Silence until the disk has caught up, except
     * freewheeling. */
    gph_status(GPH_CALL *seek)(gph_stream *stream, int64_t frame) GPH_AUDIO;
    /* [any] The figures; stats->size says how many the caller knows. */
    void(GPH_CALL *stats)(gph_stream *stream, gph_stream_stats *stats) GPH_AUDIO;
} gph_disk;

/* ---------------------------------------------------------------- writing a module */

/* clang-format off */
/* Elements of tables. */
#define GPH_IN(name_)                     {sizeof(gph_port), 0, GPH_PORT_IN, 0, GPH_WIDTH_RANGE, 1, GPH_MAX_CHANNELS, 0, name_, 0}
#define GPH_IN_N(name_, min_, max_)       {sizeof(gph_port), 0, GPH_PORT_IN, 0, GPH_WIDTH_RANGE, min_, max_, 0, name_, 0}
#define GPH_SIDECHAIN(name_, doc_)                                                                   \
    {sizeof(gph_port), GPH_PORT_OPTIONAL | GPH_PORT_SIDECHAIN, GPH_PORT_IN, 0, GPH_WIDTH_RANGE, 1,    \
     GPH_MAX_CHANNELS, 0, name_, doc_}
/* An output as wide as port 0. */
#define GPH_OUT(name_)                    {sizeof(gph_port), 0, GPH_PORT_OUT, 0, GPH_WIDTH_SAME_AS, 1, GPH_MAX_CHANNELS, 0, name_, 0}
#define GPH_OUT_N(name_, min_, max_)      {sizeof(gph_port), 0, GPH_PORT_OUT, 0, GPH_WIDTH_RANGE, min_, max_, 0, name_, 0}

/* A port with all members. */
#define GPH_PORT_X(name_, direction_, flags_, rule_, min_, max_, ref_, doc_) \
    {sizeof(gph_port), flags_, direction_, GPH_PORT_AUDIO, rule_, min_, max_, ref_, name_, doc_}
/* The usual two, with documentation: an input of any width, and an output as wide as port 0. */
#define GPH_IN_DOC(name_, doc_)  GPH_PORT_X(name_, GPH_PORT_IN, 0, GPH_WIDTH_RANGE, 1, GPH_MAX_CHANNELS, 0, doc_)
#define GPH_OUT_DOC(name_, doc_) GPH_PORT_X(name_, GPH_PORT_OUT, 0, GPH_WIDTH_SAME_AS, 1, GPH_MAX_CHANNELS, 0, doc_)

/* A parameter; one in dB that arrives as linear gain; one with index rule and flags. */
#define GPH_PARAM(name_, unit_, min_, def_, max_, doc_) \
    {sizeof(gph_param), 0, unit_, GPH_INDEX_ONE, 0, min_, def_, max_, 0, 0, name_, doc_, 0}
#define GPH_GAIN(name_, min_, def_, max_, doc_) \
    {sizeof(gph_param), GPH_PARAM_GAIN, GPH_UNIT_DB, GPH_INDEX_ONE, 0, min_, def_, max_, 0, 0, name_, doc_, 0}
#define GPH_PARAM_X(name_, flags_, unit_, rule_, items_, min_, def_, max_, smooth_ms_, doc_, choices_) \
    {sizeof(gph_param), flags_, unit_, rule_, items_, min_, def_, max_, smooth_ms_, 0, name_, doc_, choices_}

#define GPH_METER(name_, unit_, rule_, doc_) {sizeof(gph_meter), unit_, rule_, 0, name_, doc_}
#define GPH_TRIGGER(name_, doc_)             {sizeof(gph_trigger), GPH_TRIGGER_IN, name_, doc_}
#define GPH_GIVES(name_, doc_)               {sizeof(gph_trigger), GPH_TRIGGER_OUT, name_, doc_}

/* Settings: text, whole number, number with a unit, choice, switch, table, or all members. */
#define GPH_TEXT(name_, flags_, def_, doc_) \
    {sizeof(gph_setting), GPH_SETTING_TEXT, flags_, 0, 0, 0, def_, name_, doc_, 0}
#define GPH_INTEGER(name_, min_, max_, def_, doc_) \
    {sizeof(gph_setting), GPH_SETTING_INTEGER, 0, 0, min_, max_, def_, name_, doc_, 0}
#define GPH_REAL(name_, unit_, min_, max_, def_, doc_) \
    {sizeof(gph_setting), GPH_SETTING_REAL, 0, unit_, min_, max_, def_, name_, doc_, 0}
#define GPH_CHOICE(name_, choices_, def_, doc_) \
    {sizeof(gph_setting), GPH_SETTING_CHOICE, 0, 0, 0, 0, def_, name_, doc_, choices_}
#define GPH_SWITCH(name_, def_, doc_) \
    {sizeof(gph_setting), GPH_SETTING_SWITCH, 0, 0, 0, 0, def_, name_, doc_, 0}
#define GPH_TABLE(name_, doc_) \
    {sizeof(gph_setting), GPH_SETTING_TABLE, GPH_SETTING_REQUIRED, 0, 0, 0, 0, name_, doc_, 0}
#define GPH_SETTING_X(name_, kind_, flags_, unit_, min_, max_, def_, doc_, choices_) \
    {sizeof(gph_setting), kind_, flags_, unit_, min_, max_, def_, name_, doc_, choices_}

/* Members of a gph_type. */
#define GPH_COUNT(array) ((uint32_t) (sizeof(array) / sizeof((array)[0])))
#define GPH_TYPE(id_, name_, doc_, flags_) \
    .size = sizeof(gph_type), .flags = (flags_), .id = (id_), .name = (name_), .doc = (doc_)
#define GPH_PORTS(t)    .ports = (t), .n_ports = GPH_COUNT(t), .port_stride = sizeof((t)[0])
#define GPH_PARAMS(t)   .params = (t), .n_params = GPH_COUNT(t), .param_stride = sizeof((t)[0])
#define GPH_METERS(t)   .meters = (t), .n_meters = GPH_COUNT(t), .meter_stride = sizeof((t)[0])
#define GPH_SETTINGS(t) .settings = (t), .n_settings = GPH_COUNT(t), .setting_stride = sizeof((t)[0])
#define GPH_TRIGGERS(t) .triggers = (t), .n_triggers = GPH_COUNT(t), .trigger_stride = sizeof((t)[0])
#define GPH_FAULTS(t)   .faults = (t), .n_faults = GPH_COUNT(t)

/* The one export: name, version, author, license and the types, each as `&type`. Ends a module's file. */
extern GPH_EXPORT const gph_module gph_module_1; /* makes it the one visible symbol, in C++ too */
#define GPH_MODULE(name_, version_, author_, license_, ...)                                         \
    static const gph_type *const gph_module_types[] = {__VA_ARGS__};                                \
    const gph_module gph_module_1 = {                                                    \
        sizeof(gph_module), GPH_MAGIC, GPH_ABI_MAJOR, GPH_ABI_MINOR, 0, 0, name_, version_, author_, \
        license_, gph_module_types, GPH_COUNT(gph_module_types), 0, 0};

/* clang-format on */

#ifdef __cplusplus
}
#endif

#endif

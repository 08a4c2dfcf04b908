/* libgraphophone: load a patch, run it, control it, from another program. The program `graphophone` uses nothing else.
 *
 * Threads. Everything here is called on one thread, the control thread, unless it says [any]. Callbacks come on the
 * control thread, inside the call that names them. Nothing blocks longer than it says.
 *
 * Life of a rig: gph_rig_load -> gph_rig_open -> gph_rig_start -> gph_rig_dispatch ... -> gph_rig_stop -> gph_rig_free.
 * gph_rig_load alone is `graphophone check`: it opens no device and writes no file.
 *
 * Text is UTF-8 and belongs to the library; it lives until the next call with the same rig, unless said otherwise.
 * Structs that begin with `size` are filled by the library up to the size that the caller wrote there.
 */
#ifndef GRAPHOPHONE_GRAPHOPHONE_H
#define GRAPHOPHONE_GRAPHOPHONE_H

#include <graphophone/host.h>
#include <graphophone/module.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Version of the library, "0.1.0". Lives for ever. [any] */
GPH_EXPORT const char *gph_version(void);

/* An English sentence for a status. Lives for ever. [any] */
GPH_EXPORT const char *gph_status_text(gph_status status);

/* The word of a list, ended by NULL, that was probably meant (at most 2 edits and half its length), or NULL. [any] */
GPH_EXPORT const char *gph_nearest(const char *word, const char *const *words);

/* Exit statuses of the program, and what gph_rig_exit_status returns. */
enum {
    GPH_EXIT_OK = 0, /* everything that was asked for is in the files */
    GPH_EXIT_FRAMES =
        1, /* it ran to its end and frames are missing or wrong; the summary lists them */
    GPH_EXIT_PATCH = 2,  /* command line or patch refused, nothing started */
    GPH_EXIT_MODULE = 3, /* a module was not found, refused, or failed while running */
    GPH_EXIT_HOST = 4,   /* host or device: not there, or lost and not regained */
    GPH_EXIT_DISK =
        5, /* disk: nothing could be opened, or one filled up or failed, even if no frame is lost */
    GPH_EXIT_MACHINE =
        6, /* the machine denied what the patch requires: real time, locked memory, size */
    GPH_EXIT_INTERNAL = 70 /* internal error */
};

/* ---------------------------------------------------------------- messages */

/* One message: a problem in a patch, a warning, something that happened while running. Valid during the call. */
typedef struct gph_rig_message {
    uint32_t size;
    uint32_t level;   /* GPH_LOG_* */
    const char *file; /* of the patch, or NULL */
    uint32_t line;    /* from 1; 0: none */
    uint32_t column;  /* from 1, in characters; 0: none */
    const char *node; /* node it is about, or NULL */
    const char *text; /* one sentence */
    const char *
        rendered; /* all of it as a person should see it, with source line and caret, notes included; no final
                             newline */
    int64_t frame; /* absolute frame it happened at; -1: none */
} gph_rig_message;

/* What is called with each message of a rig. */
typedef void(GPH_CALL *gph_rig_message_function)(void *user, const gph_rig_message *message);

/* ---------------------------------------------------------------- loading */

typedef struct gph_rig gph_rig;

/* What the command line may say beside the patch. Zero is the default everywhere. Texts are copied. */
typedef struct gph_rig_options {
    uint32_t size;
    uint32_t flags;                    /* GPH_RIG_* */
    const char *const *module_folders; /* searched first, in order */
    const char *const *host_folders;   /* likewise */
    const char *const *sets;           /* lines "node.key=value" that replace or add a key */
    uint32_t n_module_folders;
    uint32_t n_host_folders;
    uint32_t n_sets;
    uint32_t reserved;
    const char *host; /* instead of [patch] host; likewise below, each in the words of a patch */
    const char *rate;
    const char *block;
    const char *device;
    const char *length;
    gph_rig_message_function message; /* told of everything; NULL: lines go to standard error */
    void *user;                       /* first argument of message */
    const char *
        writer; /* a word: this program, started once more with it alone, calls gph_writer_main. A live rig then
                           has its takes written by that process, so that they are whole even where a module takes this
                           one down. Lives as long as the rig. NULL: threads of this process write. */
    const char *const *
        faults; /* "stall=5s", or several with commas between: the run is a rehearsal, see gph_rig_rehearsal */
    uint32_t n_faults;
    uint32_t reserved2;
} gph_rig_options;

#define GPH_RIG_COLOUR (1u << 0) /* `rendered` has terminal colours */
#define GPH_RIG_OWNS_PROCESS                                                                       \
    (1u                                                                                            \
     << 2) /* this process is there for this one rig: from start to stop its signals are used. A module that does   \
                 not return is cut (SIGXCPU, RLIMIT_RTTIME), one that crashes is named on standard error before the    \
                 system does what it does (SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT). Without it neither happens. One  \
                 rig at a time. */
#define GPH_RIG_REPORT                                                                             \
    (1u << 1) /* only looked at, never to be run (graph, check): memory of tables is not taken */

/* Reads a patch and checks all of it. On failure *rig is NULL, the problems have been told, and the exit status (PATCH,
 * MODULE, ...) is returned; 0 otherwise. */
GPH_EXPORT int gph_rig_load(const char *path, const gph_rig_options *options, gph_rig **rig);

/* Frees it, stopping first if need be. NULL is accepted. */
GPH_EXPORT void gph_rig_free(gph_rig *rig);

/* ---------------------------------------------------------------- running */

/* Opens host and device and readies everything, reserving memory; no sound yet. Returns an exit status. */
GPH_EXPORT int gph_rig_open(gph_rig *rig);

/* Starts. Returns an exit status. */
GPH_EXPORT int gph_rig_start(gph_rig *rig);

/* Delivers what has happened: host events, triggers of `at`, `every` and OSC, disk news, messages; then waits up to
 * `timeout_ms` for more. Offline it also does the work: up to about `timeout_ms` of rendering. Returns 1 while the rig
 * runs, 0 when it has come to its end (length, end of the players, host gone for good, failure). */
GPH_EXPORT int gph_rig_dispatch(gph_rig *rig, int32_t timeout_ms);

/* Ends it: the takes are finished with the last frame that the host delivered and get their names. Returns when they
 * have, at the latest after 10 s. Returns gph_rig_exit_status. Idempotent. */
GPH_EXPORT int gph_rig_stop(gph_rig *rig);

/* The exit status as it stands: of the failures so far the first of DISK, HOST, MODULE, FRAMES; else 0. */
GPH_EXPORT int gph_rig_exit_status(const gph_rig *rig);

/* What a program does that was started with the word of gph_rig_options.writer: writes takes until the rig is gone and
 * all is in files. Returns the exit status for main. */
GPH_EXPORT int gph_writer_main(void);

/* ---------------------------------------------------------------- control */

/* Sends a trigger: "dry.toggle". It takes effect at the first frame of the next cycle. GPH_ARGUMENT: there is no such
 * one, and a message with the nearest name has been told. GPH_LIMIT: the queue is full. */
GPH_EXPORT gph_status gph_rig_trigger(gph_rig *rig, const char *target);

/* Sets a parameter, "verb.mix" or, one item of it, "trim.gain[17]" (items from 1, as in a patch), to a value in its base
 * unit. Beyond its range it is clamped. */
GPH_EXPORT gph_status gph_rig_set(gph_rig *rig, const char *target, double value);

/* Likewise, with a value as a patch would have it: "-6dB". */
GPH_EXPORT gph_status gph_rig_set_text(gph_rig *rig, const char *target, const char *value);

/* A key of the [control] section was pressed: the name as a patch has it ("r", "space"). Returns how many bindings it
 * has; 0: none. */
GPH_EXPORT uint32_t gph_rig_key(gph_rig *rig, const char *key);

/* ---------------------------------------------------------------- looking */

/* The whole rig. */
typedef struct gph_rig_info {
    uint32_t size;
    uint32_t n_nodes;
    uint32_t n_recorders;   /* disk streams that write */
    uint32_t n_takes;       /* files closed so far: see gph_rig_take */
    const char *name;       /* of the patch */
    const char *path;       /* of the patch file */
    const char *host;       /* id: "jack" */
    const char *device;     /* name for people, "" before open */
    const char *deviations; /* what the host gave other than asked, lines; "" if nothing */
    const char *
        rights; /* "real-time FIFO 70, memory 212 of 212 MB locked, watchdog on", "" before start */
    double rate;          /* frames a second; before open the patch's, or 48000 */
    uint32_t rate_known;  /* 0: the host decides */
    uint32_t block;       /* frames; 0: not known */
    uint32_t channels_in; /* of the host that are used */
    uint32_t channels_out;
    uint32_t latency;    /* frames from inputs to outputs that the graph adds */
    uint32_t latency_in; /* of the host beyond the block, greatest */
    uint32_t latency_out;
    uint32_t offline;      /* 1: not in real time */
    int64_t length;        /* frames the run will last; -1: until the players end; -2: endless */
    uint64_t table_bytes;  /* memory of all tables */
    uint64_t buffer_bytes; /* memory of the graph's buffers */
    uint32_t n_faults;     /* of a rehearsal: see gph_rig_rehearsal; 0: this is none */
    uint32_t reserved;
} gph_rig_info;

/* Fills in `info`. */
GPH_EXPORT void gph_rig_get_info(const gph_rig *rig, gph_rig_info *info);

/* A node, in the order in which the rig runs them. */
typedef struct gph_rig_node {
    uint32_t size;
    uint32_t line;    /* in `file` */
    const char *file; /* of the patch that has its section */
    const char *name;
    const char *type;
    const gph_type
        *descriptor; /* as the runtime understood it, of this instance; lives as long as the rig */
    uint32_t n_in;   /* input ports */
    uint32_t n_out;
    const uint32_t *in_channels;
    const uint32_t *out_channels;
    uint32_t copies;       /* instances, where a narrow type is replicated; else 1 */
    uint32_t latency;      /* frames that it adds */
    int64_t tail;          /* frames; -1 for ever */
    uint32_t muted;        /* GPH_NODE_*: it failed and is silent or bypassed */
    uint32_t resets;       /* how often it was reset because NaN or Inf came out of it */
    double process_ns;     /* time of a call on average, of all copies; 0: not measured */
    double process_ns_max; /* of the longest call of a copy; live, every call is measured */
    uint64_t late;         /* late cycles in which it took longest of all nodes: who is slow */
    int64_t muted_at;      /* frame; -1: it plays */
} gph_rig_node;

/* Why a node is muted. */
enum {
    GPH_NODE_PLAYS = 0,
    GPH_NODE_MUTED_ERROR = 1,      /* process returned an error */
    GPH_NODE_MUTED_NOT_FINITE = 2, /* NaN or Inf twice within 10 s */
    GPH_NODE_MUTED_CUT = 3         /* process did not return and was cut */
};

/* Fills in node `index`, from 0. GPH_ARGUMENT: there are not so many. */
GPH_EXPORT gph_status gph_rig_get_node(const gph_rig *rig, uint32_t index, gph_rig_node *node);

/* The picture of the graph in the language of graphviz (DOT). Lives until the rig is freed. */
GPH_EXPORT const char *gph_rig_dot(gph_rig *rig);

/* The patch in canonical form, as `check` understood it. Lives until the rig is freed. */
GPH_EXPORT const char *gph_rig_print(gph_rig *rig);

/* How it goes. */
typedef struct gph_rig_status {
    uint32_t size;
    uint32_t host_state; /* GPH_STREAM_STATE_* */
    int64_t frame;       /* frames since the start, lost ones included */
    uint64_t xruns;      /* late cycles as the host tells them */
    uint64_t lost_in;    /* frames the host lost */
    uint64_t lost_out;
    uint64_t gaps;        /* gaps in takes */
    uint64_t lost_frames; /* frames missing in takes */
    double load;          /* of the audio thread, 0 to 1 */
    double drift_ppm;
    double cycle_us_p50; /* time of a cycle, median over the run; likewise p99 and the greatest */
    double cycle_us_p99;
    double cycle_us_max;
    uint64_t late_cycles; /* that took longer than their frames last; offline none is late */
    uint64_t dropped_triggers;
    uint64_t not_finite; /* samples that were NaN or Inf and became 0 */
    uint64_t muted_nodes;
    const char *host_text; /* why the host is in its state, "" */
    uint64_t
        writer_deaths; /* how often the writer process has died and another has taken its place */
} gph_rig_status;

/* Fills in how things stand now. */
GPH_EXPORT void gph_rig_get_status(gph_rig *rig, gph_rig_status *status);

/* States of a recorder. */
enum {
    GPH_RECORDER_ARMED = 0,
    GPH_RECORDER_RECORDING = 1,
    GPH_RECORDER_DEGRADED = 2,
    GPH_RECORDER_CLOSING = 3,
    GPH_RECORDER_FAILED = 4
};

/* A disk stream that writes. */
typedef struct gph_rig_recorder {
    uint32_t size;
    uint32_t state; /* GPH_RECORDER_* */
    const char *node;
    const char *reason; /* of the state, "" */
    const char *file;   /* being written; while armed as the patch has it; or "" */
    const char *format; /* "wav-s24" */
    uint32_t channels;
    uint32_t takes; /* closed so far */
    int64_t frames; /* of the present take */
    uint64_t bytes; /* of the present take */
    int64_t lost;   /* frames missing in it */
    uint64_t gaps;
    double fill; /* of the ring, 0 to 1 */
    double fill_peak;
    double seconds_left; /* on the disk at this format; below 0: not known */
    double bytes_per_second;
    uint64_t clipped;
    uint64_t not_finite;
    const float *peaks;      /* `channels` linear peaks of the last 0.3 to 0.6 s */
    int64_t synced;          /* frames of the present take that are on the disk for sure */
    uint64_t parts;          /* files begun since the start, a set of one a channel is one */
    uint64_t failovers;      /* how often the folder was changed */
    double longest_write_ms; /* of a write to the disk, and of a barrier, since the start */
    double longest_barrier_ms;
    const float *rms; /* `channels` linear roots of the mean square, of the time of `peaks` */
} gph_rig_recorder;

/* Fills in recorder `index`, from 0. GPH_ARGUMENT: there are not so many. */
GPH_EXPORT gph_status gph_rig_get_recorder(gph_rig *rig, uint32_t index,
                                           gph_rig_recorder *recorder);

/* A gap in a take. */
typedef struct gph_rig_gap {
    int64_t at; /* frame in the file; below 0: before its first one; its frames or more: behind */
    int64_t frames; /* silence stands for them but before and behind */
} gph_rig_gap;

/* A file that has been finished. Texts live as long as the rig. */
typedef struct gph_rig_take {
    uint32_t size;
    uint32_t channels;
    const char *path;
    const char *node;
    const char *format;
    double rate;
    int64_t frames;
    uint64_t bytes;
    int64_t first_frame; /* of the run, pre-roll counted in */
    int64_t lost;
    uint64_t clipped;
    uint64_t not_finite;
    uint32_t n_gaps;   /* in `gaps`; the first 1,000 */
    uint32_t complete; /* 1: closed in order; 0: what could be saved */
    const gph_rig_gap *gaps;
    const float *
        peaks; /* one a channel, linear; NaN: not known, as whoever wrote the file died while closing it */
    const float *rms; /* likewise, root of the mean square of all its frames */
} gph_rig_take;

/* Fills in take `index`, from 0. GPH_ARGUMENT: there are not so many. */
GPH_EXPORT gph_status gph_rig_get_take(const gph_rig *rig, uint32_t index, gph_rig_take *take);

/* ---------------------------------------------------------------- rehearsals */

/* A rehearsal is a run with faults, one after the other: each is injected where a real one would come from, 2 s after a take
 * began or the fault before was got over, while the rig records. Its takes go into folders `rehearsal` below those of the
 * real ones, which are neither counted nor touched. It ends 2 s after the last fault, offline with the patch; the exit status
 * is what real faults would have given, or FRAMES where one could not take place. Every fault is over by itself, and with
 * the rig. */

/* Faults. */
enum {
    GPH_REHEARSE_STALL = 0, /* the disk of the takes stands still */
    GPH_REHEARSE_FULL = 1,  /* it has no room; `failover` has, where it is on another disk */
    GPH_REHEARSE_XRUN = 2,  /* the host loses frames */
    GPH_REHEARSE_UNPLUG = 3 /* device or server go and come back */
};

/* How far a fault has come. */
enum {
    GPH_REHEARSAL_WAITS = 0,     /* for a take, or its turn; at the end: it did not take place */
    GPH_REHEARSAL_UNDER_WAY = 1, /* it is there; at the end: the end came first */
    GPH_REHEARSAL_OVER = 2,      /* it is over, the rig not over it; at the end: it never was */
    GPH_REHEARSAL_DONE = 3       /* the rig does as before */
};

/* Frames that are missing in a file of a rehearsal. */
typedef struct gph_rig_rehearsal_gap {
    const char *path; /* of the file; lives as long as the rig */
    int64_t at;       /* frame in the file */
    int64_t frames;
} gph_rig_rehearsal_gap;

/* A fault of a rehearsal. Texts live as long as the rig. */
typedef struct gph_rig_rehearsal {
    uint32_t size;
    uint32_t fault;      /* GPH_REHEARSE_* */
    uint32_t state;      /* GPH_REHEARSAL_* */
    uint32_t n_gaps;     /* in `gaps`, once the rig has stopped */
    const char *word;    /* "stall" */
    const char *verdict; /* one line, once the rig has stopped; before "" */
    double seconds;      /* that it is to last */
    int64_t begun;       /* frame of the run; -1: it has not */
    int64_t ended;       /* frame at which all was well again; -1: it is not */
    int64_t
        lost; /* frames missing on its account, of the recorder that misses most; once stopped */
    double ring_peak;    /* of the fullest ring meanwhile, 0 to 1 */
    double ring_seconds; /* that the smallest ring holds: so long a disk may stand; 0: not known */
    uint32_t took_over;  /* 1: parts went to the folder `failover` */
    uint32_t reserved;
    const gph_rig_rehearsal_gap *gaps; /* where they are missing, in each file that misses some */
} gph_rig_rehearsal;

/* Fills in fault `index`, from 0. GPH_ARGUMENT: there are not so many. */
GPH_EXPORT gph_status gph_rig_get_rehearsal(const gph_rig *rig, uint32_t index,
                                            gph_rig_rehearsal *rehearsal);

/* A meter's or parameter's present value, "level.peak[1]", "trim.gain[3]", in its base unit. */
GPH_EXPORT gph_status gph_rig_get(gph_rig *rig, const char *target, double *value);

/* ---------------------------------------------------------------- status pages */

/* Puts a text (UTF-8, `graphophone` puts JSON) where other programs of the user can read it while the rig runs, instead
 * of the one before: the shared memory "graphophone-UID-PATCH", mode 0600. Gone when the rig is freed; after a crash it
 * stays until the next run of that patch. GPH_STATE: another running rig of the name has a page. GPH_LIMIT: it is longer
 * than 511 KiB. */
GPH_EXPORT gph_status gph_rig_publish(gph_rig *rig, const char *text);

/* A page as it was read. Texts live during the call that gives it. */
typedef struct gph_page {
    uint32_t size;
    uint32_t alive;   /* 1: the rig runs; 0: it has crashed */
    uint32_t process; /* number of its process */
    uint32_t reserved;
    const char *name; /* of the patch */
    const char *text; /* as it was published */
    int64_t wall_ns;  /* when, nanoseconds since 1970 */
} gph_page;

/* What is called with each page. */
typedef void(GPH_CALL *gph_page_function)(void *user, const gph_page *page);

/* Calls `each` for each page of this user, or of the patch called `name`. GPH_IO: the system does not say which there
 * are. [any] */
GPH_EXPORT gph_status gph_page_each(const char *name, gph_page_function each, void *user);

/* ---------------------------------------------------------------- recovery */

/* What became of something that a crash had left. */
enum {
    GPH_RECOVERED_FILE,    /* it has its name */
    GPH_RECOVERED_TABLE,   /* the sound of a shared table is in a file */
    GPH_RECOVERED_EMPTY,   /* there was no sound in it; it is gone */
    GPH_RECOVERED_LIVE,    /* somebody writes to it; left alone */
    GPH_RECOVERED_UNKNOWN, /* no journal speaks of it, and nobody named it; left alone */
    GPH_RECOVERED_REFUSED, /* it is not what it should be; left alone */
    GPH_RECOVERED_FAILED   /* disk or memory refused; it may be tried again */
};

/* A file or table that a crash had left. Texts live during the call that gives it. */
typedef struct gph_recovered {
    uint32_t size;
    uint32_t state;     /* GPH_RECOVERED_* */
    const char *path;   /* of the `.part`, the folder, or the shared memory */
    const char *became; /* full name of the file that it is now (dry run: would be), or "" */
    const char *format; /* "wav-s24"; "wav" where no journal says more; "" where it is not known */
    const char *reason; /* a fragment, why it is not whole, or ""; lower case, no full stop */
    int64_t frames;     /* in that file; -1: not known */
    int64_t doubt;      /* of these the last ones, which a power cut may have made silence */
    int64_t cut;        /* cut off at the end for that reason */
    int64_t missing;    /* that were on the disk once, by the journal, and are not there */
} gph_recovered;

/* What is called with each. */
typedef void(GPH_CALL *gph_recovered_function)(void *user, const gph_recovered *recovered);

/* How recovery is to go. Zero is the default everywhere. */
typedef struct gph_recover_request {
    uint32_t size;
    uint32_t flags;                /* GPH_RECOVER_* */
    gph_recovered_function report; /* NULL: nobody hears of it */
    void *user;                    /* first argument of both */
    /* Called now and then during long work with a file's path and the frames decoded so far; 0 ends the
     * work. NULL: it is not asked. */
    int32_t(GPH_CALL *progress)(void *user, const char *path, int64_t frames);
} gph_recover_request;

#define GPH_RECOVER_DRY_RUN (1u << 0) /* changes nothing, says what would be done */
#define GPH_RECOVER_TAIL    (1u << 1) /* keeps frames in doubt instead of cutting them off */
#define GPH_RECOVER_TABLES  (1u << 2) /* saves shared tables too, in the first folder named */

/* Gives the `.part` files that a crash left their names, with headers that tell what is in them: in each path that is a
 * folder all below it of which a journal speaks, or the `.part` (or journal) itself. No audio byte is changed, nothing is
 * written over, a file that is being written is left alone. Returns an exit status: OK, FRAMES where frames are missing
 * or in doubt or something was left alone that should not be there, DISK where one could not be done. */
GPH_EXPORT int gph_recover(const char *const *paths, uint32_t n_paths,
                           const gph_recover_request *request);

/* ---------------------------------------------------------------- modules and hosts */

/* What is installed: modules and hosts on the search paths. */
typedef struct gph_catalogue gph_catalogue;

/* Looks through the folders that `options` (may be NULL) names and the usual ones. Returns an exit status. */
GPH_EXPORT int gph_catalogue_new(const gph_rig_options *options, gph_catalogue **catalogue);
/* Frees it. NULL is accepted. */
GPH_EXPORT void gph_catalogue_free(gph_catalogue *catalogue);

/* A module file, usable or not. Lives as long as the catalogue. */
typedef struct gph_catalogue_module {
    uint32_t size;
    uint32_t n_types;
    const char *path;
    const char *name;
    const char *version; /* NULL where refused */
    const char *author;
    const char *license;
    const char *refused;     /* why it cannot be used, or NULL */
    const char *shadowed_by; /* path of the one that is used instead, or NULL */
    const gph_type *const *types;
} gph_catalogue_module;

/* Index from 0; GPH_LIMIT past the end. */
GPH_EXPORT gph_status gph_catalogue_get_module(gph_catalogue *catalogue, uint32_t index,
                                               gph_catalogue_module *module);

/* The type that `type = NAME` would give, built-in ones included, or NULL; *nearest (may be NULL) is then the nearest
 * name, or NULL. Lives as long as the catalogue. */
GPH_EXPORT const gph_type *gph_catalogue_type(gph_catalogue *catalogue, const char *name,
                                              const char **nearest);

/* One module by the path of its file, whatever folder it is in: checked like any other, and loaded if it passes;
 * module->refused says why not. GPH_ARGUMENT: there is no such file. The types live as long as the catalogue, the
 * array of them until the next call for a module. */
GPH_EXPORT gph_status gph_catalogue_open_file(gph_catalogue *catalogue, const char *path,
                                              gph_catalogue_module *module);

/* Calls `each` for every plugin that a type finds which loads those of another system (GPH_PLUGINS_ID of module.h).
 * GPH_UNSUPPORTED: the type loads none. */
GPH_EXPORT gph_status gph_catalogue_plugins(gph_catalogue *catalogue, const gph_type *type,
                                            void(GPH_CALL *each)(void *user,
                                                                 const gph_plugin *plugin),
                                            void *user);

/* The type as it is with `plugin = NAME`, or NULL; `error` (error_size bytes) then says why. Lives until the next call
 * of one of these two. */
GPH_EXPORT const gph_type *gph_catalogue_plugin(gph_catalogue *catalogue, const gph_type *type,
                                                const char *plugin, char *error,
                                                uint32_t error_size);

/* The built-in types: input, output, table, feedback. NULL past the end. */
GPH_EXPORT const gph_type *gph_catalogue_builtin(gph_catalogue *catalogue, uint32_t index);

/* A host, usable or not. Lives as long as the catalogue. */
typedef struct gph_catalogue_host {
    uint32_t size;
    uint32_t usable; /* 1: probes well */
    const char *path;
    const char *id;
    const char *label;
    const char *doc;
    const char *reason;   /* why it is not usable, in its own or the loader's words; else "" */
    const gph_host *host; /* NULL where it could not be loaded */
} gph_catalogue_host;

/* Where this installation, or the tree that the library was built in, keeps "modules", "hosts", "templates" (of new
 * modules) or "court" (what tries modules): a full path of at most size - 1 bytes in `path`. It need not be there.
 * GPH_LIMIT: it does not fit. [any] */
GPH_EXPORT gph_status gph_installed_folder(const char *what, char *path, uint32_t size);

/* Fills in host `index`, from 0. GPH_LIMIT: there are not so many. */
GPH_EXPORT gph_status gph_catalogue_get_host(gph_catalogue *catalogue, uint32_t index,
                                             gph_catalogue_host *host);

/* Calls `each` for each device of a host. */
GPH_EXPORT gph_status gph_catalogue_devices(gph_catalogue *catalogue, uint32_t host,
                                            void(GPH_CALL *each)(void *user,
                                                                 const gph_device *device),
                                            void *user);

/* What a device of a host could be opened with: its id (NULL: the default) and GPH_DIRECTION_IN or _OUT. The host may
 * open it for a moment. caps->size says how many the caller knows. GPH_UNSUPPORTED: the host does not tell;
 * GPH_ARGUMENT: no such device goes that way. */
GPH_EXPORT gph_status gph_catalogue_device_caps(gph_catalogue *catalogue, uint32_t host,
                                                const char *id, uint32_t direction,
                                                gph_device_caps *caps);

#ifdef __cplusplus
}
#endif

#endif

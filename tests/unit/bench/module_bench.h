/* Runs one module on its own, as the runtime would, over any sequence of blocks. [test program]
 *
 * A `bench` says what is to be run: the type, its settings as a patch would write them, widths,
 * inputs, parameter changes, triggers. `bench_run` loads the module, checks its descriptor, creates,
 * configures, activates, runs, deactivates and destroys it, all anew with each call, and returns a
 * `take`: what came out. So one bench run over different blocks gives takes to be compared:
 *
 *     bench b = {.type = "gain", .rate = 48000, .in = {{2, signal}}};
 *     bench_set(&b, "outputs", "2");
 *     bench_param(&b, "gain", BENCH_ALL, 0, -6);
 *     take *whole = bench_run(&b, 4096, NULL, 0);
 *     ... whole->out[0][channel][frame], whole->meters[0][item], whole->events[0].when ...
 *     take_free(whole);
 *
 * Parameters are given in base units (dB for gains, -INFINITY is off) and ramp as in the runtime.
 * Outputs start as NaN, so that what a module leaves unwritten shows. Floating point is set as the
 * runtime sets it (denormals are zero).
 *
 * Services. A module that asks for gph.tables/1 or gph.disk/1 gets what the test has put into
 * `services`: {id, pointer to the struct of functions}. A fake finds its test through
 * `bench_of(rt)->user`. What a fake must do between two blocks (swap banks, deliver stream events)
 * goes into `before_block`, which may also add events with `bench_deliver`.
 */
#ifndef GPH_TEST_MODULE_BENCH_H
#define GPH_TEST_MODULE_BENCH_H

#include <graphophone/module.h>
#include <stdbool.h>

enum {
    BENCH_PORTS = 4,
    BENCH_SETTINGS = 32,
    BENCH_MOVES = 64,
    BENCH_HITS = 64,
    BENCH_EVENTS = 4096
};
/* As an item of bench_param: every item. */
#define BENCH_ALL UINT32_MAX

/* Flags of a bench. */
#define BENCH_IN_PLACE    (1u << 0) /* outputs are their inputs' memory, where widths are equal */
#define BENCH_NO_CONSTANT (1u << 1) /* GPH_VALUE_CONSTANT is never set, though nothing moves */
#define BENCH_SPLIT       (1u << 2) /* split at events for every type, not only those without EVENTS */
#define BENCH_AGAIN       (1u << 3) /* run, reset, and run the same again: the take is of the second */

typedef struct bench_port {
    uint32_t channels;
    float *const *ch; /* ch[channel][frame], as long as the longest run; never written */
} bench_port;

typedef struct bench bench;
struct bench {
    const char *type;           /* type and file name: "gain" is gain in gain.so */
    double rate;                /* frames a second */
    uint32_t flags;             /* BENCH_* */
    uint32_t setup_flags;       /* GPH_SETUP_* */
    int64_t clock;              /* absolute frame of the first frame */
    bench_port in[BENCH_PORTS]; /* input ports; 0 channels: not wired */
    uint32_t out[BENCH_PORTS];  /* wanted widths of RANGE outputs before configure; 0: their min */
    struct {
        const char *name, *text;
    } settings[BENCH_SETTINGS];
    struct {
        const char *name;
        uint32_t item, frame;
        float value;
    } moves[BENCH_MOVES];
    struct {
        const char *name;
        uint32_t frame;
    } hits[BENCH_HITS];
    uint32_t n_settings, n_moves, n_hits;
    struct {
        const char *id;
        const void *service;
    } services[4];
    /* Called before each call of process with the absolute frame; may be NULL. */
    void (*before_block)(const bench *b, const gph_runtime *rt, int64_t clock);
    /* Called after each call of process; may be NULL. */
    void (*after_block)(const bench *b, const gph_io *io);
    void *user;
};

/* An event that the module gave, or a fault that it reported. */
typedef struct bench_event {
    int64_t when;     /* absolute frame */
    uint32_t index;   /* of the trigger */
    const char *name; /* of the trigger */
    float value;
} bench_event;

typedef struct take {
    gph_status status; /* of the first call that failed; GPH_OK or GPH_DONE of the last process */
    char error[256];   /* as the module wrote it */
    const char *bad_setting;
    uint32_t frames; /* of the run */
    uint32_t latency;
    int64_t tail;
    uint32_t n_outs;
    uint32_t channels[BENCH_PORTS];
    float **out[BENCH_PORTS]; /* out[port][channel][frame] */
    uint64_t silent;          /* AND of out[0].silent over all calls */
    uint32_t n_meters;
    uint32_t n_items[8];
    float *meters[8]; /* as after the last call */
    uint32_t n_events;
    bench_event events[BENCH_EVENTS];
    uint32_t n_faults;
    int64_t fault[3];  /* code, a, b of the last one */
    uint32_t n_params; /* of this instance */
} take;

/* Adds a setting as a patch writes it ("250ms", "lowshelf, peak"). */
void bench_set(bench *b, const char *name, const char *text);
/* Moves a parameter: at `frame` it sets out for `value`. Frame 0 is where it starts, without a ramp. */
void bench_param(bench *b, const char *name, uint32_t item, uint32_t frame, float value);
/* Sends a trigger. */
void bench_trigger(bench *b, const char *name, uint32_t frame);

/* Runs `frames` frames in blocks of blocks[0], blocks[1], ..., and again from blocks[0] (NULL: as large
 * as may be). A status below 0 of configure, activate or process ends the run and is in the take. */
take *bench_run(const bench *b, uint32_t frames, const uint32_t *blocks, uint32_t n_blocks);
void take_free(take *t);
/* Items of an event name in a take; the n-th one's frame, or -1. */
uint32_t take_count(const take *t, const char *name);
int64_t take_when(const take *t, const char *name, uint32_t n);

/* For fakes of services: the bench behind a runtime; an event for the next call of process. */
const bench *bench_of(const gph_runtime *rt);
void bench_deliver(const gph_runtime *rt, const gph_event *event);

/* ---- signals; freed with signal_free */

/* Planar channels of deterministic noise in -amplitude..amplitude, each different. */
float **signal_noise(uint32_t channels, uint32_t frames, float amplitude);
/* Channels of zeros with `value` at `frame`. */
float **signal_impulse(uint32_t channels, uint32_t frames, uint32_t frame, float value);
/* One sine, the same in each channel. */
float **signal_sine(uint32_t channels, uint32_t frames, double hertz, double rate,
                    double amplitude);
void signal_free(float **ch);

/* ---- checks that every module has to pass; they fail the test with what was found */

/* The descriptor: names, ranges, strides, documentation, export. Also done by each bench_run. */
void bench_check_descriptor(const char *type);
/* Bit-identical outputs, events and last meters for many block sizes and random splits, with and
 * without CONSTANT, split at events or not, in place where the type allows it, and after a reset. */
void bench_check_blocks(const bench *b, uint32_t frames);
/* Runs at widths 1 2 3 5 8 32 64 of input port 0, and shortly at the widest there is; with
 * `independent` also checks that channel k of a wide run is, bit for bit, what channel k alone gives. */
void bench_check_widths(const bench *b, uint32_t frames, bool independent);
/* NaN and Inf go in for a while; all outputs are finite `seconds` later. */
void bench_check_recovery(const bench *b, double seconds);

/* |H| of the analogue prototypes of filters (in the order of the words that patches use) with
 * s = j tan(w/2) / tan(w0/2): what the bilinear transform maps. */
double analogue_response(int kind, double hertz, double corner, double q, double db, double rate);

/* Magnitude of the response at `hertz` of an impulse response, by its DFT. */
double response_at(const float *impulse, uint32_t frames, double hertz, double rate);

#endif

/*
 * An engine that watches a host: every call is compared with what host.h promises, and what does not agree is noted
 * as a breach. Beside it what a test needs to load a host and to say its settings. [control; on_cycle: audio]
 */
#ifndef GPH_TEST_HOSTS_WITNESS_H
#define GPH_TEST_HOSTS_WITNESS_H

#include "../../../core/platform/library.h"
#include "../../../core/platform/now.h"
#include "../../../core/run/services.h"
#include "../../../hosts/pump/pump.h"
#include "../suite.h"

#include <dlfcn.h>
#include <math.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What a host may be convicted of. */
enum {
    BREACH_BLOCK = 1u << 0,    /* frames outside 1..max_frames, or other than a fixed block */
    BREACH_CHANNELS = 1u << 1, /* a cycle that contradicts got */
    BREACH_POINTER = 1u << 2,  /* NULL where there is a channel */
    BREACH_FRAME = 1u << 3,    /* frame' is not frame + n + lost' */
    BREACH_MONO = 1u << 4,     /* time went back */
    BREACH_TOGETHER = 1u << 5, /* two cycles at once */
    BREACH_OUTSIDE = 1u << 6,  /* a cycle before start, after stop or during configure */
    BREACH_EVENT = 1u << 7,    /* an event outside of dispatch */
    BREACH_CONTENT = 1u << 8,  /* a frame twice, missing, swapped */
    BREACH_GOT = 1u << 9,      /* what open wrote is not what configure was told */
    BREACH_FIRST = 1u << 10    /* FIRST not on the first cycle, or on another */
};

enum { CONTENT_IGNORED = 0, CONTENT_BY_FRAME = 1, CONTENT_RUNS_ON = 2 };

typedef struct witness {
    gph_engine engine;
    /* The test says. */
    atomic_uint content; /* CONTENT_* */
    bool counts_out;     /* outputs carry the counter of their own frame */
    int64_t drain_at;    /* returns 1 from the cycle that reaches so many frames; 0: never */
    int64_t drain_after; /* likewise, counted from DRAINING on; 0: never */
    gph_status answer;   /* of configure */
    /* What was seen. */
    atomic_uint breaches;
    atomic_uint compared; /* cycles whose content was looked at */
    atomic_bool inside, dispatching, may_run;
    gph_got got;
    uint32_t n_configured, n_events[16], state;
    char text[256], states[512];
    atomic_ullong cycles, frames, lost_in, lost_out, estimated, wrong, resumed, freewheel, silent;
    int64_t next_frame, last_mono_ns;
    uint32_t last_frames;
    int64_t drained;
    double offset[2];  /* CONTENT_RUNS_ON: the run has begun; next value of channel 0 */
    uint32_t settling; /* cycles after a told loss in which the run may begin anew */
    double early[2];   /* least of time minus frames: in the first cycles, in the latest */
    uint32_t n_early[2];
    double least[2]; /* the same: in the last full 40 cycles, and in those since */
    void (*hook)(struct witness *w, const gph_cycle *cycle);
    int64_t event_lost, event_late, event_block;
    uint32_t smallest, largest;
} witness;

static inline void
breach(witness *w, unsigned what)
{
    atomic_fetch_or(&w->breaches, what);
}

static inline gph_status GPH_CALL
on_configure(void *user, const gph_got *got)
{
    witness *w = user;
    if (atomic_load(&w->inside))
        breach(w, BREACH_OUTSIDE);
    w->got = *got;
    w->n_configured++;
    return w->answer;
}

/* Each channel is the counter at the cycle's own frame, or runs on from wherever it began. */
static inline void
check_content(witness *w, const gph_cycle *cycle)
{
    int64_t first = cycle->clock.frame;
    if (w->content == CONTENT_RUNS_ON) {
        /* What was lost on the way out is heard a cycle later. */
        if (cycle->clock.lost_in > 0 || (cycle->clock.flags & GPH_CLOCK_DISCONT) != 0)
            w->settling = 3;
        if (w->settling > 0) {
            w->settling--;
            w->offset[0] = 0;
            return;
        }
        int64_t heard = (int64_t)llround((double)cycle->in[0][0] * 8388608.0);
        if (w->offset[0] <= 0 && heard == 0 && cycle->in[0][cycle->frames - 1] <= 0)
            return; /* nothing has come through yet */
        if (w->offset[0] <= 0) {
            uint32_t n = 0;
            while (cycle->in[0][n] <= 0)
                n++;
            w->offset[0] = 1;
            w->offset[1] = (double)llround((double)cycle->in[0][n] * 8388608.0) - n;
        }
        first = (int64_t)w->offset[1];
        w->offset[1] += cycle->frames;
    }
    atomic_fetch_add(&w->compared, 1);
    for (uint32_t n = 0; n < cycle->frames; n++)
        for (uint32_t c = 0; c < cycle->n_in; c++)
            if (first + n > 0 && memcmp(&cycle->in[c][n], &(float){gph_pump_counter(first + n, c)},
                                        sizeof(float)) != 0) {
                breach(w, BREACH_CONTENT);
                atomic_fetch_add(&w->wrong, 1);
                c = cycle->n_in;
            }
}

static inline void
check_shape(witness *w, const gph_cycle *cycle)
{
    if (cycle->frames < 1 || cycle->frames > w->got.max_frames ||
        (w->got.fixed_block != 0 && cycle->frames != w->got.block))
        breach(w, BREACH_BLOCK);
    if (cycle->n_in != w->got.channels_in || cycle->n_out != w->got.channels_out)
        breach(w, BREACH_CHANNELS);
    for (uint32_t c = 0; c < cycle->n_in; c++)
        if (cycle->in[c] == NULL)
            breach(w, BREACH_POINTER);
    for (uint32_t c = 0; c < cycle->n_out; c++)
        if (cycle->out[c] == NULL)
            breach(w, BREACH_POINTER);
}

static inline void
check_time(witness *w, const gph_cycle *cycle)
{
    const gph_clock *clock = &cycle->clock;
    bool first = atomic_load(&w->cycles) == 0;
    if (first != ((clock->flags & GPH_CLOCK_FIRST) != 0))
        breach(w, BREACH_FIRST);
    if (clock->frame != w->next_frame + (int64_t)clock->lost_in)
        breach(w, BREACH_FRAME);
    if (!first && clock->mono_ns <= w->last_mono_ns)
        breach(w, BREACH_MONO);
    w->last_mono_ns = clock->mono_ns;
    w->last_frames = cycle->frames;
    w->next_frame = clock->frame + cycle->frames;
}

/* Entering late only raises time minus frames, so its least tells whether frames and losses are what passed. */
static inline void
check_elapsed(witness *w, const gph_cycle *cycle)
{
    double excess = (double)gph_now_ns() * 1e-9 * w->got.rate - (double)cycle->clock.frame;
    if (w->n_early[0] < 40) {
        w->early[0] = w->n_early[0]++ == 0 ? excess : fmin(w->early[0], excess);
        return;
    }
    if (w->n_early[1]++ % 40 == 0) {
        w->least[0] = w->n_early[1] == 1 ? excess : w->least[1];
        w->least[1] = excess;
    }
    w->least[1] = fmin(w->least[1], excess);
    w->early[1] = fmin(w->least[0], w->least[1]);
}

static inline int32_t GPH_CALL
on_cycle(void *user, const gph_cycle *cycle)
{
    witness *w = user;
    if (atomic_exchange(&w->inside, true))
        breach(w, BREACH_TOGETHER);
    if (!atomic_load(&w->may_run))
        breach(w, BREACH_OUTSIDE);
    check_shape(w, cycle);
    check_time(w, cycle);
    check_elapsed(w, cycle);
    if (w->hook != NULL)
        w->hook(w, cycle);
    bool whole = (atomic_load(&w->breaches) & (BREACH_POINTER | BREACH_CHANNELS)) == 0;
    if (whole && w->content != CONTENT_IGNORED && cycle->n_in > 0 &&
        (cycle->clock.flags & GPH_CLOCK_SILENT_IN) == 0)
        check_content(w, cycle);
    for (uint32_t c = 0; whole && c < cycle->n_out; c++)
        for (uint32_t n = 0; n < cycle->frames; n++)
            cycle->out[c][n] = w->counts_out ? gph_pump_counter(cycle->clock.frame + n + 1, c) : 0;
    atomic_fetch_add(&w->cycles, 1);
    atomic_fetch_add(&w->frames, cycle->frames);
    atomic_fetch_add(&w->lost_in, cycle->clock.lost_in);
    atomic_fetch_add(&w->lost_out, cycle->clock.lost_out);
    atomic_fetch_add(&w->estimated, (cycle->clock.flags & GPH_CLOCK_ESTIMATED) != 0);
    atomic_fetch_add(&w->resumed, (cycle->clock.flags & GPH_CLOCK_RESUMED) != 0);
    atomic_fetch_add(&w->freewheel, (cycle->clock.flags & GPH_CLOCK_FREEWHEEL) != 0);
    atomic_fetch_add(&w->silent, (cycle->clock.flags & GPH_CLOCK_SILENT_IN) != 0);
    if (w->smallest == 0 || cycle->frames < w->smallest)
        w->smallest = cycle->frames;
    if (cycle->frames > w->largest)
        w->largest = cycle->frames;
    if ((cycle->clock.flags & GPH_CLOCK_DRAINING) != 0)
        w->drained += cycle->frames;
    bool ends = (w->drain_at > 0 && w->next_frame >= w->drain_at) ||
                (w->drain_after > 0 && w->drained >= w->drain_after);
    atomic_store(&w->inside, false);
    return ends ? GPH_CYCLE_DRAIN : GPH_CYCLE_GO_ON;
}

static inline void GPH_CALL
on_event(void *user, const gph_host_event *event)
{
    witness *w = user;
    if (!atomic_load(&w->dispatching))
        breach(w, BREACH_EVENT);
    if (event->kind < 16)
        w->n_events[event->kind]++;
    if (event->kind == GPH_HOST_STATE) {
        size_t used = strlen(w->states);
        w->state = (uint32_t)event->value;
        snprintf(w->states + used, sizeof w->states - used, "%d:%s;", (int)event->value,
                 event->text != NULL ? event->text : "");
    }
    if (event->kind == GPH_HOST_LOST && (event->flags & GPH_HOST_EVENT_OUT) == 0)
        w->event_lost += event->value;
    if (event->kind == GPH_HOST_LATE)
        w->event_late++;
    if (event->kind == GPH_HOST_BLOCK)
        w->event_block = event->value;
    if (event->text != NULL)
        snprintf(w->text, sizeof w->text, "%s", event->text);
}

static inline void
witness_init(witness *w)
{
    memset(w, 0, sizeof *w);
    w->engine = (gph_engine){.size = sizeof w->engine,
                             .user = w,
                             .configure = on_configure,
                             .cycle = on_cycle,
                             .event = on_event};
}

/* ---------------------------------------------------------------- settings as a patch would give them */

typedef struct options {
    gph_config config;
    const gph_host *host;
    const char *lines[16]; /* "name=value" */
    char error[512];
} options;

static inline const char *GPH_CALL
option_text(const gph_config *config, const char *name, uint32_t index)
{
    const options *o = (const options *)config;
    for (size_t n = 0; index == 0 && n < 16 && o->lines[n] != NULL; n++)
        if (strncmp(o->lines[n], name, strlen(name)) == 0 && o->lines[n][strlen(name)] == '=')
            return o->lines[n] + strlen(name) + 1;
    return NULL;
}

static inline int32_t GPH_CALL
option_number(const gph_config *config, const char *name, uint32_t index, double *value,
              uint32_t *unit)
{
    const options *o = (const options *)config;
    const gph_setting *setting = NULL;
    for (uint32_t n = 0; n < o->host->n_settings; n++)
        if (strcmp(o->host->settings[n].name, name) == 0)
            setting = &o->host->settings[n];
    if (setting == NULL)
        return GPH_ARGUMENT;
    const char *text = option_text(config, name, index);
    if (text == NULL)
        text = setting->def;
    if (text == NULL)
        return 0;
    if (unit != NULL)
        *unit = setting->unit;
    if (setting->kind == GPH_SETTING_SWITCH)
        *value = strcmp(text, "on") == 0;
    else if (setting->kind == GPH_SETTING_CHOICE) {
        for (int n = 0; setting->choices[n] != NULL; n++)
            if (strcmp(setting->choices[n], text) == 0)
                *value = n;
    } else
        *value = atof(text);
    return 1;
}

/* ---------------------------------------------------------------- a host in use */

typedef struct bench {
    const gph_host *host;
    void *library;
    gph_services *services;
    gph_host_self *self;
    gph_host_stream *stream;
    gph_want want;
    gph_got got;
    options options;
    witness w;
} bench;

static inline gph_wish
wish(double value, uint32_t policy)
{
    return (gph_wish){.value = value, .policy = policy};
}

/* Loads a host from the folders of GRAPHOPHONE_HOST_PATH; NULL if it is not built. */
static inline const gph_host *
load_host(const char *id, void **library)
{
    char folders[4096], path[8192];
    snprintf(folders, sizeof folders, "%s", getenv("GRAPHOPHONE_HOST_PATH"));
    const char between[] = {gph_library_separator, '\0'};
    for (char *at = folders, *folder; (folder = strsep(&at, between)) != NULL;) {
        snprintf(path, sizeof path, "%s/%s%s", folder, id, gph_library_ending);
        *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
        if (*library != NULL)
            return dlsym(*library, "gph_host_1");
    }
    return NULL;
}

static inline void
bench_init_host(bench *b, const gph_host *host)
{
    memset(b, 0, sizeof *b);
    b->host = host;
    ck_assert_int_eq(gph_services_new(host->id, NULL, NULL, &b->services), GPH_OK);
    b->self = host->create(gph_services_table(b->services));
    ck_assert_ptr_nonnull(b->self);
    witness_init(&b->w);
    b->options.config = (gph_config){.size = sizeof b->options.config,
                                     .text = option_text,
                                     .number = option_number,
                                     .error = b->options.error,
                                     .error_size = sizeof b->options.error};
    b->options.host = host;
    b->got.size = sizeof b->got;
    b->want = (gph_want){.size = sizeof b->want,
                         .name = "bench",
                         .channels_in = wish(2, GPH_WISH_EXACT),
                         .channels_out = wish(2, GPH_WISH_EXACT),
                         .options = &b->options.config};
}

static inline void
bench_init(bench *b, const char *id)
{
    void *library = NULL;
    const gph_host *host = load_host(id, &library);
    ck_assert_msg(host != NULL, "host %s could not be loaded", id);
    bench_init_host(b, host);
    b->library = library;
}

/* Sets a line "name=value" of the host's settings. */
static inline void
bench_set(bench *b, const char *line)
{
    size_t n = 0;
    while (b->options.lines[n] != NULL)
        n++;
    ck_assert_uint_lt(n, 16);
    b->options.lines[n] = line;
}

static inline gph_status
bench_open(bench *b)
{
    gph_status status = b->host->open(b->self, &b->want, &b->w.engine, &b->stream, &b->got);
    if (status == GPH_OK &&
        (b->got.block != b->w.got.block || b->got.max_frames != b->w.got.max_frames ||
         b->got.channels_in != b->w.got.channels_in ||
         b->got.channels_out != b->w.got.channels_out))
        breach(&b->w, BREACH_GOT);
    return status;
}

static inline gph_status
bench_start(bench *b)
{
    witness *w = &b->w;
    w->next_frame = 0;
    w->n_early[0] = w->n_early[1] = 0;
    atomic_store(&w->cycles, 0);
    atomic_store(&w->frames, 0);
    atomic_store(&w->lost_in, 0);
    atomic_store(&w->may_run, true);
    gph_status status = b->host->start(b->stream);
    if (status < 0)
        atomic_store(&w->may_run, false);
    return status;
}

static inline void
bench_dispatch(bench *b, int32_t timeout_ms)
{
    atomic_store(&b->w.dispatching, true);
    b->host->dispatch(b->self, timeout_ms);
    atomic_store(&b->w.dispatching, false);
}

static inline gph_status
bench_stop(bench *b)
{
    gph_status status = b->host->stop(b->stream, 0);
    atomic_store(&b->w.may_run, false);
    return status;
}

/* The last frame that was given has been heard when it is back. */
static inline void
bench_drain(bench *b)
{
    uint32_t least, most;
    ck_assert_int_eq(b->host->latency(b->stream, GPH_DIRECTION_OUT, 0, &least, &most), GPH_OK);
    int64_t before_ns = gph_now_ns();
    ck_assert_int_eq(b->host->stop(b->stream, 1), GPH_OK);
    atomic_store(&b->w.may_run, false);
    double frames = (double)(gph_now_ns() - before_ns) * 1e-9 * b->w.got.rate;
    ck_assert_double_ge(frames, most + b->w.got.block);
}

static inline void
bench_close(bench *b)
{
    b->host->close(b->stream);
    b->stream = NULL;
}

static inline void
bench_finish(bench *b)
{
    bench_close(b);
    b->host->destroy(b->self);
    gph_services_free(b->services);
    if (b->library != NULL)
        dlclose(b->library);
}

/* Steps until so many frames of time have passed, dispatching in between. */
static inline void
bench_run(bench *b, int64_t frames)
{
    for (int64_t done = 0; done < frames;) {
        int64_t n = b->host->step(b->stream, frames - done < 480 ? frames - done : 480, 0);
        bench_dispatch(b, 0);
        if (n <= 0)
            break;
        done += n;
    }
}

static inline gph_host_stats
bench_stats(bench *b)
{
    gph_host_stats stats = {.size = sizeof stats};
    b->host->stats(b->stream, &stats);
    return stats;
}

/* Opens and starts. */
static inline void
bench_go(bench *b)
{
    ck_assert_msg(bench_open(b) == GPH_OK, "%s", b->options.error);
    ck_assert_int_eq(bench_start(b), GPH_OK);
}

/* Two seconds in which nothing is lost or late, and each frame was compared as it came. */
static inline void
bench_run_whole(bench *b)
{
    bench_run(b, 96000);
    gph_host_stats stats = bench_stats(b);
    ck_assert_uint_ge(b->w.frames, 95000);
    ck_assert_uint_eq(b->w.frames, stats.frames);
    ck_assert_uint_eq(b->w.lost_in, 0);
    ck_assert_uint_eq(b->w.lost_out, 0);
    ck_assert_uint_eq(stats.late, 0);
    ck_assert_uint_eq(b->w.compared, b->w.cycles);
}

static inline void
bench_run_twice(bench *b)
{
    bench_run(b, 9600);
    ck_assert_int_eq(bench_stop(b), GPH_OK);
    ck_assert_int_eq(bench_start(b), GPH_OK);
    bench_run(b, 9600);
    ck_assert_uint_eq(b->w.lost_in, 0);
}

#endif

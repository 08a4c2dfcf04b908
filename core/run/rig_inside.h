/* A rig from the inside: what the files of rig_*.c share. [control] */
#ifndef GPH_RUN_RIG_INSIDE_H
#define GPH_RUN_RIG_INSIDE_H

#include "context.h"
#include "hosts.h"
#include "osc.h"
#include "page.h"
#include "rehearsal.h"
#include "run.h"
#include "services.h"

#include "../platform/watch.h"

#include <graphophone/graphophone.h>

typedef enum gph_rig_stage {
    GPH_RIG_LOADED,
    GPH_RIG_OPEN,
    GPH_RIG_RUNNING,
    GPH_RIG_STOPPED
} gph_rig_stage;

/* What has been said of a recorder, so that it is said once. */
typedef struct gph_rig_watch {
    uint32_t state; /* GPH_RECORDER_* */
    int64_t gaps;
    int64_t failures; /* of the disk, that were told */
    bool half_full;
    uint8_t heard[GPH_MAX_CHANNELS / 8]; /* channels of the present take that were not silent */
    int64_t heard_take;                  /* number of that take, */
    bool silence_said;                   /* and whether silent ones were told */
    bool disk_low;                       /* 10 minutes */
    bool disk_lowest;                    /* 1 minute */
    uint32_t n_files;                    /* in `takes` */
    uint32_t n_before;                   /* files of this recorder at rates before */
    bool goes_on;                        /* it recorded at the rate before */
    bool finished;                       /* its frames are in files, or it has been said why not */
    bool hangs;                          /* its writer was left behind in the disk */
    double peak_fill;
} gph_rig_watch;

/* A finished file. */
typedef struct gph_rig_kept_take {
    gph_take_file *ours; /* to be freed; NULL: `file` is its stream's until the graph is freed */
    const gph_take_file *file;
    const char *node;
    gph_rig_gap *gaps;
} gph_rig_kept_take;

struct gph_rig {
    gph_rig_stage stage;
    uint32_t flags; /* GPH_RIG_* */
    gph_rig_message_function message;
    void *message_user;
    size_t n_told;  /* diagnostics that were told */
    char *rendered; /* of the message that was told last */

    gph_diagnostics *diagnostics;
    gph_patch *patch;
    gph_catalog *catalog;
    gph_hosts *hosts;
    const gph_host_info *host;
    gph_context context;
    gph_graph_services graph_services;
    char *folder;
    gph_graph *graph;
    gph_plan *plan;
    gph_run *run;

    gph_services *services;
    gph_host_self *self;
    gph_host_stream *stream;
    gph_got got; /* texts live until close */
    gph_engine engine;
    bool configured;
    int configure_exit; /* exit status of a refusal */
    bool finds_end;     /* length = end */
    int64_t length;     /* frames; -1: end of the players; -2: endless */
    uint32_t host_state;
    char host_text[256];
    char device[256];
    char deviations[1024];
    char rights[256];
    bool memory_refused; /* not all of what a cycle needs could be locked */
    bool ended;          /* nothing more will come */

    const gph_host_midi *midi; /* of the stream, once it is open; NULL: none */
    double refused_rate; /* of a device that was back, for which nothing could be made; 0: none */

    gph_osc *osc;
    uint64_t osc_refused;

    struct gph_rig_restart *restarts; /* one for each node of the graph; NULL: nobody has asked */

    gph_watch *watch;      /* of the run; NULL: none */
    bool watchdog;         /* what hangs is cut */
    uint32_t watch_spared; /* signals that cut nothing, as seen last */

    /* Failures so far. */
    bool failed_disk, failed_host, failed_module, failed_frames;

    gph_rig_watch *watches; /* one for each writer */
    uint32_t n_writers;
    gph_rig_kept_take *takes;
    uint32_t n_takes;
    uint32_t takes_capacity;

    /* Ticks of the audio thread against the clock. */
    uint64_t ticks_at;
    int64_t ns_at;
    double ns_per_tick;

    gph_host_stats stats;    /* last seen */
    gph_run_figures figures; /* likewise */
    uint64_t dropped_said;
    uint32_t writer_deaths;   /* that were told */
    gph_page_writer *page;    /* NULL: nothing was published */
    gph_rehearsal *rehearsal; /* NULL: this is none */
    char *dot;
    char *print;
    struct gph_rig_scratch *scratch; /* for texts that live until the next call */
};

struct gph_rig_scratch {
    uint32_t widths[2][GPH_TYPE_MAX_PORTS];
    gph_stream_status status;
    float peaks[GPH_MAX_CHANNELS];
    float rms[GPH_MAX_CHANNELS];
    char format[32];
    char take_format[32];
};

/* ---- rig_tell.c */
/* Tells a message about a node (GPH_NONE: about the rig) at its line in the patch. */
void gph_rig_tell(gph_rig *rig, uint32_t level, uint32_t node, int64_t frame, const char *format,
                  ...) __attribute__((format(printf, 5, 6)));
/* Tells what diagnostics have got since the last call. */
void gph_rig_tell_diagnostics(gph_rig *rig);
/* For gph_context.log. */
void gph_rig_log(void *user, uint32_t level, uint32_t node, const char *text);
/* Copies `mine` bytes at most into a struct of the caller's that begins with its size. */
void gph_rig_give(void *to, const void *from, uint32_t mine);

/* ---- rig_graph.c */
/* Tables and graph for a rate (0: the patch's); what was there before goes. An exit status. */
int gph_rig_build(gph_rig *rig, double rate);
/* Activates the graph and makes plan and run for what a host gives. An exit status. */
int gph_rig_ready(gph_rig *rig, const gph_got *got);
/* Activates the graph to be looked at: without tables' memory, device or files. An exit status. */
int gph_rig_report(gph_rig *rig);
/* Undoes both. */
void gph_rig_unbuild(gph_rig *rig);
/* Exit status of a failure of core/graph. */
int gph_rig_exit_of(gph_status status);
/* The length in frames at a rate, or -1, -2. */
int64_t gph_rig_length(const gph_rig *rig, double rate);
bool gph_rig_is_offline(const gph_rig *rig);

/* ---- rig_host.c */
/* Finds the patch's host, checks its options. An exit status. */
int gph_rig_find_host(gph_rig *rig);
/* Whether anything ends an offline run that is to last until the end. An exit status. */
int gph_rig_check_end(gph_rig *rig);
/* Tells why the host did not open, where the patch says what is at fault: `bad_setting` is a setting of the host,
 * a key of [patch] or NULL. */
void gph_rig_tell_refusal(gph_rig *rig, const char *bad_setting, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
gph_status GPH_CALL gph_rig_configure(void *user, const gph_got *got);
/* What the host has given is kept, with its texts. */
void gph_rig_keep_got(gph_rig *rig, const gph_got *got);
/* Greatest latency of these channels of the host, in frames beyond the block. */
uint32_t gph_rig_host_latency(const gph_rig *rig, uint32_t direction, uint32_t channels);
/* Tells recorders how long the sound takes to come to us. */
void gph_rig_pass_latency(gph_rig *rig);
void GPH_CALL gph_rig_event(void *user, const gph_host_event *event);

/* ---- rig_config.c */
/* The host's settings as the patch gave them. `error` gets what the host says. */
typedef struct gph_rig_config {
    gph_config config; /* first */
    const gph_rig *rig;
    char item[1024];
    char error[512];
} gph_rig_config;
void gph_rig_config_init(gph_rig_config *config, const gph_rig *rig);
/* Where the patch says an option of the rig's host; NULL: it does not. */
const gph_patch_entry *gph_rig_option_entry(const gph_rig *rig, const char *name);
/* Adds what is wrong with the options of the rig's host. */
void gph_rig_check_options(gph_rig *rig);

/* ---- rig_rate.c */
/* Tells recorders that allow another rate where it cannot happen. */
void gph_rig_check_rates(gph_rig *rig);
/* For gph_engine: whether all recorders take another rate of the host. */
gph_status GPH_CALL gph_rig_accepts(void *user, const gph_got *got);
/* Takes at the old rate end, the rig is made anew for the other, and what recorded records. No cycle is running. Below 0:
 * nothing has changed. */
gph_status gph_rig_change_rate(gph_rig *rig, const gph_got *got);

/* ---- rig_rights.c */
/* Locks memory; refuses before anything has begun if the patch requires more than there is. An exit status. */
int gph_rig_take_rights(gph_rig *rig);
/* Says what the machine gave, now that the host runs. An exit status. */
int gph_rig_check_rights(gph_rig *rig);

/* ---- rig_restart.c */
/* Sets up nodes anew that have asked for it, each while it rests. */
void gph_rig_restart_nodes(gph_rig *rig);

/* ---- rig_guard.c */
/* From now on what hangs is cut and what crashes is named, if the process is the rig's. */
void gph_rig_guard(gph_rig *rig);
/* No more; what was cut is given up. No cycle is running. */
void gph_rig_unguard(gph_rig *rig);
/* Whether anything hangs: several times in 50 ms. */
void gph_rig_look(gph_rig *rig);
void gph_rig_hear_cut(gph_rig *rig, const gph_notice *notice);

/* ---- rig_recorders.c */
/* Peaks and roots of the mean square of the last while, one a channel; everybody may ask. */
void gph_rig_take_levels(gph_runtime_stream *stream, float *peaks, float *rms);

/* ---- rig_silence.c */
/* While a take is written, and when one of its files is finished: offline both come at once. */
void gph_rig_end_silence(gph_rig *rig, gph_rig_watch *watch, uint32_t node,
                         const gph_take_file *file);
void gph_rig_watch_silence(gph_rig *rig, gph_rig_watch *watch, gph_runtime_stream *stream,
                           const gph_stream_status *now);

/* ---- rig_watch.c */
/* Tells what has happened to recorders, and keeps the files that were finished. */
void gph_rig_watch_recorders(gph_rig *rig);
/* Tells what the audio thread has noticed. */
void gph_rig_hear_notices(gph_rig *rig);
/* What a tick of the audio thread is worth by now. */
void gph_rig_measure_ticks(gph_rig *rig);

/* ---- rig_writer.c */
/* Starts the process that writes a live rig's takes. An exit status. */
int gph_rig_start_writer(gph_rig *rig, const char *word);
/* Tells of its deaths. */
void gph_rig_watch_writer(gph_rig *rig);
/* All streams are finished: lets it end. */
void gph_rig_end_writer(gph_rig *rig);

/* ---- rig_rehearse.c */
/* Reads what is to be rehearsed, if anything is; before the patch. An exit status. */
int gph_rig_begin_rehearsal(gph_rig *rig, const gph_rig_options *options);
/* Whether the host can. An exit status. */
int gph_rig_check_rehearsal(gph_rig *rig);
/* Injects what is due, looks what came of it. */
void gph_rig_rehearse(gph_rig *rig);
/* What is under way is over: the takes are to be finished. */
void gph_rig_heal(gph_rig *rig);

/* ---- rig_rehearsal.c */
/* All takes are finished: what was lost on which fault's account, and the verdicts. */
void gph_rig_judge_rehearsal(gph_rig *rig);
void gph_rig_free_rehearsal(gph_rig *rig);

/* ---- rig_control.c */
gph_status gph_rig_open_osc(gph_rig *rig);
void gph_rig_poll_osc(gph_rig *rig);
void gph_rig_close_osc(gph_rig *rig);

/* ---- rig_recover.c */
/* What a crash left in the folders of a live rig's recorders gets its names, a line each. */
void gph_rig_recover(gph_rig *rig);

/* ---- rig_ports.c */
/* Whether the server has the ports that channels without a rule of their own are to have. An exit status. */
int gph_rig_check_ports(gph_rig *rig);
/* Gives the host the rule of each channel. */
void gph_rig_connect_ports(gph_rig *rig);

/* ---- rig_open.c */
void gph_rig_close_host(gph_rig *rig);
void gph_rig_open_midi(gph_rig *rig);

/* ---- rig_run.c */
/* Ends the run with the last frame that came, until all of it is in files; waits for 10 s. No cycle will come. */
void gph_rig_finish(gph_rig *rig);

/* ---- rig_cycle.c */
int32_t GPH_CALL gph_rig_cycle(void *user, const gph_cycle *cycle) GPH_AUDIO;

#endif

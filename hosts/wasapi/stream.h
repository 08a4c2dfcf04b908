/* A stream of WASAPI: capture, playback or both, and the one thread that owns their interfaces. */
#ifndef GPH_HOSTS_WASAPI_STREAM_H
#define GPH_HOSTS_WASAPI_STREAM_H

#include "bridge.h"
#include "ladder.h"

/* The settings `mode` and `low-latency`. */
enum { MODE_SHARED = 0, MODE_EXCLUSIVE = 1 };
enum { LOW_PLAYBACK = 0, LOW_BOTH = 1, LOW_OFF = 2 };

enum { CHANNEL_NAME = 24 };

/* What the owner is asked to do. */
enum {
    COMMAND_NONE = 0,
    COMMAND_OPEN = 1, /* what stream->want says */
    COMMAND_RUN = 2,
    COMMAND_REST = 3,
    COMMAND_SHUT = 4,
    COMMAND_QUIT = 5
};

/* The owner: a thread, or in steps whoever calls. */
typedef struct wa_owner {
    gph_thread *thread; /* NULL: in steps */
    const char *level;
    wa_event *bell; /* a command is there */
    wa_event *done; /* it was carried out */
    atomic_uint command;
    atomic_int result; /* gph_status */
    bool stuck;        /* it did not answer: it is left behind, with all that it has */
} wa_owner;

struct gph_host_stream {
    gph_pump_stream head;
    const gph_wa_os *os;
    wa_owner owner;

    /* As asked for. The control thread writes it while the owner waits. */
    gph_want want;
    gph_config options; /* where the owner writes why not */
    char error[GPH_PUMP_TEXT];
    char word_in[WA_ID]; /* device wanted, or "": the default one */
    char word_out[WA_ID];
    uint32_t mode;  /* MODE_* */
    uint32_t low;   /* LOW_* */
    int32_t sample; /* GPH_PUMP_SAMPLE_* of exclusive streams, below 0: any */
    bool loopback;
    bool stepped;
    bool by_default_in; /* opened as the default device, not by its name */
    bool by_default_out;

    /* As opened. */
    wa_session *session;
    const wa_news *news;
    char id_in[WA_ID];
    char id_out[WA_ID];
    char name_in[WA_NAME];
    char name_out[WA_NAME];
    uint32_t rate;
    uint32_t block;
    uint32_t max_frames;
    uint32_t n_in;
    uint32_t n_out;
    uint32_t n_periods;
    char format[128];
    char deviations[GPH_PUMP_TEXT];
    const char **names; /* n_in + n_out, in one piece with what they point to */
    wa_line in;
    wa_line out;
    wa_line quiet; /* plays silence so that a loopback has a clock */
    wa_bridge bridge;

    /* News as they were seen last; the control thread's. */
    uint32_t seen_devices;
    uint32_t seen_in;
    uint32_t seen_out;
    int64_t default_ns; /* when the default changed; 0: it did not */

    /* The audio thread's. */
    bool running;
    wa_status refusal; /* of what was played last */
    uint64_t resyncs;
};

/* [owner] Opens what stream->want says; on failure a sentence is in stream->error. */
gph_status stream_open(gph_host_stream *stream);
/* [owner] Starts the lines, or stops them. */
wa_status stream_run(gph_host_stream *stream);
wa_status stream_rest(gph_host_stream *stream);
/* [owner] Closes all. Once more does no harm. */
void stream_shut(gph_host_stream *stream);
/* [control, owner waiting] What it has become. */
void stream_describe(const gph_host_stream *stream, gph_got *got);

/* [owner, audio] As of the pump's back end. */
gph_status stream_wait(void *self, int64_t until_ns, gph_pump_block *block, const char **reason);
void stream_commit(void *self, const gph_pump_block *block);

/* [control] Makes the owner, and ends it; GPH_STATE: it did not end, and all stays with it. */
gph_status owner_begin(gph_host_stream *stream);
gph_status owner_end(gph_host_stream *stream);
/* [control] Has a command carried out, and waits for it. */
gph_status owner_do(gph_host_stream *stream, uint32_t command);

#endif

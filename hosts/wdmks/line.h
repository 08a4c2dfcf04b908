/* One direction of a stream: a pin, and how its sound gets in or out. Made and ended by the control thread, used by the
 * audio thread while the stream runs. */
#ifndef GPH_HOSTS_WDMKS_LINE_H
#define GPH_HOSTS_WDMKS_LINE_H

#include "format.h"
#include "property.h"
#include "ring.h"

enum { KS_MIN_PACKETS = 2, KS_MAX_PACKETS = 8 };

/* A packet, and what the driver does with it. */
typedef struct ks_packet {
    ks_object *request;
    ks_stream_header
        *header; /* `data` is behind it: a driver may keep them longer than there is a stream */
    uint8_t *data;
} ks_packet;

/* A ring that the driver plays or fills. */
typedef struct ks_wavert {
    ks_ring ring;
    bool fence;           /* a barrier is asked for between our copy and the device's */
    uint32_t fifo;        /* bytes that the device has fetched ahead, or not yet put there */
    const void *position; /* the register, or NULL */
    bool wide;            /* it has 64 bits */
    ks_object *event;     /* NULL: polled */
    bool registered;      /* the driver knows the event */
    int64_t looked_ns;    /* when the position was read */
    uint64_t turned;      /* bytes that were taken, or told as played */
    uint64_t written;     /* where the next frame to be played goes */
    uint32_t lead;        /* bytes that are queued when a block is written */
    bool anchored;        /* `written` is valid */
} ks_wavert;

typedef struct ks_packets {
    ks_packet all[KS_MAX_PACKETS + 1];
    uint32_t n;         /* packets; one more than `queued` at the start for playback */
    uint32_t n_prefill; /* silent ones that are queued at the start */
    uint32_t bytes;     /* of each */
    uint32_t oldest;    /* next to come back */
    uint32_t n_out;     /* with the driver */
    uint32_t filled;    /* bytes in the packet that is being written */
    uint32_t carry;     /* bytes of a frame that the last packet began */
    bool ready;         /* the oldest is back with sound */
    bool drops;         /* no packet is free for what is played now */
    uint64_t played;    /* frames that came back and were not told yet */
    uint32_t n_bogus;   /* empty ones in a row */
} ks_packets;

typedef struct ks_line ks_line;

/* The two ways of a pin. */
typedef struct ks_line_kind {
    const char *name;
    uint32_t interface;
    /* [control] In STOP: takes memory, settles `block`. */
    ks_status (*prepare)(ks_line *line);
    /* [control] In PAUSE, before RUN. */
    ks_status (*begin)(ks_line *line);
    /* [audio] How many frames were captured, or played, that were not told yet. */
    ks_status (*look)(ks_line *line, int64_t now_ns, uint32_t *frames) GPH_AUDIO;
    /* [audio] Captured frames that wait beyond those of the next turn. NULL: none ever do. */
    uint32_t (*waiting)(ks_line *line) GPH_AUDIO;
    /* [audio] What to wait for; NULL: a timer. */
    ks_object *(*awaits)(const ks_line *line)GPH_AUDIO;
    /* [audio] Takes captured frames to `linear`, or counts played ones as told. */
    ks_status (*take)(ks_line *line, uint32_t frames) GPH_AUDIO;
    /* [audio] Makes room for frames to be played; adds what went missing to *lost. */
    ks_status (*room)(ks_line *line, uint32_t frames, uint64_t *lost) GPH_AUDIO;
    /* [audio] Plays frames of `linear`. */
    ks_status (*give)(ks_line *line, uint32_t frames) GPH_AUDIO;
    /* [control] Out of RUN: nothing stays with the driver. NULL: nothing ever is. */
    ks_status (*end)(ks_line *line);
    /* [control] Before the pin is closed, NULL: nothing to do; `gone`: ask the driver nothing. After it: memory is freed,
     * with `kept` but for what is with the driver still. */
    void (*leave)(ks_line *line, bool gone);
    void (*free)(ks_line *line, bool kept);
    /* [control] Frames beyond the block. */
    uint32_t (*latency)(const ks_line *line);
} ks_line_kind;

struct ks_line {
    /* Said before it is made. */
    ks_system system;
    bool out;
    uint32_t channels; /* that are used */
    uint32_t block;    /* wanted, then got; frames */
    uint32_t n_periods;
    bool loose; /* what paces it does not look at this ring's position */

    /* The control thread's. */
    const ks_line_kind *kind; /* NULL: there is none */
    ks_object *pin;
    ks_state state;
    ks_format format;
    uint32_t frame_bytes;
    uint32_t delay; /* frames that chipset and codec take */

    /* The audio thread's while it runs. */
    union {
        ks_wavert wavert;
        ks_packets packets;
    } at;
    uint32_t most;   /* frames of a turn */
    uint8_t *linear; /* native frames of a turn */
    float **planes;  /* channels, `most` frames each */
    uint32_t random; /* of the dither */
    uint64_t lost;   /* frames, until told */
    bool discont;    /* the driver spoke of a discontinuity */
};

extern const ks_line_kind ks_wavert_kind;
extern const ks_line_kind ks_packets_kind;

/* [control] Opens a pin with a format and makes it ready in STOP. Said before are system, out, channels, block, periods. */
ks_status ks_line_open(ks_line *line, ks_object *filter, uint32_t pin, const ks_line_kind *kind,
                       const ks_format *format);
/* [control] Closes it; `gone`: only close follows. Zeroed or closed lines are accepted. Whether it is gone. */
bool ks_line_close(ks_line *line, bool gone);
/* [control] STOP to PAUSE, with all that has to be ready before RUN; and back. */
ks_status ks_line_ready(ks_line *line);
ks_status ks_line_rest(ks_line *line);
/* [audio] Interleaved native frames in `linear` to planes, and back. */
void ks_line_unpack(ks_line *line, uint32_t frames) GPH_AUDIO;
void ks_line_pack(ks_line *line, uint32_t frames) GPH_AUDIO;
/* [control] A time in 100 ns as frames. */
uint32_t ks_line_frames(const ks_line *line, uint64_t time_100ns);

#endif

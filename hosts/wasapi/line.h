/* One direction of a stream: an audio client, and how sound gets in or out. [owner; audio where it says so] */
#ifndef GPH_HOSTS_WASAPI_LINE_H
#define GPH_HOSTS_WASAPI_LINE_H

#include "devices.h"
#include "position.h"

/* The rungs of the ladder, best first. */
typedef enum wa_rung { WA_RUNG_EXCLUSIVE = 0, WA_RUNG_LOW = 1, WA_RUNG_SHARED = 2 } wa_rung;

typedef struct wa_line {
    /* Said before it is opened. */
    const gph_wa_os *os;
    const gph_host_services *services;
    wa_session *session;
    char id[WA_ID];
    bool out;
    bool loopback;      /* captures what a device plays */
    uint32_t channels;  /* that are used */
    uint32_t n_periods; /* that are queued for playback */

    /* As opened. */
    wa_client *client; /* NULL: closed */
    wa_event *event;
    wa_rung rung;
    wa_format mix;    /* of the engine */
    wa_format format; /* of the stream */
    uint32_t frame_bytes;
    uint32_t block;   /* frames of a period */
    uint32_t buffer;  /* frames that the device has room for */
    uint32_t target;  /* of them, that are kept queued */
    uint32_t latency; /* frames that the system says it takes */
    bool spent;       /* the client was initialised, whatever came of it */
    bool running;

    /* [audio] */
    uint32_t most;    /* frames of a turn */
    float **planes;   /* channels, `most` frames each */
    uint32_t random;  /* of the dither */
    bool rung_at;     /* its event came: an exclusive one may be looked at */
    bool unasked;     /* it did not, and it is looked at all the same */
    int64_t heard_ns; /* when something was had or put last */
    uint32_t queued;  /* frames in the device after the last put, at heard_ns */
    wa_position at;
    bool distrust_told; /* that the position lies was told */
} wa_line;

/* Activates a client and asks for the mix format; closed lines only. */
wa_status wa_line_prepare(wa_line *line);
/* Another client after one that failed: a used one may not be initialised again. */
wa_status wa_line_renew(wa_line *line);
/* An initialised client becomes a line: sizes, event, service, memory. */
wa_status wa_line_settle(wa_line *line, wa_rung rung, const wa_format *format, uint32_t block);
/* Closes it. Zeroed or closed lines are accepted. */
void wa_line_close(wa_line *line);
/* Silence into playback, so that it can be started; capture is made ready. */
wa_status wa_line_ready(wa_line *line);
wa_status wa_line_start(wa_line *line);
wa_status wa_line_stop(wa_line *line);
/* 100 ns as frames, and back. */
uint32_t wa_line_frames(uint32_t rate, int64_t units);
int64_t wa_line_units(uint32_t rate, uint32_t frames);

/* [audio] What a turn of capture found. */
typedef struct wa_catch {
    uint32_t frames;
    uint32_t waiting; /* that are there still */
    uint64_t lost;
    bool discont;
    bool silent;
    int64_t now_ns;
} wa_catch;

/* [audio] Takes one packet to the planes. WA_NOTHING: there is none. */
wa_status wa_line_take(wa_line *line, wa_catch *got) GPH_AUDIO;
/* [audio] How many frames there is room for: 0 where it is not the time. */
wa_status wa_line_room(wa_line *line, uint32_t *frames) GPH_AUDIO;
/* [audio] Plays frames of the planes, or silence. */
wa_status wa_line_give(wa_line *line, uint32_t frames, bool silent) GPH_AUDIO;
/* [audio] Frames in the device at a time, between two looks; below 0: it has run dry by so many. */
double wa_line_queued(const wa_line *line, int64_t now_ns) GPH_AUDIO;

#endif

/* WASAPI without Windows: endpoints, an engine and clients behind gph_wa_os, on virtual time, and a script of what goes wrong.
 * It complains of what Windows would not stand, and of interfaces used by another thread than the one that made them. One
 * world a process. [test program] */
#ifndef GPH_TEST_FAKE_WA_H
#define GPH_TEST_FAKE_WA_H

#include "../../hosts/wasapi/format.h"
#include "../../hosts/wasapi/wa_os.h"

enum { FAKE_ENDPOINTS = 4 };

/* The calls that can be made to fail. */
typedef enum fake_call {
    FAKE_NONE = 0,
    FAKE_ENTER,
    FAKE_LIST,
    FAKE_DEFAULT,
    FAKE_WATCH,
    FAKE_ACTIVATE,
    FAKE_MIX,
    FAKE_SUPPORTED,
    FAKE_DEVICE_PERIOD,
    FAKE_ENGINE_PERIOD,
    FAKE_CURRENT_PERIOD,
    FAKE_INIT_LOW,
    FAKE_INIT,
    FAKE_BUFFER_SIZE,
    FAKE_LATENCY,
    FAKE_SET_EVENT,
    FAKE_SERVICE,
    FAKE_START,
    FAKE_STOP,
    FAKE_RESET,
    FAKE_PADDING,
    FAKE_NEXT,
    FAKE_GET_PACKET,
    FAKE_PUT_PACKET,
    FAKE_GET_ROOM,
    FAKE_PUT_ROOM,
    FAKE_N_CALLS
} fake_call;

typedef struct fake_endpoint {
    const char *id; /* NULL: none */
    const char *name;
    const char *container;
    bool out;
    bool present;
    wa_format mix;
    wa_format device; /* channels 0: not told */
    uint8_t raw[64];  /* in place of the mix, if raw_bytes > 0 */
    uint32_t raw_bytes;
    int64_t usual; /* periods in 100 ns */
    int64_t least;
    wa_periods low;      /* step 0: there is no IAudioClient3; least 0: its answer is a lie */
    uint32_t low_locked; /* the engine is fixed at so many frames */
    uint32_t buffer;     /* frames of shared buffers; 0: three periods, or as asked for */
    bool exclusive;      /* may be opened so */
    uint32_t max_rate;   /* of exclusive streams */
    uint32_t max_width;  /* likewise */
    int32_t only_sample; /* likewise, below 0: any */
    bool plain_only;     /* likewise: WAVEFORMATEX */
    bool two_faced;      /* supports what it then refuses, but for 16 bits */
    uint32_t align;      /* frames of exclusive buffers are a multiple of it; 0: any */
    int64_t longer_than; /* exclusive periods shorter than this are refused; 0: any */
    double ppm;
    int64_t latency; /* 100 ns */
} fake_endpoint;

typedef struct fake_wa {
    /* The test says. */
    fake_endpoint endpoints[FAKE_ENDPOINTS];
    int default_in; /* below 0: none */
    int default_out;
    int64_t jitter_ns;    /* waits end late by up to this */
    bool threaded;        /* time passes a little slower, so that others can watch */
    uint32_t width;       /* channels that something is to be heard on: saves time */
    bool cable;           /* what is played is captured */
    bool no_loopback;     /* refused when the service is asked for, as in Wine */
    bool no_events;       /* no event is rung from now on */
    bool frozen;          /* the devices stand still from now on */
    bool flags_always;    /* every packet says DISCONT */
    bool silent;          /* packets are flagged silent, their data is rubbish */
    uint32_t skip;        /* so many frames are lost at the next packet, and told */
    uint32_t swallow;     /* so many frames are lost at the next packet, and not told */
    uint32_t huge;        /* the next packet claims so many frames; 0: none */
    uint32_t empty_every; /* each n-th packet is BUFFER_EMPTY */
    int position_lie;     /* 1 stands still, 2 runs double, 3 goes back now and then */
    bool dies_quietly;    /* a removed device answers packets with success and none */
    fake_call fail_call;  /* this call fails ... */
    uint32_t fail_skip;   /* ... after so many good ones ... */
    uint32_t fail_times;  /* ... so often ... */
    wa_result fail_with;  /* ... with this */
    int64_t sleep_at_ns;  /* the next wait that passes this time ... */
    int64_t sleep_ns;     /* ... ends so much later */

    /* What was seen. */
    uint32_t n_calls[FAKE_N_CALLS];
    uint32_t n_complaints;
    char complaint[200];
    int32_t n_objects; /* sessions, clients, events */
    uint32_t init_mode, init_flags;
    int64_t init_duration;
    uint32_t init_frames; /* of IAudioClient3 */
    uint64_t n_right;     /* played frames that follow the one before */
    uint64_t n_breaks;
    uint64_t n_silent;
    uint64_t n_starved; /* frames that the device wanted and had not */
    float played[4];    /* the last ones of channel 0 */
    double roughest;    /* largest third difference of them while sound was played */
    int64_t now_ns;     /* virtual */
} fake_wa;

fake_wa *fake_world(void);
/* As new: two ways of one card, 64 channels at 48 kHz, 10 ms, IAudioClient3, exclusive; and two of another card, 2 channels. */
void fake_reset(void);
/* An endpoint goes, or comes back; another one becomes the default. */
void fake_remove(int endpoint);
void fake_return(int endpoint);
void fake_new_default(bool out, int endpoint);
/* The system tells that the endpoint is gone, before any call does. */
void fake_tell_gone(void);

#endif

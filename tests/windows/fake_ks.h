/* Kernel streaming without Windows: filters, pins and drivers behind gph_ks_os, on virtual time, and a script of what goes
 * wrong. It complains of what a driver would not stand. One world a process. [test program] */
#ifndef GPH_TEST_FAKE_KS_H
#define GPH_TEST_FAKE_KS_H

#include "../../hosts/wdmks/ks_os.h"

enum { FAKE_PINS = 3, FAKE_FILTERS = 3 };

/* How a pin is made. */
typedef struct fake_pin {
    bool there;
    bool out;
    bool looped;
    bool streaming;
    bool event;             /* its ring has notifications */
    uint32_t register_bits; /* 0: no position register */
    bool register_by_set;   /* it is had by SET only */
    uint32_t fifo_bytes;
    uint32_t delay_100ns; /* of the codec */
    bool fence;
    uint32_t ring_bytes; /* 0: as asked for */
    uint32_t max_channels;
    uint32_t min_rate, max_rate;
    uint32_t only_channels; /* 0: any */
    uint32_t only_bits;     /* of the container; 0: any */
    uint32_t instances;     /* open ones that others have, of 1 */
    bool busy;              /* creating it says so */
    const char *place;
} fake_pin;

typedef struct fake_filter {
    const char *path; /* NULL: none */
    const char *name;
    bool present;
    fake_pin pins[FAKE_PINS];
} fake_filter;

typedef struct fake_ks {
    /* The test says. */
    fake_filter filters[FAKE_FILTERS];
    double ppm;
    int64_t jitter_ns;    /* waits end late by up to this */
    bool real;            /* real time */
    bool cable;           /* what is played is captured, two channels of it */
    bool no_events;       /* from now on no event is signalled */
    bool frozen;          /* from now on the devices stand still */
    bool spurious;        /* each second wait ends at once */
    bool reorder;         /* packets come back two by two, the later one first */
    uint32_t empty_every; /* each n-th captured packet comes back empty; 1: all */
    uint32_t odd_used;    /* so many bytes of a captured packet are used; 0: all */
    bool lies;            /* captured packets claim more than they can hold */
    bool notifies;        /* removal is told by the system */
    bool keeps_packets;   /* cancel does nothing ... */
    bool rings_kept;      /* ... but rings their events */
    uint32_t fail_at;     /* the n-th call fails, 0: none */
    ks_status fail_with;
    int32_t
        remove_at_state; /* the device goes when a pin comes to this state, upwards; below 0: never */
    int64_t sleep_at_ns; /* the next wait that passes this time ... */
    int64_t sleep_ns;    /* ... ends so much later */

    /* What was seen. */
    uint32_t calls;
    uint32_t n_complaints;
    char complaint[200];
    int32_t n_objects;
    int32_t n_mapped;
    uint32_t n_formats; /* pins that were refused for their format */
    uint64_t n_right;   /* played frames that follow the one before */
    uint64_t n_breaks;
    uint64_t n_silent;
    int64_t now_ns; /* virtual */
} fake_ks;

fake_ks *fake_world(void);
/* As new: one filter, capture and playback, WaveRT with events, up to 64 channels, 8 to 192 kHz. */
void fake_reset(void);
/* The first filter goes, or comes back. */
void fake_remove(void);
void fake_return(void);
/* The driver writes to all packets that it kept, and lets go of them. How many those were. */
uint32_t fake_let_go(void);

#endif

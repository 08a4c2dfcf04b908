/* A pump's inside, for the files of this folder. */
#ifndef GPH_HOSTS_PUMP_INNER_H
#define GPH_HOSTS_PUMP_INNER_H

#include "pump.h"

#include <stdatomic.h>

enum {
    GPH_PUMP_EVENTS = 64,
    GPH_PUMP_TEXTS = 8,
    GPH_PUMP_KEPT = 256,     /* bytes of a kept text */
    GPH_PUMP_PATIENCE = 2000 /* ms that a thread is given to end */
};

/* A queue of many writers and one reader. Each slot's turn says whose it is: equal to the ticket, free to write; one
 * more, ready to read (D. Vyukov's bounded queue). */
typedef struct gph_pump_slot {
    atomic_uint turn;
    gph_host_event event;
} gph_pump_slot;

typedef struct gph_pump_events {
    gph_pump_slot slots[GPH_PUMP_EVENTS];
    atomic_uint head; /* next ticket to write */
    unsigned tail;    /* next to read; the control thread's */
    _Atomic uint64_t dropped;
} gph_pump_events;

void gph_pump_events_init(gph_pump_events *events);
bool gph_pump_events_push(gph_pump_events *events, const gph_host_event *event);
bool gph_pump_events_pop(gph_pump_events *events, gph_host_event *event);

/* Who may call the engine. A driver enters by exchanging FREE for its own value and leaves by putting FREE back, so two
 * cycles never run at once; nobody waits but the control thread, which takes the gate to shut it. */
enum {
    GPH_GATE_SHUT = 0,
    GPH_GATE_FREE = 1,
    GPH_GATE_BUSY = 2,
    GPH_GATE_FILLING = 3,
    GPH_GATE_WITHHELD = 4 /* blocks are lost for a rehearsal; whoever would enter counts them */
};

/* Why the stream is LOST. */
enum { GPH_LOST_NOT = 0, GPH_LOST_GONE = 1, GPH_LOST_STALLED = 2 };

/* As many and as long as the channels and frames of a stream. */
typedef struct gph_pump_buffers {
    float *zero;          /* max_frames of silence */
    const float **in_cut; /* n_in pointers into a block */
    float **out_cut;      /* n_out */
    const float **zeros;  /* n_in times `zero` */
    float **junks;        /* n_out: what the filling timer's cycles play */
} gph_pump_buffers;

struct gph_pump {
    gph_pump_plan plan;

    /* As configured; changed by the control thread while the gate is shut. */
    double rate;
    uint32_t max_frames;
    uint32_t n_in;
    uint32_t n_out;
    gph_pump_buffers buffers;
    const char *scheduling;

    /* Whoever holds the gate. */
    gph_pump_filter filter;
    gph_pump_witness witness;
    int64_t frame;            /* of the next cycle, losses before it not yet added */
    int64_t last_due_ns;      /* when the last turn should have begun */
    int64_t last_due_boot_ns; /* likewise, sleep of the machine counted */
    int64_t last_mono_ns;     /* stamp of the last cycle */
    int64_t fill_origin_ns;   /* when the device's last turn was due, before silence took over */
    uint64_t filled;          /* frames since, lost or silent */
    bool fills;               /* the last turn was one of silence */
    uint32_t piece_from;      /* of the block that is being cut */
    uint32_t piece_frames;
    uint64_t
        withheld; /* frames lost for a rehearsal that `gap` is to tell; 0: it tells by the clock */
    uint64_t withhold; /* so many are to be */
    bool first;        /* no turn since start */
    bool gap;          /* another driver or device: what passed is to be told by the clock */
    bool resumed;      /* first turn after LOST */

    atomic_uint gate;  /* GPH_GATE_* */
    atomic_uint state; /* GPH_STREAM_STATE_* */
    atomic_uint loss;  /* GPH_LOST_* */
    _Atomic(const char *) reason;
    atomic_bool handback;  /* the device is there again: the filling timer is to leave */
    atomic_bool rebase;    /* the witness is to begin anew */
    atomic_bool freewheel; /* the last cycle was one */
    atomic_bool ended;     /* the engine has come to its end */
    atomic_bool quit;      /* the thread is to end */
    atomic_bool quit_fill; /* the filling timer is to end */
    atomic_uint block;     /* usual */
    atomic_uint latency_in;
    atomic_uint latency_out;

    _Atomic uint64_t cycles, frames, late, lost_in, lost_out, reopens;
    _Atomic int64_t entered_ns; /* entry of the last turn, for others */
    _Atomic int64_t wake_ns_max;
    _Atomic double load, drift_ppm;

    gph_pump_events events;

    /* The control thread's. */
    gph_thread *thread;
    gph_thread *filler;
    bool in_event; /* the engine is being told: stop and close are refused */
    int64_t
        unplugged_until_ns; /* boot time: before it the device does not come back, for a rehearsal */
    bool released;          /* the dead device was let go of */
    int64_t lost_since_ns;  /* boot time */
    int64_t retry_ns;       /* when to try again */
    uint32_t n_retries;
    uint64_t suspect_cycles;  /* as they stood when the watchdog grew suspicious */
    int64_t suspect_ns;       /* when; 0: not suspicious */
    char told[GPH_PUMP_KEPT]; /* last reason given why the device does not come back */
    char kept[GPH_PUMP_TEXTS][GPH_PUMP_KEPT];
    unsigned n_kept;
};

/* [audio, holding the gate] One turn: stamps, cuts, calls. */
int32_t gph_pump_turn(gph_pump *pump, const gph_pump_block *block) GPH_AUDIO;
/* [audio, holding the gate as FILLING] When the next block of silence is due; and that block, entered at now_ns. */
int64_t gph_pump_fill_due(gph_pump *pump, int64_t now_ns) GPH_AUDIO;
int32_t gph_pump_fill_turn(gph_pump *pump, int64_t now_ns) GPH_AUDIO;
/* [audio, the gate is WITHHELD] A block that the engine is not to get. */
void gph_pump_withhold(gph_pump *pump, const gph_pump_block *block) GPH_AUDIO;
/* [control] Takes the gate so that no cycle runs, or gives up after 2 s; opens it. */
bool gph_pump_shut(gph_pump *pump);
/* [control] The same, but to be SHUT or WITHHELD: no block is let in or passed over in between. */
bool gph_pump_take_gate(gph_pump *pump, unsigned to);
void gph_pump_open(gph_pump *pump);
/* [control] The device's thread and the filling timer. */
gph_status gph_pump_thread_start(gph_pump *pump);
gph_status gph_pump_thread_end(gph_pump *pump);
void gph_pump_filler_start(gph_pump *pump);
void gph_pump_filler_end(gph_pump *pump);
/* [control] Looks after a stream that is LOST, or should be. */
void gph_pump_watch(gph_pump *pump);
void gph_pump_recover(gph_pump *pump);
/* [any] Changes the state, and says so once. */
void gph_pump_enter(gph_pump *pump, uint32_t state, const char *reason);

#endif

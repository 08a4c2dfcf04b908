/* A virtual sound device: a crystal, a few blocks of buffer, a signal at its input, perhaps a cable. */
#ifndef GPH_HOSTS_CLOCK_DEVICE_H
#define GPH_HOSTS_CLOCK_DEVICE_H

#include "../pump/pump.h"
#include "script.h"

#include <stdatomic.h>

/* What is heard at the inputs. */
enum { SIGNAL_SILENCE = 0, SIGNAL_SINE = 1, SIGNAL_COUNTER = 2, SIGNAL_CABLE = 3 };

typedef struct clock_device {
    /* Set before it runs. */
    const gph_host_services *services;
    bool stepped;     /* time is virtual: it passes only when something waits for it */
    double rate;      /* nominal frames a second */
    uint32_t periods; /* blocks of buffer */
    uint32_t n_in;
    uint32_t n_out;
    uint32_t signal; /* SIGNAL_* */
    uint32_t delay;  /* of the cable beyond the block, frames */
    double jitter;   /* wake-ups are late by up to so many seconds */
    clock_script script;

    /* The driver's. */
    double true_rate;  /* with ppm */
    int64_t origin_ns; /* frame `origin` is captured at */
    int64_t origin;
    int64_t position;     /* next frame to be delivered */
    uint32_t frames;      /* of a block */
    uint32_t next_line;   /* of the script */
    uint32_t trip;        /* frames from output to input through the cable */
    uint32_t ring_frames; /* of the cable, a power of two */
    uint32_t random;
    double late_once; /* seconds */
    uint64_t lost;    /* by the script, to be told with the next block */
    bool xrun;        /* likewise */
    bool no_events;
    bool gone;
    float *memory; /* all samples */
    float **in;
    float **out;
    float *ring; /* n_out * ring_frames */

    /* Anyone's. */
    _Atomic int64_t virtual_ns;
    _Atomic uint32_t wanted_block; /* 0: as it is */
    atomic_bool freewheel;
    atomic_uint latency_out;

    /* The control thread's, and the script's while the driver runs. */
    int64_t back_ns;   /* a vanished device is there again */
    uint32_t refusals; /* so many times opening will fail */
    double back_rate;  /* 0: as before */
    bool returns;      /* it was opened again, with back_rate */
    uint32_t back_channels;
    bool spare; /* the other device is in use */
} clock_device;

/* [control] Takes memory for blocks of up to GPH_MAX_FRAMES. */
gph_status device_init(clock_device *device, uint32_t block, double ppm);
void device_finish(clock_device *device);
/* [control] From now on the crystal counts: again from 0, or on from where the clock says it would be. */
void device_start(clock_device *device, bool anew);
/* [control, no driver runs] It goes on from where it is with another rate. */
void device_set_rate(clock_device *device, double rate);

/* [any] */
int64_t device_now_ns(const clock_device *device);
/* [audio] Lets time pass. */
void device_sleep(clock_device *device, int64_t until_ns);
/* [audio] As of the pump's back end; `pump` is told of changes of the block. */
gph_status device_wait(clock_device *device, gph_pump *pump, int64_t until_ns,
                       gph_pump_block *block, const char **reason);
void device_commit(clock_device *device, const gph_pump_block *block);

#endif

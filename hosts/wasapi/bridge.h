/* Carries what is played to a device with a clock of its own. Capture is the master and is not touched; playback follows
 * by a resampler whose ratio keeps the fill where it should be, within 0.5 %. One thread uses it. [audio, but for life] */
#ifndef GPH_HOSTS_WASAPI_BRIDGE_H
#define GPH_HOSTS_WASAPI_BRIDGE_H

#include <graphophone/module.h>

#include <stdbool.h>

enum { WA_TAPS = 32, WA_PHASES = 256 };

typedef struct wa_bridge {
    uint32_t channels;
    double rate;
    uint32_t capacity; /* frames of a ring, a power of two */
    float *ring;       /* channels * capacity */
    float *kernel;     /* (WA_PHASES + 1) * WA_TAPS */
    uint64_t written;  /* frames pushed */
    uint64_t read;     /* first frame that the kernel sees */
    double phase;      /* of the next output between two frames */
    double step;       /* frames that an output takes */
    double target;     /* frames on the way, before a push */
    double error;      /* of them, smoothed */
    double integral;   /* part of the step that has settled */
    bool one_clock;    /* both ends are one piece of hardware: watched only */
    bool begun;
    bool dry;         /* the device had nothing to play */
    uint64_t lost;    /* frames of silence in place of sound, until taken */
    uint64_t resyncs; /* times that the way was emptied or filled anew */
} wa_bridge;

/* [control] For blocks of at most `most` frames and a target on the way. 0, or below for no memory. */
gph_status wa_bridge_init(wa_bridge *bridge, uint32_t channels, double rate, uint32_t most,
                          uint32_t target, bool one_clock);
/* [control] Zeroed is accepted. */
void wa_bridge_finish(wa_bridge *bridge);
/* [control, nothing running] As new. */
void wa_bridge_reset(wa_bridge *bridge);
/* Frames from the engine; `queued` are in the device (fractions of one count). */
void wa_bridge_push(wa_bridge *bridge, const float *const *planes, uint32_t frames,
                    double queued) GPH_AUDIO;
/* The device had nothing to play for so many frames. */
void wa_bridge_starved(wa_bridge *bridge, uint32_t frames) GPH_AUDIO;
/* Frames for the device; silence where there are none. */
void wa_bridge_pull(wa_bridge *bridge, float *const *planes, uint32_t frames) GPH_AUDIO;
/* Frames that an output comes later than its input, without what is queued. */
uint32_t wa_bridge_delay(void);
/* How much faster than this one the other clock goes, millionths. */
double wa_bridge_drift_ppm(const wa_bridge *bridge) GPH_AUDIO;

#endif

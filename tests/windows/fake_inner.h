/* The fake's objects, for its own files. [test program] */
#ifndef GPH_TEST_FAKE_INNER_H
#define GPH_TEST_FAKE_INNER_H

#include "fake_ks.h"

enum { FAKE_FILTER, FAKE_PIN, FAKE_EVENT, FAKE_REQUEST, FAKE_TIMER };

struct ks_object {
    int kind; /* FAKE_* */
    ks_object *next;
    fake_filter *filter; /* of filters and pins */
    bool told_gone;
    atomic_bool *gone; /* of filters: to be set at removal */

    /* Of pins. */
    const fake_pin *plan;
    uint32_t channels, frame_bytes, bits, rate;
    bool is_float, looped;
    ks_state state;
    int64_t run_ns;   /* when frame `base` passed */
    uint64_t base;    /* frames until it last began to run */
    uint64_t frames;  /* that have passed */
    uint64_t fetched; /* frames that are in memory or were read from there */
    uint64_t epoch;   /* counter of frame 0 */
    uint8_t *ring;
    uint32_t ring_bytes;
    size_t mapped;
    uint64_t *position; /* the register's page */
    ks_object *event;
    uint64_t next_ticket;
    int64_t last_played; /* value of channel 0 */
    uint32_t n_done;     /* packets */
    ks_object *held;     /* a packet that comes back after the next one */

    /* Of events and requests. */
    bool signalled;

    /* Of requests. */
    bool pending, done;
    ks_status result;
    ks_stream_header *header;
    uint32_t filled;
    ks_object *pin;
    uint64_t ticket;
};

void fake_complain(const char *format, ...) __attribute__((format(printf, 1, 2)));
ks_object *fake_objects(void);
int64_t fake_now(void);
/* All devices go on to a time. */
void fake_advance(int64_t now_ns);
ks_status fake_property(ks_object *o, const void *in, uint32_t in_bytes, void *out,
                        uint32_t out_bytes, uint32_t *got);

#endif

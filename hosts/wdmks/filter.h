/* The pins of a filter: which can be opened, with what, and what they are called. [control] */
#ifndef GPH_HOSTS_WDMKS_FILTER_H
#define GPH_HOSTS_WDMKS_FILTER_H

#include "property.h"
#include "ranges.h"

enum { KS_MAX_PINS = 64, KS_NAME = 256 };

typedef struct ks_pin {
    uint32_t id;
    bool out;       /* it plays */
    bool looped;    /* WaveRT */
    bool streaming; /* packets */
    bool busy;      /* as many of it are open as may be */
    ks_ranges ranges;
} ks_pin;

/* The pins that a program may open; at most KS_MAX_PINS of them. What cannot be asked costs that pin only. */
ks_status ks_filter_pins(const ks_system *system, ks_object *filter, ks_pin *pins, uint32_t *n);
/* One of them, asked anew. */
ks_status ks_filter_pin(const ks_system *system, ks_object *filter, uint32_t id, ks_pin *pin);
/* What the place is called where the pin's sound comes from or goes to; "" if nobody says. KS_OK, or KS_GONE. */
ks_status ks_filter_place(const ks_system *system, ks_object *filter, const ks_pin *pin,
                          char name[KS_NAME]);

#endif

/* What the parameters of an instance do over a whole run, whatever the blocks. [control] */
#ifndef GPH_COURT_CURVES_H
#define GPH_COURT_CURVES_H

#include "cell.h"

#include <graphophone/module.h>

/* How they move. */
typedef enum curves_mode {
    CURVES_STILL,  /* each at its default */
    CURVES_MOVING, /* by `seed`, about three times, smoothly or in steps as each wants it */
    CURVES_LEAST,  /* each at its least, at its greatest */
    CURVES_GREATEST,
    CURVES_EXTREME /* jumping from one end to the other, by `seed` */
} curves_mode;

/* One that goes to one of its ends, while the others are still. */
typedef struct curves_way {
    uint32_t param;
    curves_mode to;        /* LEAST or GREATEST */
    uint32_t from, length; /* the frames of the ramp; length 1: it jumps */
} curves_way;

typedef struct curves curves;

/* `width` is that of the rule CHANNEL, `pairs` that of CROSSPOINT, n_in of them a row. */
curves *curves_new(const gph_type *type, curves_mode mode, uint32_t seed, double rate,
                   uint32_t frames, uint32_t width, uint32_t n_in, uint32_t pairs);
/* Of curves that are still one takes that way. */
void curves_move(curves *c, const gph_type *type, const curves_way *way, double rate);
/* Whether a parameter is ramped at all. */
bool curves_is_smooth(const gph_param *p);
/* The parameters of frames at..at+frames, until the next call. With `hint` flat ones are CONSTANT. */
const gph_value *curves_values(curves *c, uint32_t at, uint32_t frames, bool hint);
void curves_free(curves *c);

/* How many values a rule makes. */
uint32_t curves_items(uint32_t rule, uint32_t items, uint32_t width, uint32_t pairs);

#endif

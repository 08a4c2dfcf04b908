/* The clock filter and the gap witness. [audio]
 *
 * Filter: F. Adriaensen's delay-locked loop ("Using a DLL to filter time", 2005) with a bandwidth that narrows while
 * it settles. Witness: a turn entered late only raises the excess of time over frames, so what went missing is what
 * remains in its minimum.
 */
#include "pump.h"

#include <math.h>

static const double two_pi = 6.283185307179586;
static const double widest_hertz = 1.0;     /* bandwidth at the start */
static const double narrowest_hertz = 0.05; /* and when settled */
static const double settled_seconds = 2.0;
static const double furthest = 0.005;     /* rates further from nominal are not believed */
static const double resync_ns = 100e6;    /* an error beyond it is a jump, not jitter */
static const double usual_decay = 0.9995; /* of the jitter last seen, a turn */
enum { patient_turns = 32 }; /* raised for so long is a loss even where jitter is as large */
static const double follow_ppm = 500e-6; /* drift that the witness takes for drift */

void
gph_pump_filter_init(gph_pump_filter *filter, double rate)
{
    *filter = (gph_pump_filter){.rate = rate, .ns_per_frame = 1e9 / rate};
}

int64_t
gph_pump_filter_turn(gph_pump_filter *filter, int64_t now_ns, double frames)
{
    if (!filter->running) {
        filter->running = true;
        filter->base_ns = now_ns;
        filter->at_ns = 0;
        return now_ns;
    }
    double period = frames / filter->rate;
    double predicted = filter->at_ns + frames * filter->ns_per_frame;
    double error = (double)(now_ns - filter->base_ns) - predicted;
    filter->elapsed += period;
    if (fabs(error) > resync_ns || frames <= 0) {
        filter->at_ns = (double)(now_ns - filter->base_ns);
        return now_ns;
    }
    double hertz = fmax(narrowest_hertz, widest_hertz / (1 + filter->elapsed));
    double omega = fmin(two_pi * hertz * period, 0.5);
    filter->at_ns = predicted + 1.4142135623730951 * omega * error;
    filter->ns_per_frame += omega * omega * error / frames;
    double nominal = 1e9 / filter->rate;
    filter->ns_per_frame =
        fmin(fmax(filter->ns_per_frame, nominal * (1 - furthest)), nominal * (1 + furthest));
    return filter->base_ns + (int64_t)filter->at_ns;
}

double
gph_pump_filter_rate(const gph_pump_filter *filter)
{
    return filter->elapsed < settled_seconds ? filter->rate : 1e9 / filter->ns_per_frame;
}

void
gph_pump_witness_init(gph_pump_witness *witness, double rate)
{
    *witness = (gph_pump_witness){.rate = rate};
}

uint64_t
gph_pump_witness_turn(gph_pump_witness *witness, int64_t now_ns, uint32_t frames, uint64_t lost,
                      uint64_t waiting)
{
    if (!witness->armed) {
        witness->armed = true;
        witness->start_ns = now_ns;
        witness->delivered = -(double)waiting;
        return 0;
    }
    witness->delivered += (double)frames + (double)lost;
    double passed = (double)(now_ns - witness->start_ns) * witness->rate * 1e-9;
    double rise = passed - witness->delivered - (double)waiting - witness->base;
    if (rise < 0) {
        witness->base += rise;
        rise = 0;
    } else {
        /* Only as fast as crystals differ: a real loss is far above this. */
        witness->base += fmin(rise, follow_ppm * (double)frames);
    }
    /* What comes and goes again is jitter: so much of it is usual. */
    double fall = fmin(witness->rise - rise, (double)frames);
    witness->usual = fmax(witness->usual * usual_decay, fall);
    witness->rise = rise;
    /* What waits is told in whole frames. */
    double half = (double)frames / 2 + (waiting > 0 ? 1 : 0);
    if (rise <= half) {
        witness->n_raised = 0;
        return 0;
    }
    witness->least = witness->n_raised == 0 ? rise : fmin(witness->least, rise);
    /* What had waited comes in one go: that is one look at the clock, not several. */
    if (witness->n_raised > 0 && (double)(now_ns - witness->raised_ns) * witness->rate < half * 1e9)
        return 0;
    witness->raised_ns = now_ns;
    witness->n_raised++;
    bool clear = witness->n_raised >= 2 && witness->least > half + witness->usual;
    if (!clear && witness->n_raised < patient_turns)
        return 0;
    uint64_t missing = (uint64_t)(witness->least + 0.5);
    witness->delivered += (double)missing;
    witness->rise = 0;
    witness->n_raised = 0;
    return missing;
}

int64_t
gph_pump_ticks_ns(uint64_t ticks, uint64_t hertz)
{
    return (int64_t)(ticks / hertz * 1000000000u + ticks % hertz * 1000000000u / hertz);
}

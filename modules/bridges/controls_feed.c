/* Gives a plugin the values of its controls, frame by frame. [audio] */
#include "controls.h"

#include <math.h>

/* In the plugin's unit. A value that was written with at most four decimals there arrives as written:
 * 60 % is the float nearest to 0.6, which times 100 is not the one nearest to 60. */
static float GPH_AUDIO
in_plugins_unit(float held, double scale)
{
    const double value = (double)held / scale;
    const double written = round(value * 1e4) / 1e4;
    return (float)(scale != 1 && fabs(written - value) <= fabs(value) * 1.2e-7 ? written : value);
}

/* What the port of the plugin gets for a value of the parameter. */
static void GPH_AUDIO
set(control *one, float held)
{
    one->held = held;
    if (one->flags & GPH_PARAM_CHOICE)
        one->value = one->points[held < 0                         ? 0
                                 : (uint32_t)held < one->n_points ? (uint32_t)held
                                                                  : 0];
    else if (one->flags & GPH_PARAM_SWITCH)
        one->value = held > 0 ? 1.0f : 0.0f;
    else
        one->value = in_plugins_unit(held, one->scale);
    if (one->whole)
        one->value = roundf(one->value);
}

static uint32_t GPH_AUDIO
to_grid(uint64_t position)
{
    return CONTROL_GRID - (uint32_t)(position % CONTROL_GRID);
}

/* One that steps at its frame: how long it stays as it is at `at`. */
static uint32_t GPH_AUDIO
feed_step(control *one, const gph_value *value, uint32_t at, uint32_t left)
{
    const float now = value->ramp[at];
    if (now != one->held)
        set(one, now);
    if (value->flags & GPH_VALUE_CONSTANT)
        return left;
    for (uint32_t f = 1; f < left; f++)
        if (value->ramp[at + f] != now)
            return f;
    return left;
}

/* One that is smoothed: taken on the grid, and held in between. */
static uint32_t GPH_AUDIO
feed_ramp(control *one, const gph_value *value, uint64_t position, uint32_t at, uint32_t left)
{
    const uint32_t grid = to_grid(position);
    const bool flat = (value->flags & GPH_VALUE_CONSTANT) != 0;
    if (grid == CONTROL_GRID && value->ramp[at] != one->held)
        set(one, value->ramp[at]);
    if (flat && one->held == value->ramp[at])
        return left;
    return grid < left ? grid : left;
}

uint32_t GPH_AUDIO
gph_controls_feed(controls *self, const gph_io *io, uint32_t at)
{
    const uint32_t left = io->frames - at;
    uint32_t n = left;
    for (uint32_t k = 0; k < self->n_params; k++) {
        control *one = &self->all[self->param_of[k]];
        const bool steps = (self->params[k].flags & (GPH_PARAM_STEP | GPH_PARAM_CHOICE)) != 0;
        const uint32_t lasts = steps ? feed_step(one, &io->params[k], at, left)
                                     : feed_ramp(one, &io->params[k], self->position, at, left);
        n = lasts < n ? lasts : n;
    }
    self->position += n;
    return n;
}

void GPH_AUDIO
gph_controls_report(const controls *self, const gph_io *io)
{
    for (uint32_t m = 0; m < self->n_meters; m++) {
        const control *one = &self->all[self->meter_of[m]];
        io->meters[m][0] = isfinite(one->value) ? (float)((double)one->value * one->scale) : 0.0f;
    }
}

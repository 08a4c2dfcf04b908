/* What the parameters of an instance do over a whole run. [control] */
#include "curves.h"

#include "../graph/value_check.h"
#include "seed.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* Items share so few curves: a matrix has a million of them. */
enum { SHAPES = 4, MOVES = 3, NAME = 128 };

typedef struct curve {
    char name[NAME];
    uint32_t n_items, n_shapes;
    float *shapes[SHAPES]; /* [frame] of the whole run */
    cell *ramps[SHAPES];
    cell *items;
    uint32_t n_in; /* DIAGONAL: items of a row; else 0 */
} curve;

struct curves {
    uint32_t n, frames;
    curve *each;
    cell *values;
};

static void *
take(size_t n, size_t size)
{
    void *memory = calloc(n + 1, size);
    if (!memory)
        exit(70);
    return memory;
}

uint32_t
curves_items(uint32_t rule, uint32_t items, uint32_t width, uint32_t pairs)
{
    return rule == GPH_INDEX_CHANNEL      ? width
           : rule == GPH_INDEX_CROSSPOINT ? pairs
           : rule == GPH_INDEX_ITEM       ? items
                                          : 1;
}

bool
curves_is_smooth(const gph_param *p)
{
    return !(p->flags & (GPH_PARAM_STEP | GPH_PARAM_CHOICE)) &&
           (!(p->flags & GPH_PARAM_SWITCH) || p->smooth_ms > 0);
}

/* As the runtime hands it over. */
static float
handed(const gph_param *p, float value)
{
    if (p->flags & GPH_PARAM_GAIN)
        return isinf(value) ? 0.0f : (float)pow(10.0, (double)value / 20.0);
    return p->flags & (GPH_PARAM_CHOICE | GPH_PARAM_SWITCH) ? roundf(value) : value;
}

static float
target(const gph_param *p, curves_mode mode, double rate, uint32_t *seed)
{
    const float max = gph_param_max(p, rate);
    float part = seed_fraction(seed);
    if (mode == CURVES_STILL)
        return handed(p, p->def);
    if (mode == CURVES_LEAST || (mode == CURVES_EXTREME && part < 0.5f))
        return handed(p, p->flags & GPH_PARAM_GAIN ? -INFINITY : p->min);
    if (mode == CURVES_GREATEST || mode == CURVES_EXTREME)
        return handed(p, max);
    return handed(p, p->min + (max - p->min) * part);
}

static void
draw(float *shape, const gph_param *p, curves_mode mode, double rate, uint32_t frames,
     uint32_t *seed)
{
    float value = mode == CURVES_MOVING ? handed(p, p->def) : target(p, mode, rate, seed);
    const double ms = p->smooth_ms > 0 ? (double)p->smooth_ms : 20;
    const uint32_t length = curves_is_smooth(p) ? 1 + (uint32_t)(ms * rate / 1000) : 1;
    uint32_t at = 0;
    for (uint32_t m = 0; m <= MOVES; m++) {
        const bool moves = mode == CURVES_MOVING || mode == CURVES_EXTREME;
        const uint32_t until =
            m < MOVES && moves ? at + seed_below(seed, 2 * frames / (MOVES + 1) + 1) : frames;
        for (; at < until && at < frames; at++)
            shape[at] = value;
        const float from = value;
        value = target(p, mode, rate, seed);
        for (uint32_t n = 1; n <= length && at < frames && m < MOVES; n++, at++)
            shape[at] = n == length ? value : from + (value - from) * ((float)n / (float)length);
    }
}

curves *
curves_new(const gph_type *type, curves_mode mode, uint32_t seed, double rate, uint32_t frames,
           uint32_t width, uint32_t n_in, uint32_t pairs)
{
    curves *c = take(1, sizeof *c);
    *c = (curves){.n = type->n_params, .frames = frames};
    c->each = take(c->n, sizeof *c->each);
    for (uint32_t i = 0; i < c->n; i++) {
        const gph_param *p = &type->params[i];
        curve *each = &c->each[i];
        snprintf(each->name, NAME, "parameter '%.100s'", p->name);
        each->n_items = curves_items(p->rule, p->items, width, pairs);
        each->n_shapes = mode == CURVES_MOVING && each->n_items > 1 ? SHAPES : 1;
        if ((p->flags & GPH_PARAM_DIAGONAL) && mode == CURVES_STILL) {
            each->n_in = n_in;
            each->n_shapes = 2; /* the second stays 0 */
        }
        for (uint32_t s = 0; s < each->n_shapes; s++) {
            each->shapes[s] = take(frames, sizeof(float));
            each->ramps[s] = cell_new(CELL_RAMP, each->name, 0, sizeof(float), frames);
            if (s == 0 || !each->n_in)
                draw(each->shapes[s], p, mode, rate, frames, &seed);
        }
        each->items = cell_new(CELL_ITEM, each->name, 0, sizeof(float *), each->n_items);
    }
    c->values = cell_new(CELL_LIST, "the parameters", 0, sizeof(gph_value), c->n);
    return c;
}

void
curves_move(curves *c, const gph_type *type, const curves_way *way, double rate)
{
    const gph_param *p = &type->params[way->param];
    uint32_t seed = 1;
    const float from = handed(p, p->def);
    const float to = target(p, way->to, rate, &seed);
    for (uint32_t f = way->from; f < c->frames; f++) {
        const uint32_t gone = f - way->from + 1;
        const float part = (float)gone / (float)way->length;
        c->each[way->param].shapes[0][f] = gone >= way->length ? to : from + (to - from) * part;
    }
}

static bool
is_flat(const float *ramp, uint32_t frames)
{
    for (uint32_t f = 1; f < frames; f++)
        if (ramp[f] != ramp[0])
            return false;
    return true;
}

const gph_value *
curves_values(curves *c, uint32_t at, uint32_t frames, bool hint)
{
    gph_value *values = cell_use(c->values, c->n);
    for (uint32_t i = 0; i < c->n; i++) {
        curve *each = &c->each[i];
        const float *ramps[SHAPES];
        bool flat = true;
        for (uint32_t s = 0; s < each->n_shapes; s++) {
            float *ramp = cell_use(each->ramps[s], frames);
            for (uint32_t f = 0; f < frames; f++)
                ramp[f] = each->shapes[s][at + f];
            flat = flat && is_flat(ramp, frames);
            ramps[s] = ramp;
        }
        const float **items = cell_use(each->items, each->n_items);
        for (uint32_t n = 0; n < each->n_items; n++)
            items[n] = each->n_in ? ramps[n / each->n_in == n % each->n_in ? 0 : 1]
                                  : ramps[n % each->n_shapes];
        values[i] = (gph_value){.value = each->n_items ? items[0][frames - 1] : 0,
                                .flags = hint && flat ? GPH_VALUE_CONSTANT : 0,
                                .ramp = each->n_items ? items[0] : ramps[0],
                                .ramps = items};
    }
    return values;
}

void
curves_free(curves *c)
{
    if (!c)
        return;
    for (uint32_t i = 0; i < c->n; i++) {
        for (uint32_t s = 0; s < c->each[i].n_shapes; s++) {
            cell_free(c->each[i].ramps[s]);
            free(c->each[i].shapes[s]);
        }
        cell_free(c->each[i].items);
    }
    cell_free(c->values);
    free(c->each);
    free(c);
}

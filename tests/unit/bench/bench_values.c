/* Settings and parameters of a module bench: texts to numbers, changes to ramps. [test program] */
#include "bench_parts.h"
#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

void
bench_set(bench *b, const char *name, const char *text)
{
    ck_assert_uint_lt(b->n_settings, BENCH_SETTINGS);
    b->settings[b->n_settings].name = name;
    b->settings[b->n_settings++].text = text;
}

void
bench_param(bench *b, const char *name, uint32_t item, uint32_t frame, float value)
{
    ck_assert_uint_lt(b->n_moves, BENCH_MOVES);
    b->moves[b->n_moves].name = name;
    b->moves[b->n_moves].item = item;
    b->moves[b->n_moves].frame = frame;
    b->moves[b->n_moves++].value = value;
}

void
bench_trigger(bench *b, const char *name, uint32_t frame)
{
    ck_assert_uint_lt(b->n_hits, BENCH_HITS);
    b->hits[b->n_hits].name = name;
    b->hits[b->n_hits++].frame = frame;
}

/* ---------------------------------------------------------------- settings */

static const gph_setting *
setting_of(const bench_config *c, const char *name)
{
    for (uint32_t n = 0; n < c->type->n_settings; n++) {
        const gph_setting *s = &c->type->settings[n];
        size_t length = strlen(s->name);
        bool keyed = (s->flags & GPH_SETTING_KEYED) && strncmp(s->name, name, length) == 0 &&
                     name[length] == '.';
        if (strcmp(s->name, name) == 0 || keyed)
            return s;
    }
    return NULL;
}

/* Where item `index` of a setting begins and how long it is; how many items there are. */
static uint32_t
find_item(const bench_config *c, const gph_setting *s, const char *name, uint32_t index,
          const char **start, size_t *length)
{
    const char *text = s->def;
    for (uint32_t n = 0; n < c->b->n_settings; n++)
        if (strcmp(c->b->settings[n].name, name) == 0)
            text = c->b->settings[n].text;
    if (!text)
        return 0;
    if (!(s->flags & GPH_SETTING_LIST)) {
        *start = text, *length = strlen(text);
        return 1;
    }
    uint32_t n = 0;
    for (; *text; n++) {
        text += strspn(text, ", ");
        size_t size = strcspn(text, ",");
        if (n == index)
            *start = text, *length = size;
        text += size;
    }
    return n;
}

static const char *GPH_CALL
text(const gph_config *config, const char *name, uint32_t index)
{
    union {
        const gph_config *given;
        bench_config *own;
    } cast = {config};
    bench_config *c = cast.own;
    const gph_setting *s = setting_of(c, name);
    const char *start = NULL;
    size_t length = 0;
    if (!s || index >= find_item(c, s, name, index, &start, &length))
        return NULL;
    char *item = c->items + c->used;
    ck_assert_uint_lt(length, sizeof c->items - c->used);
    memcpy(item, start, length);
    item[length] = 0;
    c->used += length + 1;
    return item;
}

static const struct {
    const char *suffix;
    double factor;
    uint32_t unit;
} suffixes[] = {
    {"ms", 1e-3, GPH_UNIT_SECONDS},
    {"min", 60, GPH_UNIT_SECONDS},
    {"s", 1, GPH_UNIT_SECONDS},
    {"fr", 1, GPH_UNIT_FRAMES},
    {"kHz", 1e3, GPH_UNIT_HERTZ},
    {"Hz", 1, GPH_UNIT_HERTZ},
    {"dB", 1, GPH_UNIT_DB},
    {"%", 0.01, GPH_UNIT_FRACTION},
    {"h", 3600, GPH_UNIT_SECONDS},
    {"MiB", 1048576, GPH_UNIT_BYTES},
    {"GiB", 1073741824.0, GPH_UNIT_BYTES},
};

static double
quantity(const bench_config *c, const gph_setting *s, const char *item, uint32_t *unit)
{
    char *end;
    *unit = s->unit;
    if (strcmp(item, "off") == 0 && s->unit == GPH_UNIT_DB)
        return (double)-INFINITY;
    double value = strtod(item, &end);
    if (!*end)
        return value;
    for (uint32_t n = 0; n < sizeof suffixes / sizeof *suffixes; n++)
        if (strcmp(end, suffixes[n].suffix) == 0) {
            *unit = suffixes[n].unit;
            value *= suffixes[n].factor;
            if (*unit == GPH_UNIT_FRAMES && s->unit == GPH_UNIT_SECONDS)
                value /= c->b->rate, *unit = GPH_UNIT_FRAMES;
            return value;
        }
    ck_abort_msg("'%s' is not a value", item);
    return 0;
}

static int32_t GPH_CALL
number(const gph_config *config, const char *name, uint32_t index, double *value, uint32_t *unit)
{
    const bench_config *c = (const bench_config *)(const void *)config;
    const gph_setting *s = setting_of(c, name);
    if (!s)
        return GPH_ARGUMENT;
    const char *start;
    size_t length;
    uint32_t n = find_item(c, s, name, index, &start, &length), given = s->unit;
    const char *item = text(config, name, index);
    if (!item)
        return (int32_t)n;
    if (s->kind == GPH_SETTING_SWITCH) {
        *value = strcmp(item, "on") == 0;
    } else if (s->kind == GPH_SETTING_CHOICE) {
        uint32_t w = 0;
        while (s->choices[w] && strcmp(s->choices[w], item) != 0)
            w++;
        ck_assert_msg(s->choices[w] != NULL, "'%s' is no choice of %s", item, name);
        *value = w;
    } else {
        *value = quantity(c, s, item, &given);
    }
    if (unit)
        *unit = given;
    return (int32_t)n;
}

void
bench_config_init(bench_config *c, const uint32_t *in_channels, uint32_t *out_channels, char *error,
                  uint32_t error_size)
{
    c->used = 0;
    c->config = (gph_config){
        .size = sizeof c->config,
        .flags = c->b->setup_flags,
        .rate = c->b->rate,
        .in_channels = in_channels,
        .out_channels = out_channels,
        .text = text,
        .number = number,
        .error = error,
        .error_size = error_size,
    };
    for (uint32_t n = 0; n < c->b->n_settings; n++)
        ck_assert_msg(setting_of(c, c->b->settings[n].name) != NULL, "%s has no setting '%s'",
                      c->type->id, c->b->settings[n].name);
}

/* ---------------------------------------------------------------- parameters */

struct bench_curves {
    const bench *b;
    uint32_t n_params, frames;
    struct curve {
        uint32_t n_items;
        float **items; /* [item][frame]; items that never move share `still` or `diagonal` */
        float *still, *diagonal;
        const float **slice; /* [item], of the present call */
        bool moves;
    } * curves;
    gph_value *values;
};

uint32_t
bench_items(uint32_t rule, uint32_t items, const uint32_t *in, const uint32_t *out)
{
    uint32_t width = in[0] ? in[0] : out[0];
    switch (rule) {
    case GPH_INDEX_CHANNEL:
        return width;
    case GPH_INDEX_CROSSPOINT:
        return in[0] * out[0];
    case GPH_INDEX_ITEM:
        return items;
    default:
        return 1;
    }
}

static float
linear(const gph_param *p, float value)
{
    return p->flags & GPH_PARAM_GAIN ? (float)pow(10.0, (double)value / 20.0) : value;
}

static float *
flat(float value, uint32_t frames)
{
    float *curve = calloc(frames, sizeof *curve);
    for (uint32_t f = 0; f < frames; f++)
        curve[f] = value;
    return curve;
}

/* From `frame` on the curve sets out for `value`, linearly. */
static void
move(float *curve, const gph_param *p, double rate, uint32_t frame, uint32_t frames, float value)
{
    bool steps = (p->flags & (GPH_PARAM_STEP | GPH_PARAM_CHOICE)) ||
                 ((p->flags & GPH_PARAM_SWITCH) && p->smooth_ms <= 0);
    double ms = p->smooth_ms > 0 ? (double)p->smooth_ms : 20;
    uint32_t length = steps || frame == 0 ? 1 : (uint32_t)(ms * rate / 1000 + 0.5);
    if (frame >= frames)
        return;
    float from = frame ? curve[frame - 1] : value;
    for (uint32_t f = frame; f < frames; f++) {
        uint32_t n = f - frame + 1;
        curve[f] = n >= length ? value : from + (value - from) * ((float)n / (float)length);
    }
}

static void
apply_moves(bench_curves *c, const gph_param *p, struct curve *curve, const uint32_t *in)
{
    for (uint32_t m = 0; m < c->b->n_moves; m++) {
        if (strcmp(c->b->moves[m].name, p->name) != 0)
            continue;
        uint32_t only = c->b->moves[m].item;
        ck_assert_msg(only == BENCH_ALL || only < curve->n_items, "%s has no item %u", p->name,
                      only);
        for (uint32_t i = 0; i < curve->n_items; i++) {
            if (only != BENCH_ALL && only != i)
                continue;
            if (curve->items[i] == curve->still || curve->items[i] == curve->diagonal)
                curve->items[i] = flat(curve->items[i][0], c->frames);
            move(curve->items[i], p, c->b->rate, c->b->moves[m].frame, c->frames,
                 linear(p, c->b->moves[m].value));
        }
        curve->moves = true;
    }
    (void)in;
}

bench_curves *
bench_curves_new(const bench *b, const gph_type *type, const uint32_t *in, const uint32_t *out,
                 uint32_t frames)
{
    bench_curves *c = calloc(1, sizeof *c);
    *c = (bench_curves){.b = b, .n_params = type->n_params, .frames = frames};
    c->curves = calloc(c->n_params + 1u, sizeof *c->curves);
    c->values = calloc(c->n_params + 1u, sizeof *c->values);
    for (uint32_t n = 0; n < b->n_moves; n++) {
        uint32_t p = 0;
        while (p < type->n_params && strcmp(type->params[p].name, b->moves[n].name) != 0)
            p++;
        ck_assert_msg(p < type->n_params, "%s has no parameter '%s'", type->id, b->moves[n].name);
    }
    for (uint32_t n = 0; n < c->n_params; n++) {
        const gph_param *p = &type->params[n];
        struct curve *curve = &c->curves[n];
        bool diagonal = (p->flags & GPH_PARAM_DIAGONAL) != 0;
        curve->n_items = bench_items(p->rule, p->items, in, out);
        curve->items = calloc(curve->n_items, sizeof *curve->items);
        curve->slice = calloc(curve->n_items, sizeof *curve->slice);
        curve->diagonal = flat(linear(p, p->def), frames);
        curve->still = flat(diagonal ? 0 : linear(p, p->def), frames);
        for (uint32_t i = 0; i < curve->n_items; i++)
            curve->items[i] = diagonal && i / in[0] == i % in[0] ? curve->diagonal : curve->still;
        apply_moves(c, p, curve, in);
    }
    return c;
}

static bool
is_flat(const struct curve *curve, uint32_t at, uint32_t frames)
{
    for (uint32_t i = 0; curve->moves && i < curve->n_items; i++)
        for (uint32_t f = at + 1; f < at + frames; f++)
            if (curve->items[i][f] != curve->items[i][at])
                return false;
    return true;
}

const gph_value *
bench_values(bench_curves *c, uint32_t at, uint32_t frames)
{
    for (uint32_t n = 0; n < c->n_params; n++) {
        struct curve *curve = &c->curves[n];
        for (uint32_t i = 0; i < curve->n_items; i++)
            curve->slice[i] = curve->items[i] + at;
        bool still = is_flat(curve, at, frames) && !(c->b->flags & BENCH_NO_CONSTANT);
        c->values[n] = (gph_value){
            .value = curve->slice[0][frames - 1],
            .flags = still ? GPH_VALUE_CONSTANT : 0,
            .ramp = curve->slice[0],
            .ramps = curve->slice,
        };
    }
    return c->values;
}

void
bench_curves_free(bench_curves *c)
{
    for (uint32_t n = 0; n < c->n_params; n++) {
        struct curve *curve = &c->curves[n];
        for (uint32_t i = 0; i < curve->n_items; i++)
            if (curve->items[i] != curve->still && curve->items[i] != curve->diagonal)
                free(curve->items[i]);
        free(curve->items);
        free(curve->slice);
        free(curve->still);
        free(curve->diagonal);
    }
    free(c->curves);
    free(c->values);
    free(c);
}

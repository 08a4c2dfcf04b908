/* Makes parameters and meters of the controls of a plugin. [control] */
#include "controls.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Where a plugin sets no bound. */
#define FAR_AWAY 1e6f

typedef struct unit_word {
    const char *word;
    uint32_t unit;
    double scale;
} unit_word;

static const unit_word unit_words[] = {
    {"db", GPH_UNIT_DB, 1},
    {"hz", GPH_UNIT_HERTZ, 1},
    {"khz", GPH_UNIT_HERTZ, 1000},
    {"mhz", GPH_UNIT_HERTZ, 1e6},
    {"s", GPH_UNIT_SECONDS, 1},
    {"sec", GPH_UNIT_SECONDS, 1},
    {"secs", GPH_UNIT_SECONDS, 1},
    {"seconds", GPH_UNIT_SECONDS, 1},
    {"ms", GPH_UNIT_SECONDS, 0.001},
    {"min", GPH_UNIT_SECONDS, 60},
    {"%", GPH_UNIT_FRACTION, 0.01},
    {"pc", GPH_UNIT_FRACTION, 0.01},
    {"deg", GPH_UNIT_DEGREES, 1},
    {"degree", GPH_UNIT_DEGREES, 1},
    {"degrees", GPH_UNIT_DEGREES, 1},
    {"bpm", GPH_UNIT_BPM, 1},
    {"semitones", GPH_UNIT_SEMITONES, 1},
    {"semitone12tet", GPH_UNIT_SEMITONES, 1},
    {"frame", GPH_UNIT_FRAMES, 1},
    {"frames", GPH_UNIT_FRAMES, 1},
    {"samples", GPH_UNIT_FRAMES, 1},
};

bool
gph_controls_init(controls *self, uint32_t n)
{
    memset(self, 0, sizeof *self);
    self->room = n;
    self->all = calloc((size_t)n + 1, sizeof *self->all);
    self->params = calloc((size_t)n + 1, sizeof *self->params);
    self->meters = calloc((size_t)n + 1, sizeof *self->meters);
    self->param_of = calloc((size_t)n + 1, sizeof *self->param_of);
    self->meter_of = calloc((size_t)n + 1, sizeof *self->meter_of);
    return self->all && self->params && self->meters && self->param_of && self->meter_of;
}

static void
free_choices(control *one)
{
    for (uint32_t i = 0; one->choices != NULL && i < one->n_points; i++) {
        char *word;
        memcpy(&word, &one->choices[i], sizeof word); /* ours: the way back drops const */
        free(word);
    }
    free(one->choices);
    free(one->points);
    one->choices = NULL;
    one->points = NULL;
}

void
gph_controls_finish(controls *self)
{
    for (uint32_t i = 0; i < self->n; i++)
        free_choices(&self->all[i]);
    free(self->all);
    free(self->params);
    free(self->meters);
    free(self->param_of);
    free(self->meter_of);
    memset(self, 0, sizeof *self);
}

/* ---------------------------------------------------------------- one control */

static bool
is_used(const controls *self, const char *name)
{
    for (uint32_t i = 0; i < self->n; i++)
        if (strcmp(self->all[i].name, name) == 0)
            return true;
    return gph_word_is_taken(name);
}

void
gph_control_set_unit(control *one, const char *word)
{
    for (size_t i = 0; i < sizeof unit_words / sizeof unit_words[0]; i++)
        if (gph_same_name(unit_words[i].word, word)) {
            one->unit = unit_words[i].unit;
            one->scale = unit_words[i].scale;
        }
}

control *
gph_controls_add(controls *self, const char *text)
{
    char word[WORD], name[WORD], unit[WORD];
    gph_word_of(text, word, unit);
    memcpy(name, word, sizeof name);
    for (unsigned number = 2; is_used(self, name); number++) {
        memcpy(name, word, sizeof name);
        gph_word_number(name, number);
    }
    control *one = &self->all[self->n++];
    memset(one, 0, sizeof *one);
    memcpy(one->name, name, sizeof name);
    gph_copy_text(one->doc, sizeof one->doc, text);
    one->scale = 1;
    one->unit = GPH_UNIT_NONE;
    one->min = -FAR_AWAY;
    one->max = FAR_AWAY;
    gph_control_set_unit(one, unit);
    return one;
}

bool
gph_control_set_choices(control *self, uint32_t n, const char *const *words, const float *points)
{
    self->choices = calloc((size_t)n + 1, sizeof *self->choices);
    self->points = calloc((size_t)n + 1, sizeof *self->points);
    self->n_points = n;
    if (self->choices == NULL || self->points == NULL)
        return false;
    for (uint32_t i = 0; i < n; i++) {
        char *word = malloc(WORD), first[WORD], unit[WORD];
        self->choices[i] = word;
        self->points[i] = points[i];
        if (word == NULL)
            return false;
        gph_word_of(words[i], first, unit);
        memcpy(word, first, WORD);
        for (uint32_t k = 0, number = 2; k < i; k++)
            if (strcmp(self->choices[k], word) == 0) {
                memcpy(word, first, WORD);
                gph_word_number(word, number++);
                k = UINT32_MAX; /* from the first again */
            }
    }
    self->flags |= GPH_PARAM_CHOICE;
    self->unit = GPH_UNIT_NONE;
    self->scale = 1;
    return true;
}

/* ---------------------------------------------------------------- all of them */

static float
nearest_point(const control *one, float value)
{
    uint32_t best = 0;
    for (uint32_t i = 1; i < one->n_points; i++)
        if (fabsf(one->points[i] - value) < fabsf(one->points[best] - value))
            best = i;
    return (float)best;
}

/* Bounds that are none, or the wrong way round, and a default outside of them. */
static void
put_in_order(control *one)
{
    if (!isfinite(one->min))
        one->min = -FAR_AWAY;
    if (!isfinite(one->max))
        one->max = FAR_AWAY;
    if (one->min > one->max) {
        const float low = one->max;
        one->max = one->min;
        one->min = low;
    }
    if (!isfinite(one->def))
        one->def = one->min;
    if (one->whole)
        one->def = roundf(one->def);
    one->def = one->def < one->min ? one->min : one->def > one->max ? one->max : one->def;
}

static float
in_base(const control *one, float value)
{
    return (float)((double)value * one->scale);
}

static gph_param
param_of(const control *one)
{
    gph_param param = {.size = sizeof param,
                       .flags = one->flags,
                       .unit = one->unit,
                       .min = in_base(one, one->min),
                       .def = in_base(one, one->def),
                       .max = in_base(one, one->max),
                       .name = one->name,
                       .doc = one->doc,
                       .choices = one->choices};
    if (one->flags & GPH_PARAM_SWITCH) {
        param.unit = GPH_UNIT_NONE;
        param.def = one->def > 0 ? 1.0f : 0.0f;
        param.flags |= GPH_PARAM_STEP;
    }
    if (one->flags & GPH_PARAM_CHOICE)
        param.def = nearest_point(one, one->def);
    return param;
}

bool
gph_controls_seal(controls *self)
{
    for (uint32_t i = 0; i < self->n; i++) {
        control *one = &self->all[i];
        put_in_order(one);
        if (one->output) {
            self->meter_of[self->n_meters] = i;
            self->meters[self->n_meters++] = (gph_meter){
                .size = sizeof(gph_meter), .unit = one->unit, .name = one->name, .doc = one->doc};
            continue;
        }
        if (one->whole)
            one->flags |= GPH_PARAM_STEP;
        self->param_of[self->n_params] = i;
        self->params[self->n_params++] = param_of(one);
    }
    gph_controls_reset(self);
    return true;
}

void
gph_controls_publish(const controls *self, gph_type *type)
{
    type->params = self->params;
    type->n_params = self->n_params;
    type->param_stride = sizeof *self->params;
    type->meters = self->meters;
    type->n_meters = self->n_meters;
    type->meter_stride = sizeof *self->meters;
}

void
gph_controls_reset(controls *self)
{
    self->position = 0;
    for (uint32_t i = 0; i < self->n; i++)
        self->all[i].value = self->all[i].output ? 0 : self->all[i].def;
    for (uint32_t k = 0; k < self->n_params; k++)
        self->all[self->param_of[k]].held = self->params[k].def;
}

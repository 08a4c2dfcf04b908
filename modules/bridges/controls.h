/* The controls of a plugin as parameters and meters of a node. [control; gph_controls_*_audio: audio]
 *
 * A plugin reads a control once a call, so a value that moves reaches it in steps: every GRID frames
 * since activate, wherever blocks begin and end. Switches, choices and whole numbers step at their
 * frame. */
#ifndef GPH_BRIDGES_CONTROLS_H
#define GPH_BRIDGES_CONTROLS_H

#include "words.h"

#include <graphophone/module.h>

enum { CONTROL_GRID = 64, CONTROL_DOC = 192 };

typedef struct control {
    char name[WORD];
    char doc[CONTROL_DOC];
    uint32_t port;       /* of the plugin */
    uint32_t flags;      /* GPH_PARAM_SWITCH, _CHOICE, _STEP */
    uint32_t unit;       /* GPH_UNIT_* of the parameter */
    double scale;        /* base unit = value of the plugin * scale */
    float min, def, max; /* in the plugin's unit */
    bool whole;          /* a whole number */
    bool output;         /* a meter */
    /* With GPH_PARAM_CHOICE: the words, ended by NULL, and what each means to the plugin. */
    const char **choices;
    float *points;
    uint32_t n_points;
    float held;  /* value of the parameter that the plugin has now */
    float value; /* what the plugin's port is connected to */
} control;

typedef struct controls {
    control *all;
    uint32_t n, room;
    gph_param *params;
    gph_meter *meters;
    uint32_t n_params, n_meters;
    uint32_t *param_of; /* control of parameter k */
    uint32_t *meter_of;
    uint64_t position; /* frames since activate */
} controls;

/* Room for at most `n` controls. False: no memory. */
bool gph_controls_init(controls *self, uint32_t n);
void gph_controls_finish(controls *self);

/* The next control, named after `text` and with a unit of its brackets if it has any we know. Never
 * more than there is room for. */
control *gph_controls_add(controls *self, const char *text);

/* What its numbers mean, by a word such as "ms"; one that we do not know changes nothing. */
void gph_control_set_unit(control *self, const char *word);

/* Makes a control a choice. `words` are copied, made of patches' letters and told apart. */
bool gph_control_set_choices(control *self, uint32_t n, const char *const *words,
                             const float *points);

/* Puts ranges and defaults in order, and makes the tables of parameters and meters. */
bool gph_controls_seal(controls *self);

/* Puts the tables into a type. */
void gph_controls_publish(const controls *self, gph_type *type);

/* Every port gets its default; the next frame is the first. [control] */
void gph_controls_reset(controls *self);

/* Gives the ports what they are to have from frame `at` of a call on, and says for how many frames
 * that holds. */
uint32_t gph_controls_feed(controls *self, const gph_io *io, uint32_t at) GPH_AUDIO;

/* Publishes what the plugin has written into its output controls. */
void gph_controls_report(const controls *self, const gph_io *io) GPH_AUDIO;

#endif

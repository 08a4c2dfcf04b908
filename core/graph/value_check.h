/* Reads the values of settings and parameters as their type says. [control] */
#ifndef GPH_GRAPH_VALUE_CHECK_H
#define GPH_GRAPH_VALUE_CHECK_H

#include "../patch/value.h"
#include "catalog.h"

/* One item of a setting's value. */
typedef struct gph_setting_item {
    const char *text; /* as written, without blanks around it; names in lower case */
    double number;    /* REAL, INTEGER: in the base unit; CHOICE: index; SWITCH: 0 or 1 */
    uint32_t unit;    /* GPH_UNIT_* as written */
    gph_span span;    /* in the value */
} gph_setting_item;

/* Reads all of text[0, n): one item, or several with GPH_SETTING_LIST. `name` is the key as written
 * (of a KEYED family: all of it). GPH_ARGUMENT fills *fault, whose span counts from `text`;
 * GPH_MEMORY. A rate of 0 is not known: bounds between times and frames are then not looked at. */
gph_status gph_setting_parse(const char *text, size_t n, const gph_setting *setting,
                             const char *name, const char *owner, double rate, gph_arena *arena,
                             gph_setting_item **items, uint32_t *n_items, gph_fault *fault);

/* Whether a descriptor's own default can be read. */
gph_status gph_setting_check_default(const gph_setting *setting, const char *owner,
                                     gph_arena *arena, gph_fault *fault);

/* Greatest value of a parameter at a rate. */
float gph_param_max(const gph_param *param, double rate);

/* One value of a parameter, in its base unit (dB for levels, -INFINITY for `off` of a gain). */
gph_status gph_param_parse(const char *text, size_t n, const gph_param *param, const char *owner,
                           double rate, float *value, gph_fault *fault);

#endif

/* Reads the values of settings and parameters as their type says. [control] */
#include "value_check.h"

#include <math.h>
#include <string.h>

/* The unit in which a quantity was written. */
static uint32_t
unit_of(gph_quantity quantity, uint32_t unit)
{
    switch (quantity.form) {
    case GPH_FORM_DECIBELS:
    case GPH_FORM_FACTOR:
    case GPH_FORM_OFF:
        return GPH_UNIT_DB;
    case GPH_FORM_HERTZ:
        return GPH_UNIT_HERTZ;
    case GPH_FORM_SECONDS:
        return GPH_UNIT_SECONDS;
    case GPH_FORM_FRAMES:
        return GPH_UNIT_FRAMES;
    case GPH_FORM_FRACTION:
        return GPH_UNIT_FRACTION;
    case GPH_FORM_DEGREES:
        return GPH_UNIT_DEGREES;
    case GPH_FORM_BPM:
        return GPH_UNIT_BPM;
    case GPH_FORM_SEMITONES:
        return GPH_UNIT_SEMITONES;
    case GPH_FORM_BYTES:
        return GPH_UNIT_BYTES;
    case GPH_FORM_PLAIN:
        break;
    }
    return unit;
}

/* ---------------------------------------------------------------- settings */

static gph_spec
spec_of_setting(const gph_setting *setting, const char *name, const char *owner, double rate)
{
    const bool bound = setting->min != 0 || setting->max != 0;
    const uint32_t integer = setting->kind == GPH_SETTING_INTEGER ? GPH_SPEC_INTEGER : 0;
    const bool may_off = setting->unit == GPH_UNIT_DB || setting->flags & GPH_SETTING_OR_OFF;
    const uint32_t off = may_off ? GPH_SPEC_OFF : 0;
    const uint32_t open = setting->flags & GPH_SETTING_OPEN_MIN ? GPH_SPEC_OPEN_MIN : 0;
    const uint32_t bytes = setting->flags & GPH_SETTING_OR_BYTES ? GPH_SPEC_OR_BYTES : 0;
    return (gph_spec){
        .unit = setting->kind == GPH_SETTING_INTEGER ? GPH_UNIT_NONE : setting->unit,
        .flags = integer | off | open | bytes,
        .min = bound  ? setting->min
               : open ? 0
                      : -(double)INFINITY,
        .max = bound ? setting->max : (double)INFINITY,
        .rate = rate,
        .name = name,
        .owner = owner,
    };
}

static gph_status
parse_number(const char *text, size_t n, const gph_spec *spec, gph_setting_item *item,
             gph_fault *fault)
{
    gph_quantity quantity;
    const gph_status status = gph_value_parse_number(text, n, spec, &quantity, fault);
    if (status != GPH_OK)
        return status;
    if (quantity.form == GPH_FORM_OFF && spec->unit != GPH_UNIT_DB) {
        item->unit = spec->unit;
        item->number = -1;
        return GPH_OK;
    }
    item->unit = unit_of(quantity, spec->unit);
    item->number =
        item->unit == GPH_UNIT_BYTES || (item->unit == GPH_UNIT_FRAMES && spec->rate <= 0)
            ? quantity.value
            : gph_quantity_base(quantity, spec->unit, spec->rate);
    return GPH_OK;
}

static gph_status
parse_table_name(gph_setting_item *item, size_t n, gph_arena *arena, gph_fault *fault)
{
    char name[GPH_NAME_MAX_BYTES + 1];
    const gph_status status = gph_value_parse_name(item->text, n, "table", name, fault);
    if (status != GPH_OK)
        return status;
    item->text = gph_arena_copy(arena, name, strlen(name));
    return item->text != NULL ? GPH_OK : GPH_MEMORY;
}

static gph_status
parse_item(gph_setting_item *item, size_t n, const gph_setting *setting, const gph_spec *spec,
           gph_arena *arena, gph_fault *fault)
{
    uint32_t choice = 0;
    bool on = false;
    gph_status status = GPH_OK;
    item->unit = GPH_UNIT_NONE;
    switch (setting->kind) {
    case GPH_SETTING_INTEGER:
    case GPH_SETTING_REAL:
        return parse_number(item->text, n, spec, item, fault);
    case GPH_SETTING_CHOICE:
        status = gph_value_parse_choice(item->text, n, setting->choices, spec, &choice, fault);
        item->number = choice;
        return status;
    case GPH_SETTING_SWITCH:
        status = gph_value_parse_switch(item->text, n, spec, &on, fault);
        item->number = on;
        return status;
    case GPH_SETTING_TABLE:
        return parse_table_name(item, n, arena, fault);
    default:
        break;
    }
    if (n > 0 || (setting->kind == GPH_SETTING_TEXT && !(setting->flags & GPH_SETTING_LIST)))
        return GPH_OK;
    gph_fault_set(fault, 0, 0, "'%s' of %s has nothing here", spec->name, spec->owner);
    return GPH_ARGUMENT;
}

/* How many items there are in a value. */
static uint32_t
count_items(const char *text, size_t n, bool list)
{
    uint32_t n_items = 1;
    for (size_t i = 0; list && i < n; i++)
        n_items += text[i] == ',';
    return n_items;
}

gph_status
gph_setting_parse(const char *text, size_t n, const gph_setting *setting, const char *name,
                  const char *owner, double rate, gph_arena *arena, gph_setting_item **items,
                  uint32_t *n_items, gph_fault *fault)
{
    const bool list = (setting->flags & GPH_SETTING_LIST) != 0;
    const gph_spec spec = spec_of_setting(setting, name, owner, rate);
    const uint32_t most = count_items(text, n, list);
    *items = gph_arena_allocate(arena, most, sizeof **items);
    if (*items == NULL)
        return GPH_MEMORY;
    size_t cursor = 0;
    for (*n_items = 0; *n_items < most; ++*n_items) {
        gph_setting_item *item = &(*items)[*n_items];
        item->span = (gph_span){0, (uint32_t)n};
        if (list && !gph_value_next_item(text, n, &cursor, &item->span))
            break;
        item->text = gph_arena_copy(arena, text + item->span.offset, item->span.length);
        if (item->text == NULL)
            return GPH_MEMORY;
        const gph_status status = parse_item(item, item->span.length, setting, &spec, arena, fault);
        if (status == GPH_ARGUMENT)
            fault->span.offset += item->span.offset;
        if (status != GPH_OK)
            return status;
    }
    return GPH_OK;
}

gph_status
gph_setting_check_default(const gph_setting *setting, const char *owner, gph_arena *arena,
                          gph_fault *fault)
{
    gph_setting_item *items;
    uint32_t n_items;
    if (setting->def == NULL)
        return GPH_OK;
    return gph_setting_parse(setting->def, strlen(setting->def), setting, setting->name, owner, 0,
                             arena, &items, &n_items, fault);
}

/* ---------------------------------------------------------------- parameters */

float
gph_param_max(const gph_param *param, double rate)
{
    const float max =
        param->flags & GPH_PARAM_OF_RATE ? (float)((double)param->max * rate) : param->max;
    return max > param->min ? max : param->min;
}

gph_status
gph_param_parse(const char *text, size_t n, const gph_param *param, const char *owner, double rate,
                float *value, gph_fault *fault)
{
    const gph_spec spec = {
        .unit = param->unit,
        .flags = param->unit == GPH_UNIT_DB ? GPH_SPEC_OFF : 0,
        .min = (double)param->min,
        .max = (double)gph_param_max(param, rate),
        .rate = rate,
        .name = param->name,
        .owner = owner,
    };
    gph_status status;
    if (param->flags & GPH_PARAM_CHOICE) {
        uint32_t choice = 0;
        status = gph_value_parse_choice(text, n, param->choices, &spec, &choice, fault);
        *value = (float)choice;
    } else if (param->flags & GPH_PARAM_SWITCH) {
        bool on = false;
        status = gph_value_parse_switch(text, n, &spec, &on, fault);
        *value = on ? 1.0f : 0.0f;
    } else {
        gph_quantity quantity = {0, GPH_FORM_PLAIN};
        status = gph_value_parse_number(text, n, &spec, &quantity, fault);
        *value = (float)gph_quantity_base(quantity, param->unit, rate);
        /* Only a gain can be off; any other level has a least one. */
        if (!(param->flags & GPH_PARAM_GAIN) && *value < param->min)
            *value = param->min;
    }
    return status;
}

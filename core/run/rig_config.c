/* The host's settings as a patch gives them: `clock.ppm = 20`. [control] */

#include "../patch/near.h"
#include "../platform/path.h"
#include "rig_inside.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static const gph_setting *
setting_of(const gph_rig *rig, const char *name)
{
    for (uint32_t s = 0; s < rig->host->n_settings; s++)
        if (strcmp(rig->host->settings[s].name, name) == 0)
            return &rig->host->settings[s];
    return NULL;
}

static const gph_host_option *
option_of(const gph_rig *rig, const char *name)
{
    const gph_patch_settings *settings = &rig->patch->settings;
    for (uint32_t o = 0; o < settings->n_options; o++)
        if (strcmp(settings->options[o].host, rig->host->id) == 0 &&
            strcmp(settings->options[o].name, name) == 0)
            return &settings->options[o];
    return NULL;
}

const gph_patch_entry *
gph_rig_option_entry(const gph_rig *rig, const char *name)
{
    const gph_host_option *option = option_of(rig, name);
    return option ? option->entry : NULL;
}

/* Text of a value or of one item of it; n_items says how many there are. */
static const char *
value_item(const gph_setting *setting, const gph_host_option *option, uint32_t index, size_t *n,
           uint32_t *n_items)
{
    const char *text = option ? option->entry->value : setting->def;
    const char *item = NULL;
    *n_items = 0;
    if (!text)
        return NULL;
    size_t length = strlen(text);
    if (!(setting->flags & GPH_SETTING_LIST)) {
        *n_items = 1;
        *n = length;
        return index == 0 ? text : NULL;
    }
    size_t cursor = 0;
    gph_span span;
    while (gph_value_next_item(text, length, &cursor, &span)) {
        if ((*n_items)++ == index) {
            item = text + span.offset;
            *n = span.length;
        }
    }
    return item;
}

static const char *GPH_CALL
text(const gph_config *config, const char *name, uint32_t index)
{
    union {
        const gph_config *given;
        gph_rig_config *own;
    } pointer = {config};
    gph_rig_config *own = pointer.own;
    const gph_setting *setting = setting_of(own->rig, name);
    if (!setting)
        return NULL;
    const gph_host_option *option = option_of(own->rig, name);
    size_t n = 0;
    uint32_t n_items;
    const char *item = value_item(setting, option, index, &n, &n_items);
    if (!item || n >= sizeof own->item)
        return NULL;
    memcpy(own->item, item, n);
    own->item[n] = 0;
    if (setting->kind != GPH_SETTING_PATH || gph_path_is_absolute(own->item) || !option)
        return own->item;
    if (setting->flags & GPH_SETTING_READS)
        return gph_patch_resolve(own->rig->patch, option->entry, own->item);
    char file[sizeof own->item];
    memcpy(file, own->item, sizeof file);
    int made = snprintf(own->item, sizeof own->item, "%s/%s", own->rig->folder, file);
    return made < 0 || (size_t)made >= sizeof own->item ? NULL : own->item;
}

static gph_spec
spec_of(const gph_rig *rig, const gph_setting *setting)
{
    bool bounded = setting->min < setting->max;
    return (gph_spec){.unit = setting->unit,
                      .flags = setting->kind == GPH_SETTING_INTEGER ? GPH_SPEC_INTEGER : 0,
                      .min = bounded ? setting->min : (double)-INFINITY,
                      .max = bounded ? setting->max : (double)INFINITY,
                      .name = setting->name,
                      .owner = rig->host->id};
}

/* One item as a number; false: *fault says why. */
static bool
parse(const gph_rig *rig, const gph_setting *setting, const char *item, size_t n, double *value,
      uint32_t *unit, gph_fault *fault)
{
    const gph_spec spec = spec_of(rig, setting);
    gph_quantity quantity;
    uint32_t index = 0;
    bool on = false;
    gph_status status = GPH_OK;
    *unit = setting->unit;
    switch (setting->kind) {
    case GPH_SETTING_SWITCH:
        status = gph_value_parse_switch(item, n, &spec, &on, fault);
        *value = on;
        break;
    case GPH_SETTING_CHOICE:
        status = gph_value_parse_choice(item, n, setting->choices, &spec, &index, fault);
        *value = index;
        break;
    case GPH_SETTING_INTEGER:
    case GPH_SETTING_REAL:
        status = gph_value_parse_number(item, n, &spec, &quantity, fault);
        if (status != GPH_OK)
            return false;
        *value = setting->unit == GPH_UNIT_DB ? gph_quantity_decibels(quantity) : quantity.value;
        if (quantity.form == GPH_FORM_FRAMES)
            *unit = GPH_UNIT_FRAMES;
        else if (quantity.form == GPH_FORM_SECONDS)
            *unit = GPH_UNIT_SECONDS;
        break;
    default:
        break;
    }
    return status == GPH_OK;
}

static int32_t GPH_CALL
number(const gph_config *config, const char *name, uint32_t index, double *value, uint32_t *unit)
{
    const gph_rig_config *own = (const gph_rig_config *)(const void *)config;
    const gph_setting *setting = setting_of(own->rig, name);
    if (!setting)
        return GPH_ARGUMENT;
    size_t n = 0;
    uint32_t n_items;
    uint32_t as_written;
    double found = 0;
    gph_fault fault;
    const char *item = value_item(setting, option_of(own->rig, name), index, &n, &n_items);
    if (item && parse(own->rig, setting, item, n, &found, &as_written, &fault)) {
        *value = found;
        if (unit)
            *unit = as_written;
    }
    return (int32_t)n_items;
}

void
gph_rig_config_init(gph_rig_config *config, const gph_rig *rig)
{
    memset(config, 0, sizeof *config);
    config->rig = rig;
    config->config = (gph_config){.size = sizeof config->config,
                                  .flags = gph_rig_is_offline(rig) ? GPH_SETUP_OFFLINE : 0,
                                  .rate = rig->graph ? rig->graph->rate : 0,
                                  .text = text,
                                  .number = number,
                                  .error = config->error,
                                  .error_size = sizeof config->error};
}

/* All options of this host, checked; told at their places. */
static void
check_option(gph_rig *rig, const gph_host_option *option)
{
    const gph_setting *setting = setting_of(rig, option->name);
    if (!setting) {
        gph_near near;
        gph_near_init(&near, option->name, strlen(option->name));
        for (uint32_t s = 0; s < rig->host->n_settings; s++)
            gph_near_offer(&near, rig->host->settings[s].name, NULL);
        gph_patch_error_at_key(rig->diagnostics, NULL, option->entry, 0,
                               "host %s has no option '%s'%s%s%s", rig->host->id, option->name,
                               near.best ? "; did you mean '" : "", near.best ? near.best : "",
                               near.best ? "'?" : "");
        return;
    }
    uint32_t n_items = 1;
    for (uint32_t i = 0; i < n_items; i++) {
        size_t n = 0;
        double value;
        uint32_t unit;
        gph_fault fault;
        const char *item = value_item(setting, option, i, &n, &n_items);
        if (item && !parse(rig, setting, item, n, &value, &unit, &fault))
            gph_patch_fault(rig->diagnostics, NULL, option->entry,
                            (size_t)(item - option->entry->value), &fault);
    }
}

void
gph_rig_check_options(gph_rig *rig)
{
    const gph_patch_settings *settings = &rig->patch->settings;
    for (uint32_t o = 0; o < settings->n_options; o++)
        if (strcmp(settings->options[o].host, rig->host->id) == 0)
            check_option(rig, &settings->options[o]);
}

/* What configure sees of the settings. [control] */
#include "settings.h"

#include "../graph/value_check.h"
#include "verdict.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The values of one setting. */
typedef struct value {
    const char *name;
    gph_setting_item *items;
    uint32_t n_items;
} value;

struct settings {
    gph_config config; /* first: modules get its address */
    gph_arena *arena;
    const gph_type_info *type;
    value *values;
    uint32_t n_values;
    char error[512];
};

/* For what the patch would have to say. */
static const char *
made_up(const gph_setting *setting, char *text, size_t size)
{
    switch (setting->kind) {
    case GPH_SETTING_CHOICE:
        return setting->choices[0];
    case GPH_SETTING_SWITCH:
        return "on";
    case GPH_SETTING_TABLE:
        return "table";
    case GPH_SETTING_INTEGER:
    case GPH_SETTING_REAL:
        snprintf(text, size, "%.17g",
                 setting->min < setting->max && setting->min > 1 ? setting->min : 2.0);
        if (setting->min < setting->max && setting->max < 2)
            snprintf(text, size, "%.17g", setting->max);
        return text;
    default:
        return "validate.wav";
    }
}

static const gph_setting *
setting_of(const gph_type_info *type, const char *name, size_t n)
{
    for (uint32_t i = 0; i < type->type.n_settings; i++) {
        const gph_setting *s = &type->type.settings[i];
        const size_t own = strlen(s->name);
        if (strncmp(s->name, name, own) == 0 &&
            (n == own || (n > own && name[own] == '.' && (s->flags & GPH_SETTING_KEYED))))
            return s;
    }
    return NULL;
}

static void
add(settings *s, const gph_setting *setting, const char *name, const char *text)
{
    gph_fault fault = {0};
    value *v = &s->values[s->n_values];
    v->name = name;
    text = gph_arena_copy(s->arena, text, strlen(text));
    if (!text)
        exit(70);
    const gph_status status =
        gph_setting_parse(text, strlen(text), setting, name, s->type->type.id, s->config.rate,
                          s->arena, &v->items, &v->n_items, &fault);
    if (status != GPH_OK) {
        verdict_fail("setting '%s' cannot be '%s': %s", name, text, fault.text);
        exit(1);
    }
    s->n_values++;
}

static const value *
find(const settings *s, const char *name)
{
    for (uint32_t i = 0; i < s->n_values; i++)
        if (strcmp(s->values[i].name, name) == 0)
            return &s->values[i];
    return NULL;
}

static const char *GPH_CALL
text(const gph_config *config, const char *name, uint32_t index)
{
    const value *v = find((const settings *)config, name);
    return v && index < v->n_items ? v->items[index].text : NULL;
}

static int32_t GPH_CALL
number(const gph_config *config, const char *name, uint32_t index, double *result, uint32_t *unit)
{
    const settings *s = (const settings *)config;
    const value *v = find(s, name);
    if (!v)
        return setting_of(s->type, name, strlen(name)) ? 0 : GPH_ARGUMENT;
    if (index < v->n_items) {
        *result = v->items[index].number;
        if (unit)
            *unit = v->items[index].unit;
    }
    return (int32_t)v->n_items;
}

static void
add_given(settings *s, const char *const *sets)
{
    for (size_t i = 0; sets && sets[i]; i++) {
        const char *is = strchr(sets[i], '=');
        const gph_setting *setting =
            is ? setting_of(s->type, sets[i], (size_t)(is - sets[i])) : NULL;
        if (!setting)
            continue; /* of another type of the file, or a parameter */
        const char *name = gph_arena_copy(s->arena, sets[i], (size_t)(is - sets[i]));
        add(s, setting, name, is + 1);
    }
}

settings *
settings_new(const gph_type_info *type, const char *const *sets, double rate)
{
    settings *s = calloc(1, sizeof *s);
    size_t n = type->type.n_settings + 1;
    for (size_t i = 0; sets && sets[i]; i++)
        n++;
    if (s)
        s->arena = gph_arena_new(NULL);
    if (s && s->arena)
        s->values = calloc(n, sizeof *s->values);
    if (!s || !s->values)
        exit(70);
    s->type = type;
    s->config.rate = rate;
    add_given(s, sets);
    for (uint32_t i = 0; i < type->type.n_settings; i++) {
        const gph_setting *setting = &type->type.settings[i];
        char made[64];
        if (find(s, setting->name) || (setting->flags & GPH_SETTING_KEYED))
            continue;
        if (setting->def || (setting->flags & GPH_SETTING_REQUIRED))
            add(s, setting, setting->name,
                setting->def ? setting->def : made_up(setting, made, sizeof made));
    }
    return s;
}

gph_config *
settings_config(settings *s, const uint32_t *in, uint32_t *out)
{
    s->error[0] = '\0';
    s->config = (gph_config){.size = sizeof s->config,
                             .flags = GPH_SETUP_OFFLINE | GPH_SETUP_VALIDATING,
                             .rate = s->config.rate,
                             .in_channels = in,
                             .out_channels = out,
                             .text = text,
                             .number = number,
                             .error = s->error,
                             .error_size = sizeof s->error};
    return &s->config;
}

void
settings_free(settings *s)
{
    if (!s)
        return;
    gph_arena_free(s->arena);
    free(s->values);
    free(s);
}

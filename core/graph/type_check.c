/* Whether what a module says of its type makes sense. [control] */
#include "type_check.h"

#include "limits.h"
#include "sentence.h"
#include "value_check.h"

#include <math.h>
#include <string.h>

/* Words that a patch has for every node. */
static const char *const words_of_patches[] = {"type", "from", "repeat", "override"};

/* Where a complaint goes. */
typedef struct judge {
    gph_arena *arena;
    const char **why;
} judge;

/* `*why` stays NULL, which is taken for no memory, when the sentence cannot be kept. */
#define REFUSE(judge_, ...)                                                                        \
    (*(judge_)->why = gph_sentence((judge_)->arena, __VA_ARGS__), GPH_ARGUMENT)

/* ---------------------------------------------------------------- texts */

/* [a-z0-9-]+ and no longer than a patch can write. */
static bool
is_name(const char *name)
{
    if (name == NULL || name[0] == '\0' ||
        strnlen(name, GPH_NAME_MAX_BYTES + 1) > GPH_NAME_MAX_BYTES)
        return false;
    return name[strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-")] == '\0';
}

static bool
is_of_patches(const char *name)
{
    for (size_t i = 0; i < sizeof words_of_patches / sizeof *words_of_patches; i++)
        if (strcmp(name, words_of_patches[i]) == 0)
            return true;
    return false;
}

static bool
is_text(const char *text)
{
    return text == NULL || strnlen(text, GPH_MODULE_MAX_TEXT) < GPH_MODULE_MAX_TEXT;
}

/* The name of element `i` of one of the tables. */
typedef const char *name_of(const gph_type *type, uint32_t i);

static const char *
port_name(const gph_type *type, uint32_t i)
{
    return type->ports[i].name;
}

static const char *
meter_name(const gph_type *type, uint32_t i)
{
    return type->meters[i].name;
}

/* Keys of a patch: parameters, then settings. */
static const char *
key_name(const gph_type *type, uint32_t i)
{
    return i < type->n_params ? type->params[i].name : type->settings[i - type->n_params].name;
}

/* What [control] can aim at, and what it can listen to. */
static const char *
trigger_name(const gph_type *type, uint32_t i)
{
    return type->triggers[i].name;
}

static gph_status
check_names(const gph_type *type, name_of *name, uint32_t n, const char *word, const judge *to)
{
    for (uint32_t i = 0; i < n; i++) {
        if (!is_name(name(type, i)))
            return REFUSE(to, "has a %s without a name of letters a-z, digits and '-'", word);
        if (is_of_patches(name(type, i)))
            return REFUSE(to, "has a %s '%s', which is a word of patches", word, name(type, i));
        for (uint32_t k = 0; k < i; k++)
            if (strcmp(name(type, i), name(type, k)) == 0 &&
                (name != trigger_name ||
                 type->triggers[i].direction == type->triggers[k].direction))
                return REFUSE(to, "has two %ss '%s'", word, name(type, i));
    }
    return GPH_OK;
}

/* How many words, or 0 if they are not in order. */
static uint32_t
count_choices(const char *const *choices)
{
    uint32_t n = 0;
    if (choices == NULL)
        return 0;
    while (n <= GPH_TYPE_MAX_CHOICES && choices[n] != NULL)
        if (strnlen(choices[n++], GPH_NAME_MAX_BYTES + 1) > GPH_NAME_MAX_BYTES)
            return 0;
    return n <= GPH_TYPE_MAX_CHOICES ? n : 0;
}

/* ---------------------------------------------------------------- tables */

static gph_status
check_port(gph_port *port, const gph_type *type, const judge *to)
{
    port->min = port->min != 0 ? port->min : 1;
    port->max = port->max != 0 ? port->max : GPH_MAX_CHANNELS;
    if (!is_text(port->doc) || port->direction > GPH_PORT_OUT || port->kind != GPH_PORT_AUDIO ||
        port->rule > GPH_WIDTH_SAME_AS)
        return REFUSE(to, "has a port '%s' of an unknown kind", port->name);
    if (port->min > port->max || port->max > GPH_MAX_CHANNELS)
        return REFUSE(to, "has a port '%s' of %u to %u channels", port->name, port->min, port->max);
    if (port->rule == GPH_WIDTH_SAME_AS &&
        (port->ref >= type->n_ports || type->ports[port->ref].rule == GPH_WIDTH_SAME_AS ||
         (port->direction == GPH_PORT_IN && type->ports[port->ref].direction == GPH_PORT_OUT)))
        return REFUSE(to, "has a port '%s' that is as wide as a port that cannot say", port->name);
    return GPH_OK;
}

/* Ranges of switches and choices follow from what they are; ramps have a length. */
static void
put_defaults(gph_param *param, uint32_t n_choices)
{
    if (param->flags & (GPH_PARAM_SWITCH | GPH_PARAM_CHOICE)) {
        param->min = 0;
        param->max = param->flags & GPH_PARAM_SWITCH ? 1 : (float)(n_choices - 1);
    } else if (!(param->flags & GPH_PARAM_STEP) && param->smooth_ms == 0) {
        param->smooth_ms = 20;
    }
    if (param->flags & (GPH_PARAM_CHOICE | GPH_PARAM_STEP))
        param->smooth_ms = 0;
}

static gph_status
check_param(gph_param *param, const judge *to)
{
    const uint32_t n_choices = count_choices(param->choices);
    if (!is_text(param->doc) || param->unit > GPH_UNIT_BYTES || param->rule > GPH_INDEX_ITEM ||
        param->items > GPH_GRAPH_MAX_ITEMS)
        return REFUSE(to, "has a parameter '%s' of an unknown kind", param->name);
    if ((param->flags & GPH_PARAM_CHOICE) && n_choices == 0)
        return REFUSE(to, "has a parameter '%s' that is a choice of nothing", param->name);
    if ((param->flags & GPH_PARAM_GAIN) && param->unit != GPH_UNIT_DB)
        return REFUSE(to, "has a parameter '%s' that is a gain and not in dB", param->name);
    put_defaults(param, n_choices);
    /* With OF_RATE the greatest value is known when the rate is. */
    const bool of_rate = (param->flags & GPH_PARAM_OF_RATE) != 0;
    if (!isfinite(param->min) || !isfinite(param->max) || (!of_rate && param->min > param->max))
        return REFUSE(to, "has a parameter '%s' whose range is empty", param->name);
    if (!isfinite(param->smooth_ms) || param->smooth_ms < 0 || param->smooth_ms > 60000)
        return REFUSE(to, "has a parameter '%s' with a ramp that is no time", param->name);
    const bool off = param->unit == GPH_UNIT_DB && isinf(param->def) && param->def < 0;
    if (!off && (!(param->def >= param->min) || (!of_rate && !(param->def <= param->max)) ||
                 !isfinite(param->def)))
        return REFUSE(to, "has a parameter '%s' whose default is outside of its range",
                      param->name);
    return GPH_OK;
}

static gph_status
check_setting(const gph_setting *setting, const gph_type *type, const judge *to)
{
    if (!is_text(setting->doc) || !is_text(setting->def) || setting->kind > GPH_SETTING_SWITCH ||
        setting->unit > GPH_UNIT_BYTES)
        return REFUSE(to, "has a setting '%s' of an unknown kind", setting->name);
    if (setting->kind == GPH_SETTING_CHOICE && count_choices(setting->choices) == 0)
        return REFUSE(to, "has a setting '%s' that is a choice of nothing", setting->name);
    if (!isfinite(setting->min) || !isfinite(setting->max) || setting->min > setting->max)
        return REFUSE(to, "has a setting '%s' whose range is empty", setting->name);
    gph_fault fault;
    const gph_status status = gph_setting_check_default(setting, type->id, to->arena, &fault);
    if (status == GPH_ARGUMENT)
        return REFUSE(to, "has a setting '%s' with a wrong default: %s", setting->name, fault.text);
    return status;
}

static gph_status
check_rest(const gph_type *type, const judge *to)
{
    for (uint32_t i = 0; i < type->n_meters; i++)
        if (!is_text(type->meters[i].doc) || type->meters[i].unit > GPH_UNIT_BYTES ||
            type->meters[i].rule > GPH_INDEX_ITEM || type->meters[i].items > GPH_GRAPH_MAX_ITEMS)
            return REFUSE(to, "has a meter '%s' of an unknown kind", type->meters[i].name);
    for (uint32_t i = 0; i < type->n_triggers; i++) {
        const gph_trigger *trigger = &type->triggers[i];
        if (!is_text(trigger->doc) || trigger->direction > GPH_TRIGGER_OUT)
            return REFUSE(to, "has a trigger '%s' of an unknown kind", trigger->name);
        for (uint32_t k = 0; k < type->n_params; k++)
            if (trigger->direction == GPH_TRIGGER_IN &&
                strcmp(trigger->name, type->params[k].name) == 0)
                return REFUSE(to, "has a trigger and a parameter '%s'", trigger->name);
    }
    if (type->n_faults > GPH_TYPE_MAX_FAULTS || (type->n_faults > 0 && type->faults == NULL))
        return REFUSE(to, "says it has %u faults and gives none", type->n_faults);
    for (uint32_t i = 0; i < type->n_faults; i++)
        if (type->faults[i] == NULL || !is_text(type->faults[i]))
            return REFUSE(to, "has a fault without a text (number %u)", i);
    return GPH_OK;
}

static gph_status
check_tables(gph_type *type, gph_port *ports, gph_param *params, const judge *to)
{
    gph_status status = check_names(type, port_name, type->n_ports, "port", to);
    if (status == GPH_OK)
        status = check_names(type, key_name, type->n_params + type->n_settings, "key", to);
    if (status == GPH_OK)
        status = check_names(type, meter_name, type->n_meters, "meter", to);
    if (status == GPH_OK)
        status = check_names(type, trigger_name, type->n_triggers, "trigger", to);
    for (uint32_t i = 0; i < type->n_ports && status == GPH_OK; i++)
        status = check_port(&ports[i], type, to);
    for (uint32_t i = 0; i < type->n_params && status == GPH_OK; i++)
        status = check_param(&params[i], to);
    for (uint32_t i = 0; i < type->n_settings && status == GPH_OK; i++)
        status = check_setting(&type->settings[i], type, to);
    return status == GPH_OK ? check_rest(type, to) : status;
}

gph_status
gph_type_check(gph_type *type, gph_port *ports, gph_param *params, gph_arena *arena,
               const char **why)
{
    const judge to = {arena, why};
    if (!is_name(type->id))
        return REFUSE(&to, "has a type without a name of letters a-z, digits and '-'");
    if (!is_text(type->name) || !is_text(type->doc))
        return REFUSE(&to, "has a type '%s' with an endless text", type->id);
    return check_tables(type, ports, params, &to);
}

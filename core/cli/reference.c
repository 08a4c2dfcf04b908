/* Prints what a descriptor says, as text, Markdown or JSON. [control]
 *
 * Descriptors arrive normalised by the runtime: strides are those of this program's own structs. */
#include "reference.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

typedef struct line {
    char name[64];  /* "freq**" */
    char range[96]; /* "1 Hz to 0.49 rate" */
    char def[64];   /* "1000 Hz" */
    const char *doc;
} line;

static const char *const units[] = {"", " dB",  " Hz",  " s",         " frames",
                                    "", " deg", " bpm", " semitones", " bytes"};

static const char *
unit_of(uint32_t unit)
{
    return unit < sizeof units / sizeof units[0] ? units[unit] : "";
}

static const char *
stars(uint32_t rule)
{
    return rule == GPH_INDEX_CHANNEL      ? " (a channel)"
           : rule == GPH_INDEX_CROSSPOINT ? " (a crosspoint)"
           : rule == GPH_INDEX_ITEM       ? " (an item)"
                                          : "";
}

static void
words(const char *const *choices, char *out, size_t n)
{
    size_t at = 0;
    for (size_t i = 0; choices && choices[i] && at < n; i++)
        at += (size_t)snprintf(out + at, n - at, "%s%s", i ? ", " : "", choices[i]);
}

static void
number(double value, uint32_t unit, char *out, size_t n)
{
    if (unit == GPH_UNIT_FRACTION)
        snprintf(out, n, "%g %%", value * 100);
    else
        snprintf(out, n, "%.*g%s", fabs(value) < 1e6 ? 6 : 12, value, unit_of(unit));
}

/* What counts where a patch is silent. */
static void
param_default(const gph_param *p, char *out, size_t n)
{
    char def[40];
    if (p->flags & GPH_PARAM_GAIN && isinf(p->def))
        snprintf(def, sizeof def, "off");
    else
        number((double)p->def, p->unit, def, sizeof def);
    if (p->flags & GPH_PARAM_DIAGONAL)
        snprintf(out, n, "%s from n to n, else %s", def, p->flags & GPH_PARAM_GAIN ? "off" : "0");
    else
        snprintf(out, n, "%s", def);
}

static line
param_line(const gph_param *p)
{
    line out = {.doc = p->doc};
    char low[40];
    char high[40];
    snprintf(out.name, sizeof out.name, "%s%s", p->name, stars(p->rule));
    if (p->flags & GPH_PARAM_SWITCH) {
        snprintf(out.range, sizeof out.range, "off, on");
        snprintf(out.def, sizeof out.def, "%s", p->def > 0 ? "on" : "off");
        return out;
    }
    if (p->flags & GPH_PARAM_CHOICE) {
        words(p->choices, out.range, sizeof out.range);
        for (uint32_t i = 0; p->choices && p->choices[i]; i++)
            if ((float)i == p->def)
                snprintf(out.def, sizeof out.def, "%s", p->choices[i]);
        return out;
    }
    number((double)p->min, p->unit, low, sizeof low);
    number((double)p->max, p->unit, high, sizeof high);
    if (p->flags & GPH_PARAM_OF_RATE)
        snprintf(high, sizeof high, "%g of the rate", (double)p->max);
    snprintf(out.range, sizeof out.range, "%s%s to %s", p->flags & GPH_PARAM_GAIN ? "off, " : "",
             low, high);
    param_default(p, out.def, sizeof out.def);
    return out;
}

static line
setting_line(const gph_setting *s)
{
    static const char *const kinds[] = {
        "text", "file", "whole number", "number", "", "name of a table", "on, off"};
    line out = {.doc = s->doc};
    snprintf(out.name, sizeof out.name, "%s%s", s->name,
             s->flags & GPH_SETTING_KEYED ? ".KEY" : "");
    if (s->kind == GPH_SETTING_CHOICE) {
        words(s->choices, out.range, sizeof out.range);
    } else if (s->min < s->max) {
        char low[40];
        char high[40];
        number(s->min, s->unit, low, sizeof low);
        number(s->max, s->unit, high, sizeof high);
        snprintf(out.range, sizeof out.range, "%s%s to %s",
                 s->flags & GPH_SETTING_OPEN_MIN ? "above " : "", low, high);
    } else {
        snprintf(out.range, sizeof out.range, "%s%s", s->kind < 7 ? kinds[s->kind] : "",
                 s->kind == GPH_SETTING_REAL ? unit_of(s->unit) : "");
    }
    if (s->flags & GPH_SETTING_LIST && strlen(out.range) + 8 < sizeof out.range)
        strcat(out.range, ", ...");
    snprintf(out.def, sizeof out.def, "%s",
             s->flags & GPH_SETTING_REQUIRED ? "required"
             : s->def                        ? s->def
                                             : "-");
    return out;
}

static line
port_line(const gph_port *p)
{
    line out = {.doc = p->doc};
    snprintf(out.name, sizeof out.name, "%s", p->name);
    if (p->rule == GPH_WIDTH_SAME_AS)
        snprintf(out.range, sizeof out.range, "as many channels as the input");
    else if (p->min == p->max)
        snprintf(out.range, sizeof out.range, "%u channel%s", p->min, p->min == 1 ? "" : "s");
    else
        snprintf(out.range, sizeof out.range, "%u to %u channels", p->min ? p->min : 1,
                 p->max ? p->max : GPH_MAX_CHANNELS);
    snprintf(out.def, sizeof out.def, "%s%s", p->direction == GPH_PORT_IN ? "in" : "out",
             p->flags & GPH_PORT_OPTIONAL ? ", optional" : "");
    return out;
}

static line
meter_line(const gph_meter *m)
{
    line out = {.doc = m->doc};
    snprintf(out.name, sizeof out.name, "%s%s", m->name, stars(m->rule));
    snprintf(out.range, sizeof out.range, "%s", unit_of(m->unit));
    return out;
}

static line
trigger_line(const gph_trigger *t)
{
    line out = {.doc = t->doc};
    snprintf(out.name, sizeof out.name, "%s", t->name);
    snprintf(out.range, sizeof out.range, "%s", t->direction == GPH_TRIGGER_IN ? "taken" : "given");
    return out;
}

/* The sections of a page: a title, how many lines, and each line. */
enum { PORTS, SETTINGS, PARAMS, TRIGGERS, METERS, SECTIONS };
static const char *const titles[] = {"Ports", "Settings (fixed while running)", "Parameters",
                                     "Triggers", "Meters"};

static uint32_t
n_lines(const gph_type *t, int section)
{
    const uint32_t n[] = {t->n_ports, t->n_settings, t->n_params, t->n_triggers, t->n_meters};
    return n[section];
}

static line
line_of(const gph_type *t, int section, uint32_t i)
{
    switch (section) {
    case PORTS:
        return port_line(&t->ports[i]);
    case SETTINGS:
        return setting_line(&t->settings[i]);
    case PARAMS:
        return param_line(&t->params[i]);
    case TRIGGERS:
        return trigger_line(&t->triggers[i]);
    default:
        return meter_line(&t->meters[i]);
    }
}

void
gph_reference_print(const gph_type *type, int colour)
{
    const char *bold = colour ? "\x1b[1m" : "";
    const char *plain = colour ? "\x1b[0m" : "";
    printf("%s%s%s: %s\n%s\n", bold, type->id, plain, type->name, type->doc);
    for (int section = 0; section < SECTIONS; section++) {
        if (n_lines(type, section))
            printf("\n%s%s%s\n", bold, titles[section], plain);
        for (uint32_t i = 0; i < n_lines(type, section); i++) {
            line l = line_of(type, section, i);
            printf("  %s%-24s%s %s", bold, l.name, plain, l.range);
            if (l.def[0])
                printf("  [%s]", l.def);
            printf("\n  %-24s   %s\n", "", l.doc ? l.doc : "");
        }
    }
}

/* A cell of a Markdown table: a bar would end it. */
static void
put_cell(const char *text)
{
    fputs(" | ", stdout);
    for (; *text; text++)
        printf(*text == '|' ? "\\|" : "%c", *text);
}

void
gph_reference_print_markdown(const gph_type *type)
{
    printf("# %s\n\n%s: %s\n", type->id, type->name, type->doc);
    for (int section = 0; section < SECTIONS; section++) {
        if (n_lines(type, section))
            printf("\n## %s\n\n| name | range | default | meaning |\n|---|---|---|---|\n",
                   titles[section]);
        for (uint32_t i = 0; i < n_lines(type, section); i++) {
            line l = line_of(type, section, i);
            printf("| `%s`", l.name);
            put_cell(l.range);
            put_cell(l.def);
            put_cell(l.doc ? l.doc : "");
            puts(" |");
        }
    }
}

json_t *
gph_reference_json(const gph_type *type)
{
    static const char *const keys[] = {"ports", "settings", "params", "triggers", "meters"};
    json_t *page = json_pack("{ss ss ss}", "id", type->id, "name", type->name, "doc", type->doc);
    for (int section = 0; section < SECTIONS; section++) {
        json_t *lines = json_array();
        for (uint32_t i = 0; i < n_lines(type, section); i++) {
            line l = line_of(type, section, i);
            json_array_append_new(lines,
                                  json_pack("{ss ss ss ss}", "name", l.name, "range", l.range,
                                            "default", l.def, "doc", l.doc ? l.doc : ""));
        }
        json_object_set_new(page, keys[section], lines);
    }
    return page;
}

/* What the ports of an LV2 plugin are to the runtime. [control] */
#include "lv2_node.h"

#include <lv2/core/lv2.h>
#include <lv2/port-props/port-props.h>
#include <lv2/resize-port/resize-port.h>
#include <lv2/units/units.h>
#include <stdlib.h>
#include <string.h>

enum { ATOM_LEAST = 8192, ATOM_MOST = 1 << 20 }; /* bytes of events */

/* ---------------------------------------------------------------- controls */

static float
number_of(const LilvNode *node, float other)
{
    return node != NULL &&
                   (lilv_node_is_float(node) || lilv_node_is_int(node) || lilv_node_is_bool(node))
               ? lilv_node_as_float(node)
               : other;
}

static void
set_unit(gph_node *self, control *one, const LilvPort *port)
{
    LilvNode *predicate = lilv_new_uri(self->world, LV2_UNITS__unit);
    LilvNode *unit = lilv_port_get(self->plugin, port, predicate);
    const char *uri = unit != NULL && lilv_node_is_uri(unit) ? lilv_node_as_uri(unit) : "";
    if (strncmp(uri, LV2_UNITS_PREFIX, sizeof LV2_UNITS_PREFIX - 1) == 0)
        gph_control_set_unit(one, uri + sizeof LV2_UNITS_PREFIX - 1);
    lilv_node_free(unit);
    lilv_node_free(predicate);
}

/* The points of a scale as choices, lowest first. */
static bool
set_choices(gph_node *self, control *one, const LilvPort *port)
{
    LilvScalePoints *points = lilv_port_get_scale_points(self->plugin, port);
    const uint32_t n = points != NULL ? lilv_scale_points_size(points) : 0;
    const char **words = calloc((size_t)n + 1, sizeof *words);
    float *values = calloc((size_t)n + 1, sizeof *values);
    bool good = words != NULL && values != NULL;
    uint32_t k = 0;
    LILV_FOREACH(scale_points, i, points)
    {
        const LilvScalePoint *point = lilv_scale_points_get(points, i);
        const float value = number_of(lilv_scale_point_get_value(point), 0);
        uint32_t at = good ? k++ : 0;
        for (; good && at > 0 && values[at - 1] > value; at--) {
            values[at] = values[at - 1];
            words[at] = words[at - 1];
        }
        if (good) {
            values[at] = value;
            words[at] = lilv_node_as_string(lilv_scale_point_get_label(point));
        }
    }
    if (good && k > 0)
        good = gph_control_set_choices(one, k, words, values);
    free(words);
    free(values);
    lilv_scale_points_free(points);
    return good;
}

static void
set_range(gph_node *self, control *one, const LilvPort *port, double rate)
{
    LilvNode *def = NULL, *min = NULL, *max = NULL;
    lilv_port_get_range(self->plugin, port, &def, &min, &max);
    const double factor = gph_lv2_has(self, self->plugin, port, LV2_CORE__sampleRate) ? rate : 1;
    one->min = (float)((double)number_of(min, one->min / (float)factor) * factor);
    one->max = (float)((double)number_of(max, one->max / (float)factor) * factor);
    one->def = (float)((double)number_of(def, min != NULL ? number_of(min, 0) : 0) * factor);
    lilv_node_free(def);
    lilv_node_free(min);
    lilv_node_free(max);
}

static bool
set_kind(gph_node *self, control *one, const LilvPort *port)
{
    one->whole = gph_lv2_has(self, self->plugin, port, LV2_CORE__integer);
    if (gph_lv2_has(self, self->plugin, port, LV2_PORT_PROPS__logarithmic)) {
        const size_t n = strlen(one->doc);
        gph_copy_text(one->doc + n, sizeof one->doc - n, ", best moved in equal ratios");
    }
    if (gph_lv2_has(self, self->plugin, port, LV2_CORE__toggled)) {
        one->flags |= GPH_PARAM_SWITCH;
        one->min = 0;
        one->max = 1;
        one->scale = 1;
        return true;
    }
    return !gph_lv2_has(self, self->plugin, port, LV2_CORE__enumeration) ||
           set_choices(self, one, port);
}

/* Its symbol is what stays the same from version to version; its name is for people. */
static bool
add_control(gph_node *self, const LilvPort *port, uint32_t index, bool input, double rate)
{
    const char *symbol = lilv_node_as_string(lilv_port_get_symbol(self->plugin, port));
    LilvNode *name = lilv_port_get_name(self->plugin, port);
    control *one = gph_controls_add(&self->controls, symbol != NULL ? symbol : "");
    gph_copy_text(one->doc, sizeof one->doc, name != NULL ? lilv_node_as_string(name) : symbol);
    lilv_node_free(name);
    one->port = index;
    one->output = !input;
    set_unit(self, one, port);
    if (!input) {
        if (gph_lv2_has(self, self->plugin, port, LV2_CORE__reportsLatency) ||
            gph_lv2_is_designated(self, self->plugin, port, LV2_CORE__latency))
            self->latency_control = self->controls.n;
        return true;
    }
    set_range(self, one, port, rate);
    return set_kind(self, one, port);
}

/* ---------------------------------------------------------------- events */

static uint32_t
capacity_of(gph_node *self, const LilvPort *port)
{
    LilvNode *predicate = lilv_new_uri(self->world, LV2_RESIZE_PORT__minimumSize);
    LilvNode *size = lilv_port_get(self->plugin, port, predicate);
    const int wanted = size != NULL && lilv_node_is_int(size) ? lilv_node_as_int(size) : 0;
    lilv_node_free(size);
    lilv_node_free(predicate);
    return wanted > ATOM_MOST ? ATOM_MOST : wanted > ATOM_LEAST ? (uint32_t)wanted : ATOM_LEAST;
}

static bool
add_atom(gph_node *self, const LilvPort *port, uint32_t index, bool input)
{
    lv2_atom_port *atom = &self->atoms[self->n_atoms++];
    *atom = (lv2_atom_port){.port = index, .output = !input};
    atom->capacity = (capacity_of(self, port) + 7) / 8 * 8;
    atom->buffer = calloc(1, sizeof *atom->buffer + atom->capacity);
    return atom->buffer != NULL;
}

/* ---------------------------------------------------------------- all ports */

static bool
add_port(gph_node *self, uint32_t index, double rate)
{
    const LilvPort *port = lilv_plugin_get_port_by_index(self->plugin, index);
    const bool input = gph_lv2_is_a(self, self->plugin, port, LV2_CORE__InputPort);
    if (gph_lv2_is_a(self, self->plugin, port, LV2_CORE__AudioPort)) {
        lv2_channels *to = !input                                      ? &self->out
                           : gph_lv2_is_side(self, self->plugin, port) ? &self->side
                                                                       : &self->in;
        to->ports[to->n++] = index;
        return true;
    }
    if (gph_lv2_is_a(self, self->plugin, port, LV2_ATOM__AtomPort))
        return add_atom(self, port, index, input);
    if (!gph_lv2_is_a(self, self->plugin, port, LV2_CORE__ControlPort)) {
        self->unwired[self->n_unwired++] = index;
        return true;
    }
    if (input && gph_lv2_is_designated(self, self->plugin, port, LV2_CORE__freeWheeling)) {
        self->freewheel_port = index + 1;
        return true;
    }
    return add_control(self, port, index, input, rate);
}

/* Inputs that it lacks are left out; they come last. */
static uint32_t
make_ports(gph_node *self)
{
    const uint32_t in = self->in.n, side = self->side.n, out = self->out.n;
    uint32_t n = 0;
    if (in > 0 || side > 0)
        self->ports[n++] =
            (gph_port)GPH_PORT_X("in", GPH_PORT_IN, in > 0 ? 0 : GPH_PORT_OPTIONAL, GPH_WIDTH_RANGE,
                                 in > 0 ? in : 1, in > 0 ? in : 1, 0, "What is processed.");
    if (side > 0)
        self->ports[n++] =
            (gph_port)GPH_PORT_X("sidechain", GPH_PORT_IN, GPH_PORT_OPTIONAL | GPH_PORT_SIDECHAIN,
                                 GPH_WIDTH_RANGE, side, side, 0, "What the plugin listens to.");
    if (out > 0)
        self->ports[n++] = (gph_port)GPH_PORT_X("out", GPH_PORT_OUT, 0, GPH_WIDTH_RANGE, out, out,
                                                0, "What the plugin makes of it.");
    return n;
}

static void
make_type(gph_node *self)
{
    self->type = *self->base;
    self->type.flags &= ~(uint32_t)GPH_TYPE_COPIES;
    if (self->in.n == self->out.n)
        self->type.flags |= self->in.n == 1 ? GPH_TYPE_INDEPENDENT : GPH_TYPE_COPIES;
    self->type.ports = self->ports;
    self->type.n_ports = make_ports(self);
    self->type.port_stride = sizeof self->ports[0];
    self->type.name = self->label;
    gph_controls_publish(&self->controls, &self->type);
}

void
gph_lv2_forget(gph_node *self)
{
    for (uint32_t i = 0; i < self->n_atoms; i++)
        free(self->atoms[i].buffer);
    free(self->atoms);
    free(self->unwired);
    free(self->in.ports);
    free(self->side.ports);
    free(self->out.ports);
    gph_controls_finish(&self->controls);
    lilv_state_free(self->state);
    self->atoms = NULL;
    self->unwired = NULL;
    self->in = self->side = self->out = (lv2_channels){0};
    self->n_atoms = self->n_unwired = self->latency_control = self->freewheel_port = 0;
    self->state = NULL;
}

static bool
make_room(gph_node *self, uint32_t n)
{
    self->atoms = calloc((size_t)n + 1, sizeof *self->atoms);
    self->unwired = calloc((size_t)n + 1, sizeof *self->unwired);
    self->in.ports = calloc((size_t)n + 1, sizeof *self->in.ports);
    self->side.ports = calloc((size_t)n + 1, sizeof *self->side.ports);
    self->out.ports = calloc((size_t)n + 1, sizeof *self->out.ports);
    return gph_controls_init(&self->controls, n) && self->atoms != NULL && self->unwired != NULL &&
           self->in.ports != NULL && self->side.ports != NULL && self->out.ports != NULL;
}

gph_status
gph_lv2_describe(gph_node *self, double rate, const char *preset, char *error, uint32_t error_size)
{
    const uint32_t n = lilv_plugin_get_num_ports(self->plugin);
    gph_lv2_forget(self);
    bool good = make_room(self, n);
    for (uint32_t i = 0; i < n && good; i++)
        good = add_port(self, i, rate);
    if (!good)
        return GPH_MEMORY;
    const gph_status status = gph_lv2_state_load(self, preset, error, error_size);
    if (status != GPH_OK)
        return status;
    if (!gph_controls_seal(&self->controls))
        return GPH_MEMORY;
    make_type(self);
    return GPH_OK;
}

/* What the ports of a LADSPA plugin are to the runtime. [control] */
#include "ladspa_node.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool
has(LADSPA_PortDescriptor descriptor, LADSPA_PortDescriptor bits)
{
    return (descriptor & bits) == bits;
}

/* A value between two bounds: in the middle at 0.5, geometrically where the port is logarithmic. */
static float
between(const control *one, LADSPA_PortRangeHintDescriptor hints, double share)
{
    if (LADSPA_IS_HINT_LOGARITHMIC(hints) && one->min > 0 && one->max > 0)
        return (float)exp(log((double)one->min) * (1 - share) + log((double)one->max) * share);
    return (float)((double)one->min * (1 - share) + (double)one->max * share);
}

/* Where a plugin names no default: 0, or what is nearest to it. */
static float
default_of(const control *one, LADSPA_PortRangeHintDescriptor hints)
{
    switch (hints & LADSPA_HINT_DEFAULT_MASK) {
    case LADSPA_HINT_DEFAULT_MINIMUM:
        return one->min;
    case LADSPA_HINT_DEFAULT_LOW:
        return between(one, hints, 0.25);
    case LADSPA_HINT_DEFAULT_MIDDLE:
        return between(one, hints, 0.5);
    case LADSPA_HINT_DEFAULT_HIGH:
        return between(one, hints, 0.75);
    case LADSPA_HINT_DEFAULT_MAXIMUM:
        return one->max;
    case LADSPA_HINT_DEFAULT_1:
        return 1;
    case LADSPA_HINT_DEFAULT_100:
        return 100;
    case LADSPA_HINT_DEFAULT_440:
        return 440;
    default:
        return 0;
    }
}

static void
set_range(control *one, const LADSPA_PortRangeHint *hint, double rate)
{
    const LADSPA_PortRangeHintDescriptor hints = hint->HintDescriptor;
    const double factor = LADSPA_IS_HINT_SAMPLE_RATE(hints) ? rate : 1;
    if (LADSPA_IS_HINT_BOUNDED_BELOW(hints))
        one->min = (float)((double)hint->LowerBound * factor);
    if (LADSPA_IS_HINT_BOUNDED_ABOVE(hints))
        one->max = (float)((double)hint->UpperBound * factor);
    one->whole = LADSPA_IS_HINT_INTEGER(hints);
    one->def = default_of(one, hints);
    if (LADSPA_IS_HINT_TOGGLED(hints)) {
        one->flags |= GPH_PARAM_SWITCH;
        one->min = 0;
        one->max = 1;
        one->scale = 1;
    }
    if (LADSPA_IS_HINT_LOGARITHMIC(hints))
        gph_copy_text(one->doc + strlen(one->doc), sizeof one->doc - strlen(one->doc),
                      ", best moved in equal ratios");
    if (!LADSPA_IS_HINT_HAS_DEFAULT(hints))
        gph_copy_text(one->doc + strlen(one->doc), sizeof one->doc - strlen(one->doc),
                      " (the plugin names no default)");
}

/* Ports of this name tell how late the outputs are; nothing in LADSPA itself says so. */
static bool
is_latency(const char *name)
{
    return gph_same_name(name, "latency") || gph_same_name(name, "_latency");
}

static void
add_port(gph_node *self, uint32_t port, double rate, uint32_t *latency)
{
    const LADSPA_PortDescriptor kind = self->plugin->PortDescriptors[port];
    const char *name = self->plugin->PortNames[port] != NULL ? self->plugin->PortNames[port] : "";
    if (has(kind, LADSPA_PORT_AUDIO | LADSPA_PORT_INPUT)) {
        self->in_ports[self->n_in++] = port;
    } else if (has(kind, LADSPA_PORT_AUDIO | LADSPA_PORT_OUTPUT)) {
        self->out_ports[self->n_out++] = port;
    } else {
        control *one = gph_controls_add(&self->controls, name);
        one->port = port;
        one->output = has(kind, LADSPA_PORT_OUTPUT);
        if (one->output && is_latency(name))
            *latency = self->controls.n;
        if (!one->output)
            set_range(one, &self->plugin->PortRangeHints[port], rate);
    }
}

static void
make_type(gph_node *self)
{
    uint32_t n = 0;
    if (self->n_in > 0)
        self->ports[n++] = (gph_port)GPH_PORT_X("in", GPH_PORT_IN, 0, GPH_WIDTH_RANGE, self->n_in,
                                                self->n_in, 0, "What is processed.");
    if (self->n_out > 0)
        self->ports[n++] =
            (gph_port)GPH_PORT_X("out", GPH_PORT_OUT, 0, GPH_WIDTH_RANGE, self->n_out, self->n_out,
                                 0, "What the plugin makes of it.");
    self->type = *self->base;
    self->type.flags &= ~(uint32_t)GPH_TYPE_COPIES;
    if (self->n_in == self->n_out)
        self->type.flags |= self->n_in == 1 ? GPH_TYPE_INDEPENDENT : GPH_TYPE_COPIES;
    self->type.ports = self->ports;
    self->type.n_ports = n;
    self->type.port_stride = sizeof self->ports[0];
    self->type.name = self->plugin->Name != NULL ? self->plugin->Name : self->plugin->Label;
    gph_controls_publish(&self->controls, &self->type);
}

void
gph_ladspa_forget(gph_node *self)
{
    gph_controls_finish(&self->controls);
    free(self->in_ports);
    free(self->out_ports);
    self->in_ports = self->out_ports = NULL;
    self->n_in = self->n_out = 0;
    self->latency_control = NULL;
}

gph_status
gph_ladspa_describe(gph_node *self, double rate)
{
    const uint32_t n = (uint32_t)self->plugin->PortCount;
    uint32_t latency = 0;
    gph_ladspa_forget(self);
    self->in_ports = calloc((size_t)n + 1, sizeof *self->in_ports);
    self->out_ports = calloc((size_t)n + 1, sizeof *self->out_ports);
    if (!gph_controls_init(&self->controls, n) || self->in_ports == NULL || self->out_ports == NULL)
        return GPH_MEMORY;
    for (uint32_t port = 0; port < n; port++)
        add_port(self, port, rate, &latency);
    if (latency > 0)
        self->latency_control = &self->controls.all[latency - 1];
    if (!gph_controls_seal(&self->controls))
        return GPH_MEMORY;
    make_type(self);
    return GPH_OK;
}

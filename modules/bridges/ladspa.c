/* ladspa: a plugin of the Linux Audio Developer's Simple Plugin API as a node. [control] */
#include "ladspa_node.h"

#include "float_guard.h"
#include "ladspa_find.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PROBE_FRAMES = 64 }; /* of silence, after which a plugin knows its latency */

static gph_node *GPH_CALL
create(const gph_runtime *rt, const gph_type *type)
{
    gph_node *self = calloc(1, sizeof *self);
    if (self != NULL) {
        self->rt = rt;
        self->base = type;
    }
    return self;
}

static void GPH_CALL
destroy(gph_node *self)
{
    gph_ladspa_forget(self);
    free(self);
}

/* ---------------------------------------------------------------- setting up */

static gph_status
check_inputs(const gph_node *self, gph_config *config)
{
    const char *name = self->plugin->Label;
    if (self->n_in == 0 && config->in_channels[0] > 0)
        snprintf(config->error, config->error_size,
                 "'%s' makes sound by itself and has no input; take 'from' away", name);
    else if (self->n_in > 0 && config->in_channels[0] == 0)
        snprintf(config->error, config->error_size,
                 "nothing goes into '%s', which takes %u channel%s; 'from' says what should", name,
                 self->n_in, self->n_in == 1 ? "" : "s");
    else
        return GPH_OK;
    return GPH_ARGUMENT;
}

static gph_status GPH_CALL
configure(gph_node *self, gph_config *config)
{
    const char *name = config->text(config, "plugin", 0);
    config->bad_setting = "plugin";
    gph_status status =
        gph_ladspa_find(name != NULL ? name : "", &self->plugin, config->error, config->error_size);
    if (status == GPH_OK)
        status = gph_ladspa_describe(self, config->rate > 0 ? config->rate : 48000);
    if (status == GPH_OK)
        status = check_inputs(self, config);
    if (status != GPH_OK)
        return status;
    config->bad_setting = NULL;
    self->tail_seconds = 0;
    config->number(config, "tail", 0, &self->tail_seconds, NULL);
    if (self->n_out > 0)
        config->out_channels[0] = self->n_out;
    return GPH_OK;
}

static const gph_type *GPH_CALL
describe(gph_node *self)
{
    return &self->type;
}

/* ---------------------------------------------------------------- making ready */

static void
stop(gph_node *self)
{
    if (self->handle == NULL)
        return;
    if (self->plugin->deactivate != NULL)
        self->plugin->deactivate(self->handle);
    if (self->plugin->cleanup != NULL)
        self->plugin->cleanup(self->handle);
    self->handle = NULL;
}

static gph_status
start(gph_node *self, double rate)
{
    const LADSPA_Descriptor *plugin = self->plugin;
    gph_controls_reset(&self->controls);
    self->handle = plugin->instantiate(plugin, (unsigned long)(rate + 0.5));
    if (self->handle == NULL)
        return GPH_MEMORY;
    for (uint32_t i = 0; i < self->controls.n; i++)
        plugin->connect_port(self->handle, self->controls.all[i].port,
                             &self->controls.all[i].value);
    if (plugin->activate != NULL)
        plugin->activate(self->handle);
    return GPH_OK;
}

/* A plugin tells its latency when it runs: a silent moment of an instance that is then thrown away. */
static gph_status
probe(gph_node *self, double rate)
{
    static const float silence[PROBE_FRAMES] = {0};
    float(*room)[PROBE_FRAMES] = calloc((size_t)self->n_in + self->n_out + 1, sizeof *room);
    gph_status status = room != NULL ? start(self, rate) : GPH_MEMORY;
    for (uint32_t c = 0; status == GPH_OK && c < self->n_in; c++) {
        memcpy(room[c], silence, sizeof silence);
        self->plugin->connect_port(self->handle, self->in_ports[c], room[c]);
    }
    for (uint32_t c = 0; status == GPH_OK && c < self->n_out; c++)
        self->plugin->connect_port(self->handle, self->out_ports[c], room[self->n_in + c]);
    if (status == GPH_OK) {
        self->plugin->run(self->handle, PROBE_FRAMES);
        const float late = self->latency_control->value;
        self->latency = late >= 0 && late < 1e9f ? (uint32_t)late : 0;
    }
    stop(self);
    free(room);
    return status;
}

static gph_status GPH_CALL
activate(gph_node *self, gph_setup *setup)
{
    const uint32_t mode = gph_float_guard_enter();
    gph_status status = GPH_OK;
    if (self->n_in > 0 && setup->in_channels[0] != self->n_in)
        return GPH_UNSUPPORTED; /* not what describe has said */
    self->latency = 0;
    self->latency_told = self->float_mode_told = false;
    /* Not by a cast: for a compiler that knows GPH_AUDIO the two are of different types. */
    memcpy(&self->connect, &self->plugin->connect_port, sizeof self->connect);
    memcpy(&self->run, &self->plugin->run, sizeof self->run);
    if (self->latency_control != NULL)
        status = probe(self, setup->rate);
    if (status == GPH_OK)
        status = start(self, setup->rate);
    (void)gph_float_guard_leave(mode);
    setup->latency = self->latency;
    setup->tail = self->n_in > 0 ? llround(self->tail_seconds * setup->rate) : 0;
    return status;
}

static void GPH_CALL
deactivate(gph_node *self)
{
    stop(self);
}

/* ---------------------------------------------------------------- what there is */

static gph_status GPH_CALL
list(gph_node *self, void(GPH_CALL *each)(void *user, const gph_plugin *plugin), void *user)
{
    (void)self;
    return gph_ladspa_list(each, user);
}

static const gph_type *GPH_CALL
look(gph_node *self, const char *plugin, char *error, uint32_t error_size)
{
    if (gph_ladspa_find(plugin, &self->plugin, error, error_size) != GPH_OK)
        return NULL;
    if (gph_ladspa_describe(self, 48000) == GPH_OK)
        return &self->type;
    snprintf(error, error_size, "memory could not be had");
    return NULL;
}

static const gph_plugins plugins = {sizeof plugins, 0, list, look};

static const void *GPH_CALL GPH_AUDIO
extension(gph_node *self, const char *id)
{
    (void)self;
    return strcmp(id, GPH_PLUGINS_ID) == 0 ? &plugins : NULL;
}

static const gph_port ports[] = {
    GPH_PORT_X("in", GPH_PORT_IN, GPH_PORT_OPTIONAL, GPH_WIDTH_RANGE, 1, GPH_MAX_CHANNELS, 0,
               "What is processed; as wide as the plugin, or a multiple."),
    GPH_PORT_X("out", GPH_PORT_OUT, 0, GPH_WIDTH_RANGE, 1, GPH_MAX_CHANNELS, 0,
               "What the plugin makes of it."),
};
static const gph_setting settings[] = {
    GPH_TEXT("plugin", GPH_SETTING_REQUIRED, NULL, "The plugin: LABEL, or LIBRARY/LABEL."),
    GPH_REAL("tail", GPH_UNIT_SECONDS, 0, 3600, "2s",
             "How long it sounds on after its input has ended, which LADSPA cannot say."),
};
static const char *const faults[] = {
    "is late by %a frames now, and %b are counted on",
    "the plugin changes how numbers are rounded; that is put back after each call",
};
static const gph_type ladspa = {
    GPH_TYPE("ladspa", "LADSPA plugin",
             "Runs a LADSPA plugin; its parameters are the plugin's controls.", GPH_TYPE_COPIES),
    GPH_PORTS(ports),
    GPH_SETTINGS(settings),
    GPH_FAULTS(faults),
    .create = create,
    .destroy = destroy,
    .configure = configure,
    .describe = describe,
    .activate = activate,
    .process = gph_ladspa_process,
    .deactivate = deactivate,
    .extension = extension,
};

GPH_MODULE("ladspa", "0.1.0", "Graphophone", "MIT", &ladspa)

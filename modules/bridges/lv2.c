/* lv2: a plugin of LV2 as a node. [control] */
#include "lv2_node.h"

#include "float_guard.h"

#include <lv2/core/lv2.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PROBE_FRAMES = 64 }; /* of silence, after which a plugin knows its latency */

static gph_node *GPH_CALL
create(const gph_runtime *rt, const gph_type *type)
{
    gph_node *self = calloc(1, sizeof *self);
    if (self == NULL)
        return NULL;
    self->rt = rt;
    self->base = type;
    if (gph_lv2_features_init(self) == GPH_OK)
        return self;
    free(self);
    return NULL;
}

static void GPH_CALL
destroy(gph_node *self)
{
    gph_lv2_forget(self);
    lilv_world_free(self->world);
    gph_lv2_features_finish(self);
    free(self);
}

/* ---------------------------------------------------------------- setting up */

static gph_status
check_inputs(const gph_node *self, gph_config *config)
{
    if (self->in.n == 0 && config->in_channels[0] > 0)
        snprintf(config->error, config->error_size,
                 "'%.100s' makes sound by itself and has no input; take 'from' away", self->label);
    else if (self->in.n > 0 && config->in_channels[0] == 0)
        snprintf(config->error, config->error_size,
                 "nothing goes into '%.100s', which takes %u channel%s; 'from' says what should",
                 self->label, self->in.n, self->in.n == 1 ? "" : "s");
    else if (self->side.n == 0 && config->in_channels[1] > 0)
        snprintf(config->error, config->error_size,
                 "'%.100s' has no sidechain; take 'from.sidechain' away", self->label);
    else
        return GPH_OK;
    return GPH_ARGUMENT;
}

static gph_status
settle(gph_node *self, gph_config *config)
{
    const double rate = config->rate > 0 ? config->rate : 48000;
    config->bad_setting = "plugin";
    const char *name = config->text(config, "plugin", 0);
    gph_status status =
        gph_lv2_find(self, name != NULL ? name : "", config->error, config->error_size);
    if (status != GPH_OK)
        return status;
    const char *preset = config->text(config, "preset", 0);
    config->bad_setting = preset != NULL ? "preset" : "plugin";
    status = gph_lv2_describe(self, rate, preset, config->error, config->error_size);
    if (status != GPH_OK)
        return status;
    config->bad_setting = "plugin";
    return check_inputs(self, config);
}

static gph_status GPH_CALL
configure(gph_node *self, gph_config *config)
{
    const uint32_t mode = gph_float_guard_enter();
    const gph_status status = settle(self, config);
    (void)gph_float_guard_leave(mode);
    if (status != GPH_OK)
        return status;
    config->bad_setting = NULL;
    LilvNode *worker = lilv_new_uri(self->world, LV2_WORKER__interface);
    self->has_worker = lilv_plugin_has_extension_data(self->plugin, worker);
    lilv_node_free(worker);
    self->tail_seconds = 0;
    config->number(config, "tail", 0, &self->tail_seconds, NULL);
    if (self->out.n > 0)
        config->out_channels[0] = self->out.n;
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
    if (self->instance == NULL)
        return;
    lilv_instance_deactivate(self->instance);
    lilv_instance_free(self->instance);
    self->instance = NULL;
    self->worker = NULL;
    self->respond = NULL;
    self->end_run = NULL;
}

/* Not by casts: for a compiler that knows GPH_AUDIO the two are of different types. */
static void
take_functions(gph_node *self)
{
    const LV2_Descriptor *descriptor = lilv_instance_get_descriptor(self->instance);
    self->handle = lilv_instance_get_handle(self->instance);
    memcpy(&self->connect, &descriptor->connect_port, sizeof self->connect);
    memcpy(&self->run, &descriptor->run, sizeof self->run);
    self->worker = self->has_worker
                       ? lilv_instance_get_extension_data(self->instance, LV2_WORKER__interface)
                       : NULL;
    if (self->worker == NULL)
        return;
    memcpy(&self->respond, &self->worker->work_response, sizeof self->respond);
    memcpy(&self->end_run, &self->worker->end_run, sizeof self->end_run);
}

static void
connect_all(gph_node *self)
{
    for (uint32_t i = 0; i < self->controls.n; i++)
        lilv_instance_connect_port(self->instance, self->controls.all[i].port,
                                   &self->controls.all[i].value);
    for (uint32_t i = 0; i < self->n_atoms; i++)
        lilv_instance_connect_port(self->instance, self->atoms[i].port, self->atoms[i].buffer);
    for (uint32_t i = 0; i < self->n_unwired; i++)
        lilv_instance_connect_port(self->instance, self->unwired[i], NULL);
    if (self->freewheel_port > 0)
        lilv_instance_connect_port(self->instance, self->freewheel_port - 1, &self->freewheels);
    gph_lv2_clear_atoms(self);
}

static gph_status
start(gph_node *self, double rate)
{
    gph_controls_reset(&self->controls);
    self->instance = lilv_plugin_instantiate(self->plugin, rate, self->features);
    if (self->instance == NULL)
        return GPH_UNSUPPORTED;
    take_functions(self);
    connect_all(self);
    gph_lv2_state_restore(self);
    lilv_instance_activate(self->instance);
    return GPH_OK;
}

static void
connect_channels(gph_node *self, const lv2_channels *channels, float (*room)[PROBE_FRAMES])
{
    for (uint32_t c = 0; c < channels->n; c++)
        lilv_instance_connect_port(self->instance, channels->ports[c], room[c]);
}

/* A plugin tells its latency when it runs: a silent moment of an instance that is then thrown away. */
static gph_status
probe(gph_node *self, double rate)
{
    const size_t n = (size_t)self->in.n + self->side.n + self->out.n;
    float(*room)[PROBE_FRAMES] = calloc(n + 1, sizeof *room);
    gph_status status = room != NULL ? start(self, rate) : GPH_MEMORY;
    if (status == GPH_OK) {
        connect_channels(self, &self->in, room);
        connect_channels(self, &self->side, room + self->in.n);
        connect_channels(self, &self->out, room + self->in.n + self->side.n);
        lilv_instance_run(self->instance, PROBE_FRAMES);
        const float late = self->controls.all[self->latency_control - 1].value;
        self->latency = late >= 0 && late < 1e9f ? (uint32_t)late : 0;
    }
    stop(self);
    free(room);
    return status;
}

static void GPH_CALL
deactivate(gph_node *self)
{
    stop(self);
    free(self->nothing);
    self->nothing = NULL;
}

static gph_status GPH_CALL
activate(gph_node *self, gph_setup *setup)
{
    const uint32_t mode = gph_float_guard_enter();
    gph_status status = GPH_OK;
    if (self->in.n > 0 && setup->in_channels[0] != self->in.n)
        return GPH_UNSUPPORTED; /* not what describe has said */
    self->latency = 0;
    self->latency_told = self->float_mode_told = false;
    self->jobs = self->rt->get(self->rt, GPH_WORKER_ID);
    self->nothing = calloc(setup->max_frames, sizeof *self->nothing);
    if (self->nothing == NULL)
        return GPH_MEMORY;
    gph_lv2_features_set(self, setup->rate, setup->max_frames);
    if (self->latency_control > 0)
        status = probe(self, setup->rate);
    if (status == GPH_OK)
        status = start(self, setup->rate);
    if (status != GPH_OK)
        deactivate(self);
    (void)gph_float_guard_leave(mode);
    setup->latency = self->latency;
    setup->tail = self->in.n > 0 ? llround(self->tail_seconds * setup->rate) : 0;
    return status;
}

/* ---------------------------------------------------------------- what there is */

static const gph_type *GPH_CALL
look(gph_node *self, const char *plugin, char *error, uint32_t error_size)
{
    if (gph_lv2_find(self, plugin, error, error_size) != GPH_OK)
        return NULL;
    if (gph_lv2_describe(self, 48000, NULL, error, error_size) == GPH_OK)
        return &self->type;
    snprintf(error, error_size, "memory could not be had");
    return NULL;
}

static gph_status GPH_CALL
list(gph_node *self, void(GPH_CALL *each)(void *user, const gph_plugin *plugin), void *user)
{
    (void)self;
    return gph_lv2_list(each, user);
}

static const gph_plugins plugins = {sizeof plugins, 0, list, look};

static const void *GPH_CALL GPH_AUDIO
extension(gph_node *self, const char *id)
{
    if (strcmp(id, GPH_PLUGINS_ID) == 0)
        return &plugins;
    return self->has_worker && strcmp(id, GPH_WORKER_NODE_ID) == 0 ? &gph_lv2_worker : NULL;
}

static const gph_port ports[] = {
    GPH_PORT_X("in", GPH_PORT_IN, GPH_PORT_OPTIONAL, GPH_WIDTH_RANGE, 1, GPH_MAX_CHANNELS, 0,
               "What is processed; as wide as the plugin, or a multiple."),
    GPH_PORT_X("sidechain", GPH_PORT_IN, GPH_PORT_OPTIONAL | GPH_PORT_SIDECHAIN, GPH_WIDTH_RANGE, 1,
               GPH_MAX_CHANNELS, 0, "What the plugin listens to, if it has such an input."),
    GPH_PORT_X("out", GPH_PORT_OUT, 0, GPH_WIDTH_RANGE, 1, GPH_MAX_CHANNELS, 0,
               "What the plugin makes of it."),
};
static const gph_setting settings[] = {
    GPH_TEXT("plugin", GPH_SETTING_REQUIRED, NULL,
             "The plugin: its URI, the end of that, or its name."),
    GPH_TEXT("preset", 0, NULL, "Values to begin with, by the preset's name; keys go before them."),
    GPH_REAL("tail", GPH_UNIT_SECONDS, 0, 3600, "2s",
             "How long it sounds on after its input has ended, which LV2 cannot say."),
};
static const char *const faults[] = {
    "is late by %a frames now, and %b are counted on",
    "the plugin changes how numbers are rounded; that is put back after each call",
};
static const gph_type lv2 = {
    GPH_TYPE("lv2", "LV2 plugin", "Runs an LV2 plugin; its parameters are the plugin's controls.",
             GPH_TYPE_COPIES),
    GPH_PORTS(ports),
    GPH_SETTINGS(settings),
    GPH_FAULTS(faults),
    .create = create,
    .destroy = destroy,
    .configure = configure,
    .describe = describe,
    .activate = activate,
    .process = gph_lv2_process,
    .deactivate = deactivate,
    .extension = extension,
};

GPH_MODULE("lv2", "0.1.0", "Graphophone", "MIT", &lv2)

/* Opens a rig's host and device, and starts it. [control] */
#include "rig_inside.h"

#include <stdio.h>

static void
host_log(void *user, uint32_t level, const char *id, const char *text)
{
    gph_rig_tell(user, level, GPH_NONE, -1, "%s: %s", id, text);
}

static gph_wish
wish(double value, uint32_t policy)
{
    return (gph_wish){.value = value, .policy = policy};
}

static gph_want
want_of(const gph_rig *rig, gph_config *options)
{
    const gph_patch_settings *s = &rig->patch->settings;
    const gph_graph *graph = rig->graph;
    bool offline = gph_rig_is_offline(rig);
    double rate = s->rate ? s->rate : offline ? graph->rate : 0;
    gph_want want = {.size = sizeof want,
                     .on_loss = (uint32_t)s->on_loss,
                     .timeline = (uint32_t)s->timeline,
                     .flags = offline ? GPH_SETUP_OFFLINE : 0,
                     .name = s->name,
                     .device_in = s->device_in,
                     .device_out = s->device_out,
                     .rate = wish(rate, s->rate    ? GPH_WISH_EXACT
                                        : rate > 0 ? GPH_WISH_PREFER
                                                   : GPH_WISH_ANY),
                     .block = wish(s->block, s->block ? GPH_WISH_PREFER : GPH_WISH_ANY),
                     .channels_in = wish(graph->n_device_in, GPH_WISH_PREFER),
                     .channels_out = wish(graph->n_device_out, GPH_WISH_PREFER),
                     .options = options};
    return want;
}

void
gph_rig_open_midi(gph_rig *rig)
{
    const gph_host *host = rig->host->host;
    if (!rig->patch->midi)
        return;
    if (rig->midi) {
        gph_run_set_midi(rig->run, rig->midi, rig->stream);
        return;
    }
    const gph_host_midi *midi =
        host->extension ? host->extension(rig->self, rig->stream, GPH_MIDI_ID) : NULL;
    if (!midi) {
        gph_rig_tell(rig, GPH_LOG_WARNING, GPH_NONE, -1, "host %s has no MIDI; 'midi' does nothing",
                     rig->host->id);
        return;
    }
    gph_status status = midi->open(rig->stream, rig->patch->midi->value);
    rig->midi = status == GPH_OK ? midi : NULL;
    if (status == GPH_OK)
        gph_run_set_midi(rig->run, midi, rig->stream);
    else
        gph_rig_tell(rig, GPH_LOG_WARNING, GPH_NONE, -1, "MIDI: %s", gph_status_text(status));
}

/* ---------------------------------------------------------------- open */

static int
make_host(gph_rig *rig)
{
    const gph_host_info *info = rig->host;
    if (!info || !info->host) {
        gph_rig_tell_refusal(rig, NULL, "host %s cannot be used: it %s", info ? info->id : "jack",
                             info && info->refused ? info->refused : "is not installed");
        return GPH_EXIT_HOST;
    }
    if (gph_services_new(info->id, host_log, rig, &rig->services) != GPH_OK)
        return GPH_EXIT_MACHINE;
    char why[512] = "";
    if (info->host->probe(gph_services_table(rig->services), why, sizeof why) < 0) {
        gph_rig_tell_refusal(rig, NULL, "host %s cannot be used: %s", info->id, why);
        return GPH_EXIT_HOST;
    }
    rig->self = info->host->create(gph_services_table(rig->services));
    return rig->self ? 0 : GPH_EXIT_MACHINE;
}

static void
close_host(gph_rig *rig)
{
    const gph_host *host = rig->host ? rig->host->host : NULL;
    if (rig->stream)
        host->close(rig->stream);
    if (rig->self)
        host->destroy(rig->self);
    gph_services_free(rig->services);
    rig->stream = NULL;
    rig->self = NULL;
    rig->services = NULL;
}

static int
open_stream(gph_rig *rig)
{
    gph_rig_config config;
    gph_rig_config_init(&config, rig);
    gph_want want = want_of(rig, &config.config);
    rig->engine = (gph_engine){.size = sizeof rig->engine,
                               .user = rig,
                               .configure = gph_rig_configure,
                               .cycle = gph_rig_cycle,
                               .event = gph_rig_event,
                               .accepts = gph_rig_accepts};
    gph_got got = {.size = sizeof got};
    gph_status status = rig->host->host->open(rig->self, &want, &rig->engine, &rig->stream, &got);
    if (status >= 0)
        return 0;
    rig->stream = NULL;
    if (rig->configure_exit)
        return rig->configure_exit;
    gph_rig_tell_refusal(rig, config.config.bad_setting, "host %s: %s", rig->host->id,
                         config.error[0] ? config.error : gph_status_text(status));
    return GPH_EXIT_HOST;
}

int
gph_rig_open(gph_rig *rig)
{
    if (rig->stage != GPH_RIG_LOADED)
        return rig->stage == GPH_RIG_STOPPED ? GPH_EXIT_INTERNAL : 0;
    int exit = make_host(rig);
    if (!exit)
        gph_rig_recover(rig);
    if (!exit)
        exit = open_stream(rig);
    if (!exit)
        exit = gph_rig_check_ports(rig);
    if (!exit && gph_rig_open_osc(rig) != GPH_OK)
        exit = GPH_EXIT_PATCH;
    if (exit) {
        close_host(rig);
        return exit;
    }
    gph_rig_connect_ports(rig);
    gph_rig_open_midi(rig);
    rig->stage = GPH_RIG_OPEN;
    if (rig->deviations[0])
        gph_rig_tell(rig, GPH_LOG_INFO, GPH_NONE, -1, "%s", rig->deviations);
    return 0;
}

/* ---------------------------------------------------------------- start */

int
gph_rig_start(gph_rig *rig)
{
    if (rig->stage == GPH_RIG_LOADED || rig->stage == GPH_RIG_STOPPED)
        return GPH_EXIT_INTERNAL;
    if (rig->stage == GPH_RIG_RUNNING)
        return 0;
    int exit = gph_rig_take_rights(rig);
    if (exit)
        return exit;
    gph_rig_guard(rig);
    rig->stage = GPH_RIG_RUNNING;
    gph_rig_pass_latency(rig);
    gph_status status = rig->host->host->start(rig->stream);
    if (status < 0) {
        gph_rig_tell(rig, GPH_LOG_ERROR, GPH_NONE, -1, "%s did not start: %s", rig->host->id,
                     rig->host_text[0] ? rig->host_text : gph_status_text(status));
        rig->failed_host = true;
        return GPH_EXIT_HOST;
    }
    rig->host_state = GPH_STREAM_STATE_RUNNING;
    /* What is wired up at the start only is known now. */
    gph_rig_pass_latency(rig);
    return gph_rig_check_rights(rig);
}

void
gph_rig_close_host(gph_rig *rig)
{
    close_host(rig);
}

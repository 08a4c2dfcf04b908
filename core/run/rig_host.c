/* The rig's host: found, opened, and what it tells. [control] */
#include "rig_inside.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>

/* What `host = auto` means on this system. */
static const char auto_host[] = GPH_AUTO_HOST;

int
gph_rig_find_host(gph_rig *rig)
{
    const gph_patch_settings *settings = &rig->patch->settings;
    bool chosen = strcmp(settings->host, "auto") != 0;
    const char *nearest = NULL;
    rig->host = gph_hosts_find(rig->hosts, chosen ? settings->host : auto_host, &nearest);
    if (!rig->host && chosen) {
        const char *format = nearest ? "no host '%s'; did you mean '%s'?"
                                     : "no host '%s'; 'graphophone hosts' lists what is there%s";
        if (settings->host_entry)
            gph_patch_error(rig->diagnostics, NULL, settings->host_entry, 0, format, settings->host,
                            nearest ? nearest : "");
        gph_diagnostics_end_pass(rig->diagnostics);
        gph_rig_tell_diagnostics(rig);
        return GPH_EXIT_PATCH;
    }
    if (rig->host && rig->host->host)
        gph_rig_check_options(rig);
    gph_status status = gph_diagnostics_end_pass(rig->diagnostics);
    gph_rig_tell_diagnostics(rig);
    return status == GPH_OK ? 0 : GPH_EXIT_PATCH;
}

static bool
has_options(const gph_rig *rig)
{
    const gph_patch_settings *settings = &rig->patch->settings;
    for (uint32_t o = 0; o < settings->n_options; o++)
        if (strcmp(settings->options[o].host, rig->host->id) == 0)
            return true;
    return false;
}

/* An offline run until the end needs a player, or an input that may end: one that an option of the
 * host speaks of. */
int
gph_rig_check_end(gph_rig *rig)
{
    if (!gph_rig_is_offline(rig) || gph_rig_length(rig, rig->graph->rate) != -1 ||
        (rig->graph->n_device_in > 0 && has_options(rig)))
        return 0;
    for (uint32_t n = 0; n < rig->graph->n_nodes; n++)
        if (gph_node_is_player(&rig->graph->nodes[n]))
            return 0;
    const gph_patch_settings *settings = &rig->patch->settings;
    static const char sentence[] = "nothing ends this run: it has no player; say 'length = 10s'";
    if (settings->host_entry)
        gph_patch_error(rig->diagnostics, NULL, settings->host_entry, 0, "%s", sentence);
    else
        gph_rig_tell(rig, GPH_LOG_ERROR, GPH_NONE, -1, "%s", sentence);
    gph_diagnostics_end_pass(rig->diagnostics);
    gph_rig_tell_diagnostics(rig);
    return GPH_EXIT_PATCH;
}

static const gph_patch_entry *
entry_at_fault(const gph_rig *rig, const char *bad_setting)
{
    const gph_patch_settings *settings = &rig->patch->settings;
    const struct {
        const char *name;
        const gph_patch_entry *entry;
    } keys[] = {
        {"rate", settings->rate_entry},         {"block", settings->block_entry},
        {"device", settings->device_entry},     {"device", settings->device_in_entry},
        {"device", settings->device_out_entry},
    };
    if (!bad_setting)
        return settings->host_entry;
    const gph_patch_entry *entry = gph_rig_option_entry(rig, bad_setting);
    for (size_t k = 0; !entry && k < sizeof keys / sizeof *keys; k++)
        if (strcmp(keys[k].name, bad_setting) == 0)
            entry = keys[k].entry;
    return entry ? entry : settings->host_entry;
}

void
gph_rig_tell_refusal(gph_rig *rig, const char *bad_setting, const char *format, ...)
{
    const gph_patch_entry *entry = entry_at_fault(rig, bad_setting);
    char text[1024];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    if (!entry) {
        gph_rig_tell(rig, GPH_LOG_ERROR, GPH_NONE, -1, "%s", text);
        return;
    }
    gph_patch_error(rig->diagnostics, NULL, entry, 0, "%s", text);
    gph_diagnostics_end_pass(rig->diagnostics);
    gph_rig_tell_diagnostics(rig);
}

/* ---------------------------------------------------------------- called by the host */

void
gph_rig_keep_got(gph_rig *rig, const gph_got *got)
{
    const char *in = got->device_in ? got->device_in : "";
    const char *out = got->device_out ? got->device_out : "";
    rig->got = (gph_got){0};
    memcpy(&rig->got, got, got->size < sizeof rig->got ? got->size : sizeof rig->got);
    snprintf(rig->device, sizeof rig->device, "%s%s%s", in,
             *in && *out && strcmp(in, out) != 0 ? ", " : "", strcmp(in, out) == 0 ? "" : out);
    snprintf(rig->deviations, sizeof rig->deviations, "%s",
             rig->got.deviations ? rig->got.deviations : "");
}

/* A device that is back must fit what was made for it. */
static gph_status
configure_again(gph_rig *rig, const gph_got *got)
{
    bool same_rate = got->rate > rig->got.rate - 0.5 && got->rate < rig->got.rate + 0.5;
    bool fits = got->channels_in >= rig->got.channels_in &&
                got->channels_out >= rig->got.channels_out &&
                (!same_rate || got->max_frames <= rig->got.max_frames);
    if (rig->watch)
        gph_watch_renew(rig->watch);
    if (!fits)
        return GPH_UNSUPPORTED;
    return same_rate ? GPH_OK : gph_rig_change_rate(rig, got);
}

gph_status GPH_CALL
gph_rig_configure(void *user, const gph_got *got)
{
    gph_rig *rig = user;
    if (rig->configured)
        return configure_again(rig, got);
    if (!(got->rate >= 1 && got->rate <= 1e7) || got->max_frames == 0 ||
        got->max_frames > GPH_MAX_FRAMES)
        return GPH_ARGUMENT;
    gph_rig_keep_got(rig, got);
    rig->configure_exit = 0;
    if (!rig->graph->rate_known || fabs(rig->graph->rate - got->rate) > 1e-9)
        rig->configure_exit = gph_rig_build(rig, got->rate);
    if (!rig->configure_exit)
        rig->configure_exit = gph_rig_ready(rig, &rig->got);
    rig->configured = rig->configure_exit == 0;
    return rig->configured ? GPH_OK : GPH_STATE;
}

static void
state_changed(gph_rig *rig, const gph_host_event *event)
{
    uint32_t was = rig->host_state;
    rig->host_state = (uint32_t)event->value;
    snprintf(rig->host_text, sizeof rig->host_text, "%s", event->text ? event->text : "");
    bool back = was == GPH_STREAM_STATE_LOST && rig->host_state == GPH_STREAM_STATE_RUNNING;
    if (rig->watch && back)
        gph_watch_renew(rig->watch);
    const char *why = rig->host_text[0] ? rig->host_text : "no reason was given";
    if (rig->stage != GPH_RIG_RUNNING)
        return;
    if (rig->host_state == GPH_STREAM_STATE_LOST) {
        gph_rig_tell(rig, GPH_LOG_WARNING, GPH_NONE, event->at, "%s is gone: %s",
                     *rig->device ? rig->device : rig->host->id, why);
    } else if (rig->host_state == GPH_STREAM_STATE_FAILED) {
        rig->failed_host = true;
        rig->ended = true;
        gph_rig_tell(rig, GPH_LOG_ERROR, GPH_NONE, event->at, "%s failed: %s", rig->host->id, why);
    } else if (back) {
        gph_rig_tell(rig, GPH_LOG_WARNING, GPH_NONE, event->at, "%s is back",
                     *rig->device ? rig->device : rig->host->id);
    }
}

void GPH_CALL
gph_rig_event(void *user, const gph_host_event *event)
{
    gph_rig *rig = user;
    switch (event->kind) {
    case GPH_HOST_STATE:
        state_changed(rig, event);
        break;
    case GPH_HOST_LOST:
        gph_rig_tell(rig, GPH_LOG_WARNING, GPH_NONE, event->at, "%s lost %lld %s frames%s",
                     rig->host->id, (long long)event->value,
                     event->flags & GPH_HOST_EVENT_OUT ? "output" : "input",
                     event->flags & GPH_HOST_EVENT_ESTIMATED ? " (measured by the clock)" : "");
        break;
    case GPH_HOST_BLOCK:
        gph_rig_tell(rig, GPH_LOG_INFO, GPH_NONE, event->at, "the block is %lld frames now",
                     (long long)event->value);
        break;
    case GPH_HOST_LATENCY:
        gph_rig_pass_latency(rig);
        break;
    case GPH_HOST_NOTE:
        gph_rig_tell(rig, GPH_LOG_WARNING, GPH_NONE, event->at, "%s",
                     event->text ? event->text : "");
        break;
    default:
        break;
    }
}

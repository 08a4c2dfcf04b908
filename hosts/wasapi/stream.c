/* Opens a stream: devices, wishes, lines; runs and shuts it. [owner] */
#include "stream.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The devices that a stream is made of. */
typedef struct use {
    const wa_device *in;
    const wa_device *out;
} use;

/* ---------------------------------------------------------------- life */

void
stream_shut(gph_host_stream *stream)
{
    stream->running = false;
    wa_line_close(&stream->out);
    wa_line_close(&stream->quiet);
    wa_line_close(&stream->in);
    wa_bridge_finish(&stream->bridge);
    stream->refusal = WA_OK;
}

wa_status
stream_run(gph_host_stream *stream)
{
    wa_line *lines[] = {&stream->in, &stream->quiet, &stream->out};
    wa_status status = WA_OK;
    stream->refusal = WA_OK;
    stream->resyncs = 0;
    if (stream->bridge.ring != NULL)
        wa_bridge_reset(&stream->bridge);
    /* Silence into playback first; capture runs before it: what is played first is heard by it. */
    for (size_t n = 0; n < 3 && status == WA_OK; n++)
        if (lines[n]->client != NULL)
            status = wa_line_ready(lines[n]);
    for (size_t n = 0; n < 3 && status == WA_OK; n++)
        if (lines[n]->client != NULL)
            status = wa_line_start(lines[n]);
    stream->running = status == WA_OK;
    return status;
}

wa_status
stream_rest(gph_host_stream *stream)
{
    stream->running = false;
    wa_status out = wa_line_stop(&stream->out);
    wa_status quiet = wa_line_stop(&stream->quiet);
    wa_status in = wa_line_stop(&stream->in);
    return out != WA_OK ? out : quiet != WA_OK ? quiet : in;
}

/* ---------------------------------------------------------------- refusals */

/* A line that could not be opened, in words. */
static gph_status
refuse_line(gph_host_stream *stream, const wa_device *device, bool loopback, wa_status status)
{
    char all[400] = "";
    if (loopback && status == WA_NOT_OFFERED) {
        wa_devices devices;
        if (wa_devices_find(stream->os, stream->session, &devices) == WA_OK)
            wa_devices_name_all(&devices, false, all, sizeof all);
        wa_devices_finish(&devices);
        gph_pump_refuse(&stream->want, "device",
                        "'%s': what it plays cannot be captured here; there are inputs that may be "
                        "its monitor: %s",
                        device->endpoint.name, all);
    } else {
        gph_pump_refuse(&stream->want, "device", "'%s': %s", device->endpoint.name,
                        wa_status_text(status));
    }
    return wa_status_public(status);
}

/* ---------------------------------------------------------------- want and got */

static uint32_t
usual_rate(const use *u, const wa_line *line, const wa_device *device)
{
    (void)u;
    return device->format.channels > 0 ? device->format.rate : line->mix.rate;
}

static double
most_channels(const wa_line *line, bool exclusive)
{
    return line->client == NULL ? 0 : exclusive ? GPH_MAX_CHANNELS : line->mix.channels;
}

static gph_status
settle(gph_host_stream *stream, const use *u, bool exclusive)
{
    const gph_want *want = &stream->want;
    const wa_line *master = stream->in.client != NULL ? &stream->in : &stream->out;
    const wa_device *device = u->in != NULL ? u->in : u->out;
    double rate, n_in, n_out, periods;
    char has_in[WA_NAME + 16], has_out[WA_NAME + 16];
    snprintf(has_in, sizeof has_in, "what '%s' has", u->in != NULL ? u->in->endpoint.name : "");
    snprintf(has_out, sizeof has_out, "what '%s' has", u->out != NULL ? u->out->endpoint.name : "");
    double mix = master->mix.rate, usual = exclusive ? usual_rate(u, master, device) : mix;
    const gph_pump_offer offers[] = {
        {&want->rate, &rate, "rate",
         exclusive ? "the most that there is"
                   : "the rate that Windows mixes at (wasapi.mode = exclusive asks the device)",
         usual, exclusive ? 8000 : mix, exclusive ? 768000 : mix},
        {&want->channels_in, &n_in, "input channels", has_in, 0, 0,
         most_channels(&stream->in, exclusive)},
        {&want->channels_out, &n_out, "output channels", has_out, 0, 0,
         most_channels(&stream->out, exclusive)},
        {&want->periods, &periods, "periods", "what the host queues", 3, 1, 32},
    };
    gph_status status = gph_pump_settle(want, offers, 4, stream->deviations);
    if (status < 0)
        return status;
    stream->rate = (uint32_t)rate;
    stream->in.channels = stream->n_in = (uint32_t)n_in;
    stream->out.channels = stream->n_out = (uint32_t)n_out;
    stream->in.n_periods = stream->out.n_periods = stream->n_periods = (uint32_t)periods;
    return GPH_OK;
}

/* The block is the device's to say. */
static gph_status
settle_block(gph_host_stream *stream, const char *why)
{
    const wa_line *master = stream->in.client != NULL ? &stream->in : &stream->out;
    double block = master->block, got;
    bool exclusive = master->rung == WA_RUNG_EXCLUSIVE;
    const char *reason = exclusive || why == NULL ? "the device's buffer" : why;
    const gph_pump_offer offer = {&stream->want.block, &got, "block", reason, block, block, block};
    gph_status status = gph_pump_settle(&stream->want, &offer, 1, stream->deviations);
    if (status < 0)
        return status;
    stream->block = (uint32_t)got;
    stream->max_frames = gph_pump_max_frames(stream->block);
    return GPH_OK;
}

/* ---------------------------------------------------------------- lines */

static wa_line
line_of(const gph_host_stream *stream, const wa_device *device, bool out)
{
    wa_line line = {.os = stream->os,
                    .services = stream->head.self->services,
                    .session = stream->session,
                    .out = out,
                    .channels = 1,
                    .n_periods = 2};
    snprintf(line.id, sizeof line.id, "%s", device->endpoint.id);
    return line;
}

static gph_status
prepare_lines(gph_host_stream *stream, const use *u)
{
    wa_status status = WA_OK;
    if (u->in != NULL) {
        stream->in = line_of(stream, u->in, false);
        stream->in.loopback = stream->loopback;
        status = wa_line_prepare(&stream->in);
        if (status != WA_OK)
            return refuse_line(stream, u->in, false, status);
        if (stream->loopback) {
            stream->quiet = line_of(stream, u->in, true);
            status = wa_line_prepare(&stream->quiet);
            if (status != WA_OK)
                return refuse_line(stream, u->in, false, status);
        }
    }
    if (u->out != NULL) {
        stream->out = line_of(stream, u->out, true);
        status = wa_line_prepare(&stream->out);
        if (status != WA_OK)
            return refuse_line(stream, u->out, false, status);
    }
    return GPH_OK;
}

/* One rate in a stream: to follow a clock is not to change the rate. */
static gph_status
check_rates(gph_host_stream *stream, const use *u)
{
    if (u->in == NULL || u->out == NULL || stream->in.mix.rate == stream->out.mix.rate)
        return GPH_OK;
    gph_pump_refuse(&stream->want, "rate",
                    "'%s' runs at %u Hz and '%s' at %u Hz: set one rate for both in the sound "
                    "settings of Windows, or wasapi.mode = exclusive",
                    u->in->endpoint.name, stream->in.mix.rate, u->out->endpoint.name,
                    stream->out.mix.rate);
    return GPH_UNSUPPORTED;
}

static wa_ask
ask_of(const gph_host_stream *stream, const wa_device *device, bool exclusive, bool out)
{
    double block = stream->want.block.value;
    return (wa_ask){
        .exclusive = exclusive,
        .low = stream->low == LOW_BOTH || (out && stream->low == LOW_PLAYBACK),
        .device = device->format.channels > 0 ? &device->format : NULL,
        .rate = stream->rate,
        .block = block >= 1 && block <= GPH_MAX_FRAMES ? (uint32_t)block : 0,
        .sample = stream->sample,
    };
}

/* Opens the lines on one rung; *failed is the device that would not. */
static wa_status
climb(gph_host_stream *stream, const use *u, bool exclusive, const wa_device **failed,
      const char **why)
{
    const char *ignored;
    wa_status status = WA_OK;
    *failed = u->in;
    if (u->in != NULL) {
        wa_ask ask = ask_of(stream, u->in, exclusive, false);
        status = wa_ladder_climb(&stream->in, &ask, why);
        if (status == WA_OK && stream->loopback)
            status = wa_ladder_climb(&stream->quiet, &(wa_ask){0}, &ignored);
    }
    if (status == WA_OK && u->out != NULL) {
        *failed = u->out;
        wa_ask ask = ask_of(stream, u->out, exclusive, true);
        status = wa_ladder_climb(&stream->out, &ask, u->in == NULL ? why : &ignored);
    }
    return status;
}

/* Both directions: playback follows the clock of capture. */
static gph_status
build_bridge(gph_host_stream *stream, const use *u)
{
    const wa_line *in = &stream->in, *out = &stream->out;
    if (in->client == NULL || out->client == NULL)
        return GPH_OK;
    const char *one = u->in->endpoint.container, *other = u->out->endpoint.container;
    bool one_clock = one[0] != 0 && strcmp(one, other) == 0;
    /* What the device keeps, and a block that capture may come late. */
    uint32_t queued = out->rung == WA_RUNG_EXCLUSIVE ? 2 * out->buffer : out->target;
    uint32_t target = queued + in->block + WA_TAPS;
    if (!one_clock)
        gph_pump_deviate(stream->deviations,
                         "playback: on a clock of its own, it follows capture by resampling");
    return wa_bridge_init(&stream->bridge, out->channels, stream->rate, in->most + out->most,
                          target, one_clock);
}

/* ---------------------------------------------------------------- open */

/* One way: exclusive or shared. *next: the other one may be tried, for what reason. */
static gph_status
open_way(gph_host_stream *stream, const use *u, bool exclusive, wa_status *next)
{
    const wa_device *failed = NULL;
    const char *why = NULL;
    *next = WA_OK;
    gph_status status = prepare_lines(stream, u);
    if (status == GPH_OK && !exclusive)
        status = check_rates(stream, u);
    if (status == GPH_OK)
        status = settle(stream, u, exclusive);
    if (status == GPH_OK) {
        wa_status climbed = climb(stream, u, exclusive, &failed, &why);
        if (climbed != WA_OK)
            status = refuse_line(stream, failed, failed == u->in && stream->loopback, climbed);
        if (exclusive && climbed != WA_BUSY && !wa_status_is_loss(climbed) && climbed != WA_MEMORY)
            *next = climbed;
    }
    if (status == GPH_OK)
        status = settle_block(stream, why);
    if (status == GPH_OK)
        status = build_bridge(stream, u);
    if (status < 0)
        stream_shut(stream);
    return status;
}

static void
keep_formats(gph_host_stream *stream)
{
    const wa_line *in = &stream->in, *out = &stream->out, *one = in->client != NULL ? in : out;
    int used = snprintf(stream->format, sizeof stream->format, "%s, %s%s",
                        gph_pump_kind_of(one->format.sample)->name, wa_ladder_name(one->rung),
                        stream->loopback && one == in ? ", loopback" : "");
    bool both = in->client != NULL && out->client != NULL;
    if (both && (in->format.sample != out->format.sample || in->rung != out->rung))
        snprintf(stream->format + used, sizeof stream->format - (size_t)used, "; out %s, %s",
                 gph_pump_kind_of(out->format.sample)->name, wa_ladder_name(out->rung));
    uint32_t queued = out->rung == WA_RUNG_EXCLUSIVE ? 2 * out->buffer : out->target;
    uint32_t ahead = both                     ? (uint32_t)stream->bridge.target + wa_bridge_delay()
                     : queued > stream->block ? queued - stream->block
                                              : 0;
    atomic_store(&stream->head.latency_in, in->client != NULL ? in->latency : 0);
    atomic_store(&stream->head.latency_out, out->client != NULL ? ahead + out->latency : 0);
}

static gph_status
name_channels(gph_host_stream *stream)
{
    size_t n = (size_t)stream->n_in + stream->n_out;
    free(stream->names);
    stream->names = calloc(n + 1, sizeof *stream->names + CHANNEL_NAME);
    if (stream->names == NULL)
        return GPH_MEMORY;
    char *text = (char *)(stream->names + n + 1);
    for (size_t c = 0; c < n; c++, text += CHANNEL_NAME) {
        bool in = c < stream->n_in;
        uint32_t mask = in ? stream->in.format.mask : stream->out.format.mask;
        wa_format_channel_name(mask, (uint32_t)(in ? c : c - stream->n_in), text, CHANNEL_NAME);
        stream->names[c] = text;
    }
    return GPH_OK;
}

static gph_status
open_devices(gph_host_stream *stream, const use *u)
{
    wa_status next = WA_OK;
    bool exclusive = stream->mode == MODE_EXCLUSIVE && !stream->loopback;
    gph_status status = GPH_OK;
    stream->deviations[0] = 0;
    if (exclusive)
        status = open_way(stream, u, true, &next);
    if (!exclusive || next != WA_OK) {
        stream->deviations[0] = 0;
        if (exclusive)
            gph_pump_deviate(stream->deviations, "mode: wanted exclusive, got shared: %s",
                             wa_status_text(next));
        wa_status ignored;
        status = open_way(stream, u, false, &ignored);
    }
    if (status < 0)
        return status;
    keep_formats(stream);
    return name_channels(stream);
}

static void
keep_names(gph_host_stream *stream, const use *u)
{
    snprintf(stream->id_in, WA_ID, "%s", u->in != NULL ? u->in->endpoint.id : "");
    snprintf(stream->id_out, WA_ID, "%s", u->out != NULL ? u->out->endpoint.id : "");
    snprintf(stream->name_in, WA_NAME, "%s", u->in != NULL ? u->in->endpoint.name : "");
    snprintf(stream->name_out, WA_NAME, "%s", u->out != NULL ? u->out->endpoint.name : "");
    stream->by_default_in = stream->want.device_in == NULL;
    stream->by_default_out = stream->want.device_out == NULL;
}

gph_status
stream_open(gph_host_stream *stream)
{
    wa_devices devices;
    use u = {NULL, NULL};
    char why[GPH_PUMP_TEXT] = "";
    const wa_choice choice = {.in = stream->want.device_in,
                              .out = stream->want.device_out,
                              .captures = stream->want.channels_in.value > 0,
                              .plays = stream->want.channels_out.value > 0,
                              .loopback = stream->loopback};
    wa_status found = wa_devices_find(stream->os, stream->session, &devices);
    gph_status status = wa_status_public(found);
    if (found != WA_OK)
        gph_pump_refuse(&stream->want, NULL, "%s", wa_status_text(found));
    if (status == GPH_OK && !choice.captures && !choice.plays) {
        gph_pump_refuse(&stream->want, NULL, "the patch neither captures nor plays");
        status = GPH_UNSUPPORTED;
    }
    if (status == GPH_OK) {
        found = wa_devices_choose(&devices, &choice, &u.in, &u.out, why, sizeof why);
        status = wa_status_public(found);
        if (status < 0)
            gph_pump_refuse(&stream->want, "device", "%s", why);
    }
    if (status == GPH_OK)
        status = open_devices(stream, &u);
    if (status == GPH_OK) {
        keep_names(stream, &u);
        /* Without news errors and the watchdog tell what happens. */
        stream->os->watch(stream->session, stream->id_in, stream->id_out);
    } else {
        stream_shut(stream);
    }
    wa_devices_finish(&devices);
    return status;
}

void
stream_describe(const gph_host_stream *stream, gph_got *got)
{
    *got = (gph_got){.size = sizeof *got,
                     .rate = stream->rate,
                     .block = stream->block,
                     .max_frames = stream->max_frames,
                     .channels_in = stream->n_in,
                     .channels_out = stream->n_out,
                     .periods = stream->n_periods,
                     .device_in = stream->name_in,
                     .device_out = stream->name_out,
                     .format = stream->format,
                     .deviations = stream->deviations};
    if (stream->names != NULL) {
        got->names_in = stream->names;
        got->names_out = stream->names + stream->n_in;
    }
}

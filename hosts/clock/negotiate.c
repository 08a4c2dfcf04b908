/* What a stream of the clock is to be: the device, want and got, the settings. [control] */
#include "stream.h"

#include <math.h>
#include <string.h>

void
stream_describe(const gph_host_stream *stream, gph_got *got)
{
    *got = (gph_got){
        .size = sizeof *got,
        .rate = stream->device.rate,
        .block = stream->block,
        .max_frames = stream->max_frames,
        .channels_in = stream->n_in,
        .channels_out = stream->n_out,
        .periods = stream->device.periods,
        .device_in = stream->device.spare ? "spare" : "timer",
        .device_out = stream->device.spare ? "spare" : "timer",
        .format = "f32",
        .deviations = stream->deviations,
    };
}

/* A setting may narrow an offer to one value. */
static void
insist(gph_pump_offer *offer, double value)
{
    if (value > 0)
        offer->usual = offer->min = offer->max = value;
}

/* Blocks that hold what is captured while nobody comes. A card has two or three, as more would be heard as latency; here
 * nobody hears anything, and on a busy machine without real-time rights a wake-up may well be 50 ms late. */
static gph_status
settle_periods(gph_host_stream *stream, const gph_want *want, double rate, double block,
               double *periods)
{
    double most = 16384, usual = fmin(1 + ceil(0.25 * rate / block), most);
    gph_pump_offer offer = {.wish = &want->periods,
                            .got = periods,
                            .name = "periods",
                            .why = "what the timer buffers",
                            .usual = usual,
                            .min = 1,
                            .max = most};
    insist(&offer, gph_pump_number(want->options, "periods", 0));
    return gph_pump_settle(want, &offer, 1, stream->deviations);
}

static gph_status
settle(gph_host_stream *stream, const gph_want *want)
{
    const gph_config *options = want->options;
    double rate, block, n_in, n_out, periods;
    double most = gph_pump_number(options, "channels", 0);
    most = most > 0 ? most : GPH_MAX_CHANNELS;
    gph_pump_offer offers[] = {
        {&want->rate, &rate, "rate", "the timer's rate", 48000, 1000, 768000},
        {&want->block, &block, "block", "the timer's block", 256, 1, GPH_MAX_FRAMES},
        {&want->channels_in, &n_in, "input channels", "what the timer has", 0, 0, most},
        {&want->channels_out, &n_out, "output channels", "what the timer has", 0, 0, most},
    };
    insist(&offers[0], gph_pump_number(options, "rate", 0));
    insist(&offers[1], gph_pump_number(options, "block", 0));
    gph_status status = gph_pump_settle(want, offers, 4, stream->deviations);
    if (status == GPH_OK)
        status = settle_periods(stream, want, rate, block, &periods);
    if (status < 0)
        return status;
    stream->device.rate = rate;
    stream->device.periods = (uint32_t)periods;
    stream->block = (uint32_t)block;
    stream->max_frames = gph_pump_max_frames(stream->block);
    stream->n_in = stream->device.n_in = (uint32_t)n_in;
    stream->n_out = stream->device.n_out = (uint32_t)n_out;
    return GPH_OK;
}

static gph_status
configure_device(gph_host_stream *stream, const gph_want *want)
{
    const gph_config *options = want->options;
    clock_device *device = &stream->device;
    char why[GPH_PUMP_TEXT] = "memory could not be had";
    const char *text;
    for (uint32_t n = 0; (text = gph_pump_option(options, "script", n)) != NULL; n++) {
        gph_status status = script_add(&device->script, text, why, sizeof why);
        if (status < 0) {
            gph_pump_refuse(want, "script", "%s", why);
            return status;
        }
    }
    device->services = stream->head.self->services;
    device->stepped = gph_pump_number(options, "step", 0) > 0;
    device->signal = (uint32_t)gph_pump_number(options, "signal", SIGNAL_SILENCE);
    device->jitter = gph_pump_number(options, "jitter", 0);
    device->delay = (uint32_t)gph_pump_number(options, "delay", 0);
    gph_status status = device_init(device, stream->block, gph_pump_number(options, "ppm", 0));
    if (status < 0)
        gph_pump_refuse(want, NULL, "%s", why);
    return status;
}

static gph_status
find_device(gph_host_stream *stream, const gph_want *want)
{
    const char *names[] = {want->device_in, want->device_out};
    for (size_t n = 0; n < 2; n++) {
        if (names[n] == NULL || strcmp(names[n], "timer") == 0)
            continue;
        if (strcmp(names[n], "spare") != 0) {
            gph_pump_refuse(want, "device", "no device '%s'; there are: timer, spare", names[n]);
            return GPH_IO;
        }
        stream->device.spare = true;
    }
    return GPH_OK;
}

gph_status
stream_negotiate(gph_host_stream *stream, const gph_want *want)
{
    gph_status status = find_device(stream, want);
    if (status == GPH_OK)
        status = settle(stream, want);
    return status == GPH_OK ? configure_device(stream, want) : status;
}

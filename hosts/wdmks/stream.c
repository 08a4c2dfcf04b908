/* Opens a stream: device, wishes, pins; runs and shuts it. [control] */
#include "stream.h"

#include <math.h>
#include <stdio.h>

/* ---------------------------------------------------------------- life */

void
stream_shut(gph_host_stream *stream, bool gone)
{
    const gph_ks_os *os = stream->system.os;
    gone |= atomic_load(&stream->gone) || stream->refusal == KS_GONE;
    gone = ks_line_close(&stream->out, gone);
    ks_line_close(&stream->in, gone);
    if (stream->filter_out != stream->filter_in)
        os->close(stream->system.self, stream->filter_out);
    os->close(stream->system.self, stream->filter_in);
    stream->filter_in = stream->filter_out = NULL;
    stream->refusal = KS_OK;
    atomic_store(&stream->gone, false);
}

ks_status
stream_run(gph_host_stream *stream)
{
    ks_line *lines[] = {&stream->in, &stream->out};
    ks_status status = KS_OK;
    stream->lost_out = 0;
    stream->refusal = KS_OK;
    for (size_t n = 0; n < 2 && status == KS_OK; n++)
        if (lines[n]->kind != NULL)
            status = ks_line_ready(lines[n]);
    /* Capture runs before playback: what is played first is heard by it. */
    for (size_t n = 0; n < 2 && status == KS_OK; n++)
        if (lines[n]->kind != NULL)
            status = ks_pin_go(&stream->system, lines[n]->pin, &lines[n]->state, KS_RUN);
    return status;
}

ks_status
stream_rest(gph_host_stream *stream)
{
    ks_status out = stream->out.kind != NULL ? ks_line_rest(&stream->out) : KS_OK;
    ks_status in = stream->in.kind != NULL && out != KS_GONE ? ks_line_rest(&stream->in) : KS_OK;
    return in == KS_GONE || out == KS_OK ? in : out;
}

/* ---------------------------------------------------------------- pins */

/* The last refusal, which is told when nothing better comes. */
typedef struct attempt {
    gph_host_stream *stream;
    ks_object *filter;
    const ks_pin *pin;
    ks_line *line;
    uint32_t rate;
} attempt;

/* All formats of one way: WaveRT or packets. Only a refused format leads to the next one. */
static ks_status
open_way(const attempt *a, const ks_line_kind *kind)
{
    uint32_t n = 0;
    ks_format format;
    ks_status status = KS_NO_MATCH;
    while (status == KS_NO_MATCH && ks_format_candidate(&a->pin->ranges, a->rate, a->line->channels,
                                                        a->stream->sample, &n, &format))
        status = ks_line_open(a->line, a->filter, a->pin->id, kind, &format);
    return status;
}

static ks_status
open_pin(const attempt *a)
{
    uint32_t block = a->line->block;
    ks_status status = KS_NO_MATCH;
    if (a->pin->busy)
        return KS_BUSY;
    if (a->pin->looped && a->stream->mode != MODE_PACKETS)
        status = open_way(a, &ks_wavert_kind);
    if (status != KS_OK)
        a->line->block = block;
    bool again = status == KS_NO_MATCH || status == KS_UNKNOWN || status == KS_FAILED;
    if (status != KS_OK && again && a->pin->streaming && a->stream->mode != MODE_WAVERT)
        status = open_way(a, &ks_packets_kind);
    return status;
}

typedef struct devices_in_use {
    const ks_device *in;
    const ks_device *out;
} devices_in_use;

static ks_status
open_filters(gph_host_stream *stream, const devices_in_use *use)
{
    const gph_ks_os *os = stream->system.os;
    ks_status status = KS_OK;
    if (use->in != NULL)
        status = os->open(stream->system.self, use->in->path, &stream->filter_in);
    if (status != KS_OK)
        stream->filter_in = NULL;
    else if (use->out != NULL && use->in != NULL && strcmp(use->in->path, use->out->path) == 0)
        stream->filter_out = stream->filter_in;
    else if (use->out != NULL &&
             (status = os->open(stream->system.self, use->out->path, &stream->filter_out)) != KS_OK)
        stream->filter_out = NULL;
    if (stream->filter_in != NULL)
        os->watch(stream->system.self, stream->filter_in, &stream->gone);
    if (stream->filter_out != NULL && stream->filter_out != stream->filter_in)
        os->watch(stream->system.self, stream->filter_out, &stream->gone);
    return status;
}

static ks_line
line_of(const gph_host_stream *stream, bool out)
{
    return (ks_line){.system = stream->system,
                     .out = out,
                     .channels = out ? stream->n_out : stream->n_in,
                     .block = stream->block,
                     .n_periods = stream->n_periods};
}

/* Both pins at one rate; what was opened is closed again when the other one refuses. */
static ks_status
open_pins(gph_host_stream *stream, const devices_in_use *use, uint32_t rate)
{
    ks_status status = KS_OK;
    stream->in = line_of(stream, false);
    stream->out = line_of(stream, true);
    if (stream->n_in > 0)
        status = open_pin(&(attempt){stream, stream->filter_in, &use->in->in, &stream->in, rate});
    stream->out.loose = stream->in.kind == &ks_packets_kind;
    if (status == KS_OK && stream->n_out > 0)
        status =
            open_pin(&(attempt){stream, stream->filter_out, &use->out->out, &stream->out, rate});
    if (status != KS_OK)
        ks_line_close(&stream->in, status == KS_GONE);
    return status;
}

/* ---------------------------------------------------------------- want and got */

static double
rate_near(const devices_in_use *use, double rate)
{
    if (use->in != NULL)
        rate = ks_ranges_rate(&use->in->in.ranges, rate);
    double played = use->out != NULL ? ks_ranges_rate(&use->out->out.ranges, rate) : rate;
    return use->in != NULL ? ks_ranges_rate(&use->in->in.ranges, played) : played;
}

static double
width_of(const ks_device *device, bool out)
{
    if (device == NULL)
        return 0;
    uint32_t most = ks_ranges_channels(out ? &device->out.ranges : &device->in.ranges);
    return most < GPH_MAX_CHANNELS ? most : GPH_MAX_CHANNELS;
}

static gph_status
settle(gph_host_stream *stream, const gph_want *want, const devices_in_use *use)
{
    double rate, block, n_in, n_out, periods;
    double near = rate_near(use, want->rate.value > 0 ? want->rate.value : 48000);
    const gph_pump_offer offers[] = {
        {&want->rate, &rate, "rate", "the nearest that the device has", near, near, near},
        {&want->channels_in, &n_in, "input channels", "what the device has", 0, 0,
         width_of(use->in, false)},
        {&want->channels_out, &n_out, "output channels", "what the device has", 0, 0,
         width_of(use->out, true)},
        {&want->block, &block, "block", "what the host can ask for", 480, 16, GPH_MAX_FRAMES},
        {&want->periods, &periods, "periods", "what the host queues", 4, KS_MIN_PACKETS,
         KS_MAX_PACKETS},
    };
    gph_status status = gph_pump_settle(want, offers, 5, stream->deviations);
    if (status == GPH_OK && n_in <= 0 && n_out <= 0) {
        gph_pump_refuse(want, NULL, "the patch neither captures nor plays");
        status = GPH_UNSUPPORTED;
    }
    if (status < 0)
        return status;
    stream->rate = (uint32_t)rate;
    stream->n_in = (uint32_t)n_in;
    stream->n_out = (uint32_t)n_out;
    stream->block = (uint32_t)block;
    stream->n_periods = (uint32_t)periods;
    return GPH_OK;
}

/* The block is the driver's to say: half of its ring. */
static gph_status
settle_block(gph_host_stream *stream, const gph_want *want)
{
    ks_line *in = &stream->in, *out = &stream->out, *master = in->kind != NULL ? in : out;
    double block = master->block, got;
    if (in->kind != NULL && out->kind != NULL && out->block < in->block) {
        if (in->kind == &ks_packets_kind) {
            gph_pump_refuse(want, NULL, "block: the device plays at most %u frames at once",
                            out->block);
            return GPH_UNSUPPORTED;
        }
        block = out->block;
    }
    const char *reason = "half of the driver's ring";
    const gph_pump_offer offer = {&want->block, &got, "block", reason, block, block, block};
    char *line = strstr(stream->deviations, "block:");
    if (line != NULL)
        *line = 0; /* told once, as it came out in the end */
    gph_status status = gph_pump_settle(want, &offer, 1, stream->deviations);
    if (status < 0)
        return status;
    stream->block = (uint32_t)got;
    stream->max_frames = gph_pump_max_frames(stream->block);
    /* With an event the ring is read when half of it is new, or nearly: a FIFO holds some back. */
    bool events = master->kind == &ks_wavert_kind && master->at.wavert.registered;
    stream->least = master->kind == &ks_packets_kind ? 1 : stream->block;
    if (events && master->block == stream->block)
        stream->least = stream->block / 2;
    return GPH_OK;
}

/* Rates that are tried when the device takes none of the formats at the first one. */
static ks_status
open_at_some_rate(gph_host_stream *stream, const gph_want *want, const devices_in_use *use)
{
    static const uint32_t rates[] = {48000, 44100, 96000, 88200, 192000, 32000, 16000, 8000};
    uint32_t first = stream->rate;
    ks_status status = open_pins(stream, use, first);
    bool free_to_choose = want->rate.policy != GPH_WISH_EXACT;
    for (size_t n = 0; n < sizeof rates / sizeof *rates && status == KS_NO_MATCH && free_to_choose;
         n++) {
        bool within = (want->rate.min <= 0 || rates[n] >= want->rate.min) &&
                      (want->rate.max <= 0 || rates[n] <= want->rate.max);
        if (rates[n] != first && within && fabs(rate_near(use, rates[n]) - rates[n]) < 0.5) {
            status = open_pins(stream, use, rates[n]);
            stream->rate = rates[n];
        }
    }
    if (status != KS_OK)
        stream->rate = first;
    if (status == KS_OK && stream->rate != first && want->rate.policy == GPH_WISH_PREFER)
        gph_pump_deviate(stream->deviations,
                         "rate: wanted %.10g, got %u: the device refuses the other",
                         want->rate.value, stream->rate);
    return status;
}

/* ---------------------------------------------------------------- open */

static gph_status
status_of(ks_status status)
{
    return status == KS_OK         ? GPH_OK
           : status == KS_MEMORY   ? GPH_MEMORY
           : status == KS_NO_MATCH ? GPH_UNSUPPORTED
                                   : GPH_IO;
}

static void
keep_formats(gph_host_stream *stream)
{
    const ks_line *in = &stream->in, *out = &stream->out, *one = in->kind != NULL ? in : out;
    int used = snprintf(stream->format, sizeof stream->format, "%s, %s",
                        ks_format_name(&one->format), one->kind->name);
    bool both = in->kind != NULL && out->kind != NULL;
    if (both && (in->format.sample != out->format.sample || in->kind != out->kind))
        snprintf(stream->format + used, sizeof stream->format - (size_t)used, "; out %s, %s",
                 ks_format_name(&out->format), out->kind->name);
    atomic_store(&stream->head.latency_in, in->kind != NULL ? in->kind->latency(in) : 0);
    atomic_store(&stream->head.latency_out, out->kind != NULL ? out->kind->latency(out) : 0);
}

static gph_status
open_device(gph_host_stream *stream, const gph_want *want, const devices_in_use *use)
{
    gph_status settled = settle(stream, want, use);
    if (settled < 0)
        return settled;
    ks_status status = open_filters(stream, use);
    if (status == KS_OK)
        status = open_at_some_rate(stream, want, use);
    if (status == KS_OK) {
        settled = settle_block(stream, want);
    } else {
        const ks_device *named = use->in != NULL ? use->in : use->out;
        if (status == KS_NO_MATCH)
            gph_pump_refuse(want, NULL,
                            "'%s' takes none of the formats tried with %u inputs and %u "
                            "outputs at %u Hz",
                            named->id, stream->n_in, stream->n_out, stream->rate);
        else
            gph_pump_refuse(want, "device", "'%s': %s", named->id, ks_status_text(status));
        settled = status_of(status);
    }
    if (settled < 0)
        stream_shut(stream, status == KS_GONE);
    else
        keep_formats(stream);
    return settled;
}

static void
keep_names(gph_host_stream *stream, const devices_in_use *use)
{
    snprintf(stream->id_in, KS_ID, "%s", use->in != NULL ? use->in->id : "");
    snprintf(stream->id_out, KS_ID, "%s", use->out != NULL ? use->out->id : "");
    snprintf(stream->name_in, sizeof stream->name_in, "%s", use->in != NULL ? use->in->name : "");
    snprintf(stream->name_out, sizeof stream->name_out, "%s",
             use->out != NULL ? use->out->name : "");
}

gph_status
stream_open(gph_host_stream *stream, const gph_want *want)
{
    ks_devices devices;
    devices_in_use use = {NULL, NULL};
    char why[GPH_PUMP_TEXT] = "";
    stream->deviations[0] = 0;
    ks_status found = ks_devices_find(&stream->system, &devices);
    gph_status status = status_of(found);
    if (found != KS_OK)
        gph_pump_refuse(want, NULL, "%s", ks_status_text(found));
    if (status == GPH_OK) {
        status = ks_devices_choose(&devices, want, &use.in, &use.out, why, sizeof why);
        if (status < 0)
            gph_pump_refuse(want, "device", "%s", why);
    }
    if (status == GPH_OK)
        status = open_device(stream, want, &use);
    if (status == GPH_OK)
        keep_names(stream, &use);
    ks_devices_finish(&devices);
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
}

/* Candidates of a format, and how they are written. [control] */
#include "format.h"

/* Widths that are tried: as wanted, all that the pin has, then the usual ones. */
static const uint32_t usual_widths[] = {2, 4, 6, 8, 16, 32, 64};
enum { N_WIDTHS = 2 + sizeof usual_widths / sizeof *usual_widths };
/* How the loudspeakers are told: by the usual mask, not at all, without the extension. */
enum { N_FORMS = 3 };

static uint32_t
usual_mask(uint32_t channels)
{
    static const uint32_t masks[] = {0, 0x4, 0x3, 0x7, 0x33, 0x37, 0x3f, 0x13f, 0x63f};
    return channels < sizeof masks / sizeof *masks ? masks[channels] : 0;
}

/* 0: no such width, or one that was tried already. */
static uint32_t
width(const ks_ranges *ranges, uint32_t wanted, uint32_t n)
{
    uint32_t most = ks_ranges_channels(ranges);
    if (n == 0)
        return wanted;
    if (n == 1)
        return most > wanted && most <= GPH_MAX_CHANNELS ? most : 0;
    uint32_t usual = usual_widths[n - 2];
    return usual > wanted && usual != most && (most == 0 || usual < most) ? usual : 0;
}

static bool
fits(const ks_ranges *ranges, const gph_pump_kind *k, const ks_format *format, uint32_t form)
{
    bool plain_will_do =
        k->bits == k->valid && !k->is_float && k->bits <= 16 && format->channels <= 2;
    if (format->channels == 0 || (form == 1 && format->mask == 0) || (form == 2 && !plain_will_do))
        return false;
    return ks_ranges_take(ranges, k->is_float, k->valid, format->rate, format->channels) ||
           ks_ranges_take(ranges, k->is_float, k->bits, format->rate, format->channels);
}

bool
ks_format_candidate(const ks_ranges *ranges, uint32_t rate, uint32_t channels, int32_t sample,
                    uint32_t *n, ks_format *format)
{
    while (*n < N_WIDTHS * GPH_PUMP_KINDS * N_FORMS) {
        uint32_t w = *n / (GPH_PUMP_KINDS * N_FORMS), form = *n % N_FORMS;
        const gph_pump_kind *k = &gph_pump_kinds[*n / N_FORMS % GPH_PUMP_KINDS];
        ++*n;
        *format = (ks_format){.sample = k->sample,
                              .channels = width(ranges, channels, w),
                              .rate = rate,
                              .plain = form == 2};
        format->mask = usual_mask(format->channels);
        if (!fits(ranges, k, format, form) || (sample >= 0 && k->sample != (uint32_t)sample))
            continue;
        if (form == 1)
            format->mask = 0;
        return true;
    }
    return false;
}

uint32_t
ks_format_frame_bytes(const ks_format *format)
{
    return gph_pump_sample_bytes(format->sample) * format->channels;
}

const char *
ks_format_name(const ks_format *format)
{
    return gph_pump_kind_of(format->sample)->name;
}

uint32_t
ks_format_connect(const ks_format *format, uint32_t pin, uint32_t interface,
                  ks_connect_format *connect)
{
    const gph_pump_kind *k = gph_pump_kind_of(format->sample);
    uint32_t frame_bytes = ks_format_frame_bytes(format);
    uint32_t wave = format->plain ? KS_WAVE_PLAIN_BYTES : sizeof connect->wave;
    *connect = (ks_connect_format){
        .connect = {.interface = {ks_interface_standard, interface, 0},
                    .medium = {ks_medium_standard, 0, 0},
                    .pin = pin,
                    .priority_class = KS_PRIORITY_NORMAL,
                    .priority_subclass = 1},
        .format = {.size = (uint32_t)sizeof connect->format + wave,
                   .sample_size = frame_bytes,
                   .major = ks_type_audio,
                   .sub = k->is_float ? ks_sub_float : ks_sub_pcm,
                   .specifier = ks_specifier_wave},
        .wave = {.tag = format->plain ? KS_WAVE_PCM : KS_WAVE_EXTENSIBLE,
                 .channels = (uint16_t)format->channels,
                 .rate = format->rate,
                 .bytes_a_second = format->rate * frame_bytes,
                 .frame_bytes = (uint16_t)frame_bytes,
                 .bits = k->bits,
                 .extra = format->plain ? 0 : KS_WAVE_EXTRA,
                 .valid_bits = format->plain ? 0 : k->valid,
                 .mask = format->plain ? 0 : format->mask},
    };
    if (!format->plain)
        connect->wave.sub = connect->format.sub;
    return (uint32_t)(sizeof connect->connect + connect->format.size);
}

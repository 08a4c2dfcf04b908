/* Formats, and the names of their channels. [control] */
#include "format.h"

#include <stdio.h>
#include <string.h>

enum { N_WIDTHS = 6, N_FORMS = 3, MOST_RATE = 1536000 };

/* KSDATAFORMAT_SUBTYPE_PCM and _IEEE_FLOAT differ in their first two bytes, which are the tag. */
static const uint8_t sub_rest[14] = {0x00, 0x00, 0x00, 0x00, 0x10, 0x00, 0x80,
                                     0x00, 0x00, 0xaa, 0x00, 0x38, 0x9b, 0x71};

/* ---------------------------------------------------------------- reading */

static wa_status
read_kind(const wa_wave *wave, uint32_t *sample)
{
    uint32_t tag = wave->tag, valid = wave->bits;
    if (tag == WA_TAG_EXTENSIBLE) {
        if (memcmp(wave->sub + 2, sub_rest, sizeof sub_rest) != 0)
            return WA_FORMAT;
        tag = wave->sub[0] | (uint32_t)wave->sub[1] << 8;
        valid = wave->valid_bits != 0 ? wave->valid_bits : wave->bits;
    }
    if (valid > wave->bits)
        return WA_LIES;
    if (tag != WA_TAG_PCM && tag != WA_TAG_FLOAT)
        return WA_FORMAT;
    /* The least that holds them: 20 bits stand in 24. */
    const gph_pump_kind *best = NULL;
    for (size_t n = 0; n < GPH_PUMP_KINDS; n++) {
        const gph_pump_kind *k = &gph_pump_kinds[n];
        bool holds = k->is_float ? valid == k->valid : valid <= k->valid && valid > k->valid - 8u;
        if (k->bits == wave->bits && k->is_float == (tag == WA_TAG_FLOAT) && holds)
            best = k;
    }
    if (best == NULL)
        return WA_FORMAT;
    *sample = best->sample;
    return WA_OK;
}

wa_status
wa_format_read(const uint8_t *bytes, uint32_t n_bytes, wa_format *format)
{
    wa_wave wave;
    memset(&wave, 0, sizeof wave);
    *format = (wa_format){0};
    if (n_bytes < WA_WAVE_PLAIN_BYTES - 2)
        return WA_LIES;
    memcpy(&wave, bytes, n_bytes < sizeof wave ? n_bytes : sizeof wave);
    bool extended = wave.tag == WA_TAG_EXTENSIBLE;
    if (extended && (n_bytes < WA_WAVE_BYTES || wave.extra < WA_WAVE_EXTRA))
        return WA_LIES;
    if (wave.channels == 0 || wave.rate == 0 || wave.rate > MOST_RATE || wave.bits == 0 ||
        wave.frame_bytes != (uint32_t)wave.channels * wave.bits / 8)
        return WA_LIES;
    if (wave.channels > GPH_MAX_CHANNELS)
        return WA_FORMAT;
    wa_status status = read_kind(&wave, &format->sample);
    format->channels = wave.channels;
    format->rate = wave.rate;
    format->mask = extended ? wave.mask : 0;
    format->plain = !extended;
    return status;
}

/* ---------------------------------------------------------------- writing */

uint32_t
wa_format_frame_bytes(const wa_format *format)
{
    return gph_pump_sample_bytes(format->sample) * format->channels;
}

void
wa_format_write(const wa_format *format, wa_wave *wave)
{
    const gph_pump_kind *k = gph_pump_kind_of(format->sample);
    uint32_t frame_bytes = wa_format_frame_bytes(format);
    uint16_t tag = k->is_float ? WA_TAG_FLOAT : WA_TAG_PCM;
    memset(wave, 0, sizeof *wave);
    wave->tag = format->plain ? tag : WA_TAG_EXTENSIBLE;
    wave->channels = (uint16_t)format->channels;
    wave->rate = format->rate;
    wave->bytes_a_second = format->rate * frame_bytes;
    wave->frame_bytes = (uint16_t)frame_bytes;
    wave->bits = k->bits;
    if (format->plain)
        return;
    wave->extra = WA_WAVE_EXTRA;
    wave->valid_bits = k->valid;
    wave->mask = format->mask;
    wave->sub[0] = (uint8_t)tag;
    memcpy(wave->sub + 2, sub_rest, sizeof sub_rest);
}

/* ---------------------------------------------------------------- candidates */

/* Widths that are tried: as wanted, the device's own, the usual ones above. 0: none, or tried already. */
static uint32_t
width(const wa_wish *wish, uint32_t n)
{
    static const uint32_t usual[N_WIDTHS - 2] = {2, 4, 6, 8};
    uint32_t own = wish->device != NULL ? wish->device->channels : 0;
    if (n == 0)
        return wish->channels;
    if (n == 1)
        return own > wish->channels ? own : 0;
    return usual[n - 2] > wish->channels && usual[n - 2] != own ? usual[n - 2] : 0;
}

static uint32_t
mask_of(const wa_wish *wish, uint32_t channels)
{
    bool own = wish->device != NULL && wish->device->channels == channels;
    return own && wish->device->mask != 0 ? wish->device->mask : wa_format_usual_mask(channels);
}

bool
wa_format_candidate(const wa_wish *wish, uint32_t *n, wa_format *format)
{
    while (*n < 1 + N_WIDTHS * GPH_PUMP_KINDS * N_FORMS) {
        uint32_t step = *n;
        ++*n;
        if (step == 0) { /* the device's own, where nothing speaks against it */
            const wa_format *own = wish->device;
            if (own == NULL || own->rate != wish->rate || own->channels < wish->channels ||
                (wish->sample >= 0 && own->sample != (uint32_t)wish->sample))
                continue;
            *format = *own;
            return true;
        }
        step--;
        uint32_t form = step % N_FORMS;
        const gph_pump_kind *k = &gph_pump_kinds[step / N_FORMS % GPH_PUMP_KINDS];
        *format = (wa_format){.sample = k->sample,
                              .channels = width(wish, step / (N_FORMS * GPH_PUMP_KINDS)),
                              .rate = wish->rate,
                              .plain = form == 2};
        uint32_t mask = mask_of(wish, format->channels);
        bool plain_will_do = k->bits == k->valid && k->bits <= 16 && format->channels <= 2;
        if (format->channels == 0 || (form == 1 && mask == 0) || (form == 2 && !plain_will_do) ||
            (wish->sample >= 0 && k->sample != (uint32_t)wish->sample))
            continue;
        format->mask = form == 0 ? mask : 0;
        return true;
    }
    return false;
}

/* ---------------------------------------------------------------- loudspeakers */

uint32_t
wa_format_usual_mask(uint32_t channels)
{
    static const uint32_t masks[] = {0, 0x4, 0x3, 0x7, 0x33, 0x37, 0x3f, 0x13f, 0x63f};
    return channels < sizeof masks / sizeof *masks ? masks[channels] : 0;
}

void
wa_format_channel_name(uint32_t mask, uint32_t channel, char *name, size_t size)
{
    static const char *const names[] = {
        "front-left",      "front-right",      "front-center",         "lfe",
        "rear-left",       "rear-right",       "front-left-of-center", "front-right-of-center",
        "rear-center",     "side-left",        "side-right",           "top-center",
        "top-front-left",  "top-front-center", "top-front-right",      "top-rear-left",
        "top-rear-center", "top-rear-right",
    };
    uint32_t left = channel;
    for (size_t bit = 0; bit < sizeof names / sizeof *names; bit++)
        if ((mask >> bit & 1) != 0 && left-- == 0) {
            snprintf(name, size, "%s", names[bit]);
            return;
        }
    snprintf(name, size, "%u", channel + 1);
}

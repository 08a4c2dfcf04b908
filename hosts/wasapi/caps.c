/* Lists devices, and asks what each could be opened with. [control: a session of its own, nothing stays open] */
#include "caps.h"

#include <string.h>

typedef struct search {
    const gph_wa_os *os;
    wa_session *session;
    wa_devices devices;
} search;

static wa_status
begin(search *s, const gph_wa_os *os)
{
    *s = (search){.os = os};
    wa_status status = wa_status_of(os->enter(&s->session));
    if (status != WA_OK) {
        s->session = NULL;
        return status;
    }
    return wa_devices_find(os, s->session, &s->devices);
}

static void
end(search *s)
{
    wa_devices_finish(&s->devices);
    if (s->session != NULL)
        s->os->leave(s->session);
}

gph_status GPH_CALL
wa_list(gph_host_self *self, uint64_t *generation,
        void(GPH_CALL *each)(void *user, const gph_device *device), void *user)
{
    search s;
    uint64_t sum = 0;
    (void)self;
    wa_status status = begin(&s, gph_wa_os_system());
    for (uint32_t n = 0; n < s.devices.n; n++) {
        const wa_device *one = &s.devices.all[n];
        bool out = one->endpoint.out;
        gph_device device = {
            .size = sizeof device,
            .directions = out ? 2u : 1u,
            .roles = !one->is_default ? 0
                     : out            ? 2u
                                      : 1u,
            .channels_in = out ? 0 : one->format.channels,
            .channels_out = out ? one->format.channels : 0,
            .rate = one->format.rate,
            .id = one->endpoint.id,
            .name = one->endpoint.name,
        };
        for (const char *letter = one->endpoint.id; *letter != 0; letter++)
            sum = sum * 1099511628211u + (uint8_t)*letter;
        sum = sum * 31 + device.roles + device.channels_in + device.channels_out;
        each(user, &device);
    }
    if (generation != NULL)
        *generation = sum;
    end(&s);
    return wa_status_public(status);
}

/* What the device says to an exclusive stream of that rate and sample, in any of our ways to write it. */
static wa_status
takes(const search *s, wa_client *client, const wa_device *device, uint32_t rate, uint32_t sample)
{
    const wa_format *own = device->format.channels > 0 ? &device->format : NULL;
    const wa_wish wish = {own, rate, own != NULL ? own->channels : 2, (int32_t)sample};
    wa_status status = WA_FORMAT;
    wa_format format;
    wa_wave wave;
    for (uint32_t n = 0; status == WA_FORMAT && wa_format_candidate(&wish, &n, &format);) {
        wa_format_write(&format, &wave);
        wa_result said = s->os->is_supported(client, WA_EXCLUSIVE, &wave);
        status = said > 0 ? WA_FORMAT : wa_status_of(said);
    }
    return status;
}

/* Rates and samples of an exclusive stream; there are none where the device is not to be had so. */
static void
tell_exclusive(const search *s, wa_client *client, const wa_device *device, gph_device_caps *caps)
{
    gph_device_mode *mode = NULL;
    for (size_t n = 0; n < GPH_PUMP_RATES; n++)
        for (uint32_t sample = GPH_PUMP_SAMPLE_S16; sample <= GPH_PUMP_SAMPLE_F32; sample++) {
            double rate = gph_pump_rates[n];
            wa_status status = takes(s, client, device, (uint32_t)rate, sample);
            if (status == WA_BUSY)
                caps->flags |= GPH_DEVICE_BUSY;
            if (status != WA_OK && status != WA_FORMAT)
                return;
            if (status == WA_FORMAT)
                continue;
            if (mode == NULL)
                mode = gph_pump_caps_mode(caps, "exclusive");
            mode->formats |= 1u << sample;
            gph_pump_caps_rate(caps, mode, rate);
        }
}

static wa_status
ask(const search *s, const wa_device *device, gph_device_caps *caps)
{
    wa_line line = {.os = s->os, .session = s->session, .out = device->endpoint.out};
    wa_periods periods = {0};
    int64_t usual = 0, least = 0;
    wa_wave wave;
    memcpy(line.id, device->endpoint.id, sizeof line.id);
    wa_status status = wa_line_prepare(&line);
    if (status != WA_OK)
        return status;
    caps->channels_min = 1;
    caps->channels_max = line.mix.channels;
    if (s->os->device_period(line.client, &usual, &least) >= 0) {
        caps->block_min = wa_line_frames(line.mix.rate, least);
        caps->block_max = wa_line_frames(line.mix.rate, usual);
    }
    wa_format_write(&line.mix, &wave);
    if (s->os->engine_period(line.client, &wave, &periods) >= 0 && periods.least > 0 &&
        periods.least < caps->block_min)
        caps->block_min = periods.least;
    gph_device_mode *shared = gph_pump_caps_mode(caps, "shared");
    shared->formats = 1u << line.mix.sample;
    gph_pump_caps_rate(caps, shared, line.mix.rate);
    tell_exclusive(s, line.client, device, caps);
    wa_line_close(&line);
    return WA_OK;
}

gph_status GPH_CALL
wa_caps_of(gph_host_self *self, const char *id, uint32_t direction, gph_device_caps *caps)
{
    search s;
    gph_device_caps all = {0};
    (void)self;
    wa_status status = begin(&s, gph_wa_os_system());
    const wa_device *device = wa_devices_pick(&s.devices, id, direction == GPH_DIRECTION_OUT);
    gph_status answer = device != NULL ? GPH_OK : GPH_ARGUMENT;
    if (status == WA_OK && device != NULL)
        status = ask(&s, device, &all);
    if (status != WA_OK)
        answer = wa_status_public(status);
    if (answer == GPH_OK)
        gph_pump_caps_give(&all, caps);
    end(&s);
    return answer;
}

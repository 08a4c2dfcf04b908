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

/* Whether an exclusive stream of that rate is taken in any of our formats. */
static bool
takes_rate(const search *s, wa_client *client, const wa_device *device, uint32_t rate)
{
    const wa_format *own = device->format.channels > 0 ? &device->format : NULL;
    const wa_wish wish = {own, rate, own != NULL ? own->channels : 2, -1};
    wa_format format;
    wa_wave wave;
    for (uint32_t n = 0; wa_format_candidate(&wish, &n, &format);) {
        wa_format_write(&format, &wave);
        if (s->os->is_supported(client, WA_EXCLUSIVE, &wave) == WA_S_OK)
            return true;
    }
    return false;
}

static void
tell_rates(const search *s, wa_client *client, const wa_device *device, uint32_t mix,
           gph_device_caps *caps)
{
    static const uint32_t rates[] = {8000,  11025, 16000, 22050,  32000,  44100,
                                     48000, 88200, 96000, 176400, 192000, 384000};
    bool told = false;
    for (size_t n = 0; n < sizeof rates / sizeof *rates; n++)
        if (rates[n] == mix || takes_rate(s, client, device, rates[n])) {
            caps->rates[caps->n_rates++] = rates[n];
            told |= rates[n] == mix;
        }
    if (!told && caps->n_rates < 16)
        caps->rates[caps->n_rates++] = mix;
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
    tell_rates(s, line.client, device, line.mix.rate, caps);
    wa_line_close(&line);
    return WA_OK;
}

gph_status GPH_CALL
wa_caps_of(gph_host_self *self, const char *id, uint32_t direction, gph_device_caps *caps)
{
    search s;
    gph_device_caps all = {.size = caps->size};
    (void)self;
    wa_status status = begin(&s, gph_wa_os_system());
    const wa_device *device = wa_devices_pick(&s.devices, id, direction == GPH_DIRECTION_OUT);
    gph_status answer = device != NULL ? GPH_OK : GPH_ARGUMENT;
    if (status == WA_OK && device != NULL)
        status = ask(&s, device, &all);
    if (status != WA_OK)
        answer = wa_status_public(status);
    if (answer == GPH_OK)
        memcpy(caps, &all, caps->size < sizeof all ? caps->size : sizeof all);
    end(&s);
    return answer;
}

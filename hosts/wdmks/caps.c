/* Lists devices, and tells what each says that it takes. [control] */
#include "caps.h"
#include "format.h"

#include <math.h>
#include <string.h>

static ks_status
find(const gph_host_self *self, ks_system *system, ks_devices *devices)
{
    *devices = (ks_devices){0, NULL};
    system->os = gph_ks_os_system();
    system->self = system->os->create(self->services);
    return system->self != NULL ? ks_devices_find(system, devices) : KS_MEMORY;
}

static void
forget(const ks_system *system, ks_devices *devices)
{
    ks_devices_finish(devices);
    if (system->self != NULL)
        system->os->destroy(system->self);
}

gph_status GPH_CALL
ks_host_list(gph_host_self *self, uint64_t *generation,
             void(GPH_CALL *each)(void *user, const gph_device *device), void *user)
{
    ks_system system;
    ks_devices devices;
    ks_status status = find(self, &system, &devices);
    uint64_t sum = 0;
    for (uint32_t n = 0; n < devices.n; n++) {
        const ks_device *one = &devices.all[n];
        gph_device device = {
            .size = sizeof device,
            .directions = (one->captures ? 1u : 0) | (one->plays ? 2u : 0),
            .channels_in = one->captures ? ks_ranges_channels(&one->in.ranges) : 0,
            .channels_out = one->plays ? ks_ranges_channels(&one->out.ranges) : 0,
            .id = one->id,
            .name = one->name,
        };
        for (const char *letter = one->id; *letter != 0; letter++)
            sum = sum * 1099511628211u + (uint8_t)*letter;
        sum = sum * 31 + device.directions;
        each(user, &device);
    }
    if (generation != NULL)
        *generation = sum;
    forget(&system, &devices);
    return status == KS_OK ? GPH_OK : status == KS_MEMORY ? GPH_MEMORY : GPH_IO;
}

/* Rates and samples that a pin's ranges have room for; where those are none of the usual ones, the fastest. */
static void
tell_mode(const ks_pin *pin, const char *name, gph_device_caps *caps)
{
    gph_device_mode *mode = gph_pump_caps_mode(caps, name);
    for (size_t n = 0; n < GPH_PUMP_RATES && pin->ranges.n > 0; n++)
        if (!(fabs(ks_ranges_rate(&pin->ranges, gph_pump_rates[n]) - gph_pump_rates[n]) > 0))
            gph_pump_caps_rate(caps, mode, gph_pump_rates[n]);
    for (uint32_t k = 0; k < pin->ranges.n && mode->n_rates == 0; k++)
        gph_pump_caps_rate(caps, mode, pin->ranges.all[k].max_rate);
    for (uint32_t r = 0; r < mode->n_rates; r++)
        for (int32_t sample = GPH_PUMP_SAMPLE_S16; sample <= GPH_PUMP_SAMPLE_F32; sample++) {
            uint32_t n = 0;
            ks_format ignored;
            if (ks_format_candidate(&pin->ranges, (uint32_t)mode->rates[r], 1, sample, &n,
                                    &ignored))
                mode->formats |= 1u << sample;
        }
}

static void
tell_caps(const ks_pin *pin, gph_device_caps *caps)
{
    gph_device_caps all = {.flags = pin->busy ? GPH_DEVICE_BUSY : 0, .channels_min = 1};
    uint32_t most = ks_ranges_channels(&pin->ranges);
    all.channels_max = most < GPH_MAX_CHANNELS ? most : GPH_MAX_CHANNELS;
    if (pin->looped)
        tell_mode(pin, "wavert", &all);
    if (pin->streaming)
        tell_mode(pin, "packets", &all);
    gph_pump_caps_give(&all, caps);
}

gph_status GPH_CALL
ks_host_caps_of(gph_host_self *self, const char *id, uint32_t direction, gph_device_caps *caps)
{
    ks_system system;
    ks_devices devices;
    ks_status status = find(self, &system, &devices);
    gph_status answer = status == KS_OK ? GPH_ARGUMENT : GPH_IO;
    bool out = direction == GPH_DIRECTION_OUT;
    for (uint32_t n = 0; n < devices.n && answer != GPH_OK; n++) {
        const ks_device *one = &devices.all[n];
        bool meant = id == NULL || strcmp(one->id, id) == 0 || strcmp(one->name, id) == 0;
        if (!meant || !(out ? one->plays : one->captures))
            continue;
        tell_caps(out ? &one->out : &one->in, caps);
        answer = GPH_OK;
    }
    forget(&system, &devices);
    return answer;
}

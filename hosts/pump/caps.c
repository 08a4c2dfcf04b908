/* What a device could be opened with, put together. [control] */
#include "pump.h"

#include <string.h>

enum { ROOM = 16 };

const double gph_pump_rates[GPH_PUMP_RATES] = {8000,  11025, 16000, 22050,  32000,  44100,
                                               48000, 88200, 96000, 176400, 192000, 384000};

gph_device_mode *
gph_pump_caps_mode(gph_device_caps *caps, const char *name)
{
    if (caps->n_modes >= GPH_DEVICE_MODES)
        return NULL;
    gph_device_mode *mode = &caps->modes[caps->n_modes++];
    *mode = (gph_device_mode){.name = name};
    return mode;
}

static void
insert(double *rates, uint32_t *n, double rate)
{
    uint32_t at = 0;
    while (at < *n && rates[at] < rate)
        at++;
    if (*n >= ROOM || (at < *n && !(rates[at] > rate)))
        return;
    memmove(rates + at + 1, rates + at, (*n - at) * sizeof *rates);
    rates[at] = rate;
    ++*n;
}

void
gph_pump_caps_rate(gph_device_caps *caps, gph_device_mode *mode, double rate)
{
    insert(caps->rates, &caps->n_rates, rate);
    if (mode != NULL)
        insert(mode->rates, &mode->n_rates, rate);
}

void
gph_pump_caps_give(const gph_device_caps *all, gph_device_caps *caps)
{
    uint32_t size = caps->size;
    memcpy(caps, all, size < sizeof *all ? size : sizeof *all);
    caps->size = size;
}

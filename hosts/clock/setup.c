/* A virtual sound device's memory and starts. [control] */
#include "device.h"

#include <stdlib.h>
#include <string.h>

static gph_status
take_memory(clock_device *device)
{
    /* Silence is one buffer for all channels. */
    size_t n_in = device->signal == SIGNAL_SILENCE ? 1 : device->n_in;
    size_t ring = 0;
    if (device->signal == SIGNAL_CABLE) {
        device->ring_frames = 4 * GPH_MAX_FRAMES;
        while (device->ring_frames < device->delay + 4 * GPH_MAX_FRAMES)
            device->ring_frames *= 2;
        ring = (size_t)device->n_out * device->ring_frames;
    }
    size_t n_samples = (n_in + device->n_out) * GPH_MAX_FRAMES + ring + 1;
    device->memory = calloc(n_samples, sizeof *device->memory);
    device->in = calloc(device->n_in + 1, sizeof *device->in);
    device->out = calloc(device->n_out + 1, sizeof *device->out);
    if (device->memory == NULL || device->in == NULL || device->out == NULL)
        return GPH_MEMORY;
    memset(device->memory, 0, n_samples * sizeof *device->memory); /* touched now, not in a cycle */
    for (size_t c = 0; c < device->n_in; c++)
        device->in[c] = device->memory + (n_in == 1 ? 0 : c) * GPH_MAX_FRAMES;
    for (size_t c = 0; c < device->n_out; c++)
        device->out[c] = device->memory + (n_in + c) * GPH_MAX_FRAMES;
    device->ring = device->memory + (n_in + device->n_out) * GPH_MAX_FRAMES;
    return GPH_OK;
}

gph_status
device_init(clock_device *device, uint32_t block, double ppm)
{
    device->frames = block;
    device->trip = block + device->delay;
    device->true_rate = device->rate * (1 + ppm * 1e-6);
    device->random = 1;
    atomic_store(&device->latency_out, device->signal == SIGNAL_CABLE ? device->delay : 0);
    /* Lines before any frame say what happens to the very first open. */
    while (device->next_line < device->script.n_lines &&
           device->script.lines[device->next_line].what == SCRIPT_REFUSE &&
           device->script.lines[device->next_line].frame == 0)
        device->refusals = (uint32_t)device->script.lines[device->next_line++].amount;
    return take_memory(device);
}

void
device_finish(clock_device *device)
{
    script_finish(&device->script);
    free(device->memory);
    free(device->in);
    free(device->out);
}

void
device_start(clock_device *device, bool anew)
{
    int64_t now = device_now_ns(device);
    device->gone = device->no_events = device->xrun = false;
    device->lost = 0;
    device->late_once = 0;
    if (anew) {
        device->origin = device->position = device->next_line = 0;
        device->origin_ns = now;
        return;
    }
    double frames = (double)(now - device->origin_ns) * 1e-9 * device->true_rate;
    int64_t position = device->origin + (int64_t)(frames + 0.25);
    if (position > device->position)
        device->position = position;
    if (device->signal == SIGNAL_CABLE)
        memset(device->ring, 0, (size_t)device->n_out * device->ring_frames * sizeof(float));
}

void
device_set_rate(clock_device *device, double rate)
{
    double seconds = (double)(device->position - device->origin) / device->true_rate;
    device->origin = device->position;
    device->origin_ns += (int64_t)(seconds * 1e9);
    device->true_rate *= rate / device->rate;
    device->rate = rate;
}

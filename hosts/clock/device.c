/* A virtual sound device: blocks by the crystal, losses as a card has them, faults by the script. [audio] */
#include "device.h"

#include <math.h>
#include <string.h>

int64_t
device_now_ns(const clock_device *device)
{
    return device->stepped ? atomic_load(&device->virtual_ns)
                           : device->services->now_ns(device->services);
}

void
device_sleep(clock_device *device, int64_t until_ns)
{
    if (!device->stepped)
        device->services->sleep_until_ns(device->services, until_ns);
    else if (until_ns > atomic_load(&device->virtual_ns))
        atomic_store(&device->virtual_ns, until_ns);
}

/* When a frame is captured. Absolute, so errors do not add up. */
static int64_t
time_of(const clock_device *device, int64_t frame)
{
    return device->origin_ns +
           (int64_t)llround((double)(frame - device->origin) / device->true_rate * 1e9);
}

/* Frames captured by a time. */
static int64_t
captured(const clock_device *device, int64_t ns)
{
    double frames = (double)(ns - device->origin_ns) * 1e-9 * device->true_rate;
    return device->origin + (int64_t)floor(frames + 1e-6);
}

static void
new_origin(clock_device *device, int64_t frame, int64_t ns)
{
    device->origin = frame;
    device->origin_ns = ns;
}

/* ---------------------------------------------------------------- signals */

/* Frames that were never played must not be heard at the other end of the cable. */
static void
skip(clock_device *device, int64_t frames)
{
    if (device->signal == SIGNAL_CABLE)
        for (uint32_t c = 0; c < device->n_out; c++)
            for (int64_t n = 0; n < frames && n < device->ring_frames; n++)
                device->ring[(size_t)c * device->ring_frames +
                             (size_t)((device->position + n) & (device->ring_frames - 1))] = 0;
    device->position += frames;
}

static void
render(clock_device *device, uint32_t frames)
{
    for (uint32_t c = 0; c < device->n_in; c++) {
        float *to = device->in[c];
        const float *ring = device->ring + (size_t)c * device->ring_frames;
        if (device->signal == SIGNAL_COUNTER)
            for (uint32_t n = 0; n < frames; n++)
                to[n] = gph_pump_counter(device->position + n, c);
        else if (device->signal == SIGNAL_SINE)
            for (uint32_t n = 0; n < frames; n++) {
                double turns = fmod((double)(device->position + n) * 110 * (c + 1), device->rate);
                to[n] = (float)(0.25 * sin(6.283185307179586 * turns / device->rate));
            }
        else if (device->signal == SIGNAL_CABLE && c < device->n_out)
            for (uint32_t n = 0; n < frames; n++)
                to[n] =
                    ring[(size_t)(device->position + n - device->trip) & (device->ring_frames - 1)];
    }
}

void
device_commit(clock_device *device, const gph_pump_block *block)
{
    if (device->signal != SIGNAL_CABLE)
        return;
    int64_t first = device->position - block->frames;
    for (uint32_t c = 0; c < device->n_out; c++) {
        float *ring = device->ring + (size_t)c * device->ring_frames;
        for (uint32_t n = 0; n < block->frames; n++)
            ring[(size_t)(first + n) & (device->ring_frames - 1)] = block->out[c][n];
    }
}

/* ---------------------------------------------------------------- faults */

static void
set_block(clock_device *device, gph_pump *pump, uint32_t frames)
{
    device->frames = frames;
    if (device->trip < frames + device->delay)
        device->trip = frames + device->delay;
    atomic_store(&device->latency_out, device->signal == SIGNAL_CABLE ? device->trip - frames : 0);
    gph_pump_block_changed(pump, frames);
}

static void
happen(clock_device *device, gph_pump *pump, const script_line *line)
{
    switch (line->what) {
    case SCRIPT_LOSE:
        device->lost += (uint64_t)line->amount;
        skip(device, (int64_t)line->amount);
        break;
    case SCRIPT_STALL:
        skip(device, (int64_t)llround(line->amount * device->true_rate));
        break;
    case SCRIPT_LATE:
        device->late_once = line->amount;
        break;
    case SCRIPT_VANISH:
        device->gone = true;
        device->back_ns = device_now_ns(device) + (int64_t)(line->amount * 1e9);
        break;
    case SCRIPT_RETURN:
        device->back_rate = line->rate;
        device->back_channels = line->channels;
        break;
    case SCRIPT_REFUSE:
        device->refusals = (uint32_t)line->amount;
        break;
    case SCRIPT_BLOCK:
        set_block(device, pump, (uint32_t)line->amount);
        break;
    case SCRIPT_DRIFT:
        new_origin(device, device->position, time_of(device, device->position));
        device->true_rate = device->rate * (1 + line->amount * 1e-6);
        break;
    case SCRIPT_FREEWHEEL:
        atomic_store(&device->freewheel, line->amount > 0);
        gph_pump_post(pump, GPH_HOST_FREEWHEEL, 0, device->position, (int64_t)line->amount, NULL);
        break;
    case SCRIPT_NO_EVENTS:
        device->no_events = true;
        break;
    default:
        device->xrun = true;
    }
}

/* What is due by now. Losses of a line count towards the next one's frame. */
static void
run_script(clock_device *device, gph_pump *pump)
{
    while (device->next_line < device->script.n_lines &&
           device->script.lines[device->next_line].frame <= device->position)
        happen(device, pump, &device->script.lines[device->next_line++]);
}

/* ---------------------------------------------------------------- blocks */

static int64_t
jitter_ns(clock_device *device)
{
    device->random = device->random * 1664525u + 1013904223u;
    double part = device->random / 4294967296.0;
    return (int64_t)(part * device->jitter * 1e9);
}

/* Waits until the block's last frame is captured; what came too late for the buffer is lost, as on a card. */
static gph_status
wait_for_block(clock_device *device, int64_t until_ns, gph_pump_block *block)
{
    int64_t due = time_of(device, device->position + device->frames);
    int64_t wake = due + (int64_t)(device->late_once * 1e9);
    if (device->jitter > 0)
        wake += jitter_ns(device);
    if (wake > until_ns) {
        device_sleep(device, until_ns);
        return GPH_DONE;
    }
    device->late_once = 0;
    device_sleep(device, wake);
    block->now_ns = device_now_ns(device);
    block->woke_ns = block->now_ns - due;
    int64_t room = (int64_t)device->periods * device->frames;
    int64_t over = captured(device, block->now_ns) - device->position - room;
    if (over > 0 && device->position == 0) {
        /* Nobody listened before the first block: it begins now. */
        new_origin(device, 0,
                   block->now_ns - (int64_t)((double)device->frames / device->true_rate * 1e9));
    } else if (over > 0) {
        device->lost += (uint64_t)over;
        skip(device, over);
        block->late = true;
        block->late_ns = block->woke_ns;
    }
    int64_t waiting = captured(device, block->now_ns) - device->position - device->frames;
    block->waiting = waiting > 0 ? (uint64_t)waiting : 0;
    return GPH_OK;
}

gph_status
device_wait(clock_device *device, gph_pump *pump, int64_t until_ns, gph_pump_block *block,
            const char **reason)
{
    uint32_t wanted = atomic_exchange(&device->wanted_block, 0);
    if (wanted != 0)
        set_block(device, pump, wanted);
    run_script(device, pump);
    if (device->gone) {
        *reason = "the device has vanished";
        return GPH_IO;
    }
    if (device->no_events) {
        device_sleep(device, until_ns);
        return GPH_DONE;
    }
    *block = (gph_pump_block){.in = (const float *const *)device->in, .out = device->out};
    if (atomic_load(&device->freewheel)) {
        block->flags |= GPH_CLOCK_FREEWHEEL;
        block->now_ns = device_now_ns(device);
        new_origin(device, device->position + device->frames, block->now_ns);
    } else if (wait_for_block(device, until_ns, block) == GPH_DONE) {
        return GPH_DONE;
    }
    block->frames = device->frames;
    block->lost_in = block->lost_out = device->lost;
    block->late |= device->xrun;
    if (device->signal == SIGNAL_SILENCE)
        block->flags |= GPH_CLOCK_SILENT_IN;
    device->lost = 0;
    device->xrun = false;
    render(device, device->frames);
    device->position += device->frames;
    return GPH_OK;
}

/* Pins: made, driven by time, closed. [lock held] */
#include "driver.h"

enum { TAG = 0x48504721, SHARE = 2, NO_MATCH = (int)0xC0000272 };

/* The format is one that the plan has. */
static BOOLEAN
suits(const ks_connect_format *c, uint32_t bytes)
{
    uint32_t most = sizeof c->format + sizeof c->wave;
    return bytes >= sizeof c->connect + sizeof c->format + KS_WAVE_PLAIN_BYTES &&
           c->format.size <= most &&
           memcmp(&c->format.sub, &ks_sub_pcm, sizeof c->format.sub) == 0 &&
           c->wave.bits == all.plan.bits && c->wave.channels > 0 &&
           c->wave.channels <= all.plan.channels && c->wave.rate >= all.plan.min_rate &&
           c->wave.rate <= all.plan.max_rate &&
           c->wave.frame_bytes == c->wave.channels * c->wave.bits / 8u;
}

static HANDLE
caller(void)
{
    OBJECT_ATTRIBUTES attributes;
    CLIENT_ID id = {PsGetCurrentProcessId(), NULL};
    HANDLE process = NULL;
    InitializeObjectAttributes(&attributes, NULL, 0, NULL, NULL);
    return ZwOpenProcess(&process, PROCESS_ALL_ACCESS, &attributes, &id) == STATUS_SUCCESS ? process
                                                                                           : NULL;
}

NTSTATUS
pin_make(const void *connect, uint32_t bytes, pin **made)
{
    ks_connect_format c;
    memset(&c, 0, sizeof c);
    memcpy(&c, connect, bytes < sizeof c ? bytes : sizeof c);
    if (all.gone != 0)
        return (NTSTATUS)all.gone;
    if (all.plan.busy_status != 0)
        return (NTSTATUS)all.plan.busy_status;
    if (bytes < sizeof c.connect || c.connect.pin > 1)
        return STATUS_INVALID_PARAMETER;
    BOOLEAN looped = c.connect.interface.id == KS_INTERFACE_LOOPED;
    if (!(looped ? all.plan.looped : all.plan.streaming) || !suits(&c, bytes))
        return (NTSTATUS)NO_MATCH;
    pin *p = ExAllocatePoolWithTag(NonPagedPool, sizeof *p, TAG);
    if (p == NULL)
        return STATUS_NO_MEMORY;
    memset(p, 0, sizeof *p);
    p->out = c.connect.pin == 1;
    p->looped = looped;
    p->rate = c.wave.rate;
    p->channels = c.wave.channels;
    p->bytes = c.wave.bits / 8u;
    p->frame_bytes = c.wave.frame_bytes;
    p->process = caller();
    if (p->process == NULL) {
        ExFreePoolWithTag(p, TAG);
        return STATUS_ACCESS_DENIED;
    }
    *made = p;
    return STATUS_SUCCESS;
}

void
pin_close(pin *p)
{
    pin_release(p, STATUS_CANCELLED);
    ring_free(p);
    ZwClose(p->process);
    ExFreePoolWithTag(p, TAG);
}

/* ---------------------------------------------------------------- packets */

static void
complete(IRP *irp, NTSTATUS status, ULONG_PTR bytes)
{
    irp->IoStatus.Status = status;
    irp->IoStatus.Information = bytes;
    IoCompleteRequest(irp, IO_NO_INCREMENT);
}

/* FALSE: it is being cancelled, and not ours any more. */
static BOOLEAN
is_ours(IRP *irp)
{
    return IoSetCancelRoutine(irp, NULL) != NULL;
}

static void
forget(pin *p, uint32_t at)
{
    p->n_held--;
    for (; at < p->n_held; at++)
        p->held[at] = p->held[at + 1];
}

static void NTAPI
on_cancel(DEVICE_OBJECT *device, IRP *irp)
{
    (void)device;
    IoReleaseCancelSpinLock(irp->CancelIrql);
    ExAcquireFastMutex(&all.lock);
    for (pin *p = all.pins; p != NULL; p = p->next)
        for (uint32_t n = 0; n < p->n_held; n++)
            if (p->held[n] == irp) {
                forget(p, n);
                break;
            }
    ExReleaseFastMutex(&all.lock);
    complete(irp, STATUS_CANCELLED, 0);
}

NTSTATUS
pin_hold(pin *p, IRP *irp, BOOLEAN read)
{
    const ks_stream_header *header = irp->UserBuffer;
    if (p->looped || read == p->out || p->state < KS_ACQUIRE || p->n_held >= MAX_HELD ||
        header->size != sizeof *header || header->options != 0 || header->data == NULL ||
        header->frame_extent % p->frame_bytes != 0 || header->frame_extent == 0 ||
        (p->out && header->data_used > header->frame_extent)) {
        complain("a packet that cannot be");
        return STATUS_INVALID_PARAMETER;
    }
    IoMarkIrpPending(irp);
    IoSetCancelRoutine(irp, on_cancel);
    p->held[p->n_held++] = irp;
    return STATUS_PENDING;
}

void
pin_release(pin *p, NTSTATUS status)
{
    while (p->n_held > 0) {
        IRP *irp = p->held[0];
        forget(p, 0);
        if (is_ours(irp))
            complete(irp, status, 0);
    }
}

static BOOLEAN
fill(pin *p, ks_stream_header *header, uint32_t frames)
{
    uint8_t share[SHARE * 1024];
    uint32_t most = sizeof share / p->frame_bytes;
    for (uint32_t done = 0; done < frames;) {
        uint32_t n = frames - done < most ? frames - done : most;
        uint8_t *theirs = (uint8_t *)header->data + (size_t)done * p->frame_bytes;
        SIZE_T moved = 0;
        if (p->out && calls.read_memory(p->process, theirs, share, (SIZE_T)n * p->frame_bytes,
                                        &moved) != STATUS_SUCCESS)
            return FALSE;
        for (uint32_t k = 0; k < n; k++)
            if (p->out)
                sound_read(p, share + (size_t)k * p->frame_bytes);
            else
                sound_write(p, p->frames + done + k, share + (size_t)k * p->frame_bytes);
        if (!p->out && calls.write_memory(p->process, theirs, share, (SIZE_T)n * p->frame_bytes,
                                          &moved) != STATUS_SUCCESS)
            return FALSE;
        done += n;
    }
    return TRUE;
}

/* Packets whose time is over go back. Without any the device goes on all the same. */
static void
pass_packets(pin *p, uint64_t to)
{
    while (p->n_held > 0) {
        IRP *irp = p->held[0];
        ks_stream_header *header = irp->UserBuffer;
        uint32_t bytes = p->out ? header->data_used : header->frame_extent;
        if (p->frames + bytes / p->frame_bytes > to)
            return;
        forget(p, 0);
        if (!is_ours(irp))
            continue;
        BOOLEAN good = fill(p, header, bytes / p->frame_bytes);
        header->data_used = bytes;
        p->frames += bytes / p->frame_bytes;
        all.seen.captured += p->out ? 0 : bytes / p->frame_bytes;
        complete(irp, good ? STATUS_SUCCESS : STATUS_ACCESS_VIOLATION, sizeof *header);
    }
    p->frames = to;
}

/* ---------------------------------------------------------------- time */

static void
pass_ring(pin *p, uint64_t to)
{
    uint32_t ring = p->ring_bytes / p->frame_bytes;
    uint64_t halves = p->frames / (ring / 2), from = p->frames;
    if (to - from > ring)
        from = to - ring;
    for (uint64_t frame = from; frame < to; frame++) {
        uint8_t *at = p->ring + frame % ring * p->frame_bytes;
        if (p->out)
            sound_read(p, at);
        else
            sound_write(p, frame, at);
    }
    all.seen.captured += p->out ? 0 : to - p->frames;
    p->frames = to;
    *(volatile uint64_t *)p->place = to % ring * p->frame_bytes;
    if (p->event != NULL && to / (ring / 2) != halves) {
        calls.set_event(p->event, NULL);
        all.seen.rung++;
    }
}

void
pin_pass(pin *p)
{
    LARGE_INTEGER now, hertz;
    if (p->state != KS_RUN || all.gone != 0 || all.plan.frozen)
        return;
    calls.ticks(&now, &hertz);
    uint64_t to =
        p->base + (uint64_t)(now.QuadPart - p->run_ticks) * p->rate / (uint64_t)hertz.QuadPart;
    if (to <= p->frames)
        return;
    if (!p->looped)
        pass_packets(p, to);
    else if (p->ring != NULL)
        pass_ring(p, to);
}

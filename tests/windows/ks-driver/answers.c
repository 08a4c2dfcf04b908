/* What the filter and its pins answer. [lock held] */
#include "driver.h"

NTSTATUS
answer(const void *data, uint32_t bytes, void *out, uint32_t out_bytes, ULONG_PTR *n)
{
    *n = bytes;
    if (out_bytes == 0)
        return STATUS_BUFFER_OVERFLOW;
    if (out_bytes < bytes) {
        *n = 0;
        return STATUS_BUFFER_TOO_SMALL;
    }
    memcpy(out, data, bytes);
    return STATUS_SUCCESS;
}

static NTSTATUS
number(uint32_t value, void *out, uint32_t out_bytes, ULONG_PTR *n)
{
    return answer(&value, sizeof value, out, out_bytes, n);
}

static BOOLEAN
is(const ks_guid *one, const ks_guid *other)
{
    return memcmp(one, other, sizeof *one) == 0;
}

/* ---------------------------------------------------------------- filter */

static NTSTATUS
interfaces(void *out, uint32_t out_bytes, ULONG_PTR *n)
{
    struct {
        ks_multiple_item list;
        ks_identifier each[2];
    } told;
    memset(&told, 0, sizeof told);
    const uint32_t has[] = {all.plan.streaming, all.plan.looped};
    for (uint32_t id = KS_INTERFACE_STREAMING; id <= KS_INTERFACE_LOOPED; id++)
        if (has[id])
            told.each[told.list.count++] = (ks_identifier){ks_interface_standard, id, 0};
    told.list.size = sizeof told.list + told.list.count * (uint32_t)sizeof told.each[0];
    return answer(&told, told.list.size, out, out_bytes, n);
}

static NTSTATUS
ranges(void *out, uint32_t out_bytes, ULONG_PTR *n)
{
    struct {
        ks_multiple_item list;
        ks_range_audio range;
    } told = {.list = {sizeof told, 1},
              .range = {.head = {.size = sizeof told.range,
                                 .major = ks_type_audio,
                                 .sub = ks_sub_pcm,
                                 .specifier = ks_specifier_wave},
                        .max_channels = all.plan.channels,
                        .min_bits = all.plan.bits,
                        .max_bits = all.plan.bits,
                        .min_rate = all.plan.min_rate,
                        .max_rate = all.plan.max_rate}};
    return answer(&told, sizeof told, out, out_bytes, n);
}

NTSTATUS
filter_property(const void *in, uint32_t in_bytes, void *out, uint32_t out_bytes, ULONG_PTR *n)
{
    ks_pin_property question;
    memset(&question, 0, sizeof question);
    if (in_bytes < sizeof question.property)
        return STATUS_INVALID_PARAMETER;
    memcpy(&question, in, in_bytes < sizeof question ? in_bytes : sizeof question);
    if (!is(&question.property.set, &ks_set_pin))
        return (NTSTATUS)STATUS_PROPSET_NOT_FOUND;
    if (question.property.id == KS_PIN_CTYPES)
        return number(2, out, out_bytes, n);
    if (in_bytes != sizeof question || question.pin > 1) {
        complain("a question about no pin");
        return STATUS_INVALID_PARAMETER;
    }
    const ks_cinstances instances = {1, all.plan.busy};
    switch (question.property.id) {
    case KS_PIN_DATAFLOW:
        return number(question.pin == 1 ? KS_DATAFLOW_IN : KS_DATAFLOW_OUT, out, out_bytes, n);
    case KS_PIN_COMMUNICATION:
        return number(KS_COMMUNICATION_SINK, out, out_bytes, n);
    case KS_PIN_CINSTANCES:
        return answer(&instances, sizeof instances, out, out_bytes, n);
    case KS_PIN_INTERFACES:
        return interfaces(out, out_bytes, n);
    case KS_PIN_DATARANGES:
        return ranges(out, out_bytes, n);
    default:
        return STATUS_NOT_FOUND;
    }
}

/* ---------------------------------------------------------------- pins */

/* A step at a time, up or down. */
static NTSTATUS
go(pin *p, const void *out, uint32_t out_bytes)
{
    uint32_t to;
    LARGE_INTEGER now, hertz;
    if (out_bytes != sizeof to)
        return STATUS_INVALID_PARAMETER;
    memcpy(&to, out, sizeof to);
    if (to > KS_RUN || (to != p->state + 1u && to + 1u != p->state)) {
        complain("a state that is not the next one");
        return STATUS_INVALID_DEVICE_STATE;
    }
    BOOLEAN up = to > p->state;
    pin_pass(p);
    calls.ticks(&now, &hertz);
    p->base = p->frames;
    p->run_ticks = now.QuadPart;
    p->state = (ks_state)to;
    if (to == KS_STOP) {
        if (p->n_held > 0)
            complain("packets in STOP");
        p->base = p->frames = 0;
        if (p->place != NULL)
            memset(p->place, 0, sizeof(uint64_t));
    }
    if (up && to == all.plan.gone_state) {
        all.gone = all.plan.gone_status;
        return (NTSTATUS)all.gone;
    }
    return STATUS_SUCCESS;
}

static NTSTATUS
buffer(pin *p, const void *in, uint32_t in_bytes, void *out, uint32_t out_bytes, ULONG_PTR *n)
{
    ks_rt_buffer_property question;
    if (in_bytes != sizeof question || p->state != KS_STOP || p->ring != NULL) {
        complain("a ring where there may be none");
        return STATUS_INVALID_PARAMETER;
    }
    memcpy(&question, in, sizeof question);
    if (question.property.id == KS_RT_BUFFER_WITH_NOTIFICATION &&
        (!all.plan.event || question.notifications != 2))
        return STATUS_NOT_FOUND;
    uint32_t frames =
        all.plan.ring_frames != 0 ? all.plan.ring_frames : question.bytes / p->frame_bytes;
    NTSTATUS status = ring_make(p, frames * p->frame_bytes);
    const ks_rt_buffer found = {p->their_ring, p->ring_bytes, 1};
    return status == STATUS_SUCCESS ? answer(&found, sizeof found, out, out_bytes, n) : status;
}

static NTSTATUS
place(pin *p, uint32_t way, void *out, uint32_t out_bytes, ULONG_PTR *n)
{
    const ks_rt_register found = {.address = p->their_place,
                                  .width = all.plan.register_bits,
                                  .numerator = 1,
                                  .denominator = 1};
    if (p->ring == NULL || all.plan.register_bits == 0 ||
        way != (all.plan.by_set ? KS_TYPE_SET : KS_TYPE_GET))
        return STATUS_NOT_FOUND;
    return answer(&found, sizeof found, out, out_bytes, n);
}

static NTSTATUS
event(pin *p, const void *in, uint32_t in_bytes, BOOLEAN on)
{
    ks_rt_event_property question;
    if (in_bytes != sizeof question)
        return STATUS_INVALID_PARAMETER;
    memcpy(&question, in, sizeof question);
    return ring_event(p, question.event, on);
}

static NTSTATUS
of_ring(pin *p, const ks_identifier *what, const void *in, uint32_t in_bytes, void *out,
        uint32_t out_bytes, ULONG_PTR *n)
{
    const ks_rt_latency latency = {0, 0, 10000};
    switch (what->id) {
    case KS_RT_BUFFER:
    case KS_RT_BUFFER_WITH_NOTIFICATION:
        return buffer(p, in, in_bytes, out, out_bytes, n);
    case KS_RT_POSITIONREGISTER:
        return place(p, what->flags, out, out_bytes, n);
    case KS_RT_HWLATENCY:
        return answer(&latency, sizeof latency, out, out_bytes, n);
    case KS_RT_REGISTER_EVENT:
    case KS_RT_UNREGISTER_EVENT:
        return event(p, in, in_bytes, what->id == KS_RT_REGISTER_EVENT);
    default:
        return STATUS_NOT_FOUND;
    }
}

NTSTATUS
pin_property(pin *p, const void *in, uint32_t in_bytes, void *out, uint32_t out_bytes, ULONG_PTR *n)
{
    ks_identifier what;
    if (in_bytes < sizeof what)
        return STATUS_INVALID_PARAMETER;
    memcpy(&what, in, sizeof what);
    if (is(&what.set, &ks_set_connection) && what.id == KS_CONNECTION_STATE)
        return what.flags == KS_TYPE_SET ? go(p, out, out_bytes) : STATUS_NOT_FOUND;
    if (is(&what.set, &ks_set_audio) && what.id == KS_AUDIO_POSITION) {
        pin_pass(p);
        uint64_t at = p->frames * p->frame_bytes;
        at = p->ring_bytes > 0 ? at % p->ring_bytes : at;
        const ks_position position = {at, at};
        return answer(&position, sizeof position, out, out_bytes, n);
    }
    if (is(&what.set, &ks_set_rtaudio) && p->looped)
        return of_ring(p, &what, in, in_bytes, out, out_bytes, n);
    return (NTSTATUS)STATUS_PROPSET_NOT_FOUND;
}

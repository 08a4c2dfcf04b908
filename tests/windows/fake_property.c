/* The fake's answers. [test program] */
#include "fake_inner.h"

#include <stdlib.h>
#include <sys/mman.h>

static ks_status
answer(const void *data, uint32_t bytes, void *out, uint32_t out_bytes, uint32_t *got)
{
    *got = bytes;
    if (out_bytes < bytes)
        return KS_MORE;
    memcpy(out, data, bytes);
    return KS_OK;
}

static uint32_t
n_pins(const fake_filter *filter)
{
    uint32_t n = 0;
    while (n < FAKE_PINS && filter->pins[n].there)
        n++;
    return n;
}

/* Two ranges, an attribute list between them, and one of something else. */
static ks_status
ranges(const fake_pin *plan, void *out, uint32_t out_bytes, uint32_t *got)
{
    struct {
        ks_multiple_item list;
        ks_range_audio pcm;
        ks_multiple_item attributes;
        ks_guid attribute;
        ks_range_audio real;
        ks_dataformat other;
    } all = {.list = {sizeof all, 4},
             .attributes = {sizeof all.attributes + sizeof all.attribute, 1},
             .other = {.size = sizeof all.other}};
    all.pcm = (ks_range_audio){.head = {.size = KS_RANGE_AUDIO_BYTES,
                                        .flags = KS_RANGE_ATTRIBUTES,
                                        .major = ks_type_audio,
                                        .sub = ks_sub_pcm,
                                        .specifier = ks_specifier_wave},
                               .max_channels = plan->max_channels,
                               .min_bits = 16,
                               .max_bits = 32,
                               .min_rate = plan->min_rate,
                               .max_rate = plan->max_rate};
    all.real = all.pcm;
    all.real.head.size = sizeof all.real;
    all.real.head.flags = 0;
    all.real.head.sub = ks_sub_float;
    return answer(&all, sizeof all, out, out_bytes, got);
}

static ks_status
interfaces(const fake_pin *plan, void *out, uint32_t out_bytes, uint32_t *got)
{
    struct {
        ks_multiple_item list;
        ks_identifier all[2];
    } answers = {{sizeof answers.list, 0}, {{{0}, 0, 0}}};
    if (plan->looped)
        answers.all[answers.list.count++] =
            (ks_identifier){ks_interface_standard, KS_INTERFACE_LOOPED, 0};
    if (plan->streaming)
        answers.all[answers.list.count++] =
            (ks_identifier){ks_interface_standard, KS_INTERFACE_STREAMING, 0};
    answers.list.size += answers.list.count * (uint32_t)sizeof(ks_identifier);
    return answer(&answers, answers.list.size, out, out_bytes, got);
}

static ks_status
name(const char *text, void *out, uint32_t out_bytes, uint32_t *got)
{
    uint16_t wide[64] = {0};
    uint32_t n = 0;
    for (const unsigned char *at = (const unsigned char *)text; *at != 0 && n < 63; at++) {
        if (*at >= 0xc0) {
            wide[n++] = (uint16_t)((*at & 0x1f) << 6 | (at[1] & 0x3f));
            at++;
        } else {
            wide[n++] = *at;
        }
    }
    return answer(wide, (n + 1) * 2, out, out_bytes, got);
}

/* Each of our pins is wired to a socket through a node that is wired to itself. */
static ks_status
connections(const fake_filter *filter, void *out, uint32_t out_bytes, uint32_t *got)
{
    struct {
        ks_multiple_item list;
        ks_connection all[3 * FAKE_PINS];
    } answers = {{sizeof answers.list, 0}, {{0, 0, 0, 0}}};
    uint32_t n = n_pins(filter), k = 0;
    for (uint32_t pin = 0; pin < n; pin++) {
        uint32_t from = filter->pins[pin].out ? pin : n + pin,
                 to = filter->pins[pin].out ? n + pin : pin;
        answers.all[k++] = (ks_connection){KS_FILTER_NODE, from, pin, 1};
        answers.all[k++] = (ks_connection){pin, 0, pin, 1};
        answers.all[k++] = (ks_connection){pin, 0, KS_FILTER_NODE, to};
    }
    answers.list.count = k;
    answers.list.size += k * (uint32_t)sizeof(ks_connection);
    return answer(&answers, answers.list.size, out, out_bytes, got);
}

static ks_status
of_filter(ks_object *o, const ks_identifier *what, const ks_pin_property *pin, uint32_t in_bytes,
          void *out, uint32_t out_bytes, uint32_t *got)
{
    const fake_filter *filter = o->filter;
    uint32_t n = n_pins(filter), number = 2 * n;
    if (ks_guid_is(&what->set, &ks_set_topology))
        return what->id == KS_TOPOLOGY_CONNECTIONS ? connections(filter, out, out_bytes, got)
                                                   : KS_UNKNOWN;
    if (!ks_guid_is(&what->set, &ks_set_pin))
        return KS_UNKNOWN;
    if (in_bytes != sizeof *pin || (pin->pin >= 2 * n && what->id != KS_PIN_CTYPES))
        fake_complain("a question about no pin");
    if (what->id == KS_PIN_CTYPES)
        return answer(&number, sizeof number, out, out_bytes, got);
    const fake_pin *plan = &filter->pins[pin->pin % n];
    bool socket = pin->pin >= n;
    ks_cinstances instances = {1, plan->instances};
    switch (what->id) {
    case KS_PIN_DATAFLOW:
        number = plan->out != socket ? KS_DATAFLOW_IN : KS_DATAFLOW_OUT;
        return answer(&number, sizeof number, out, out_bytes, got);
    case KS_PIN_COMMUNICATION:
        number = socket ? KS_COMMUNICATION_BRIDGE : KS_COMMUNICATION_SINK;
        return answer(&number, sizeof number, out, out_bytes, got);
    case KS_PIN_CINSTANCES:
        return answer(&instances, sizeof instances, out, out_bytes, got);
    case KS_PIN_INTERFACES:
        return interfaces(plan, out, out_bytes, got);
    case KS_PIN_DATARANGES:
        return ranges(plan, out, out_bytes, got);
    case KS_PIN_NAME:
        return name(plan->place, out, out_bytes, got);
    default:
        return KS_UNKNOWN;
    }
}

/* ---------------------------------------------------------------- pins */

static ks_status
go(ks_object *pin, const void *out, uint32_t out_bytes)
{
    uint32_t to = KS_STOP;
    if (out_bytes != sizeof to)
        fake_complain("a state of %u bytes", out_bytes);
    memcpy(&to, out, sizeof to);
    if (to > KS_RUN || (to != pin->state + 1u && to + 1u != pin->state))
        fake_complain("from state %d to state %u", pin->state, to);
    bool up = to > pin->state;
    if (pin->state == KS_RUN)
        pin->base = pin->frames;
    pin->state = (ks_state)to;
    if (to == KS_RUN) {
        pin->run_ns = fake_now();
    } else if (to == KS_STOP) {
        pin->base = pin->frames = pin->fetched = 0;
        pin->held = NULL;
        if (pin->position != NULL)
            *pin->position = 0;
    }
    if (up && (int32_t)to == fake_world()->remove_at_state)
        fake_remove();
    return KS_OK;
}

static ks_status
buffer(ks_object *pin, const void *in, uint32_t in_bytes, void *out, uint32_t out_bytes,
       uint32_t *got)
{
    ks_rt_buffer_property question;
    if (in_bytes != sizeof question || pin->state != KS_STOP || pin->ring != NULL || !pin->looped)
        fake_complain("a ring in state %d", pin->state);
    memcpy(&question, in, sizeof question);
    bool events = question.property.id == KS_RT_BUFFER_WITH_NOTIFICATION;
    if (events && (!pin->plan->event || question.notifications != 2))
        return KS_UNKNOWN;
    pin->ring_bytes = pin->plan->ring_bytes > 0 ? pin->plan->ring_bytes : question.bytes;
    pin->mapped = ((size_t)pin->ring_bytes + 4095) / 4096 * 4096;
    pin->ring = mmap(NULL, pin->mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    pin->position = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    fake_world()->n_mapped++;
    ks_rt_buffer found = {pin->ring, pin->ring_bytes, pin->plan->fence};
    return answer(&found, sizeof found, out, out_bytes, got);
}

static ks_status
event(ks_object *pin, const void *in, uint32_t in_bytes, bool on)
{
    ks_rt_event_property question;
    if (in_bytes != sizeof question)
        fake_complain("an event of %u bytes", in_bytes);
    memcpy(&question, in, sizeof question);
    if (on ? pin->event != NULL : pin->event != question.event)
        fake_complain("an event that is registered twice, or never was");
    pin->event = on ? question.event : NULL;
    return KS_OK;
}

static ks_status
of_pin(ks_object *o, const ks_identifier *what, const void *in, uint32_t in_bytes, void *out,
       uint32_t out_bytes, uint32_t *got)
{
    const fake_pin *plan = o->plan;
    if (ks_guid_is(&what->set, &ks_set_connection) && what->id == KS_CONNECTION_STATE)
        return what->flags == KS_TYPE_SET ? go(o, out, out_bytes) : KS_UNKNOWN;
    if (ks_guid_is(&what->set, &ks_set_audio) && what->id == KS_AUDIO_POSITION) {
        uint64_t at = o->looped ? *o->position : o->frames * o->frame_bytes;
        ks_position position = {at, at};
        return answer(&position, sizeof position, out, out_bytes, got);
    }
    if (!ks_guid_is(&what->set, &ks_set_rtaudio) || !o->looped)
        return KS_UNKNOWN;
    ks_rt_latency latency = {plan->fifo_bytes, 0, plan->delay_100ns};
    ks_rt_register place = {o->position, plan->register_bits, 0, 1, 1, 0, 0};
    bool can = plan->register_bits > 0 && (what->flags == KS_TYPE_SET) == plan->register_by_set;
    switch (what->id) {
    case KS_RT_BUFFER:
    case KS_RT_BUFFER_WITH_NOTIFICATION:
        return buffer(o, in, in_bytes, out, out_bytes, got);
    case KS_RT_REGISTER_EVENT:
    case KS_RT_UNREGISTER_EVENT:
        return event(o, in, in_bytes, what->id == KS_RT_REGISTER_EVENT);
    case KS_RT_HWLATENCY:
        return answer(&latency, sizeof latency, out, out_bytes, got);
    case KS_RT_POSITIONREGISTER:
        return can ? answer(&place, sizeof place, out, out_bytes, got) : KS_UNKNOWN;
    default:
        return KS_UNKNOWN;
    }
}

ks_status
fake_property(ks_object *o, const void *in, uint32_t in_bytes, void *out, uint32_t out_bytes,
              uint32_t *got)
{
    ks_identifier what;
    ks_pin_property pin = {.pin = 0};
    memcpy(&what, in, sizeof what);
    memcpy(&pin, in, in_bytes < sizeof pin ? in_bytes : sizeof pin);
    *got = 0;
    return o->kind == FAKE_FILTER ? of_filter(o, &what, &pin, in_bytes, out, out_bytes, got)
                                  : of_pin(o, &what, in, in_bytes, out, out_bytes, got);
}

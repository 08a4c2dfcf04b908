/* The fake's world, objects, and the calls of the seam; the devices themselves are in fake_device.c. [test program] */
#include "fake_inner.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>

static fake_ks world;
static bool made;
static bool said_gone; /* by some call: from there on nobody needs manners */

fake_ks *
fake_world(void)
{
    if (!made)
        fake_reset();
    return &world;
}

void
fake_reset(void)
{
    made = true;
    said_gone = false;
    world = (fake_ks){.remove_at_state = -1, .now_ns = 1000000000};
    world.filters[0] =
        (fake_filter){.path = "\\\\?\\fake#card#0001#{6994ad04-93ef-11d0-a3cc-00a0c9223196}\\wave",
                      .name = "Fake card",
                      .present = true,
                      .pins = {{.there = true,
                                .looped = true,
                                .event = true,
                                .register_bits = 32,
                                .max_channels = 64,
                                .min_rate = 8000,
                                .max_rate = 192000,
                                .place = "Gr\xc3\xb6\xc3\x9f"
                                         "e"},
                               {.there = true,
                                .out = true,
                                .looped = true,
                                .event = true,
                                .register_bits = 64,
                                .max_channels = 64,
                                .min_rate = 8000,
                                .max_rate = 192000,
                                .place = "Out"}}};
}

void
fake_complain(const char *format, ...)
{
    va_list arguments;
    if (world.n_complaints++ > 0)
        return;
    va_start(arguments, format);
    vsnprintf(world.complaint, sizeof world.complaint, format, arguments);
    va_end(arguments);
}

static ks_object *objects; /* all that are open */

void
fake_remove(void)
{
    world.filters[0].present = false;
    for (ks_object *o = objects; o != NULL; o = o->next)
        if (o->kind == FAKE_FILTER && world.notifies && o->gone != NULL)
            atomic_store(o->gone, true);
}

void
fake_return(void)
{
    world.filters[0].present = true;
}

ks_object *
fake_objects(void)
{
    return objects;
}

/* ---------------------------------------------------------------- calls */

/* Counts a call, and says whether it is to fail. */
static ks_status
due(void)
{
    return ++world.calls == world.fail_at ? world.fail_with : KS_OK;
}

/* What removal makes of a call to an object: once told, nothing but close may follow. */
static ks_status
there(ks_object *o)
{
    if (o->told_gone)
        fake_complain("a call after LOST");
    ks_status status = due();
    if (status == KS_OK && !o->filter->present)
        status = KS_GONE;
    o->told_gone |= status == KS_GONE;
    said_gone |= status == KS_GONE;
    return status;
}

static ks_object *
new_object(int kind)
{
    ks_object *o = calloc(1, sizeof *o);
    o->kind = kind;
    o->next = objects;
    objects = o;
    world.n_objects++;
    return o;
}

static void *
create(const gph_host_services *services)
{
    (void)services;
    return fake_world();
}

static void
destroy(void *os)
{
    (void)os;
    if (world.n_objects > 0 && !world.keeps_packets)
        fake_complain("%d objects are left open", world.n_objects);
    if (world.n_mapped > 0)
        fake_complain("%d rings are left mapped", world.n_mapped);
}

static ks_status
list(void *os, void (*each)(void *user, const char *path, const char *name), void *user)
{
    (void)os;
    ks_status status = due();
    for (int n = 0; n < FAKE_FILTERS && status == KS_OK; n++)
        if (world.filters[n].path != NULL && world.filters[n].present)
            each(user, world.filters[n].path, world.filters[n].name);
    return status;
}

static ks_status
open_filter(void *os, const char *path, ks_object **filter)
{
    (void)os;
    ks_status status = due();
    for (int n = 0; n < FAKE_FILTERS && status == KS_OK; n++)
        if (world.filters[n].path != NULL && strcmp(world.filters[n].path, path) == 0 &&
            world.filters[n].present) {
            *filter = new_object(FAKE_FILTER);
            (*filter)->filter = &world.filters[n];
            return KS_OK;
        }
    return status != KS_OK ? status : KS_ABSENT;
}

static ks_status
takes(const fake_pin *plan, const ks_connect_format *c, uint32_t bytes)
{
    bool plain = c->wave.tag == KS_WAVE_PCM;
    uint32_t wave = plain ? KS_WAVE_PLAIN_BYTES : (uint32_t)sizeof c->wave;
    if (bytes != sizeof c->connect + c->format.size || c->format.size != sizeof c->format + wave ||
        c->format.sample_size != c->wave.frame_bytes ||
        c->wave.frame_bytes != c->wave.bits / 8 * c->wave.channels ||
        c->wave.bytes_a_second != c->wave.rate * c->wave.frame_bytes ||
        c->wave.extra != (plain ? 0 : KS_WAVE_EXTRA))
        fake_complain("a format that contradicts itself");
    bool looped = c->connect.interface.id == KS_INTERFACE_LOOPED;
    if (looped ? !plan->looped : !plan->streaming)
        return KS_NO_MATCH;
    return c->wave.channels <= plan->max_channels && c->wave.rate >= plan->min_rate &&
                   c->wave.rate <= plan->max_rate &&
                   (plan->only_channels == 0 || plan->only_channels == c->wave.channels) &&
                   (plan->only_bits == 0 || plan->only_bits == c->wave.bits)
               ? KS_OK
               : KS_NO_MATCH;
}

static ks_status
create_pin(void *os, ks_object *filter, const ks_connect_format *connect, uint32_t bytes,
           ks_object **pin)
{
    (void)os;
    ks_status status = there(filter);
    if (status != KS_OK)
        return status;
    const fake_pin *plan = &filter->filter->pins[connect->connect.pin];
    status = plan->busy ? KS_BUSY : takes(plan, connect, bytes);
    world.n_formats += status == KS_NO_MATCH;
    if (status != KS_OK)
        return status;
    ks_object *o = new_object(FAKE_PIN);
    o->filter = filter->filter;
    o->plan = plan;
    o->channels = connect->wave.channels;
    o->frame_bytes = connect->wave.frame_bytes;
    o->bits = connect->wave.bits;
    o->is_float = ks_guid_is(&connect->format.sub, &ks_sub_float);
    o->rate = connect->wave.rate;
    o->looped = connect->connect.interface.id == KS_INTERFACE_LOOPED;
    *pin = o;
    return KS_OK;
}

static ks_status
ioctl_object(void *os, ks_object *o, uint32_t code, const void *in, uint32_t in_bytes, void *out,
             uint32_t out_bytes, uint32_t *got)
{
    (void)os;
    ks_status status = there(o);
    if (code != KS_IOCTL_PROPERTY || in_bytes < sizeof(ks_identifier))
        fake_complain("a request of code %x with %u bytes", code, in_bytes);
    if (status != KS_OK) {
        const ks_identifier *what = in;
        if (what->id == KS_RT_UNREGISTER_EVENT && ks_guid_is(&what->set, &ks_set_rtaudio))
            o->event = NULL; /* nobody can do more than ask */
        return status;
    }
    fake_advance(world.real ? fake_now() : world.now_ns);
    return fake_property(o, in, in_bytes, out, out_bytes, got);
}

static ks_object *
event(void *os)
{
    (void)os;
    return due() == KS_OK ? new_object(FAKE_EVENT) : NULL;
}

static ks_object *
request(void *os)
{
    (void)os;
    return due() == KS_OK ? new_object(FAKE_REQUEST) : NULL;
}

static ks_object *
timer(void *os)
{
    (void)os;
    return due() == KS_OK ? new_object(FAKE_TIMER) : NULL;
}

static void *
handle(void *os, ks_object *o)
{
    (void)os;
    return o;
}

static ks_status
submit(void *os, ks_object *pin, ks_object *r, ks_stream_header *header, bool read)
{
    (void)os;
    ks_status status = there(pin);
    if (status != KS_OK)
        return status;
    if (r->pending)
        fake_complain("a packet that is with the driver already");
    if (pin->state < KS_PAUSE)
        fake_complain("a packet in state %d", pin->state);
    if (header->size != sizeof *header || header->options != 0 || read == pin->plan->out ||
        header->frame_extent == 0 || header->time_denominator == 0)
        fake_complain("a header that no driver takes");
    r->pending = true;
    r->done = r->signalled = false;
    r->result = KS_PENDING;
    r->header = header;
    r->filled = 0;
    r->pin = pin;
    r->ticket = pin->next_ticket++;
    return KS_PENDING;
}

static ks_status
reap(void *os, ks_object *r)
{
    (void)os;
    ks_status status = due();
    if (status != KS_OK && r->pending) { /* it has ended badly */
        r->pending = false;
        r->done = r->signalled = true;
        r->result = status;
        said_gone |= status == KS_GONE;
    }
    if (r->pending && !r->pin->filter->present) {
        r->pending = false;
        r->pin->told_gone = true;
        return KS_GONE;
    }
    if (!r->done)
        return r->pending ? KS_PENDING : KS_ABORTED;
    r->pending = false;
    return r->result;
}

static void
give_back(ks_object *pin)
{
    for (ks_object *r = objects; r != NULL; r = r->next)
        if (r->kind == FAKE_REQUEST && r->pin == pin && r->pending && !r->done) {
            r->done = r->signalled = true;
            r->result = KS_ABORTED;
        }
}

static ks_status
cancel(void *os, ks_object *pin)
{
    (void)os;
    ks_status status = there(pin);
    if (status == KS_OK && !world.keeps_packets)
        give_back(pin);
    for (ks_object *r = objects; world.rings_kept && r != NULL; r = r->next)
        r->signalled |= r->kind == FAKE_REQUEST && r->pin == pin;
    return status;
}

int64_t
fake_now(void)
{
    if (!world.real)
        return world.now_ns;
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static void
pass(int64_t ns)
{
    if (world.real) {
        struct timespec pause = {0, (long)ns};
        nanosleep(&pause, NULL);
    } else {
        world.now_ns += ns;
    }
    fake_advance(fake_now());
}

static int64_t
jitter(void)
{
    static uint32_t random = 1;
    random = random * 1664525u + 1013904223u;
    return world.jitter_ns > 0 ? (int64_t)(random >> 8) % world.jitter_ns : 0;
}

/* Devices go on in steps of 100 us. */
static ks_status
wait_for(void *os, ks_object *object, ks_object *clock, int64_t until_ns)
{
    (void)os;
    (void)clock;
    static bool odd;
    odd = !odd;
    bool woken = world.spurious && odd && object != NULL;
    while (!woken && fake_now() < until_ns) {
        int64_t left = until_ns - fake_now();
        pass(left > 0 && left < 100000 ? left : 100000);
        if (world.sleep_ns > 0 && fake_now() >= world.sleep_at_ns) {
            pass(world.sleep_ns);
            world.sleep_ns = 0;
        }
        woken = object != NULL && object->signalled;
    }
    if (world.jitter_ns > 0)
        pass(jitter());
    if (object != NULL && object->kind == FAKE_EVENT)
        object->signalled = false;
    return woken ? KS_OK : KS_TIMEOUT;
}

static void
watch(void *os, ks_object *filter, atomic_bool *gone)
{
    (void)os;
    filter->gone = gone;
}

static bool
has_packets(const ks_object *pin)
{
    for (const ks_object *r = objects; r != NULL; r = r->next)
        if (r->kind == FAKE_REQUEST && r->pin == pin && r->pending)
            return true;
    return false;
}

static ks_status
close_object(void *os, ks_object *o)
{
    (void)os;
    if (o == NULL)
        return KS_OK;
    bool gone = said_gone || (o->filter != NULL && !o->filter->present);
    ks_status status = KS_OK;
    if (o->kind == FAKE_PIN) {
        if (o->event != NULL && !gone && !o->told_gone && o->state == KS_STOP)
            fake_complain("an event that is registered still");
        if (has_packets(o) && !gone && !o->told_gone && o->state == KS_STOP && !world.keeps_packets)
            fake_complain("a pin is closed whose packets are with the driver");
        status = world.keeps_packets && has_packets(o) ? KS_TIMEOUT : KS_OK;
        if (status == KS_OK)
            give_back(o);
        for (ks_object *r = objects; r != NULL; r = r->next)
            if (r->kind == FAKE_REQUEST && r->pin == o) {
                r->pin = NULL;
                r->pending = r->pending && status == KS_TIMEOUT;
            }
        if (o->ring != NULL) {
            munmap(o->ring, o->mapped);
            munmap(o->position, 4096);
            world.n_mapped--;
        }
    } else if (o->kind == FAKE_REQUEST && o->pending) {
        fake_complain("a request is freed that is with the driver");
    }
    ks_object **at = &objects;
    while (*at != o)
        at = &(*at)->next;
    *at = o->next;
    world.n_objects--;
    free(o);
    return status;
}

uint32_t
fake_let_go(void)
{
    uint32_t n = 0;
    for (ks_object **at = &objects; *at != NULL;) {
        ks_object *r = *at;
        if (r->kind != FAKE_REQUEST || !r->pending) {
            at = &r->next;
            continue;
        }
        memset(r->header->data, 1, r->header->frame_extent);
        r->header->data_used = 1;
        *at = r->next;
        free(r->header);
        free(r);
        world.n_objects--;
        n++;
    }
    return n;
}

static int64_t
now_of(void *os)
{
    (void)os;
    return fake_now();
}

const gph_ks_os *
gph_ks_os_system(void)
{
    static const gph_ks_os os = {
        .create = create,
        .destroy = destroy,
        .list = list,
        .open = open_filter,
        .pin = create_pin,
        .ioctl = ioctl_object,
        .event = event,
        .request = request,
        .timer = timer,
        .handle = handle,
        .submit = submit,
        .reap = reap,
        .cancel = cancel,
        .wait = wait_for,
        .watch = watch,
        .close = close_object,
        .now_ns = now_of,
        .boot_ns = now_of,
    };
    return &os;
}

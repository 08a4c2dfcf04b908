/* LV2 plugins with known manners: each does one thing that a bridge must bear. [audio; set-up: control; work: worker] */
#include <lv2/atom/atom.h>
#include <lv2/buf-size/buf-size.h>
#include <lv2/core/lv2.h>
#include <lv2/options/options.h>
#include <lv2/parameters/parameters.h>
#include <lv2/state/state.h>
#include <lv2/urid/urid.h>
#include <lv2/worker/worker.h>

#include <stdlib.h>
#include <string.h>

#define URN  "urn:planted:"
#define KEPT URN "kept"

typedef struct instance {
    float *ports[16];
    const LV2_Worker_Schedule *schedule;
    const LV2_URID_Map *map;
    float heard;    /* what was found of the host, see ask() */
    float kept;     /* of the state */
    float answered; /* by the worker */
    unsigned long frames;
} instance;

static const void *
feature(const LV2_Feature *const *features, const char *uri)
{
    for (; *features; features++)
        if (strcmp((*features)->URI, uri) == 0)
            return (*features)->data;
    return NULL;
}

/* 1: numbers stay and differ; 2: and lead back; 4: the rate is told; 8: and the longest block. */
static float
ask(double rate, const LV2_Feature *const *features)
{
    const LV2_URID_Map *map = feature(features, LV2_URID__map);
    const LV2_URID_Unmap *unmap = feature(features, LV2_URID__unmap);
    const LV2_Options_Option *option = feature(features, LV2_OPTIONS__options);
    float found = 0;
    if (!map || !unmap || !option)
        return 0;
    const LV2_URID a = map->map(map->handle, URN "a"), b = map->map(map->handle, URN "b");
    if (a && b && a != b && a == map->map(map->handle, URN "a"))
        found += 1;
    const char *back = unmap->unmap(unmap->handle, b);
    if (back && strcmp(back, URN "b") == 0 && !unmap->unmap(unmap->handle, 1u << 30))
        found += 2;
    for (; option->key; option++) {
        if (option->key == map->map(map->handle, LV2_PARAMETERS__sampleRate))
            found += 4.0f * (option->type == map->map(map->handle, LV2_ATOM__Float) &&
                             *(const float *)option->value == (float)rate);
        if (option->key == map->map(map->handle, LV2_BUF_SIZE__maxBlockLength))
            found += 8.0f * (option->type == map->map(map->handle, LV2_ATOM__Int) && *(const int32_t *)option->value > 0);
    }
    return found;
}

static LV2_Handle
instantiate(const LV2_Descriptor *plugin, double rate, const char *bundle, const LV2_Feature *const *features)
{
    instance *self = calloc(1, sizeof *self);
    (void)plugin, (void)bundle;
    if (!self)
        return NULL;
    self->map = feature(features, LV2_URID__map);
    self->schedule = feature(features, LV2_WORKER__schedule);
    self->heard = ask(rate, features);
    return self;
}

static void
connect(LV2_Handle handle, uint32_t port, void *data)
{
    ((instance *)handle)->ports[port] = data;
}

static void
run_copy(LV2_Handle handle, uint32_t frames)
{
    instance *self = handle;
    memmove(self->ports[1], self->ports[0], frames * sizeof(float));
}

static void
run_rounder(LV2_Handle handle, uint32_t frames)
{
    run_copy(handle, frames);
#ifdef __SSE__
    __builtin_ia32_ldmxcsr(__builtin_ia32_stmxcsr() | 0x6000u);
#endif
}

static void
run_crash(LV2_Handle handle, uint32_t frames)
{
    instance *self = handle;
    volatile int *volatile nowhere = (volatile int *)8;
    run_copy(handle, frames);
    self->frames += frames;
    if (self->frames > 9600)
        *nowhere = 1;
}

/* Port 2 is put out, with what the state kept; port 3 too, when it is not 0. */
static void
run_show(LV2_Handle handle, uint32_t frames)
{
    instance *self = handle;
    for (uint32_t f = 0; f < frames; f++)
        self->ports[1][f] = *self->ports[2] + 1000 * *self->ports[3] + self->kept;
}

static void
run_asks(LV2_Handle handle, uint32_t frames)
{
    instance *self = handle;
    for (uint32_t f = 0; f < frames; f++)
        self->ports[1][f] = self->heard;
}

/* Puts out how many jobs were answered, and orders the next one. */
static void
run_worker(LV2_Handle handle, uint32_t frames)
{
    instance *self = handle;
    const float next = self->answered + 1;
    for (uint32_t f = 0; f < frames; f++)
        self->ports[1][f] = self->answered;
    self->schedule->schedule_work(self->schedule->handle, sizeof next, &next);
}

static LV2_Worker_Status
work(LV2_Handle handle, LV2_Worker_Respond_Function respond, LV2_Worker_Respond_Handle to, uint32_t size, const void *data)
{
    (void)handle;
    return respond(to, size, data);
}

static LV2_Worker_Status
work_response(LV2_Handle handle, uint32_t size, const void *data)
{
    instance *self = handle;
    memcpy(&self->answered, data, size < sizeof self->answered ? size : sizeof self->answered);
    return LV2_WORKER_SUCCESS;
}

static LV2_State_Status
save(LV2_Handle handle, LV2_State_Store_Function store, LV2_State_Handle to, uint32_t flags, const LV2_Feature *const *features)
{
    (void)handle, (void)store, (void)to, (void)flags, (void)features;
    return LV2_STATE_SUCCESS;
}

static LV2_State_Status
restore(LV2_Handle handle, LV2_State_Retrieve_Function retrieve, LV2_State_Handle from, uint32_t flags,
        const LV2_Feature *const *features)
{
    instance *self = handle;
    size_t size = 0;
    uint32_t type = 0, as = 0;
    const void *value = retrieve(from, self->map->map(self->map->handle, KEPT), &size, &type, &as);
    (void)flags, (void)features;
    if (value && size == sizeof(float))
        memcpy(&self->kept, value, sizeof self->kept);
    return LV2_STATE_SUCCESS;
}

static const void *
extension_data(const char *uri)
{
    static const LV2_Worker_Interface worker = {work, work_response, NULL};
    static const LV2_State_Interface state = {save, restore};
    if (strcmp(uri, LV2_WORKER__interface) == 0)
        return &worker;
    return strcmp(uri, LV2_STATE__interface) == 0 ? &state : NULL;
}

#define PLUGIN(name_, run_) {URN name_, instantiate, connect, NULL, run_, NULL, free, extension_data}

static const LV2_Descriptor plugins[] = {
    PLUGIN("rounder", run_rounder), PLUGIN("crash", run_crash), PLUGIN("show", run_show), PLUGIN("worker", run_worker),
    PLUGIN("needy", run_copy),      PLUGIN("cv", run_copy),
    PLUGIN("asks", run_asks),
};

LV2_SYMBOL_EXPORT const LV2_Descriptor *
lv2_descriptor(uint32_t index)
{
    return index < sizeof plugins / sizeof plugins[0] ? &plugins[index] : NULL;
}

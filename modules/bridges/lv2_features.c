/* What a host offers to an LV2 plugin: numbers for URIs, options, a worker, a log. [control, worker] */
#include "lv2_node.h"

#include <lv2/buf-size/buf-size.h>
#include <lv2/core/lv2.h>
#include <lv2/parameters/parameters.h>
#include <lv2/state/state.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---------------------------------------------------------------- URIDs */

typedef struct urid_entry urid_entry;
struct urid_entry {
    urid_entry *next; /* with the number before this one's */
    LV2_URID id;
    char uri[];
};

/* A stack: who adds does so only if nobody has since it looked, so a URI has one number, whichever of
 * the plugin's threads asks. */
struct lv2_urids {
    _Atomic(urid_entry *) newest;
};

static LV2_URID
map(LV2_URID_Map_Handle handle, const char *uri)
{
    lv2_urids *urids = handle;
    const size_t n = strlen(uri) + 1;
    urid_entry *fresh = NULL;
    urid_entry *newest = atomic_load_explicit(&urids->newest, memory_order_acquire);
    for (;;) {
        for (const urid_entry *at = newest; at != NULL; at = at->next)
            if (strcmp(at->uri, uri) == 0) {
                free(fresh);
                return at->id;
            }
        if (fresh == NULL)
            fresh = malloc(sizeof *fresh + n);
        if (fresh == NULL)
            return 0;
        memcpy(fresh->uri, uri, n);
        fresh->next = newest;
        fresh->id = newest != NULL ? newest->id + 1 : 1;
        if (atomic_compare_exchange_strong_explicit(&urids->newest, &newest, fresh,
                                                    memory_order_acq_rel, memory_order_acquire))
            return fresh->id;
    }
}

static const char *
unmap(LV2_URID_Unmap_Handle handle, LV2_URID id)
{
    lv2_urids *urids = handle;
    const urid_entry *at = atomic_load_explicit(&urids->newest, memory_order_acquire);
    while (at != NULL && at->id != id)
        at = at->next;
    return at != NULL ? at->uri : NULL;
}

LV2_URID
gph_lv2_map(gph_node *self, const char *uri)
{
    return map(self->urids, uri);
}

/* ---------------------------------------------------------------- log */

/* A plugin that logs while it runs is not heard: words cost time. */
static int
tell(LV2_Log_Handle handle, LV2_URID type, const char *format, va_list arguments)
{
    gph_node *self = handle;
    char text[512];
    if (self->running)
        return 0;
    const int n = vsnprintf(text, sizeof text, format, arguments);
    text[strcspn(text, "\n")] = '\0';
    if (text[0] != '\0')
        self->rt->log(self->rt,
                      type == map(self->urids, LV2_LOG__Error) ? GPH_LOG_WARNING : GPH_LOG_DEBUG,
                      text);
    return n;
}

static int
tell_list(LV2_Log_Handle handle, LV2_URID type, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    const int n = tell(handle, type, format, arguments);
    va_end(arguments);
    return n;
}

/* ---------------------------------------------------------------- all of them */

/* Features without data, which say how the host behaves. Nothing is ever processed in place, and
 * blocks are never longer than the options say. */
static const char *const manners[] = {
    LV2_BUF_SIZE__boundedBlockLength, LV2_CORE__isLive,
    LV2_CORE__inPlaceBroken,          LV2_CORE__hardRTCapable,
    LV2_STATE__loadDefaultState,      LV2_STATE__threadSafeRestore,
};
static const char *const services[] = {LV2_URID__map, LV2_URID__unmap, LV2_OPTIONS__options,
                                       LV2_WORKER__schedule, LV2_LOG__log};

bool
gph_lv2_has_feature(const char *uri)
{
    for (size_t i = 0; i < sizeof manners / sizeof manners[0]; i++)
        if (strcmp(manners[i], uri) == 0)
            return true;
    for (size_t i = 0; i < sizeof services / sizeof services[0]; i++)
        if (strcmp(services[i], uri) == 0)
            return true;
    return false;
}

gph_status
gph_lv2_features_init(gph_node *self)
{
    self->urids = calloc(1, sizeof *self->urids);
    if (self->urids == NULL)
        return GPH_MEMORY;
    self->map = (LV2_URID_Map){self->urids, map};
    self->unmap = (LV2_URID_Unmap){self->urids, unmap};
    self->log = (LV2_Log_Log){self, tell_list, tell};
    self->schedule = (LV2_Worker_Schedule){self, gph_lv2_schedule};
    void *const data[] = {&self->map, &self->unmap, self->options, &self->schedule, &self->log};
    size_t n = 0;
    for (size_t i = 0; i < sizeof services / sizeof services[0]; i++)
        self->feature_list[n++] = (LV2_Feature){services[i], data[i]};
    for (size_t i = 0; i < sizeof manners / sizeof manners[0]; i++)
        self->feature_list[n++] = (LV2_Feature){manners[i], NULL};
    for (size_t i = 0; i < n; i++)
        self->features[i] = &self->feature_list[i];
    self->sequence_urid = map(self->urids, LV2_ATOM__Sequence);
    self->chunk_urid = map(self->urids, LV2_ATOM__Chunk);
    return GPH_OK;
}

void
gph_lv2_features_set(gph_node *self, double rate, uint32_t max_frames)
{
    const LV2_URID number = map(self->urids, LV2_ATOM__Int);
    const LV2_URID real = map(self->urids, LV2_ATOM__Float);
    self->least_block = 1;
    self->most_block = self->usual_block = (int32_t)max_frames;
    self->rate = (float)rate;
    const struct {
        const char *uri;
        LV2_URID type;
        const void *value;
    } said[] = {
        {LV2_BUF_SIZE__minBlockLength, number, &self->least_block},
        {LV2_BUF_SIZE__maxBlockLength, number, &self->most_block},
        {LV2_BUF_SIZE__nominalBlockLength, number, &self->usual_block},
        {LV2_PARAMETERS__sampleRate, real, &self->rate},
    };
    memset(self->options, 0, sizeof self->options);
    for (size_t i = 0; i < sizeof said / sizeof said[0]; i++)
        self->options[i] = (LV2_Options_Option){LV2_OPTIONS_INSTANCE,
                                                0,
                                                map(self->urids, said[i].uri),
                                                (uint32_t)sizeof(int32_t),
                                                said[i].type,
                                                said[i].value};
}

void
gph_lv2_features_finish(gph_node *self)
{
    urid_entry *at = self->urids != NULL
                         ? atomic_load_explicit(&self->urids->newest, memory_order_acquire)
                         : NULL;
    while (at != NULL) {
        urid_entry *next = at->next;
        free(at);
        at = next;
    }
    free(self->urids);
    self->urids = NULL;
}

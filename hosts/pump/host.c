/* What every host does alike: its streams in a list, and the members of its table that only hand on. [control] */
#include "inner.h"

#include <stdlib.h>
#include <string.h>

/* How every host's stream begins. */
static gph_pump_stream *
head_of(gph_host_stream *stream)
{
    return (gph_pump_stream *)stream;
}

gph_status GPH_CALL
gph_pump_host_probe(const gph_host_services *services, char *why, uint32_t n)
{
    (void)services;
    if (n > 0)
        why[0] = 0;
    return GPH_OK;
}

gph_host_self *GPH_CALL
gph_pump_host_create(const gph_host_services *services)
{
    gph_host_self *self = calloc(1, sizeof *self);
    if (self != NULL)
        self->services = services;
    return self;
}

void GPH_CALL
gph_pump_host_destroy(gph_host_self *self)
{
    free(self);
}

gph_status GPH_CALL
gph_pump_host_dispatch(gph_host_self *self, int32_t timeout_ms)
{
    for (gph_host_stream *s = self->streams; s != NULL; s = head_of(s)->next)
        timeout_ms = gph_pump_patience(head_of(s)->pump, timeout_ms);
    self->services->wait(self->services, timeout_ms);
    for (gph_host_stream *s = self->streams; s != NULL; s = head_of(s)->next)
        gph_pump_dispatch(head_of(s)->pump);
    return GPH_OK;
}

int64_t GPH_CALL
gph_pump_stream_step(gph_host_stream *stream, int64_t frames, int64_t timeout_ns)
{
    return gph_pump_step(head_of(stream)->pump, frames, timeout_ns);
}

gph_status GPH_CALL
gph_pump_stream_stop(gph_host_stream *stream, uint32_t drain)
{
    return gph_pump_stop(head_of(stream)->pump, drain);
}

void GPH_CALL
gph_pump_stream_stats(gph_host_stream *stream, gph_host_stats *stats)
{
    gph_pump_stats(head_of(stream)->pump, stats);
}

gph_status GPH_CALL
gph_pump_stream_latency(gph_host_stream *stream, uint32_t direction, uint32_t channel,
                        uint32_t *min, uint32_t *max)
{
    const gph_pump_stream *head = head_of(stream);
    bool out = direction == GPH_DIRECTION_OUT;
    if (channel >= (out ? head->pump->n_out : head->pump->n_in))
        return GPH_ARGUMENT;
    *min = *max = atomic_load(out ? &head->latency_out : &head->latency_in);
    return GPH_OK;
}

void
gph_pump_stream_take_latency(gph_host_stream *stream)
{
    const gph_pump_stream *head = head_of(stream);
    gph_pump_set_latency(head->pump, atomic_load(&head->latency_in),
                         atomic_load(&head->latency_out));
}

/* ---------------------------------------------------------------- streams */

gph_host_stream *
gph_pump_stream_new(gph_host_self *self, size_t size)
{
    gph_host_stream *stream = calloc(1, size);
    if (stream != NULL)
        head_of(stream)->self = self;
    return stream;
}

gph_pump_plan
gph_pump_stream_plan(gph_host_stream *stream, const gph_want *want, const gph_engine *engine)
{
    return (gph_pump_plan){.services = head_of(stream)->self->services,
                           .self = stream,
                           .engine = engine,
                           .on_loss = want->on_loss,
                           .timeline = want->timeline,
                           .witness = true};
}

gph_status
gph_pump_stream_opened(gph_host_stream *stream, gph_status status, const gph_got *all,
                       void(GPH_CALL *close)(gph_host_stream *stream), gph_host_stream **made,
                       gph_got *got)
{
    if (status < 0) {
        close(stream);
        return status;
    }
    gph_pump_stream_take_latency(stream);
    memcpy(got, all, got->size < sizeof *all ? got->size : sizeof *all);
    head_of(stream)->next = head_of(stream)->self->streams;
    head_of(stream)->self->streams = stream;
    *made = stream;
    return status;
}

void
gph_pump_stream_leave(gph_host_stream *stream)
{
    gph_host_stream **at = &head_of(stream)->self->streams;
    while (*at != NULL && *at != stream)
        at = &head_of(*at)->next;
    if (*at != NULL)
        *at = head_of(stream)->next;
}

void
gph_pump_stream_free(gph_host_stream *stream)
{
    gph_pump_stream_leave(stream);
    free(stream);
}

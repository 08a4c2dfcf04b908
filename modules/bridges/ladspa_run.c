/* Runs a LADSPA plugin. [audio] */
#include "ladspa_node.h"

#include "float_guard.h"

/* A plugin promises not to write to its inputs; its interface has no word for it. */
static float *GPH_AUDIO
as_input(const float *samples)
{
    union {
        const float *given;
        float *taken;
    } pointer = {samples};
    return pointer.taken;
}

static void GPH_AUDIO
run_part(gph_node *self, const gph_io *io, uint32_t at, uint32_t frames)
{
    for (uint32_t c = 0; c < self->n_in; c++)
        self->connect(self->handle, self->in_ports[c], as_input(io->in[0].ch[c] + at));
    for (uint32_t c = 0; c < self->n_out; c++)
        self->connect(self->handle, self->out_ports[c], io->out[0].ch[c] + at);
    self->run(self->handle, frames);
}

static void GPH_AUDIO
look_at_latency(gph_node *self)
{
    if (self->latency_control == NULL || self->latency_told)
        return;
    const float now = self->latency_control->value;
    if (now >= 0 && now < 1e9f && (uint32_t)now != self->latency) {
        self->rt->fault(self->rt, LADSPA_FAULT_LATENCY, (int64_t)now, self->latency);
        self->latency_told = true;
    }
}

int32_t GPH_CALL GPH_AUDIO
gph_ladspa_process(gph_node *self, const gph_io *io)
{
    const uint32_t mode = gph_float_guard_enter();
    for (uint32_t at = 0; at < io->frames;) {
        const uint32_t frames = gph_controls_feed(&self->controls, io, at);
        run_part(self, io, at, frames);
        at += frames;
    }
    if (gph_float_guard_leave(mode) && !self->float_mode_told) {
        self->rt->fault(self->rt, LADSPA_FAULT_FLOAT_MODE, 0, 0);
        self->float_mode_told = true;
    }
    gph_controls_report(&self->controls, io);
    look_at_latency(self);
    return GPH_OK;
}

/* Runs an LV2 plugin. [audio; work: worker] */
#include "lv2_node.h"

#include "float_guard.h"

/* ---------------------------------------------------------------- work that may block */

static LV2_Worker_Status
answer_at_once(LV2_Worker_Respond_Handle handle, uint32_t size, const void *data)
{
    gph_node *self = handle;
    return self->worker->work_response(self->handle, size, data);
}

static LV2_Worker_Status
answer(LV2_Worker_Respond_Handle handle, uint32_t size, const void *data)
{
    gph_node *self = handle;
    return self->jobs->respond(self->rt, data, size) ? LV2_WORKER_SUCCESS : LV2_WORKER_ERR_NO_SPACE;
}

/* [audio, in run; control, while a state is restored] */
LV2_Worker_Status
gph_lv2_schedule(LV2_Worker_Schedule_Handle handle, uint32_t size, const void *data)
{
    gph_node *self = handle;
    if (self->worker == NULL)
        return LV2_WORKER_ERR_UNKNOWN;
    if (!self->running)
        return self->worker->work(self->handle, answer_at_once, self, size, data);
    if (self->jobs == NULL || size > GPH_MAX_JOB || !self->jobs->schedule(self->rt, data, size))
        return LV2_WORKER_ERR_NO_SPACE;
    return LV2_WORKER_SUCCESS;
}

static void GPH_CALL
work(gph_node *self, const void *data, uint32_t size)
{
    if (self->worker != NULL)
        self->worker->work(self->handle, answer, self, size, data);
}

static void GPH_CALL GPH_AUDIO
done(gph_node *self, const void *data, uint32_t size)
{
    if (self->respond)
        self->respond(self->handle, size, data);
}

const gph_worker_node gph_lv2_worker = {sizeof gph_lv2_worker, 0, work, done};

/* ---------------------------------------------------------------- a block */

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

/* No events come in; whatever room there is for those that go out is theirs. */
void GPH_AUDIO
gph_lv2_clear_atoms(gph_node *self)
{
    for (uint32_t i = 0; i < self->n_atoms; i++) {
        lv2_atom_port *port = &self->atoms[i];
        port->buffer->atom.type = port->output ? self->chunk_urid : self->sequence_urid;
        port->buffer->atom.size =
            port->output ? port->capacity : (uint32_t)sizeof(LV2_Atom_Sequence_Body);
        port->buffer->body.unit = 0;
        port->buffer->body.pad = 0;
    }
}

static void GPH_AUDIO
run_part(gph_node *self, const gph_io *io, uint32_t at, uint32_t frames)
{
    for (uint32_t c = 0; c < self->in.n; c++)
        self->connect(self->handle, self->in.ports[c], as_input(io->in[0].ch[c] + at));
    for (uint32_t c = 0; c < self->side.n; c++)
        self->connect(self->handle, self->side.ports[c],
                      io->in[1].channels > 0 ? as_input(io->in[1].ch[c] + at) : self->nothing);
    for (uint32_t c = 0; c < self->out.n; c++)
        self->connect(self->handle, self->out.ports[c], io->out[0].ch[c] + at);
    gph_lv2_clear_atoms(self);
    self->run(self->handle, frames);
    if (self->end_run)
        self->end_run(self->handle);
}

static void GPH_AUDIO
look_at_latency(gph_node *self)
{
    if (self->latency_control == 0 || self->latency_told)
        return;
    const float now = self->controls.all[self->latency_control - 1].value;
    if (now >= 0 && now < 1e9f && (uint32_t)now != self->latency) {
        self->rt->fault(self->rt, LV2_FAULT_LATENCY, (int64_t)now, self->latency);
        self->latency_told = true;
    }
}

int32_t GPH_CALL GPH_AUDIO
gph_lv2_process(gph_node *self, const gph_io *io)
{
    const uint32_t mode = gph_float_guard_enter();
    self->running = true;
    self->freewheels = io->flags & GPH_IO_FREEWHEEL ? 1.0f : 0.0f;
    for (uint32_t at = 0; at < io->frames;) {
        const uint32_t frames = gph_controls_feed(&self->controls, io, at);
        run_part(self, io, at, frames);
        at += frames;
    }
    self->running = false;
    if (gph_float_guard_leave(mode) && !self->float_mode_told) {
        self->rt->fault(self->rt, LV2_FAULT_FLOAT_MODE, 0, 0);
        self->float_mode_told = true;
    }
    gph_controls_report(&self->controls, io);
    look_at_latency(self);
    return GPH_OK;
}

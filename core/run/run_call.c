/* Calls of process: whole, or split at events, and what becomes of a node that fails. [audio] */
#include "run_state.h"

static void
shift(gph_run_step *step, uint32_t frames)
{
    for (uint32_t c = 0; c < step->n_in_ch; c++)
        step->in_ch[c] += frames;
    for (uint32_t c = 0; c < step->n_out_ch; c++)
        step->out_ch[c] += frames;
}

/* The moving curves of the step's node, seen from a frame of the block. */
static void
shift_curves(gph_run *run, gph_run_step *step, uint32_t to)
{
    for (uint32_t p = 0; p < step->n_params; p++) {
        gph_run_param *param = &run->params[run->first_param[step->node] + p];
        if (!param->listed)
            continue;
        for (uint32_t i = 0; i < param->info->n_items; i++)
            param->curves[i] = param->items[i].curve + to;
        step->values[p].ramp = param->curves[step->values_first[p]];
    }
}

static void
values_at_end(gph_run *run, gph_run_step *step, uint32_t frames)
{
    for (uint32_t p = 0; p < step->n_params; p++)
        if (run->params[run->first_param[step->node] + p].listed)
            step->values[p].value = step->values[p].ramp[frames - 1];
}

static void
silence(gph_run_step *step, uint32_t frames)
{
    for (uint32_t c = 0; c < step->n_out_ch; c++)
        memset(step->out_ch[c], 0, frames * sizeof(float));
}

static void
bypass(gph_run_step *step, uint32_t frames)
{
    uint32_t n_in = step->n_first_in;
    for (uint32_t c = 0; c < step->n_out_ch; c++) {
        if (c >= n_in)
            memset(step->out_ch[c], 0, frames * sizeof(float));
        else if (step->out_ch[c] != step->in_ch[c])
            memcpy(step->out_ch[c], step->in_ch[c], frames * sizeof(float));
    }
}

void
gph_run_curves_home(gph_run *run, gph_run_step *step)
{
    shift_curves(run, step, 0);
}

/* The control thread may touch the instance as soon as it sees that it rests. */
void
gph_run_rest_step(gph_run_step *step, bool rests)
{
    if (step->health != (rests ? GPH_RUN_WELL : GPH_RUN_RESTING))
        return;
    step->health = rests ? GPH_RUN_RESTING : GPH_RUN_WELL;
    step->reset_due = false;
    atomic_store_explicit(&step->rests, rests, memory_order_release);
}

/* From the next call on it is silent, or what on_error says where process itself did not do. */
void
gph_run_mute(gph_run *run, gph_run_step *step, const gph_notice *why)
{
    gph_on_error what = run->plan->graph->nodes[step->node].on_error;
    gph_notice notice = *why;
    bool fails = notice.kind != GPH_NOTICE_NOT_FINITE;
    step->health = fails && what == GPH_ON_ERROR_BYPASS ? GPH_RUN_BYPASSED : GPH_RUN_SILENCED;
    atomic_store_explicit(&step->muted_at, notice.frame, memory_order_relaxed);
    atomic_store_explicit(&step->muted_why, notice.kind, memory_order_release);
    atomic_fetch_add_explicit(&run->shared.muted, 1, memory_order_relaxed);
    if (fails) {
        atomic_store_explicit(&run->shared.failed, true, memory_order_relaxed);
        notice.b = what == GPH_ON_ERROR_STOP;
    }
    if (notice.b == 1 && fails && run->end_frame > run->clock + run->block)
        run->end_frame = run->clock + run->block;
    gph_run_notify(run, &notice);
}

static void
fail(gph_run *run, gph_run_step *step, gph_status status)
{
    gph_run_mute(run, step,
                 &(gph_notice){.kind = GPH_NOTICE_FAILED,
                               .node = step->node,
                               .copy = step->copy,
                               .code = (uint32_t)status,
                               .frame = run->clock + step->offset});
    /* It may have written over its input: what it leaves of this call is not to be heard. */
    silence(step, step->frames);
}

/* One call of process for frames [offset, offset + frames) of the block. */
static void
call(gph_run *run, gph_run_step *step, uint32_t offset, uint32_t frames)
{
    step->offset = offset;
    step->frames = frames;
    step->n_emitted = 0;
    step->io.frames = frames;
    step->io.clock = run->clock + offset;
    step->io.flags = offset ? run->io_flags & ~(uint32_t)GPH_IO_DISCONT : run->io_flags;
    for (uint32_t p = 0; p < step->n_outs; p++)
        step->outs[p].silent = 0;
    step->running = true;
    gph_status status = step->process(step->instance, &step->io);
    step->running = false;
    if (status < 0)
        fail(run, step, status);
    else
        step->done = status == GPH_DONE;
}

/* The part of a plain type's block that ends at the next event, and the events that begin it. */
static uint32_t
part(gph_run *run, gph_run_step *step, uint32_t offset, uint32_t first, uint32_t split,
     uint32_t *n_events)
{
    uint32_t n = first;
    bool last = split == GPH_RUN_MAX_SPLITS;
    while (n < step->n_events && (last || step->events[n].frame <= offset)) {
        if (step->events[n].frame > offset)
            atomic_fetch_add_explicit(&run->shared.moved, 1, memory_order_relaxed);
        step->events[n++].frame = 0;
    }
    *n_events = n - first;
    return (n < step->n_events ? step->events[n].frame : run->block) - offset;
}

static void
call_split(gph_run *run, gph_run_step *step)
{
    const gph_event *events = step->events;
    uint32_t first = 0;
    uint32_t offset = 0;
    for (uint32_t split = 0; offset < run->block && step->health == GPH_RUN_WELL; split++) {
        uint32_t n = 0;
        uint32_t frames = part(run, step, offset, first, split, &n);
        step->io.events = events + first;
        step->io.n_events = n;
        shift_curves(run, step, offset);
        values_at_end(run, step, frames);
        call(run, step, offset, frames);
        shift(step, frames);
        offset += frames;
        first += n;
    }
    if (offset < run->block)
        silence(step, run->block - offset);
    for (uint32_t c = 0; c < step->n_in_ch; c++)
        step->in_ch[c] -= offset;
    for (uint32_t c = 0; c < step->n_out_ch; c++)
        step->out_ch[c] -= offset;
    shift_curves(run, step, 0);
}

static void
before(gph_run *run, gph_run_step *step)
{
    if (step->reset_due && step->reset)
        step->reset(step->instance);
    step->reset_due = false;
    gph_event event;
    while (gph_runtime_news(step->runtime, &event)) {
        event.when = run->clock;
        event.frame = 0;
        gph_run_put_event(run, step, &event);
    }
    gph_runtime_answers(step->runtime);
}

static void
call_block(gph_run *run, gph_run_step *step)
{
    bool well = step->health == GPH_RUN_WELL;
    if (well && (!step->bare || step->reset_due))
        before(run, step);
    if (step->n_late)
        gph_run_take_late(run, step);
    if (step->health == GPH_RUN_BYPASSED) {
        bypass(step, run->block);
    } else if (!well) {
        silence(step, run->block);
    } else {
        if (step->scans)
            gph_run_scrub_inputs(run, step);
        bool whole = (step->type_flags & GPH_TYPE_EVENTS) || step->n_events == 0 ||
                     step->events[step->n_events - 1].frame == 0;
        step->io.events = step->events;
        step->io.n_events = step->n_events;
        if (whole)
            call(run, step, 0, run->block);
        else
            call_split(run, step);
        for (uint32_t c = 0; step->scans && c < step->n_in_ch; c++)
            step->in_ch[c] = step->in_home[c];
    }
    step->n_events = 0;
}

/* A step of a module: its block, in one call or several. */
void
gph_run_call(gph_run *run, gph_run_step *step)
{
    gph_run_pass(run);
    call_block(run, step);
    gph_run_pass(run);
}

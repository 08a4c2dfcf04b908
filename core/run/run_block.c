/* One block of the plan: mixes, calls, feedback, outputs, in order. [audio] */
#include "../platform/float_mode.h"
#include "../platform/ticks.h"
#include "run_state.h"

static void
mix(const gph_run_mix *m, uint32_t frames)
{
    const float *from = *m->terms[0].from;
    float gain = m->terms[0].gain;
    float *to = m->to;
    for (uint32_t f = 0; f < frames; f++)
        to[f] = from[f] * gain;
    for (uint32_t t = 1; t < m->n_terms; t++) {
        from = *m->terms[t].from;
        gain = m->terms[t].gain;
        for (uint32_t f = 0; f < frames; f++)
            to[f] += from[f] * gain;
    }
}

/* Into the host's channels: the first writer of a channel sets it, later ones add to it. */
static void
output(gph_run *run, const gph_run_step *step)
{
    uint32_t frames = run->block;
    for (uint32_t c = 0; c < step->n_in_ch; c++) {
        if (step->host_channels[c] >= run->n_host_out)
            continue;
        const float *from = step->in_ch[c];
        float *to = run->host_out[step->host_channels[c]];
        bool finite = gph_run_peak_bits(from, frames) < GPH_RUN_NOT_FINITE;
        if (!finite) {
            float *copy = step->scrub + (size_t)c * run->limit;
            gph_run_not_finite(run, gph_run_scrub(copy, from, frames));
            from = copy;
        }
        if (step->first_writer[c])
            memcpy(to, from, frames * sizeof *to);
        else
            for (uint32_t f = 0; f < frames; f++)
                to[f] += from[f];
    }
}

/* A block is never longer than a line, so what is read was written before it. */
static void
feedback_read(gph_run *run, const gph_run_step *step)
{
    const gph_run_line *line = step->line;
    uint32_t first = line->length - line->at;
    first = first < run->block ? first : run->block;
    for (uint32_t c = 0; c < line->n_channels; c++) {
        const float *from = line->frames + (size_t)c * line->length;
        memcpy(step->out_ch[c], from + line->at, first * sizeof *from);
        memcpy(step->out_ch[c] + first, from, (run->block - first) * sizeof *from);
    }
}

static void
feedback_write(gph_run *run, const gph_run_step *step)
{
    gph_run_line *line = step->line;
    uint32_t first = line->length - line->at;
    first = first < run->block ? first : run->block;
    for (uint32_t c = 0; c < line->n_channels; c++) {
        float *to = line->frames + (size_t)c * line->length;
        memcpy(to + line->at, step->in_ch[c], first * sizeof *to);
        memcpy(to, step->in_ch[c] + first, (run->block - first) * sizeof *to);
    }
    line->at = (line->at + run->block) % line->length;
}

static void
check_float_mode(gph_run *run, const gph_run_step *step)
{
    if (gph_float_mode_is_audio())
        return;
    gph_float_mode_set(GPH_FLOAT_AUDIO);
    gph_run_notify(run, &(gph_notice){.kind = GPH_NOTICE_FLOAT_MODE,
                                      .node = step->node,
                                      .copy = step->copy,
                                      .frame = run->clock});
}

static void
run_step(gph_run *run, gph_run_step *step)
{
    for (uint32_t m = 0; m < step->n_mixes; m++)
        mix(&step->mixes[m], run->block);
    switch (step->kind) {
    case GPH_STEP_PROCESS:
        gph_run_call(run, step);
        if (run->searching) {
            gph_run_search(run, step);
            check_float_mode(run, step);
        }
        break;
    case GPH_STEP_OUTPUT:
        output(run, step);
        break;
    case GPH_STEP_FEEDBACK_READ:
        feedback_read(run, step);
        break;
    case GPH_STEP_FEEDBACK_WRITE:
        feedback_write(run, step);
        break;
    case GPH_STEP_TABLE:
        gph_run_table(run, step);
        break;
    default:
        break;
    }
}

/* Adds to a counter that this thread alone writes. */
static void
add(_Atomic uint64_t *counter, uint64_t more)
{
    atomic_store_explicit(counter, atomic_load_explicit(counter, memory_order_relaxed) + more,
                          memory_order_relaxed);
}

static void
run_timed(gph_run *run, gph_run_step *step)
{
    run_step(run, step);
    uint64_t now = gph_ticks();
    uint64_t ticks = now - run->last_tick;
    add(&step->ticks, ticks);
    add(&step->calls, 1);
    if (ticks > atomic_load_explicit(&step->ticks_max, memory_order_relaxed))
        atomic_store_explicit(&step->ticks_max, ticks, memory_order_relaxed);
    if (ticks > run->slowest_ticks) {
        run->slowest_ticks = ticks;
        run->slowest_step = run->at_step;
    }
    run->last_tick = now;
}

/* The steps of a block from `at_step` on. */
static void
run_steps(void *user)
{
    gph_run *run = user;
    for (; run->at_step < run->n_steps; run->at_step++) {
        gph_run_step *step = &run->steps[run->at_step];
        if (run->times_now)
            run_timed(run, step);
        else
            run_step(run, step);
    }
}

static void
point_at_host(gph_run *run, const gph_cycle *cycle, uint32_t offset)
{
    for (uint32_t p = 0; p < run->n_patches; p++) {
        uint32_t channel = run->patches[p].channel;
        *run->patches[p].where = channel < cycle->n_in ? cycle->in[channel] + offset : run->zeros;
    }
    for (uint32_t c = 0; c < cycle->n_out; c++) {
        float *out = cycle->out[c] + offset;
        if (c < run->n_host_out)
            run->host_out[c] = out;
        if (c >= run->n_host_out || !run->host_out_used[c])
            memset(out, 0, run->block * sizeof *out);
    }
}

/* Frames [offset, offset + frames) of a cycle. */
void
gph_run_block(gph_run *run, const gph_cycle *cycle, uint32_t offset, uint32_t frames)
{
    run->clock = cycle->clock.frame + offset;
    run->block = frames;
    run->searching = run->search_until > run->clock;
    point_at_host(run, cycle, offset);
    gph_run_params_settle(run);
    gph_run_act(run);
    gph_run_params_fill(run);
    if (run->times_now)
        run->last_tick = gph_ticks();
    gph_run_steps(run, run_steps);
}

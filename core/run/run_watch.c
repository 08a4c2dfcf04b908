/* A node that does not return is left by a jump to the boundary of the steps, and muted; and what runs, for whoever
 * crashes in it. [audio; handlers, on the audio thread] */
#include "run_watch.h"

#include "../platform/float_mode.h"
#include "../platform/ticks.h"
#include "run_state.h"

/* Until the next gph_run_careless this thread changes what other nodes see. */
void
gph_run_careful(gph_run *run)
{
    run->careful = true;
    atomic_signal_fence(memory_order_seq_cst);
}

void
gph_run_careless(gph_run *run)
{
    atomic_signal_fence(memory_order_seq_cst);
    run->careful = false;
    atomic_signal_fence(memory_order_seq_cst);
    if (run->leaves)
        gph_watch_leave(run->watch);
}

/* ---------------------------------------------------------------- the cut */

/* A call may have been left with its pointers anywhere in the block. */
static void
point_home(gph_run *run, gph_run_step *step)
{
    const gph_plan *plan = run->plan;
    const gph_plan_step *planned = &plan->steps[run->at_step];
    uint32_t at = 0;
    for (uint32_t p = planned->first_in; p < planned->first_in + planned->n_in; p++)
        for (uint32_t c = 0; c < plan->ports[p].channels; c++)
            step->in_ch[at++] = run->slots[plan->channels[plan->ports[p].first + c]];
    at = 0;
    for (uint32_t p = planned->first_out; p < planned->first_out + planned->n_out; p++)
        for (uint32_t c = 0; c < plan->ports[p].channels; c++)
            step->out_ch[at++] = run->slot_buffers[plan->channels[plan->ports[p].first + c]];
    gph_run_curves_home(run, step);
}

/* The step at `at_step` was left. What it leaves behind of this block is not to be heard. */
static void
cut(gph_run *run)
{
    gph_run_step *step = &run->steps[run->at_step];
    gph_float_mode_set(GPH_FLOAT_AUDIO);
    gph_run_pass(run);
    run->careful = run->leaves = false;
    step->running = false;
    step->offset = 0;
    step->n_events = 0;
    point_home(run, step);
    for (uint32_t c = 0; c < step->n_out_ch; c++)
        memset(step->out_ch[c], 0, run->block * sizeof(float));
    gph_run_mute(
        run, step,
        &(gph_notice){
            .kind = GPH_NOTICE_CUT, .node = step->node, .copy = step->copy, .frame = run->clock});
    /* Who made this cycle late has been named. */
    run->last_tick = gph_ticks();
    run->slowest_ticks = UINT64_MAX;
    run->slowest_step = GPH_NONE;
}

void
gph_run_steps(gph_run *run, void (*steps)(void *run))
{
    run->at_step = 0;
    if (!run->watch) {
        steps(run);
        return;
    }
    while (gph_watch_call(run->watch, steps, run)) {
        cut(run);
        run->at_step++;
    }
}

/* ---------------------------------------------------------------- handlers */

/* Whether the present step has taken longer than any may. */
static bool
takes_too_long(const gph_run *run)
{
    double limit = (double)GPH_RUN_HANG_NS * 1e-9;
    double cycles = GPH_RUN_HANG_CYCLES *
                    atomic_load_explicit(&run->shared.cycle_frames, memory_order_relaxed) /
                    run->rate;
    limit = cycles > limit ? cycles : limit;
    return (double)(gph_ticks() - run->last_tick) >= limit * run->ticks_per_second;
}

static bool
may_cut(void *user, uint32_t mark)
{
    gph_run *run = user;
    uint32_t entered = atomic_load_explicit(&run->entered, memory_order_relaxed);
    if (!(entered & 1) || run->freewheels || !run->times_all)
        return false;
    if (mark ? mark != entered : !takes_too_long(run))
        return false;
    run->leaves = run->careful;
    return !run->careful;
}

/* Without the C library: it may be in the middle of anything. */
static void
put(char *text, size_t size, size_t *n, const char *more)
{
    for (; *more && *n + 1 < size; more++)
        text[(*n)++] = *more;
    text[*n] = 0;
}

static void
put_number(char *text, size_t size, size_t *n, uint64_t number)
{
    char digits[24];
    size_t at = sizeof digits;
    digits[--at] = 0;
    do
        digits[--at] = (char)('0' + number % 10);
    while (number /= 10);
    put(text, size, n, digits + at);
}

static void
describe(void *user, char *text, size_t size)
{
    const gph_run *run = user;
    size_t n = 0;
    if (!(atomic_load_explicit(&run->entered, memory_order_relaxed) & 1))
        return;
    const gph_graph_node *node = &run->plan->graph->nodes[run->steps[run->at_step].node];
    put(text, size, &n, "[");
    put(text, size, &n, node->name);
    put(text, size, &n, "] (type ");
    put(text, size, &n, node->patch->type);
    put(text, size, &n, " of ");
    put(text, size, &n, node->type->module ? node->type->module->path : "graphophone");
    put(text, size, &n, "; at frame ");
    put_number(text, size, &n, (uint64_t)(run->clock < 0 ? 0 : run->clock));
    put(text, size, &n, ")");
}

const gph_watch_owner gph_run_watch_owner = {.may_cut = may_cut, .describe = describe};

/* What the control thread sees of a run that goes on, and what it sends. [control] */
#include "run.h"
#include "run_state.h"

gph_status
gph_run_send(gph_run *run, const gph_command *command)
{
    if (gph_queue_put(&run->commands, command))
        return GPH_OK;
    atomic_fetch_add_explicit(&run->shared.dropped, 1, memory_order_relaxed);
    return GPH_LIMIT;
}

bool
gph_run_receive(gph_run *run, gph_notice *notice)
{
    return gph_queue_get(&run->notices, notice);
}

/* The middle of a bucket, in ticks. */
static double
bucket_ticks(uint32_t bucket)
{
    if (bucket < 16)
        return bucket;
    uint32_t octave = bucket / 16 + 3;
    double step = (double)(UINT64_C(1) << (octave - 4));
    return ((double)(16 + bucket % 16) + 0.5) * step;
}

static double
quantile(const gph_run *run, uint64_t total, double part)
{
    uint64_t wanted = (uint64_t)((double)total * part);
    uint64_t sum = 0;
    for (uint32_t b = 0; b < GPH_RUN_TIME_BUCKETS; b++) {
        sum += atomic_load_explicit(&run->shared.times[b], memory_order_relaxed);
        if (sum > wanted)
            return bucket_ticks(b);
    }
    return 0;
}

void
gph_run_get_figures(const gph_run *run, gph_run_figures *figures)
{
    const gph_run_shared *s = &run->shared;
    *figures = (gph_run_figures){
        .ended = atomic_load_explicit(&s->ended, memory_order_acquire),
        .frame = atomic_load_explicit(&s->frame, memory_order_acquire),
        .end_frame = atomic_load_explicit(&s->end_frame, memory_order_relaxed),
        .failed = atomic_load_explicit(&s->failed, memory_order_relaxed),
        .cycles = atomic_load_explicit(&s->cycles, memory_order_relaxed),
        .dropped = atomic_load_explicit(&s->dropped, memory_order_relaxed),
        .moved = atomic_load_explicit(&s->moved, memory_order_relaxed),
        .not_finite = atomic_load_explicit(&s->not_finite, memory_order_relaxed),
        .muted = atomic_load_explicit(&s->muted, memory_order_relaxed),
        .lost = atomic_load_explicit(&s->lost, memory_order_relaxed),
        .late = atomic_load_explicit(&s->late, memory_order_relaxed),
        .ticks_max = (double)atomic_load_explicit(&s->cycle_ticks_max, memory_order_relaxed),
    };
    figures->ticks_p50 = quantile(run, figures->cycles, 0.5);
    figures->ticks_p99 = quantile(run, figures->cycles, 0.99);
}

static void
add_step(const gph_run_step *step, gph_run_node_figures *figures)
{
    uint64_t calls = atomic_load_explicit(&step->calls, memory_order_relaxed);
    double ticks = (double)atomic_load_explicit(&step->ticks, memory_order_relaxed);
    double longest = (double)atomic_load_explicit(&step->ticks_max, memory_order_relaxed);
    uint32_t why = atomic_load_explicit(&step->muted_why, memory_order_acquire);
    figures->ticks += calls ? ticks / (double)calls : 0;
    figures->ticks_max = longest > figures->ticks_max ? longest : figures->ticks_max;
    figures->late += atomic_load_explicit(&step->slowest, memory_order_relaxed);
    figures->resets += atomic_load_explicit(&step->resets, memory_order_relaxed);
    if (!why)
        return;
    int64_t at = atomic_load_explicit(&step->muted_at, memory_order_relaxed);
    if (!figures->muted++ || at < figures->muted_at) {
        figures->muted_why = why;
        figures->muted_at = at;
    }
}

void
gph_run_get_node(const gph_run *run, uint32_t node, gph_run_node_figures *figures)
{
    *figures = (gph_run_node_figures){.muted_at = -1};
    for (uint32_t s = 0; s < run->n_steps; s++)
        if (run->steps[s].node == node)
            add_step(&run->steps[s], figures);
}

float
gph_run_meter_value(const gph_run *run, uint32_t node, uint32_t meter, uint32_t item)
{
    return atomic_load_explicit(&run->meters_seen[run->first_meter[node][meter] + item],
                                memory_order_relaxed);
}

float
gph_run_param_value(const gph_run *run, uint32_t node, uint32_t param, uint32_t item)
{
    return atomic_load_explicit(&run->params[run->first_param[node] + param].items[item].target,
                                memory_order_relaxed);
}

uint64_t
gph_run_bytes(const gph_run *run)
{
    return run->bytes;
}

void
gph_run_each_memory(const gph_run *run, void (*each)(void *user, const void *base, size_t bytes),
                    void *user)
{
    gph_arena_each(run->arena, each, user);
}

bool
gph_run_node_rests(const gph_run *run, uint32_t node, uint32_t *n)
{
    bool all = true;
    *n = 0;
    for (uint32_t s = 0; s < run->n_steps; s++) {
        const gph_run_step *step = &run->steps[s];
        if (step->node != node)
            continue;
        bool rests = atomic_load_explicit(&step->rests, memory_order_acquire);
        *n += rests;
        all &= rests || atomic_load_explicit(&step->muted_why, memory_order_acquire);
    }
    return all;
}

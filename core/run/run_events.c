/* Triggers on their way to the nodes that take them. [audio] */
#include "run_state.h"

static void
drop(gph_run *run)
{
    atomic_fetch_add_explicit(&run->shared.dropped, 1, memory_order_relaxed);
}

static bool
behind(const gph_event *a, const gph_event *b)
{
    return a->frame > b->frame || (a->frame == b->frame && a->when > b->when);
}

/* Into the events of this block, sorted by time; among equals in the order of coming. */
void
gph_run_put_event(gph_run *run, gph_run_step *step, const gph_event *event)
{
    if (step->n_events >= step->events_capacity || step->health != GPH_RUN_WELL) {
        drop(run);
        return;
    }
    uint32_t at = step->n_events++;
    for (; at > 0 && behind(&step->events[at - 1], event); at--)
        step->events[at] = step->events[at - 1];
    step->events[at] = *event;
}

/* A trigger for every copy of a node, at an absolute frame before the end of this block. */
void
gph_run_give(gph_run *run, uint32_t node, uint32_t trigger, int64_t when, float value)
{
    uint32_t first = run->plan->first_step[node];
    uint32_t n = gph_graph_n_takers(&run->plan->graph->nodes[node]);
    uint32_t frame = when > run->clock ? (uint32_t)(when - run->clock) : 0;
    const gph_event event = {
        .when = when, .frame = frame, .kind = GPH_EVENT_TRIGGER, .index = trigger, .value = value};
    for (uint32_t c = 0; c < n && first != GPH_NONE; c++)
        gph_run_put_event(run, &run->steps[first + c], &event);
}

/* What was kept for this block; what this block has given itself waits for the next one. */
void
gph_run_take_late(gph_run *run, gph_run_step *step)
{
    uint32_t kept = 0;
    for (uint32_t n = 0; n < step->n_late; n++) {
        gph_event event = step->late[n];
        event.frame = 0;
        if (event.when < run->clock)
            gph_run_put_event(run, step, &event);
        else
            step->late[kept++] = event;
    }
    step->n_late = kept;
}

static void
pass_on(gph_run *run, const gph_plan_edge *edge, const gph_event *event)
{
    gph_run_step *to = &run->steps[edge->step];
    gph_event passed = *event;
    passed.index = edge->takes;
    passed.kind = GPH_EVENT_TRIGGER;
    if (!edge->late)
        gph_run_put_event(run, to, &passed);
    else if (to->n_late < GPH_RUN_MAX_LATE && to->events_capacity)
        to->late[to->n_late++] = passed;
    else
        drop(run);
}

/* A trigger that the running call of a step gives; its frame counts from the start of the call. */
void
gph_run_emit(gph_run *run, gph_run_step *step, const gph_event *event)
{
    if (step->n_emitted++ >= GPH_MAX_EMITTED) {
        drop(run);
        return;
    }
    gph_event given = *event;
    uint32_t frame = event->frame < step->frames ? event->frame : step->frames - 1;
    given.frame = step->offset + frame;
    given.when = run->clock + given.frame;
    if (step->is_player && event->index == step->done_index)
        step->done_at = given.when + 1;
    for (uint32_t n = 0; n < step->n_edges; n++)
        if (step->edges[n].gives == event->index)
            pass_on(run, &step->edges[n], &given);
}

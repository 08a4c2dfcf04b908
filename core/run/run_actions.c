/* What happens at a frame: commands of the control thread, times of the patch, MIDI. [audio]
 *
 * At the start of a cycle all that falls into it is put into one list, sorted by frame; each block
 * takes its part. A time lands on its frame whatever the blocks are. */
#include "run.h"
#include "run_state.h"

static void
add(gph_run *run, const gph_run_action *action)
{
    if (run->n_actions == GPH_RUN_MAX_ACTIONS) {
        atomic_fetch_add_explicit(&run->shared.dropped, 1, memory_order_relaxed);
        return;
    }
    uint32_t at = run->n_actions++;
    for (; at > 0 && run->actions[at - 1].frame > action->frame; at--)
        run->actions[at] = run->actions[at - 1];
    run->actions[at] = *action;
}

static void
add_command(gph_run *run, const gph_command *command, int64_t now)
{
    gph_run_action action = {.frame = command->frame < now ? now : command->frame,
                             .kind = command->kind,
                             .node = command->node,
                             .index = command->index,
                             .item = command->item,
                             .value = command->value};
    add(run, &action);
}

static void
take_commands(gph_run *run, int64_t now, int64_t end)
{
    uint32_t kept = 0;
    for (uint32_t n = 0; n < run->n_ahead; n++)
        if (run->ahead[n].frame < end)
            add_command(run, &run->ahead[n], now);
        else
            run->ahead[kept++] = run->ahead[n];
    run->n_ahead = kept;
    gph_command command;
    while (gph_queue_get(&run->commands, &command)) {
        if (command.frame < end)
            add_command(run, &command, now);
        else if (run->n_ahead < GPH_RUN_MAX_AHEAD)
            run->ahead[run->n_ahead++] = command;
        else
            atomic_fetch_add_explicit(&run->shared.dropped, 1, memory_order_relaxed);
    }
}

float
gph_binding_value(const gph_graph_binding *binding, float position)
{
    if (position <= 0)
        return binding->low;
    if (position >= 1)
        return binding->high;
    /* From `off` there is no straight line in dB: its lower half is off. */
    if (binding->low < -1e9f || binding->high < -1e9f)
        return position < 0.5f ? binding->low : binding->high;
    return binding->low + (binding->high - binding->low) * position;
}

/* What a binding does when its source says `position`, 0 to 1. */
static void
add_bound(gph_run *run, const gph_run_binding *binding, int64_t frame, float position)
{
    const gph_graph_binding *info = binding->info;
    gph_run_action action = {.frame = frame,
                             .node = info->node,
                             .index = info->index,
                             .n_items = info->is_trigger ? 0 : info->n_items,
                             .items = info->items,
                             .item = GPH_RUN_ALL_ITEMS};
    if (info->is_trigger) {
        action.kind = GPH_COMMAND_TRIGGER;
        action.value = position;
    } else if (info->toggles) {
        action.kind = GPH_COMMAND_FLIP;
    } else {
        action.kind = GPH_COMMAND_SET;
        action.value = gph_binding_value(info, position);
    }
    add(run, &action);
}

static void
take_times(gph_run *run, gph_run_binding *binding, int64_t now, int64_t end)
{
    bool once = binding->info->source->kind == GPH_SOURCE_AT;
    if (once && binding->next < end) {
        add_bound(run, binding, binding->next < now ? now : binding->next, 1);
        binding->next = INT64_MAX;
        return;
    }
    /* Rounds that a gap has swallowed are one. */
    int64_t period = binding->info->time_frames > 0 ? binding->info->time_frames : 1;
    if (!once && binding->next < now - period)
        binding->next += (now - binding->next) / period * period;
    for (; !once && binding->next < end; binding->next += period)
        add_bound(run, binding, binding->next < now ? now : binding->next, 1);
}

static void
take_midi_message(gph_run *run, gph_run_binding *binding, const gph_midi *midi, int64_t frame)
{
    const gph_source *source = binding->info->source;
    uint8_t status = midi->bytes[0] & 0xf0;
    float position = (float)midi->bytes[2] / 127.0f;
    if (midi->n_bytes < 3 || midi->bytes[1] != source->number)
        return;
    if (source->kind == GPH_SOURCE_MIDI_NOTE) {
        if (status == 0x90 && midi->bytes[2] > 0)
            add_bound(run, binding, frame, position);
        return;
    }
    if (source->kind != GPH_SOURCE_MIDI_CC || status != 0xb0)
        return;
    if (!binding->info->is_trigger && !binding->info->toggles) {
        add_bound(run, binding, frame, position);
        return;
    }
    /* A pedal or button: once each time it is pressed. */
    bool held = midi->bytes[2] >= 64;
    if (held && !binding->held)
        add_bound(run, binding, frame, 1);
    binding->held = held;
}

static void
take_midi(gph_run *run, int64_t now, uint32_t frames)
{
    uint32_t n = run->midi_service->read(run->midi_stream, run->midi, GPH_RUN_MAX_MIDI);
    for (uint32_t m = 0; m < n && m < GPH_RUN_MAX_MIDI; m++) {
        uint32_t frame = run->midi[m].frame < frames ? run->midi[m].frame : frames - 1;
        for (uint32_t b = 0; b < run->n_bindings; b++)
            take_midi_message(run, &run->bindings[b], &run->midi[m], now + frame);
    }
}

/* Lists all that happens in a cycle. */
void
gph_run_collect(gph_run *run, const gph_cycle *cycle)
{
    int64_t now = cycle->clock.frame;
    int64_t end = now + cycle->frames;
    run->n_actions = 0;
    run->next_action = 0;
    take_commands(run, now, end);
    for (uint32_t b = 0; b < run->n_bindings; b++)
        if (run->bindings[b].next < end)
            take_times(run, &run->bindings[b], now, end);
    if (run->midi_service)
        take_midi(run, now, cycle->frames);
}

/* The copies of a node are let go, or taken again. */
static void
rest(gph_run *run, const gph_run_action *action)
{
    uint32_t first = run->plan->first_step[action->node];
    uint32_t n = run->plan->graph->nodes[action->node].n_copies;
    for (uint32_t c = 0; c < n && first != GPH_NONE; c++)
        gph_run_rest_step(&run->steps[first + c], action->kind == GPH_COMMAND_REST);
}

/* Does what falls into the present block. */
void
gph_run_act(gph_run *run)
{
    int64_t end = run->clock + run->block;
    for (; run->next_action < run->n_actions; run->next_action++) {
        const gph_run_action *action = &run->actions[run->next_action];
        if (action->frame >= end)
            return;
        if (action->kind == GPH_COMMAND_TRIGGER)
            gph_run_give(run, action->node, action->index, action->frame, action->value);
        else if (action->kind == GPH_COMMAND_REST || action->kind == GPH_COMMAND_RESUME)
            rest(run, action);
        else
            gph_run_params_set(run, action);
    }
}

/* How much of a block that begins at `clock` may be run at once. */
uint32_t
gph_run_cut(const gph_run *run, int64_t clock, uint32_t frames)
{
    for (uint32_t n = run->next_action; n < run->n_actions; n++) {
        const gph_run_action *action = &run->actions[n];
        if (action->frame >= clock + frames)
            break;
        if (action->kind == GPH_COMMAND_TRIGGER && run->cuts[action->node])
            return action->frame <= clock ? 1 : (uint32_t)(action->frame - clock);
    }
    return frames;
}

/* Makes all that a run needs, for the largest block there may be. [control] */
#include "run_setup.h"

#include <math.h>

static void *
take(gph_run *run, size_t n, size_t size)
{
    run->bytes += (uint64_t)n * size;
    return gph_arena_allocate(run->arena, n, size);
}

/* Samples at a cache line's start. */
static float *
take_samples(gph_run *run, size_t n)
{
    if (n > (SIZE_MAX - 64) / sizeof(float))
        return NULL;
    char *memory = take(run, n * sizeof(float) + 64, 1);
    if (!memory)
        return NULL;
    memset(memory, 0, n * sizeof(float) + 64);
    return (float *)(void *)(memory + (64 - (uintptr_t)memory % 64) % 64);
}

void *
gph_run_take(gph_run *run, size_t n, size_t size)
{
    return take(run, n, size);
}

float *
gph_run_take_samples(gph_run *run, size_t n)
{
    return take_samples(run, n);
}

/* Frames of delay of a FEEDBACK node: whole ones, at least 1. */
uint32_t
gph_run_feedback_frames(const gph_graph_node *node, uint32_t block)
{
    double frames = node->feedback_frames > 0 ? floor(node->feedback_frames + 0.5) : block;
    return frames < 1 ? 1 : frames > 1e8 ? 100000000u : (uint32_t)frames;
}

static uint32_t
least(uint32_t a, uint64_t b)
{
    return b < a ? (uint32_t)b : a;
}

/* The longest block: no longer than the plan's, than any feedback, or than ramps have room for. */
static uint32_t
longest_block(const gph_plan *plan, const gph_run_options *options)
{
    const gph_graph *graph = plan->graph;
    uint32_t limit = plan->max_frames;
    uint64_t items = 0;
    if (plan->block_limit)
        limit = least(limit, plan->block_limit);
    for (uint32_t n = 0; n < graph->n_nodes; n++) {
        const gph_graph_node *node = &graph->nodes[n];
        if (node->kind == GPH_NODE_FEEDBACK)
            limit = least(limit, gph_run_feedback_frames(node, options->block));
        for (uint32_t p = 0; node->params && p < node->type->type.n_params; p++)
            items += node->params[p].n_items;
    }
    if (items * limit > GPH_RUN_RAMP_FLOATS)
        limit = least(limit, GPH_RUN_RAMP_FLOATS / items < 16 ? 16 : GPH_RUN_RAMP_FLOATS / items);
    return limit ? limit : 1;
}

static gph_status
make_slots(gph_run *run)
{
    const gph_plan *plan = run->plan;
    size_t stride = ((size_t)run->limit + 15) / 16 * 16;
    float *buffers = take_samples(run, stride * plan->n_buffers + 16);
    float *zeros = take_samples(run, stride);
    run->slots = take(run, plan->n_slots, sizeof *run->slots);
    run->slot_buffers = take(run, plan->n_slots, sizeof *run->slot_buffers);
    /* A host channel is pointed at by its slot and by each input channel that it reaches. */
    run->patches = take(run, (size_t)plan->n_slots + plan->n_channels, sizeof *run->patches);
    if (!buffers || !zeros || !run->slots || !run->slot_buffers || !run->patches)
        return GPH_MEMORY;
    run->zeros = zeros;
    for (uint32_t s = 0; s < plan->n_slots; s++) {
        const gph_plan_slot *slot = &plan->slots[s];
        run->slots[s] = zeros;
        if (slot->kind == GPH_SLOT_BUFFER)
            run->slots[s] = run->slot_buffers[s] = buffers + stride * slot->index;
        else if (slot->kind == GPH_SLOT_HOST_IN)
            run->patches[run->n_patches++] =
                (gph_run_patch){.where = &run->slots[s], .channel = slot->index};
    }
    return GPH_OK;
}

static gph_status
make_host(gph_run *run)
{
    const gph_graph *graph = run->plan->graph;
    bool *used = take(run, run->n_host_out + 1u, sizeof *used);
    run->host_out = take(run, run->n_host_out + 1u, sizeof *run->host_out);
    if (!used || !run->host_out)
        return GPH_MEMORY;
    for (uint32_t n = 0; n < graph->n_nodes; n++) {
        const gph_graph_node *node = &graph->nodes[n];
        for (uint32_t c = 0; node->kind == GPH_NODE_OUTPUT && c < node->in[0].channels; c++)
            if (node->device_channels[c] < run->n_host_out)
                used[node->device_channels[c]] = true;
    }
    run->host_out_used = used;
    return GPH_OK;
}

static gph_status
make_bindings(gph_run *run)
{
    const gph_graph *graph = run->plan->graph;
    run->bindings = take(run, graph->n_bindings + 1u, sizeof *run->bindings);
    run->midi = take(run, GPH_RUN_MAX_MIDI, sizeof *run->midi);
    run->actions = take(run, GPH_RUN_MAX_ACTIONS, sizeof *run->actions);
    run->ahead = take(run, GPH_RUN_MAX_AHEAD, sizeof *run->ahead);
    if (!run->bindings || !run->midi || !run->actions || !run->ahead)
        return GPH_MEMORY;
    for (uint32_t b = 0; b < graph->n_bindings; b++) {
        const gph_graph_binding *info = &graph->bindings[b];
        gph_run_binding binding = {.info = info, .next = INT64_MAX};
        bool timed = info->source->kind == GPH_SOURCE_AT || info->source->kind == GPH_SOURCE_EVERY;
        if (timed)
            binding.next = info->time_frames;
        if (timed || info->source->kind == GPH_SOURCE_MIDI_CC ||
            info->source->kind == GPH_SOURCE_MIDI_NOTE)
            run->bindings[run->n_bindings++] = binding;
    }
    return GPH_OK;
}

static gph_status
make_queues(gph_run *run)
{
    void *commands = take(run, GPH_RUN_MAX_COMMANDS, sizeof(gph_command));
    void *notices = take(run, GPH_RUN_MAX_NOTICES, sizeof(gph_notice));
    if (!commands || !notices)
        return GPH_MEMORY;
    memset(commands, 0, GPH_RUN_MAX_COMMANDS * sizeof(gph_command));
    memset(notices, 0, GPH_RUN_MAX_NOTICES * sizeof(gph_notice));
    gph_queue_init(&run->commands, commands, GPH_RUN_MAX_COMMANDS, sizeof(gph_command));
    gph_queue_init(&run->notices, notices, GPH_RUN_MAX_NOTICES, sizeof(gph_notice));
    return GPH_OK;
}

/* Players, and steps whose streams are told of the end. */
static gph_status
make_lists(gph_run *run)
{
    uint32_t *players = take(run, run->n_steps + 1u, sizeof *players);
    uint32_t *streaming = take(run, run->n_steps + 1u, sizeof *streaming);
    if (!players || !streaming)
        return GPH_MEMORY;
    for (uint32_t s = 0; s < run->n_steps; s++) {
        if (run->steps[s].is_player)
            players[run->n_players++] = s;
        if (run->steps[s].runtime && run->steps[s].runtime->n_streams)
            streaming[run->n_streaming++] = s;
    }
    run->players = players;
    run->streaming = streaming;
    return GPH_OK;
}

/* Writers of tables that somebody follows, and tables, which change between blocks only. */
static gph_status
make_cuts(gph_run *run)
{
    const gph_graph *graph = run->plan->graph;
    bool *cuts = take(run, graph->n_nodes + 1u, sizeof *cuts);
    bool any = false;
    for (uint32_t n = 0; cuts && n < graph->n_nodes; n++)
        if (graph->nodes[n].kind == GPH_NODE_TABLE)
            any = cuts[n] = true;
    for (uint32_t s = 0; cuts && s < run->n_steps; s++) {
        const gph_node_runtime *runtime = run->steps[s].runtime;
        for (uint32_t f = 0; runtime && f < runtime->n_followed; f++) {
            uint32_t writer = graph->nodes[runtime->followed[f]].table.writer;
            if (writer != GPH_NONE)
                any = cuts[writer] = true;
        }
    }
    run->cuts = any ? cuts : NULL;
    return cuts ? GPH_OK : GPH_MEMORY;
}

static gph_status
make_all(gph_run *run, const gph_run_options *options)
{
    gph_status status = make_slots(run);
    if (status == GPH_OK)
        status = make_host(run);
    if (status == GPH_OK)
        status = gph_run_make_params(run);
    if (status == GPH_OK)
        status = gph_run_make_meters(run);
    if (status == GPH_OK)
        status = gph_run_make_steps(run, options);
    if (status == GPH_OK)
        status = make_bindings(run);
    if (status == GPH_OK)
        status = make_queues(run);
    if (status == GPH_OK)
        status = make_lists(run);
    if (status == GPH_OK)
        status = make_cuts(run);
    return status;
}

static void
init_shared(gph_run *run)
{
    gph_run_shared *shared = &run->shared;
    atomic_init(&shared->end_frame, INT64_MAX);
    atomic_init(&run->entered, 0);
}

gph_status
gph_run_new(const gph_plan *plan, const gph_run_options *options, gph_run **result)
{
    *result = NULL;
    gph_arena *arena = gph_arena_new(NULL);
    gph_run *run = arena ? gph_arena_allocate(arena, 1, sizeof *run + 64) : NULL;
    if (!run) {
        gph_arena_free(arena);
        return GPH_MEMORY;
    }
    /* The queues in it keep their two ends on lines of their own. */
    run = (gph_run *)(void *)((char *)run + (64 - (uintptr_t)run % 64) % 64);
    run->arena = arena;
    run->plan = plan;
    run->limit = longest_block(plan, options);
    run->n_host_in = options->host_in;
    run->n_host_out = options->host_out;
    run->rate = options->rate;
    run->expected = INT64_MIN;
    run->search_until = INT64_MIN;
    run->drain_from = INT64_MAX;
    run->end_frame = options->length < 0 ? INT64_MAX : options->length;
    run->ends_with_players = options->ends_with_players;
    run->tail =
        plan->tail < 0 ? (int64_t)(options->rate * GPH_RUN_ENDLESS_TAIL_SECONDS) : plan->tail;
    run->times_all = options->realtime;
    run->offline = options->offline;
    run->ticks_per_second = options->ticks_per_second;
    run->late_told = INT64_MIN;
    init_shared(run);
    gph_status status = make_all(run, options);
    if (status != GPH_OK) {
        gph_arena_free(arena);
        return status;
    }
    *result = run;
    return GPH_OK;
}

void
gph_run_free(gph_run *run)
{
    if (!run)
        return;
    for (uint32_t s = 0; s < run->n_steps; s++)
        if (run->steps[s].runtime) {
            run->steps[s].runtime->run = NULL;
            run->steps[s].runtime->step = NULL;
        }
    gph_arena_free(run->arena);
}

void
gph_run_set_midi(gph_run *run, const gph_host_midi *service, gph_host_stream *stream)
{
    run->midi_service = service;
    run->midi_stream = stream;
}

/* Makes the steps of a run: a gph_io with all its pointers for each. [control] */
#include "run_setup.h"
#include "table.h"

static uint32_t
count_channels(const gph_plan *plan, uint32_t first, uint32_t n)
{
    uint32_t channels = 0;
    for (uint32_t p = first; p < first + n; p++)
        channels += plan->ports[p].channels;
    return channels;
}

static gph_status
make_mixes(gph_run *run, gph_run_step *step, const gph_plan_step *planned)
{
    const gph_plan *plan = run->plan;
    gph_run_mix *mixes = gph_run_take(run, planned->n_mixes + 1u, sizeof *mixes);
    if (!mixes)
        return GPH_MEMORY;
    for (uint32_t m = 0; m < planned->n_mixes; m++) {
        const gph_plan_mix *mix = &plan->mixes[planned->first_mix + m];
        gph_run_term *terms = gph_run_take(run, mix->n, sizeof *terms);
        if (!terms)
            return GPH_MEMORY;
        for (uint32_t t = 0; t < mix->n; t++)
            terms[t] = (gph_run_term){.from = &run->slots[plan->terms[mix->first + t].slot],
                                      .gain = plan->terms[mix->first + t].gain};
        mixes[m] =
            (gph_run_mix){.to = run->slot_buffers[mix->slot], .terms = terms, .n_terms = mix->n};
    }
    step->mixes = mixes;
    step->n_mixes = planned->n_mixes;
    return GPH_OK;
}

static void
point_input(gph_run *run, const float **where, uint32_t slot)
{
    const gph_plan_slot *planned = &run->plan->slots[slot];
    *where = run->slots[slot];
    if (planned->kind == GPH_SLOT_HOST_IN)
        run->patches[run->n_patches++] = (gph_run_patch){.where = where, .channel = planned->index};
}

static gph_status
make_inputs(gph_run *run, gph_run_step *step, const gph_plan_step *planned)
{
    const gph_plan *plan = run->plan;
    step->n_in_ch = count_channels(plan, planned->first_in, planned->n_in);
    step->in_ch = gph_run_take(run, step->n_in_ch + 1u, sizeof *step->in_ch);
    gph_in *in = gph_run_take(run, planned->n_in + 1u, sizeof *in);
    if (!step->in_ch || !in)
        return GPH_MEMORY;
    uint32_t at = 0;
    for (uint32_t p = 0; p < planned->n_in; p++) {
        const gph_plan_port *port = &plan->ports[planned->first_in + p];
        in[p].channels = port->channels;
        in[p].ch = port->channels ? step->in_ch + at : NULL;
        for (uint32_t c = 0; c < port->channels; c++) {
            uint32_t slot = plan->channels[port->first + c];
            point_input(run, &step->in_ch[at++], slot);
            if (c < 64 && plan->slots[slot].kind == GPH_SLOT_ZERO)
                in[p].silent |= UINT64_C(1) << c;
        }
    }
    step->n_first_in = planned->n_in ? plan->ports[planned->first_in].channels : 0;
    step->io.in = in;
    return GPH_OK;
}

static gph_status
make_outputs(gph_run *run, gph_run_step *step, const gph_plan_step *planned)
{
    const gph_plan *plan = run->plan;
    step->n_out_ch = count_channels(plan, planned->first_out, planned->n_out);
    step->out_ch = gph_run_take(run, step->n_out_ch + 1u, sizeof *step->out_ch);
    step->outs = gph_run_take(run, planned->n_out + 1u, sizeof *step->outs);
    if (!step->out_ch || !step->outs)
        return GPH_MEMORY;
    uint32_t at = 0;
    for (uint32_t p = 0; p < planned->n_out; p++) {
        const gph_plan_port *port = &plan->ports[planned->first_out + p];
        step->outs[p].channels = port->channels;
        step->outs[p].ch = step->out_ch + at;
        for (uint32_t c = 0; c < port->channels; c++)
            step->out_ch[at++] = run->slot_buffers[plan->channels[port->first + c]];
    }
    step->n_outs = planned->n_out;
    step->io.out = step->outs;
    return GPH_OK;
}

static gph_status
make_values(gph_run *run, gph_run_step *step, const gph_graph_node *node)
{
    step->n_params = node->type->type.n_params;
    uint32_t *first = gph_run_take(run, step->n_params + 1u, sizeof *first);
    step->values = gph_run_take(run, step->n_params + 1u, sizeof *step->values);
    if (!first || !step->values)
        return GPH_MEMORY;
    for (uint32_t p = 0; p < step->n_params; p++) {
        gph_run_param *param = &run->params[run->first_param[step->node] + p];
        uint32_t item = step->copy * param->info->copy_stride;
        first[p] = item < param->info->n_items ? item : 0;
        step->values[p] = (gph_value){.value = param->items[first[p]].to,
                                      .flags = GPH_VALUE_CONSTANT,
                                      .ramp = param->curves[first[p]],
                                      .ramps = param->curves + first[p]};
    }
    step->values_first = first;
    step->io.params = step->values;
    return GPH_OK;
}

static gph_status
make_step_meters(gph_run *run, gph_run_step *step, const gph_graph_node *node)
{
    uint32_t n = node->type->type.n_meters;
    float **meters = gph_run_take(run, n + 1u, sizeof *meters);
    if (!meters)
        return GPH_MEMORY;
    for (uint32_t m = 0; m < n; m++) {
        uint32_t item = step->copy * node->meters[m].copy_items;
        item = item < node->meters[m].n_items ? item : 0;
        meters[m] = run->meters + run->first_meter[step->node][m] + item;
    }
    step->io.meters = meters;
    return GPH_OK;
}

/* The trigger `done` of a player, or GPH_NONE. */
static uint32_t
done_trigger(const gph_graph_node *node)
{
    const gph_type_info *type = node->type;
    if (node->kind != GPH_NODE_MODULE || type->n_in != 0)
        return GPH_NONE;
    return gph_type_find_trigger(type, "done", GPH_TRIGGER_OUT);
}

bool
gph_node_is_player(const gph_graph_node *node)
{
    return done_trigger(node) != GPH_NONE;
}

static gph_status
make_events(gph_run *run, gph_run_step *step)
{
    step->events = gph_run_take(run, GPH_RUN_MAX_EVENTS, sizeof *step->events);
    step->late = gph_run_take(run, GPH_RUN_MAX_LATE, sizeof *step->late);
    step->events_capacity = GPH_RUN_MAX_EVENTS;
    return step->events && step->late ? GPH_OK : GPH_MEMORY;
}

static bool
takes_events(const gph_run_step *step, const gph_graph_node *node)
{
    bool takes = step->runtime->n_streams > 0;
    for (uint32_t t = 0; t < node->type->type.n_triggers; t++)
        takes |= node->type->type.triggers[t].direction == GPH_TRIGGER_IN;
    return takes;
}

/* Room for scrubbed copies of all inputs. */
static gph_status
make_scrub(gph_run *run, gph_run_step *step)
{
    step->scrub = gph_run_take_samples(run, (size_t)step->n_in_ch * run->limit);
    step->in_home = gph_run_take(run, step->n_in_ch + 1u, sizeof *step->in_home);
    if (!step->scrub || !step->in_home)
        return GPH_MEMORY;
    memcpy(step->in_home, step->in_ch, step->n_in_ch * sizeof *step->in_ch);
    return GPH_OK;
}

static gph_status
make_process(gph_run *run, gph_run_step *step, const gph_plan_step *planned)
{
    const gph_graph_node *node = &run->plan->graph->nodes[planned->node];
    const gph_graph_copy *copy = &node->copies[planned->copy];
    step->process = node->type->type.process;
    step->reset = node->type->type.reset;
    step->instance = copy->instance;
    step->type_flags = node->type->type.flags;
    step->runtime = gph_runtime_of(copy->runtime);
    step->runtime->run = run;
    step->runtime->step = step;
    step->runtime->instance = copy->instance;
    step->bare = gph_runtime_is_bare(step->runtime);
    step->scans = step->runtime->writes_table;
    step->done_index = done_trigger(node);
    step->is_player = step->done_index != GPH_NONE;
    gph_status status = make_values(run, step, node);
    if (status == GPH_OK)
        status = make_step_meters(run, step, node);
    if (status == GPH_OK && takes_events(step, node))
        status = make_events(run, step);
    if (status == GPH_OK && step->scans)
        status = make_scrub(run, step);
    return status;
}

static gph_status
make_output(gph_run *run, gph_run_step *step, bool *written)
{
    const gph_graph_node *node = &run->plan->graph->nodes[step->node];
    bool *first = gph_run_take(run, step->n_in_ch + 1u, sizeof *first);
    if (!first)
        return GPH_MEMORY;
    for (uint32_t c = 0; c < step->n_in_ch; c++) {
        uint32_t channel = node->device_channels[c];
        if (channel >= run->n_host_out)
            continue;
        first[c] = !written[channel];
        written[channel] = true;
    }
    step->host_channels = node->device_channels;
    step->first_writer = first;
    return make_scrub(run, step);
}

/* The read and the write step of a node share a line. */
static gph_status
make_line(gph_run *run, gph_run_step *step, uint32_t block)
{
    const gph_graph_node *node = &run->plan->graph->nodes[step->node];
    gph_run_step *reader = &run->steps[run->plan->first_step[step->node]];
    if (step == reader) {
        step->line = gph_run_take(run, 1, sizeof *step->line);
        if (!step->line)
            return GPH_MEMORY;
        step->line->n_channels = step->n_out_ch;
        step->line->length = gph_run_feedback_frames(node, block);
        step->line->frames = gph_run_take_samples(run, (size_t)step->n_out_ch * step->line->length);
        return step->line->frames ? GPH_OK : GPH_MEMORY;
    }
    step->line = reader->line;
    return step->line && step->line->n_channels == step->n_in_ch ? GPH_OK : GPH_STATE;
}

static gph_status
make_table(gph_run *run, gph_run_step *step, const gph_table_set *tables)
{
    const gph_graph_node *node = &run->plan->graph->nodes[step->node];
    step->desk = tables ? gph_table_set_desk(tables, node->name) : NULL;
    step->type_flags = node->type->type.flags;
    gph_status status = make_values(run, step, node);
    return status == GPH_OK ? make_events(run, step) : status;
}

static gph_status
make_step(gph_run *run, uint32_t s, const gph_run_options *options, bool *written)
{
    const gph_plan_step *planned = &run->plan->steps[s];
    gph_run_step *step = &run->steps[s];
    step->kind = planned->kind;
    step->node = planned->node;
    step->copy = planned->copy;
    step->edges = run->plan->edges + planned->first_edge;
    step->n_edges = planned->n_edges;
    step->not_finite_at = INT64_MIN;
    gph_status status = make_mixes(run, step, planned);
    if (status == GPH_OK)
        status = make_inputs(run, step, planned);
    if (status == GPH_OK)
        status = make_outputs(run, step, planned);
    if (status != GPH_OK)
        return status;
    if (step->kind == GPH_STEP_PROCESS)
        return make_process(run, step, planned);
    if (step->kind == GPH_STEP_OUTPUT)
        return make_output(run, step, written);
    if (step->kind == GPH_STEP_TABLE)
        return make_table(run, step, options->tables);
    return make_line(run, step, options->block);
}

gph_status
gph_run_make_steps(gph_run *run, const gph_run_options *options)
{
    run->n_steps = run->plan->n_steps;
    run->steps = gph_run_take(run, run->n_steps + 1u, sizeof *run->steps);
    bool *written = gph_run_take(run, run->n_host_out + 1u, sizeof *written);
    if (!run->steps || !written)
        return GPH_MEMORY;
    for (uint32_t s = 0; s < run->n_steps; s++) {
        gph_status status = make_step(run, s, options, written);
        if (status != GPH_OK)
            return status;
    }
    return GPH_OK;
}

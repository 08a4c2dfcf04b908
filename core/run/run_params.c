/* Parameters on their way: linear ramps, one value a frame. [audio]
 *
 * A ramp of n frames that sets out at frame s for `to` has at frame s + k - 1 the value from +
 * (to - from) * (k / n), and `to` itself from k = n on: a function of the absolute frame, so that no
 * bit depends on blocks. A change in mid-ramp sets out from the value of the frame before. */
#include "run_state.h"

#include <math.h>

/* What process sees of a value in the base unit. */
float
gph_run_param_linear(const gph_param *info, float value)
{
    if (!(info->flags & GPH_PARAM_GAIN))
        return value;
    return value == -INFINITY ? 0.0f : (float)pow(10.0, (double)value / 20.0);
}

float
gph_run_param_clamp(const gph_graph_param *info, float value)
{
    if (isnan(value))
        return info->info->def;
    if ((info->info->flags & GPH_PARAM_GAIN) && value == -INFINITY)
        return value;
    if (info->info->flags & (GPH_PARAM_SWITCH | GPH_PARAM_CHOICE))
        value = rintf(value);
    return value < info->min ? info->min : value > info->max ? info->max : value;
}

static float
value_at(const gph_run_item *item, uint32_t length, int64_t frame)
{
    int64_t k = frame - item->start + 1;
    if (k >= (int64_t)length)
        return item->to;
    return item->from + (item->to - item->from) * ((float)k / (float)length);
}

static void
fill(gph_run_item *item, uint32_t length, int64_t clock, uint32_t from, uint32_t to)
{
    uint32_t f = from;
    int64_t past = item->start + (int64_t)length - 1; /* first frame at the end of the ramp */
    for (; f < to && clock + f < past; f++)
        item->curve[f] = value_at(item, length, clock + f);
    for (; f < to; f++)
        item->curve[f] = item->to;
}

/* The gph_value of a parameter in every copy of its node. */
static void
tell_copies(gph_run *run, const gph_run_param *param, uint32_t flags)
{
    const gph_graph_node *node = &run->plan->graph->nodes[param->node];
    uint32_t first = run->plan->first_step[param->node];
    for (uint32_t c = 0; c < node->n_copies; c++) {
        gph_run_step *step = &run->steps[first + c];
        /* io.params is const for the module alone. */
        gph_value *value = step->values + param->index;
        uint32_t item = c * param->info->copy_stride;
        value->flags = flags;
        if (run->block && item < param->info->n_items)
            value->value = param->items[item].curve[run->block - 1];
    }
}

static void
list(gph_run *run, gph_run_param *param)
{
    if (param->listed)
        return;
    param->listed = true;
    param->filled = 0;
    run->moving[run->n_moving++] = param;
    tell_copies(run, param, 0);
}

/* Writes the curves of all moving items up to frame `to` of the block. */
static void
fill_to(gph_run *run, gph_run_param *param, uint32_t to)
{
    if (to <= param->filled)
        return;
    for (uint32_t i = 0; i < param->info->n_items; i++)
        if (param->items[i].moving)
            fill(&param->items[i], param->info->smooth_frames, run->clock, param->filled, to);
    param->filled = to;
}

static void
set_item(gph_run *run, gph_run_param *param, uint32_t i, const gph_run_action *action, uint32_t at)
{
    gph_run_item *item = &param->items[i];
    float value = action->value;
    if (action->kind == GPH_COMMAND_FLIP)
        value = atomic_load_explicit(&item->target, memory_order_relaxed) > 0.5f ? 0.0f : 1.0f;
    value = gph_run_param_clamp(param->info, value);
    float to = gph_run_param_linear(param->info->info, value);
    if (!item->moving) {
        item->moving = true;
        param->n_moving++;
        item->from = item->to;
    } else {
        item->from = value_at(item, param->info->smooth_frames, run->clock + at - 1);
    }
    item->to = to;
    item->start = run->clock + at;
    atomic_store_explicit(&item->target, value, memory_order_relaxed);
}

/* A change at a frame of the present block (or of before: then at its first frame). */
void
gph_run_params_set(gph_run *run, const gph_run_action *action)
{
    gph_run_param *param = &run->params[run->first_param[action->node] + action->index];
    uint32_t at = action->frame > run->clock ? (uint32_t)(action->frame - run->clock) : 0;
    list(run, param);
    fill_to(run, param, at);
    if (action->n_items) {
        for (uint32_t n = 0; n < action->n_items; n++)
            if (action->items[n] < param->info->n_items)
                set_item(run, param, action->items[n], action, at);
    } else if (action->item == GPH_RUN_ALL_ITEMS) {
        for (uint32_t i = 0; i < param->info->n_items; i++)
            set_item(run, param, i, action, at);
    } else if (action->item < param->info->n_items) {
        set_item(run, param, action->item, action, at);
    }
}

/* Items whose ramp ended before this block come to rest: their curve is made flat once. */
static void
settle(gph_run *run, gph_run_param *param)
{
    for (uint32_t i = 0; i < param->info->n_items; i++) {
        gph_run_item *item = &param->items[i];
        if (!item->moving || run->clock < item->start + (int64_t)param->info->smooth_frames - 1)
            continue;
        for (uint32_t f = 0; f < run->limit; f++)
            item->curve[f] = item->to;
        item->moving = false;
        param->n_moving--;
    }
}

/* After the changes of the block: completes the curves, and takes what rests off the list. */
void
gph_run_params_fill(gph_run *run)
{
    uint32_t kept = 0;
    for (uint32_t n = 0; n < run->n_moving; n++) {
        gph_run_param *param = run->moving[n];
        fill_to(run, param, run->block);
        param->filled = 0;
        tell_copies(run, param, 0);
        run->moving[kept++] = param;
    }
    run->n_moving = kept;
}

/* Before the changes of a block. */
void
gph_run_params_settle(gph_run *run)
{
    uint32_t kept = 0;
    for (uint32_t n = 0; n < run->n_moving; n++) {
        gph_run_param *param = run->moving[n];
        settle(run, param);
        if (param->n_moving) {
            run->moving[kept++] = param;
        } else {
            param->listed = false;
            tell_copies(run, param, GPH_VALUE_CONSTANT);
        }
    }
    run->n_moving = kept;
}

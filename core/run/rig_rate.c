/* A device that has come back with another rate: takes end, and the rig is made anew for it. [control]
 *
 * What is to be is made before what was is given up: where it cannot be made, nothing has changed. */
#include "rig_inside.h"

#include <stdlib.h>

/* What is made for one rate. */
typedef struct body {
    gph_graph *graph;
    gph_plan *plan;
    gph_run *run;
    gph_table_set *tables;
    gph_take_counter *takes;
    struct gph_rig_restart *restarts;
    gph_rig_watch *watches;
    uint32_t n_writers;
    gph_watch *watch;
    bool watchdog;
    uint32_t watch_spared;
    int64_t length;
    bool finds_end;
} body;

static body
take_out(gph_rig *rig)
{
    return (body){.graph = rig->graph,
                  .plan = rig->plan,
                  .run = rig->run,
                  .tables = rig->context.tables,
                  .takes = rig->context.takes,
                  .restarts = rig->restarts,
                  .watches = rig->watches,
                  .n_writers = rig->n_writers,
                  .watch = rig->watch,
                  .watchdog = rig->watchdog,
                  .watch_spared = rig->watch_spared,
                  .length = rig->length,
                  .finds_end = rig->finds_end};
}

static void
put_in(gph_rig *rig, const body *other)
{
    rig->graph = other->graph;
    rig->plan = other->plan;
    rig->run = other->run;
    rig->context.tables = other->tables;
    rig->context.takes = other->takes;
    rig->restarts = other->restarts;
    rig->watches = other->watches;
    rig->n_writers = other->n_writers;
    rig->watch = other->watch;
    rig->watchdog = other->watchdog;
    rig->watch_spared = other->watch_spared;
    rig->length = other->length;
    rig->finds_end = other->finds_end;
}

static void
exchange(gph_rig *rig, body *other)
{
    body mine = take_out(rig);
    put_in(rig, other);
    *other = mine;
}

/* ---------------------------------------------------------------- whether it may be */

/* The first recorder that does not take another rate, or that does. */
static const gph_runtime_stream *
first_writer(const gph_rig *rig, bool takes_new_rate)
{
    for (uint32_t w = 0; w < rig->n_writers; w++) {
        const gph_runtime_stream *stream = gph_context_writer(rig->graph, w);
        if (stream->takes_new_rate == takes_new_rate)
            return stream;
    }
    return NULL;
}

void
gph_rig_check_rates(gph_rig *rig)
{
    const gph_runtime_stream *some = first_writer(rig, true);
    const gph_runtime_stream *none = first_writer(rig, false);
    if (some && rig->patch->settings.rate > 0)
        gph_rig_tell(
            rig, GPH_LOG_WARNING, some->owner->node, -1,
            "'rate-change = take' has no effect: the rig demands %u Hz ('rate' in [patch])",
            rig->patch->settings.rate);
    else if (some && none)
        gph_rig_tell(rig, GPH_LOG_WARNING, none->owner->node, -1,
                     "'rate-change = take' of [%s] has no effect without the same here",
                     rig->graph->nodes[some->owner->node].name);
}

gph_status GPH_CALL
gph_rig_accepts(void *user, const gph_got *got)
{
    const gph_rig *rig = user;
    bool refused = got->rate > rig->refused_rate - 0.5 && got->rate < rig->refused_rate + 0.5;
    bool may = rig->patch->settings.rate == 0 && rig->n_writers > 0 && !first_writer(rig, false);
    return may && !refused ? GPH_OK : GPH_UNSUPPORTED;
}

/* ---------------------------------------------------------------- from one to the other */

static bool
records(const gph_rig *rig, uint32_t writer)
{
    gph_stream_status *now = &rig->scratch->status;
    gph_stream_status_get(gph_context_writer(rig->graph, writer)->stream, now);
    return now->state == GPH_STREAM_RECORDING || now->state == GPH_STREAM_DEGRADED;
}

/* Recorders of the other body that are to record, as these do. The graphs are of one patch: writers have the same
 * places. */
static void
note_writers(const gph_rig *rig, const body *other)
{
    for (uint32_t w = 0; w < rig->n_writers && w < other->n_writers; w++) {
        other->watches[w].goes_on = records(rig, w);
        other->watches[w].n_before = rig->watches[w].n_before;
    }
}

/* What was finished outlives the streams that told of it. */
static void
keep_files(gph_rig *rig, const body *other)
{
    for (uint32_t w = 0; w < rig->n_writers; w++) {
        if (w < other->n_writers)
            other->watches[w].n_before += rig->watches[w].n_files;
        gph_stream_give_files(gph_context_writer(rig->graph, w)->stream);
    }
    for (uint32_t t = 0; t < rig->n_takes; t++)
        rig->takes[t].ours = (gph_take_file *)(uintptr_t)rig->takes[t].file;
}

/* The trigger that begins a take; GPH_NONE: the type has none. */
static uint32_t
record_trigger(const gph_type *type)
{
    for (uint32_t t = 0; t < type->n_triggers; t++)
        if (type->triggers[t].direction == GPH_TRIGGER_IN &&
            strcmp(type->triggers[t].name, "record") == 0)
            return t;
    return GPH_NONE;
}

/* Each node once, whatever number of streams it has. */
static void
record_again(gph_rig *rig)
{
    uint32_t last = GPH_NONE;
    for (uint32_t w = 0; w < rig->n_writers; w++) {
        uint32_t node = gph_context_writer(rig->graph, w)->owner->node;
        uint32_t trigger = record_trigger(&rig->graph->nodes[node].type->type);
        if (!rig->watches[w].goes_on || node == last || trigger == GPH_NONE)
            continue;
        last = node;
        const gph_command command = {.kind = GPH_COMMAND_TRIGGER,
                                     .node = node,
                                     .index = trigger,
                                     .frame = GPH_RUN_NOW,
                                     .value = 1};
        gph_run_send(rig->run, &command);
    }
}

/* Makes all that is needed for the rate; where it cannot be, the rig is as it was. */
static bool
make(gph_rig *rig, const gph_got *got, body *made)
{
    *made = (body){0};
    exchange(rig, made);
    int exit = gph_rig_build(rig, got->rate);
    if (!exit)
        exit = gph_rig_ready(rig, got);
    if (exit) {
        gph_rig_unbuild(rig);
        free(rig->watches);
    }
    body mine = exit ? (body){0} : take_out(rig);
    put_in(rig, made);
    *made = mine;
    return !exit;
}

gph_status
gph_rig_change_rate(gph_rig *rig, const gph_got *got)
{
    body other;
    double before = rig->got.rate;
    if (!make(rig, got, &other)) {
        rig->refused_rate = got->rate;
        gph_rig_tell(rig, GPH_LOG_ERROR, GPH_NONE, -1,
                     "the rig cannot go on at %.10g Hz; it waits for %.10g Hz", got->rate, before);
        return GPH_UNSUPPORTED;
    }
    gph_run_adopt_params(other.run, rig->run);
    note_writers(rig, &other);
    bool tables = gph_table_set_bytes(rig->context.tables) > 0;
    gph_rig_finish(rig);
    keep_files(rig, &other);
    gph_rig_unbuild(rig);
    free(rig->watches);
    put_in(rig, &other);
    rig->failed_frames = true;
    gph_rig_tell(rig, GPH_LOG_WARNING, GPH_NONE, -1,
                 "%s has %.10g Hz now instead of %.10g Hz: new takes begin%s; what was to be heard "
                 "meanwhile is "
                 "missing",
                 *rig->device ? rig->device : rig->host->id, got->rate, before,
                 tables ? ", tables begin as at the start" : "");
    gph_rig_keep_got(rig, got);
    gph_rig_open_midi(rig);
    record_again(rig);
    /* Where they are required and not there any more, it has been said. */
    (void)gph_rig_take_rights(rig);
    gph_rig_guard(rig);
    return GPH_OK;
}

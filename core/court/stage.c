/* One instance on its own: set up and taken down. What plays it is stage_play.c. [control] */
#include "stage_inside.h"

#include "guarded.h"
#include "verdict.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---------------------------------------------------------------- the runtime's side */

static stage *
stage_of(const gph_runtime *rt)
{
    union {
        const gph_runtime *given;
        stage *own; /* rt is its first member */
    } cast = {rt};
    return cast.own;
}

fakes *
fakes_of(const gph_runtime *rt)
{
    return stage_of(rt)->fakes;
}

static const void *GPH_CALL
get(const gph_runtime *rt, const char *id) GPH_AUDIO
{
    return fakes_get(stage_of(rt)->fakes, id);
}

static void GPH_CALL
log_line(const gph_runtime *rt, uint32_t level, const char *text)
{
    (void)rt;
    (void)level;
    (void)text;
}

static void GPH_CALL
fault(const gph_runtime *rt, uint32_t code, int64_t a, int64_t b) GPH_AUDIO
{
    const stage *s = stage_of(rt);
    (void)a;
    (void)b;
    if (code >= s->type->type.n_faults)
        verdict_fail("reports fault %u; it has %u", code, s->type->type.n_faults);
}

static void GPH_CALL
emit(const gph_runtime *rt, const gph_event *event) GPH_AUDIO
{
    stage *s = stage_of(rt);
    const gph_type *type = &s->type->type;
    if (event->index >= type->n_triggers ||
        type->triggers[event->index].direction != GPH_TRIGGER_OUT)
        verdict_fail("gives trigger %u, which is none that it gives", event->index);
    else if (!s->frames)
        verdict_fail("gives a trigger outside of process()");
    else if (event->frame >= s->frames)
        verdict_fail("gives trigger '%s' at frame %u of a block of %u",
                     type->triggers[event->index].name, event->frame, s->frames);
    if (s->take) {
        s->take->n_events++;
        s->take->events = (s->take->events ^ (uint64_t)(s->clock + event->frame) ^
                           ((uint64_t)event->index << 48)) *
                          0x100000001b3u;
    }
}

static void GPH_CALL
restart(const gph_runtime *rt) GPH_AUDIO
{
    (void)rt;
}

/* ---------------------------------------------------------------- widths */

static uint32_t
within(const gph_port *port, uint32_t wanted)
{
    return wanted < port->min ? port->min : wanted > port->max ? port->max : wanted;
}

/* An input as `describe` has it, once it has spoken. */
static const gph_port *
input_of_instance(const stage *s, uint32_t in, const gph_port *of_type)
{
    const gph_type_info *own = s->of_instance;
    return in < own->n_in ? &own->type.ports[own->in_ports[in]] : of_type;
}

/* Whether nothing goes into an input: a sidechain that not every instance has is wired once `describe` shows it. */
static bool
is_open(const stage *s, uint32_t in, const gph_port *port)
{
    if ((port->flags & GPH_PORT_OPTIONAL) == 0)
        return false;
    if (s->ask.flags & STAGE_UNWIRED)
        return true;
    if (s->of_instance != s->type)
        return in >= s->of_instance->n_in;
    return s->type->type.describe != NULL && (port->flags & GPH_PORT_SIDECHAIN) != 0;
}

/* Widths by the ports' rules. An output that may choose has its least until configure says. */
static void
resolve(stage *s, bool outputs)
{
    const gph_type_info *type = s->type;
    uint32_t widths[GPH_MAX_CHANNELS] = {0};
    const uint32_t n =
        type->type.n_ports < GPH_MAX_CHANNELS ? type->type.n_ports : GPH_MAX_CHANNELS;
    for (uint32_t pass = 0; pass < 3; pass++)
        for (uint32_t p = 0, in = 0, out = 0; p < n; p++) {
            const gph_port *port = &type->type.ports[p];
            const bool is_in = port->direction == GPH_PORT_IN;
            uint32_t *own = is_in ? &s->in[in] : &s->out[out];
            if (port->rule == GPH_WIDTH_SAME_AS)
                *own = widths[port->ref];
            else if (is_in)
                *own =
                    is_open(s, in, port) ? 0 : within(input_of_instance(s, in, port), s->ask.width);
            else if (!outputs)
                *own = port->min;
            widths[p] = *own;
            in += is_in;
            out += !is_in;
        }
}

/* ---------------------------------------------------------------- life */

/* Around each call of the module that may allocate: what the test wants to fail is the module's, not ours. */
static void
enter(stage *s, const char *function)
{
    verdict_enter(function, 0);
    guarded_fail_allocation(s->fails_at);
}

static void
leave(stage *s)
{
    if (s->fails_at) {
        s->fails_at -= guarded_has_failed() ? s->fails_at : guarded_allocated();
        s->has_failed |= guarded_has_failed();
        guarded_fail_allocation(0);
    }
    verdict_leave();
}

static gph_status
failed(stage_take *take, const char *where, gph_status status, const char *why)
{
    take->status = status;
    take->where = where;
    snprintf(take->why, sizeof take->why, "%s", why);
    return status;
}

static gph_status
configure(stage *s, stage_take *take)
{
    const gph_type *type = &s->type->type;
    resolve(s, false);
    settings_free(s->settings);
    s->settings = settings_new(s->type, s->ask.sets, s->ask.rate);
    gph_config *config = settings_config(s->settings, s->in, s->out);
    if (type->configure) {
        enter(s, "configure()");
        const gph_status status = type->configure(s->node, config);
        leave(s);
        if (status < 0)
            return failed(take, "configure()", status, config->error);
    }
    resolve(s, true);
    for (uint32_t p = 0; p < s->type->n_out; p++) {
        const gph_port *port = &type->ports[s->type->out_ports[p]];
        if (port->rule == GPH_WIDTH_RANGE && (s->out[p] < port->min || s->out[p] > port->max)) {
            verdict_fail("configure() gives output '%s' %u channels; it has %u to %u", port->name,
                         s->out[p], port->min, port->max);
            return failed(take, "configure()", GPH_ARGUMENT, "a width out of bounds");
        }
    }
    return GPH_OK;
}

/* Ports, parameters and meters of this instance. */
static gph_status
describe(stage *s, stage_take *take)
{
    const gph_type *type = &s->type->type;
    if (!type->describe)
        return GPH_OK;
    enter(s, "describe()");
    const gph_type *given = type->describe(s->node);
    leave(s);
    if (!given)
        return GPH_OK;
    const char *why = NULL;
    gph_type_info *own = NULL;
    const gph_status status = gph_type_normalise(given, s->type->module, s->arena, &own, &why);
    if (status != GPH_OK) {
        verdict_fail("describe() gives a type that %s", why ? why : "cannot be read");
        return failed(take, "describe()", status, why ? why : "");
    }
    s->of_instance = own;
    return GPH_OK;
}

/* Whether an instance's inputs turned out to take other widths than it was configured with. */
static bool
is_misfit(const stage *s)
{
    for (uint32_t i = 0; i < s->of_instance->n_in && i < s->type->n_in; i++) {
        const gph_port *port = &s->of_instance->type.ports[s->of_instance->in_ports[i]];
        const bool missing = s->in[i] == 0 && !is_open(s, i, port);
        if (missing || (s->in[i] != 0 && s->in[i] != within(port, s->in[i])))
            return true;
    }
    return false;
}

/* As a rig does: what is too narrow for its wires is configured once more, as one copy of several. */
static gph_status
settle(stage *s, stage_take *take)
{
    gph_status status = configure(s, take);
    if (status == GPH_OK)
        status = describe(s, take);
    if (status != GPH_OK || !is_misfit(s))
        return status;
    status = configure(s, take);
    return status == GPH_OK ? describe(s, take) : status;
}

static gph_status
activate(stage *s, stage_take *take)
{
    const gph_type *type = &s->type->type;
    gph_setup setup = {.size = sizeof setup,
                       .max_frames = GPH_MAX_FRAMES,
                       .rate = s->ask.rate,
                       .in_channels = s->in,
                       .out_channels = s->out,
                       .flags = GPH_SETUP_OFFLINE | GPH_SETUP_VALIDATING};
    gph_status status = GPH_OK;
    if (type->activate) {
        enter(s, "activate()");
        status = type->activate(s->node, &setup);
        leave(s);
    }
    take->latency = setup.latency;
    take->tail = setup.tail;
    if (status < 0)
        return failed(take, "activate()", status, "");
    s->active = true;
    return GPH_OK;
}

stage *
stage_open(const stage_ask *ask, stage_take *take)
{
    return stage_open_failing(ask, take, 0);
}

bool
stage_failing_came(const stage *s)
{
    return s->has_failed;
}

stage *
stage_open_failing(const stage_ask *ask, stage_take *take, long fails_at)
{
    *take = (stage_take){.status = GPH_OK, .where = ""};
    stage *s = calloc(1, sizeof *s);
    if (s)
        s->arena = gph_arena_new(NULL);
    if (!s || !s->arena)
        exit(70);
    s->ask = *ask;
    s->fails_at = fails_at;
    s->type = s->of_instance = ask->type;
    s->fakes = fakes_new(ask->trouble, ask->rate);
    s->rt = (gph_runtime){.size = sizeof s->rt,
                          .abi_minor = GPH_ABI_MINOR,
                          .get = get,
                          .log = log_line,
                          .fault = fault,
                          .emit = emit,
                          .restart = restart};
    if (ask->type->n_in > STAGE_PORTS || ask->type->n_out > STAGE_PORTS) {
        failed(take, "the court", GPH_LIMIT, "more than 8 ports of a direction are not tried");
        return s;
    }
    if (ask->type->type.create) {
        enter(s, "create()");
        s->node = ask->type->type.create(&s->rt, ask->type->given);
        leave(s);
        if (!s->node) {
            failed(take, "create()", GPH_MEMORY, "it gave NULL");
            return s;
        }
    }
    if (settle(s, take) == GPH_OK)
        activate(s, take);
    return s;
}

static void
deactivate(stage *s)
{
    const gph_type *type = &s->type->type;
    if (s->active && type->deactivate) {
        verdict_enter("deactivate()", 0);
        type->deactivate(s->node);
        verdict_leave();
    }
    s->active = false;
}

void
stage_restart(stage *s, stage_take *take)
{
    *take = (stage_take){.status = GPH_OK, .where = ""};
    deactivate(s);
    s->of_instance = s->type;
    if (settle(s, take) == GPH_OK)
        activate(s, take);
}

void
stage_close(stage *s)
{
    if (!s)
        return;
    const gph_type *type = &s->type->type;
    deactivate(s);
    if (s->node && type->destroy) {
        verdict_enter("destroy()", 0);
        type->destroy(s->node);
        verdict_leave();
    }
    settings_free(s->settings);
    fakes_free(s->fakes);
    gph_arena_free(s->arena);
    free(s);
}

void
stage_run(const stage_ask *ask, stage_take *take)
{
    stage *s = stage_open(ask, take);
    if (s && take->status >= 0)
        stage_play(s, take);
    stage_close(s);
}

void
stage_take_finish(stage_take *take)
{
    for (uint32_t p = 0; p < take->n_out; p++) {
        for (uint32_t c = 0; take->samples[p] && c < take->out[p]; c++)
            free(take->samples[p][c]);
        free(take->samples[p]);
    }
    *take = (stage_take){0};
}

bool
stage_has_input(const gph_type_info *type)
{
    return type->n_in > 0;
}

const gph_type *
stage_type(const stage *s)
{
    return &s->of_instance->type;
}

bool
stage_uses_services(const stage *s)
{
    return fakes_are_used(s->fakes);
}

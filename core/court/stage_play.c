/* Plays an instance: blocks, events, buffers at walls. [control, as audio] */
#include "stage_inside.h"

#include "../platform/clock.h"
#include "../platform/float_mode.h"
#include "guarded.h"
#include "memory_lock.h"
#include "seed.h"
#include "verdict.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_EVENTS = 96, SENT = 3, NAME = 96 };

/* What an output has before process has written it: a NaN that nobody computes. */
static const uint32_t unwritten = 0x7fc0dead;

/* The buffers of one port. */
typedef struct port_cells {
    char name[NAME];
    uint32_t width;
    cell *ch[GPH_MAX_CHANNELS];
    cell *list;
    bool shared; /* with the input of the same number */
} port_cells;

typedef struct play {
    stage *s;
    port_cells in[STAGE_PORTS], out[STAGE_PORTS];
    cell *ins, *outs, *meters, *events;
    cell *items[64]; /* of meters */
    char meter_names[64][NAME];
    uint32_t n_meters;
    curves *curves;
    struct {
        uint32_t frame, trigger;
    } sent[MOST_EVENTS];
    uint32_t n_sent, n_calls;
    bool told_unwritten;
} play;

/* ---------------------------------------------------------------- making */

static void
make_ports(play *p, port_cells *ports, uint32_t n, const uint32_t *widths, bool is_in,
           uint32_t most)
{
    const gph_type_info *type = p->s->type;
    for (uint32_t i = 0; i < n; i++) {
        const uint32_t place = is_in ? type->in_ports[i] : type->out_ports[i];
        snprintf(ports[i].name, NAME, "%s '%.70s'", is_in ? "input" : "output",
                 type->type.ports[place].name);
        ports[i].width = widths[i];
        for (uint32_t c = 0; c < widths[i]; c++)
            ports[i].ch[c] = ports[i].shared
                                 ? p->in[i].ch[c]
                                 : cell_new(CELL_FRAMES, ports[i].name, c, sizeof(float), most);
        ports[i].list = cell_new(CELL_CHANNEL, ports[i].name, 0, sizeof(float *), widths[i]);
    }
}

static uint32_t
first_width(const stage *s)
{
    return s->type->n_in && s->in[0] ? s->in[0] : s->type->n_out ? s->out[0] : 1;
}

static void
make_meters(play *p)
{
    const gph_type *type = &p->s->of_instance->type;
    const stage *s = p->s;
    p->n_meters = type->n_meters < 64 ? type->n_meters : 64;
    p->meters = cell_new(CELL_LIST, "the meters", 0, sizeof(float *), p->n_meters);
    float **list = cell_use(p->meters, p->n_meters);
    for (uint32_t m = 0; m < p->n_meters; m++) {
        const gph_meter *meter = &type->meters[m];
        const uint32_t items =
            curves_items(meter->rule, meter->items, first_width(s), s->in[0] * s->out[0]);
        snprintf(p->meter_names[m], NAME, "meter '%.70s'", meter->name);
        p->items[m] = cell_new(CELL_METER, p->meter_names[m], 0, sizeof(float), items);
        list[m] = cell_use(p->items[m], items);
    }
}

/* Triggers by chance, the first at the first frame and the last at the last one. */
static void
send_triggers(play *p)
{
    const gph_type *type = &p->s->type->type;
    uint32_t seed = p->s->ask.seed + 77;
    for (uint32_t n = 0; n < SENT; n++)
        for (uint32_t t = 0; t < type->n_triggers && p->n_sent < MOST_EVENTS; t++) {
            if (type->triggers[t].direction != GPH_TRIGGER_IN)
                continue;
            const uint32_t frames = p->s->ask.frames;
            const uint32_t frame = n == 0 && t == 0   ? 0
                                   : n == 1 && t == 0 ? frames - 1
                                                      : seed_below(&seed, frames);
            uint32_t at = p->n_sent++;
            for (; at > 0 && p->sent[at - 1].frame > frame; at--)
                p->sent[at] = p->sent[at - 1];
            p->sent[at].frame = frame;
            p->sent[at].trigger = t;
        }
}

static float **
make_samples(uint32_t width, uint32_t frames)
{
    float **ch = calloc(width + 1u, sizeof *ch);
    for (uint32_t c = 0; ch && c < width; c++)
        if (!(ch[c] = calloc(frames, sizeof **ch)))
            exit(70);
    return ch ? ch : (exit(70), NULL);
}

static void
make(play *p, stage_take *take)
{
    stage *s = p->s;
    const uint32_t most = s->ask.frames < GPH_MAX_FRAMES ? s->ask.frames : GPH_MAX_FRAMES;
    const bool in_place =
        (s->ask.flags & STAGE_IN_PLACE) && (s->type->type.flags & GPH_TYPE_IN_PLACE);
    for (uint32_t i = 0; i < s->type->n_out; i++)
        p->out[i].shared = in_place && i < s->type->n_in && s->in[i] == s->out[i];
    make_ports(p, p->in, s->type->n_in, s->in, true, most);
    make_ports(p, p->out, s->type->n_out, s->out, false, most);
    p->ins = cell_new(CELL_LIST, "the input ports", 0, sizeof(gph_in), s->type->n_in);
    p->outs = cell_new(CELL_LIST, "the output ports", 0, sizeof(gph_out), s->type->n_out);
    p->events = cell_new(CELL_LIST, "the events", 0, sizeof(gph_event), MOST_EVENTS);
    make_meters(p);
    p->curves =
        curves_new(&s->of_instance->type, s->ask.mode, s->ask.seed, s->ask.rate, s->ask.frames,
                   first_width(s), s->in[0] ? s->in[0] : 1, s->in[0] * s->out[0]);
    if (s->ask.way)
        curves_move(p->curves, &s->of_instance->type, s->ask.way, s->ask.rate);
    if (s->ask.flags & STAGE_EVENTS)
        send_triggers(p);
    take->frames = s->ask.frames;
    take->n_in = s->type->n_in;
    take->n_out = s->type->n_out;
    memcpy(take->in, s->in, sizeof take->in);
    memcpy(take->out, s->out, sizeof take->out);
    for (uint32_t i = 0; i < take->n_out; i++) {
        take->samples[i] = make_samples(s->out[i], s->ask.frames);
        take->names[i] = s->type->type.ports[s->type->out_ports[i]].name;
    }
}

static void
unmake_ports(port_cells *ports, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        for (uint32_t c = 0; c < ports[i].width && !ports[i].shared; c++)
            cell_free(ports[i].ch[c]);
        cell_free(ports[i].list);
    }
}

static void
unmake(play *p)
{
    unmake_ports(p->out, p->s->type->n_out);
    unmake_ports(p->in, p->s->type->n_in);
    for (uint32_t m = 0; m < p->n_meters; m++)
        cell_free(p->items[m]);
    cell *const lists[] = {p->ins, p->outs, p->meters, p->events};
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
        cell_free(lists[i]);
    curves_free(p->curves);
    free(p);
}

/* ---------------------------------------------------------------- a call */

static float
noise(uint32_t seed, uint32_t channel, uint32_t frame)
{
    uint32_t x = (frame + 1) * 2654435761u ^ (channel + 1) * 40503u ^ (seed + 1) * 2246822519u;
    return seed_fraction(&x) - 0.5f;
}

static void
fill_input(const play *p, uint32_t port, uint32_t c, uint32_t at, uint32_t frames)
{
    const stage_ask *ask = &p->s->ask;
    float *samples = cell_use(p->in[port].ch[c], frames);
    for (uint32_t f = 0; f < frames; f++)
        samples[f] =
            ask->signal ? ask->signal(ask, port, c, at + f) : noise(ask->seed + port, c, at + f);
}

static gph_in *
give_inputs(play *p, uint32_t at, uint32_t frames)
{
    gph_in *ins = cell_use(p->ins, p->s->type->n_in);
    for (uint32_t i = 0; i < p->s->type->n_in; i++) {
        const float **list = cell_use(p->in[i].list, p->in[i].width);
        for (uint32_t c = 0; c < p->in[i].width; c++) {
            fill_input(p, i, c, at, frames);
            list[c] = cell_use(p->in[i].ch[c], frames);
        }
        ins[i] = (gph_in){.channels = p->in[i].width, .ch = p->in[i].width ? list : NULL};
    }
    return ins;
}

static gph_out *
give_outputs(play *p, uint32_t frames)
{
    gph_out *outs = cell_use(p->outs, p->s->type->n_out);
    for (uint32_t i = 0; i < p->s->type->n_out; i++) {
        float **list = cell_use(p->out[i].list, p->out[i].width);
        for (uint32_t c = 0; c < p->out[i].width; c++) {
            list[c] = cell_use(p->out[i].ch[c], frames);
            for (uint32_t f = 0; f < frames && !p->out[i].shared; f++)
                memcpy(&list[c][f], &unwritten, sizeof unwritten);
        }
        outs[i] = (gph_out){.channels = p->out[i].width, .ch = list};
    }
    return outs;
}

static void
guard_ports(play *p, int rights)
{
    if (!(p->s->ask.flags & STAGE_GUARD))
        return;
    for (uint32_t i = 0; i < p->s->type->n_in; i++)
        for (uint32_t c = 0; c < p->in[i].width; c++)
            if (!(i < p->s->type->n_out && p->out[i].shared))
                cell_protect(p->in[i].ch[c], rights);
    for (uint32_t i = 0; i < p->s->type->n_out; i++)
        for (uint32_t c = 0; c < p->out[i].width && rights == GPH_PAGES_READ; c++)
            cell_guard(p->out[i].ch[c]);
}

static void
look_at_output(play *p, uint32_t port, uint32_t c, uint32_t at, uint32_t frames)
{
    const port_cells *out = &p->out[port];
    const float *samples = cell_use(out->ch[c], frames);
    memcpy(p->s->take->samples[port][c] + at, samples, frames * sizeof(float));
    for (uint32_t f = 0; f < frames && !p->told_unwritten; f++)
        if (memcmp(&samples[f], &unwritten, sizeof unwritten) == 0) {
            verdict_fail("%s, channel %u, frame %u of %u is not written (%u channels wide)",
                         out->name, c + 1, f + 1, frames, out->width);
            p->told_unwritten = true;
        }
    const uint32_t broken = p->s->ask.flags & STAGE_GUARD ? cell_broken(out->ch[c]) : 0;
    if (broken)
        verdict_fail("writes %u frame%s before the start of %s, channel %u", broken,
                     broken == 1 ? "" : "s", out->name, c + 1);
}

static int64_t
now(void)
{
    return gph_clock_system.monotonic_ns(gph_clock_system.user);
}

static gph_status
timed_process(play *p, const gph_io *io)
{
    const stage *s = p->s;
    const uint32_t n = p->n_calls++;
    if (!s->ask.shortest || n >= s->ask.n_shortest)
        return s->type->type.process(s->node, io);
    const int64_t before = now();
    const gph_status status = s->type->type.process(s->node, io);
    const int64_t took = now() - before;
    if (took < s->ask.shortest[n])
        s->ask.shortest[n] = took;
    return status;
}

static gph_status
call(play *p, uint32_t at, uint32_t frames, const gph_event *events, uint32_t n_events)
{
    stage *s = p->s;
    gph_event *given = cell_use(p->events, n_events);
    if (n_events)
        memcpy(given, events, n_events * sizeof *given);
    gph_io io = {.frames = frames,
                 .n_events = n_events,
                 .clock = at,
                 .in = give_inputs(p, at, frames),
                 .out = give_outputs(p, frames),
                 .params = curves_values(p->curves, at, frames, !(s->ask.flags & STAGE_NO_HINT)),
                 .meters = cell_use(p->meters, p->n_meters),
                 .events = given,
                 .flags = GPH_IO_FREEWHEEL};
    s->clock = at;
    s->frames = frames;
    guard_ports(p, GPH_PAGES_READ);
    verdict_enter("process()", frames);
    if (s->ask.flags & STAGE_JUDGE)
        guarded_enter();
    const gph_status status = timed_process(p, &io);
    if (s->ask.flags & STAGE_JUDGE)
        guarded_leave();
    verdict_leave();
    guard_ports(p, GPH_PAGES_WRITE);
    s->frames = 0;
    if (status < 0 || status > GPH_DONE)
        return status;
    for (uint32_t i = 0; i < s->type->n_out; i++)
        for (uint32_t c = 0; c < p->out[i].width; c++)
            look_at_output(p, i, c, at, frames);
    return status;
}

/* ---------------------------------------------------------------- blocks */

static uint32_t
gather(play *p, uint32_t at, uint32_t frames, gph_event *events)
{
    stage *s = p->s;
    uint32_t n = fakes_turn(s->fakes, &s->type->type, s->node, at, events, 16);
    for (uint32_t i = 0; i < p->n_sent && n < MOST_EVENTS; i++)
        if (p->sent[i].frame >= at && p->sent[i].frame - at < frames)
            events[n++] = (gph_event){.when = p->sent[i].frame,
                                      .frame = p->sent[i].frame - at,
                                      .kind = GPH_EVENT_TRIGGER,
                                      .index = p->sent[i].trigger,
                                      .value = 1};
    return n;
}

/* A block as the host gave it, split at events for a type that wants that. */
static gph_status
block(play *p, uint32_t at, uint32_t frames)
{
    gph_event events[MOST_EVENTS];
    const uint32_t n = gather(p, at, frames, events);
    const bool split =
        !(p->s->type->type.flags & GPH_TYPE_EVENTS) || (p->s->ask.flags & STAGE_SPLIT);
    gph_status status = GPH_OK;
    for (uint32_t from = 0, e = 0; from < frames && status >= 0;) {
        uint32_t until = frames;
        const uint32_t first = e;
        for (; e < n && (!split || events[e].frame == from); e++)
            events[e].frame = split ? 0 : events[e].frame;
        if (e < n)
            until = events[e].frame;
        status = call(p, at + from, until - from, events + first, e - first);
        from = until;
    }
    return status;
}

static gph_status
play_once(play *p)
{
    const stage_ask *ask = &p->s->ask;
    gph_status status = GPH_OK;
    for (uint32_t at = 0, n = 0; at < ask->frames && status >= 0; n++) {
        uint32_t size = ask->blocks ? ask->blocks[n % ask->n_blocks] : GPH_MAX_FRAMES;
        size = size < ask->frames - at ? size : ask->frames - at;
        status = block(p, at, size);
        at += size;
    }
    return status;
}

void
stage_play(stage *s, stage_take *take)
{
    play *p = calloc(1, sizeof *p);
    if (!p)
        exit(70);
    p->s = s;
    s->take = take;
    make(p, take);
    /* As the runtime does before the first cycle. */
    if (s->ask.flags & STAGE_JUDGE)
        memory_lock();
    const uint64_t mode = gph_float_mode_get();
    gph_float_mode_set(GPH_FLOAT_AUDIO);
    take->status = play_once(p);
    if ((s->ask.flags & STAGE_AGAIN) && take->status >= 0 && s->type->type.reset) {
        verdict_enter("reset()", 0);
        s->type->type.reset(s->node);
        verdict_leave();
        take->n_events = 0;
        take->events = 0;
        take->status = play_once(p);
    }
    if (!gph_float_mode_is_audio() && GPH_FLOAT_AUDIO != 0)
        verdict_fail("changes the floating-point control word, to %llx",
                     (unsigned long long)gph_float_mode_get());
    gph_float_mode_set(mode);
    if (take->status < 0 || take->status > GPH_DONE)
        take->where = "process()";
    s->take = NULL;
    unmake(p);
}

/* Runs one module on its own: library, life cycle, blocks. [test program] */
#include "module_bench.h"

#include "../../../core/platform/library.h"
#include "bench_parts.h"
#include <check.h>
#include <dlfcn.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#ifdef __SSE__
#include <xmmintrin.h>
#endif

/* One run. */
typedef struct run {
    gph_runtime rt; /* first: bench_of casts */
    const bench *b;
    const gph_type *type; /* of this instance */
    gph_node *node;
    take *t;
    uint32_t in_channels[BENCH_PORTS], out_channels[BENCH_PORTS];
    uint32_t n_ins, n_outs;
    bench_curves *curves;
    int64_t clock; /* of the present call */
    gph_event due[BENCH_HITS];
    uint32_t n_due;
} run;

const bench *
bench_of(const gph_runtime *rt)
{
    return ((const run *)(const void *)rt)->b;
}

void
bench_deliver(const gph_runtime *rt, const gph_event *event)
{
    union {
        const gph_runtime *given;
        run *own;
    } cast = {rt};
    ck_assert_uint_lt(cast.own->n_due, BENCH_HITS);
    cast.own->due[cast.own->n_due++] = *event;
}

/* ---------------------------------------------------------------- the runtime's side */

static take *
take_of(const gph_runtime *rt)
{
    return ((const run *)(const void *)rt)->t;
}

static const void *GPH_CALL
get(const gph_runtime *rt, const char *id) GPH_AUDIO
{
    const bench *b = bench_of(rt);
    for (uint32_t s = 0; s < sizeof b->services / sizeof *b->services; s++)
        if (b->services[s].id && strcmp(b->services[s].id, id) == 0)
            return b->services[s].service;
    return NULL;
}

static void GPH_CALL
log_line(const gph_runtime *rt, uint32_t level, const char *text)
{
    (void)rt;
    fprintf(stderr, "# log %u: %s\n", level, text);
}

static void GPH_CALL
fault(const gph_runtime *rt, uint32_t code, int64_t a, int64_t b) GPH_AUDIO
{
    take *t = take_of(rt);
    ck_assert_uint_lt(code, ((const run *)(const void *)rt)->type->n_faults);
    t->n_faults++;
    t->fault[0] = code, t->fault[1] = a, t->fault[2] = b;
}

static void GPH_CALL
emit(const gph_runtime *rt, const gph_event *event) GPH_AUDIO
{
    const run *r = (const run *)(const void *)rt;
    take *t = r->t;
    ck_assert_uint_lt(event->index, r->type->n_triggers);
    ck_assert_uint_eq(r->type->triggers[event->index].direction, GPH_TRIGGER_OUT);
    if (t->n_events == BENCH_EVENTS)
        return;
    t->events[t->n_events++] = (bench_event){
        .when = r->clock + event->frame,
        .index = event->index,
        .name = r->type->triggers[event->index].name,
        .value = event->value,
    };
}

static void GPH_CALL
restart(const gph_runtime *rt) GPH_AUDIO
{
    (void)rt;
}

/* ---------------------------------------------------------------- setting up */

/* Opens the library TYPE in the folders of GRAPHOPHONE_MODULE_PATH; stays open. */
const gph_type *
bench_load(const char *type)
{
    const char *folders = getenv("GRAPHOPHONE_MODULE_PATH");
    ck_assert_msg(folders != NULL, "GRAPHOPHONE_MODULE_PATH is not set");
    char path[4096];
    const char between[] = {gph_library_separator, '\0'};
    snprintf(path, sizeof path, "%.*s/%s%s", (int)strcspn(folders, between), folders, type,
             gph_library_ending);
    void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    ck_assert_msg(library != NULL, "%s", dlerror());
    const gph_module *module = dlsym(library, "gph_module_1");
    ck_assert_msg(module != NULL, "%s exports no gph_module_1", path);
    ck_assert_uint_eq(module->magic, GPH_MAGIC);
    ck_assert_uint_eq(module->size, sizeof(gph_module));
    for (uint32_t n = 0; n < module->n_types; n++)
        if (strcmp(module->types[n]->id, type) == 0)
            return module->types[n];
    ck_abort_msg("%s has no type '%s'", path, type);
    return NULL;
}

/* Widths by the ports' rules; widths of RANGE outputs are the bench's wish or their least. */
static void
resolve_widths(run *r)
{
    r->n_ins = r->n_outs = 0;
    for (uint32_t pass = 0; pass < 2; pass++)
        for (uint32_t p = 0, out = 0, in = 0; p < r->type->n_ports; p++) {
            const gph_port *port = &r->type->ports[p];
            uint32_t is_in = port->direction == GPH_PORT_IN;
            uint32_t width = is_in ? r->b->in[in].channels : r->b->out[out];
            uint32_t least = port->min ? port->min : 1;
            if (!is_in && width == 0)
                width = least;
            if (port->rule == GPH_WIDTH_SAME_AS && pass == 1)
                width = r->in_channels[0];
            ck_assert_msg(!is_in || width != 0 || (port->flags & GPH_PORT_OPTIONAL) != 0,
                          "input '%s' is not wired", port->name);
            if (is_in)
                r->in_channels[in++] = width, r->n_ins = in;
            else
                r->out_channels[out++] = width, r->n_outs = out;
        }
}

static gph_status
configure(run *r)
{
    bench_config config = {.b = r->b, .type = r->type};
    bench_config_init(&config, r->in_channels, r->out_channels, r->t->error, sizeof r->t->error);
    if (!r->type->configure)
        return GPH_OK;
    gph_status status = r->type->configure(r->node, &config.config);
    r->t->bad_setting = config.config.bad_setting;
    /* What gph.tables/1 refuses it has explained itself. */
    bool by_table = r->t->bad_setting && strcmp(r->t->bad_setting, "table") == 0;
    ck_assert_msg(status >= 0 || r->t->error[0] || by_table, "configure failed without a sentence");
    return status;
}

static gph_status
activate(run *r)
{
    const gph_type *described = r->type->describe ? r->type->describe(r->node) : NULL;
    if (described)
        r->type = described;
    gph_setup setup = {
        .size = sizeof setup,
        .max_frames = GPH_MAX_FRAMES,
        .rate = r->b->rate,
        .in_channels = r->in_channels,
        .out_channels = r->out_channels,
        .flags = r->b->setup_flags,
    };
    gph_status status = r->type->activate ? r->type->activate(r->node, &setup) : GPH_OK;
    r->t->latency = setup.latency;
    r->t->tail = setup.tail;
    r->t->n_params = r->type->n_params;
    return status;
}

static void
take_outputs(run *r, uint32_t frames)
{
    take *t = r->t;
    t->frames = frames;
    t->n_outs = r->n_outs;
    for (uint32_t p = 0; p < r->n_outs; p++) {
        t->channels[p] = r->out_channels[p];
        t->out[p] = signal_noise(r->out_channels[p], frames, 0);
        bool in_place = (r->b->flags & BENCH_IN_PLACE) && (r->type->flags & GPH_TYPE_IN_PLACE) &&
                        p < r->n_ins && r->in_channels[p] == r->out_channels[p];
        for (uint32_t c = 0; c < t->channels[p]; c++) {
            for (uint32_t f = 0; f < frames; f++)
                t->out[p][c][f] = in_place ? r->b->in[p].ch[c][f] : NAN;
        }
    }
}

static void
take_meters(run *r)
{
    take *t = r->t;
    t->n_meters = r->type->n_meters;
    for (uint32_t m = 0; m < t->n_meters; m++) {
        t->n_items[m] = bench_items(r->type->meters[m].rule, r->type->meters[m].items,
                                    r->in_channels, r->out_channels);
        t->meters[m] = calloc(t->n_items[m], sizeof(float));
    }
}

/* ---------------------------------------------------------------- blocks */

/* Channel pointers of a port at frame `at`. */
static const float **
slice(float *const *ch, uint32_t channels, uint32_t at)
{
    const float **s = calloc(channels + 1u, sizeof *s);
    for (uint32_t c = 0; c < channels; c++)
        s[c] = ch[c] + at;
    return s;
}

static gph_status
block(run *r, uint32_t at, uint32_t frames, const gph_event *events, uint32_t n_events)
{
    gph_in in[BENCH_PORTS];
    gph_out out[BENCH_PORTS];
    union {
        const float **made;
        float *const *out;
    } ins[BENCH_PORTS], outs[BENCH_PORTS];
    for (uint32_t p = 0; p < r->n_outs; p++) {
        outs[p].made = slice(r->t->out[p], r->out_channels[p], at);
        out[p] = (gph_out){.channels = r->out_channels[p], .ch = outs[p].out};
    }
    for (uint32_t p = 0; p < r->n_ins; p++) {
        bool in_place = (r->b->flags & BENCH_IN_PLACE) && (r->type->flags & GPH_TYPE_IN_PLACE) &&
                        p < r->n_outs && r->in_channels[p] == r->out_channels[p];
        ins[p].made = slice(in_place ? r->t->out[p] : r->b->in[p].ch, r->in_channels[p], at);
        in[p] =
            (gph_in){.channels = r->in_channels[p], .ch = r->in_channels[p] ? ins[p].made : NULL};
    }
    const gph_value *values = bench_values(r->curves, at, frames);
    gph_io io = {
        .frames = frames,
        .n_events = n_events,
        .clock = r->b->clock + at,
        .in = in,
        .out = out,
        .params = values,
        .meters = r->t->meters,
        .events = events,
    };
    r->clock = io.clock;
    gph_status status = r->type->process(r->node, &io);
    if (r->b->after_block)
        r->b->after_block(r->b, &io);
    if (r->n_outs)
        r->t->silent &= out[0].silent;
    for (uint32_t p = 0; p < r->n_ins; p++)
        free(ins[p].made);
    for (uint32_t p = 0; p < r->n_outs; p++)
        free(outs[p].made);
    return status;
}

static uint32_t
trigger_index(const gph_type *type, const char *name)
{
    for (uint32_t n = 0; n < type->n_triggers; n++)
        if (strcmp(type->triggers[n].name, name) == 0 &&
            type->triggers[n].direction == GPH_TRIGGER_IN)
            return n;
    ck_abort_msg("%s takes no trigger '%s'", type->id, name);
    return 0;
}

/* The triggers in at..at+frames, and those that a fake delivered, sorted. */
static uint32_t
gather_events(run *r, uint32_t at, uint32_t frames, gph_event *events)
{
    uint32_t n = 0;
    for (uint32_t d = 0; d < r->n_due; d++)
        events[n++] = r->due[d];
    r->n_due = 0;
    for (uint32_t h = 0; h < r->b->n_hits; h++) {
        uint32_t when = r->b->hits[h].frame;
        if (when < at || when - at >= frames)
            continue;
        uint32_t place = n++;
        for (; place > 0 && events[place - 1].frame > when - at; place--)
            events[place] = events[place - 1];
        events[place] = (gph_event){.when = r->b->clock + when,
                                    .frame = when - at,
                                    .index = trigger_index(r->type, r->b->hits[h].name),
                                    .value = 1};
    }
    return n;
}

/* A block as the host gave it, split at events for a type that wants that. */
static gph_status
cycle(run *r, uint32_t at, uint32_t frames)
{
    gph_event events[2 * BENCH_HITS];
    if (r->b->before_block)
        r->b->before_block(r->b, &r->rt, r->b->clock + at);
    uint32_t n = gather_events(r, at, frames, events);
    bool split = !(r->type->flags & GPH_TYPE_EVENTS) || (r->b->flags & BENCH_SPLIT);
    gph_status status = GPH_OK;
    for (uint32_t from = 0, e = 0; from < frames && status >= 0;) {
        uint32_t until = frames, first = e;
        for (; e < n && (!split || events[e].frame == from); e++)
            events[e].frame = split ? 0 : events[e].frame;
        if (e < n)
            until = events[e].frame;
        status = block(r, at + from, until - from, events + first, e - first);
        from = until;
    }
    return status;
}

static gph_status
run_blocks(run *r, uint32_t frames, const uint32_t *blocks, uint32_t n_blocks)
{
    gph_status status = GPH_OK;
    for (uint32_t at = 0, n = 0; at < frames && status >= 0; n++) {
        uint32_t size = n_blocks ? blocks[n % n_blocks] : GPH_MAX_FRAMES;
        size = size < frames - at ? size : frames - at;
        status = cycle(r, at, size);
        at += size;
    }
    return status;
}

take *
bench_run(const bench *b, uint32_t frames, const uint32_t *blocks, uint32_t n_blocks)
{
    take *t = calloc(1, sizeof *t);
    ck_assert_ptr_nonnull(t);
    run r = {
        .rt = {.size = sizeof(gph_runtime),
               .get = get,
               .log = log_line,
               .fault = fault,
               .emit = emit,
               .restart = restart},
        .b = b,
        .type = bench_load(b->type),
        .t = t,
    };
    t->silent = UINT64_MAX;
#ifdef __SSE__
    unsigned before = _mm_getcsr();
    _mm_setcsr(before | 0x8040); /* flush to zero, denormals are zero */
#endif
    const gph_type *type = r.type;
    if (type->create) {
        r.node = type->create(&r.rt, type);
        ck_assert_ptr_nonnull(r.node);
    }
    resolve_widths(&r);
    t->status = configure(&r);
    if (t->status >= 0)
        t->status = activate(&r);
    if (t->status >= 0) {
        take_outputs(&r, frames);
        take_meters(&r);
        r.curves = bench_curves_new(b, r.type, r.in_channels, r.out_channels, frames);
        t->status = run_blocks(&r, frames, blocks, n_blocks);
        if ((b->flags & BENCH_AGAIN) && t->status >= 0 && type->reset) {
            type->reset(r.node);
            t->n_events = t->n_faults = 0;
            t->status = run_blocks(&r, frames, blocks, n_blocks);
        }
        bench_curves_free(r.curves);
        if (type->deactivate)
            type->deactivate(r.node);
    }
    if (type->destroy)
        type->destroy(r.node);
#ifdef __SSE__
    _mm_setcsr(before);
#endif
    return t;
}

void
take_free(take *t)
{
    if (!t)
        return;
    for (uint32_t p = 0; p < t->n_outs; p++)
        signal_free(t->out[p]);
    for (uint32_t m = 0; m < t->n_meters; m++)
        free(t->meters[m]);
    free(t);
}

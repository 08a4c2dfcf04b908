/* A plan does what its graph says: checked by an interpreter of plans that moves labels instead of
 * samples, on random graphs. [control] */
#include "../suite.h"

#include "../../../core/graph/plan.h"
#include "../../../core/platform/textstream.h"
#include "../../support/built.h"

#include <stdarg.h>
#include <string.h>

/* ---------------------------------------------------------------- labels */

/* What a channel carries: a number that depends on all that went into it. */
typedef uint64_t label;

static label
blend(label a, label b)
{
    a ^= b + 0x9e3779b97f4a7c15u + (a << 6) + (a >> 2);
    a ^= a >> 31;
    return a * 0xbf58476d1ce4e5b9u;
}

static label
label_of_host(uint32_t channel)
{
    return blend(1, channel);
}

static label
label_of_gain(label from, float gain)
{
    uint32_t bits;
    memcpy(&bits, &gain, sizeof bits);
    return blend(from, bits);
}

/* What an output channel of a node carries, by the graph. */
static label
label_of_output(const gph_graph *graph, uint32_t node, uint32_t port, uint32_t channel)
{
    const gph_graph_node *at = &graph->nodes[node];
    if (at->kind == GPH_NODE_INPUT)
        return label_of_host(at->device_channels[channel]);
    return blend(blend(blend(2, node), port), channel);
}

/* What an input channel gets, by the graph. */
static label
label_of_sum(const gph_graph *graph, uint32_t sum)
{
    const gph_graph_source *sources = &graph->sources[graph->sums[sum].first];
    const uint32_t n = graph->sums[sum].n;
    if (n == 0)
        return 0;
    if (n == 1 && sources[0].gain == 1)
        return label_of_output(graph, sources[0].node, sources[0].port, sources[0].channel);
    label mixed = 3;
    for (uint32_t i = 0; i < n; i++)
        mixed = blend(mixed, label_of_gain(label_of_output(graph, sources[i].node, sources[i].port,
                                                           sources[i].channel),
                                           sources[i].gain));
    return mixed;
}

/* ---------------------------------------------------------------- interpreter */

typedef struct machine {
    const gph_plan *plan;
    label *buffers;
    bool *ran; /* of each node: its last copy */
    char *why; /* what is wrong with the plan; "" if nothing */
} machine;

static void
convict(machine *at, const char *format, ...)
{
    va_list arguments;
    if (at->why[0] != '\0')
        return;
    va_start(arguments, format);
    vsnprintf(at->why, 200, format, arguments);
    va_end(arguments);
}

static label
read_slot(const machine *at, uint32_t slot)
{
    const gph_plan_slot *place = &at->plan->slots[slot];
    return place->kind == GPH_SLOT_HOST_IN ? label_of_host(place->index)
           : place->kind == GPH_SLOT_ZERO  ? 0
                                           : at->buffers[place->index];
}

static void
write_slot(machine *at, uint32_t slot, label what)
{
    const gph_plan_slot *place = &at->plan->slots[slot];
    if (place->kind != GPH_SLOT_BUFFER || place->index >= at->plan->n_buffers)
        convict(at, "slot %u is written and is no buffer", slot);
    else
        at->buffers[place->index] = what;
}

static void
run_mixes(machine *at, const gph_plan_step *step)
{
    const gph_plan *plan = at->plan;
    for (uint32_t m = 0; m < step->n_mixes; m++) {
        const gph_plan_mix *mix = &plan->mixes[step->first_mix + m];
        label mixed = 3;
        for (uint32_t t = 0; t < mix->n; t++) {
            const gph_plan_term *term = &plan->terms[mix->first + t];
            mixed = blend(mixed, label_of_gain(read_slot(at, term->slot), term->gain));
            if (plan->slots[term->slot].kind == GPH_SLOT_BUFFER &&
                plan->slots[term->slot].index == plan->slots[mix->slot].index)
                convict(at, "a mix goes into one of its terms");
        }
        write_slot(at, mix->slot, mixed);
    }
}

static void
check_inputs(machine *at, const gph_plan_step *step)
{
    const gph_plan *plan = at->plan;
    const gph_graph_node *node = &plan->graph->nodes[step->node];
    for (uint32_t p = 0; p < step->n_in; p++) {
        const gph_plan_port *port = &plan->ports[step->first_in + p];
        if (port->channels != node->in[p].copy_channels)
            convict(at, "'%s' has an input of %u channels", node->name, port->channels);
        for (uint32_t c = 0; c < port->channels; c++) {
            const uint32_t sum = node->in[p].first + step->copy * node->in[p].copy_stride + c;
            if (read_slot(at, plan->channels[port->first + c]) != label_of_sum(plan->graph, sum))
                convict(at, "'%s' reads something else at %s[%u]", node->name,
                        node->in[p].info->name, c + 1);
        }
    }
}

/* An output in the memory of an input: only where the type allows it, channel for channel. */
static void
check_sharing(machine *at, const gph_plan_step *step, uint32_t out_port, uint32_t channel)
{
    const gph_plan *plan = at->plan;
    const gph_graph_node *node = &plan->graph->nodes[step->node];
    const gph_plan_port *out = &plan->ports[step->first_out + out_port];
    const gph_plan_slot *written = &plan->slots[plan->channels[out->first + channel]];
    for (uint32_t p = 0; p < step->n_in; p++) {
        const gph_plan_port *in = &plan->ports[step->first_in + p];
        for (uint32_t c = 0; c < in->channels; c++) {
            const gph_plan_slot *read = &plan->slots[plan->channels[in->first + c]];
            if (read->kind != GPH_SLOT_BUFFER || read->index != written->index)
                continue;
            if (!(node->type->type.flags & GPH_TYPE_IN_PLACE) || p != out_port || c != channel ||
                in->channels != out->channels)
                convict(at, "'%s' writes where it reads", node->name);
        }
    }
}

static void
write_outputs(machine *at, const gph_plan_step *step)
{
    const gph_plan *plan = at->plan;
    const gph_graph_node *node = &plan->graph->nodes[step->node];
    for (uint32_t p = 0; p < step->n_out; p++) {
        const gph_plan_port *port = &plan->ports[step->first_out + p];
        for (uint32_t c = 0; c < port->channels; c++) {
            const uint32_t channel = step->copy * node->out[p].copy_stride + c;
            check_sharing(at, step, p, c);
            write_slot(at, plan->channels[port->first + c],
                       label_of_output(plan->graph, step->node, p, channel));
        }
    }
    /* Two channels in one buffer: the second write was seen by the first. */
    for (uint32_t p = 0; p < step->n_out; p++) {
        const gph_plan_port *port = &plan->ports[step->first_out + p];
        for (uint32_t c = 0; c < port->channels; c++)
            if (read_slot(at, plan->channels[port->first + c]) !=
                label_of_output(plan->graph, step->node, p,
                                step->copy * node->out[p].copy_stride + c))
                convict(at, "two outputs of '%s' share a buffer", node->name);
    }
}

static void
check_edges(machine *at, uint32_t s)
{
    const gph_plan *plan = at->plan;
    const gph_plan_step *step = &plan->steps[s];
    for (uint32_t e = 0; e < step->n_edges; e++) {
        const gph_plan_edge *edge = &plan->edges[step->first_edge + e];
        if (edge->step >= plan->n_steps || (!edge->late && edge->step <= s))
            convict(at, "a trigger of '%s' comes too late", plan->graph->nodes[step->node].name);
    }
}

/* Runs a plan; true if it does what the graph says. */
static bool
obeys(const gph_plan *plan, char *why)
{
    machine at = {
        .plan = plan,
        .buffers = calloc((size_t)plan->n_buffers + 1, sizeof(label)),
        .ran = calloc((size_t)plan->graph->n_nodes + 1, sizeof(bool)),
        .why = why,
    };
    bool late = false;
    why[0] = '\0';
    for (uint32_t b = 0; b < plan->n_buffers; b++)
        at.buffers[b] = blend(99, b);
    for (uint32_t s = 0; s < plan->n_steps; s++) {
        const gph_plan_step *step = &plan->steps[s];
        if ((step->flags & GPH_STEP_EARLY) && late)
            convict(&at, "a recorder does not come first");
        late = late || !((step->flags & GPH_STEP_EARLY) || step->kind == GPH_STEP_TABLE);
        run_mixes(&at, step);
        check_inputs(&at, step);
        write_outputs(&at, step);
        check_edges(&at, s);
        if (step->kind != GPH_STEP_FEEDBACK_READ)
            at.ran[step->node] = true;
    }
    for (uint32_t i = 0; i < plan->graph->n_nodes; i++) {
        const gph_node_kind kind = plan->graph->nodes[i].kind;
        if (!at.ran[i] && kind != GPH_NODE_INPUT && kind != GPH_NODE_TABLE)
            convict(&at, "'%s' never runs", plan->graph->nodes[i].name);
    }
    free(at.buffers);
    free(at.ran);
    return why[0] == '\0';
}

/* ---------------------------------------------------------------- random graphs */

static uint32_t
draw(uint64_t *seed, uint32_t n)
{
    *seed = *seed * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(*seed >> 33) % n;
}

static const char *const types[] = {
    "gain",  "mixer",  "delay\nmax = 1s",     "freeverb", "limiter", "compressor",
    "meter", "biquad", "matrix\noutputs = 3", "gain",     "pan",     "dc-block",
};

enum { N_TYPES = sizeof types / sizeof *types, STEREO = 2 };

/* One term: a node before this one, of two channels (`pan` and `matrix` are cut to them). */
static void
write_term(FILE *out, uint64_t *seed, uint32_t before, const bool *has_output)
{
    static const char *const levels[] = {"", "", "", " @ -6dB", " @ off", " @ -1x"};
    uint32_t from = draw(seed, before);
    while (!has_output[from])
        from = draw(seed, before);
    static const char *const selections[] = {"[1-2]", "[2,1]", "[1,1]", "[1-2]"};
    fprintf(out, "n%u%s%s", from, selections[draw(seed, 4)], levels[draw(seed, 6)]);
}

/* Each node has two channels in and takes from nodes before it, and from feedbacks behind. */
static char *
random_patch(uint64_t seed, uint32_t n_nodes)
{
    gph_textstream stream;
    bool has_output[400] = {true};
    FILE *out = gph_textstream_begin(&stream);
    fputs("[patch]\ndialect = 1\n[n0]\ntype = input\nchannels = 1-2\n", out);
    for (uint32_t i = 1; i < n_nodes; i++) {
        const uint32_t type = draw(&seed, N_TYPES);
        const uint32_t n_terms = 1 + draw(&seed, 3);
        has_output[i] = strcmp(types[type], "meter") != 0;
        fprintf(out, "[n%u]\ntype = %s\nfrom = ", i, types[type]);
        for (uint32_t t = 0; t < n_terms; t++) {
            if (t > 0)
                fputs(" + ", out);
            write_term(out, &seed, i, has_output);
        }
        if (draw(&seed, 8) == 0 && strcmp(types[type], "pan") != 0)
            fputs(" + back[1-2]", out);
        if (strcmp(types[type], "compressor") == 0 && draw(&seed, 2) == 0) {
            fputs("\nfrom.sidechain = ", out);
            write_term(out, &seed, i, has_output);
        }
        fputs("\n", out);
    }
    fputs("[back]\ntype = feedback\ntime = 480fr\nfrom = ", out);
    write_term(out, &seed, n_nodes, has_output);
    fputs("\n[out]\ntype = output\nchannels = 1-2\nfrom = ", out);
    write_term(out, &seed, n_nodes, has_output);
    fputs("\n", out);
    return gph_textstream_end(&stream, NULL);
}

START_TEST(random_graphs)
{
    char *text = random_patch((uint64_t)_i + 1, 20 + (uint32_t)_i);
    char why[200];
    gph_plan *plan = NULL;
    built made;
    built_init(&made, text, 512, NULL, NULL);
    ck_assert_msg(made.status == GPH_OK, "seed %d: %s\n%s", _i, made.said, text);
    ck_assert_int_eq(gph_plan_build(made.graph, 512, &plan), GPH_OK);
    ck_assert_msg(obeys(plan, why), "seed %d: %s\n%s", _i, why, text);
    ck_assert_uint_eq(plan->block_limit, 480);
    gph_plan_free(plan);
    built_finish(&made);
    free(text);
}
END_TEST

/* The interpreter itself must see what is wrong: each of these is one number of a good plan changed.
 */
START_TEST(convicts)
{
    char *text = random_patch(7, 60);
    char why[200];
    gph_plan *plan = NULL;
    built made;
    uint32_t n_convicted = 0, n_tried = 0;
    built_init(&made, text, 512, NULL, NULL);
    ck_assert_int_eq(made.status, GPH_OK);
    ck_assert_int_eq(gph_plan_build(made.graph, 512, &plan), GPH_OK);
    gph_plan broken = *plan;
    gph_plan_slot *slots = calloc(plan->n_slots, sizeof *slots);
    memcpy(slots, plan->slots, plan->n_slots * sizeof *slots);
    broken.slots = slots;
    for (uint32_t i = 0; i < plan->n_slots; i++) {
        if (slots[i].kind != GPH_SLOT_BUFFER || slots[i].index == 0)
            continue;
        slots[i].index--;
        n_tried++;
        n_convicted += !obeys(&broken, why);
        slots[i].index++;
    }
    /* Some such changes do no harm: the other buffer may be free. */
    ck_assert_uint_gt(n_tried, 50);
    ck_assert_uint_gt(n_convicted, n_tried / 2);
    gph_plan_step *steps = calloc(plan->n_steps, sizeof *steps);
    memcpy(steps, plan->steps, plan->n_steps * sizeof *steps);
    const gph_plan_step first = steps[0];
    memmove(steps, steps + 1, (plan->n_steps - 1) * sizeof *steps);
    steps[plan->n_steps - 1] = first;
    broken = *plan;
    broken.steps = steps;
    ck_assert(!obeys(&broken, why));
    free(steps);
    free(slots);
    gph_plan_free(plan);
    built_finish(&made);
    free(text);
}
END_TEST

/* ---------------------------------------------------------------- known graphs */

#define HEAD "[patch]\ndialect = 1\n[mic]\ntype = input\nchannels = 1-4\n"

static gph_plan *
plan_of(built *made, const char *text)
{
    gph_plan *plan = NULL;
    char why[200];
    built_init(made, text, 64, NULL, NULL);
    ck_assert_msg(made->status == GPH_OK, "%s", made->said);
    ck_assert_int_eq(gph_plan_build(made->graph, 64, &plan), GPH_OK);
    ck_assert_msg(obeys(plan, why), "%s", why);
    return plan;
}

/* A chain of in-place effects needs one buffer a channel, whatever its length. */
START_TEST(chain_in_place)
{
    built made;
    gph_plan *plan =
        plan_of(&made, HEAD "[a]\ntype = gain\nfrom = mic\n[b]\ntype = gain\nfrom = a\n"
                            "[c]\ntype = gain\nfrom = b\n"
                            "[out]\ntype = output\nchannels = 4\nfrom = c\n");
    ck_assert_uint_eq(plan->n_buffers, 4);
    ck_assert_uint_eq(plan->n_mixes, 0);
    ck_assert_uint_eq(plan->n_steps, 4);
    ck_assert_uint_eq(plan->n_device_in, 4);
    ck_assert_uint_eq(plan->n_device_out, 4);
    ck_assert_uint_eq(plan->buffer_bytes, 5 * 64 * 4);
    gph_plan_free(plan);
    built_finish(&made);
}
END_TEST

/* Selection, repetition, side by side and fan-out are aliases; only levels and sums are mixes. */
START_TEST(aliases)
{
    built made;
    gph_plan *plan = plan_of(&made, HEAD "[m1]\ntype = meter\nfrom = mic[4-1], mic[2,2], mic\n"
                                         "[m2]\ntype = meter\nfrom = mic @ off + mic[1-4]\n"
                                         "[m3]\ntype = meter\nfrom = mic @ off\n"
                                         "[m4]\ntype = meter\nfrom = mic[1] + mic[1-3]\n"
                                         "[m5]\ntype = meter\nfrom = mic[2] @ -1x\n");
    ck_assert_uint_eq(plan->n_mixes, 3 + 1);
    ck_assert_uint_eq(plan->n_terms, 6 + 1);
    ck_assert_uint_eq(plan->steps[0].flags, GPH_STEP_SINK | GPH_STEP_EARLY);
    gph_plan_free(plan);
    built_finish(&made);
}
END_TEST

/* Recorders of inputs come before what comes first in the file. */
START_TEST(recorders_first)
{
    built made;
    gph_plan *plan = plan_of(&made, HEAD "[a]\ntype = gain\nfrom = mic\n"
                                         "[wet]\ntype = meter\nfrom = a\n"
                                         "[dry]\ntype = meter\nfrom = mic\n");
    ck_assert_str_eq(made.graph->nodes[plan->steps[0].node].name, "dry");
    ck_assert_str_eq(made.graph->nodes[plan->steps[1].node].name, "a");
    ck_assert_str_eq(made.graph->nodes[plan->steps[2].node].name, "wet");
    ck_assert_uint_eq(plan->first_step[3], 0);
    gph_plan_free(plan);
    built_finish(&made);
}
END_TEST

/* A trigger orders two nodes; marked late it does not. */
START_TEST(triggers)
{
    built made;
    gph_plan *plan = plan_of(&made, HEAD "[p]\ntype = table-player\ntable = t\nstart = trigger\n"
                                         "[t]\ntype = table\nlength = 1s\n"
                                         "[g]\ntype = gate\nfrom = mic\n"
                                         "[h]\ntype = gate\nfrom = mic\n"
                                         "[m]\ntype = meter\nfrom = p, g, h\n"
                                         "[control]\np.play = on g.opened, on h.closed late\n");
    ck_assert_uint_lt(plan->first_step[3], plan->first_step[1]);
    ck_assert_uint_eq(plan->n_edges, 2);
    const gph_plan_step *gate = &plan->steps[plan->first_step[3]];
    ck_assert_uint_eq(gate->n_edges, 1);
    ck_assert_uint_eq(plan->edges[gate->first_edge].step, plan->first_step[1]);
    ck_assert_uint_eq(plan->edges[gate->first_edge].late, 0);
    gph_plan_free(plan);
    built_finish(&made);
}
END_TEST

static void
fill(TCase *cases)
{
    tcase_add_loop_test(cases, random_graphs, 0, 60);
    tcase_add_test(cases, convicts);
    tcase_add_test(cases, chain_in_place);
    tcase_add_test(cases, aliases);
    tcase_add_test(cases, recorders_first);
    tcase_add_test(cases, triggers);
}

SUITE_CASES("plan", fill)

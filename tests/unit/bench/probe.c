/* probe: types that make the runtime show what it does. [audio; tests only]
 *
 *     pulse    source: out is 1 at frames k * every, where `tick` is given
 *     curve    out is the parameter's ramp, times in: what a ramp looks like
 *     mark     a plain type: out is in, plus 1 at the first frame of a call that has an event
 *     note     the same with EVENTS: plus 1 at each event's frame
 *     fail     returns an error in the call that holds frame `at`; in goes out before it
 *     nan      NaN at frame `at`, and again at `at` + `again`
 *     player   1 for `frames` frames, then `done`
 *     mode     sets the floating-point control word as a module never should
 *     late     LATE: out is 1 + the first frame that it is told of */
#include <graphophone/module.h>

#include <stdlib.h>
#include <string.h>

struct gph_node {
    const gph_runtime *rt;
    int64_t numbers[2];
    int64_t played;
    int64_t told;
    double reached;
};

static gph_node *GPH_CALL
create(const gph_runtime *rt, const gph_type *type)
{
    (void)type;
    gph_node *node = calloc(1, sizeof *node);
    if (node)
        node->rt = rt;
    return node;
}

static void GPH_CALL
destroy(gph_node *node)
{
    free(node);
}

static const char *const setting_names[] = {"at", "again"};

static gph_status GPH_CALL
configure(gph_node *node, gph_config *config)
{
    for (int s = 0; s < 2; s++) {
        double value = 0;
        if (config->number(config, setting_names[s], 0, &value, NULL) > 0)
            node->numbers[s] = (int64_t)value;
    }
    node->told = -1;
    return GPH_OK;
}

static void GPH_CALL
reset(gph_node *node)
{
    node->reached = 0;
}

static int64_t
next_multiple(int64_t from, int64_t every)
{
    return (from + every - 1) / every * every;
}

static gph_status GPH_CALL GPH_AUDIO
pulse(gph_node *node, const gph_io *io)
{
    memset(io->out[0].ch[0], 0, io->frames * sizeof(float));
    for (int64_t at = next_multiple(io->clock, node->numbers[0]); at < io->clock + io->frames;
         at += node->numbers[0]) {
        gph_event event = {.frame = (uint32_t)(at - io->clock), .index = 0, .value = 1};
        node->rt->emit(node->rt, &event);
        io->out[0].ch[0][event.frame] = 1;
    }
    return GPH_OK;
}

static gph_status GPH_CALL GPH_AUDIO
curve(gph_node *node, const gph_io *io)
{
    (void)node;
    for (uint32_t c = 0; c < io->out[0].channels; c++)
        for (uint32_t f = 0; f < io->frames; f++)
            io->out[0].ch[c][f] =
                io->in[0].ch[c][f] * io->params[0].ramps[c][f] + io->params[1].ramp[f] * 1000;
    return GPH_OK;
}

static void
copy(const gph_io *io)
{
    for (uint32_t c = 0; c < io->out[0].channels; c++)
        if (io->out[0].ch[c] != io->in[0].ch[c])
            memmove(io->out[0].ch[c], io->in[0].ch[c], io->frames * sizeof(float));
}

static gph_status GPH_CALL GPH_AUDIO
mark(gph_node *node, const gph_io *io)
{
    (void)node;
    copy(io);
    for (uint32_t e = 0; e < io->n_events; e++)
        io->out[0].ch[0][io->events[e].frame] += io->events[e].value;
    return GPH_OK;
}

static gph_status GPH_CALL GPH_AUDIO
fail(gph_node *node, const gph_io *io)
{
    copy(io);
    if (node->numbers[0] >= io->clock && node->numbers[0] < io->clock + io->frames)
        return GPH_IO;
    return GPH_OK;
}

static gph_status GPH_CALL GPH_AUDIO
nan_at(gph_node *node, const gph_io *io)
{
    copy(io);
    const float zero = io->params[0].ramp[0];
    for (int i = 0; i < 2; i++) {
        int64_t at = node->numbers[0] + i * node->numbers[1];
        if ((i == 0 || node->numbers[1]) && at >= io->clock && at < io->clock + io->frames)
            io->out[0].ch[0][at - io->clock] = zero / zero;
    }
    return GPH_OK;
}

static gph_status GPH_CALL GPH_AUDIO
player(gph_node *node, const gph_io *io)
{
    float *out = io->out[0].ch[0];
    for (uint32_t f = 0; f < io->frames; f++) {
        out[f] = node->played < node->numbers[0] ? 1.0f : 0.0f;
        if (node->played++ == node->numbers[0] - 1) {
            gph_event event = {.frame = f, .index = 0, .value = 1};
            node->rt->emit(node->rt, &event);
        }
    }
    return node->played >= node->numbers[0] ? GPH_DONE : GPH_OK;
}

static gph_status GPH_CALL GPH_AUDIO
mode(gph_node *node, const gph_io *io)
{
    (void)node;
    copy(io);
#if defined(__x86_64__)
    __builtin_ia32_ldmxcsr(0x1f80);
#endif
    return GPH_OK;
}

static gph_status GPH_CALL GPH_AUDIO
late(gph_node *node, const gph_io *io)
{
    memset(io->out[0].ch[0], 0, io->frames * sizeof(float));
    for (uint32_t e = 0; e < io->n_events; e++)
        if (node->told < 0)
            node->told = io->events[e].when;
    for (uint32_t f = 0; f < io->frames; f++)
        io->out[0].ch[0][f] = node->told >= 0 ? (float)(node->told % 100000 + 1) : 0.0f;
    return GPH_OK;
}

static const gph_port one_out[] = {GPH_OUT_N("out", 1, 1)};
static const gph_port through[] = {GPH_IN("in"), GPH_OUT("out")};
static const gph_port mono[] = {GPH_IN_N("in", 1, 1), GPH_OUT("out")};
static const gph_param curves[] = {GPH_PARAM_X("level", GPH_PARAM_GAIN, GPH_UNIT_DB,
                                               GPH_INDEX_CHANNEL, 0, -60, 0, 20, 10,
                                               "A gain a channel.", NULL),
                                   GPH_PARAM_X("step", GPH_PARAM_SWITCH, GPH_UNIT_NONE,
                                               GPH_INDEX_ONE, 0, 0, 0, 1, 0, "A switch.", NULL)};
static const gph_param zeros[] = {GPH_PARAM("zero", GPH_UNIT_NONE, 0, 0, 1, "Nothing.")};
static const gph_setting settings[] = {
    GPH_SETTING_X("at", GPH_SETTING_INTEGER, 0, 0, 0, 1000000000, "0", "A frame.", NULL),
    GPH_SETTING_X("again", GPH_SETTING_INTEGER, 0, 0, 0, 1000000000, "0", "Frames.", NULL)};
static const gph_trigger gives[] = {GPH_GIVES("tick", "At each pulse.")};
static const gph_trigger takes[] = {GPH_TRIGGER("hit", "Marks.")};
static const gph_trigger ends[] = {GPH_GIVES("done", "At the last frame.")};

#define COMMON                                                                                     \
    GPH_SETTINGS(settings), .create = create, .destroy = destroy, .configure = configure,          \
                            .reset = reset
static const gph_type types[] = {
    {GPH_TYPE("pulse", "Pulse", "Gives ticks.", 0), GPH_PORTS(one_out), GPH_TRIGGERS(gives), COMMON,
     .process = pulse},
    {GPH_TYPE("curve", "Curve", "Shows ramps.", 0), GPH_PORTS(through), GPH_PARAMS(curves), COMMON,
     .process = curve},
    {GPH_TYPE("mark", "Mark", "Shows events.", GPH_TYPE_IN_PLACE), GPH_PORTS(through),
     GPH_TRIGGERS(takes), COMMON, .process = mark},
    {GPH_TYPE("note", "Note", "Shows events.", GPH_TYPE_EVENTS), GPH_PORTS(through),
     GPH_TRIGGERS(takes), COMMON, .process = mark},
    {GPH_TYPE("fail", "Fail", "Fails.", GPH_TYPE_INDEPENDENT), GPH_PORTS(mono), COMMON,
     .process = fail},
    {GPH_TYPE("nan", "NaN", "Puts out NaN.", 0), GPH_PORTS(through), GPH_PARAMS(zeros), COMMON,
     .process = nan_at},
    {GPH_TYPE("player", "Player", "Ends.", 0), GPH_PORTS(one_out), GPH_TRIGGERS(ends), COMMON,
     .process = player},
    {GPH_TYPE("mode", "Mode", "Changes the control word.", 0), GPH_PORTS(through), COMMON,
     .process = mode},
    {GPH_TYPE("late", "Late", "Says when.", GPH_TYPE_LATE | GPH_TYPE_EVENTS), GPH_PORTS(through),
     GPH_TRIGGERS(takes), COMMON, .process = late},
};

GPH_MODULE("probe", "1.0.0", "Graphophone", "MIT", &types[0], &types[1], &types[2], &types[3],
           &types[4], &types[5], &types[6], &types[7], &types[8])

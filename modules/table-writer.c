/* table-writer: writes to a table at a position that is itself a signal, or the changes of a signal one
 * after the other. [audio; set-up: control]
 *
 *     frame = floor(position * size + 0.5)
 *
 * The sound that comes while the position stays on one frame is averaged there; a move to another frame
 * draws a straight line over those between, unless it is a jump of more than `max-jump` frames. A
 * position outside the table, or one that is no number, writes nothing, and no line leads to or from it.
 */
#include <graphophone/dsp.h>

#include <float.h>
#include <stdbool.h>
#include <stdio.h>

enum { POSITION, CHANGES }; /* choices of `mode` */
enum { AUTO, TRIGGER };     /* choices of `start` */
enum { IN, PLACE };         /* ports */
enum { RECORD, STOP, TOGGLE, STARTED, STOPPED, DONE };
enum { NOT_FINITE };

struct gph_node {
    const gph_runtime *rt;
    const gph_tables *tables;
    gph_table *table;

    /* Settings. */
    uint32_t mode, max_jump;
    bool at_once;

    /* State. */
    bool fresh;       /* to be started at the next frame */
    bool writing;     /* what comes in goes to the table */
    bool known;       /* some frame was written last */
    int64_t last;     /* which; changes: the next to be written is one further */
    uint64_t repeats; /* frames that are averaged there */
    double *sums;     /* of them, one a channel */
    uint64_t size, filled, written, passes;
    uint64_t generation; /* of the table, as it was left */
};

/* ---------------------------------------------------------------- samples */

/* The sound for a channel of the table; what is not finite is 0 and counted. */
static inline float GPH_AUDIO
sound(const gph_in *in, uint32_t channel, uint32_t frame, uint32_t *bad)
{
    float x = in->ch[channel % in->channels][frame];
    bool good = fabsf(x) <= FLT_MAX;
    *bad += !good;
    return good ? x : 0.0f;
}

/* The frame that a position means; -1 if it is none. */
static inline int64_t GPH_AUDIO
frame_at(float position, uint64_t size)
{
    double frame = floor((double)position * (double)size + 0.5);
    return frame >= 0.0 && frame < (double)size ? (int64_t)frame : -1;
}

/* A line from frame `from`, which stands, to frame `to`, which becomes `end`. */
static void GPH_AUDIO
draw(float *table, int64_t from, int64_t to, float end)
{
    int64_t step = to > from ? 1 : -1, n = (to - from) * step;
    double start = (double)table[from], rise = (double)end - start;
    for (int64_t k = 1; k < n; k++)
        table[from + k * step] = (float)(start + rise * (double)k / (double)n);
    table[to] = end;
}

/* One frame of sound to where the position is. */
static uint32_t GPH_AUDIO
place(gph_node *self, const gph_table_view *view, const gph_io *io, uint32_t f)
{
    int64_t to = frame_at(io->in[PLACE].ch[0][f], view->frames);
    uint32_t bad = 0;
    if (to < 0) {
        self->known = false;
        return 0;
    }
    int64_t way = self->known ? llabs(to - self->last) : INT64_MAX;
    self->repeats = way == 0 ? self->repeats + 1 : 1;
    for (uint32_t c = 0; c < view->channels; c++) {
        float x = sound(&io->in[IN], c, f, &bad);
        self->sums[c] = way == 0 ? self->sums[c] + (double)x : (double)x;
        if (way == 0)
            view->ch[c][to] = (float)(self->sums[c] / (double)self->repeats);
        else if (way <= self->max_jump)
            draw(view->ch[c], self->last, to, x);
        else
            view->ch[c][to] = x;
    }
    self->known = true;
    self->last = to;
    self->written++;
    self->filled = view->frames; /* any frame may be next: what was not written is as it was */
    return bad;
}

/* ---------------------------------------------------------------- triggers */

static void GPH_AUDIO
give(const gph_node *self, uint32_t trigger, uint32_t frame)
{
    gph_event event = {.frame = frame, .kind = GPH_EVENT_TRIGGER, .index = trigger, .value = 1.0f};
    self->rt->emit(self->rt, &event);
}

static void GPH_AUDIO
start(gph_node *self)
{
    self->fresh = false;
    self->writing = true;
    self->known = false;
    self->last = -1;
    give(self, STARTED, 0);
}

static void GPH_AUDIO
stop(gph_node *self)
{
    self->fresh = false;
    if (self->writing)
        give(self, STOPPED, 0);
    self->writing = false;
}

static void GPH_AUDIO
take(gph_node *self, const gph_event *event)
{
    if (event->kind != GPH_EVENT_TRIGGER)
        return;
    if (event->index == RECORD || (event->index == TOGGLE && !self->writing))
        start(self);
    else if (event->index == STOP || event->index == TOGGLE)
        stop(self);
}

/* One frame of sound to the next frame of the table, if it differs from the one before. */
static uint32_t GPH_AUDIO
put(gph_node *self, const gph_table_view *view, const gph_io *io, uint32_t f)
{
    bool differs = !self->known;
    uint32_t bad = 0, ignored = 0;
    for (uint32_t c = 0; c < view->channels && !differs; c++)
        differs = sound(&io->in[IN], c, f, &ignored) != view->ch[c][self->last];
    if (!differs)
        return 0;
    self->known = true;
    self->last++;
    for (uint32_t c = 0; c < view->channels; c++)
        view->ch[c][self->last] = sound(&io->in[IN], c, f, &bad);
    self->written++;
    uint64_t next = (uint64_t)self->last + 1;
    self->filled = next > self->filled ? next : self->filled;
    if (next == view->frames) {
        self->writing = false;
        self->passes++;
        give(self, DONE, f);
    }
    return bad;
}

/* ---------------------------------------------------------------- the node */

/* What readers and other programs may know. */
static void GPH_AUDIO
publish(gph_node *self, int64_t clock)
{
    /* Changes go on behind the last one, and after the table's end at its start. */
    int64_t head = self->last + (self->mode == CHANGES);
    bool inside = head >= 0 && head < (int64_t)self->size;
    gph_table_mark mark = {.filled = self->filled,
                           .head = inside ? (uint64_t)head : 0,
                           .written = self->written,
                           .pass = self->passes,
                           .clock = clock,
                           .state = self->writing ? GPH_TABLE_RECORDING : GPH_TABLE_IDLE};
    self->tables->mark(self->table, &mark);
}

static int32_t GPH_CALL GPH_AUDIO
process(gph_node *self, const gph_io *io)
{
    const gph_table_view *view = self->tables->view(self->table);
    uint32_t bad = 0;
    if (view->generation != self->generation) { /* a trigger of the table has changed it */
        self->generation = view->generation;
        self->filled = view->mark.filled;
    }
    if (self->fresh)
        start(self);
    for (uint32_t n = 0; n < io->n_events; n++) /* all at the first frame: see GPH_TYPE_EVENTS */
        take(self, &io->events[n]);
    for (uint32_t f = 0; f < io->frames && self->writing; f++)
        bad += self->mode == CHANGES ? put(self, view, io, f) : place(self, view, io, f);
    if (bad)
        self->rt->fault(self->rt, NOT_FINITE, bad, 0);
    publish(self, io->clock + io->frames);
    return GPH_OK;
}

static void GPH_CALL GPH_AUDIO
reset(gph_node *self)
{
    self->fresh = self->at_once;
    self->writing = self->known = false;
    self->last = -1;
}

static gph_node *GPH_CALL
create(const gph_runtime *rt, const gph_type *type)
{
    gph_node *self = calloc(1, sizeof *self);
    (void)type;
    if (!self)
        return NULL;
    self->rt = rt;
    self->tables = rt->get(rt, GPH_TABLES_ID);
    return self;
}

static void GPH_CALL
destroy(gph_node *self)
{
    free(self);
}

static gph_status
refuse(gph_config *config, const char *setting, const char *text)
{
    snprintf(config->error, config->error_size, "%s", text);
    config->bad_setting = setting;
    return GPH_ARGUMENT;
}

static gph_status GPH_CALL
configure(gph_node *self, gph_config *config)
{
    double mode = POSITION, start_by = AUTO, jump = 1024;
    (void)config->number(config, "mode", 0, &mode, NULL);
    (void)config->number(config, "start", 0, &start_by, NULL);
    (void)config->number(config, "max-jump", 0, &jump, NULL);
    self->mode = (uint32_t)mode;
    self->at_once = (uint32_t)start_by == AUTO;
    self->max_jump = (uint32_t)jump;
    bool wired = config->in_channels[PLACE] != 0;
    if (self->mode == POSITION && !wired)
        return refuse(config, "mode", "'mode = position' needs 'from.position', where to write");
    if (self->mode == CHANGES && wired)
        return refuse(config, "mode", "'mode = changes' has no use for 'from.position'");
    self->table = self->tables->open(self->rt, "table", GPH_TABLE_WRITE);
    if (!self->table) {
        config->bad_setting = "table";
        return GPH_ARGUMENT;
    }
    return GPH_OK;
}

static void GPH_CALL
deactivate(gph_node *self)
{
    free(self->sums);
    self->sums = NULL;
    self->table = NULL; /* the handle was ours until now */
}

static gph_status GPH_CALL
activate(gph_node *self, gph_setup *setup)
{
    const gph_table_view *view = self->tables->view(self->table);
    setup->tail = 0;
    self->sums = calloc(view->channels, sizeof *self->sums);
    if (!self->sums)
        return GPH_MEMORY;
    self->size = view->frames;
    self->filled = view->mark.filled;
    self->generation = view->generation;
    self->written = self->passes = 0;
    reset(self);
    return GPH_OK;
}

static const char *const modes[] = {"position", "changes", NULL};
static const char *const starts[] = {"auto", "trigger", NULL};

static const gph_port ports[] = {
    GPH_IN_DOC("in", "The sound to be written; its channels are repeated over those of the table."),
    GPH_PORT_X("position", GPH_PORT_IN, GPH_PORT_OPTIONAL | GPH_PORT_SIDECHAIN, GPH_WIDTH_RANGE, 1,
               1, 0, "Where to write: 0 is the start of the table, 1 is its end."),
};

static const gph_setting settings[] = {
    GPH_TABLE("table", "The table to write to; nobody else may."),
    GPH_CHOICE("mode", modes, "position",
               "Write where the position is, or each new value one frame further."),
    GPH_CHOICE("start", starts, "auto", "With the patch, or by a trigger."),
    GPH_INTEGER("max-jump", 0, 1024, "1024",
                "The longest way of the position, in frames, over which a line is drawn."),
};

static const gph_trigger triggers[] = {
    [RECORD] = GPH_TRIGGER("record", "Starts to write; changes go to the start of the table."),
    [STOP] = GPH_TRIGGER("stop", "Writes no more; the table stays as it is."),
    [TOGGLE] = GPH_TRIGGER("toggle", "Record or stop."),
    [STARTED] = GPH_GIVES("started", "Writing began at this frame."),
    [STOPPED] = GPH_GIVES("stopped", "It was stopped before this frame."),
    [DONE] = GPH_GIVES("done", "Changes: the last frame of the table was written at this frame."),
};

static const char *const faults[] = {
    [NOT_FINITE] = "%a samples were not finite and became 0",
};

static const gph_type writer = {
    GPH_TYPE("table-writer", "Table writer",
             "Writes to a table at a position that moves, or what changes.", 0),
    GPH_PORTS(ports),
    GPH_SETTINGS(settings),
    GPH_TRIGGERS(triggers),
    GPH_FAULTS(faults),
    .create = create,
    .destroy = destroy,
    .configure = configure,
    .activate = activate,
    .process = process,
    .reset = reset,
    .deactivate = deactivate,
};

GPH_MODULE("table-writer", "0.1.0", "Graphophone", "MIT", &writer)

/* table-recorder: records into a table, once, in a loop or layer upon layer. [control]
 *
 * This file reads the settings; pass.c runs. */
#include "pass.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static const gph_type recorder_type;

static gph_node *GPH_CALL
create(const gph_runtime *rt, const gph_type *type)
{
    gph_node *self = calloc(1, sizeof *self);
    if (!self)
        return NULL;
    self->rt = rt;
    self->tables = rt->get(rt, GPH_TABLES_ID);
    self->type = *type;
    return self;
}

static void GPH_CALL
destroy(gph_node *self)
{
    free(self);
}

/* A setting in frames: whole frames as written, a time rounded down. False if it is not there. */
static bool
frames_of(const gph_config *config, const char *name, uint64_t *frames)
{
    double seconds = 0;
    uint32_t unit = 0;
    if (config->number(config, name, 0, &seconds, &unit) <= 0)
        return false;
    double exact = seconds * config->rate;
    *frames = (uint64_t)(unit == GPH_UNIT_FRAMES ? floor(exact + 0.5) : floor(exact));
    return true;
}

static gph_status
refuse(gph_config *config, const char *setting, const char *text)
{
    snprintf(config->error, config->error_size, "%s", text);
    config->bad_setting = setting;
    return GPH_ARGUMENT;
}

/* The fade in frames: no two of them overlap in the table. */
static void
set_fades(gph_node *self, const gph_config *config)
{
    double seconds = 0;
    uint64_t fade = 0;
    (void)frames_of(config, "fade", &fade);
    (void)config->number(config, "fade", 0, &seconds, NULL);
    if (seconds * config->rate >= (double)self->size / 2)
        fade = (uint64_t)floor(0.499 * (double)self->size);
    self->fade = self->law == FADE_TRIG ? fade + 1 : fade;
    self->stop_fade = self->mode == ONCE ? 0 : self->fade;
    (void)frames_of(config, "stop-fade", &self->stop_fade);
}

static gph_status GPH_CALL
configure(gph_node *self, gph_config *config)
{
    double mode = 0, law = 0;
    (void)config->number(config, "mode", 0, &mode, NULL);
    (void)config->number(config, "fade-law", 0, &law, NULL);
    self->mode = (uint32_t)mode;
    self->law = (uint32_t)law;
    if (self->law == FADE_TRIG && self->mode != ONCE)
        return refuse(config, "fade-law", "'fade-law = trig' is for 'mode = once'");
    self->table = self->tables->open(self->rt, "table", GPH_TABLE_WRITE);
    if (!self->table) {
        config->bad_setting = "table";
        return GPH_ARGUMENT;
    }
    self->size = self->tables->view(self->table)->frames;
    self->length = 0;
    (void)frames_of(config, "length", &self->length);
    set_fades(self, config);
    return GPH_OK;
}

/* `feedback` is 0 unless set: new sound replaces old. In overdub it is 1: all layers stay. */
static const gph_type *GPH_CALL
describe(gph_node *self)
{
    self->feedback = recorder_type.params[0];
    self->feedback.def = self->mode == OVERDUB ? 1.0f : 0.0f;
    self->type.params = &self->feedback;
    return &self->type;
}

static gph_status GPH_CALL
activate(gph_node *self, gph_setup *setup)
{
    const gph_table_view *view = self->tables->view(self->table);
    setup->tail = 0;
    gph_table_pass_reset(self);
    self->has_spare = view->spare != NULL;
    self->now =
        (bank){.filled = view->mark.filled, .round = self->mode == OVERDUB ? view->mark.filled : 0};
    self->other = (bank){0};
    self->generation = view->generation;
    self->bank = view->bank;
    self->may_undo = self->undo_wanted = false;
    self->copied = self->copy_size = 0;
    self->written = self->passes = 0;
    return GPH_OK;
}

static void GPH_CALL
deactivate(gph_node *self)
{
    self->table = NULL; /* the handle was ours until now */
}

static const char *const modes[] = {"once", "loop", "overdub", NULL};
static const char *const laws[] = {"linear", "trig", NULL};

static const gph_port ports[] = {
    {sizeof(gph_port), 0, GPH_PORT_IN, 0, GPH_WIDTH_RANGE, 1, GPH_MAX_CHANNELS, 0, "in",
     "The sound to be recorded; its channels are repeated over those of the table."},
};

static const gph_param params[] = {
    GPH_PARAM("feedback", GPH_UNIT_FRACTION, -1, 0, 1,
              "How much of what was there stays under new sound; 100% unless set in overdub."),
};

static const gph_setting settings[] = {
    GPH_TABLE("table", "The table to record into; nobody else may."),
    GPH_CHOICE("mode", modes, "once",
               "Fill the table once, go round until stopped, or lay sound upon sound."),
    GPH_REAL("fade", GPH_UNIT_SECONDS, 0, 3600, "0s",
             "Length of the rise and the fall of new sound."),
    GPH_CHOICE("fade-law", laws, "linear", "The fade of a table recorder, or of a triggered one."),
    GPH_REAL("length", GPH_UNIT_SECONDS, 0, 86400, NULL,
             "A recording stops by itself so long after its start."),
    GPH_REAL("stop-fade", GPH_UNIT_SECONDS, 0, 3600, NULL,
             "Length of the fall after a stop; as 'fade', or 0 in mode once."),
};

static const gph_trigger triggers[] = {
    [RECORD] = GPH_TRIGGER("record", "Starts at the start of the table, or punches in."),
    [STOP] = GPH_TRIGGER("stop", "Ends the recording; in overdub the head stops too."),
    [TOGGLE] = GPH_TRIGGER("toggle", "Record or stop; in overdub record, close the loop, punch in, "
                                     "punch out, and so on."),
    [UNDO] = GPH_TRIGGER("undo", "Brings back the table from before the last punch; again: redo."),
    [CLEAR] = GPH_TRIGGER("clear", "Empties the table."),
    [STARTED] = GPH_GIVES("started", "A recording began at this frame."),
    [STOPPED] = GPH_GIVES("stopped", "It ended before this frame, but for its fall."),
    [DONE] = GPH_GIVES("done", "This is the last frame of the table."),
    [LOOPED] = GPH_GIVES("loop", "The head is at the start of the table."),
};

static const char *const faults[] = {
    [NOT_FINITE] = "%a samples were not finite and became 0",
    [UNDO_DROPPED] = "a new recording began before undo was ready; it was dropped",
    [SPARE_AWAY] = "the table is being worked on; this recording cannot be undone",
    [NO_UNDO] = "nothing to undo; the table needs 'spare = on' and a recording",
};

static const gph_type recorder_type = {
    GPH_TYPE("table-recorder", "Table recorder",
             "Records into a table, once, in a loop or layer upon layer.", GPH_TYPE_EVENTS),
    GPH_PORTS(ports),
    GPH_PARAMS(params),
    GPH_SETTINGS(settings),
    GPH_TRIGGERS(triggers),
    GPH_FAULTS(faults),
    .create = create,
    .destroy = destroy,
    .configure = configure,
    .describe = describe,
    .activate = activate,
    .process = gph_table_pass_process,
    .reset = gph_table_pass_reset,
    .deactivate = deactivate,
};

GPH_MODULE("table-recorder", "0.1.0", "Graphophone", "MIT", &recorder_type)

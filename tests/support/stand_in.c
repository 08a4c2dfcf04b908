/* Stands in for core/run while a graph is built without it. [control] */
#include "stand_in.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One runtime, with a few tables and streams. */
typedef struct runtime {
    gph_runtime public_; /* first */
    gph_graph *graph;
    uint32_t node;
    gph_table_view views[4];
    uint32_t n_views;
} runtime;

/* ---------------------------------------------------------------- tables */

static gph_table *GPH_CALL
open_table(const gph_runtime *rt, const char *setting, uint32_t access)
{
    runtime *self = (runtime *)(uintptr_t)rt;
    uint32_t table;
    if (self->n_views == 4 ||
        gph_graph_table_of(self->graph, self->node, setting, 0, &table) != GPH_OK ||
        gph_graph_note_table(self->graph, self->node, table, setting, access) != GPH_OK)
        return NULL;
    const gph_graph_table *from = &self->graph->nodes[table].table;
    gph_table_view *view = &self->views[self->n_views++];
    view->channels = from->channels;
    view->frames = from->frames;
    view->rate = from->rate;
    return (gph_table *)view;
}

static const gph_table_view *GPH_CALL
view_table(gph_table *table)
{
    return (const gph_table_view *)table;
}

static void GPH_CALL
mark_table(gph_table *table, const gph_table_mark *mark)
{
    (void)table;
    (void)mark;
}

static gph_status GPH_CALL
swap_table(gph_table *table)
{
    (void)table;
    return GPH_OK;
}

static const gph_tables tables = {
    .size = sizeof tables,
    .open = open_table,
    .view = view_table,
    .mark = mark_table,
    .swap = swap_table,
};

/* ---------------------------------------------------------------- disk */

static gph_stream *GPH_CALL
open_write(const gph_runtime *rt, gph_config *config, const gph_stream_write *what)
{
    (void)config;
    (void)what;
    return (gph_stream *)(uintptr_t)rt;
}

static gph_stream *GPH_CALL
open_read(const gph_runtime *rt, gph_config *config, gph_stream_read *what)
{
    what->channels = 2;
    what->rate = config->rate;
    what->frames = 48000;
    return (gph_stream *)(uintptr_t)rt;
}

static void GPH_CALL
close_stream(gph_stream *stream)
{
    (void)stream;
}

static gph_status GPH_CALL
at_frame(gph_stream *stream, int64_t when)
{
    (void)stream;
    (void)when;
    return GPH_OK;
}

static const gph_disk disk = {
    .size = sizeof disk,
    .open_write = open_write,
    .open_read = open_read,
    .close = close_stream,
    .start = at_frame,
    .stop = at_frame,
    .seek = at_frame,
};

/* ---------------------------------------------------------------- worker */

static int32_t GPH_CALL
no_room(const gph_runtime *rt, const void *data, uint32_t size)
{
    (void)rt;
    (void)data;
    (void)size;
    return 0;
}

static const gph_worker worker = {
    .size = sizeof worker,
    .schedule = no_room,
    .respond = no_room,
};

/* ---------------------------------------------------------------- runtimes */

static const void *GPH_CALL
get(const gph_runtime *rt, const char *id)
{
    (void)rt;
    return strcmp(id, GPH_TABLES_ID) == 0   ? (const void *)&tables
           : strcmp(id, GPH_DISK_ID) == 0   ? (const void *)&disk
           : strcmp(id, GPH_WORKER_ID) == 0 ? (const void *)&worker
                                            : NULL;
}

static void GPH_CALL
say(const gph_runtime *rt, uint32_t level, const char *text)
{
    (void)rt;
    fprintf(stderr, "%u %s\n", level, text);
}

static void GPH_CALL
fault(const gph_runtime *rt, uint32_t code, int64_t a, int64_t b)
{
    (void)rt;
    (void)code;
    (void)a;
    (void)b;
}

static void GPH_CALL
emit(const gph_runtime *rt, const gph_event *event)
{
    (void)rt;
    (void)event;
}

static void GPH_CALL
restart(const gph_runtime *rt)
{
    (void)rt;
}

static const gph_runtime *
runtime_new(void *user, gph_graph *graph, uint32_t node, uint32_t copy)
{
    stand_in *self = user;
    runtime *made = calloc(1, sizeof *made);
    (void)copy;
    if (made == NULL)
        return NULL;
    self->n_runtimes++;
    made->public_ = (gph_runtime){
        .size = sizeof made->public_,
        .abi_minor = GPH_ABI_MINOR,
        .get = get,
        .log = say,
        .fault = fault,
        .emit = emit,
        .restart = restart,
    };
    made->graph = graph;
    made->node = node;
    return &made->public_;
}

static void
runtime_free(void *user, const gph_runtime *rt)
{
    stand_in *self = user;
    self->n_runtimes--;
    free((void *)(uintptr_t)rt);
}

static gph_status
table_make(void *user, gph_graph *graph, uint32_t node, gph_graph_table *table,
           gph_graph_fault *why)
{
    stand_in *self = user;
    (void)graph;
    (void)node;
    (void)why;
    self->n_tables++;
    table->channels = table->channels != 0 ? table->channels : 1;
    table->frames = table->frames != 0 ? table->frames : 48000;
    table->bytes = table->frames * table->channels * sizeof(float) * (table->spare ? 2 : 1);
    return GPH_OK;
}

static void
table_free(void *user, gph_graph *graph, uint32_t node)
{
    stand_in *self = user;
    (void)graph;
    (void)node;
    self->n_tables--;
}

gph_graph_services
stand_in_services(stand_in *self)
{
    return (gph_graph_services){
        .user = self,
        .runtime_new = runtime_new,
        .runtime_free = runtime_free,
        .table_make = table_make,
        .table_free = table_free,
    };
}

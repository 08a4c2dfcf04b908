/* The service gph.disk/1 over core/disk: opening and closing. [control] */
#include "runtime_disk.h"

#include "context.h"

#include <stdio.h>
#include <stdlib.h>

static gph_stream_site
site_of(const gph_node_runtime *runtime)
{
    const gph_context *context = runtime->context;
    const gph_graph *graph = runtime->graph;
    return (gph_stream_site){.node = graph->nodes[runtime->node].name,
                             .patch = context->patch->settings.name,
                             .folder = context->folder,
                             .below = context->below,
                             .faulty = context->faulty,
                             .rate = graph->rate_known ? graph->rate : 0,
                             .takes = context->takes,
                             .link = context->link};
}

/* What the disk said becomes what the module says. */
static void
tell(const gph_node_runtime *runtime, gph_config *config, const gph_stream_problem *problem)
{
    const gph_context *context = runtime->context;
    if (problem->text[0] && config && config->error && config->error_size) {
        snprintf(config->error, config->error_size, "%s", problem->text);
        config->bad_setting = problem->setting;
    }
    if (problem->warning[0] && context->log)
        context->log(context->log_user, GPH_LOG_WARNING, runtime->node, problem->warning);
}

static gph_runtime_stream *
room(gph_node_runtime *runtime, gph_config *config)
{
    for (uint32_t n = 0; n < GPH_RUN_MAX_STREAMS; n++)
        if (!runtime->streams[n].stream)
            return &runtime->streams[n];
    if (config && config->error && config->error_size)
        snprintf(config->error, config->error_size, "an instance has at most %d streams",
                 GPH_RUN_MAX_STREAMS);
    return NULL;
}

static void
close_stream(gph_runtime_stream *stream)
{
    gph_stream_free(stream->stream);
    free(stream->peaks);
    free(stream->windows);
    free(stream->squares);
    free(stream->squares_begun);
    free(stream->file);
    *stream = (gph_runtime_stream){0};
}

static gph_stream *
keep(gph_node_runtime *runtime, gph_runtime_stream *stream, uint32_t channels)
{
    stream->owner = runtime;
    stream->channels = channels;
    stream->peaks = calloc(channels ? channels : 1, sizeof *stream->peaks);
    stream->windows = calloc(channels ? 2 * (size_t)channels : 2, sizeof *stream->windows);
    stream->squares = calloc(channels ? channels : 1, sizeof *stream->squares);
    stream->squares_begun =
        calloc(channels ? 2 * (size_t)channels : 2, sizeof *stream->squares_begun);
    if (!stream->peaks || !stream->windows || !stream->squares || !stream->squares_begun) {
        close_stream(stream);
        return NULL;
    }
    runtime->n_streams++;
    return gph_runtime_stream_handle(stream);
}

static gph_stream *GPH_CALL
open_write(const gph_runtime *rt, gph_config *config, const gph_stream_write *what)
{
    gph_node_runtime *runtime = gph_runtime_of(rt);
    gph_runtime_stream *stream = room(runtime, config);
    if (!stream || !what)
        return NULL;
    gph_stream_site site = site_of(runtime);
    gph_stream_problem problem = {.text = ""};
    gph_status status = gph_stream_open_write(&site, what, &problem, &stream->stream);
    tell(runtime, config, &problem);
    runtime->refused = status;
    if (status != GPH_OK) {
        stream->stream = NULL;
        return NULL;
    }
    stream->writes = true;
    stream->keeps_not_finite = what->nan == GPH_NAN_KEEP;
    stream->takes_new_rate = (what->flags & GPH_STREAM_NEW_RATE) != 0;
    stream->file = strdup(what->file ? what->file : "");
    return keep(runtime, stream, what->channels);
}

static gph_stream *GPH_CALL
open_read(const gph_runtime *rt, gph_config *config, gph_stream_read *what)
{
    gph_node_runtime *runtime = gph_runtime_of(rt);
    gph_runtime_stream *stream = room(runtime, config);
    if (!stream || !what)
        return NULL;
    gph_stream_site site = site_of(runtime);
    gph_stream_problem problem = {.text = ""};
    gph_status status = gph_stream_open_read(&site, what, &problem, &stream->stream);
    tell(runtime, config, &problem);
    runtime->refused = status;
    if (status != GPH_OK) {
        stream->stream = NULL;
        return NULL;
    }
    return keep(runtime, stream, what->channels);
}

static void GPH_CALL
close_by_module(gph_stream *handle)
{
    gph_runtime_stream *stream = gph_runtime_stream_of(handle);
    if (!stream || !stream->stream)
        return;
    stream->owner->n_streams--;
    close_stream(stream);
}

void
gph_runtime_close_streams(gph_node_runtime *runtime)
{
    for (uint32_t n = 0; n < GPH_RUN_MAX_STREAMS; n++)
        if (runtime->streams[n].stream)
            close_stream(&runtime->streams[n]);
    runtime->n_streams = 0;
}

const gph_disk gph_runtime_disk = {.size = sizeof(gph_disk),
                                   .open_write = open_write,
                                   .open_read = open_read,
                                   .close = close_by_module,
                                   .start = gph_runtime_stream_start,
                                   .stop = gph_runtime_stream_stop,
                                   .mark = gph_runtime_stream_mark,
                                   .write = gph_runtime_stream_write,
                                   .read = gph_runtime_stream_read,
                                   .seek = gph_runtime_stream_seek,
                                   .stats = gph_runtime_stream_stats};

/* What the channels that a copy records are late by; NULL: all by nothing, or not known. */
static const uint32_t *
latencies(const gph_graph *graph, const gph_node_runtime *runtime, uint32_t channels)
{
    const gph_graph_node *node = &graph->nodes[runtime->node];
    if (node->type->n_in == 0 || !graph->latencies)
        return NULL;
    const gph_graph_port *port = &node->in[0];
    uint32_t first = runtime->copy * port->copy_channels;
    return first + channels <= port->channels ? graph->latencies + port->first + first : NULL;
}

static gph_node_runtime *
runtime_at(const gph_graph *graph, uint32_t node, uint32_t copy)
{
    return gph_runtime_of(graph->nodes[node].copies[copy].runtime);
}

gph_status
gph_context_activate_streams(const gph_graph *graph, uint32_t max_frames, uint32_t *node,
                             gph_stream_problem *problem)
{
    for (uint32_t n = 0; n < graph->n_nodes; n++)
        for (uint32_t c = 0;
             graph->nodes[n].kind == GPH_NODE_MODULE && c < graph->nodes[n].n_copies; c++) {
            gph_node_runtime *runtime = runtime_at(graph, n, c);
            for (uint32_t s = 0; s < GPH_RUN_MAX_STREAMS; s++) {
                gph_runtime_stream *stream = &runtime->streams[s];
                if (!stream->stream)
                    continue;
                *node = n;
                gph_status status = gph_stream_activate(
                    stream->stream, graph->rate, max_frames,
                    stream->writes ? latencies(graph, runtime, stream->channels) : NULL, problem);
                if (status != GPH_OK)
                    return status;
            }
        }
    return GPH_OK;
}

gph_runtime_stream *
gph_context_writer(const gph_graph *graph, uint32_t index)
{
    for (uint32_t n = 0; n < graph->n_nodes; n++)
        for (uint32_t c = 0;
             graph->nodes[n].kind == GPH_NODE_MODULE && c < graph->nodes[n].n_copies; c++) {
            gph_node_runtime *runtime = runtime_at(graph, n, c);
            for (uint32_t s = 0; s < GPH_RUN_MAX_STREAMS; s++)
                if (runtime->streams[s].stream && runtime->streams[s].writes && index-- == 0)
                    return &runtime->streams[s];
        }
    return NULL;
}

void
gph_context_each_ring(const gph_graph *graph,
                      void (*each)(void *user, const void *base, size_t bytes), void *user)
{
    for (uint32_t n = 0; n < graph->n_nodes; n++)
        for (uint32_t c = 0;
             graph->nodes[n].kind == GPH_NODE_MODULE && c < graph->nodes[n].n_copies; c++) {
            const gph_node_runtime *runtime = runtime_at(graph, n, c);
            for (uint32_t s = 0; s < GPH_RUN_MAX_STREAMS; s++) {
                const void *base = NULL;
                size_t bytes = runtime->streams[s].stream
                                   ? gph_stream_memory(runtime->streams[s].stream, &base)
                                   : 0;
                if (bytes)
                    each(user, base, bytes);
            }
        }
}

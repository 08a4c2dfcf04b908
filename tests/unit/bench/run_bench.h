/* Runs a patch without a host: cycles of any length, inputs from a function, outputs kept.
 * [test program] */
#ifndef GPH_TEST_RUN_BENCH_H
#define GPH_TEST_RUN_BENCH_H

#include "../../../core/run/context.h"
#include "../../../core/run/run.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>

enum { RUN_BENCH_RATE = 48000, RUN_BENCH_IN = 4, RUN_BENCH_OUT = 4, RUN_BENCH_MAX = 8192 };

typedef struct run_bench {
    gph_diagnostics *diagnostics;
    gph_patch *patch;
    gph_catalog *catalog;
    gph_context context;
    gph_graph_services services;
    gph_graph *graph;
    gph_plan *plan;
    gph_run *run;
    int64_t clock;    /* of the next cycle */
    int64_t n_frames; /* kept */
    int64_t capacity;
    float *out[RUN_BENCH_OUT]; /* all outputs since the start, lost frames not counted */
    float *in[RUN_BENCH_IN];
    uint32_t flags; /* of the next cycle */
    int32_t answer; /* of the last cycle */
} run_bench;

/* Input c at frame f: a sawtooth that tells channels and frames apart. */
static inline float
run_bench_input(int64_t frame, uint32_t channel)
{
    return (float)((frame * 7 + channel * 1000) % 4099) / 4099.0f - 0.5f;
}

static inline void
run_bench_open(run_bench *b, const char *patch, int64_t length)
{
    char modules[4096];
    snprintf(modules, sizeof modules, "%s/tests/unit/bench", getenv("GPH_BUILD"));
    const char *folder = modules;
    *b = (run_bench){.capacity = 1 << 20};
    for (int c = 0; c < RUN_BENCH_OUT; c++)
        b->out[c] = calloc((size_t)b->capacity, sizeof(float));
    for (int c = 0; c < RUN_BENCH_IN; c++)
        b->in[c] = calloc(RUN_BENCH_MAX, sizeof(float));
    b->diagnostics = gph_diagnostics_new(NULL);
    gph_status status =
        gph_patch_load_text("test.ini", patch, strlen(patch), NULL, b->diagnostics, &b->patch);
    gph_diagnostics_print(b->diagnostics, stderr, false);
    ck_assert_int_eq(status, GPH_OK);
    const gph_catalog_options options = {.folders = &folder, .n_folders = 1};
    ck_assert_int_eq(gph_catalog_new(&options, &b->catalog), GPH_OK);
    b->context = (gph_context){.patch = b->patch, .folder = "/tmp"};
    ck_assert_int_eq(gph_workers_new(&b->context.workers), GPH_OK);
    b->services = gph_context_services(&b->context);
    const gph_graph_options graph = {.rate = RUN_BENCH_RATE, .flags = GPH_SETUP_OFFLINE};
    status = gph_graph_build(b->patch, b->catalog, &b->services, &graph, b->diagnostics, &b->graph);
    gph_diagnostics_print(b->diagnostics, stderr, false);
    ck_assert_int_eq(status, GPH_OK);
    ck_assert_int_eq(gph_graph_activate(b->graph, RUN_BENCH_MAX, b->diagnostics), GPH_OK);
    ck_assert_int_eq(gph_context_attach_workers(&b->context, b->graph), GPH_OK);
    ck_assert_int_eq(gph_plan_build(b->graph, RUN_BENCH_MAX, &b->plan), GPH_OK);
    const gph_run_options run = {.rate = RUN_BENCH_RATE,
                                 .block = 64,
                                 .host_in = RUN_BENCH_IN,
                                 .host_out = RUN_BENCH_OUT,
                                 .length = length,
                                 .ends_with_players = length < 0};
    ck_assert_int_eq(gph_run_new(b->plan, &run, &b->run), GPH_OK);
}

static inline void
run_bench_cycle(run_bench *b, uint32_t frames)
{
    const float *in[RUN_BENCH_IN];
    float *out[RUN_BENCH_OUT];
    ck_assert_int_le(b->n_frames + frames, b->capacity);
    for (uint32_t c = 0; c < RUN_BENCH_IN; c++) {
        for (uint32_t f = 0; f < frames; f++)
            b->in[c][f] = run_bench_input(b->clock + f, c);
        in[c] = b->in[c];
    }
    for (uint32_t c = 0; c < RUN_BENCH_OUT; c++)
        out[c] = b->out[c] + b->n_frames;
    const gph_cycle cycle = {
        .frames = frames,
        .n_in = RUN_BENCH_IN,
        .n_out = RUN_BENCH_OUT,
        .in = in,
        .out = out,
        .clock = {.frame = b->clock, .rate = RUN_BENCH_RATE, .flags = b->flags}};
    b->answer = gph_run_cycle(b->run, &cycle);
    b->clock += frames;
    b->n_frames += frames;
}

/* `total` frames in cycles of `block`; 0: of lengths that change all the time. */
static inline void
run_bench_frames(run_bench *b, int64_t total, uint32_t block)
{
    uint32_t seed = 12345;
    for (int64_t left = total; left > 0;) {
        seed = seed * 1664525u + 1013904223u;
        uint32_t n = block ? block : 1 + (seed >> 8) % (seed & 1 ? 50 : 3000);
        n = (int64_t)n < left ? n : (uint32_t)left;
        run_bench_cycle(b, n);
        left -= n;
    }
}

static inline void
run_bench_close(run_bench *b)
{
    gph_run_free(b->run);
    gph_plan_free(b->plan);
    gph_graph_free(b->graph);
    gph_workers_free(b->context.workers);
    gph_catalog_free(b->catalog);
    gph_patch_free(b->patch);
    gph_diagnostics_free(b->diagnostics);
    for (int c = 0; c < RUN_BENCH_OUT; c++)
        free(b->out[c]);
    for (int c = 0; c < RUN_BENCH_IN; c++)
        free(b->in[c]);
}

/* Node by name. */
static inline uint32_t
run_bench_node(const run_bench *b, const char *name)
{
    uint32_t node = gph_graph_find(b->graph, name);
    ck_assert_uint_ne(node, GPH_NONE);
    return node;
}

#endif

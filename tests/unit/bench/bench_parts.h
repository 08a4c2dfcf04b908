/* What the files of the module bench share; tests include module_bench.h. [test program] */
#ifndef GPH_TEST_BENCH_PARTS_H
#define GPH_TEST_BENCH_PARTS_H

#include "module_bench.h"

/* Settings as configure sees them. */
typedef struct bench_config {
    gph_config config; /* first: its functions cast */
    const bench *b;
    const gph_type *type;
    char items[32768]; /* texts that were given out: they last until configure returns */
    size_t used;
} bench_config;

/* Parameters over a whole run. */
typedef struct bench_curves bench_curves;

const gph_type *bench_load(const char *type);
void bench_config_init(bench_config *config, const uint32_t *in_channels, uint32_t *out_channels,
                       char *error, uint32_t error_size);
uint32_t bench_items(uint32_t rule, uint32_t items, const uint32_t *in, const uint32_t *out);
bench_curves *bench_curves_new(const bench *b, const gph_type *type, const uint32_t *in,
                               const uint32_t *out, uint32_t frames);
const gph_value *bench_values(bench_curves *curves, uint32_t at, uint32_t frames);
void bench_curves_free(bench_curves *curves);

#endif

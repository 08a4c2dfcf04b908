/* Real tables behind gph.tables/1 for modules on the bench. [test program]
 *
 *     table_bench tables = table_bench_new(48000);
 *     gph_table_set_add(tables.set, &spec) ... gph_table_set_allocate(tables.set);
 *     bench b = {.type = "table-recorder", .user = &tables, .services = {TABLE_SERVICE}};
 *
 * The node's name is its type's; the setting `table` is the one that names the table. */
#ifndef GPH_TEST_TABLE_BENCH_H
#define GPH_TEST_TABLE_BENCH_H

#include "../../../core/run/table.h"
#include "module_bench.h"

enum { TABLE_REPORTS = 16 };

typedef struct table_bench {
    gph_table_set *set;
    uint32_t n_reports;
    struct {
        uint32_t level;
        char node[64], setting[64], text[512];
    } reports[TABLE_REPORTS];
} table_bench;

#define TABLE_SERVICE                                                                              \
    {                                                                                              \
        GPH_TABLES_ID, &table_bench_service                                                        \
    }
extern const gph_tables table_bench_service;

void table_bench_init(table_bench *tables, double rate);
void table_bench_finish(table_bench *tables);
/* A table of so many channels and frames, with memory. */
void table_bench_add(table_bench *tables, const char *name, uint32_t channels, uint64_t frames,
                     bool spare);
/* What a handle of its own shows. */
const gph_table_view *table_bench_view(table_bench *tables, const char *name);
/* Whether one of the reports holds a text. */
bool table_bench_said(const table_bench *tables, const char *text);
/* For those who make their own set. */
void table_bench_report(void *context, uint32_t level, const char *node, const char *setting,
                        const char *text);

#endif

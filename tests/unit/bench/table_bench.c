/* Real tables behind gph.tables/1 for modules on the bench. [test program] */
#include "table_bench.h"
#include <check.h>
#include <stdio.h>
#include <string.h>

void
table_bench_report(void *context, uint32_t level, const char *node, const char *setting,
                   const char *text)
{
    table_bench *tables = context;
    ck_assert_uint_lt(tables->n_reports, TABLE_REPORTS);
    uint32_t n = tables->n_reports++;
    tables->reports[n].level = level;
    snprintf(tables->reports[n].node, sizeof tables->reports[n].node, "%s", node ? node : "");
    snprintf(tables->reports[n].setting, sizeof tables->reports[n].setting, "%s",
             setting ? setting : "");
    snprintf(tables->reports[n].text, sizeof tables->reports[n].text, "%s", text);
}

void
table_bench_init(table_bench *tables, double rate)
{
    *tables = (table_bench){0};
    tables->set = gph_table_set_new("bench", rate, table_bench_report, tables);
    ck_assert_ptr_nonnull(tables->set);
}

void
table_bench_finish(table_bench *tables)
{
    gph_table_set_free(tables->set);
}

void
table_bench_add(table_bench *tables, const char *name, uint32_t channels, uint64_t frames,
                bool spare)
{
    gph_table_spec spec = {.name = name, .channels = channels, .frames = frames, .spare = spare};
    ck_assert_int_eq(gph_table_set_add(tables->set, &spec), GPH_OK);
    ck_assert_int_eq(gph_table_set_allocate(tables->set), GPH_OK);
}

const gph_table_view *
table_bench_view(table_bench *tables, const char *name)
{
    gph_table *table = gph_table_open(tables->set, name, "test", GPH_TABLE_READ);
    ck_assert_ptr_nonnull(table);
    return gph_table_look(table);
}

bool
table_bench_said(const table_bench *tables, const char *text)
{
    for (uint32_t n = 0; n < tables->n_reports; n++)
        if (strstr(tables->reports[n].text, text))
            return true;
    return false;
}

static gph_table *GPH_CALL
open_table(const gph_runtime *rt, const char *setting, uint32_t access)
{
    const bench *b = bench_of(rt);
    table_bench *tables = b->user;
    for (uint32_t n = 0; n < b->n_settings; n++)
        if (strcmp(b->settings[n].name, setting) == 0)
            return gph_table_open(tables->set, b->settings[n].text, b->type, access);
    return NULL;
}

const gph_tables table_bench_service = {
    .size = sizeof(gph_tables),
    .open = open_table,
    .view = gph_table_look,
    .mark = gph_table_put_mark,
    .swap = gph_table_swap,
};

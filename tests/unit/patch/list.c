/* Tests core/patch/list. [test program] */
#include "../../../core/patch/list.h"

#include "../suite.h"

#include <stdio.h>
#include <string.h>

/* Indexes as a text, or '!' and the place of the fault. */
static const char *
resolve(const char *text, uint32_t width)
{
    static char out[400];
    uint32_t indexes[40];
    uint32_t n = 0;
    gph_list list;
    gph_fault fault = {0};
    gph_arena *arena = gph_arena_new(NULL);
    gph_status status = gph_list_parse(text, 0, strlen(text), arena, &list, &fault);
    if (status == GPH_OK)
        status = gph_list_resolve(&list, width, indexes, 40, &n, &fault);
    out[0] = '\0';
    if (status != GPH_OK)
        snprintf(out, sizeof(out), "!%u+%u", fault.span.offset, fault.span.length);
    for (uint32_t i = 0; status == GPH_OK && i < n; i++)
        snprintf(out + strlen(out), sizeof(out) - strlen(out), "%s%u", i > 0 ? " " : "",
                 indexes[i]);
    gph_arena_free(arena);
    return out;
}

START_TEST(resolves)
{
    ck_assert_str_eq(resolve("3", 8), "3");
    ck_assert_str_eq(resolve("1-4", 8), "1 2 3 4");
    ck_assert_str_eq(resolve("4-1", 8), "4 3 2 1");
    ck_assert_str_eq(resolve("6-", 8), "6 7 8");
    ck_assert_str_eq(resolve("odd", 5), "1 3 5");
    ck_assert_str_eq(resolve("even", 5), "2 4");
    ck_assert_str_eq(resolve("2,1, 2 , 1-2", 2), "2 1 2 1 2");
    ck_assert_str_eq(resolve(" 1 - 3 ", 3), "1 2 3");
    ck_assert_str_eq(resolve("ODD,Even", 3), "1 3 2");
    ck_assert_str_eq(resolve("even", 1), "");
}
END_TEST

START_TEST(places_faults)
{
    ck_assert_str_eq(resolve("1,9", 8), "!2+1");
    ck_assert_str_eq(resolve("1,7-9", 8), "!2+3");
    ck_assert_str_eq(resolve("9-", 8), "!0+2");
    ck_assert_str_eq(resolve("9-7", 8), "!0+3");
    ck_assert_str_eq(resolve("0", 8), "!0+1");
    ck_assert_str_eq(resolve("01", 8), "!0+1");
    ck_assert_str_eq(resolve("", 8), "!0+0");
    ck_assert_str_eq(resolve("1,", 8), "!2+0");
    ck_assert_str_eq(resolve("1 2", 8), "!2+1");
    ck_assert_str_eq(resolve("old", 8), "!0+3");
    ck_assert_str_eq(resolve("4294967297", 8), "!0+10");
    ck_assert_str_eq(resolve("1-40,1", 40), "!5+1"); /* beyond the capacity */
}
END_TEST

START_TEST(knows_closed_lists)
{
    uint64_t n;
    uint32_t highest;
    gph_list list;
    gph_fault fault;
    gph_arena *arena = gph_arena_new(NULL);
    ck_assert_int_eq(gph_list_parse("1-8, 24-17", 0, 10, arena, &list, &fault), GPH_OK);
    ck_assert(gph_list_is_closed(&list, &n, &highest));
    ck_assert_uint_eq(n, 16);
    ck_assert_uint_eq(highest, 24);
    ck_assert_int_eq(gph_list_parse("1,3-", 0, 4, arena, &list, &fault), GPH_OK);
    ck_assert(!gph_list_is_closed(&list, &n, &highest));
    gph_arena_free(arena);
}
END_TEST

SUITE("list", resolves, places_faults, knows_closed_lists)

/* Tests core/patch/names: sorted whatever the order, found in any case. [test program] */
#include "../../../core/patch/names.h"

#include "../suite.h"

#include <stdio.h>
#include <string.h>

enum { N = 1000 };

START_TEST(sorts_and_finds)
{
    static char words[N][8];
    gph_name names[N];
    for (uint32_t i = 0; i < N; i++) {
        snprintf(words[i], sizeof(words[i]), "n%u", (i * 7919u) % 500);
        names[i] = (gph_name){words[i], i};
    }
    gph_names_sort(names, N);
    for (uint32_t i = 1; i < N; i++) {
        const int order = strcmp(names[i - 1].name, names[i].name);
        ck_assert(order < 0 || (order == 0 && names[i - 1].value < names[i].value));
    }
    for (uint32_t i = 0; i < 500; i++) {
        char wanted[8];
        const int n = snprintf(wanted, sizeof(wanted), "N%u", i);
        const gph_name *found = gph_names_find(names, N, wanted, (size_t)n);
        ck_assert_ptr_nonnull(found);
        ck_assert_str_eq(found->name + 1, wanted + 1);
        ck_assert(found == names || strcmp(found[-1].name, found->name) != 0);
    }
    ck_assert_ptr_null(gph_names_find(names, N, "n500", 4));
    ck_assert_ptr_null(gph_names_find(names, N, "n", 1));
    ck_assert_ptr_null(gph_names_find(names, 0, "n1", 2));
    gph_names_sort(names, 0);
}
END_TEST

SUITE("names", sorts_and_finds)

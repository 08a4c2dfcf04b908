/* Tests core/patch/near. [test program] */
#include "../../../core/patch/near.h"

#include "../suite.h"

#include <string.h>

static size_t
edits(const char *a, const char *b)
{
    return gph_near_edits(a, strlen(a), b, strlen(b), 2);
}

static const char *
nearest(const char *wanted, const char *const *candidates)
{
    gph_near near;
    gph_near_init(&near, wanted, strlen(wanted));
    for (; *candidates != NULL; candidates++)
        gph_near_offer(&near, *candidates, NULL);
    return near.best;
}

START_TEST(counts_edits)
{
    ck_assert_uint_eq(edits("loop", "loop"), 0);
    ck_assert_uint_eq(edits("lop", "loop"), 1);
    ck_assert_uint_eq(edits("loop", "lop"), 1);
    ck_assert_uint_eq(edits("loup", "loop"), 1);
    ck_assert_uint_eq(edits("lopo", "loop"), 1); /* neighbours swapped */
    ck_assert_uint_eq(edits("Mic", "miC"), 0);
    ck_assert_uint_eq(edits("kitten", "sitten"), 1);
    ck_assert_uint_gt(edits("kitten", "sitting"), 2);
    ck_assert_uint_gt(edits("a", "abcd"), 2);
    ck_assert_uint_gt(edits("", "abc"), 2);
}
END_TEST

START_TEST(wants_half_the_length)
{
    static const char *const short_names[] = {"ab", "xyz", NULL};
    static const char *const long_names[] = {"threshold", "treshold", NULL};
    ck_assert_ptr_null(nearest("c", short_names));
    ck_assert_str_eq(nearest("ac", short_names), "ab");
    ck_assert_ptr_null(nearest("cd", short_names));
    ck_assert_str_eq(nearest("treshhold", long_names), "treshold");
    ck_assert_str_eq(nearest("threshol", long_names), "threshold");
}
END_TEST

START_TEST(leaves_long_names_alone)
{
    char longest[65];
    memset(longest, 'a', 64);
    longest[64] = '\0';
    ck_assert_uint_gt(edits(longest, longest), 2);
    ck_assert_uint_eq(edits(longest + 1, longest + 1), 0);
}
END_TEST

SUITE("near", counts_edits, wants_half_the_length, leaves_long_names_alone)

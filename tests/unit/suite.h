/*
 * The whole of a unit test's main program, so that a test file is its tests and one line:
 *
 *     START_TEST(adds) { ck_assert_int_eq(add(1, 2), 3); } END_TEST
 *     SUITE("sum", adds)
 *
 * SUITE_CASES is for loops, signals and fixtures: it takes a function that fills the test case.
 * Each test runs in a process of its own unless CK_FORK=no. [test program]
 */
#ifndef GPH_TEST_SUITE_H
#define GPH_TEST_SUITE_H

#include <check.h>
#include <stdlib.h>

/* Check writes a line to a file at each assertion that holds, to tell where a crash came after. Tests that look
 * at each frame do so a million times, and that would be most of their time; what a crash is of, the sanitizers
 * tell better. */
#define _mark_point(file, line) ((void)0)

/* Elsewhere other names begin a path, and none is that of nothing. */
#ifndef TEST_ROOT
#define TEST_ROOT "/"
#define TEST_NULL "/dev/null"
#endif

/* A folder that nobody writes to, what is no file, and where named memory lies. */
#ifndef TEST_SHARED
#define TEST_CLOSED "/proc"
#define TEST_DEVICE "/dev/zero"
#define TEST_SHARED "/dev/shm"
#endif

/* A descriptor as the platform's functions take a file. */
#ifndef TEST_FILE
#define TEST_FILE(descriptor) (descriptor)
#endif

/* Where calls of the system take so many times longer, tests that make thousands make fewer. */
#ifndef TEST_SLOW
#define TEST_SLOW 1
#endif

/* 1: a name that is deleted goes when nobody has the file open any more, and (in Wine) nothing tells that it will. */
#ifndef TEST_DELETES_LATE
#define TEST_DELETES_LATE 0
#endif

static inline int
suite_finish(Suite *suite, TCase *cases)
{
    tcase_set_timeout(cases, 120);
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_set_tap(runner, "-");
    srunner_run_all(runner, CK_SILENT);
    int failed = srunner_ntests_failed(runner);
    int ran = srunner_ntests_run(runner);
    srunner_free(runner);
    return failed != 0 || ran == 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}

/* A suite of plain tests, named one after the other. */
#define SUITE(title, ...)                                                                          \
    int main(void)                                                                                 \
    {                                                                                              \
        const TTest *const tests[] = {__VA_ARGS__};                                                \
        TCase *cases = tcase_create(title);                                                        \
        for (size_t n = 0; n < sizeof tests / sizeof *tests; n++)                                  \
            tcase_add_test(cases, tests[n]);                                                       \
        return suite_finish(suite_create(title), cases);                                           \
    }

/* A suite that `fill(TCase *)` adds its tests to, with Check's own calls. */
#define SUITE_CASES(title, fill)                                                                   \
    int main(void)                                                                                 \
    {                                                                                              \
        TCase *cases = tcase_create(title);                                                        \
        fill(cases);                                                                               \
        return suite_finish(suite_create(title), cases);                                           \
    }

#endif

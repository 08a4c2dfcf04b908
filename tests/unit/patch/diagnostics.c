/* Tests core/patch/diagnostics and text: order, limits, places, what a terminal gets to see. [test
 * program] */
#include "../../../core/patch/diagnostics.h"
#include "../../../core/platform/textstream.h"

#include "../suite.h"

#include <string.h>

static gph_diagnostics *d;
static const gph_text *text;

static void
open_text(const char *bytes)
{
    d = gph_diagnostics_new(NULL);
    text = gph_diagnostics_text(d, "x.ini", bytes, strlen(bytes));
    ck_assert_ptr_nonnull(text);
}

static gph_position
at(uint32_t offset)
{
    return (gph_position){text, offset};
}

/* What is printed; the caller frees it. */
static char *
printed(bool colour)
{
    gph_textstream stream;
    gph_diagnostics_print(d, gph_textstream_begin(&stream), colour);
    return gph_textstream_end(&stream, NULL);
}

START_TEST(sorts_and_keeps_notes)
{
    open_text("one\ntwo\nthree\n");
    gph_diagnostics_error(d, at(8), "late");
    gph_diagnostics_note(d, at(0), "of late");
    gph_diagnostics_warning(d, at(4), "early");
    ck_assert_int_eq(gph_diagnostics_end_pass(d), GPH_ARGUMENT);
    gph_diagnostics_error(d, at(0), "second pass");
    ck_assert_int_eq(gph_diagnostics_end_pass(d), GPH_ARGUMENT);
    ck_assert_uint_eq(gph_diagnostics_count(d), 3);
    gph_message message;
    gph_diagnostics_get(d, 1, &message);
    ck_assert_str_eq(message.text, "late");
    ck_assert_uint_eq(message.line, 3);
    ck_assert_uint_eq(message.n_notes, 1);
    gph_diagnostics_get_note(d, 1, 0, &message);
    ck_assert_str_eq(message.text, "of late");
    char *all = printed(false);
    ck_assert_str_eq(all, "x.ini:2:1: warning: early\n    2 | two\n      | ^\n"
                          "x.ini:3:1: error: late\n    3 | three\n      | ^\n"
                          "x.ini:1:1: note: of late\n"
                          "x.ini:1:1: error: second pass\n    1 | one\n      | ^\n");
    free(all);
    gph_diagnostics_free(d);
}
END_TEST

START_TEST(says_twenty_once)
{
    open_text("0123456789012345678901234567890123456789\n");
    for (uint32_t i = 30; i > 0; i--)
        for (int twice = 0; twice < 2; twice++) {
            gph_diagnostics_error(d, at(i), "bad %u", i);
            gph_diagnostics_note(d, at(0), "so it is");
        }
    ck_assert_uint_eq(gph_diagnostics_n_errors(d), 30);
    ck_assert_int_eq(gph_diagnostics_end_pass(d), GPH_ARGUMENT);
    ck_assert_uint_eq(gph_diagnostics_count(d), 20);
    gph_message message;
    gph_diagnostics_get(d, 19, &message);
    ck_assert_str_eq(message.text, "bad 20");
    ck_assert_uint_eq(message.n_notes, 1);
    char *all = printed(false);
    ck_assert_ptr_nonnull(strstr(all, "and 10 more errors\n"));
    free(all);
    gph_diagnostics_free(d);
}
END_TEST

START_TEST(is_fine_without_errors)
{
    open_text("");
    gph_diagnostics_warning(d, at(0), "only a warning");
    ck_assert_int_eq(gph_diagnostics_end_pass(d), GPH_OK);
    ck_assert_uint_eq(gph_diagnostics_n_errors(d), 0);
    gph_diagnostics_out_of_memory(d);
    ck_assert_int_eq(gph_diagnostics_end_pass(d), GPH_MEMORY);
    ck_assert_uint_eq(gph_diagnostics_n_errors(d), 1);
    gph_diagnostics_free(d);
}
END_TEST

START_TEST(spares_the_terminal)
{
    open_text("a = \x1b[31m\xc2\x9b\xff\n");
    gph_diagnostics_error(d, at(4), "'%s'", "\x1b[2J\n\xc2\x9b\xff");
    gph_diagnostics_end_pass(d);
    char *all = printed(false);
    for (const char *c = all; *c != '\0'; c++)
        ck_assert(*c == '\n' || (*c >= ' ' && *c < 0x7F));
    free(all);
    all = printed(true);
    ck_assert_ptr_nonnull(strstr(all, "\033[1;31merror:\033[0m"));
    free(all);
    gph_diagnostics_free(d);
}
END_TEST

START_TEST(counts_columns)
{
    open_text("\xef\xbb\xbf\tStra\xc3\x9f\x65 = 1\r\nb");
    ck_assert_uint_eq(text->n_lines, 2);
    ck_assert_uint_eq(gph_position_column(at(0)), 1);
    ck_assert_uint_eq(gph_position_column(at(7)), 7);
    ck_assert_uint_eq(gph_position_line(at(13)), 1);
    ck_assert_uint_eq(gph_position_line(at(14)), 2);
    uint32_t n;
    gph_text_line(text, 1, &n);
    ck_assert_uint_eq(n, 12);
    gph_text_line(text, 2, &n);
    ck_assert_uint_eq(n, 1);
    gph_diagnostics_free(d);
}
END_TEST

SUITE("diagnostics", sorts_and_keeps_notes, says_twenty_once, is_fine_without_errors,
      spares_the_terminal, counts_columns)

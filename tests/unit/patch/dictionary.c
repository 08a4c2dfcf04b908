/* Tests core/patch/dictionary: each planted difference between scan and iniparser is convicted.
 * [test program] */
#include "../../../core/patch/dictionary.h"

#include "../suite.h"

#include <stdio.h>
#include <string.h>

typedef enum plant { NOTHING, VALUE, KEY, SECTION, ONE_KEY_LESS } plant;

/* Scans, plants a difference into what was scanned, compares: errors. */
static size_t
differences(const char *bytes, plant planted, size_t at_section, size_t at_entry)
{
    gph_scan scan;
    gph_diagnostics *diagnostics = gph_diagnostics_new(NULL);
    gph_arena *arena = gph_arena_new(NULL);
    const gph_text *text = gph_diagnostics_text(diagnostics, "x.ini", bytes, strlen(bytes));
    ck_assert_int_eq(gph_scan_text(text, arena, diagnostics, &scan), GPH_OK);
    ck_assert_uint_eq(gph_diagnostics_n_errors(diagnostics), 0);
    gph_raw_section *section = &scan.sections[at_section];
    if (planted == VALUE)
        section->entries[at_entry].n_value--;
    else if (planted == KEY)
        section->entries[at_entry].n_key--;
    else if (planted == SECTION)
        section->name = "other";
    else if (planted == ONE_KEY_LESS)
        section->n--;
    ck_assert_int_eq(gph_dictionary_check(&scan, diagnostics), GPH_OK);
    const size_t n = gph_diagnostics_n_errors(diagnostics);
    gph_arena_free(arena);
    gph_diagnostics_free(diagnostics);
    return n;
}

static const char small[] = "[A]\nKey = \"quoted ; text\" ; c\nb=2\n; c\n[b]\nx[1, 2] = a = b\n"
                            "e = \"\"\nf = ''\nlast = 'it\"s'";

START_TEST(agrees)
{
    ck_assert_uint_eq(differences(small, NOTHING, 0, 0), 0);
}
END_TEST

START_TEST(convicts)
{
    for (size_t entry = 0; entry < 2; entry++) {
        ck_assert_uint_eq(differences(small, VALUE, 0, entry), 1);
        ck_assert_uint_eq(differences(small, KEY, 0, entry), 1);
    }
    ck_assert_uint_eq(differences(small, SECTION, 0, 0), 1);
    ck_assert_uint_eq(differences(small, SECTION, 1, 0), 1);
    ck_assert_uint_eq(differences(small, ONE_KEY_LESS, 0, 0), 1);
    ck_assert_uint_eq(differences(small, ONE_KEY_LESS, 1, 0), 1);
}
END_TEST

/* 150 sections, one of them with 2,000 keys: pieces end between and inside sections. */
START_TEST(goes_in_pieces)
{
    char *bytes = malloc(200000);
    size_t n = 0;
    for (int s = 0; s < 150; s++) {
        n += (size_t)sprintf(bytes + n, "[s%d]\nk = 1\n", s);
        for (int k = 0; s == 70 && k < 2000; k++)
            n += (size_t)sprintf(bytes + n, "k%d = %d\n", k, k);
    }
    ck_assert_uint_eq(differences(bytes, NOTHING, 0, 0), 0);
    ck_assert_uint_eq(differences(bytes, VALUE, 0, 0), 1);
    ck_assert_uint_eq(differences(bytes, VALUE, 70, 1), 1);
    ck_assert_uint_eq(differences(bytes, VALUE, 70, 1999), 1);
    ck_assert_uint_eq(differences(bytes, VALUE, 149, 0), 1);
    ck_assert_uint_eq(differences(bytes, SECTION, 63, 0), 1);
    ck_assert_uint_eq(differences(bytes, SECTION, 64, 0), 1);
    free(bytes);
}
END_TEST

SUITE("dictionary", agrees, convicts, goes_in_pieces)

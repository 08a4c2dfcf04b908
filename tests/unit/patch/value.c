/* Tests core/patch/value, number, units and words. [test program] */
#include "../../../core/patch/value.h"

#include "../suite.h"

#include <graphophone/module.h>

#include <locale.h>
#include <math.h>
#include <string.h>

static gph_fault
fault_of(const char *text, const gph_spec *spec)
{
    gph_fault fault = {0};
    gph_quantity quantity;
    ck_assert_int_eq(gph_value_parse_number(text, strlen(text), spec, &quantity, &fault),
                     GPH_ARGUMENT);
    return fault;
}

static gph_quantity
number(const char *text, uint32_t unit)
{
    const gph_spec spec = {.unit = unit,
                           .flags = GPH_SPEC_POLARITY,
                           .min = -(double)INFINITY,
                           .max = (double)INFINITY,
                           .name = "key"};
    gph_fault fault = {0};
    gph_quantity quantity = {0};
    ck_assert_msg(gph_value_parse_number(text, strlen(text), &spec, &quantity, &fault) == GPH_OK,
                  "%s: %s", text, fault.text);
    return quantity;
}

START_TEST(reads_units)
{
    ck_assert_double_eq(number("-6dB", GPH_UNIT_DB).value, -6);
    ck_assert_double_eq(number("0.5x", GPH_UNIT_DB).value, 0.5);
    ck_assert_double_eq(gph_quantity_gain(number("-0.5x", GPH_UNIT_DB)), -0.5);
    ck_assert_double_eq(gph_quantity_gain(number("off", GPH_UNIT_DB)), 0);
    ck_assert_double_eq(gph_quantity_gain(number("0x", GPH_UNIT_DB)), 0);
    ck_assert_double_eq_tol(gph_quantity_gain(number("-6dB", GPH_UNIT_DB)), 0.501187, 1e-6);
    ck_assert_double_eq(gph_quantity_decibels(number("10x", GPH_UNIT_DB)), 20);
    ck_assert_double_eq(number("1.2kHz", GPH_UNIT_HERTZ).value, 1200);
    ck_assert_double_eq(number("250ms", GPH_UNIT_SECONDS).value, 0.25);
    ck_assert_double_eq(number("1.5s", GPH_UNIT_SECONDS).value, 1.5);
    ck_assert_double_eq(number("2min", GPH_UNIT_SECONDS).value, 120);
    ck_assert_double_eq(number("1h", GPH_UNIT_SECONDS).value, 3600);
    ck_assert_double_eq(gph_quantity_seconds(number("480fr", GPH_UNIT_SECONDS), 48000), 0.01);
    ck_assert_double_eq(gph_quantity_frames(number("10ms", GPH_UNIT_FRAMES), 48000), 480);
    ck_assert_double_eq(number("35%", GPH_UNIT_FRACTION).value, 0.35);
    ck_assert_double_eq(number("0.35", GPH_UNIT_FRACTION).value, 0.35);
    ck_assert_double_eq(number("90deg", GPH_UNIT_DEGREES).value, 90);
    ck_assert_double_eq(number("2GiB", GPH_UNIT_BYTES).value, 2147483648.0);
    ck_assert_double_eq(number("0", GPH_UNIT_SECONDS).value, 0);
    ck_assert_double_eq(number(" +3 ", GPH_UNIT_NONE).value, 3);
    ck_assert_double_eq(number("0.1", GPH_UNIT_NONE).value, 0.1);
    ck_assert_double_eq(number("123456789012345", GPH_UNIT_NONE).value, 123456789012345.0);
}
END_TEST

START_TEST(refuses)
{
    static const struct {
        const char *text;
        uint32_t unit, offset;
        const char *words;
    } cases[] = {
        {"64abc", GPH_UNIT_NONE, 2, "'abc' is not a plain number"},
        {"010", GPH_UNIT_NONE, 0, "a number has no leading zero"},
        {"-08", GPH_UNIT_NONE, 1, "a number has no leading zero"},
        {"nan", GPH_UNIT_NONE, 0, "'nan' is not a number"},
        {"inf", GPH_UNIT_DB, 0, "'inf' is not a number"},
        {"-inf", GPH_UNIT_DB, 0, "'-inf' is not a number"},
        {"1e3", GPH_UNIT_NONE, 1, "'e3' is not a plain number"},
        {"0x10", GPH_UNIT_NONE, 1, "'x10' is not a plain number"},
        {"1,5", GPH_UNIT_NONE, 1, "one number is possible here, with a point"},
        {".5", GPH_UNIT_NONE, 0, "a digit is missing before the point; write 0.5"},
        {"5.", GPH_UNIT_NONE, 1, "a digit is missing after the point"},
        {"--5", GPH_UNIT_NONE, 0, "'--5' is not a number"},
        {"", GPH_UNIT_NONE, 0, "a number is missing"},
        {"-18ms", GPH_UNIT_DB, 3, "'ms' is not a level; 'key' of type takes dB, x or off"},
        {"3db", GPH_UNIT_DB, 1, "'db' is not a level; did you mean dB?"},
        {"-6 dB", GPH_UNIT_DB, 2, "no blank may stand between a number and its unit"},
        {"0", GPH_UNIT_DB, 0, "0 of what? 0dB leaves the level, off is silence"},
        {"35", GPH_UNIT_SECONDS, 0, "35 needs a unit"},
        {"480.5fr", GPH_UNIT_SECONDS, 0, "480.5fr is not a whole number"},
        {"0.3B", GPH_UNIT_BYTES, 0, "0.3B is not a whole number"},
        {"-0.5x", GPH_UNIT_DB, 0, "-0.5x would turn the polarity"},
        {"1234567890123456", GPH_UNIT_NONE, 0, "a number has at most 15 digits"},
        {"off", GPH_UNIT_SECONDS, 0, "'off' is not a number"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const gph_spec spec = {.unit = cases[i].unit,
                               .min = -(double)INFINITY,
                               .max = (double)INFINITY,
                               .name = "key",
                               .owner = "type"};
        const gph_fault fault = fault_of(cases[i].text, &spec);
        ck_assert_msg(strncmp(fault.text, cases[i].words, strlen(cases[i].words)) == 0, "%s: %s",
                      cases[i].text, fault.text);
        ck_assert_uint_eq(fault.span.offset, cases[i].offset);
    }
}
END_TEST

START_TEST(keeps_bounds)
{
    gph_spec mix = {.unit = GPH_UNIT_FRACTION, .min = 0, .max = 1, .name = "mix"};
    gph_spec gain = {.unit = GPH_UNIT_DB, .min = -90, .max = 24, .name = "gain"};
    gph_spec time = {.unit = GPH_UNIT_SECONDS,
                     .flags = GPH_SPEC_OPEN_MIN,
                     .max = 1,
                     .rate = 48000,
                     .name = "time"};
    gph_quantity quantity;
    gph_fault fault;
    ck_assert_str_eq(fault_of("35", &mix).text,
                     "35 is above 1 (100%), the most that 'mix' takes; did you mean 35%?");
    ck_assert_str_eq(fault_of("135%", &mix).text, "135% is above 100%, the most that 'mix' takes");
    ck_assert_str_eq(fault_of("-0.1", &mix).text,
                     "-0.1 is below 0 (0%), the least that 'mix' takes");
    ck_assert_str_eq(fault_of("30dB", &gain).text,
                     "30dB is above 24dB, the most that 'gain' takes");
    ck_assert_str_eq(fault_of("off", &gain).text,
                     "off is below -90dB, the least that 'gain' takes");
    gain.flags = GPH_SPEC_OFF;
    ck_assert_int_eq(gph_value_parse_number("off", 3, &gain, &quantity, &fault), GPH_OK);
    ck_assert_str_eq(fault_of("100x", &gain).text,
                     "100x is above 24dB, the most that 'gain' takes");
    ck_assert_str_eq(fault_of("0", &time).text, "0 is not above 0s, as 'time' must be");
    ck_assert_str_eq(fault_of("48001fr", &time).text,
                     "48001fr is above 1s, the most that 'time' takes");
    ck_assert_int_eq(gph_value_parse_number("48000fr", 7, &time, &quantity, &fault), GPH_OK);
}
END_TEST

START_TEST(ignores_the_locale)
{
    char text[64];
    /* Whether or not a locale with a decimal comma is installed, the result is the same. */
    setlocale(LC_ALL, "de_DE.UTF-8");
    ck_assert_double_eq(number("1.5s", GPH_UNIT_SECONDS).value, 1.5);
    ck_assert_str_eq(gph_value_print(0.707, GPH_UNIT_NONE, text, sizeof(text)), "0.707");
    setlocale(LC_ALL, "C");
}
END_TEST

START_TEST(prints)
{
    static const struct {
        double value;
        uint32_t unit;
        const char *text;
    } cases[] = {
        {-6, GPH_UNIT_DB, "-6dB"},
        {-(double)INFINITY, GPH_UNIT_DB, "off"},
        {0.25, GPH_UNIT_SECONDS, "250ms"},
        {1.5, GPH_UNIT_SECONDS, "1.5s"},
        {3600, GPH_UNIT_SECONDS, "1h"},
        {90, GPH_UNIT_SECONDS, "90s"},
        {48000, GPH_UNIT_HERTZ, "48kHz"},
        {44100, GPH_UNIT_HERTZ, "44.1kHz"},
        {60, GPH_UNIT_HERTZ, "60Hz"},
        {0.35, GPH_UNIT_FRACTION, "35%"},
        {2147483648.0, GPH_UNIT_BYTES, "2GiB"},
        {1000, GPH_UNIT_BYTES, "1000B"},
        {480, GPH_UNIT_FRAMES, "480fr"},
        {-0.0000001, GPH_UNIT_NONE, "0"},
    };
    char text[64];
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        ck_assert_str_eq(gph_value_print(cases[i].value, cases[i].unit, text, sizeof(text)),
                         cases[i].text);
}
END_TEST

START_TEST(reads_words)
{
    static const char *const choices[] = {"mono", "loop", NULL};
    const gph_spec spec = {.name = "mode", .owner = "table-player"};
    char name[GPH_NAME_MAX_BYTES + 1];
    gph_fault fault = {0};
    uint32_t index = 9;
    bool on = false;
    ck_assert_int_eq(gph_value_parse_choice(" LOOP ", 6, choices, &spec, &index, &fault), GPH_OK);
    ck_assert_uint_eq(index, 1);
    ck_assert_int_eq(gph_value_parse_choice("lop", 3, choices, &spec, &index, &fault),
                     GPH_ARGUMENT);
    ck_assert_str_eq(fault.text, "'lop' is unknown here; did you mean 'loop'?");
    ck_assert_int_eq(gph_value_parse_choice("", 0, choices, &spec, &index, &fault), GPH_ARGUMENT);
    ck_assert_str_eq(fault.text, "'' is unknown here; 'mode' of table-player takes mono or loop");
    ck_assert_int_eq(gph_value_parse_switch("Yes", 3, &spec, &on, &fault), GPH_OK);
    ck_assert(on);
    ck_assert_int_eq(gph_value_parse_switch("off", 3, &spec, &on, &fault), GPH_OK);
    ck_assert(!on);
    ck_assert_int_eq(gph_value_parse_switch("tape", 4, &spec, &on, &fault), GPH_ARGUMENT);
    ck_assert_int_eq(gph_value_parse_name("Loop-1", 6, "table", name, &fault), GPH_OK);
    ck_assert_str_eq(name, "loop-1");
    ck_assert_int_eq(gph_value_parse_name("../x", 4, "table", name, &fault), GPH_ARGUMENT);
}
END_TEST

START_TEST(splits_items)
{
    static const char text[] = " kick, snare ,,vox";
    static const char *const wanted[] = {"kick", "snare", "", "vox"};
    size_t cursor = 0;
    gph_span item;
    size_t n = 0;
    for (; gph_value_next_item(text, strlen(text), &cursor, &item); n++) {
        ck_assert_uint_eq(item.length, strlen(wanted[n]));
        ck_assert_int_eq(strncmp(text + item.offset, wanted[n], item.length), 0);
    }
    ck_assert_uint_eq(n, 4);
}
END_TEST

SUITE("value", reads_units, refuses, keeps_bounds, ignores_the_locale, prints, reads_words,
      splits_items)

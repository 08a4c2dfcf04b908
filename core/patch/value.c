/* Reads numbers with units, in any locale. [control] */
#include "value.h"

#include "letters.h"
#include "number.h"
#include "units.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

double
gph_quantity_gain(gph_quantity quantity)
{
    if (quantity.form == GPH_FORM_FACTOR)
        return quantity.value;
    return quantity.form == GPH_FORM_OFF ? 0.0 : pow(10.0, quantity.value / 20.0);
}

double
gph_quantity_decibels(gph_quantity quantity)
{
    if (quantity.form == GPH_FORM_FACTOR)
        return quantity.value == 0 ? -(double)INFINITY : 20.0 * log10(fabs(quantity.value));
    return quantity.value;
}

double
gph_quantity_seconds(gph_quantity quantity, double rate)
{
    return quantity.form == GPH_FORM_FRAMES ? quantity.value / rate : quantity.value;
}

double
gph_quantity_frames(gph_quantity quantity, double rate)
{
    return quantity.form == GPH_FORM_SECONDS ? quantity.value * rate : quantity.value;
}

double
gph_quantity_base(gph_quantity quantity, uint32_t unit, double rate)
{
    if (unit == GPH_UNIT_DB)
        return gph_quantity_decibels(quantity);
    if (unit == GPH_UNIT_SECONDS)
        return gph_quantity_seconds(quantity, rate);
    if (unit == GPH_UNIT_FRAMES)
        return gph_quantity_frames(quantity, rate);
    return quantity.value;
}

/* "'threshold' of compressor takes dB, x or off" */
static void
say_takes(const gph_spec *spec, char *buffer, size_t size)
{
    const char *of = spec->owner != NULL ? " of " : "";
    const char *owner = spec->owner != NULL ? spec->owner : "";
    snprintf(buffer, size, "'%s'%s%s takes %s", spec->name != NULL ? spec->name : "this", of, owner,
             gph_value_takes(spec));
}

static gph_status
wrong_unit(const char *text, size_t at, size_t to, const gph_spec *spec, gph_fault *fault)
{
    char takes[200];
    size_t n = 0;
    while (at + n < to && n < 40 && !gph_is_blank(text[at + n]) && text[at + n] != ',')
        n++;
    say_takes(spec, takes, sizeof(takes));
    const gph_unit_word *near = gph_unit_find(spec, text + at, n, true);
    if (gph_is_blank(text[at]))
        gph_fault_set(fault, at, 1, "no blank may stand between a number and its unit");
    else if (text[at] == ',')
        gph_fault_set(fault, at, 1,
                      "one number is possible here, with a point where it has decimals; %s", takes);
    else if (near != NULL)
        gph_fault_set(fault, at, n, "'%.*s' is not %s; did you mean %s?", (int)n, text + at,
                      gph_unit_noun(spec->unit), near->word);
    else
        gph_fault_set(fault, at, n, "'%.*s' is not %s; %s", (int)n, text + at,
                      gph_unit_noun(spec->unit), takes);
    return GPH_ARGUMENT;
}

static gph_status
missing_unit(const char *text, size_t from, size_t n, const gph_spec *spec, gph_fault *fault)
{
    char takes[200];
    say_takes(spec, takes, sizeof(takes));
    if (spec->unit == GPH_UNIT_DB && n == 1 && text[from] == '0')
        gph_fault_set(fault, from, n, "0 of what? 0dB leaves the level, off is silence");
    else
        gph_fault_set(fault, from, n, "%.*s needs a unit; %s", (int)n, text + from, takes);
    return GPH_ARGUMENT;
}

/* "1 (100%)" where the number was written without a percent sign. */
static void
print_bound(double bound, const gph_spec *spec, bool percent, char *buffer, size_t size)
{
    char number[64];
    if (spec->unit == GPH_UNIT_FRACTION && !percent)
        snprintf(buffer, size, "%s (%.0f%%)", gph_value_print(bound, GPH_UNIT_NONE, number, 64),
                 bound * 100);
    else
        gph_value_print(bound, spec->unit, buffer, size);
}

static gph_status
check_bounds(const char *text, gph_span span, const gph_spec *spec, gph_quantity quantity,
             gph_fault *fault)
{
    char bound[100];
    char percent[64] = "";
    const char *name = spec->name != NULL ? spec->name : "this";
    const char *written = text + span.offset;
    const int n = (int)(span.length > 60 ? 60 : span.length);
    const bool frames = quantity.form == GPH_FORM_FRAMES;
    const bool seconds = quantity.form == GPH_FORM_SECONDS;
    if (quantity.form == GPH_FORM_BYTES && spec->unit != GPH_UNIT_BYTES)
        return GPH_OK;
    if (spec->rate <= 0 &&
        ((frames && spec->unit == GPH_UNIT_SECONDS) || (seconds && spec->unit == GPH_UNIT_FRAMES)))
        return GPH_OK;
    if (quantity.form == GPH_FORM_OFF && spec->unit != GPH_UNIT_DB)
        return GPH_OK;
    const double value = gph_quantity_base(quantity, spec->unit, spec->rate);
    const bool has_percent = span.length > 0 && written[span.length - 1] == '%';
    if (isinf(value) && value < 0 && (spec->flags & GPH_SPEC_OFF) != 0)
        return GPH_OK;
    if (value > spec->max) {
        print_bound(spec->max, spec, has_percent, bound, sizeof(bound));
        if (spec->unit == GPH_UNIT_FRACTION && !has_percent && value / 100 <= spec->max &&
            value / 100 >= spec->min)
            snprintf(percent, sizeof(percent), "; did you mean %.*s%%?", n > 40 ? 40 : n, written);
        gph_fault_set(fault, span.offset, span.length,
                      "%.*s is above %s, the most that '%s' takes%s", n, written, bound, name,
                      percent);
        return GPH_ARGUMENT;
    }
    const bool at_open_min = (spec->flags & GPH_SPEC_OPEN_MIN) != 0 && value <= spec->min;
    if (value >= spec->min && !at_open_min)
        return GPH_OK;
    print_bound(spec->min, spec, has_percent, bound, sizeof(bound));
    if (at_open_min)
        gph_fault_set(fault, span.offset, span.length, "%.*s is not above %s, as '%s' must be", n,
                      written, bound, name);
    else
        gph_fault_set(fault, span.offset, span.length,
                      "%.*s is below %s, the least that '%s' takes", n, written, bound, name);
    return GPH_ARGUMENT;
}

/* Whole numbers where halves make no sense; factors with a sign only where polarity may turn. */
static gph_status
check_kind(const char *text, gph_span span, const gph_spec *spec, gph_quantity quantity,
           gph_fault *fault)
{
    const int n = (int)(span.length > 60 ? 60 : span.length);
    const bool whole = (spec->flags & GPH_SPEC_INTEGER) != 0 || quantity.form == GPH_FORM_FRAMES ||
                       quantity.form == GPH_FORM_BYTES;
    if (whole && quantity.value != floor(quantity.value)) {
        gph_fault_set(fault, span.offset, span.length, "%.*s is not a whole number", n,
                      text + span.offset);
        return GPH_ARGUMENT;
    }
    if (quantity.form == GPH_FORM_FACTOR && text[span.offset] == '-' &&
        (spec->flags & GPH_SPEC_POLARITY) == 0) {
        gph_fault_set(fault, span.offset, span.length,
                      "%.*s would turn the polarity, which only the level of a wire can (@ %.*s)",
                      n, text + span.offset, n, text + span.offset);
        return GPH_ARGUMENT;
    }
    return GPH_OK;
}

static bool
is_off(const char *text, size_t from, size_t to, const gph_spec *spec)
{
    return (spec->unit == GPH_UNIT_DB || (spec->flags & GPH_SPEC_OFF) != 0) && to - from == 3 &&
           gph_compare_names(text + from, 3, "off") == 0;
}

gph_status
gph_value_parse_number(const char *text, size_t n, const gph_spec *spec, gph_quantity *quantity,
                       gph_fault *fault)
{
    const size_t from = gph_skip_blanks(text, 0, n);
    const size_t to = gph_trim_blanks(text, from, n);
    const gph_span span = {(uint32_t)from, (uint32_t)(to - from)};
    if (is_off(text, from, to, spec)) {
        *quantity = (gph_quantity){-(double)INFINITY, GPH_FORM_OFF};
        return check_bounds(text, span, spec, *quantity, fault);
    }
    gph_number number;
    gph_status status = gph_number_parse(text, from, to, &number, fault);
    if (status != GPH_OK) {
        char takes[200];
        say_takes(spec, takes, sizeof(takes));
        const size_t said = strlen(fault->text);
        if (fault->span.offset == from && from < to && !gph_is_digit(text[from]))
            snprintf(fault->text + said, sizeof(fault->text) - said, "; %s", takes);
        return status;
    }
    const size_t unit_at = from + number.length;
    const gph_unit_word *word = gph_unit_find(spec, text + unit_at, to - unit_at, false);
    if (word == NULL && unit_at < to)
        return wrong_unit(text, unit_at, to, spec, fault);
    if (word == NULL && (number.digits != 0 || spec->unit == GPH_UNIT_DB))
        return missing_unit(text, from, to - from, spec, fault);
    *quantity = (gph_quantity){0, GPH_FORM_PLAIN};
    if (word != NULL)
        *quantity =
            (gph_quantity){gph_number_double(&number, word->multiply, word->exponent), word->form};
    status = check_kind(text, span, spec, *quantity, fault);
    if (status == GPH_OK)
        status = check_bounds(text, span, spec, *quantity, fault);
    if (status == GPH_OK && quantity->form == GPH_FORM_FACTOR && quantity->value == 0)
        *quantity = (gph_quantity){-(double)INFINITY, GPH_FORM_OFF};
    return status;
}

bool
gph_value_next_item(const char *text, size_t n, size_t *cursor, gph_span *item)
{
    if (*cursor > n)
        return false;
    size_t end = *cursor;
    while (end < n && text[end] != ',')
        end++;
    const size_t from = gph_skip_blanks(text, *cursor, end);
    const size_t to = gph_trim_blanks(text, from, end);
    *item = (gph_span){(uint32_t)from, (uint32_t)(to - from)};
    *cursor = end + 1;
    return true;
}

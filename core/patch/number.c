/* Reads decimal numbers exactly, in any locale. [control] */
#include "number.h"

#include "letters.h"

#include <stdarg.h>
#include <stdio.h>

enum { MOST_DIGITS = 15 /* below 2^53: digits and the power of ten are exact doubles */ };

void
gph_fault_set(gph_fault *fault, size_t offset, size_t length, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(fault->text, sizeof(fault->text), format, arguments);
    va_end(arguments);
    fault->span = (gph_span){(uint32_t)offset, (uint32_t)length};
}

/* Bytes of the word at text[from], for messages: up to a blank or comma, 40 at most. */
static int
word_length(const char *text, size_t from, size_t to)
{
    size_t i = from;
    while (i < to && i < from + 40 && !gph_is_blank(text[i]) && text[i] != ',')
        i++;
    return (int)(i - from);
}

static gph_status
not_a_number(const char *text, size_t from, size_t to, gph_fault *fault)
{
    const int n = word_length(text, from, to);
    if (n == 0)
        gph_fault_set(fault, from, 0, "a number is missing");
    else
        gph_fault_set(fault, from, (size_t)n, "'%.*s' is not a number", n, text + from);
    return GPH_ARGUMENT;
}

gph_status
gph_number_parse(const char *text, size_t from, size_t to, gph_number *number, gph_fault *fault)
{
    *number = (gph_number){0};
    size_t i = from;
    if (i < to && (text[i] == '+' || text[i] == '-'))
        number->negative = text[i++] == '-';
    const size_t first = i;
    int n_digits = 0;
    for (; i < to && gph_is_digit(text[i]); i++, n_digits++)
        if (n_digits <= MOST_DIGITS)
            number->digits = number->digits * 10 + (uint64_t)(text[i] - '0');
    if (i == first) {
        if (i + 1 < to && text[i] == '.' && gph_is_digit(text[i + 1])) {
            gph_fault_set(fault, i, 1, "a digit is missing before the point; write 0.%c",
                          text[i + 1]);
            return GPH_ARGUMENT;
        }
        return not_a_number(text, from, to, fault);
    }
    if (text[first] == '0' && i > first + 1) {
        gph_fault_set(fault, first, 1, "a number has no leading zero");
        return GPH_ARGUMENT;
    }
    if (i < to && text[i] == '.' && !(i + 1 < to && text[i + 1] == '.')) {
        i++;
        if (i == to || !gph_is_digit(text[i])) {
            gph_fault_set(fault, i - 1, 1, "a digit is missing after the point");
            return GPH_ARGUMENT;
        }
        for (; i < to && gph_is_digit(text[i]); i++, n_digits++, number->decimals++)
            if (n_digits <= MOST_DIGITS)
                number->digits = number->digits * 10 + (uint64_t)(text[i] - '0');
    }
    if (n_digits > MOST_DIGITS) {
        gph_fault_set(fault, from, i - from, "a number has at most 15 digits, this has %d",
                      n_digits);
        return GPH_ARGUMENT;
    }
    number->length = i - from;
    return GPH_OK;
}

double
gph_number_double(const gph_number *number, double multiply, int exponent)
{
    /* Digits, multiplier and power are whole and exact, so that one division rounds once. */
    const int power = exponent - number->decimals;
    double scale = 1;
    for (int i = power < 0 ? -power : power; i > 0; i--)
        scale *= 10;
    double value = (double)number->digits * multiply;
    value = power < 0 ? value / scale : value * scale;
    return number->negative ? -value : value;
}

gph_status
gph_number_parse_index(const char *text, size_t from, size_t to, uint32_t most, uint32_t *value,
                       size_t *length, gph_fault *fault)
{
    uint64_t number = 0;
    size_t i = from;
    for (; i < to && gph_is_digit(text[i]); i++)
        if (number <= most)
            number = number * 10 + (uint64_t)(text[i] - '0');
    if (i == from && (i == to || text[i] != '-'))
        return not_a_number(text, from, to, fault);
    if (number == 0)
        gph_fault_set(fault, from, i - from, "counting starts from 1");
    else if (text[from] == '0')
        gph_fault_set(fault, from, 1, "a number has no leading zero");
    else if (number > most)
        gph_fault_set(fault, from, i - from, "%.*s is above %u, the most there can be",
                      word_length(text, from, i), text + from, most);
    else {
        *value = (uint32_t)number;
        *length = i - from;
        return GPH_OK;
    }
    return GPH_ARGUMENT;
}

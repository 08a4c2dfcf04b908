/* Whole-number arithmetic inside ${}. [control] */
#include "expression.h"

#include "letters.h"
#include "number.h"

enum { MOST_DEPTH = 64 /* of parentheses and signs: the parser calls itself */ };

typedef struct parser {
    const char *text;
    size_t at;
    size_t end;
    const uint32_t *copy;
    bool uses_copy;
    uint32_t depth;
    gph_fault *fault;
} parser;

static bool parse_sum(parser *p, int64_t *value);
static bool parse_factor(parser *p, int64_t *value);

static char
next(parser *p)
{
    p->at = gph_skip_blanks(p->text, p->at, p->end);
    return p->at < p->end ? p->text[p->at] : '\0';
}

static bool
fail(parser *p, const char *message)
{
    gph_fault_set(p->fault, p->at, p->at < p->end, "%s", message);
    return false;
}

static bool
parse_digits(parser *p, int64_t *value)
{
    gph_number number;
    size_t end = p->at;
    while (end < p->end && gph_is_digit(p->text[end]))
        end++;
    if (gph_number_parse(p->text, p->at, end, &number, p->fault) != GPH_OK)
        return false;
    *value = (int64_t)number.digits;
    p->at = end;
    return true;
}

static bool
parse_copy(parser *p, int64_t *value)
{
    if (p->copy == NULL)
        return fail(p, "'i' is the number of a copy; only a section with 'repeat' has one");
    *value = *p->copy;
    p->uses_copy = true;
    p->at++;
    return true;
}

static bool
parse_inner(parser *p, int64_t *value)
{
    const char c = next(p);
    if (c == '-' || c == '+') {
        p->at++;
        if (!parse_factor(p, value))
            return false;
        *value = c == '-' ? -*value : *value;
        return true;
    }
    if (gph_is_digit(c))
        return parse_digits(p, value);
    const bool alone =
        p->at + 1 >= p->end || (!gph_is_letter(p->text[p->at + 1]) &&
                                !gph_is_digit(p->text[p->at + 1]) && p->text[p->at + 1] != '_');
    if ((c == 'i' || c == 'I') && alone)
        return parse_copy(p, value);
    if (c != '(')
        return fail(p, "a whole number, 'i' or '(' should be here");
    p->at++;
    if (!parse_sum(p, value))
        return false;
    if (next(p) != ')')
        return fail(p, "')' is missing");
    p->at++;
    return true;
}

static bool
parse_factor(parser *p, int64_t *value)
{
    if (++p->depth > MOST_DEPTH)
        return fail(p, "this is nested too deep");
    const bool fine = parse_inner(p, value);
    p->depth--;
    return fine;
}

/* Every result stays within 15 digits, so that a further step cannot overflow 64 bits unseen. */
static bool
combine(parser *p, char operation, int64_t *left, int64_t right)
{
    int64_t result = 0;
    bool overflow = false;
    if ((operation == '/' || operation == '%') && right == 0)
        return fail(p, "this divides by 0");
    switch (operation) {
    case '+':
        overflow = __builtin_add_overflow(*left, right, &result);
        break;
    case '-':
        overflow = __builtin_sub_overflow(*left, right, &result);
        break;
    case '*':
        overflow = __builtin_mul_overflow(*left, right, &result);
        break;
    case '/':
        result = *left / right;
        break;
    default:
        result = *left % right;
        break;
    }
    if (overflow || result > 999999999999999 || result < -999999999999999)
        return fail(p, "the result has more than 15 digits");
    *left = result;
    return true;
}

static bool
parse_product(parser *p, int64_t *value)
{
    if (!parse_factor(p, value))
        return false;
    for (;;) {
        const char operation = next(p);
        if (operation != '*' && operation != '/' && operation != '%')
            return true;
        p->at++;
        int64_t right = 0;
        if (!parse_factor(p, &right) || !combine(p, operation, value, right))
            return false;
    }
}

static bool
parse_sum(parser *p, int64_t *value)
{
    if (!parse_product(p, value))
        return false;
    for (;;) {
        const char operation = next(p);
        if (operation != '+' && operation != '-')
            return true;
        p->at++;
        int64_t right = 0;
        if (!parse_product(p, &right) || !combine(p, operation, value, right))
            return false;
    }
}

gph_status
gph_expression_evaluate(const char *text, size_t from, size_t to, const uint32_t *copy,
                        int64_t *value, bool *uses_copy, gph_fault *fault)
{
    parser p = {.text = text, .at = from, .end = to, .copy = copy, .fault = fault};
    *value = 0;
    if (!parse_sum(&p, value))
        return GPH_ARGUMENT;
    if (next(&p) != '\0') {
        fail(&p, "'+', '-', '*', '/', '%' or the end should be here");
        return GPH_ARGUMENT;
    }
    *uses_copy |= p.uses_copy;
    return GPH_OK;
}

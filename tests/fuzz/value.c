/* Any text as a value of any unit: a fault inside the text, or a number within its bounds that is
 * what its own print says. The first byte chooses unit and flags. [fuzzer] */
#include "../../core/patch/value.h"
#include "../../core/patch/expression.h"

#include <graphophone/module.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
demand(int truth)
{
    if (!truth)
        abort();
}

static void
check_fault(gph_status status, const gph_fault *fault, size_t n)
{
    demand(status == GPH_ARGUMENT && fault->text[0] != '\0');
    demand(fault->span.offset <= n && fault->span.length <= n - fault->span.offset);
}

/* A printed number says the same to 6 decimals of the unit it was printed in. */
static void
check_print(double value, uint32_t unit)
{
    char text[64];
    gph_fault fault;
    gph_quantity again;
    const gph_spec spec = {.unit = unit, .min = -(double)INFINITY, .max = (double)INFINITY};
    /* A percentage is printed a hundred times as large, and there is a largest number that may be written. A time may be
     * a part of a frame, which nobody may write in frames. */
    if (fabs(value) > (unit == GPH_UNIT_FRACTION ? 1e6 : 1e8) ||
        (unit == GPH_UNIT_FRAMES && fabs(value - round(value)) > 1e-9))
        return;
    gph_value_print(value, unit, text, sizeof(text));
    demand(gph_value_parse_number(text, strlen(text), &spec, &again, &fault) == GPH_OK);
    demand(fabs(gph_quantity_base(again, unit, 1) - value) <= 1e-3 + fabs(value) * 1e-6);
}

static void
check_number(const char *text, size_t n, uint8_t choice)
{
    const gph_spec spec = {.unit = choice % 10u,
                           .flags = (choice / 10u) &
                                    (GPH_SPEC_INTEGER | GPH_SPEC_OFF | GPH_SPEC_POLARITY),
                           .min = choice % 2 == 0 ? -(double)INFINITY : -10,
                           .max = choice % 3 == 0 ? (double)INFINITY : 10,
                           .rate = 48000,
                           .name = "key"};
    gph_quantity quantity;
    gph_fault fault = {0};
    const gph_status status = gph_value_parse_number(text, n, &spec, &quantity, &fault);
    if (status != GPH_OK) {
        check_fault(status, &fault, n);
        return;
    }
    const double base = gph_quantity_base(quantity, spec.unit, spec.rate);
    const int off = quantity.form == GPH_FORM_OFF;
    demand(base <= spec.max && (base >= spec.min || off));
    demand(!isnan(base) && (!isinf(base) || off));
    if (!off)
        check_print(base, spec.unit);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const choices[] = {"silence", "bypass", "stop", NULL};
    const gph_spec spec = {.name = "key", .owner = "type"};
    const uint32_t copy = 7;
    char name[GPH_NAME_MAX_BYTES + 1];
    gph_fault fault = {0};
    uint32_t index = 0;
    int64_t result = 0;
    bool flag = false;
    if (size < 1)
        return 0;
    const size_t n = size - 1 < GPH_TEXT_MAX_LINE ? size - 1 : GPH_TEXT_MAX_LINE;
    char *text = malloc(n > 0 ? n : 1);
    demand(text != NULL);
    memcpy(text, data + 1, n);
    check_number(text, n, data[0]);
    gph_status status = gph_value_parse_choice(text, n, choices, &spec, &index, &fault);
    if (status != GPH_OK)
        check_fault(status, &fault, n);
    else
        demand(index < 3);
    status = gph_value_parse_switch(text, n, &spec, &flag, &fault);
    if (status != GPH_OK)
        check_fault(status, &fault, n);
    status = gph_value_parse_name(text, n, "node", name, &fault);
    if (status != GPH_OK)
        check_fault(status, &fault, n);
    status = gph_expression_evaluate(text, 0, n, &copy, &result, &flag, &fault);
    if (status != GPH_OK)
        check_fault(status, &fault, n);
    size_t cursor = 0;
    gph_span item;
    for (size_t items = 0; gph_value_next_item(text, n, &cursor, &item); items++)
        demand(items <= n && item.offset + item.length <= n);
    free(text);
    return 0;
}

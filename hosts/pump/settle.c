/* Want and got: settles wishes, and reads a host's settings. [control] */
#include "pump.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* What is wanted, within what the wish itself allows. */
static double
nearest(const gph_pump_offer *offer)
{
    const gph_wish *wish = offer->wish;
    double value = wish->policy == GPH_WISH_ANY && wish->value <= 0 ? offer->usual : wish->value;
    value = fmin(fmax(value, offer->min), offer->max);
    if (wish->max > 0 && value > wish->max)
        value = fmax(wish->max, offer->min);
    if (wish->min > 0 && value < wish->min)
        value = fmin(wish->min, offer->max);
    return value;
}

static gph_status
settle(const gph_want *want, const gph_pump_offer *offer, char *deviations)
{
    const gph_wish *wish = offer->wish;
    double got = *offer->got = nearest(offer);
    bool met = fabs(got - wish->value) < 1e-6 * fmax(1, wish->value);
    bool bounded = (wish->min <= 0 || got >= wish->min) && (wish->max <= 0 || got <= wish->max);
    if (wish->policy == GPH_WISH_EXACT && !met) {
        gph_pump_refuse(want, offer->name, "%s: wanted %.10g, but %s is %.10g", offer->name,
                        wish->value, offer->why, got);
        return GPH_UNSUPPORTED;
    }
    if (!bounded) {
        char most[32] = "more";
        if (wish->max > 0)
            snprintf(most, sizeof most, "%.10g", wish->max);
        gph_pump_refuse(want, offer->name, "%s: wanted %.10g to %s, but %s is %.10g", offer->name,
                        wish->min, most, offer->why, got);
        return GPH_UNSUPPORTED;
    }
    if (wish->policy == GPH_WISH_PREFER && !met)
        gph_pump_deviate(deviations, "%s: wanted %.10g, got %.10g: %s", offer->name, wish->value,
                         got, offer->why);
    return GPH_OK;
}

gph_status
gph_pump_settle(const gph_want *want, const gph_pump_offer *offers, size_t n, char *deviations)
{
    gph_status status = GPH_OK;
    for (size_t k = 0; k < n && status == GPH_OK; k++)
        status = settle(want, &offers[k], deviations);
    return status;
}

void
gph_pump_deviate(char *deviations, const char *format, ...)
{
    size_t used = strlen(deviations);
    if (used > 0 && used + 1 < GPH_PUMP_TEXT)
        deviations[used++] = '\n';
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(deviations + used, GPH_PUMP_TEXT - used, format, arguments);
    va_end(arguments);
}

uint32_t
gph_pump_max_frames(uint32_t block)
{
    return block < 1024 ? 1024 : block > GPH_MAX_FRAMES ? GPH_MAX_FRAMES : block;
}

double
gph_pump_number(const gph_config *options, const char *name, double fallback)
{
    double value = fallback;
    if (options != NULL && options->number != NULL)
        options->number(options, name, 0, &value, NULL);
    return value;
}

const char *
gph_pump_option(const gph_config *options, const char *name, uint32_t index)
{
    return options != NULL && options->text != NULL ? options->text(options, name, index) : NULL;
}

void
gph_pump_refuse(const gph_want *want, const char *setting, const char *format, ...)
{
    if (want->options == NULL)
        return;
    want->options->bad_setting = setting;
    if (want->options->error == NULL || want->options->error_size == 0)
        return;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(want->options->error, want->options->error_size, format, arguments);
    va_end(arguments);
}

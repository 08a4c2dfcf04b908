/* The words for units in a patch. [control] */
#include "units.h"

#include "letters.h"

#include <graphophone/module.h>

#include <math.h>
#include <stdio.h>
#include <string.h>

static const gph_unit_word words[] = {
    {"", GPH_UNIT_NONE, GPH_FORM_PLAIN, 1, 0},
    {"dB", GPH_UNIT_DB, GPH_FORM_DECIBELS, 1, 0},
    {"x", GPH_UNIT_DB, GPH_FORM_FACTOR, 1, 0},
    {"Hz", GPH_UNIT_HERTZ, GPH_FORM_HERTZ, 1, 0},
    {"kHz", GPH_UNIT_HERTZ, GPH_FORM_HERTZ, 1, 3},
    {"ms", GPH_UNIT_SECONDS, GPH_FORM_SECONDS, 1, -3},
    {"s", GPH_UNIT_SECONDS, GPH_FORM_SECONDS, 1, 0},
    {"min", GPH_UNIT_SECONDS, GPH_FORM_SECONDS, 60, 0},
    {"h", GPH_UNIT_SECONDS, GPH_FORM_SECONDS, 3600, 0},
    {"fr", GPH_UNIT_SECONDS, GPH_FORM_FRAMES, 1, 0},
    {"", GPH_UNIT_FRACTION, GPH_FORM_FRACTION, 1, 0},
    {"%", GPH_UNIT_FRACTION, GPH_FORM_FRACTION, 1, -2},
    {"deg", GPH_UNIT_DEGREES, GPH_FORM_DEGREES, 1, 0},
    {"bpm", GPH_UNIT_BPM, GPH_FORM_BPM, 1, 0},
    {"st", GPH_UNIT_SEMITONES, GPH_FORM_SEMITONES, 1, 0},
    {"B", GPH_UNIT_BYTES, GPH_FORM_BYTES, 1, 0},
    {"KiB", GPH_UNIT_BYTES, GPH_FORM_BYTES, 1024, 0},
    {"MiB", GPH_UNIT_BYTES, GPH_FORM_BYTES, 1048576, 0},
    {"GiB", GPH_UNIT_BYTES, GPH_FORM_BYTES, 1073741824, 0},
    {"TiB", GPH_UNIT_BYTES, GPH_FORM_BYTES, 1099511627776, 0},
    {"kB", GPH_UNIT_BYTES, GPH_FORM_BYTES, 1, 3},
    {"MB", GPH_UNIT_BYTES, GPH_FORM_BYTES, 1, 6},
    {"GB", GPH_UNIT_BYTES, GPH_FORM_BYTES, 1, 9},
    {"TB", GPH_UNIT_BYTES, GPH_FORM_BYTES, 1, 12},
};

static bool
fits(const gph_unit_word *word, const gph_spec *spec)
{
    /* Times and frames are written alike. */
    const uint32_t unit = spec->unit == GPH_UNIT_FRAMES ? GPH_UNIT_SECONDS : spec->unit;
    return word->unit == unit ||
           (word->unit == GPH_UNIT_BYTES && (spec->flags & GPH_SPEC_OR_BYTES) != 0);
}

const gph_unit_word *
gph_unit_find(const gph_spec *spec, const char *text, size_t n, bool near)
{
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        const gph_unit_word *word = &words[i];
        if (!fits(word, spec) || strlen(word->word) != n)
            continue;
        if (near ? gph_compare_names(text, n, word->word) == 0 : memcmp(text, word->word, n) == 0)
            return word;
    }
    return NULL;
}

const char *
gph_unit_noun(uint32_t unit)
{
    static const char *const nouns[] = {
        "a plain number", "a level",  "a frequency", "a time",      "a time or a count of frames",
        "a fraction",     "an angle", "a tempo",     "an interval", "a size"};
    return unit < sizeof(nouns) / sizeof(nouns[0]) ? nouns[unit] : "a number";
}

const char *
gph_value_takes(const gph_spec *spec)
{
    static const char *const forms[] = {"a number without unit",
                                        "dB, x or off",
                                        "Hz or kHz",
                                        "ms, s, min, h or fr",
                                        "fr, ms, s, min or h",
                                        "% or a plain number (35% or 0.35)",
                                        "deg",
                                        "bpm",
                                        "st",
                                        "B, KiB, MiB, GiB or TiB"};
    if ((spec->flags & GPH_SPEC_OR_BYTES) != 0 && spec->unit == GPH_UNIT_SECONDS)
        return "a time (1h) or a size (2GiB)";
    if ((spec->flags & GPH_SPEC_INTEGER) != 0 && spec->unit == GPH_UNIT_NONE)
        return "a whole number";
    return spec->unit < sizeof(forms) / sizeof(forms[0]) ? forms[spec->unit] : "a number";
}

/* At most 6 decimals, none that are 0, always a point. */
static void
print_decimal(double value, char *buffer, size_t size)
{
    if (fabs(value) >= 1e12) {
        snprintf(buffer, size, "%.0f", value);
        return;
    }
    const long long millionths = llround(fabs(value) * 1e6);
    const char *sign = value < 0 && millionths > 0 ? "-" : "";
    int n =
        snprintf(buffer, size, "%s%lld.%06lld", sign, millionths / 1000000, millionths % 1000000);
    while (n > 0 && n < (int)size && buffer[n - 1] == '0')
        buffer[--n] = '\0';
    if (n > 0 && n < (int)size && buffer[n - 1] == '.')
        buffer[--n] = '\0';
}

/* The unit word that makes the number short. */
static const char *
choose_word(double value, uint32_t unit, double *scale)
{
    static const char *const sizes[] = {"B", "KiB", "MiB", "GiB", "TiB"};
    const double size = fabs(value);
    *scale = 1;
    switch (unit) {
    case GPH_UNIT_DB:
        return "dB";
    case GPH_UNIT_HERTZ:
        *scale = size >= 1000 ? 1000 : 1;
        return size >= 1000 ? "kHz" : "Hz";
    case GPH_UNIT_SECONDS:
        *scale = size > 0 && size < 1 ? 0.001 : 1;
        if (size >= 3600 && fmod(size, 3600) == 0)
            *scale = 3600;
        else if (size >= 60 && fmod(size, 60) == 0)
            *scale = 60;
        return *scale < 1 ? "ms" : *scale > 60 ? "h" : *scale > 1 ? "min" : "s";
    case GPH_UNIT_FRAMES:
        return "fr";
    case GPH_UNIT_FRACTION:
        *scale = 0.01;
        return "%";
    case GPH_UNIT_DEGREES:
        return "deg";
    case GPH_UNIT_BPM:
        return "bpm";
    case GPH_UNIT_SEMITONES:
        return "st";
    case GPH_UNIT_BYTES: {
        size_t i = 0;
        for (; i < 4 && size >= *scale * 1024 && fmod(size, *scale * 1024) == 0; i++)
            *scale *= 1024;
        return sizes[i];
    }
    default:
        return "";
    }
}

char *
gph_value_print(double value, uint32_t unit, char *buffer, size_t size)
{
    char number[64];
    double scale;
    if (isinf(value) || isnan(value)) {
        const bool off = unit == GPH_UNIT_DB && value < 0;
        snprintf(buffer, size, "%s", off ? "off" : isnan(value) ? "not a number" : "without end");
        return buffer;
    }
    const char *word = choose_word(value, unit, &scale);
    print_decimal(value / scale, number, sizeof(number));
    snprintf(buffer, size, "%s%s", number, word);
    return buffer;
}

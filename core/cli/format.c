/* Figures as people read them. [any] */
#include "format.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

gph_short_text
gph_format_clock(double seconds)
{
    gph_short_text out;
    double whole = seconds > 0 ? seconds : 0;
    int64_t tenths = (int64_t)(whole * 10);
    int64_t minutes = tenths / 600;
    double rest = (double)(tenths % 600) / 10;
    if (minutes >= 60)
        snprintf(out.text, sizeof out.text, "%02lld:%02lld:%04.1f", (long long)(minutes / 60),
                 (long long)(minutes % 60), rest);
    else
        snprintf(out.text, sizeof out.text, "%02lld:%04.1f", (long long)minutes, rest);
    return out;
}

gph_short_text
gph_format_span(double seconds)
{
    gph_short_text out;
    if (seconds < 0)
        snprintf(out.text, sizeof out.text, "-");
    else if (seconds < 90)
        snprintf(out.text, sizeof out.text, "%.0f s", seconds);
    else if (seconds < 5400)
        snprintf(out.text, sizeof out.text, "%.0f min", floor(seconds / 60));
    else if (seconds < 2 * 86400)
        snprintf(out.text, sizeof out.text, "%.0f h %.0f min", floor(seconds / 3600),
                 floor(fmod(seconds, 3600) / 60));
    else
        snprintf(out.text, sizeof out.text, "%.0f days", floor(seconds / 86400));
    return out;
}

gph_short_text
gph_format_bytes(uint64_t bytes)
{
    static const char *const units[] = {"B", "kB", "MB", "GB", "TB", "PB"};
    gph_short_text out;
    double value = (double)bytes;
    size_t unit = 0;
    while (value >= 999.5 && unit < 5) {
        value /= 1000;
        unit++;
    }
    snprintf(out.text, sizeof out.text, unit && value < 99.95 ? "%.1f %s" : "%.0f %s", value,
             units[unit]);
    return out;
}

gph_short_text
gph_format_level(double linear)
{
    gph_short_text out;
    if (isnan(linear))
        snprintf(out.text, sizeof out.text, "not known");
    else if (linear > 0)
        snprintf(out.text, sizeof out.text, "%.1f dB", 20 * log10(linear));
    else
        snprintf(out.text, sizeof out.text, "-inf dB");
    return out;
}

gph_short_text
gph_format_rate(double rate)
{
    gph_short_text out;
    snprintf(out.text, sizeof out.text, "%.6g kHz", rate / 1000);
    return out;
}

gph_short_text
gph_format_count(int64_t count)
{
    gph_short_text out;
    char digits[24];
    int n = snprintf(digits, sizeof digits, "%lld", (long long)count);
    int sign = count < 0;
    size_t at = 0;
    for (int i = 0; i < n; i++) {
        if (i > sign && (n - i) % 3 == 0)
            out.text[at++] = ',';
        out.text[at++] = digits[i];
    }
    out.text[at] = 0;
    return out;
}

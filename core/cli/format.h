/* Figures as people read them. [any] */
#ifndef GPH_CLI_FORMAT_H
#define GPH_CLI_FORMAT_H

#include <stdint.h>

/* A short text by value, so that several can stand in one printf. */
typedef struct gph_short_text {
    char text[40];
} gph_short_text;

/* "01:23.4", or "12:01:23.4" from an hour on. */
gph_short_text gph_format_clock(double seconds);

/* "12 days", "3 h 20 min", "45 min", "30 s"; "-" below 0. */
gph_short_text gph_format_span(double seconds);

/* "14.6 MB", powers of 1,000. */
gph_short_text gph_format_bytes(uint64_t bytes);

/* "-12.3 dB" of a linear peak, "-inf dB" of 0, "not known" of NaN. */
gph_short_text gph_format_level(double linear);

/* "48 kHz", "44.1 kHz". */
gph_short_text gph_format_rate(double rate);

/* "1,234,567". */
gph_short_text gph_format_count(int64_t count);

#endif

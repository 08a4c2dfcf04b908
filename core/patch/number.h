/* Reads decimal numbers exactly, in any locale. [control] */
#ifndef GPH_PATCH_NUMBER_H
#define GPH_PATCH_NUMBER_H

#include "value.h"

/* [+-]digits[.digits], as digits * 10^-decimals with at most 15 digits: both are exact. */
typedef struct gph_number {
    bool negative;
    uint64_t digits;
    int decimals;
    size_t length; /* bytes, sign and all */
} gph_number;

/* Parses the number that begins at text[from]; what follows it is the caller's. No leading zero, no
 * point without digits on both sides. On GPH_ARGUMENT `fault` says why. */
gph_status gph_number_parse(const char *text, size_t from, size_t to, gph_number *number,
                            gph_fault *fault);

/* The nearest double to number * multiply * 10^exponent, where multiply is a whole number below
 * 2^53 / digits or the result is rounded twice. */
double gph_number_double(const gph_number *number, double multiply, int exponent);

/* A whole number from 1 to `most` without sign, for lists and copies. */
gph_status gph_number_parse_index(const char *text, size_t from, size_t to, uint32_t most,
                                  uint32_t *value, size_t *length, gph_fault *fault);

#endif

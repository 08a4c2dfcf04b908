/* The words for units in a patch. [control] */
#ifndef GPH_PATCH_UNITS_H
#define GPH_PATCH_UNITS_H

#include "value.h"

/* value = number * multiply * 10^exponent in the base unit */
typedef struct gph_unit_word {
    const char *word; /* "" for a plain number */
    uint32_t unit;
    gph_form form;
    double multiply;
    int exponent;
} gph_unit_word;

/* The word that is exactly text[0, n) and fits `spec`, or (`near`) differs from it in case only. */
const gph_unit_word *gph_unit_find(const gph_spec *spec, const char *text, size_t n, bool near);

/* "a level", "a time", ... */
const char *gph_unit_noun(uint32_t unit);

#endif

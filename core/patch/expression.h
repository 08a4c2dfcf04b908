/* Whole-number arithmetic inside ${}: `4*i-3`. [control] */
#ifndef GPH_PATCH_EXPRESSION_H
#define GPH_PATCH_EXPRESSION_H

#include "value.h"

/* Evaluates text[from, to): + - * / % with the usual precedence, parentheses, and `i` if `copy` is
 * not NULL. *uses_copy is set when `i` occurs. Division cuts towards 0. */
gph_status gph_expression_evaluate(const char *text, size_t from, size_t to, const uint32_t *copy,
                                   int64_t *value, bool *uses_copy, gph_fault *fault);

#endif

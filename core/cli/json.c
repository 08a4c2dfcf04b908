/* Prints JSON. [control] */
#include "json.h"

#include <stdio.h>

void
gph_json_print(json_t *value)
{
    if (!value || json_dumpf(value, stdout, JSON_INDENT(2) | JSON_PRESERVE_ORDER) != 0)
        fprintf(stderr, "graphophone: could not print as JSON\n");
    else
        putchar('\n');
    json_decref(value);
}

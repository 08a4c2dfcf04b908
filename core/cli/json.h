/* Machine-readable output. [control] */
#ifndef GPH_CLI_JSON_H
#define GPH_CLI_JSON_H

#include <jansson.h>

/* Prints a value on standard output, a newline after it, and releases it. NULL (memory was out) prints an error. */
void gph_json_print(json_t *value);

#endif

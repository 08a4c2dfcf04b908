/* The reference page of a type, from its descriptor alone. [control] */
#ifndef GPH_CLI_REFERENCE_H
#define GPH_CLI_REFERENCE_H

#include "json.h"

#include <graphophone/graphophone.h>

/* Prints it as text (colour 0 or 1) or as Markdown. */
void gph_reference_print(const gph_type *type, int colour);
void gph_reference_print_markdown(const gph_type *type);
json_t *gph_reference_json(const gph_type *type);

#endif

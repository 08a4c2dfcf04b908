/* What a module sees of its settings while it is configured. [control] */
#ifndef GPH_GRAPH_CONFIG_H
#define GPH_GRAPH_CONFIG_H

#include "inside.h"

typedef struct node_config {
    gph_config config; /* first: modules get its address */
    const gph_graph_inside *inside;
    uint32_t node;
    char error[GPH_GRAPH_MAX_SENTENCE];
} node_config;

/* Widths are the caller's arrays. */
void gph_node_config_init(node_config *config, const gph_graph_inside *inside, uint32_t node,
                          const uint32_t *in_channels, uint32_t *out_channels);

#endif

/* What a graph may hold at most, each limit with its reason. [control]
 *
 * All of them together keep the worst patch below 64 MB and a second. */
#ifndef GPH_GRAPH_LIMITS_H
#define GPH_GRAPH_LIMITS_H

enum {
    /* Channels of all ports of all nodes: 1,000 nodes of 64 in and 64 out are an eighth of it. */
    GPH_GRAPH_MAX_CHANNELS = 1 << 20,
    /* Terms of all sums, a channel each: as many as channels, so that no patch of ordinary wires
     * meets it; 16 bytes each. */
    GPH_GRAPH_MAX_SOURCES = 1 << 20,
    /* Items of all parameters and meters: a full crosspoint of 1,024 x 1,024 fits, 4 bytes each. */
    GPH_GRAPH_MAX_ITEMS = 1 << 21,
    /* Instances of module types, replicated ones counted: each is memory of the module's own. */
    GPH_GRAPH_MAX_COPIES = 1 << 16,
    /* Trigger edges and bindings, after `*` and `repeat`. */
    GPH_GRAPH_MAX_BINDINGS = 1 << 16,
    /* Edges that order two nodes, of wires, tables and triggers: doubles are kept once. */
    GPH_GRAPH_MAX_EDGES = 1 << 20,

    /* Of one descriptor. No instrument that a person can oversee has more; a table with more is
     * taken for damage and not walked. */
    GPH_TYPE_MAX_PORTS = 256,
    GPH_TYPE_MAX_PARAMS = 1024,
    GPH_TYPE_MAX_METERS = 1024,
    GPH_TYPE_MAX_SETTINGS = 256,
    GPH_TYPE_MAX_TRIGGERS = 256,
    GPH_TYPE_MAX_FAULTS = 256,
    GPH_TYPE_MAX_CHOICES = 1024,
    GPH_TYPE_MAX_STRIDE = 4096, /* bytes of one element: a hundred times what any has now */
    GPH_MODULE_MAX_TYPES = 1024,
    GPH_MODULE_MAX_TEXT = 4096, /* bytes of a name or doc before it is taken for damage */

    /* A device channel that a patch may name: the widest systems known have a few hundred. */
    GPH_GRAPH_MAX_DEVICE_CHANNEL = 1024,
    /* Frames of a table: 12 hours at 192 kHz. */
    GPH_TABLE_MAX_HOURS = 12,
    /* Bytes that a module's error sentence may have. */
    GPH_GRAPH_MAX_SENTENCE = 512
};

#endif

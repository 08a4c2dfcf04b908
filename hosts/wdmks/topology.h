/* The way of the sound through a filter: from a pin of ours to the pin where it leaves. Only for names. [control] */
#ifndef GPH_HOSTS_WDMKS_TOPOLOGY_H
#define GPH_HOSTS_WDMKS_TOPOLOGY_H

#include "ks_abi.h"

#include <stddef.h>

enum { KS_MAX_CONNECTIONS = 512 }; /* of a filter that are looked at */

/* From filter pin `pin` along (`forward`) or against the connections, through nodes, to another pin of the filter.
 * `data`: the answer to KS_TOPOLOGY_CONNECTIONS, `bytes` of anything; circles and loose ends do no harm. */
bool ks_topology_walk(const void *data, size_t bytes, uint32_t pin, bool forward, uint32_t *end);

/* A name of a driver, UTF-16, as UTF-8 of at most n bytes with its 0; ends at 0, lone surrogates become '?'. */
void ks_text(const void *utf16, size_t bytes, char *text, size_t n);

#endif

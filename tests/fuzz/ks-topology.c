/* Any bytes as a driver's topology and names: every walk ends, at a pin that stands in it, and every text is UTF-8 that fits.
 * The first byte chooses pin and direction. [fuzzer] */
#include "../../core/platform/utf8.h"
#include "../../hosts/wdmks/devices.h"
#include "../../hosts/wdmks/topology.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
demand(int truth)
{
    if (!truth)
        abort();
}

static bool
stands_in(const uint8_t *data, size_t size, uint32_t pin)
{
    for (size_t at = 8; at + 16 <= size; at += 16) {
        ks_connection c;
        memcpy(&c, data + at, sizeof c);
        if ((c.from_node == KS_FILTER_NODE && c.from_pin == pin) ||
            (c.to_node == KS_FILTER_NODE && c.to_pin == pin))
            return true;
    }
    return false;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1)
        return 0;
    uint32_t pin = data[0] >> 1, end = 0;
    size_t n = size - 1;
    uint8_t *copy = malloc(n > 0 ? n : 1);
    demand(copy != NULL);
    memcpy(copy, data + 1, n);
    if (ks_topology_walk(copy, n, pin, (data[0] & 1) != 0, &end))
        demand(end != pin && stands_in(copy, n, end));
    char text[64], id[KS_ID];
    size_t room = data[0] % sizeof text + 1;
    ks_text(copy, n, text, room);
    demand(strlen(text) < room);
    for (size_t at = 0, length; text[at] != 0; at += length)
        demand((length = gph_utf8_length(text + at, strlen(text + at))) > 0);
    ks_device_id(text, id);
    demand(strlen(id) <= strlen(text) && ks_device_hardware(id) <= strlen(id));
    free(copy);
    return 0;
}

/* A walk over a graph that a driver describes: each connection is followed at most once. [control] */
#include "topology.h"

typedef struct place {
    uint32_t node;
    uint32_t pin;
} place;

static place
near_end(const ks_connection *c, bool forward)
{
    return forward ? (place){c->from_node, c->from_pin} : (place){c->to_node, c->to_pin};
}

static place
far_end(const ks_connection *c, bool forward)
{
    return near_end(c, !forward);
}

/* A node is entered at one of its pins and left at any; the filter's own pins are themselves. */
static bool
meets(place here, place begin)
{
    return here.node == begin.node && (here.node != KS_FILTER_NODE || here.pin == begin.pin);
}

bool
ks_topology_walk(const void *data, size_t bytes, uint32_t pin, bool forward, uint32_t *end)
{
    ks_multiple_item list;
    if (bytes < sizeof list)
        return false;
    memcpy(&list, data, sizeof list);
    if (list.size < bytes)
        bytes = list.size;
    if (bytes < sizeof list)
        return false;
    size_t n = (bytes - sizeof list) / sizeof(ks_connection);
    if (n > list.count)
        n = list.count;
    if (n > KS_MAX_CONNECTIONS)
        n = KS_MAX_CONNECTIONS;
    const uint8_t *all = (const uint8_t *)data + sizeof list;
    bool visited[KS_MAX_CONNECTIONS] = {false};
    place queue[KS_MAX_CONNECTIONS + 1] = {{KS_FILTER_NODE, pin}};
    for (size_t next = 0, known = 1; next < known; next++)
        for (size_t c = 0; c < n; c++) {
            ks_connection connection;
            memcpy(&connection, all + c * sizeof connection, sizeof connection);
            if (visited[c] || !meets(queue[next], near_end(&connection, forward)))
                continue;
            visited[c] = true;
            place far = far_end(&connection, forward);
            if (far.node == KS_FILTER_NODE && far.pin != pin) {
                *end = far.pin;
                return true;
            }
            queue[known++] = far;
        }
    return false;
}

/* ---------------------------------------------------------------- text */

static size_t
put(uint32_t letter, char bytes[4])
{
    if (letter < 0x80) {
        bytes[0] = (char)letter;
        return 1;
    }
    size_t n = letter < 0x800 ? 2 : letter < 0x10000 ? 3 : 4;
    for (size_t k = n - 1; k > 0; k--, letter >>= 6)
        bytes[k] = (char)(0x80 | (letter & 0x3f));
    static const uint8_t first[] = {0, 0, 0xc0, 0xe0, 0xf0};
    bytes[0] = (char)(first[n] | letter);
    return n;
}

void
ks_text(const void *utf16, size_t bytes, char *text, size_t n)
{
    const uint8_t *from = utf16;
    size_t used = 0;
    for (size_t at = 0; at + 1 < bytes; at += 2) {
        uint32_t letter = from[at] | (uint32_t)from[at + 1] << 8;
        if (letter == 0)
            break;
        if (letter >= 0xd800 && letter < 0xdc00 && at + 3 < bytes) {
            uint32_t low = from[at + 2] | (uint32_t)from[at + 3] << 8;
            if (low >= 0xdc00 && low < 0xe000) {
                letter = 0x10000 + ((letter - 0xd800) << 10) + (low - 0xdc00);
                at += 2;
            }
        }
        if ((letter >= 0xd800 && letter < 0xe000) || letter < 0x20)
            letter = '?';
        char encoded[4];
        size_t length = put(letter, encoded);
        if (used + length >= n)
            break;
        memcpy(text + used, encoded, length);
        used += length;
    }
    if (n > 0)
        text[used] = 0;
}

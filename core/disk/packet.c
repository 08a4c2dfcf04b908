/* Values one after another. [control, writer] */
#include "packet.h"

#include "../platform/channel.h"

#include <stdlib.h>
#include <string.h>

#define NO_TEXT UINT32_MAX

void
gph_packet_finish(gph_packet *packet)
{
    free(packet->bytes);
    *packet = (gph_packet){.bytes = NULL};
}

void
gph_packet_bytes(gph_packet *packet, const void *bytes, size_t size)
{
    if (packet->failed || !size)
        return;
    if (size > packet->room - packet->size) {
        size_t room = 2 * (packet->size + size) + 256;
        char *more =
            packet->size + size > GPH_CHANNEL_MESSAGE ? NULL : realloc(packet->bytes, room);
        packet->failed = !more;
        if (!more)
            return;
        packet->bytes = more;
        packet->room = room;
    }
    memcpy(packet->bytes + packet->size, bytes, size);
    packet->size += size;
}

void
gph_packet_u32(gph_packet *packet, uint32_t value)
{
    gph_packet_bytes(packet, &value, sizeof value);
}

void
gph_packet_i64(gph_packet *packet, int64_t value)
{
    gph_packet_bytes(packet, &value, sizeof value);
}

void
gph_packet_real(gph_packet *packet, double value)
{
    gph_packet_bytes(packet, &value, sizeof value);
}

void
gph_packet_text(gph_packet *packet, const char *text)
{
    size_t size = text ? strlen(text) + 1 : 0;
    if (size > GPH_CHANNEL_MESSAGE)
        packet->failed = true;
    gph_packet_u32(packet, text ? (uint32_t)size : NO_TEXT);
    gph_packet_bytes(packet, text, packet->failed ? 0 : size);
}

static const char *
take(gph_packet_reader *reader, size_t size)
{
    if (reader->failed || size > reader->size - reader->at) {
        reader->failed = true;
        return NULL;
    }
    const char *bytes = reader->bytes + reader->at;
    reader->at += size;
    return bytes;
}

bool
gph_packet_read(gph_packet_reader *reader, void *bytes, size_t size)
{
    const char *from = take(reader, size);
    if (from)
        memcpy(bytes, from, size);
    else
        memset(bytes, 0, size);
    return from != NULL;
}

uint32_t
gph_packet_read_u32(gph_packet_reader *reader)
{
    uint32_t value;
    gph_packet_read(reader, &value, sizeof value);
    return value;
}

int64_t
gph_packet_read_i64(gph_packet_reader *reader)
{
    int64_t value;
    gph_packet_read(reader, &value, sizeof value);
    return value;
}

double
gph_packet_read_real(gph_packet_reader *reader)
{
    double value;
    gph_packet_read(reader, &value, sizeof value);
    return value;
}

const char *
gph_packet_read_text(gph_packet_reader *reader)
{
    uint32_t size = gph_packet_read_u32(reader);
    if (reader->failed || size == NO_TEXT)
        return NULL;
    const char *text = take(reader, size);
    if (!text || !size || text[size - 1]) {
        reader->failed = true;
        return NULL;
    }
    return text;
}

uint32_t
gph_packet_read_count(gph_packet_reader *reader, size_t each)
{
    uint32_t count = gph_packet_read_u32(reader);
    if (reader->failed || count > (reader->size - reader->at) / each) {
        reader->failed = true;
        return 0;
    }
    return count;
}

/* Chunks of a RIFF file in memory. [writer] */
#include "chunk.h"

#include "../platform/utf8.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Room for more bytes, or NULL. */
static uint8_t *
extend(gph_chunks *chunks, size_t size)
{
    if (!chunks->failed && size > chunks->room - chunks->used) {
        size_t room = (chunks->used + size) * 2 + 1024;
        uint8_t *bytes = realloc(chunks->bytes, room);
        chunks->failed = !bytes;
        if (bytes) {
            chunks->bytes = bytes;
            chunks->room = room;
        }
    }
    if (chunks->failed)
        return NULL;
    uint8_t *place = chunks->bytes + chunks->used;
    chunks->used += size;
    return place;
}

void
gph_chunk_bytes(gph_chunks *chunks, const void *bytes, size_t size)
{
    uint8_t *place = size ? extend(chunks, size) : NULL;
    if (place)
        memcpy(place, bytes, size);
}

void
gph_chunk_zeros(gph_chunks *chunks, size_t size)
{
    uint8_t *place = size ? extend(chunks, size) : NULL;
    if (place)
        memset(place, 0, size);
}

void
gph_chunk_16(gph_chunks *chunks, uint32_t value)
{
    const uint8_t bytes[] = {(uint8_t)value, (uint8_t)(value >> 8)};
    gph_chunk_bytes(chunks, bytes, sizeof bytes);
}

void
gph_chunk_32(gph_chunks *chunks, uint32_t value)
{
    gph_chunk_16(chunks, value & 0xffff);
    gph_chunk_16(chunks, value >> 16);
}

void
gph_chunk_64(gph_chunks *chunks, uint64_t value)
{
    gph_chunk_32(chunks, (uint32_t)value);
    gph_chunk_32(chunks, (uint32_t)(value >> 32));
}

size_t
gph_chunk_begin(gph_chunks *chunks, const char *name)
{
    gph_chunk_bytes(chunks, name, 4);
    gph_chunk_32(chunks, 0);
    return chunks->used;
}

void
gph_chunk_end(gph_chunks *chunks, size_t begin)
{
    size_t size = chunks->used - begin;
    chunks->failed = chunks->failed || size > UINT32_MAX;
    if (chunks->failed)
        return;
    for (int n = 0; n < 4; n++)
        chunks->bytes[begin - 4 + (size_t)n] = (uint8_t)(size >> 8 * n);
    gph_chunk_zeros(chunks, size & 1);
}

void
gph_chunk_ascii(gph_chunks *chunks, const char *text, size_t size)
{
    uint8_t *place = extend(chunks, size);
    if (!place)
        return;
    memset(place, 0, size);
    for (size_t n = 0; n < size && *text; n++) {
        size_t length = gph_utf8_length(text, strlen(text));
        bool plain = length == 1 && *text >= ' ' && *text != 127;
        place[n] = plain ? (uint8_t)*text : '?';
        text += length ? length : 1;
    }
}

void
gph_chunk_format(gph_chunks *chunks, const char *format, ...)
{
    char text[256];
    va_list arguments;
    va_start(arguments, format);
    int count = vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    if (count < 0 || (size_t)count >= sizeof text)
        chunks->failed = true;
    else
        gph_chunk_bytes(chunks, text, (size_t)count);
}

void
gph_chunks_finish(gph_chunks *chunks)
{
    free(chunks->bytes);
    *chunks = (gph_chunks){.bytes = NULL};
}

void
gph_chunk_clean(const char *text, char *clean, size_t size)
{
    size_t used = 0;
    while (*text) {
        size_t length = gph_utf8_length(text, strlen(text));
        /* U+FFFE and U+FFFF are well-formed and yet no characters. */
        bool none =
            !length || (length == 3 && !memcmp(text, "\xef\xbf", 2) && (text[2] & 0x3e) == 0x3e);
        bool control = length == 1 && ((unsigned char)*text < ' ' || *text == 127);
        size_t wanted = none || control ? 1 : length;
        if (used + wanted >= size)
            break;
        if (none || control)
            clean[used] = none ? '?' : ' ';
        else
            memcpy(clean + used, text, length);
        used += wanted;
        text += length ? length : 1;
    }
    clean[used] = '\0';
}

/* A source text (a file, or an argument of the command line) and positions in it. [control] */
#include "text.h"

#include <string.h>

gph_status
gph_text_init(gph_text *text, gph_arena *arena, const char *name, const char *bytes, size_t n)
{
    if (n > GPH_TEXT_MAX_BYTES + 3)
        return GPH_LIMIT;
    if (n >= 3 && memcmp(bytes, "\xEF\xBB\xBF", 3) == 0) {
        bytes += 3;
        n -= 3;
    }
    uint32_t n_lines = 1;
    for (size_t i = 0; i < n; i++)
        n_lines += bytes[i] == '\n' && i + 1 < n;
    uint32_t *lines = gph_arena_allocate(arena, n_lines, sizeof(*lines));
    const char *own_bytes = gph_arena_copy(arena, bytes, n);
    if (lines == NULL || own_bytes == NULL)
        return GPH_MEMORY;
    uint32_t line = 1;
    for (size_t i = 0; i < n; i++)
        if (bytes[i] == '\n' && i + 1 < n)
            lines[line++] = (uint32_t)(i + 1);
    text->name = name;
    text->bytes = own_bytes;
    text->n_bytes = (uint32_t)n;
    text->lines = lines;
    text->n_lines = n_lines;
    return GPH_OK;
}

uint32_t
gph_position_line(gph_position at)
{
    uint32_t low = 0;
    uint32_t high = at.text->n_lines;
    while (high - low > 1) {
        const uint32_t middle = low + (high - low) / 2;
        if (at.text->lines[middle] <= at.offset)
            low = middle;
        else
            high = middle;
    }
    return low + 1;
}

uint32_t
gph_position_column(gph_position at)
{
    uint32_t column = 1;
    for (uint32_t i = at.text->lines[gph_position_line(at) - 1]; i < at.offset; i++)
        column += ((unsigned char)at.text->bytes[i] & 0xC0) != 0x80;
    return column;
}

int
gph_position_compare(gph_position a, gph_position b)
{
    if (a.text != b.text) {
        if (a.text == NULL || b.text == NULL)
            return a.text == NULL ? -1 : 1;
        return a.text->order < b.text->order ? -1 : a.text->order > b.text->order;
    }
    return a.offset < b.offset ? -1 : a.offset > b.offset;
}

const char *
gph_text_line(const gph_text *text, uint32_t line, uint32_t *n)
{
    const uint32_t from = text->lines[line - 1];
    uint32_t to = line < text->n_lines ? text->lines[line] : text->n_bytes;
    if (to > from && text->bytes[to - 1] == '\n')
        to--;
    if (to > from && text->bytes[to - 1] == '\r')
        to--;
    *n = to - from;
    return text->bytes + from;
}

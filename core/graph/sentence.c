/* Sentences for people, kept in an arena. [control] */
#include "sentence.h"

#include <stdarg.h>
#include <stdio.h>

char *
gph_sentence(gph_arena *arena, const char *format, ...)
{
    char text[1024];
    va_list arguments;
    va_start(arguments, format);
    const int n = vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    if (n < 0)
        return NULL;
    return gph_arena_copy(arena, text, (size_t)n < sizeof text ? (size_t)n : sizeof text - 1);
}

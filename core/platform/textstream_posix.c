/* A stream into memory, on POSIX systems. [control] */
#include "textstream.h"

#include <stdlib.h>

FILE *
gph_textstream_begin(gph_textstream *stream)
{
    *stream = (gph_textstream){.out = NULL};
    return stream->out = open_memstream(&stream->text, &stream->size);
}

char *
gph_textstream_end(gph_textstream *stream, size_t *size)
{
    if (fclose(stream->out) != 0) {
        free(stream->text);
        return NULL;
    }
    if (size)
        *size = stream->size;
    return stream->text;
}

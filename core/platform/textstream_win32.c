/* A stream into memory, on Windows, which has none: a file of the moment is read back. [control] */
#include "textstream.h"

#include "wide_win32.h"

#include <io.h>
#include <stdlib.h>

FILE *
gph_textstream_begin(gph_textstream *stream)
{
    *stream = (gph_textstream){.out = NULL};
    int descriptor = gph_wide_temporary(NULL, 0);
    stream->out = descriptor < 0 ? NULL : _fdopen(descriptor, "w+b");
    if (!stream->out && descriptor >= 0)
        _close(descriptor);
    return stream->out;
}

static char *
read_back(FILE *in, size_t *size)
{
    if (fflush(in) != 0 || fseek(in, 0, SEEK_END) != 0)
        return NULL;
    long bytes = ftell(in);
    char *text = bytes < 0 ? NULL : malloc((size_t)bytes + 1);
    if (!text)
        return NULL;
    rewind(in);
    *size = fread(text, 1, (size_t)bytes, in);
    text[*size] = '\0';
    return text;
}

char *
gph_textstream_end(gph_textstream *stream, size_t *size)
{
    stream->text = read_back(stream->out, &stream->size);
    fclose(stream->out);
    if (size)
        *size = stream->size;
    return stream->text;
}

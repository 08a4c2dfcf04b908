/* Prints diagnostics with their source line and a caret. [control] */
#include "diagnostics_inside.h"

#include <string.h>

enum {
    WINDOW = 100,     /* characters of a source line that are shown */
    CARET_COLUMN = 60 /* where the caret stands when a long line had to be cut at its start */
};

typedef struct palette {
    const char *bold, *error, *warning, *note, *caret, *plain;
} palette;

static const palette coloured = {"\033[1m",    "\033[1;31m", "\033[1;35m",
                                 "\033[1;36m", "\033[1;32m", "\033[0m"};
static const palette colourless = {"", "", "", "", "", ""};

/* One character of a source line; what a terminal would obey or not understand is '?'. Returns its
 * bytes. */
static size_t
print_character(FILE *out, const char *bytes, size_t n)
{
    const size_t length = gph_utf8_length(bytes, n);
    const unsigned char c = (unsigned char)bytes[0];
    const bool c1 = length == 2 && c == 0xC2 && (unsigned char)bytes[1] < 0xA0;
    if (length == 0 || c1 || (c < 0x20 && c != '\t') || c == 0x7F)
        fputc('?', out);
    else
        fwrite(bytes, 1, length, out);
    return length == 0 ? 1 : length;
}

static size_t
skip_characters(const char *line, size_t n, uint32_t count)
{
    size_t i = 0;
    for (; count > 0 && i < n; count--) {
        const size_t length = gph_utf8_length(line + i, n - i);
        i += length == 0 ? 1 : length;
    }
    return i;
}

static void
print_excerpt(FILE *out, const palette *colours, gph_position at)
{
    uint32_t n;
    const uint32_t number = gph_position_line(at);
    const uint32_t offset = at.offset - at.text->lines[number - 1];
    const char *line = gph_text_line(at.text, number, &n);
    const uint32_t column = (uint32_t)gph_position_column(at);
    const uint32_t hidden = column > WINDOW - 10 ? column - CARET_COLUMN : 0;
    const size_t from = skip_characters(line, n, hidden);
    const size_t to = from + skip_characters(line + from, n - from, WINDOW);

    fprintf(out, "%5u | %s", number, hidden > 0 ? "..." : "");
    for (size_t i = from; i < to;)
        i += print_character(out, line + i, n - i);
    fprintf(out, "%s\n      | %s", to < n ? "..." : "", hidden > 0 ? "   " : "");
    /* A tab under a tab keeps the caret in its column. */
    for (size_t i = from; i < to && i < offset;) {
        const size_t length = gph_utf8_length(line + i, n - i);
        fputc(line[i] == '\t' ? '\t' : ' ', out);
        i += length == 0 ? 1 : length;
    }
    fprintf(out, "%s^%s\n", colours->caret, colours->plain);
}

static void
print_sentence(FILE *out, const palette *colours, gph_position at, const char *label,
               const char *label_colour, const char *text)
{
    fputs(colours->bold, out);
    if (at.text != NULL)
        fprintf(out, "%s:%u:%u: ", at.text->name, gph_position_line(at), gph_position_column(at));
    fprintf(out, "%s%s%s:%s ", colours->plain, label_colour, label, colours->plain);
    fprintf(out, "%s%s%s\n", colours->bold, text, colours->plain);
}

void
gph_diagnostics_print_one(const gph_diagnostics *d, size_t index, FILE *out, bool colour)
{
    const palette *colours = colour ? &coloured : &colourless;
    if (index >= d->first_of_pass) {
        print_sentence(out, colours, (gph_position){NULL, 0}, "error", colours->error,
                       "memory is out");
        return;
    }
    const diagnostic *it = &d->list[index];
    const bool error = it->severity == GPH_SEVERITY_ERROR;
    print_sentence(out, colours, it->at, error ? "error" : "warning",
                   error ? colours->error : colours->warning, it->text);
    if (it->at.text != NULL)
        print_excerpt(out, colours, it->at);
    for (const note *n = it->notes; n != NULL; n = n->next)
        print_sentence(out, colours, n->at, "note", colours->note, n->text);
}

void
gph_diagnostics_print(const gph_diagnostics *d, FILE *out, bool colour)
{
    for (size_t i = 0; i < d->first_of_pass; i++)
        gph_diagnostics_print_one(d, i, out, colour);
    if (d->n_dropped > 0)
        fprintf(out, "and %zu more error%s\n", d->n_dropped, d->n_dropped == 1 ? "" : "s");
    if (d->out_of_memory)
        gph_diagnostics_print_one(d, d->first_of_pass, out, colour);
}

/* Writes a plugin as a line, and reads it again. [control] */
#include "listing.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define BETWEEN "\037"

enum { FIELDS = 9, MOST_TEXT = 2000 };

/* ---------------------------------------------------------------- text */

/* Bytes of the character at `text` if it is whole, of its shortest form and for people; else 0. */
static size_t
length_of(const unsigned char *text)
{
    if (text[0] < 0x80)
        return text[0] >= 0x20 && text[0] != 0x7f;
    const size_t n = text[0] >= 0xf0 ? 4 : text[0] >= 0xe0 ? 3 : 2;
    if (text[0] < 0xc2 || text[0] > 0xf4)
        return 0;
    for (size_t i = 1; i < n; i++)
        if ((text[i] & 0xc0) != 0x80)
            return 0;
    const bool good = !(text[0] == 0xe0 && text[1] < 0xa0) &&
                      !(text[0] == 0xed && text[1] > 0x9f) &&
                      !(text[0] == 0xf0 && text[1] < 0x90) &&
                      !(text[0] == 0xf4 && text[1] > 0x8f) && !(text[0] == 0xc2 && text[1] < 0xa0);
    return good ? n : 0;
}

static void
write_text(FILE *out, const char *text)
{
    const unsigned char *at = (const unsigned char *)(text != NULL ? text : "");
    fputs(BETWEEN, out);
    for (size_t total = 0; *at != '\0' && total < MOST_TEXT;) {
        const size_t n = length_of(at);
        if (n > 0)
            fwrite(at, 1, n, out);
        else
            fputc(*at < 0x80 ? ' ' : '?', out);
        at += n > 0 ? n : 1;
        total += n > 0 ? n : 1;
    }
}

/* ---------------------------------------------------------------- lines */

void
gph_plugin_write(FILE *out, const gph_plugin *plugin)
{
    fprintf(out, "%" PRIu32 BETWEEN "%" PRIu32 BETWEEN "%" PRIu32, plugin->n_in, plugin->n_out,
            plugin->n_params);
    write_text(out, plugin->id);
    write_text(out, plugin->name);
    write_text(out, plugin->author);
    write_text(out, plugin->license);
    write_text(out, plugin->path);
    write_text(out, plugin->refused);
    fputc('\n', out);
}

static const char *
or_null(const char *text)
{
    return text[0] != '\0' ? text : NULL;
}

bool
gph_plugin_read(char *line, gph_plugin *plugin)
{
    char *fields[FIELDS];
    size_t n = 0;
    for (char *at = line; at != NULL && n < FIELDS;)
        fields[n++] = strsep(&at, BETWEEN);
    *plugin = (gph_plugin){.size = sizeof *plugin};
    if (n != FIELDS || sscanf(fields[0], "%" SCNu32, &plugin->n_in) != 1 ||
        sscanf(fields[1], "%" SCNu32, &plugin->n_out) != 1 ||
        sscanf(fields[2], "%" SCNu32, &plugin->n_params) != 1)
        return false;
    plugin->id = fields[3];
    plugin->name = fields[4];
    plugin->author = or_null(fields[5]);
    plugin->license = or_null(fields[6]);
    plugin->path = fields[7];
    plugin->refused = or_null(fields[8]);
    return true;
}

gph_plugin
gph_plugin_refused(const char *name, const char *path, const char *why)
{
    return (gph_plugin){
        .size = sizeof(gph_plugin), .id = name, .name = name, .path = path, .refused = why};
}

/* ---------------------------------------------------------------- many texts */

bool
gph_texts_add(texts *self, const char *text)
{
    char **more = realloc(self->all, (self->n + 1) * sizeof *more);
    if (more != NULL)
        self->all = more;
    char *copy = more != NULL ? strdup(text) : NULL;
    self->full = copy == NULL;
    if (copy != NULL)
        self->all[self->n++] = copy;
    return !self->full;
}

void
gph_texts_finish(texts *self)
{
    for (uint32_t i = 0; i < self->n; i++)
        free(self->all[i]);
    free(self->all);
    *self = (texts){0};
}

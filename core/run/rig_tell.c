/* Tells what a person should know: one message at a time, with its place in the patch. [control] */
#include "../platform/textstream.h"
#include "rig_inside.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

static const char *const words[] = {"error", "warning", "note", "debug"};

static void
deliver(gph_rig *rig, const gph_rig_message *message)
{
    if (rig->message)
        rig->message(rig->message_user, message);
    else
        fprintf(stderr, "%s\n", message->rendered);
}

static char *
printed(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    char *text = NULL;
    int n = vasprintf(&text, format, arguments);
    va_end(arguments);
    return n < 0 ? NULL : text;
}

void
gph_rig_tell(gph_rig *rig, uint32_t level, uint32_t node, int64_t frame, const char *format, ...)
{
    char text[1024];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);

    const char *word = words[level < 4 ? level : 3];
    const gph_patch_node *about =
        rig->patch && node < rig->patch->n_nodes ? &rig->patch->nodes[node] : NULL;
    gph_rig_message message = {
        .size = sizeof message, .level = level, .text = text, .frame = frame};
    char *rendered;
    if (about && about->at.text) {
        message.node = about->name;
        message.file = about->at.text->name;
        message.line = gph_position_line(about->at);
        message.column = gph_position_column(about->at);
        rendered = printed("%s:%u:%u: %s: [%s] %s", message.file, message.line, message.column,
                           word, about->name, text);
    } else {
        rendered = printed("graphophone: %s: %s", word, text);
    }
    message.rendered = rendered ? rendered : text;
    deliver(rig, &message);
    free(rendered);
}

void
gph_rig_log(void *user, uint32_t level, uint32_t node, const char *text)
{
    gph_rig_tell(user, level, node, -1, "%s", text);
}

/* One diagnostic as it is printed, without its last newline. */
static char *
render(const gph_rig *rig, size_t index)
{
    size_t size = 0;
    gph_textstream stream;
    FILE *out = gph_textstream_begin(&stream);
    if (!out)
        return NULL;
    gph_diagnostics_print_one(rig->diagnostics, index, out, rig->flags & GPH_RIG_COLOUR);
    char *text = gph_textstream_end(&stream, &size);
    if (text && size && text[size - 1] == '\n')
        text[size - 1] = 0;
    return text;
}

void
gph_rig_tell_diagnostics(gph_rig *rig)
{
    size_t n = gph_diagnostics_count(rig->diagnostics);
    for (; rig->n_told < n; rig->n_told++) {
        gph_message found;
        gph_diagnostics_get(rig->diagnostics, rig->n_told, &found);
        char *rendered = render(rig, rig->n_told);
        gph_rig_message message = {.size = sizeof message,
                                   .level = found.severity == GPH_SEVERITY_ERROR ? GPH_LOG_ERROR
                                                                                 : GPH_LOG_WARNING,
                                   .file = found.file,
                                   .line = found.line,
                                   .column = found.column,
                                   .text = found.text,
                                   .rendered = rendered ? rendered : found.text,
                                   .frame = -1};
        deliver(rig, &message);
        free(rendered);
    }
}

void
gph_rig_give(void *to, const void *from, uint32_t mine)
{
    uint32_t size;
    memcpy(&size, to, sizeof size);
    if (size > sizeof size)
        memcpy((char *)to + sizeof size, (const char *)from + sizeof size,
               (size < mine ? size : mine) - sizeof size);
}

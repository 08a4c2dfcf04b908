/* Finds the place of what is wrong in a value, and tells it. [control] */
#include "patch.h"

#include <stdarg.h>
#include <stdio.h>

gph_position
gph_patch_entry_position(const gph_patch_entry *entry, size_t offset)
{
    const gph_origin *origin = &entry->origins[0];
    for (uint32_t i = 0; i < entry->n_origins; i++) {
        origin = &entry->origins[i];
        if (offset < origin->to)
            break;
    }
    gph_position at = origin->at;
    if (origin->literal)
        at.offset += (uint32_t)offset - origin->from;
    return at;
}

static void
tell(gph_diagnostics *diagnostics, const gph_patch_node *node, const gph_patch_entry *entry,
     gph_position at, const char *message)
{
    const bool copied = node != NULL && node->group != NULL && entry->uses_copy;
    /* The copies tend to be wrong in the same way: the first that is, is told. */
    if (copied && gph_diagnostics_has(diagnostics, at))
        return;
    gph_diagnostics_error(diagnostics, at, "%s", message);
    if (!copied)
        return;
    const gph_patch_entry *repeat = node->group->repeat;
    gph_diagnostics_note(diagnostics, gph_patch_entry_position(repeat, 0),
                         "in copy %s of this 'repeat' (%s)", node->name, repeat->value);
}

enum { LONGEST = 1400 /* bytes of a message; diagnostics cuts what is longer */ };

void
gph_patch_error(gph_diagnostics *diagnostics, const gph_patch_node *node,
                const gph_patch_entry *entry, size_t offset, const char *format, ...)
{
    char message[LONGEST];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof(message), format, arguments);
    va_end(arguments);
    tell(diagnostics, node, entry, gph_patch_entry_position(entry, offset), message);
}

/* Whether all of a part was written in the file as it is. */
static bool
is_literal(const gph_patch_entry *entry, gph_span span)
{
    const uint32_t end = span.offset + span.length;
    for (uint32_t i = 0; i < entry->n_origins; i++) {
        const gph_origin *origin = &entry->origins[i];
        if (origin->from < end && origin->to > span.offset && !origin->literal)
            return false;
    }
    return true;
}

void
gph_patch_error_in(gph_diagnostics *diagnostics, const gph_patch_node *node,
                   const gph_patch_entry *entry, gph_span span, const char *format, ...)
{
    char message[LONGEST];
    size_t n = 0;
    if (!is_literal(entry, span)) {
        const int shown = (int)(span.length > 200 ? 200 : span.length);
        n = (size_t)snprintf(message, sizeof(message), "%.*s: ", shown, entry->value + span.offset);
    }
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message + n, sizeof(message) - n, format, arguments);
    va_end(arguments);
    tell(diagnostics, node, entry, gph_patch_entry_position(entry, span.offset), message);
}

void
gph_patch_error_at_key(gph_diagnostics *diagnostics, const gph_patch_node *node,
                       const gph_patch_entry *entry, size_t offset, const char *format, ...)
{
    char message[LONGEST];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof(message), format, arguments);
    va_end(arguments);
    (void)node; /* a key is the same in all copies */
    gph_diagnostics_error(diagnostics,
                          (gph_position){entry->at.text, entry->at.offset + (uint32_t)offset}, "%s",
                          message);
}

void
gph_patch_fault(gph_diagnostics *diagnostics, const gph_patch_node *node,
                const gph_patch_entry *entry, size_t offset, const gph_fault *fault)
{
    tell(diagnostics, node, entry, gph_patch_entry_position(entry, offset + fault->span.offset),
         fault->text);
}

/* Collects what is wrong with a patch and brings it into order. [control] */
#include "diagnostics.h"

#include "diagnostics_inside.h"
#include "letters.h"

#include <stdarg.h>
#include <string.h>

gph_diagnostics *
gph_diagnostics_new(const gph_allocator *allocator)
{
    gph_arena *arena = gph_arena_new(allocator);
    gph_diagnostics *d = arena == NULL ? NULL : gph_arena_allocate(arena, 1, sizeof(*d));
    if (d == NULL) {
        gph_arena_free(arena);
        return NULL;
    }
    d->arena = arena;
    return d;
}

void
gph_diagnostics_free(gph_diagnostics *diagnostics)
{
    if (diagnostics != NULL)
        gph_arena_free(diagnostics->arena);
}

/* What comes from a file must not steer the terminal that shows it. */
static void
make_printable(char *text)
{
    const size_t n = strlen(text);
    for (size_t i = 0; i < n;) {
        const size_t length = gph_utf8_length(text + i, n - i);
        const unsigned char c = (unsigned char)text[i];
        const bool control =
            c < 0x20 || c == 0x7F || (c == 0xC2 && (unsigned char)text[i + 1] < 0xA0);
        if (length == 0 || control)
            memset(text + i, '?', length == 0 ? 1 : length);
        i += length == 0 ? 1 : length;
    }
}

const gph_text *
gph_diagnostics_text(gph_diagnostics *d, const char *name, const char *bytes, size_t n)
{
    gph_text *text = gph_arena_allocate(d->arena, 1, sizeof(*text));
    char *shown = gph_arena_copy(d->arena, name, strlen(name));
    if (shown != NULL)
        make_printable(shown);
    if (text == NULL || shown == NULL || gph_text_init(text, d->arena, shown, bytes, n) != GPH_OK) {
        d->out_of_memory = true;
        return NULL;
    }
    text->order = d->n_texts++;
    return text;
}

/* The formatted sentence, or NULL when memory is out. Longer than any that we write is cut. */
static const char *
compose(gph_diagnostics *d, const char *format, va_list arguments)
{
    char buffer[1600];
    const int n = vsnprintf(buffer, sizeof(buffer), format, arguments);
    if (n >= (int)sizeof(buffer))
        memcpy(buffer + sizeof(buffer) - 4, "...", 4);
    make_printable(buffer);
    const char *text = n < 0 ? NULL : gph_arena_copy(d->arena, buffer, strlen(buffer));
    if (text == NULL)
        d->out_of_memory = true;
    return text;
}

/* The same message at the same place is said once (any message, if `text` is NULL); equal ones come
 * close after one another. */
static bool
is_repetition(const gph_diagnostics *d, gph_position at, const char *text)
{
    const size_t first = d->n > d->first_of_pass + 64 ? d->n - 64 : d->first_of_pass;
    for (size_t i = d->n; i > first; i--) {
        const diagnostic *other = &d->list[i - 1];
        if (gph_position_compare(other->at, at) == 0 &&
            (text == NULL || strcmp(other->text, text) == 0))
            return true;
    }
    return false;
}

bool
gph_diagnostics_has(const gph_diagnostics *d, gph_position at)
{
    return is_repetition(d, at, NULL);
}

static void
add(gph_diagnostics *d, gph_severity severity, gph_position at, const char *format,
    va_list arguments)
{
    d->drops_notes = true;
    if (d->n - d->first_of_pass >= GPH_DIAGNOSTICS_KEPT) {
        if (severity == GPH_SEVERITY_ERROR) {
            d->n_errors++;
            d->n_dropped++;
        }
        return;
    }
    const char *text = compose(d, format, arguments);
    if (text == NULL || is_repetition(d, at, text))
        return;
    if (!gph_arena_grow(d->arena, &d->list, d->n, &d->capacity, sizeof(*d->list))) {
        d->out_of_memory = true;
        return;
    }
    d->list[d->n++] = (diagnostic){.severity = severity, .at = at, .text = text};
    d->n_errors += severity == GPH_SEVERITY_ERROR;
    d->drops_notes = false;
}

void
gph_diagnostics_error(gph_diagnostics *d, gph_position at, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    add(d, GPH_SEVERITY_ERROR, at, format, arguments);
    va_end(arguments);
}

void
gph_diagnostics_warning(gph_diagnostics *d, gph_position at, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    add(d, GPH_SEVERITY_WARNING, at, format, arguments);
    va_end(arguments);
}

void
gph_diagnostics_note(gph_diagnostics *d, gph_position at, const char *format, ...)
{
    if (d->drops_notes || d->n == 0)
        return;
    va_list arguments;
    va_start(arguments, format);
    note *added = gph_arena_allocate(d->arena, 1, sizeof(*added));
    const char *text = compose(d, format, arguments);
    va_end(arguments);
    if (added == NULL || text == NULL) {
        d->out_of_memory = true;
        return;
    }
    *added = (note){.at = at, .text = text};
    diagnostic *owner = &d->list[d->n - 1];
    note **end = &owner->notes;
    while (*end != NULL)
        end = &(*end)->next;
    *end = added;
    owner->n_notes++;
}

void
gph_diagnostics_out_of_memory(gph_diagnostics *d)
{
    d->out_of_memory = true;
}

/* Stable, in place, and quick on what is nearly in order: a pass keeps at most 1,000. */
static void
sort(diagnostic *list, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        const diagnostic moving = list[i];
        size_t j = i;
        while (j > 0 && gph_position_compare(list[j - 1].at, moving.at) > 0) {
            list[j] = list[j - 1];
            j--;
        }
        list[j] = moving;
    }
}

gph_status
gph_diagnostics_end_pass(gph_diagnostics *d)
{
    diagnostic *pass = d->list == NULL ? NULL : d->list + d->first_of_pass;
    const size_t n = d->n - d->first_of_pass;
    size_t kept = 0;
    size_t errors = 0;
    sort(pass, n);
    for (size_t i = 0; i < n; i++) {
        if (pass[i].severity == GPH_SEVERITY_ERROR && ++errors > GPH_DIAGNOSTICS_PER_PASS)
            d->n_dropped++;
        else
            pass[kept++] = pass[i];
    }
    d->n = d->first_of_pass + kept;
    d->first_of_pass = d->n;
    d->drops_notes = true;
    if (d->out_of_memory)
        return GPH_MEMORY;
    return errors > 0 ? GPH_ARGUMENT : GPH_OK;
}

bool
gph_diagnostics_is_full(const gph_diagnostics *d)
{
    return d->n - d->first_of_pass > GPH_DIAGNOSTICS_PER_PASS;
}

size_t
gph_diagnostics_n_errors(const gph_diagnostics *d)
{
    return d->n_errors + d->out_of_memory;
}

size_t
gph_diagnostics_count(const gph_diagnostics *d)
{
    return d->first_of_pass + d->out_of_memory;
}

static void
fill(gph_message *message, gph_severity severity, gph_position at, const char *text)
{
    *message = (gph_message){.severity = severity, .text = text};
    if (at.text == NULL)
        return;
    message->file = at.text->name;
    message->line = gph_position_line(at);
    message->column = gph_position_column(at);
}

void
gph_diagnostics_get(const gph_diagnostics *d, size_t index, gph_message *message)
{
    if (index >= d->first_of_pass) {
        fill(message, GPH_SEVERITY_ERROR, (gph_position){NULL, 0}, "memory is out");
        return;
    }
    const diagnostic *it = &d->list[index];
    fill(message, it->severity, it->at, it->text);
    message->n_notes = it->n_notes;
}

void
gph_diagnostics_get_note(const gph_diagnostics *d, size_t index, uint32_t number,
                         gph_message *message)
{
    const note *it = d->list[index].notes;
    while (number-- > 0)
        it = it->next;
    fill(message, GPH_SEVERITY_ERROR, it->at, it->text);
}

/* Scans one `KEY = VALUE`. [control] */
#include "scan.h"

#include "letters.h"

#include <string.h>

static gph_position
place(const gph_text *text, size_t offset)
{
    return (gph_position){text, (uint32_t)offset};
}

gph_status
gph_scan_bytes(const gph_text *text, size_t from, size_t to, gph_diagnostics *diagnostics)
{
    for (size_t i = from; i < to;) {
        const size_t length = gph_utf8_length(text->bytes + i, to - i);
        const unsigned char c = (unsigned char)text->bytes[i];
        if (length == 0)
            gph_diagnostics_error(diagnostics, place(text, i),
                                  "byte 0x%02X is not UTF-8; save the file as UTF-8", c);
        else if (c == 0)
            gph_diagnostics_error(diagnostics, place(text, i), "a NUL byte; a patch is plain text");
        else if (c == '\r')
            gph_diagnostics_error(diagnostics, place(text, i),
                                  "a carriage return alone ends no line; save with LF or CRLF");
        else if ((c < 0x20 && c != '\t') || c == 0x7F)
            gph_diagnostics_error(diagnostics, place(text, i),
                                  "control character 0x%02X; a patch is plain text", c);
        else {
            i += length;
            continue;
        }
        return GPH_ARGUMENT;
    }
    return GPH_OK;
}

/* name { "." name }: bytes of it, or 0 after an error was told. */
static size_t
scan_names(const gph_text *text, size_t from, size_t to, gph_diagnostics *diagnostics)
{
    const char *bytes = text->bytes;
    size_t at = from;
    for (;;) {
        const size_t n = gph_name_length(bytes, at, to);
        if (n == 0) {
            const size_t shown = at < to ? gph_utf8_length(bytes + at, to - at) : 0;
            gph_diagnostics_error(diagnostics, place(text, at),
                                  at == to ? "a key ends with a name, not with '.'"
                                           : "'%.*s' cannot begin a key's name; a letter can",
                                  (int)shown, bytes + at);
            return 0;
        }
        if (n > GPH_NAME_MAX_BYTES) {
            gph_diagnostics_error(diagnostics, place(text, at),
                                  "this name has %zu bytes; %d are the most", n,
                                  (int)GPH_NAME_MAX_BYTES);
            return 0;
        }
        at += n;
        if (at == to || bytes[at] != '.')
            return at - from;
        at++;
    }
}

static gph_status
scan_index(const gph_text *text, size_t key, size_t from, size_t to, gph_arena *arena,
           gph_diagnostics *diagnostics, gph_raw_entry *entry)
{
    gph_fault fault;
    const char *bytes = text->bytes + key;
    const char *arrow = memchr(text->bytes + from, '>', to - from);
    const size_t first_end = arrow != NULL ? (size_t)(arrow - bytes) : to - key;
    gph_status status = gph_list_parse(bytes, from - key, first_end, arena, &entry->index, &fault);
    if (status == GPH_OK && arrow != NULL)
        status = gph_list_parse(bytes, first_end + 1, to - key, arena, &entry->index_to, &fault);
    if (status == GPH_ARGUMENT)
        gph_diagnostics_error(diagnostics, place(text, key + fault.span.offset), "%s", fault.text);
    return status;
}

/* Lower case, blanks left out. */
static const char *
canonical(const char *bytes, size_t n, gph_arena *arena)
{
    char *copy = gph_arena_copy(arena, bytes, n);
    size_t used = 0;
    for (size_t i = 0; copy != NULL && i < n; i++)
        if (!gph_is_blank(bytes[i]))
            copy[used++] = gph_lower(bytes[i]);
    if (copy != NULL)
        copy[used] = '\0';
    return copy;
}

static gph_status
scan_key(const gph_text *text, size_t from, size_t to, gph_arena *arena,
         gph_diagnostics *diagnostics, gph_raw_entry *entry)
{
    const char *bytes = text->bytes;
    if (from == to) {
        gph_diagnostics_error(diagnostics, place(text, from), "a key is missing before '='");
        return GPH_ARGUMENT;
    }
    const size_t n = scan_names(text, from, to, diagnostics);
    if (n == 0)
        return GPH_ARGUMENT;
    const size_t behind = from + n;
    if (behind < to && bytes[behind] == '[' && bytes[to - 1] == ']') {
        const gph_status status =
            scan_index(text, from, behind + 1, to - 1, arena, diagnostics, entry);
        if (status != GPH_OK)
            return status;
    } else if (behind < to) {
        const size_t length = gph_utf8_length(bytes + behind, to - behind);
        gph_diagnostics_error(diagnostics, place(text, behind),
                              gph_is_blank(bytes[behind])
                                  ? "a key has no blanks; words are joined by '-' or '_'"
                                  : "'%.*s' cannot stand in a key; letters, digits, '_', '-', '.' "
                                    "and an index [1-8] can",
                              (int)length, bytes + behind);
        return GPH_ARGUMENT;
    }
    entry->at = place(text, from);
    entry->n_key = (uint32_t)(to - from);
    entry->key = canonical(bytes + from, to - from, arena);
    entry->name = canonical(bytes + from, n, arena);
    return entry->key == NULL || entry->name == NULL ? GPH_MEMORY : GPH_OK;
}

static gph_status
find_backslash(const gph_text *text, const gph_raw_entry *entry, gph_diagnostics *diagnostics)
{
    const char *found = memchr(entry->value, '\\', entry->n_value);
    if (found == NULL)
        return GPH_OK;
    gph_diagnostics_error(diagnostics, place(text, (size_t)(found - text->bytes)),
                          "'\\' cannot stand in a value; write '/' in a path, and no line goes on "
                          "in the next");
    return GPH_ARGUMENT;
}

static gph_status
scan_quoted(const gph_text *text, size_t from, size_t to, gph_diagnostics *diagnostics,
            gph_raw_entry *entry)
{
    const char *bytes = text->bytes;
    const char *end = memchr(bytes + from + 1, bytes[from], to - from - 1);
    if (end == NULL) {
        gph_diagnostics_error(diagnostics, place(text, from), "this quote is never closed");
        return GPH_ARGUMENT;
    }
    entry->quote = bytes[from];
    entry->value_at = place(text, from + 1);
    entry->value = bytes + from + 1;
    entry->n_value = (uint32_t)(end - entry->value);
    const size_t behind = from + 2 + entry->n_value;
    const size_t rest = gph_skip_blanks(bytes, behind, to);
    const bool comment = rest < to && (bytes[rest] == ';' || bytes[rest] == '#');
    if (rest < to && (!comment || rest == behind)) {
        gph_diagnostics_error(diagnostics, place(text, rest),
                              comment ? "a blank is missing between the quote and the comment"
                                      : "nothing but a comment can follow the closing quote");
        return GPH_ARGUMENT;
    }
    return find_backslash(text, entry, diagnostics);
}

static gph_status
scan_bare(const gph_text *text, size_t from, size_t to, gph_diagnostics *diagnostics,
          gph_raw_entry *entry)
{
    const char *bytes = text->bytes;
    size_t end = from;
    while (end < to && bytes[end] != ';' && bytes[end] != '#')
        end++;
    if (end < to && (end == from || !gph_is_blank(bytes[end - 1]))) {
        gph_diagnostics_error(diagnostics, place(text, end),
                              "'%c' begins a comment here and would cut the value; quote it",
                              bytes[end]);
        return GPH_ARGUMENT;
    }
    end = gph_trim_blanks(bytes, from, end);
    if (end == from) {
        gph_diagnostics_error(diagnostics, place(text, from),
                              "a value is missing; an empty text is \"\"");
        return GPH_ARGUMENT;
    }
    entry->quote = 0;
    entry->value_at = place(text, from);
    entry->value = bytes + from;
    entry->n_value = (uint32_t)(end - from);
    return find_backslash(text, entry, diagnostics);
}

gph_status
gph_scan_value(const gph_text *text, size_t from, size_t to, gph_diagnostics *diagnostics,
               gph_raw_entry *entry)
{
    from = gph_skip_blanks(text->bytes, from, to);
    if (from < to && (text->bytes[from] == '"' || text->bytes[from] == '\''))
        return scan_quoted(text, from, to, diagnostics, entry);
    return scan_bare(text, from, to, diagnostics, entry);
}

gph_status
gph_scan_entry(const gph_text *text, size_t from, size_t to, gph_arena *arena,
               gph_diagnostics *diagnostics, gph_raw_entry *entry)
{
    const char *equals = memchr(text->bytes + from, '=', to - from);
    if (equals == NULL) {
        gph_diagnostics_error(diagnostics, place(text, from),
                              "no '=' in this line; a line is KEY = VALUE, [SECTION] or a comment");
        return GPH_ARGUMENT;
    }
    const size_t at = (size_t)(equals - text->bytes);
    const size_t key_end = gph_trim_blanks(text->bytes, from, at);
    const gph_status status = scan_key(text, from, key_end, arena, diagnostics, entry);
    if (status != GPH_OK)
        return status;
    return gph_scan_value(text, at + 1, to, diagnostics, entry);
}

/* Lines of a text -> sections and keys with their places. [control] */
#include "scan.h"

#include "letters.h"
#include "names.h"

#include <string.h>

/* What the steps of a scan share. */
typedef struct scanner {
    gph_scan *scan;
    gph_arena *arena;
    gph_diagnostics *diagnostics;
} scanner;

static gph_position
place(const scanner *s, size_t offset)
{
    return (gph_position){s->scan->text, (uint32_t)offset};
}

static gph_status
add_section(scanner *s, size_t from, size_t n)
{
    gph_scan *scan = s->scan;
    char *name = gph_arena_copy(s->arena, scan->text->bytes + from, n);
    if (name == NULL || !gph_arena_grow(s->arena, &scan->sections, scan->n, &scan->capacity,
                                        sizeof(*scan->sections)))
        return GPH_MEMORY;
    for (size_t i = 0; i < n; i++)
        name[i] = gph_lower(name[i]);
    scan->sections[scan->n++] = (gph_raw_section){.name = name, .at = place(s, from)};
    return GPH_OK;
}

/* A line that begins with '['. In error it opens a section without a name all the same, so that its
 * keys are not blamed. */
static gph_status
scan_section(scanner *s, size_t from, size_t to)
{
    const char *bytes = s->scan->text->bytes;
    const char *close = memchr(bytes + from, ']', to - from);
    const size_t name = from + 1;
    const size_t end = close != NULL ? (size_t)(close - bytes) : to;
    const size_t n = gph_name_length(bytes, name, end);
    const size_t wrong = name + n;
    gph_position at = place(s, name);
    if (close == NULL)
        gph_diagnostics_error(s->diagnostics, place(s, from), "this '[' is never closed");
    else if (end == name)
        gph_diagnostics_error(s->diagnostics, at, "a section needs a name");
    else if (wrong != end)
        gph_diagnostics_error(s->diagnostics, place(s, wrong),
                              "'%.*s' cannot stand here in a section's name; a letter, then "
                              "letters, digits, '_' and '-' can",
                              (int)gph_utf8_length(bytes + wrong, end - wrong), bytes + wrong);
    else if (n > GPH_NAME_MAX_BYTES)
        gph_diagnostics_error(s->diagnostics, at, "this name has %zu bytes; %d are the most", n,
                              (int)GPH_NAME_MAX_BYTES);
    else if (end + 1 != to)
        gph_diagnostics_error(
            s->diagnostics, place(s, gph_skip_blanks(bytes, end + 1, to)),
            "nothing can follow a section's name; a comment has a line of its own");
    else
        return add_section(s, name, n);
    return add_section(s, name, 0);
}

static gph_status
scan_key_line(scanner *s, size_t from, size_t to)
{
    gph_scan *scan = s->scan;
    gph_raw_entry entry = {0};
    const gph_status status =
        gph_scan_entry(scan->text, from, to, s->arena, s->diagnostics, &entry);
    if (status != GPH_OK)
        return status == GPH_MEMORY ? status : GPH_OK;
    if (scan->n == 0) {
        gph_diagnostics_error(s->diagnostics, entry.at, "'%s' stands before the first [section]",
                              entry.key);
        return GPH_OK;
    }
    gph_raw_section *section = &scan->sections[scan->n - 1];
    if (!gph_arena_grow(s->arena, &section->entries, section->n, &section->capacity, sizeof(entry)))
        return GPH_MEMORY;
    section->entries[section->n++] = entry;
    scan->n_keys++;
    return GPH_OK;
}

static gph_status
scan_line(scanner *s, uint32_t line)
{
    uint32_t n;
    const gph_text *text = s->scan->text;
    const char *bytes = gph_text_line(text, line, &n);
    const size_t start = (size_t)(bytes - text->bytes);
    if (gph_scan_bytes(text, start, start + n, s->diagnostics) != GPH_OK)
        return GPH_OK;
    if (n > GPH_TEXT_MAX_LINE) {
        gph_diagnostics_error(s->diagnostics, place(s, start + GPH_TEXT_MAX_LINE),
                              "this line has %u bytes; %d are the most", n, (int)GPH_TEXT_MAX_LINE);
        return GPH_OK;
    }
    const size_t from = gph_skip_blanks(text->bytes, start, start + n);
    const size_t to = gph_trim_blanks(text->bytes, from, start + n);
    if (from == to)
        return GPH_OK;
    if (text->bytes[to - 1] == '\\') {
        gph_diagnostics_error(s->diagnostics, place(s, to - 1),
                              "'\\' cannot end a line; no line goes on in the next");
        return GPH_OK;
    }
    if (text->bytes[from] == ';' || text->bytes[from] == '#')
        return GPH_OK;
    if (text->bytes[from] == '[')
        return scan_section(s, from, to);
    return scan_key_line(s, from, to);
}

static void
tell_double(scanner *s, gph_position first, gph_position second, const char *shown_first)
{
    gph_diagnostics_error(s->diagnostics, second, "%s is already defined; names ignore case",
                          shown_first);
    gph_diagnostics_note(s->diagnostics, first, "first defined here");
}

static gph_status
find_double_keys(scanner *s, const gph_raw_section *section)
{
    gph_name *names = gph_arena_allocate(s->arena, section->n, sizeof(*names));
    if (names == NULL)
        return GPH_MEMORY;
    for (size_t i = 0; i < section->n; i++)
        names[i] = (gph_name){section->entries[i].key, (uint32_t)i};
    gph_names_sort(names, section->n);
    for (size_t i = 1, first = 0; i < section->n; i++) {
        if (strcmp(names[i].name, names[first].name) != 0) {
            first = i;
            continue;
        }
        char shown[GPH_TEXT_MAX_LINE + 3];
        snprintf(shown, sizeof(shown), "'%s'", names[first].name);
        tell_double(s, section->entries[names[first].value].at, section->entries[names[i].value].at,
                    shown);
    }
    return GPH_OK;
}

static gph_status
find_doubles(scanner *s)
{
    const gph_scan *scan = s->scan;
    gph_name *names = gph_arena_allocate(s->arena, scan->n, sizeof(*names));
    if (names == NULL)
        return GPH_MEMORY;
    for (size_t i = 0; i < scan->n; i++)
        names[i] = (gph_name){scan->sections[i].name, (uint32_t)i};
    gph_names_sort(names, scan->n);
    for (size_t i = 1, first = 0; i < scan->n; i++) {
        if (strcmp(names[i].name, names[first].name) != 0 || names[i].name[0] == '\0') {
            first = i;
            continue;
        }
        char shown[GPH_NAME_MAX_BYTES + 3];
        snprintf(shown, sizeof(shown), "[%s]", names[first].name);
        tell_double(s, scan->sections[names[first].value].at, scan->sections[names[i].value].at,
                    shown);
    }
    gph_status status = GPH_OK;
    for (size_t i = 0; i < scan->n && status == GPH_OK; i++)
        if (scan->sections[i].n > 1)
            status = find_double_keys(s, &scan->sections[i]);
    return status;
}

gph_status
gph_scan_text(const gph_text *text, gph_arena *arena, gph_diagnostics *diagnostics, gph_scan *scan)
{
    *scan = (gph_scan){.text = text};
    scanner s = {scan, arena, diagnostics};
    gph_status status = GPH_OK;
    for (uint32_t line = 1; line <= text->n_lines && status == GPH_OK; line++) {
        status = scan_line(&s, line);
        if (scan->n_keys > GPH_PATCH_MAX_KEYS || scan->n > GPH_PATCH_MAX_KEYS) {
            gph_diagnostics_error(diagnostics, place(&s, text->lines[line - 1]),
                                  "a patch has at most %d keys and as many sections",
                                  (int)GPH_PATCH_MAX_KEYS);
            return GPH_OK;
        }
    }
    if (status == GPH_OK)
        status = find_doubles(&s);
    if (status == GPH_MEMORY)
        gph_diagnostics_out_of_memory(diagnostics);
    return status;
}

/* Names of takes: templates taken apart and filled in. [control, writer] */
#include "name.h"

#include "../platform/path.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const struct {
    const char *word;
    uint32_t token;
} tokens[] = {
    {"take", GPH_NAME_TAKE},   {"node", GPH_NAME_NODE},       {"ch", GPH_NAME_CH},
    {"label", GPH_NAME_LABEL}, {"part", GPH_NAME_PART_TOKEN}, {"patch", GPH_NAME_PATCH},
};

static const char time_letters[] = "YymdHMSjFs";

/* A text that grows up to a size, and knows when it did not fit. */
typedef struct pen {
    char *text;
    size_t size, used;
    bool full;
} pen;

static void
put_bytes(pen *out, const char *bytes, size_t count)
{
    if (out->full || count >= out->size - out->used) {
        out->full = true;
        return;
    }
    memcpy(out->text + out->used, bytes, count);
    out->used += count;
    out->text[out->used] = '\0';
}

static void __attribute__((format(printf, 2, 3))) put_text(pen *out, const char *format, ...)
{
    char text[96];
    va_list arguments;
    va_start(arguments, format);
    int count = vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    if (count < 0 || (size_t)count >= sizeof text)
        out->full = true;
    else
        put_bytes(out, text, (size_t)count);
}

/* One piece of a template: a token, a letter of time, or a plain byte. */
typedef struct piece {
    uint32_t token; /* GPH_NAME_*, 0: a plain byte */
    char letter;    /* of time, or the byte */
    size_t length;  /* in the template */
} piece;

/* False: something that is neither. */
static bool
next_piece(const char *at, piece *found)
{
    *found = (piece){0, *at, 1};
    if (*at == '%') {
        found->length = 2;
        found->letter = at[1];
        if (at[1] == '%')
            return true;
        found->token = GPH_NAME_TIME;
        return at[1] && strchr(time_letters, at[1]);
    }
    if (*at != '{')
        return *at != '}';
    size_t length = strcspn(at + 1, "}");
    for (size_t n = 0; n < sizeof tokens / sizeof *tokens; n++)
        if (at[1 + length] && strlen(tokens[n].word) == length &&
            !strncmp(at + 1, tokens[n].word, length)) {
            found->token = tokens[n].token;
            found->length = length + 2;
            return true;
        }
    return false;
}

static bool
check_pieces(const char *file, uint32_t *used, char *text, size_t size)
{
    *used = 0;
    for (const char *at = file; *at;) {
        piece found;
        if ((unsigned char)*at < 32 || *at == 127) {
            snprintf(text, size, "a file's name cannot hold control characters");
            return false;
        }
        if (!next_piece(at, &found)) {
            snprintf(
                text, size,
                "'%.12s' is not known in a file's name; %%Y %%y %%m %%d %%H %%M %%S %%j %%F %%s "
                "%%%% and {take} {node} {ch} {label} {part} {patch} are",
                at);
            return false;
        }
        *used |= found.token;
        at += found.length;
    }
    return true;
}

/* What this system would not keep under the name that was written. */
static bool
check_name(const char *name, size_t length, char *text, size_t size)
{
    if (!*gph_path_refused)
        return true;
    const char *fault = NULL;
    if (gph_name_is_device(name, length))
        fault = "Windows keeps that name for a device";
    else if (name[length - 1] == '.' || name[length - 1] == ' ')
        fault = "Windows would leave out what it ends with";
    for (size_t n = 0; !fault && n < length; n++)
        if (strchr(gph_path_refused, name[n]))
            fault = "Windows has no names with \\ : * ? \" < > |";
    if (fault)
        snprintf(text, size, "'%.*s' cannot be the name of a file: %s", (int)length, name, fault);
    return !fault;
}

/* No empty component, no `.` or `..`, and a name at the end. */
static bool
check_components(const char *file, char *text, size_t size)
{
    const char *at = file + gph_path_root(file);
    for (;;) {
        size_t length = strcspn(at, "/");
        bool last = !at[length];
        if (!length) {
            snprintf(text, size,
                     last ? "'%s' names a folder, not a file" : "'%s' has an empty part", file);
            return false;
        }
        if ((length == 1 && at[0] == '.') || (length == 2 && at[0] == '.' && at[1] == '.')) {
            snprintf(text, size, "'%s' must not contain '%.*s'", file, (int)length, at);
            return false;
        }
        if (!check_name(at, length, text, size))
            return false;
        if (last)
            return true;
        at += length + 1;
    }
}

/* Bytes of the folder before the first token: up to its last '/', which is left out. */
static size_t
literal_folder(const char *file)
{
    size_t folder = 0;
    piece found;
    for (const char *at = file; *at && next_piece(at, &found) && !found.token; at += found.length)
        if (*at == '/')
            folder = (size_t)(at - file);
    return folder;
}

static void
put_literal(pen *out, const char *from, size_t length)
{
    for (size_t n = 0; n < length; n++) {
        put_bytes(out, from + n, 1);
        n += from[n] == '%';
    }
}

/* A constant value goes into the template itself, so it may not look like a token. */
static void
put_constant(pen *out, const char *value)
{
    char clean[80];
    gph_name_sanitize(value, clean, sizeof clean);
    for (const char *at = clean; *at; at++)
        put_bytes(out, *at == '%' ? "%%" : *at == '{' || *at == '}' ? "_" : at, *at == '%' ? 2 : 1);
}

bool
gph_name_parse(const char *file, const char *folder, const char *node, const char *patch,
               bool per_channel, bool utc, gph_name *name, char *text, size_t size)
{
    memset(name, 0, sizeof *name);
    name->per_channel = per_channel;
    name->utc = utc;
    if (!file || !*file) {
        snprintf(text, size, "a recorder needs the name of its file");
        return false;
    }
    if (!check_pieces(file, &name->tokens, text, size) || !check_components(file, text, size))
        return false;
    if (!per_channel && name->tokens & (GPH_NAME_CH | GPH_NAME_LABEL)) {
        snprintf(text, size, "{ch} and {label} differ only with 'files = per-channel'");
        return false;
    }
    size_t literal = literal_folder(file);
    size_t top = gph_path_root(file);
    pen root = {name->root, sizeof name->root, 0, false};
    if (!top)
        put_text(&root, "%s", ""), put_bytes(&root, folder, strlen(folder));
    if (!top && literal)
        put_bytes(&root, "/", 1);
    put_literal(&root, file, literal);
    if (!root.used || root.used < top)
        put_bytes(&root, "/", 1);
    pen below = {name->below, sizeof name->below, 0, false};
    piece found;
    for (const char *at = file + literal + (file[literal] == '/'); *at; at += found.length) {
        next_piece(at, &found);
        if (found.token == GPH_NAME_NODE)
            put_constant(&below, node);
        else if (found.token == GPH_NAME_PATCH)
            put_constant(&below, patch);
        else
            put_bytes(&below, at, found.length);
    }
    if (root.full || below.full) {
        snprintf(text, size, "this name is too long");
        return false;
    }
    return true;
}

bool
gph_name_move(gph_name *name, const char *folder)
{
    size_t moved = strlen(folder) + 1;
    size_t size = strlen(name->below) + 1;
    if (moved + size > sizeof name->below)
        return false;
    memmove(name->below + moved, name->below, size);
    memcpy(name->below, folder, moved - 1);
    name->below[moved - 1] = '/';
    return true;
}

static void
put_time(pen *out, char letter, const gph_calendar *time)
{
    switch (letter) {
    case 'Y':
        put_text(out, "%04d", time->year);
        break;
    case 'y':
        put_text(out, "%02d", time->year % 100);
        break;
    case 'm':
        put_text(out, "%02d", time->month);
        break;
    case 'd':
        put_text(out, "%02d", time->day);
        break;
    case 'H':
        put_text(out, "%02d", time->hour);
        break;
    case 'M':
        put_text(out, "%02d", time->minute);
        break;
    case 'S':
        put_text(out, "%02d", time->second);
        break;
    case 'j':
        put_text(out, "%03d", time->day_of_year);
        break;
    case 'F':
        put_text(out, "%04d-%02d-%02d", time->year, time->month, time->day);
        break;
    default:
        put_text(out, "%lld", (long long)time->unix_seconds);
    }
}

static void
put_channel(pen *out, const gph_name_values *values)
{
    int digits = values->channels > 999 ? 4 : values->channels > 99 ? 3 : 2;
    put_text(out, "%0*u", digits, values->channel);
}

static void
put_piece(pen *out, const piece *found, const gph_name_values *values)
{
    if (found->token == GPH_NAME_TIME)
        put_time(out, found->letter, &values->time);
    else if (found->token == GPH_NAME_TAKE)
        put_text(out, "%03u", values->take);
    else if (found->token == GPH_NAME_PART_TOKEN)
        put_text(out, "%03u", values->part);
    else if (found->token == GPH_NAME_LABEL && values->label)
        put_bytes(out, values->label, strlen(values->label));
    else if (found->token)
        put_channel(out, values);
    else
        put_bytes(out, &found->letter, 1);
}

/* Where the ending of the last component begins: the suffixes stand before it. */
static const char *
ending_of(const char *below)
{
    const char *slash = strrchr(below, '/');
    const char *last = slash ? slash + 1 : below;
    const char *dot = strrchr(last, '.');
    return dot && dot != last ? dot : last + strlen(last);
}

static void
put_suffixes(pen *out, const gph_name *name, const gph_name_values *values, uint32_t repeat)
{
    if (name->per_channel && !(name->tokens & (GPH_NAME_CH | GPH_NAME_LABEL))) {
        put_text(out, "-ch");
        put_channel(out, values);
    }
    if (values->part > 1 && !(name->tokens & GPH_NAME_PART_TOKEN))
        put_text(out, "-p%03u", values->part);
    if (repeat > 1)
        put_text(out, "-%u", repeat);
}

bool
gph_name_fill(const gph_name *name, const gph_name_values *values, uint32_t repeat, char *path,
              size_t size)
{
    pen out = {path, size, 0, false};
    const char *ending = ending_of(name->below);
    piece found;
    path[0] = '\0';
    for (const char *at = name->below; *at; at += found.length) {
        if (at == ending)
            put_suffixes(&out, name, values, repeat);
        next_piece(at, &found);
        put_piece(&out, &found, values);
    }
    if (!*ending)
        put_suffixes(&out, name, values, repeat);
    for (const char *at = path; !out.full && *at; at += strcspn(at, "/"), at += *at == '/')
        /* Room for `.part`. */
        out.full = strcspn(at, "/") > GPH_NAME_PART - 5;
    return !out.full;
}

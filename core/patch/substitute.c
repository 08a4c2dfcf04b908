/* Replaces ${name}, ${env:NAME}, ${4*i-3}, $$ and a leading ~/ in values. [control] */
#include "substitute.h"

#include "expression.h"
#include "letters.h"
#include "near.h"

#include "../platform/path.h"

#include <stdlib.h>
#include <string.h>

enum { MOST_BYTES = 16 << 20 /* of all replaced values of a patch */ };

/* One value being put together. */
typedef struct builder {
    gph_substitution *s;
    const gph_raw_entry *raw;
    const uint32_t *copy;
    gph_patch_entry *entry;
    gph_origin *origins;
    size_t n_origins;
    size_t capacity;
    size_t n;
    uint32_t depth;
    char bytes[GPH_TEXT_MAX_LINE];
} builder;

static gph_status expand_var(gph_substitution *s, gph_var *var);

static gph_position
place(const builder *b, size_t offset)
{
    return (gph_position){b->raw->value_at.text, b->raw->value_at.offset + (uint32_t)offset};
}

/* Bytes that come from byte `offset` of the line's value. */
static gph_status
append(builder *b, size_t offset, const char *bytes, size_t n, bool literal)
{
    if (n > sizeof(b->bytes) - b->n) {
        gph_diagnostics_error(b->s->diagnostics, place(b, offset),
                              "the value gets longer than %d bytes here", (int)GPH_TEXT_MAX_LINE);
        return GPH_ARGUMENT;
    }
    if (n == 0)
        return GPH_OK;
    if (!gph_arena_grow(b->s->arena, &b->origins, b->n_origins, &b->capacity, sizeof(*b->origins)))
        return GPH_MEMORY;
    b->origins[b->n_origins++] =
        (gph_origin){(uint32_t)b->n, (uint32_t)(b->n + n), place(b, offset), literal};
    memcpy(b->bytes + b->n, bytes, n);
    b->n += n;
    return GPH_OK;
}

/* A variable of the environment must be able to stand in a patch. What separates the names of its paths is '/' there. */
static gph_status
append_environment(builder *b, size_t offset, const char *name)
{
    const gph_patch_options *options = b->s->options;
    const char *value = options != NULL && options->environment != NULL
                            ? options->environment(options->environment_user, name)
                            : getenv(name);
    if (value == NULL) {
        gph_diagnostics_error(b->s->diagnostics, place(b, offset),
                              "the environment variable %s is not set", name);
        return GPH_ARGUMENT;
    }
    const size_t n = strlen(value);
    for (size_t i = 0; i < n;) {
        const size_t length = gph_utf8_length(value + i, n - i);
        const unsigned char c = (unsigned char)value[i];
        if (length == 0 || c < 0x20 || c == 0x7F || (c == '\\' && !gph_path_is_separator('\\'))) {
            gph_diagnostics_error(b->s->diagnostics, place(b, offset),
                                  "the environment variable %s holds byte 0x%02X, which no value "
                                  "of a patch can",
                                  name, c);
            return GPH_ARGUMENT;
        }
        i += length;
    }
    const size_t before = b->n;
    const gph_status status = append(b, offset, value, n, false);
    for (size_t i = before; i < b->n; i++)
        if (gph_path_is_separator(b->bytes[i]))
            b->bytes[i] = '/';
    return status;
}

static gph_status
no_such_var(builder *b, size_t offset, size_t from, size_t n)
{
    const gph_substitution *s = b->s;
    gph_near near;
    gph_near_init(&near, b->raw->value + from, n);
    for (size_t i = 0; i < s->n_vars && !gph_diagnostics_is_full(s->diagnostics); i++)
        gph_near_offer(&near, s->vars[i].raw->key, NULL);
    if (s->before_vars)
        gph_diagnostics_error(s->diagnostics, place(b, offset),
                              "includes are read before [vars]; only ${env:NAME} is possible here");
    else if (near.best != NULL)
        gph_diagnostics_error(s->diagnostics, place(b, offset),
                              "no variable '%.*s' in [vars]; did you mean '%s'?", (int)n,
                              b->raw->value + from, near.best);
    else
        gph_diagnostics_error(s->diagnostics, place(b, offset), "no variable '%.*s' in [vars]",
                              (int)n, b->raw->value + from);
    return GPH_ARGUMENT;
}

static gph_status
append_var(builder *b, size_t offset, size_t from, size_t n)
{
    gph_substitution *s = b->s;
    const gph_name *found = gph_names_find(s->var_names, s->n_vars, b->raw->value + from, n);
    if (found == NULL)
        return no_such_var(b, offset, from, n);
    gph_var *var = &s->vars[found->value];
    if (var->state == GPH_VAR_BUSY) {
        gph_diagnostics_error(s->diagnostics, place(b, offset), "'%s' would contain itself",
                              var->raw->key);
        return GPH_ARGUMENT;
    }
    const gph_status status = expand_var(s, var);
    if (status != GPH_OK)
        return status;
    if (var->depth + 1 > b->depth)
        b->depth = var->depth + 1;
    if (b->depth > GPH_PATCH_MAX_DEPTH) {
        gph_diagnostics_error(s->diagnostics, place(b, offset),
                              "variables contain each other at most %d deep",
                              (int)GPH_PATCH_MAX_DEPTH);
        return GPH_ARGUMENT;
    }
    return append(b, offset, var->entry.value, var->entry.n_value, false);
}

static gph_status
append_expression(builder *b, size_t offset, size_t from, size_t to)
{
    gph_fault fault;
    int64_t value = 0;
    char digits[24];
    gph_status status = gph_expression_evaluate(b->raw->value, from, to, b->copy, &value,
                                                &b->entry->uses_copy, &fault);
    if (status != GPH_OK) {
        gph_diagnostics_error(b->s->diagnostics, place(b, fault.span.offset), "%s", fault.text);
        return status;
    }
    const int n = snprintf(digits, sizeof(digits), "%lld", (long long)value);
    return append(b, offset, digits, (size_t)n, false);
}

/* What is between ${ and }: `i` and what begins with `i-` are arithmetic, other names variables. */
static bool
is_var(const char *text, size_t from, size_t to)
{
    const bool copy =
        (text[from] == 'i' || text[from] == 'I') && (to - from == 1 || text[from + 1] == '-');
    return !copy && gph_name_length(text, from, to) == to - from;
}

static gph_status
append_braces(builder *b, size_t offset, size_t *end)
{
    static const char prefix[] = "env:";
    const char *text = b->raw->value;
    const size_t n = b->raw->n_value;
    const char *brace = memchr(text + offset, '}', n - offset);
    if (brace == NULL) {
        gph_diagnostics_error(b->s->diagnostics, place(b, offset), "this ${ is never closed");
        return GPH_ARGUMENT;
    }
    size_t to = (size_t)(brace - text);
    const size_t from = gph_skip_blanks(text, offset + 2, to);
    *end = to + 1;
    to = gph_trim_blanks(text, from, to);
    if (from == to) {
        gph_diagnostics_error(b->s->diagnostics, place(b, offset),
                              "a name or a calculation is missing between ${ and }");
        return GPH_ARGUMENT;
    }
    if (to - from > 4 && gph_compare_names(text + from, 4, prefix) == 0) {
        char name[GPH_TEXT_MAX_LINE + 1];
        memcpy(name, text + from + 4, to - from - 4);
        name[to - from - 4] = '\0';
        return append_environment(b, offset, name);
    }
    return is_var(text, from, to) ? append_var(b, offset, from, to - from)
                                  : append_expression(b, offset, from, to);
}

static gph_status
append_dollar(builder *b, size_t offset, size_t *end)
{
    const char *text = b->raw->value;
    const char behind = offset + 1 < b->raw->n_value ? text[offset + 1] : '\0';
    if (behind == '{')
        return append_braces(b, offset, end);
    *end = offset + 2;
    if (behind == '$')
        return append(b, offset, "$", 1, false);
    gph_diagnostics_error(b->s->diagnostics, place(b, offset),
                          "'$' begins ${NAME}; a dollar itself is written $$");
    return GPH_ARGUMENT;
}

static gph_status
build(builder *b)
{
    const char *text = b->raw->value;
    const size_t n = b->raw->n_value;
    gph_status status = GPH_OK;
    size_t at = 0;
    if (n >= 2 && text[0] == '~' && text[1] == '/') {
        status = append_environment(b, 0, gph_path_home);
        b->entry->substituted = true;
        at = 1;
    }
    while (at < n && status == GPH_OK) {
        const char *dollar = memchr(text + at, '$', n - at);
        const size_t end = dollar != NULL ? (size_t)(dollar - text) : n;
        status = append(b, at, text + at, end - at, true);
        at = end;
        if (dollar == NULL || status != GPH_OK)
            break;
        b->entry->substituted = true;
        status = append_dollar(b, end, &at);
    }
    return status;
}

static gph_status
substitute(gph_substitution *s, const gph_raw_entry *raw, const uint32_t *copy,
           gph_patch_entry *entry, uint32_t *depth)
{
    builder b = {.s = s, .raw = raw, .copy = copy, .entry = entry};
    *entry = (gph_patch_entry){.key = raw->key,
                               .name = raw->name,
                               .index = raw->index,
                               .index_to = raw->index_to,
                               .at = raw->at,
                               .quoted = raw->quote != 0};
    const gph_status status = build(&b);
    *depth = b.depth;
    if (status != GPH_OK)
        return status;
    if (b.n_origins == 0) {
        /* An empty value has a place too. */
        b.origins = gph_arena_allocate(s->arena, 1, sizeof(*b.origins));
        if (b.origins == NULL)
            return GPH_MEMORY;
        b.origins[b.n_origins++] = (gph_origin){0, 0, raw->value_at, true};
    }
    s->n_bytes += entry->substituted ? b.n : 0;
    if (s->n_bytes > MOST_BYTES) {
        gph_diagnostics_error(s->diagnostics, raw->value_at,
                              "with their ${} replaced, the values of this patch have more than "
                              "16 MiB");
        return GPH_ARGUMENT;
    }
    entry->value = gph_arena_copy(s->arena, b.bytes, b.n);
    entry->n_value = (uint32_t)b.n;
    entry->origins = b.origins;
    entry->n_origins = (uint32_t)b.n_origins;
    return entry->value == NULL ? GPH_MEMORY : GPH_OK;
}

gph_status
gph_substitute(gph_substitution *s, const gph_raw_entry *raw, const uint32_t *copy,
               gph_patch_entry *entry)
{
    uint32_t depth = 0;
    return substitute(s, raw, copy, entry, &depth);
}

static gph_status
expand_var(gph_substitution *s, gph_var *var)
{
    if (var->state == GPH_VAR_DONE)
        return GPH_OK;
    if (var->state == GPH_VAR_BAD)
        return GPH_ARGUMENT;
    var->state = GPH_VAR_BUSY;
    const gph_status status = substitute(s, var->raw, NULL, &var->entry, &var->depth);
    var->state = status == GPH_OK ? GPH_VAR_DONE : GPH_VAR_BAD;
    return status;
}

/* A variable's name is plain, and not what an expression would take for its `i`. */
static bool
check_var_name(gph_substitution *s, const gph_raw_entry *raw)
{
    const bool plain = gph_name_length(raw->key, 0, strlen(raw->key)) == strlen(raw->key);
    const bool copy = raw->key[0] == 'i' && (raw->key[1] == '\0' || raw->key[1] == '-');
    if (!plain)
        gph_diagnostics_error(s->diagnostics, raw->at,
                              "a variable's name has letters, digits, '_' and '-' only");
    else if (copy)
        gph_diagnostics_error(s->diagnostics, raw->at,
                              "'%s' cannot be a variable: 'i' is the number of a copy", raw->key);
    return plain && !copy;
}

gph_status
gph_substitution_init(gph_substitution *s, const gph_raw_section *vars)
{
    const size_t n = vars != NULL ? vars->n : 0;
    gph_name *names = gph_arena_allocate(s->arena, n, sizeof(*names));
    s->vars = gph_arena_allocate(s->arena, n, sizeof(*s->vars));
    if (names == NULL || s->vars == NULL)
        return GPH_MEMORY;
    for (size_t i = 0; i < n; i++) {
        names[i] = (gph_name){vars->entries[i].key, (uint32_t)i};
        s->vars[i].raw = &vars->entries[i];
        if (!check_var_name(s, &vars->entries[i]))
            s->vars[i].state = GPH_VAR_BAD;
    }
    gph_names_sort(names, n);
    s->var_names = names;
    s->n_vars = n;
    for (size_t i = 0; i < n; i++)
        if (expand_var(s, &s->vars[i]) == GPH_MEMORY)
            return GPH_MEMORY;
    return GPH_OK;
}

/* Parses wiring expressions. [control] */
#include "wiring.h"

#include "letters.h"
#include "number.h"

#include <math.h>
#include <string.h>

/* Where a parse stands. Every step skips the blanks before what it reads. */
typedef struct cursor {
    const char *text;
    size_t at;
    size_t end;
    gph_arena *arena;
    gph_fault *fault;
} cursor;

static char
next(cursor *c)
{
    c->at = gph_skip_blanks(c->text, c->at, c->end);
    return c->at < c->end ? c->text[c->at] : '\0';
}

static gph_span
span_from(const cursor *c, size_t from)
{
    return (gph_span){(uint32_t)from, (uint32_t)(gph_trim_blanks(c->text, from, c->at) - from)};
}

/* Bytes of the UTF-8 character at the cursor, so that a message never shows half of one. */
static int
character(const cursor *c)
{
    const size_t n = gph_utf8_length(c->text + c->at, c->end - c->at);
    return c->at == c->end ? 0 : n == 0 ? 1 : (int)n;
}

static gph_status
parse_name(cursor *c, const char *what, const char **name, gph_span *span)
{
    next(c);
    const size_t n = gph_name_length(c->text, c->at, c->end);
    if (n == 0 && c->at == c->end) {
        gph_fault_set(c->fault, c->at, 0, "the name of a %s is missing", what);
        return GPH_ARGUMENT;
    }
    if (n == 0) {
        const bool bracket = c->text[c->at] == '(' || c->text[c->at] == ')';
        gph_fault_set(c->fault, c->at, 1, "'%.*s' where the name of a %s should be%s", character(c),
                      c->text + c->at, what,
                      bracket ? "; there are no parentheses: give the mix a node of its own" : "");
        return GPH_ARGUMENT;
    }
    char lower[GPH_NAME_MAX_BYTES + 1];
    const gph_status status = gph_value_parse_name(c->text + c->at, n, what, lower, c->fault);
    if (status != GPH_OK) {
        c->fault->span.offset += (uint32_t)c->at;
        return status;
    }
    *name = gph_arena_copy(c->arena, lower, n);
    *span = (gph_span){(uint32_t)c->at, (uint32_t)n};
    c->at += n;
    return *name == NULL ? GPH_MEMORY : GPH_OK;
}

static gph_status
parse_channels(cursor *c, gph_term *term)
{
    const size_t open = c->at;
    size_t close = open;
    while (close < c->end && c->text[close] != ']')
        close++;
    if (close == c->end) {
        gph_fault_set(c->fault, open, 1, "this '[' is never closed");
        return GPH_ARGUMENT;
    }
    c->at = close + 1;
    return gph_list_parse(c->text, open + 1, close, c->arena, &term->channels, c->fault);
}

static gph_status
parse_level(cursor *c, gph_term *term)
{
    static const gph_spec wire = {.unit = GPH_UNIT_DB,
                                  .flags = GPH_SPEC_POLARITY,
                                  .min = -(double)INFINITY,
                                  .max = (double)INFINITY,
                                  .name = "@"};
    c->at++;
    next(c);
    const size_t from = c->at;
    if (c->at < c->end && (c->text[c->at] == '-' || c->text[c->at] == '+'))
        c->at++;
    while (c->at < c->end && strchr("+,@:[]*()", c->text[c->at]) == NULL &&
           !gph_is_blank(c->text[c->at]))
        c->at++;
    const gph_status status =
        gph_value_parse_number(c->text + from, c->at - from, &wire, &term->level, c->fault);
    c->fault->span.offset += (uint32_t)from;
    if (status != GPH_OK)
        return status;
    term->has_level = true;
    term->gain = gph_quantity_gain(term->level);
    term->level_span = span_from(c, from);
    return GPH_OK;
}

static gph_status
parse_term(cursor *c, gph_term *term)
{
    *term = (gph_term){.gain = 1};
    next(c);
    const size_t from = c->at;
    gph_status status = parse_name(c, "node", &term->node, &term->node_span);
    if (status == GPH_OK && next(c) == '*') {
        term->all_copies = true;
        c->at++;
    }
    if (status == GPH_OK && next(c) == ':') {
        c->at++;
        status = parse_name(c, "port", &term->port, &term->port_span);
    }
    if (status == GPH_OK && next(c) == '[')
        status = parse_channels(c, term);
    if (status == GPH_OK && next(c) == '@')
        status = parse_level(c, term);
    term->span = span_from(c, from);
    return status;
}

static gph_status
parse_bundle(cursor *c, gph_bundle *bundle)
{
    gph_term *terms = NULL;
    size_t n = 0;
    size_t capacity = 0;
    next(c);
    const size_t from = c->at;
    for (;;) {
        gph_term term;
        const gph_status status = parse_term(c, &term);
        if (status != GPH_OK)
            return status;
        if (!gph_arena_grow(c->arena, &terms, n, &capacity, sizeof(*terms)))
            return GPH_MEMORY;
        terms[n++] = term;
        if (next(c) != '+')
            break;
        c->at++;
    }
    *bundle = (gph_bundle){terms, (uint32_t)n, span_from(c, from)};
    return GPH_OK;
}

gph_status
gph_wiring_parse(const char *text, size_t n, gph_arena *arena, gph_wiring *wiring, gph_fault *fault)
{
    cursor c = {text, 0, n, arena, fault};
    gph_bundle *bundles = NULL;
    size_t n_bundles = 0;
    size_t capacity = 0;
    for (;;) {
        gph_bundle bundle;
        const gph_status status = parse_bundle(&c, &bundle);
        if (status != GPH_OK)
            return status;
        if (!gph_arena_grow(arena, &bundles, n_bundles, &capacity, sizeof(*bundles)))
            return GPH_MEMORY;
        bundles[n_bundles++] = bundle;
        if (next(&c) != ',')
            break;
        c.at++;
    }
    if (c.at < n) {
        gph_fault_set(fault, c.at, 1,
                      "'%.*s' is not expected here; possible: ',' side by side, '+' mixed, '@' a "
                      "level, '[' channels, ':' a port",
                      character(&c), text + c.at);
        return GPH_ARGUMENT;
    }
    *wiring = (gph_wiring){bundles, (uint32_t)n_bundles};
    return GPH_OK;
}

/* Grows a text in pieces; NULL once memory is out. */
typedef struct printer {
    gph_arena *arena;
    char *text;
    size_t n;
    size_t capacity;
    bool failed;
} printer;

static void
put(printer *p, const char *bytes, size_t n)
{
    for (size_t i = 0; i < n && !p->failed; i++) {
        p->failed = !gph_arena_grow(p->arena, &p->text, p->n, &p->capacity, 1);
        if (!p->failed)
            p->text[p->n++] = bytes[i];
    }
}

static void
put_term(printer *p, const gph_term *term, const char *text)
{
    put(p, term->node, strlen(term->node));
    if (term->all_copies)
        put(p, "*", 1);
    if (term->port != NULL) {
        put(p, ":", 1);
        put(p, term->port, strlen(term->port));
    }
    for (uint32_t i = 0; i < term->channels.n_ranges; i++) {
        const gph_span span = term->channels.ranges[i].span;
        put(p, i == 0 ? "[" : ",", 1);
        for (uint32_t k = 0; k < span.length; k++) {
            const char c = gph_lower(text[span.offset + k]);
            put(p, &c, !gph_is_blank(c));
        }
    }
    if (term->channels.n_ranges > 0)
        put(p, "]", 1);
    if (term->has_level) {
        put(p, " @ ", 3);
        put(p, text + term->level_span.offset, term->level_span.length);
    }
}

char *
gph_wiring_print(const gph_wiring *wiring, const char *text, gph_arena *arena)
{
    printer p = {.arena = arena};
    for (uint32_t b = 0; b < wiring->n_bundles; b++) {
        const gph_bundle *bundle = &wiring->bundles[b];
        put(&p, ", ", b > 0 ? 2 : 0);
        for (uint32_t t = 0; t < bundle->n_terms; t++) {
            put(&p, " + ", t > 0 ? 3 : 0);
            put_term(&p, &bundle->terms[t], text);
        }
    }
    put(&p, "", 1);
    return p.failed ? NULL : p.text;
}

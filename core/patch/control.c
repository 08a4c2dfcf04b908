/* Parses the sources of the section [control]. [control] */
#include "control.h"

#include "letters.h"
#include "near.h"
#include "number.h"

#include <math.h>
#include <string.h>

static const char possible[] =
    "possible: key r, midi cc 64, midi note 60, osc /path, on NODE.TRIGGER, at 10s, every 1h";

typedef struct key_word {
    const char *word;
    uint32_t key;
} key_word;

static const key_word key_words[] = {
    {"space", ' '},
    {"comma", ','},
    {"semicolon", ';'},
    {"hash", '#'},
    {"quote", '"'},
    {"enter", GPH_KEY_ENTER},
    {"escape", GPH_KEY_ESCAPE},
    {"tab", GPH_KEY_TAB},
    {"backspace", GPH_KEY_BACKSPACE},
    {"up", GPH_KEY_UP},
    {"down", GPH_KEY_DOWN},
    {"left", GPH_KEY_LEFT},
    {"right", GPH_KEY_RIGHT},
    {"f1", GPH_KEY_F1},
    {"f2", GPH_KEY_F1 + 1},
    {"f3", GPH_KEY_F1 + 2},
    {"f4", GPH_KEY_F1 + 3},
    {"f5", GPH_KEY_F1 + 4},
    {"f6", GPH_KEY_F1 + 5},
    {"f7", GPH_KEY_F1 + 6},
    {"f8", GPH_KEY_F1 + 7},
    {"f9", GPH_KEY_F1 + 8},
    {"f10", GPH_KEY_F1 + 9},
    {"f11", GPH_KEY_F1 + 10},
    {"f12", GPH_KEY_F1 + 11},
};
enum { N_KEY_WORDS = sizeof(key_words) / sizeof(key_words[0]) };

const char *
gph_key_word(uint32_t key)
{
    for (size_t i = 0; i < N_KEY_WORDS; i++)
        if (key_words[i].key == key)
            return key_words[i].word;
    return NULL;
}

/* One source is split into words between blanks; none has more than five. */
typedef struct split {
    const char *text;
    size_t end; /* where the source ends, without blanks */
    gph_span words[6];
    uint32_t n;
    gph_arena *arena;
    gph_fault *fault;
} split;

static bool
is_word(const split *s, uint32_t index, const char *word)
{
    return index < s->n && s->words[index].length == strlen(word) &&
           gph_compare_names(s->text + s->words[index].offset, s->words[index].length, word) == 0;
}

static gph_status
complain(split *s, uint32_t index, const char *what)
{
    if (index >= s->n)
        gph_fault_set(s->fault, s->end, 0, "%s is missing", what);
    else
        gph_fault_set(s->fault, s->words[index].offset, s->words[index].length, "'%.*s' is not %s",
                      (int)(s->words[index].length > 60 ? 60 : s->words[index].length),
                      s->text + s->words[index].offset, what);
    return GPH_ARGUMENT;
}

static uint32_t
decode(const char *bytes, size_t n)
{
    const unsigned char *b = (const unsigned char *)bytes;
    if (n == 1)
        return b[0];
    uint32_t c = n == 2 ? b[0] & 0x1Fu : n == 3 ? b[0] & 0x0Fu : b[0] & 0x07u;
    for (size_t i = 1; i < n; i++)
        c = c << 6 | (b[i] & 0x3Fu);
    return c;
}

static gph_status
parse_key(split *s, gph_source *source)
{
    source->kind = GPH_SOURCE_KEY;
    if (s->n < 2)
        return complain(s, 1, "a key");
    const char *word = s->text + s->words[1].offset;
    const size_t n = s->words[1].length;
    if (gph_utf8_length(word, n) == n) {
        source->key = decode(word, n);
        return GPH_OK;
    }
    gph_near near;
    gph_near_init(&near, word, n);
    for (size_t i = 0; i < N_KEY_WORDS; i++) {
        if (gph_compare_names(word, n, key_words[i].word) == 0) {
            source->key = key_words[i].key;
            return GPH_OK;
        }
        gph_near_offer(&near, key_words[i].word, NULL);
    }
    if (near.best == NULL)
        return complain(s, 1,
                        "a key; possible: one character, or space, enter, escape, tab, up, ...");
    gph_fault_set(s->fault, s->words[1].offset, n, "'%.*s' is not a key; did you mean '%s'?",
                  (int)(n > 60 ? 60 : n), word, near.best);
    return GPH_ARGUMENT;
}

static gph_status
parse_midi(split *s, gph_source *source)
{
    if (!is_word(s, 1, "cc") && !is_word(s, 1, "note"))
        return complain(s, 1, "'cc' or 'note' with a number from 0 to 127");
    source->kind = is_word(s, 1, "cc") ? GPH_SOURCE_MIDI_CC : GPH_SOURCE_MIDI_NOTE;
    if (s->n < 3)
        return complain(s, 2, "a number from 0 to 127");
    const gph_spec spec = {.flags = GPH_SPEC_INTEGER,
                           .min = 0,
                           .max = 127,
                           .name = source->kind == GPH_SOURCE_MIDI_CC ? "midi cc" : "midi note"};
    gph_quantity number = {0};
    const gph_status status = gph_value_parse_number(s->text + s->words[2].offset,
                                                     s->words[2].length, &spec, &number, s->fault);
    s->fault->span.offset += s->words[2].offset;
    source->number = status == GPH_OK ? (uint32_t)number.value : 0;
    return status;
}

static gph_status
parse_osc(split *s, gph_source *source)
{
    source->kind = GPH_SOURCE_OSC;
    if (s->n < 2 || s->text[s->words[1].offset] != '/' || s->words[1].length < 2)
        return complain(s, 1, "an OSC path such as /record");
    const char *path = s->text + s->words[1].offset;
    for (uint32_t i = 0; i < s->words[1].length; i++) {
        const unsigned char c = (unsigned char)path[i];
        if (c > 0x20 && c < 0x7F && strchr("#*,?[]{}", c) == NULL)
            continue;
        gph_fault_set(s->fault, s->words[1].offset + i, 1,
                      "an OSC path has printable ASCII characters without #*,?[]{}");
        return GPH_ARGUMENT;
    }
    source->path = gph_arena_copy(s->arena, path, s->words[1].length);
    return source->path == NULL ? GPH_MEMORY : GPH_OK;
}

static gph_status
parse_trigger(split *s, gph_source *source)
{
    char name[GPH_NAME_MAX_BYTES + 1];
    source->kind = GPH_SOURCE_TRIGGER;
    if (s->n < 2)
        return complain(s, 1, "NODE.TRIGGER");
    const char *text = s->text;
    const size_t from = s->words[1].offset;
    const size_t to = from + s->words[1].length;
    const size_t dot = from + gph_name_length(text, from, to);
    if (dot == from || dot + 1 >= to || text[dot] != '.' ||
        gph_name_length(text, dot + 1, to) != to - dot - 1)
        return complain(s, 1, "NODE.TRIGGER, such as gate.opened");
    source->node_span = (gph_span){(uint32_t)from, (uint32_t)(dot - from)};
    source->trigger_span = (gph_span){(uint32_t)(dot + 1), (uint32_t)(to - dot - 1)};
    gph_status status = gph_value_parse_name(text + from, dot - from, "node", name, s->fault);
    s->fault->span.offset += (uint32_t)from;
    if (status != GPH_OK)
        return status;
    source->node = gph_arena_copy(s->arena, name, dot - from);
    status = gph_value_parse_name(text + dot + 1, to - dot - 1, "trigger", name, s->fault);
    s->fault->span.offset += (uint32_t)dot + 1;
    if (status != GPH_OK)
        return status;
    source->trigger = gph_arena_copy(s->arena, name, to - dot - 1);
    source->late = is_word(s, 2, "late");
    return source->node == NULL || source->trigger == NULL ? GPH_MEMORY : GPH_OK;
}

static gph_status
parse_time(split *s, gph_source *source)
{
    const bool every = is_word(s, 0, "every");
    const gph_spec spec = {.unit = GPH_UNIT_SECONDS,
                           .flags = every ? GPH_SPEC_OPEN_MIN : 0,
                           .max = (double)INFINITY,
                           .rate = 1,
                           .name = every ? "every" : "at"};
    source->kind = every ? GPH_SOURCE_EVERY : GPH_SOURCE_AT;
    if (s->n < 2)
        return complain(s, 1, "a time such as 10s");
    const gph_status status = gph_value_parse_number(
        s->text + s->words[1].offset, s->words[1].length, &spec, &source->time, s->fault);
    s->fault->span.offset += s->words[1].offset;
    return status;
}

/* LOW..HIGH in the last word. */
static gph_status
parse_range(split *s, uint32_t index, gph_source *source)
{
    const gph_span word = s->words[index];
    for (uint32_t i = 1; i + 2 < word.length; i++) {
        const char *dots = s->text + word.offset + i;
        if (dots[0] != '.' || dots[1] != '.')
            continue;
        source->has_range = true;
        source->low = (gph_span){word.offset, i};
        source->high = (gph_span){word.offset + i + 2, word.length - i - 2};
        return GPH_OK;
    }
    return complain(s, index, "expected here; possible: a range LOW..HIGH for a parameter");
}

static gph_status
parse_source(split *s, gph_source *source)
{
    static const struct {
        const char *word;
        gph_status (*parse)(split *, gph_source *);
        uint32_t n_words;
    } kinds[] = {{"key", parse_key, 2},    {"midi", parse_midi, 3}, {"osc", parse_osc, 2},
                 {"on", parse_trigger, 2}, {"at", parse_time, 2},   {"every", parse_time, 2}};
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (!is_word(s, 0, kinds[i].word))
            continue;
        const gph_status status = kinds[i].parse(s, source);
        const uint32_t n = kinds[i].n_words + source->late;
        if (status != GPH_OK || s->n <= n)
            return status;
        return s->n > n + 1 ? complain(s, n + 1, "expected here") : parse_range(s, n, source);
    }
    const gph_span first = s->words[0];
    gph_fault_set(s->fault, first.offset, first.length, "'%.*s' is not a source; %s",
                  (int)(first.length > 40 ? 40 : first.length), s->text + first.offset, possible);
    return GPH_ARGUMENT;
}

static void
split_words(split *s, gph_span item)
{
    size_t at = item.offset;
    s->end = item.offset + item.length;
    s->n = 0;
    while (at < s->end && s->n < 6) {
        size_t end = at;
        while (end < s->end && !gph_is_blank(s->text[end]))
            end++;
        s->words[s->n++] = (gph_span){(uint32_t)at, (uint32_t)(end - at)};
        at = gph_skip_blanks(s->text, end, s->end);
    }
}

gph_status
gph_sources_parse(const char *text, size_t n, gph_arena *arena, const gph_source **sources,
                  uint32_t *n_sources, gph_fault *fault)
{
    gph_source *list = NULL;
    size_t count = 0;
    size_t capacity = 0;
    size_t cursor = 0;
    gph_span item;
    while (gph_value_next_item(text, n, &cursor, &item)) {
        split s = {.text = text, .arena = arena, .fault = fault};
        if (item.length == 0) {
            gph_fault_set(fault, item.offset, 0, "a source is missing; %s", possible);
            return GPH_ARGUMENT;
        }
        split_words(&s, item);
        gph_source source = {.span = item};
        const gph_status status = parse_source(&s, &source);
        if (status != GPH_OK)
            return status;
        if (!gph_arena_grow(arena, &list, count, &capacity, sizeof(*list)))
            return GPH_MEMORY;
        list[count++] = source;
    }
    *sources = list;
    *n_sources = (uint32_t)count;
    return GPH_OK;
}

gph_status
gph_endpoint_parse(const char *text, size_t n, gph_arena *arena, const char **host, uint32_t *port,
                   gph_fault *fault)
{
    size_t colon = n;
    while (colon > 0 && text[colon - 1] != ':')
        colon--;
    size_t from = 0;
    size_t to = colon > 0 ? colon - 1 : 0;
    if (to > 1 && text[0] == '[' && text[to - 1] == ']') {
        from = 1;
        to--;
    }
    bool plain = to > from;
    for (size_t i = from; i < to && plain; i++)
        plain = gph_is_name(text[i]) || text[i] == '.' || (from == 1 && text[i] == ':');
    if (!plain) {
        gph_fault_set(fault, 0, n, "'%.*s' is not HOST:PORT, such as 127.0.0.1:7770",
                      (int)(n > 60 ? 60 : n), text);
        return GPH_ARGUMENT;
    }
    size_t length = 0;
    const gph_status status = gph_number_parse_index(text, colon, n, 65535, port, &length, fault);
    if (status != GPH_OK)
        return status;
    if (colon + length != n) {
        gph_fault_set(fault, colon + length, 1, "a port is a number from 1 to 65535");
        return GPH_ARGUMENT;
    }
    *host = gph_arena_copy(arena, text + from, to - from);
    return *host == NULL ? GPH_MEMORY : GPH_OK;
}

/* Reads values that are words: switches, choices, names. [control] */
#include "value.h"

#include "letters.h"
#include "near.h"

#include <stdio.h>
#include <string.h>

static size_t
find_word(const char *text, size_t n, const char *const *choices)
{
    size_t i = 0;
    while (choices[i] != NULL && gph_compare_names(text, n, choices[i]) != 0)
        i++;
    return i;
}

/* "'key' takes a, b or c": the whole list, or as much as fits. */
static void
say_choices(const gph_spec *spec, const char *const *choices, char *buffer, size_t size)
{
    int n = snprintf(buffer, size, "'%s'%s%s takes", spec->name != NULL ? spec->name : "this",
                     spec->owner != NULL ? " of " : "", spec->owner != NULL ? spec->owner : "");
    for (size_t i = 0; choices[i] != NULL && n >= 0 && (size_t)n < size; i++) {
        const char *between = i == 0 ? " " : choices[i + 1] == NULL ? " or " : ", ";
        n += snprintf(buffer + n, size - (size_t)n, "%s%s", between, choices[i]);
    }
}

gph_status
gph_value_parse_choice(const char *text, size_t n, const char *const *choices, const gph_spec *spec,
                       uint32_t *index, gph_fault *fault)
{
    const size_t from = gph_skip_blanks(text, 0, n);
    const size_t length = gph_trim_blanks(text, from, n) - from;
    const size_t found = find_word(text + from, length, choices);
    if (choices[found] != NULL) {
        *index = (uint32_t)found;
        return GPH_OK;
    }
    char takes[220];
    gph_near near;
    gph_near_init(&near, text + from, length);
    for (size_t i = 0; choices[i] != NULL; i++)
        gph_near_offer(&near, choices[i], NULL);
    const int shown = (int)(length > 60 ? 60 : length);
    say_choices(spec, choices, takes, sizeof(takes));
    if (near.best != NULL)
        gph_fault_set(fault, from, length, "'%.*s' is unknown here; did you mean '%s'?", shown,
                      text + from, near.best);
    else
        gph_fault_set(fault, from, length, "'%.*s' is unknown here; %s", shown, text + from, takes);
    return GPH_ARGUMENT;
}

gph_status
gph_value_parse_switch(const char *text, size_t n, const gph_spec *spec, bool *on, gph_fault *fault)
{
    static const char *const words[] = {"on", "off", "yes", "no", "true", "false", NULL};
    uint32_t index = 0;
    const gph_status status = gph_value_parse_choice(text, n, words, spec, &index, fault);
    if (status == GPH_OK)
        *on = index % 2 == 0;
    return status;
}

gph_status
gph_value_parse_name(const char *text, size_t n, const char *what, char *name, gph_fault *fault)
{
    const size_t from = gph_skip_blanks(text, 0, n);
    const size_t to = gph_trim_blanks(text, from, n);
    const size_t length = gph_name_length(text, from, to);
    const int shown = (int)(to - from > 60 ? 60 : to - from);
    if (from == to)
        gph_fault_set(fault, from, 0, "the name of a %s is missing", what);
    else if (length != to - from)
        gph_fault_set(fault, from, to - from,
                      "'%.*s' is not the name of a %s; a name is a letter, then letters, digits, "
                      "'_' and '-'",
                      shown, text + from, what);
    else if (length > GPH_NAME_MAX_BYTES)
        gph_fault_set(fault, from, length, "this name has %zu bytes; %d are the most", length,
                      (int)GPH_NAME_MAX_BYTES);
    else {
        for (size_t i = 0; i < length; i++)
            name[i] = gph_lower(text[from + i]);
        name[length] = '\0';
        return GPH_OK;
    }
    return GPH_ARGUMENT;
}

/* Reads a script of faults. [control] */
#include "script.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What a word is followed by. */
enum { TAKES_NOTHING, TAKES_COUNT, TAKES_TIME, TAKES_NUMBER, TAKES_SWITCH, TAKES_KEYS };

static const struct {
    const char *word;
    uint32_t what;
    uint32_t takes;
} words[] = {
    {"lose", SCRIPT_LOSE, TAKES_COUNT},
    {"stall", SCRIPT_STALL, TAKES_TIME},
    {"late", SCRIPT_LATE, TAKES_TIME},
    {"vanish", SCRIPT_VANISH, TAKES_TIME},
    {"return", SCRIPT_RETURN, TAKES_KEYS},
    {"refuse", SCRIPT_REFUSE, TAKES_COUNT},
    {"block", SCRIPT_BLOCK, TAKES_COUNT},
    {"drift", SCRIPT_DRIFT, TAKES_NUMBER},
    {"freewheel", SCRIPT_FREEWHEEL, TAKES_SWITCH},
    {"no-events", SCRIPT_NO_EVENTS, TAKES_NOTHING},
    {"xrun", SCRIPT_XRUN, TAKES_NOTHING},
};

static const char blanks[] = " \t\r";

/* Takes the next word of a line, which is cut there; NULL at its end. */
static char *
take_word(char **at)
{
    *at += strspn(*at, blanks);
    if (**at == 0)
        return NULL;
    char *word = *at;
    *at += strcspn(*at, blanks);
    if (**at != 0)
        *(*at)++ = 0;
    return word;
}

/* [+-]digits[.digits], whatever the locale; *end is what follows. */
static bool
read_number(const char *text, double *value, const char **end)
{
    bool negative = *text == '-';
    if (*text == '-' || *text == '+')
        text++;
    int n_digits = 0;
    double result = 0, scale = 1;
    for (; *text >= '0' && *text <= '9'; text++, n_digits++)
        result = result * 10 + (*text - '0');
    if (*text == '.' && n_digits > 0) {
        text++;
        for (; *text >= '0' && *text <= '9'; text++, n_digits++)
            result += (*text - '0') * (scale /= 10);
    }
    *value = negative ? -result : result;
    *end = text;
    return n_digits > 0 && n_digits <= 18;
}

static bool
read_time(const char *text, double *seconds)
{
    static const struct {
        const char *unit;
        double seconds;
    } units[] = {{"us", 1e-6}, {"ms", 1e-3}, {"s", 1}, {"min", 60}, {"h", 3600}};
    const char *unit;
    if (!read_number(text, seconds, &unit) || *seconds < 0)
        return false;
    for (size_t n = 0; n < sizeof units / sizeof *units; n++)
        if (strcmp(unit, units[n].unit) == 0) {
            *seconds *= units[n].seconds;
            return *seconds <= 1e6;
        }
    return *seconds <= 0 && *unit == 0;
}

static bool
read_count(const char *text, double most, double *count)
{
    const char *end;
    return text[strspn(text, "0123456789")] == 0 && read_number(text, count, &end) &&
           *count <= most;
}

static bool
read_key(const char *text, script_line *line)
{
    double value;
    if (strncmp(text, "rate=", 5) == 0 && read_count(text + 5, 768000, &value) && value >= 1000) {
        line->rate = value;
        return true;
    }
    if (strncmp(text, "channels=", 9) == 0 && read_count(text + 9, GPH_MAX_CHANNELS, &value)) {
        line->channels = (uint32_t)value;
        return value >= 1;
    }
    return false;
}

static bool
read_amount(uint32_t takes, char **at, script_line *line)
{
    char *word = take_word(at);
    const char *end = "";
    switch (takes) {
    case TAKES_NOTHING:
        return word == NULL;
    case TAKES_KEYS:
        for (; word != NULL; word = take_word(at))
            if (!read_key(word, line))
                return false;
        return true;
    case TAKES_COUNT:
        if (word == NULL || !read_count(word, 1e9, &line->amount))
            return false;
        if (line->what == SCRIPT_BLOCK && (line->amount < 1 || line->amount > GPH_MAX_FRAMES))
            return false;
        break;
    case TAKES_TIME:
        if (word == NULL || !read_time(word, &line->amount))
            return false;
        break;
    case TAKES_NUMBER:
        if (word == NULL || !read_number(word, &line->amount, &end) || *end != 0 ||
            line->amount < -4000 || line->amount > 4000)
            return false;
        break;
    default:
        if (word == NULL || (strcmp(word, "on") != 0 && strcmp(word, "off") != 0))
            return false;
        line->amount = strcmp(word, "on") == 0;
    }
    return take_word(at) == NULL;
}

/* One line. GPH_DONE: nothing is in it. */
static gph_status
read_line(char *text, int64_t frame, script_line *line)
{
    text[strcspn(text, "#")] = 0;
    *line = (script_line){.frame = frame};
    char *word = take_word(&text);
    if (word == NULL)
        return GPH_DONE;
    double number;
    if (read_count(word, 9e15, &number)) {
        line->frame = (int64_t)number;
        word = take_word(&text);
    }
    for (size_t n = 0; word != NULL && n < sizeof words / sizeof *words; n++)
        if (strcmp(word, words[n].word) == 0) {
            line->what = words[n].what;
            return read_amount(words[n].takes, &text, line) ? GPH_OK : GPH_ARGUMENT;
        }
    return GPH_ARGUMENT;
}

gph_status
script_add(clock_script *script, const char *text, char *why, uint32_t n)
{
    char *copy = strdup(text);
    script_line *lines = realloc(script->lines, SCRIPT_LINES * sizeof *lines);
    if (lines != NULL)
        script->lines = lines;
    gph_status status = copy == NULL || lines == NULL ? GPH_MEMORY : GPH_OK;
    uint32_t n_lines = script->n_lines;
    char *next = copy;
    while (status == GPH_OK && next != NULL) {
        char *line = next;
        next += strcspn(next, "\n;");
        next = *next == 0 ? NULL : next;
        if (next != NULL)
            *next++ = 0;
        char shown[64];
        snprintf(shown, sizeof shown, "%s", line + strspn(line, blanks));
        if (n_lines == SCRIPT_LINES) {
            snprintf(why, n, "a script has at most %d lines", SCRIPT_LINES);
            status = GPH_LIMIT;
            break;
        }
        int64_t frame = n_lines > 0 ? lines[n_lines - 1].frame : 0;
        gph_status found = read_line(line, frame, &lines[n_lines]);
        if (found == GPH_OK && lines[n_lines].frame < frame)
            found = GPH_ARGUMENT;
        if (found < 0) {
            snprintf(why, n, "'%s' is no line of a script, or comes before the line above", shown);
            status = GPH_ARGUMENT;
        }
        n_lines += found == GPH_OK;
    }
    if (status == GPH_OK)
        script->n_lines = n_lines;
    free(copy);
    return status;
}

void
script_finish(clock_script *script)
{
    free(script->lines);
    *script = (clock_script){0};
}

/* Which take a name on the disk belongs to, and which names are harmless. [control, writer] */
#include "../platform/utf8.h"
#include "name.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

/* In a component: the digits of the take, anything, and a suffix of ours or nothing. */
enum { TAKE = 1, ANY = 2, SUFFIX = 3 };

/* `text` of `length` bytes against a pattern in which ANY stands for anything. */
static bool
glob(const char *pattern, const char *text, size_t length)
{
    const char *star = NULL;
    size_t at = 0;
    size_t star_at = 0;
    while (at < length) {
        if (*pattern == ANY) {
            star = ++pattern;
            star_at = at;
        } else if (*pattern && *pattern == text[at]) {
            pattern++;
            at++;
        } else if (star) {
            pattern = star;
            at = ++star_at;
        } else {
            return false;
        }
    }
    while (*pattern == ANY)
        pattern++;
    return !*pattern;
}

/* What follows the take, with a suffix of ours or without. */
static bool
ends_so(const char *pattern, const char *text, size_t length)
{
    const char *suffix = strchr(pattern, SUFFIX);
    if (!suffix)
        return glob(pattern, text, length);
    char with[GPH_NAME_PART * 2 + 4];
    int before = (int)(suffix - pattern);
    snprintf(with, sizeof with, "%.*s%s", before, pattern, suffix + 1);
    if (glob(with, text, length))
        return true;
    snprintf(with, sizeof with, "%.*s-%c%s", before, pattern, ANY, suffix + 1);
    return glob(with, text, length);
}

static uint32_t
number(const char *digits, size_t length)
{
    uint64_t value = 0;
    for (size_t n = 0; n < length; n++)
        value = value * 10 + (uint64_t)(digits[n] - '0');
    return value < 1000000000 ? (uint32_t)value : 0;
}

uint32_t
gph_name_take_of(const char *component, const char *found)
{
    const char *take = strchr(component, TAKE);
    size_t length = strlen(found);
    if (!take || take - component > GPH_NAME_PART || length > GPH_NAME_PART)
        return 0;
    char before[GPH_NAME_PART + 1];
    snprintf(before, sizeof before, "%.*s", (int)(take - component), component);
    if (length > 5 && !strcmp(found + length - 5, ".part"))
        length -= 5;
    uint32_t greatest = 0;
    for (size_t from = 0; from < length; from++) {
        size_t digits = 0;
        while (from + digits < length && digits < 9 && found[from + digits] >= '0' &&
               found[from + digits] <= '9')
            digits++;
        if (!digits || !glob(before, found, from))
            continue;
        for (; digits; digits--) {
            uint32_t value = number(found + from, digits);
            size_t rest = from + digits;
            if (value > greatest && ends_so(take + 1, found + rest, length - rest))
                greatest = value;
        }
    }
    return greatest;
}

/* The template with other signs for what differs from file to file; its length grows nowhere. */
static void
mark_tokens(const char *below, bool is_last, char *out, size_t size)
{
    static const struct {
        const char *word;
        char sign;
    } signs[] = {{"{take}", TAKE}, {"{ch}", ANY}, {"{label}", ANY}, {"{part}", ANY}};
    const char *dot = is_last ? strrchr(below, '.') : NULL;
    const char *ending = dot && dot != below ? dot : below + strlen(below);
    size_t used = 0;
    for (const char *at = below; used + 2 < size;) {
        if (is_last && at == ending)
            out[used++] = SUFFIX;
        if (!*at)
            break;
        size_t step = 0;
        for (size_t n = 0; n < sizeof signs / sizeof *signs && !step; n++)
            if (!strncmp(at, signs[n].word, strlen(signs[n].word))) {
                step = strlen(signs[n].word);
                out[used++] = signs[n].sign;
            }
        if (!step) {
            out[used++] = *at;
            step = 1;
        }
        at += step;
    }
    out[used] = '\0';
}

bool
gph_name_folder_of_takes(const gph_name *name, const gph_name_values *values, char *folder,
                         char *component, size_t size)
{
    const char *take = strstr(name->below, "{take}");
    if (!take)
        return false;
    const char *begin = take;
    while (begin > name->below && begin[-1] != '/')
        begin--;
    size_t length = strcspn(begin, "/");
    gph_name part = {.utc = name->utc, .tokens = UINT32_MAX};
    char template[GPH_NAME_PATH];
    snprintf(template, sizeof template, "%.*s", (int)length, begin);
    mark_tokens(template, !begin[length], part.below, sizeof part.below);
    if (!gph_name_fill(&part, values, 1, component, size))
        return false;
    /* The folder above, with the values of this file, whatever the take. */
    part.below[0] = '\0';
    if (begin > name->below)
        snprintf(part.below, sizeof part.below, "%.*s", (int)(begin - 1 - name->below),
                 name->below);
    return gph_name_fill(&part, values, 1, folder, size);
}

bool
gph_name_is_device(const char *name, size_t length)
{
    static const char *const devices[] = {"con", "prn", "aux", "nul", "com", "lpt"};
    const char *ending = memchr(name, '.', length);
    length = ending ? (size_t)(ending - name) : length;
    for (size_t n = 0; length >= 3 && n < sizeof devices / sizeof *devices; n++) {
        if (strncasecmp(name, devices[n], 3))
            continue;
        bool numbered = n >= 4 && length == 4 && name[3] >= '0' && name[3] <= '9';
        if (numbered || (n < 4 && length == 3))
            return true;
    }
    return false;
}

void
gph_name_sanitize(const char *text, char *clean, size_t size)
{
    const unsigned char *at = (const unsigned char *)text;
    size_t limit = size - 1 < 64 ? size - 1 : 64;
    /* Room for one '_' in front of a reserved name. */
    size_t used = 1;
    while (*at && (*at == ' ' || *at == '.'))
        at++;
    while (*at) {
        size_t length = gph_utf8_length((const char *)at, strlen((const char *)at));
        bool bad = !length || *at < 32 || *at == 127 || strchr("/\\:*?\"<>|;", *at) ||
                   (used == 1 && *at == '-');
        if (used + (bad ? 1 : length) > limit)
            break;
        if (bad)
            clean[used++] = '_';
        else
            memcpy(clean + used, at, length), used += length;
        at += length ? length : 1;
    }
    while (used > 1 && (clean[used - 1] == ' ' || clean[used - 1] == '.'))
        used--;
    clean[used] = '\0';
    if (used == 1 || gph_name_is_device(clean + 1, used - 1))
        clean[0] = '_';
    else
        memmove(clean, clean + 1, used);
}

/* Classes of ASCII letters, without a locale. [any] */
#ifndef GPH_PATCH_LETTERS_H
#define GPH_PATCH_LETTERS_H

#include <stdbool.h>
#include <stddef.h>

static inline char
gph_lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static inline bool
gph_is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static inline bool
gph_is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static inline bool
gph_is_blank(char c)
{
    return c == ' ' || c == '\t';
}

/* Whether `c` may stand in a name behind its first letter. */
static inline bool
gph_is_name(char c)
{
    return gph_is_letter(c) || gph_is_digit(c) || c == '_' || c == '-';
}

/* Bytes of the name that begins at text[from]; 0: none does. */
static inline size_t
gph_name_length(const char *text, size_t from, size_t to)
{
    size_t i = from;
    if (i < to && gph_is_letter(text[i]))
        while (i < to && gph_is_name(text[i]))
            i++;
    return i - from;
}

static inline size_t
gph_skip_blanks(const char *text, size_t from, size_t to)
{
    while (from < to && gph_is_blank(text[from]))
        from++;
    return from;
}

static inline size_t
gph_trim_blanks(const char *text, size_t from, size_t to)
{
    while (to > from && gph_is_blank(text[to - 1]))
        to--;
    return to;
}

/* Below, at or above 0, case ignored: `a` has `n` bytes, `b` ends with NUL. */
static inline int
gph_compare_names(const char *a, size_t n, const char *b)
{
    for (size_t i = 0; i < n; i++) {
        const unsigned char x = (unsigned char)gph_lower(a[i]);
        const unsigned char y = (unsigned char)gph_lower(b[i]);
        if (x != y || y == '\0')
            return x < y ? -1 : 1;
    }
    return b[n] == '\0' ? 0 : -1;
}

#endif

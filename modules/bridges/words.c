/* Names of plugins and of their controls, as patches can write them. [control] */
#include "words.h"

#include <stdio.h>
#include <string.h>

/* Letters of ASCII, in whatever locale. */
static char
lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool
is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

void
gph_copy_text(char *to, size_t size, const char *from)
{
    size_t n = from != NULL ? strnlen(from, size - 1) : 0;
    if (n > 0)
        memcpy(to, from, n);
    to[n] = '\0';
}

/* Bytes of the text before "(...)" or "[...]" at its end, which is copied to `unit`. */
static size_t
take_unit(const char *text, size_t n, char unit[WORD])
{
    unit[0] = '\0';
    while (n > 0 && text[n - 1] == ' ')
        n--;
    if (n < 3 || (text[n - 1] != ')' && text[n - 1] != ']'))
        return n;
    size_t from = n - 1;
    const char opens = text[n - 1] == ')' ? '(' : '[';
    while (from > 0 && text[from] != opens)
        from--;
    if (from == 0 || n - from - 2 == 0 || n - from - 2 >= WORD)
        return n;
    memcpy(unit, text + from + 1, n - from - 2);
    unit[n - from - 2] = '\0';
    return from;
}

void
gph_word_of(const char *text, char word[WORD], char unit[WORD])
{
    const size_t n = take_unit(text, strnlen(text, 256), unit);
    size_t at = 0;
    for (size_t i = 0; i < n && at < WORD - 5; i++) {
        const char c = lower(text[i]);
        if (is_letter(c))
            word[at++] = c;
        else if (at > 0 && word[at - 1] != '-')
            word[at++] = '-';
    }
    while (at > 0 && word[at - 1] == '-')
        at--;
    word[at] = '\0';
    if (at == 0)
        memcpy(word, "control", sizeof "control");
}

bool
gph_word_is_taken(const char *word)
{
    static const char *const taken[] = {"type",   "from",   "repeat", "override",
                                        "plugin", "preset", "tail",   "on-error"};
    for (size_t i = 0; i < sizeof taken / sizeof taken[0]; i++)
        if (strcmp(word, taken[i]) == 0)
            return true;
    return false;
}

void
gph_word_number(char word[WORD], unsigned number)
{
    const size_t n = strnlen(word, WORD - 6);
    snprintf(word + n, WORD - n, "-%u", number);
}

/* ---------------------------------------------------------------- near names */

enum { MOST = 63 }; /* longer names are not compared */

/* Edits that make one name of the other: put in, take out, change, swap two. */
static unsigned
edits(const char *a, size_t n, const char *b, size_t m)
{
    unsigned rows[3][MOST + 1];
    for (unsigned j = 0; j <= m; j++)
        rows[0][j] = j;
    for (unsigned i = 1; i <= n; i++) {
        unsigned *row = rows[i % 3], *above = rows[(i - 1) % 3], *two = rows[(i + 1) % 3];
        row[0] = i;
        for (unsigned j = 1; j <= m; j++) {
            const char x = lower(a[i - 1]), y = lower(b[j - 1]);
            unsigned best = above[j - 1] + (x != y);
            best = above[j] + 1 < best ? above[j] + 1 : best;
            best = row[j - 1] + 1 < best ? row[j - 1] + 1 : best;
            if (i > 1 && j > 1 && x == lower(b[j - 2]) && lower(a[i - 2]) == y &&
                two[j - 2] + 1 < best)
                best = two[j - 2] + 1;
            row[j] = best;
        }
    }
    return rows[n % 3][m];
}

void
gph_near_name_offer(near_name *near, const char *name)
{
    const size_t n = strlen(near->wanted), m = strlen(name);
    if (n > MOST || m > MOST || n < 2 || n > m + 2 || m > n + 2)
        return;
    const unsigned distance = edits(near->wanted, n, name, m);
    if (distance > 2 || 2 * distance > n || (near->best[0] != '\0' && distance >= near->distance))
        return;
    near->distance = distance;
    gph_copy_text(near->best, sizeof near->best, name);
}

bool
gph_same_name(const char *a, const char *b)
{
    while (*a != '\0' && lower(*a) == lower(*b))
        a++, b++;
    return lower(*a) == lower(*b);
}

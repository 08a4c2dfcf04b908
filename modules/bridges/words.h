/* Names of plugins and of their controls, as patches can write them. [control] */
#ifndef GPH_BRIDGES_WORDS_H
#define GPH_BRIDGES_WORDS_H

#include <stdbool.h>
#include <stddef.h>

enum { WORD = 64 }; /* bytes of a name of patches with its end */

/* Text of a fixed size into another one, cut where it does not fit. */
void gph_copy_text(char *to, size_t size, const char *from);

/* "Dry/Wet Mix [%]" to "dry-wet-mix". What is in brackets at the end goes to `unit`, which is "" when
 * there is none. */
void gph_word_of(const char *text, char word[WORD], char unit[WORD]);

/* Whether a patch could take it for something else: `from`, `plugin`, ... */
bool gph_word_is_taken(const char *word);

/* Puts a number behind a word. */
void gph_word_number(char word[WORD], unsigned number);

/* The nearest of the names that were offered: at most 2 edits and half the length. */
typedef struct near_name {
    const char *wanted;
    unsigned distance;
    char best[256]; /* "" : none is near */
} near_name;

void gph_near_name_offer(near_name *near, const char *name);

/* Whether two names are one, capitals aside. */
bool gph_same_name(const char *a, const char *b);

#endif

/* Work that may crash or hang, in processes of its own. [control]
 *
 * A bridge has a program beside it, its look, that loads what is named to it and writes lines. No process is copied: what
 * the audio thread has locked and touched stays as it is. */
#ifndef GPH_BRIDGES_APART_H
#define GPH_BRIDGES_APART_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#define APART_END "\004\n" /* behind the lines of an item; no text holds it */

enum { APART_SECONDS = 10, APART_MOST = 1 << 20 }; /* for one item; bytes of its lines */

typedef struct apart_work {
    const char *look; /* name of the program */
    uint32_t n;       /* items */
    char *const *items;
    /* Each line about an item, without its end, once the item is done. */
    void (*line)(void *user, uint32_t item, char *text);
    /* Instead of lines: why there are none, as a sentence. */
    void (*lost)(void *user, uint32_t item, const char *why);
    void *user;
} apart_work;

/* One process does all items, one after the other; where it ends before its time another one goes on
 * behind the item at fault. False: no process could be had, and the items from there on are lost. */
bool gph_apart(const apart_work *work);

/* What such a program does: calls `look` for each of its words. */
int gph_apart_serve(int n_words, char **words, void (*look)(const char *item, FILE *out));

#endif

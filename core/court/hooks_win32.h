/* Stands between a DLL and the functions that it takes from others: each call is noted, then made. [any] */
#ifndef GPH_COURT_HOOKS_WIN32_H
#define GPH_COURT_HOOKS_WIN32_H

#include <stdbool.h>
#include <stddef.h>

/* One function that is stood before. The first member is read by the code that is made for it. */
typedef struct hook {
    void *real;
    const char *name;
    size_t user;
} hook;

/* The first four words that a function is called with, as far as they are whole numbers or pointers. */
typedef void *const hook_words[4];

/* On the thread that calls, which comes back to `back`. true: the call is not made, and gives 0. */
bool hook_noted(hook *h, const void *back, hook_words words);

/* From now on calls through the slot come to hook_noted. `h` lives for ever. false: not on this machine. */
bool hook_put(hook *h, void **slot);

#endif

/* Characters of UTF-8, the one encoding of texts here. [any] */
#ifndef GPH_PLATFORM_UTF8_H
#define GPH_PLATFORM_UTF8_H

#include <stddef.h>

/* Length of the UTF-8 character at `bytes`, of which `n` are left; 0 if it is not well-formed. */
size_t gph_utf8_length(const char *bytes, size_t n);

#endif

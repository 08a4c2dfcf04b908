/* What the bytes of a library have to prove before it is loaded. [any] */
#ifndef GPH_PLATFORM_LIBRARY_PROOF_H
#define GPH_PLATFORM_LIBRARY_PROOF_H

#include "library.h"

/* Writes a sentence into `why` and returns `status`. */
gph_status gph_library_say(char *why, gph_status status, const char *sentence);

/* Whether a file is the one that was pinned, if one was. */
gph_status gph_library_prove_digest(const uint8_t *bytes, size_t n,
                                    const gph_library_wanted *wanted, char *why);

/* Whether the exported constant, of which 16 bytes are at `first`, begins as it must. */
enum { GPH_LIBRARY_OPENING = 16 };
gph_status gph_library_prove_opening(const void *first, const gph_library_wanted *wanted,
                                     char *why);

/* Whether an export is the one that is wanted; *found counts those. Another is refused. */
gph_status gph_library_prove_export(const char *name, const gph_library_wanted *wanted, bool *found,
                                    char *why);
/* The end of the exports: whether the one was there. */
gph_status gph_library_prove_found(bool found, const gph_library_wanted *wanted, char *why);

#endif

/* SHA-256. [any but audio] */
#ifndef GPH_PLATFORM_DIGEST_H
#define GPH_PLATFORM_DIGEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { GPH_DIGEST = 32 /* bytes of one */ };

/* False: there is no memory. */
bool gph_digest_sha256(const void *bytes, size_t n, uint8_t digest[GPH_DIGEST]);

#endif

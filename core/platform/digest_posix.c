/* SHA-256 by nettle. [any but audio] */
#include "digest.h"

#include <nettle/sha2.h>

bool
gph_digest_sha256(const void *bytes, size_t n, uint8_t digest[GPH_DIGEST])
{
    struct sha256_ctx context;
    sha256_init(&context);
    sha256_update(&context, n, bytes);
    sha256_digest(&context, GPH_DIGEST, digest);
    return true;
}

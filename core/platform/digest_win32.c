/* SHA-256 by what Windows has for it. [any but audio] */
#include "digest.h"

#include <windows.h>

#include <bcrypt.h>

bool
gph_digest_sha256(const void *bytes, size_t n, uint8_t digest[GPH_DIGEST])
{
    BCRYPT_ALG_HANDLE provider;
    BCRYPT_HASH_HANDLE hash = NULL;
    if (BCryptOpenAlgorithmProvider(&provider, BCRYPT_SHA256_ALGORITHM, NULL, 0) != 0)
        return false;
    bool made = BCryptCreateHash(provider, &hash, NULL, 0, NULL, 0, 0) == 0;
    const UCHAR *at = bytes;
    while (made && n > 0) {
        ULONG some = n > INT32_MAX ? INT32_MAX : (ULONG)n;
        made = BCryptHashData(hash, (PUCHAR)(uintptr_t)at, some, 0) == 0;
        at += some;
        n -= some;
    }
    made = made && BCryptFinishHash(hash, digest, GPH_DIGEST, 0) == 0;
    if (hash)
        BCryptDestroyHash(hash);
    BCryptCloseAlgorithmProvider(provider, 0);
    return made;
}

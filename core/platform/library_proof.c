/* What the bytes of a library have to prove before it is loaded. [any] */
#include "library_proof.h"

#include "digest.h"

#include <stdio.h>
#include <string.h>

gph_status
gph_library_say(char *why, gph_status status, const char *sentence)
{
    snprintf(why, GPH_LIBRARY_SENTENCE, "%s", sentence);
    return status;
}

gph_status
gph_library_prove_digest(const uint8_t *bytes, size_t n, const gph_library_wanted *wanted,
                         char *why)
{
    uint8_t digest[GPH_DIGEST];
    if (wanted->sha256 == NULL)
        return GPH_OK;
    if (!gph_digest_sha256(bytes, n, digest))
        return gph_library_say(why, GPH_MEMORY, "cannot be compared with its pin: no memory");
    if (memcmp(digest, wanted->sha256, sizeof digest) == 0)
        return GPH_OK;
    char hex[2 * GPH_DIGEST + 1];
    for (size_t i = 0; i < sizeof digest; i++)
        snprintf(hex + 2 * i, 3, "%02x", digest[i]);
    snprintf(why, GPH_LIBRARY_SENTENCE, "is not the file that [modules] pins: it has sha256:%s",
             hex);
    return GPH_UNSUPPORTED;
}

/* The first bytes of the exported constant, as every module and host begins. */
typedef struct opening {
    uint32_t size;
    uint32_t magic;
    uint16_t major, minor, min_minor, reserved;
} opening;

_Static_assert(sizeof(opening) == GPH_LIBRARY_OPENING, "the header says so");

gph_status
gph_library_prove_opening(const void *bytes, const gph_library_wanted *wanted, char *why)
{
    opening first;
    memcpy(&first, bytes, sizeof first);
    if (first.magic != wanted->magic || first.size < sizeof first) {
        snprintf(why, GPH_LIBRARY_SENTENCE, "is no %s: %s does not begin as one", wanted->what,
                 wanted->symbol);
        return GPH_UNSUPPORTED;
    }
    if (first.major == wanted->major && first.min_minor <= wanted->minor)
        return GPH_OK;
    snprintf(why, GPH_LIBRARY_SENTENCE, "needs %s ABI %u.%u, this program has %u.%u", wanted->what,
             first.major, first.major == wanted->major ? first.min_minor : first.minor,
             wanted->major, wanted->minor);
    return GPH_UNSUPPORTED;
}

gph_status
gph_library_prove_export(const char *name, const gph_library_wanted *wanted, bool *found, char *why)
{
    if (strcmp(name, wanted->symbol) == 0) {
        *found = true;
        return GPH_OK;
    }
    snprintf(why, GPH_LIBRARY_SENTENCE, "exports '%.100s'; a %s exports %s alone", name,
             wanted->what, wanted->symbol);
    return GPH_UNSUPPORTED;
}

gph_status
gph_library_prove_found(bool found, const gph_library_wanted *wanted, char *why)
{
    if (found)
        return GPH_OK;
    snprintf(why, GPH_LIBRARY_SENTENCE, "is no %s: it does not export %s", wanted->what,
             wanted->symbol);
    return GPH_UNSUPPORTED;
}

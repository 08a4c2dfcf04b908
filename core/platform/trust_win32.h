/* Who else may change a file or folder, on Windows. [control] */
#ifndef GPH_PLATFORM_TRUST_WIN32_H
#define GPH_PLATFORM_TRUST_WIN32_H

#include <graphophone/module.h>

#include <stdbool.h>
#include <wchar.h>

typedef enum gph_trust {
    GPH_TRUST_GOOD,
    GPH_TRUST_OWNER, /* it belongs to another user */
    GPH_TRUST_WRITERS, /* others may write it, or of a parent: put another in the place of what is in it */
    GPH_TRUST_UNKNOWN /* nobody can say; GetLastError */
} gph_trust;

/* Of one thing by its full path; `is_parent`: a folder above the one that is asked about. */
gph_trust gph_trust_of(const wchar_t *path, bool is_parent);

#endif

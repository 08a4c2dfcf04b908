/* No sanitizer on Windows: the compilers that build modules for it have none. [control] */
#include "sanitized.h"

bool
sanitized_begin(char **argv, const char *path, char *why, size_t size)
{
    (void)argv;
    (void)path;
    (void)why;
    (void)size;
    return true;
}

const char *
sanitized_by(void)
{
    return NULL;
}

bool
sanitized_sees_threads(void)
{
    return false;
}

void
sanitized_pause(bool on)
{
    (void)on;
}

void
sanitized_tell(void)
{
}

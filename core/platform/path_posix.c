/* Paths on POSIX systems. [any] */
#include "path.h"

const char gph_path_refused[] = "";
const char gph_path_home[] = "HOME";
const char gph_path_own[] = "HOME";
const char gph_path_own_modules[] = "/.local/lib/graphophone/modules";

size_t
gph_path_root(const char *path)
{
    return path[0] == '/';
}

bool
gph_path_is_absolute(const char *path)
{
    return path[0] == '/';
}

bool
gph_path_is_separator(char c)
{
    return c == '/';
}

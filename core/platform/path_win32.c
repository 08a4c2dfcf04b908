/* Paths on Windows. [any] */
#include "path.h"

const char gph_path_refused[] = "\\:*?\"<>|";
const char gph_path_home[] = "USERPROFILE";
const char gph_path_own[] = "LOCALAPPDATA";
const char gph_path_own_modules[] = "/graphophone/modules";

bool
gph_path_is_separator(char c)
{
    return c == '/' || c == '\\';
}

/* Bytes up to and with the next separator, or to the end. */
static size_t
through_separator(const char *path)
{
    size_t n = 0;
    while (path[n] && !gph_path_is_separator(path[n]))
        n++;
    return n + (path[n] != '\0');
}

size_t
gph_path_root(const char *path)
{
    const bool letter = (path[0] >= 'a' && path[0] <= 'z') || (path[0] >= 'A' && path[0] <= 'Z');
    if (letter && path[1] == ':' && gph_path_is_separator(path[2]))
        return 3;
    if (!gph_path_is_separator(path[0]) || !gph_path_is_separator(path[1]))
        return 0;
    size_t server = through_separator(path + 2);
    size_t share = server > 1 ? through_separator(path + 2 + server) : 0;
    return share ? 2 + server + share : 0;
}

/* "/x" means a folder of whatever drive is the present one: that is no absolute path. */
bool
gph_path_is_absolute(const char *path)
{
    return gph_path_root(path) > 0;
}

/* Which disk a folder is on. [any but audio] */
#include "disk.h"

bool
gph_disk_has_both(const gph_file_system *files, const char *one, const char *other)
{
    gph_file a = files->open_folder(files->user, one);
    gph_file b = files->open_folder(files->user, other);
    bool same = a >= 0 && b >= 0 && gph_disk_is_same(a, b);
    if (a >= 0)
        files->close(files->user, a);
    if (b >= 0)
        files->close(files->user, b);
    return same;
}

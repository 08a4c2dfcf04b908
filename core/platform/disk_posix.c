/* Which disk a file is on: by the number of its device. [any but audio] */
#include "disk.h"

#include <sys/stat.h>

bool
gph_disk_is_same(gph_file one, gph_file other)
{
    struct stat a;
    struct stat b;
    return !fstat((int)one, &a) && !fstat((int)other, &b) && a.st_dev == b.st_dev;
}
